"""Mail transactions on an open connection (RFC 5321, 3.3), in as few round trips as allowed.

Each failure is tied to the step in which it occurs. The final dot is written apart from the
message, and only where the server has sent nothing since it asked for the message.

A reply counts only where all that it answers had left before it came. A word out of turn ends the
connection: the replies after it could be to anything. Once the message is asked for, it leaves a
doubt: a server that says "kept" or "refused" too early may have done either. What can't be told
from the outside is a server that had the whole message and replied without having read it; the
wait before the final dot shows most of these.

Where the server offers PIPELINING (RFC 2920), sender, recipient and DATA leave together: two round
trips for a message, else four.
"""

from __future__ import annotations

import re
import time
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Any

from publisher.errors import (
    ConfigurationFailure,
    ConnectionLimit,
    PermanentFailure,
    TemporaryFailure,
    TransportError,
    UnknownOutcome,
)
from publisher.printable import one_line
from publisher.sender.transports.error_translation import translate
from publisher.sender.transports.smtp_replies import MOST_CHARACTERS, Phase, failure

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

# The replies that each command may get (RFC 5321, 4.3.2); 252 of servers that look up nobody.
_OK = frozenset({250})
_EXPECTED = (
    (Phase.SENDER, _OK),
    (Phase.RECIPIENT, frozenset({250, 251, 252})),
    (Phase.DATA, frozenset({354})),
)
_CLOSING = 421
# The wait in seconds for a word out of turn before the final dot, for so many messages. A server
# that is out of step is so from its first message on, and a wait at each would take longer than
# sending it to a server on the same machine; what has come by then is seen without a wait.
_GRACES = ((2, 0.025), (100, 0.001))
_REFUSED = range(400, 600)
_ADDRESS = re.compile(r"[!-;=?-~\u00a1-\U0010ffff]+@[!-;=?-~]+")


class SmtpSession:
    """A connection that yagmail has opened; once `usable` is False, it must be dropped."""

    def __init__(self, smtp: Any, limits: Mapping[Phase, float], in_turn: int = 0) -> None:  # noqa: ANN401 - untyped
        """Take over a `SmtpConnection` that is logged in.

        `limits` are waits in seconds. `in_turn` is the number of messages that the server has
        answered in turn before, since it last did not.
        """
        self._socket = smtp.sock
        self._replies = smtp.replies
        self._limits = limits
        self._phase = Phase.LOGIN
        self._deadline = 0.0
        self._messages = in_turn
        self._pipelining = bool(smtp.has_extn("pipelining"))
        self._eight_bit = bool(smtp.has_extn("8bitmime"))
        self._utf8 = bool(smtp.has_extn("smtputf8"))
        self._size = bool(smtp.has_extn("size"))
        limit = smtp.esmtp_features.get("size", "") if self._size else ""
        # Nothing or 0: no fixed limit (RFC 1870, 4).
        self._largest = int(limit) if limit.isdecimal() else 0
        self.usable = True
        self.announced = False

    def announce(self, envelope_sender: str, recipient: str, body: bytes) -> None:
        """Send sender and recipient of the next message; `transact` reads the replies.

        Without PIPELINING only the sender. Nothing of the message itself leaves: if the connection
        is dropped now, the server has nothing to accept. Raises nothing: `transact` does, unless
        the connection is not `usable` any more.
        """
        with suppress(TransportError, OSError, ValueError):
            commands = self._commands(envelope_sender, recipient, body)
            self._take_turn(Phase.SENDER)
            self.announced = True
            self._socket.sendall(b"".join(commands) if self._pipelining else commands[0])

    def transact(self, envelope_sender: str, recipient: str, body: bytes) -> str:
        """Send `body` (a `WireMessage`) to one address; return the server's last reply.

        Raises `TransportError`; `base.Transport` says what each kind promises.
        """
        commands = self._commands(envelope_sender, recipient, body)
        try:
            try:
                return self._converse(commands, body)
            except (OSError, ValueError) as error:
                raise translate(error, self._phase) from error
        except TransportError as error:
            self._recover(error)
            raise
        except BaseException:
            # Interrupted in the middle: the next bytes on this connection belong to this message.
            self.usable = False
            raise

    def _commands(self, envelope_sender: str, recipient: str, body: bytes) -> list[bytes]:
        for address in (envelope_sender, recipient):
            if not _ADDRESS.fullmatch(address):
                raise PermanentFailure(
                    f"not an address: {one_line(ascii(address), MOST_CHARACTERS)}"
                )
        if self._largest and len(body) > self._largest:
            # The server would refuse it for every recipient (RFC 1870, 6.2).
            raise ConfigurationFailure(
                f"the message has {len(body):,} bytes, the mail server accepts {self._largest:,}",
                enhanced="5.3.4",
            )
        options = f" SIZE={len(body)}" if self._size else ""
        if not recipient.isascii():
            if not self._utf8:
                # The status a server would send (RFC 6531, 3.5): it concerns this address alone.
                raise PermanentFailure(
                    "the mail server accepts no address that is not ASCII (SMTPUTF8, RFC 6531)",
                    enhanced="5.6.7",
                )
            options += " SMTPUTF8"
            # Header lines with such an address are 8-bit (RFC 6531, 3.6).
            options += " BODY=8BITMIME" if self._eight_bit else ""
        return [
            f"MAIL FROM:<{envelope_sender}>{options}\r\n".encode(),
            f"RCPT TO:<{recipient}>\r\n".encode(),
            b"DATA\r\n",
        ]

    def _converse(self, commands: list[bytes], body: bytes) -> str:
        if self._pipelining:
            self._command_pipelined(commands)
        else:
            self._command(commands)
        self._enter(Phase.BODY)
        self._send_body(body)
        self._enter(Phase.END)
        self._socket.sendall(b".\r\n")
        self._replies.wait(self._deadline)
        if self._replies.unconfirmed():
            raise self._early()
        return self._read_reply(Phase.END, _OK)

    def _send_body(self, body: bytes) -> None:
        """Send the message without its final dot; raise `UnknownOutcome` where a reply comes."""
        self._messages += 1
        grace = next((wait for most, wait in _GRACES if self._messages <= most), 0.0)
        try:
            self._socket.sendall(body)
        except OSError:
            if self._replies.spoke():
                raise self._early() from None
            raise
        if self._replies.spoke(grace):
            raise self._early()

    def _early(self) -> UnknownOutcome:
        """Return the error for a reply that comes before the final dot has left."""
        said = self._replies.unread()
        return UnknownOutcome(f"{self._phase}: a reply before the final dot: {said}")

    def _command(self, commands: list[bytes]) -> None:
        """Send the commands one by one; return when the server waits for the message."""
        for (phase, expected), command in zip(_EXPECTED, commands, strict=True):
            if self.announced:
                self.announced = False
                self._enter(phase)
            else:
                self._take_turn(phase)
                self._socket.sendall(command)
            self._read_reply(phase, expected)

    def _command_pipelined(self, commands: list[bytes]) -> None:
        """Send the commands in one round trip; of several refusals the first one counts."""
        if not self.announced:
            self._take_turn(Phase.SENDER)
            self._socket.sendall(b"".join(commands))
        self.announced = False
        refusal: TransportError | None = None
        for phase, expected in _EXPECTED:
            self._enter(phase)
            try:
                self._read_reply(phase, expected)
            except (OSError, TransportError) as error:
                if refusal is None and isinstance(error, OSError):
                    raise
                if getattr(error, "code", 0) not in _REFUSED:
                    # No reply at all: those to the other commands are not waited for.
                    self.usable = False
                    raise refusal or error from None
                if isinstance(error, TransportError):
                    refusal = refusal or error
            else:
                if refusal is not None and phase is Phase.DATA:
                    # The server waits for a message to nobody. RFC 2920, 3.1 asks for a lone
                    # dot, which a broken server might accept; a cut connection it can't.
                    self.usable = False
        if refusal is not None:
            raise refusal

    def _take_turn(self, phase: Phase) -> None:
        """Begin `phase` with a command, which may leave where the server has nothing to say."""
        self._enter(phase)
        usable, self.usable = self.usable, False
        if self._replies.spoke():
            raise TemporaryFailure(f"{phase}: a reply to no command: {self._replies.unread()}")
        self.usable = usable
        self._socket.settimeout(self._limits[phase])

    def _enter(self, phase: Phase) -> None:
        self._phase = phase
        self._deadline = time.monotonic() + self._limits[phase]
        self._socket.settimeout(self._limits[phase])

    def _read_reply(self, phase: Phase, expected: frozenset[int]) -> str:
        """Return a reply that is whole before the phase's time is over.

        Raises `TransportError` for an unexpected code, `OSError` where none comes in time.
        """
        reply = self._replies.read(self._deadline)
        if reply.code not in expected:
            raise failure(phase, reply)
        return str(reply)

    def _recover(self, error: TransportError) -> None:
        """Reset the connection after an error, or mark it as unusable."""
        refused = error.code in _REFUSED and error.code != _CLOSING
        over = isinstance(error, (UnknownOutcome, ConnectionLimit)) or self._phase is Phase.BODY
        self.usable = self.usable and refused and not over
        if not self.usable:
            return
        try:
            with translating(Phase.LOGIN):
                self._take_turn(Phase.LOGIN)
                self._socket.sendall(b"RSET\r\n")
                self._read_reply(Phase.LOGIN, _OK)
        except TransportError:
            self.usable = False


@contextmanager
def translating(phase: Phase) -> Iterator[None]:
    """Translate the errors of a connection into `TransportError`."""
    try:
        yield
    except (OSError, ValueError) as error:
        raise translate(error, phase) from error
