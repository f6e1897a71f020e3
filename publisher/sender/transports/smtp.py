"""SMTP over the connection that yagmail makes.

yagmail connects, negotiates TLS and logs in. Its own `send` repeats a message after a lost
connection, so that somebody gets it twice; here the dialogue (RFC 5321, 3.3) is driven step by
step, and each failure is known by the step it came in. The final dot is written apart from the
message: as long as it has not been, nothing can have been accepted.
"""

from __future__ import annotations

import ipaddress
import re
import socket
import ssl
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Any, Self

from publisher.errors import (
    ConfigurationFailure,
    PermanentFailure,
    TransportError,
    UnknownOutcome,
)
from publisher.sender.replies import Phase, failure, one_line
from publisher.sender.transports.base import Closing
from publisher.sender.transports.foreign import translate

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from publisher.settings import Secret, Settings

# The longest wait in each phase, in seconds (RFC 5321, 4.5.3.2); the settings may lower them.
_LIMITS = {
    Phase.CONNECT: 60.0,
    Phase.LOGIN: 60.0,
    Phase.SENDER: 300.0,
    Phase.RECIPIENT: 300.0,
    Phase.DATA: 120.0,
    Phase.BODY: 180.0,
    Phase.END: 600.0,
}
# Connection, greeting, EHLO, STARTTLS, EHLO, and three answers of a login.
_OPENING_STEPS = 8
_OK = range(200, 300)
_GO_ON = 354
_CLOSING = 421
_REFUSED = range(400, 600)
MESSAGES_PER_CONNECTION = 100
_ADDRESS = re.compile(r"[!-;=?-~\u00a1-\U0010ffff]+@[!-;=?-~]+")


class SmtpTransport(Closing):
    """One connection to a mail server, made anew after an error and after 100 messages."""

    name = "smtp"

    def __init__(
        self,
        *,
        host: str,
        port: int,
        security: str,
        username: str,
        password: Secret,
        timeout_seconds: float,
        context: ssl.SSLContext | None = None,
        messages_per_connection: int = MESSAGES_PER_CONNECTION,
    ) -> None:
        """Keep the settings; `security` is "ssl", "starttls", or, for this host only, "none".

        `timeout_seconds` limits the wait for each single answer; `context` is for servers with a
        certificate of one's own authority.
        """
        self._host = host
        self._port = port
        self._security = security
        self._username = username
        self._password = password
        self._context = context
        self._limits = {phase: min(limit, timeout_seconds) for phase, limit in _LIMITS.items()}
        self._per_connection = messages_per_connection
        self._connection: Any = None  # yagmail's; untyped
        self._sent = 0

    @classmethod
    def from_settings(cls, settings: Settings) -> Self:
        """Return one for the section [mail]."""
        mail = settings.mail
        return cls(
            host=mail.host,
            port=mail.port,
            security=mail.security,
            username=mail.username,
            password=mail.password,
            timeout_seconds=mail.timeout_seconds,
        )

    @property
    def timeout_seconds(self) -> float:
        """The longest one `send` can take, in seconds."""
        opening = _OPENING_STEPS * self._limits[Phase.CONNECT]
        return opening + sum(self._limits.values())

    def open(self) -> None:
        """Connect and log in, unless that is done. Raises `TransportError`."""
        if self._connection is None:
            self._connect()

    def close(self) -> None:
        """Say goodbye and close the connection; a server that does not answer is no error."""
        connection = self._connection
        if connection is not None:
            with suppress(OSError, ValueError):
                if connection.smtp.sock is not None:
                    connection.smtp.sock.settimeout(min(5.0, self._limits[Phase.CONNECT]))
                connection.smtp.quit()
            self._drop()

    def interrupt(self) -> None:
        """Cut the connection, so that whoever waits for an answer stops waiting."""
        connection = self._connection
        sock = None if connection is None or connection.smtp is None else connection.smtp.sock
        if sock is not None:
            with suppress(OSError, ValueError):
                sock.shutdown(socket.SHUT_RDWR)

    def evidence(self, message_id: str) -> bool | None:
        """Return None: nobody can ask a server what it has accepted."""
        del message_id
        return None

    def send(self, envelope_sender: str, recipient: str, message: bytes, message_id: str) -> str:
        """Send one message in a transaction of its own; return the server's last answer.

        Raises `TransportError`; see `base.Transport` for what each kind promises.
        """
        del message_id  # it is in the message
        body = on_the_wire(message)
        for address in (envelope_sender, recipient):
            # The library would take what looks like an address out of anything.
            if not _ADDRESS.fullmatch(address):
                raise PermanentFailure(f"not an address: {one_line(ascii(address))}")
        if self._connection is not None and self._sent >= self._per_connection:
            self.close()
        self.open()
        try:
            answer = self._transaction(envelope_sender, recipient, body)
        except TransportError as error:
            self._after(error)
            raise
        except BaseException:
            # Interrupted in the middle: whatever comes next on this connection is not our answer.
            self._drop()
            raise
        self._sent += 1
        return answer

    def _transaction(self, envelope_sender: str, recipient: str, body: bytes) -> str:
        smtp = self._connection.smtp
        options = [f"size={len(body)}"] if smtp.has_extn("size") else []
        if not recipient.isascii():
            if not smtp.has_extn("smtputf8"):
                # The status a server would give (RFC 6531, 3.5): this address, and no other.
                raise PermanentFailure(
                    "the mail server takes no address that is not ASCII (SMTPUTF8, RFC 6531)",
                    enhanced="5.6.7",
                )
            # Header lines with such an address are 8-bit (RFC 6531, 3.6).
            options += ["smtputf8", "body=8bitmime"]
        self._step(Phase.SENDER, lambda: smtp.mail(envelope_sender, options), _OK)
        self._step(Phase.RECIPIENT, lambda: smtp.rcpt(recipient), _OK)
        self._step(Phase.DATA, lambda: smtp.docmd("DATA"), range(_GO_ON, _GO_ON + 1))
        with self._phase(Phase.BODY):
            smtp.send(body)
        with self._phase(Phase.END):
            smtp.send(b".\r\n")
        return self._step(Phase.END, smtp.getreply, _OK)

    def _step(self, phase: Phase, ask: Callable[[], tuple[int, bytes]], wanted: range) -> str:
        with self._phase(phase):
            code, raw = ask()
        text = raw.decode("utf-8", "replace")
        if code not in wanted:
            raise failure(phase, code, text)
        return one_line(f"{code} {text}")

    @contextmanager
    def _phase(self, phase: Phase) -> Iterator[None]:
        """Wait no longer than the phase allows, and translate what goes wrong."""
        with translating(phase):
            sock = self._connection.smtp.sock
            if sock is not None:
                sock.settimeout(self._limits[phase])
            yield

    def _after(self, error: TransportError) -> None:
        """Bring the connection back to a known state, or give it up."""
        refused = error.code in _REFUSED and error.code != _CLOSING
        if not refused or isinstance(error, UnknownOutcome):
            self._drop()
            return
        try:
            self._step(Phase.LOGIN, lambda: self._connection.smtp.docmd("RSET"), _OK)
        except TransportError:
            self._drop()

    def _connect(self) -> None:
        self._refuse_unsafe()
        # Half a second that the other transports never pay.
        import yagmail  # noqa: PLC0415

        limit = self._limits[Phase.CONNECT]
        context = self._context or ssl.create_default_context()
        wrapped = self._security == "ssl"
        anonymous = not self._username
        self._connection = yagmail.SMTP(
            # As a mapping: of a plain name without "@" yagmail makes an address at gmail.com.
            {self._username: self._username},
            self._password.reveal(),
            host=self._host,
            port=self._port,
            smtp_ssl=wrapped,
            smtp_starttls={"context": context} if self._security == "starttls" else False,
            smtp_skip_login=anonymous,
            soft_email_validation=False,
            timeout=limit,
            **({"context": context} if wrapped else {}),
        )
        self._sent = 0
        try:
            with translating(Phase.CONNECT):
                self._connection.login()
                smtp = self._connection.smtp
                smtp.ehlo_or_helo_if_needed()
                # The final dot is a small packet after a big one: it must not wait for an answer.
                smtp.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        except BaseException:
            self._drop()
            raise

    def _drop(self) -> None:
        connection, self._connection = self._connection, None
        if connection is None:
            return
        # Else yagmail says goodbye when it is collected, on a connection that may hang.
        connection.is_closed = True
        if connection.smtp is not None:
            with suppress(OSError, ValueError):
                connection.smtp.close()

    def _refuse_unsafe(self) -> None:
        if self._security == "none" and not is_this_host(self._host):
            raise ConfigurationFailure(
                f"mail.security: 'none' is for a server on this host; {self._host} needs "
                "'ssl' or 'starttls'"
            )
        if self._username and not self._password:
            # Without one, yagmail asks on the terminal and waits for ever.
            raise ConfigurationFailure("mail.password: is not set, and mail.username is")


@contextmanager
def translating(phase: Phase) -> Iterator[None]:
    """Turn everything the connection can raise into our errors."""
    try:
        yield
    except (OSError, ValueError) as error:
        raise translate(error, phase) from error


def on_the_wire(message: bytes) -> bytes:
    """Return `message` as DATA wants it: lines that begin with a dot have it doubled.

    Raises `ConfigurationFailure` for a bare CR or LF, which servers read in different ways (SMTP
    smuggling); a message built here never holds one.
    """
    ends = message.count(b"\r\n")
    if ends != message.count(b"\r") or ends != message.count(b"\n"):
        raise ConfigurationFailure("the message holds a bare CR or LF; it is not sent")
    if not message.endswith(b"\r\n"):
        message += b"\r\n"
    if message.startswith(b"."):
        message = b"." + message
    return message.replace(b"\r\n.", b"\r\n..")


def is_this_host(host: str) -> bool:
    """Return whether `host` is this machine's loopback, where no one else can listen."""
    if host.lower() == "localhost":
        return True
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False
