"""The connection that yagmail opens, with replies and logins as the RFCs have them.

yagmail's own reads whatever looks like a reply, and logs in with ASCII alone.
"""

from __future__ import annotations

import base64
import hmac
import time
from itertools import product
from typing import TYPE_CHECKING, Any

import yagmail

from publisher.errors import ConfigurationFailure, TransportError
from publisher.sender.transports.passwords import password_forms
from publisher.sender.transports.reply_reader import ReplyReader
from publisher.sender.transports.smtp_replies import Phase, SmtpReply, failure

if TYPE_CHECKING:
    from collections.abc import Callable

# The replies that each command may get, besides a refusal (RFC 5321, 4.3.2; RFC 3207; RFC 4954).
_GREETING = "(greeting)"  # no command; an empty one ends a login by token
_EXPECTED = {_GREETING: 220, "ehlo": 250, "helo": 250, "starttls": 220, "quit": 221}
_LOGGED_IN, _CHALLENGE = 235, 334
_CLOSING = 421
_REFUSED = range(400, 600)
_REFUSED_FOR_GOOD = range(500, 600)
# Of a server that knows no EHLO; all other refusals are about us.
_UNKNOWN_COMMAND = frozenset({500, 502})


class StrictDialogue:
    """Commands and replies strictly in turn; mixed into the class that yagmail connects with."""

    sock: Any
    timeout: float
    esmtp_features: dict[str, str]
    _reader: ReplyReader | None = None
    _verb = _GREETING

    @property
    def replies(self) -> ReplyReader:
        """The reader of the socket; TLS begins with a new one."""
        if self._reader is None or self._reader.socket is not self.sock:
            self._reader = ReplyReader(self.sock)
        return self._reader

    def putcmd(self, cmd: str, args: str = "") -> None:
        """Send a command, unless the server has spoken out of turn."""
        self._verb = cmd.lower()
        self._check_turn()
        super().putcmd(cmd, args)  # type: ignore[misc]

    def getreply(self) -> tuple[int, bytes]:
        """Return the code and the text of the reply to the last command.

        Raises `TransportError` where it is none that may follow it, and `OSError`.
        """
        try:
            reply = self.replies.read(time.monotonic() + self.timeout)
            self._check(reply)
            if self._verb == "starttls":
                # What came in plain text before TLS began is nobody's answer to what comes after.
                self._check_turn()
        except BaseException:
            self.close()  # type: ignore[attr-defined]
            raise
        return reply.code, "\n".join(reply.lines).encode()

    def _check_turn(self) -> None:
        if self.sock is None:
            raise ConnectionAbortedError("the connection is closed")
        spoke = self.replies.spoke()
        self.sock.settimeout(self.timeout)
        if spoke:
            raise ConnectionAbortedError(f"a reply to no command: {self.replies.unread()}")

    def _check(self, reply: SmtpReply) -> None:
        expected = _EXPECTED.get(self._verb)
        if expected is None:
            # Of a login: refused by one method, another may be tried.
            if reply.code in (_LOGGED_IN, _CHALLENGE) or (
                reply.code in _REFUSED and reply.code != _CLOSING
            ):
                return
            raise failure(Phase.LOGIN, reply)
        if reply.code == expected or (self._verb == "ehlo" and reply.code in _UNKNOWN_COMMAND):
            return
        raise failure(Phase.CONNECT, reply)

    def login(self, user: str, password: str, **_: object) -> None:
        """Log in by the first method that the server offers and accepts, in UTF-8 (RFC 4616)."""
        self.ehlo_or_helo_if_needed()  # type: ignore[attr-defined]
        offered = self.esmtp_features.get("auth", "").upper().split()
        methods = [name for name in _METHODS if name in offered]
        if not methods:
            raise ConfigurationFailure(
                f"{Phase.LOGIN}: the server offers no login (AUTH) with a password on this "
                "connection; are mail.security and mail.port right?"
            )
        refusal: SmtpReply | None = None
        for form, method in product(password_forms(password), methods):
            try:
                reply = self._authenticate(method, _METHODS[method](user, form))
            except (OSError, TransportError):
                # A server that has heard enough may just hang up; its reason came before.
                if refusal is None:
                    raise
                break
            if reply.code == _LOGGED_IN:
                return
            refusal = refusal or reply
            if reply.code not in _REFUSED_FOR_GOOD:
                break
        assert refusal is not None  # noqa: S101 - there is a method and a form
        raise failure(Phase.LOGIN, refusal)

    def _authenticate(self, method: str, answers: list[Callable[[bytes], bytes]]) -> SmtpReply:
        """Answer challenges until the server has decided; return its decision."""
        command = f"AUTH {method}"
        if method == "PLAIN":
            command += f" {_base64(answers.pop()(b''))}"
        code, text = self.docmd(command)  # type: ignore[attr-defined]
        for answer in answers:
            if code != _CHALLENGE:
                break
            try:
                challenge = base64.b64decode(text, validate=True)
            except ValueError:
                challenge = b""
            code, text = self.docmd(_base64(answer(challenge)))  # type: ignore[attr-defined]
        reply = SmtpReply.parse(code, text.decode())
        if code == _CHALLENGE:
            raise failure(Phase.LOGIN, reply)
        return reply


def _plain(user: str, password: str) -> list[Callable[[bytes], bytes]]:
    return [lambda _: b"\0" + user.encode() + b"\0" + password.encode()]


def _login(user: str, password: str) -> list[Callable[[bytes], bytes]]:
    return [lambda _: user.encode(), lambda _: password.encode()]


def _cram_md5(user: str, password: str) -> list[Callable[[bytes], bytes]]:
    def answer(challenge: bytes) -> bytes:
        return f"{user} {hmac.new(password.encode(), challenge, 'md5').hexdigest()}".encode()

    return [answer]


# In this order, the first that does not show the password.
_METHODS = {"CRAM-MD5": _cram_md5, "PLAIN": _plain, "LOGIN": _login}


def _base64(data: bytes) -> str:
    return base64.b64encode(data).decode()


class SmtpConnection(yagmail.SMTP):  # type: ignore[misc]
    """yagmail's connection with a `StrictDialogue`."""

    @property
    def connection(self) -> type:
        """The class of the connection proper, with TLS or without."""
        library = super().connection
        return type(library.__name__, (StrictDialogue, library), {})
