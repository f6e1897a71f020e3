"""The transport "smtp": sends over a connection that yagmail opens.

yagmail connects, negotiates TLS and logs in (login.py). Its own `send` repeats a message after a
lost connection, so that somebody may get it twice; smtp_session.py does each step itself.
"""

from __future__ import annotations

import socket
import ssl
from contextlib import suppress
from typing import TYPE_CHECKING, Any, Self

from publisher.errors import TransportError
from publisher.sender.message.dot_stuffing import to_wire
from publisher.sender.transports.base import BaseTransport
from publisher.sender.transports.ehlo_name import ehlo_name
from publisher.sender.transports.login import Server, certificate_end, connect, drop
from publisher.sender.transports.smtp_replies import Phase
from publisher.sender.transports.smtp_session import SmtpSession

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from publisher.settings import Settings

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
# Connection, greeting, EHLO, HELO, STARTTLS, TLS, EHLO, and six replies of a login by all methods.
_OPENING_STEPS = 13
MESSAGES_PER_CONNECTION = 100


class SmtpTransport(BaseTransport):
    """One connection to a mail server, reopened after an error and after some messages."""

    name = "smtp"
    leaves_machine = True

    def __init__(
        self,
        server: Server,
        *,
        timeout_seconds: float,
        context: ssl.SSLContext | None = None,
        messages_per_connection: int = MESSAGES_PER_CONNECTION,
        sign: Callable[[bytes], bytes] | None = None,
    ) -> None:
        """Prepare a connection to `server`.

        `timeout_seconds` limits the wait for each reply; `context` is for servers whose certificate
        is of an authority that the system does not know; `sign` returns a message with its DKIM
        signature; after `messages_per_connection` messages the connection is reopened.
        """
        self._server = server
        self._context = context
        self._limits = {phase: min(limit, timeout_seconds) for phase, limit in _LIMITS.items()}
        self._per_connection = messages_per_connection
        self._sign = sign
        self._connection: Any = None  # yagmail's; untyped
        self._session: SmtpSession | None = None
        self._sent = 0
        self._in_turn = 0  # messages on all connections since one was cut off
        # The message that was announced, and its form on the wire.
        self._prepared: tuple[bytes, bytes] | None = None

    @classmethod
    def from_settings(cls, settings: Settings) -> Self:
        """Return a transport for [mail]. Raises `SettingsError` for a DKIM key that can't sign."""
        mail = settings.mail
        sign = None
        if mail.dkim_key_file:
            from publisher.sender.message.dkim_signature import signer  # noqa: PLC0415 - an extra

            domain = mail.from_address.rpartition("@")[2]
            sign = signer(settings.path(mail.dkim_key_file), mail.dkim_selector, domain)
        server = Server(
            host=mail.host,
            port=mail.port,
            security=mail.security,
            username=mail.username,
            password=mail.password,
            keyring=mail.keyring,
            oauth2_file=settings.path(mail.oauth2_file) if mail.oauth2_file else None,
            plaintext=mail.plaintext,
            ehlo_name=ehlo_name(settings),
        )
        return cls(
            server,
            timeout_seconds=mail.timeout_seconds,
            messages_per_connection=mail.messages_per_connection,
            sign=sign,
        )

    @property
    def timeout_seconds(self) -> float:
        """The longest time that one `send` can take."""
        opening = _OPENING_STEPS * self._limits[Phase.CONNECT]
        return opening + sum(self._limits.values())

    def prepare(self) -> None:
        """Read the system's certificate authorities, and load the library."""
        if self._server.security != "none":
            self._context = self._context or ssl.create_default_context()
        # yagmail is slow to import, so once before the forks.
        from publisher.sender.transports import smtp_connection  # noqa: F401, PLC0415 - see above

    def ready(self) -> bool:
        """Return whether the connection is open and may carry another message."""
        return self._connection is not None and self._sent < self._per_connection

    def open(self) -> None:
        """Connect and log in, unless the connection is good. Raises `TransportError`."""
        if self.ready():
            return
        self.close()
        if self._context is None and self._server.security != "none":
            # Reading the system's certificate authorities takes as long as many messages.
            self._context = ssl.create_default_context()
        connection = connect(self._server, self._limits[Phase.CONNECT], self._context)
        self._connection = connection
        self._session = SmtpSession(connection.smtp, self._limits, self._in_turn)
        self._sent = 0

    @property
    def certificate_end(self) -> datetime | None:
        """The end of the server's certificate, None without TLS or an open connection."""
        return None if self._connection is None else certificate_end(self._connection.smtp.sock)

    def close(self) -> None:
        """Send QUIT and close the connection; a server that does not answer is no error."""
        connection = self._connection
        if connection is not None:
            with suppress(TransportError, OSError, ValueError):
                connection.smtp.timeout = min(5.0, self._limits[Phase.CONNECT])
                connection.smtp.quit()
            self._drop()

    def interrupt(self) -> None:
        """Shut the socket down, so that a `send` that waits for a reply fails."""
        connection = self._connection
        sock = None if connection is None or connection.smtp is None else connection.smtp.sock
        if sock is not None:
            with suppress(OSError, ValueError):
                sock.shutdown(socket.SHUT_RDWR)

    def evidence(self, message_id: str) -> bool | None:
        """Return None: SMTP has no way to ask what a server has accepted."""
        del message_id
        return None

    def announce(self, envelope_sender: str, recipient: str, message: bytes) -> None:
        """Sign the message, and send its sender and recipient."""
        try:
            body = self._on_the_wire(message)
        except TransportError:
            return
        self._prepared = message, body
        if self._session is not None and self.ready():
            self._session.announce(envelope_sender, recipient, body)

    def withdraw(self) -> None:
        """Drop a connection on which the server waits for the message."""
        self._prepared = None
        if self._session is not None and self._session.announced:
            self._drop()

    def send(self, envelope_sender: str, recipient: str, message: bytes, message_id: str) -> str:
        """Send one message in a transaction of its own; return the server's last reply.

        Raises `TransportError`; `base.Transport` says what each kind promises.
        """
        del message_id  # stands in the message
        if self._prepared is None or self._prepared[0] is not message:
            self.announce(envelope_sender, recipient, message)
        prepared, self._prepared = self._prepared, None
        body = self._on_the_wire(message) if prepared is None else prepared[1]
        if self._session is not None and not self._session.usable:
            # Servers close connections that wait for long, and some say so: nothing has left yet.
            self._drop()
        self.open()
        session = self._session
        assert session is not None  # noqa: S101 - set by `open`
        try:
            reply = session.transact(envelope_sender, recipient, body)
        finally:
            if not session.usable:
                self._in_turn = 0
                self._drop()
        self._sent += 1
        self._in_turn += 1
        return reply

    def _on_the_wire(self, message: bytes) -> bytes:
        return to_wire(message if self._sign is None else self._sign(message))

    def _drop(self) -> None:
        connection, self._connection, self._session = self._connection, None, None
        if connection is not None:
            drop(connection)
