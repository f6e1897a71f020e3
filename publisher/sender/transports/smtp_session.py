"""Mail transactions on an open connection (RFC 5321, 3.3), in as few round trips as allowed.

Each failure is tied to the step in which it occurs. The final dot is written apart from the
message, and only where the server has sent nothing since it asked for the message: until the dot
is written, nothing can have been accepted.

Where the server offers PIPELINING (RFC 2920), sender, recipient and DATA leave together: two round
trips for a message, else four.
"""

from __future__ import annotations

import re
import ssl
import time
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Any

from publisher.errors import (
    ConfigurationFailure,
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

_OK = range(200, 300)
_START_INPUT = range(354, 355)
# The replies that each command expects.
_EXPECTED = ((Phase.SENDER, _OK), (Phase.RECIPIENT, _OK), (Phase.DATA, _START_INPUT))
_CLOSING = 421
# RFC 5321, 4.5.3.1.5 allows 512; some servers explain at length.
_LONGEST_LINE = 8192
_MOST_LINES = 100
_REFUSED = range(400, 600)
_ADDRESS = re.compile(r"[!-;=?-~\u00a1-\U0010ffff]+@[!-;=?-~]+")


class SmtpSession:
    """A connection that yagmail has opened; once `usable` is False, it must be dropped."""

    def __init__(self, smtp: Any, limits: Mapping[Phase, float]) -> None:  # noqa: ANN401 - untyped
        """Take over a connection that is logged in; `limits` are waits in seconds."""
        self._socket = smtp.sock
        self._limits = limits
        self._phase = Phase.LOGIN
        self._deadline = 0.0
        self._read = bytearray()
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
        is dropped now, the server has nothing to accept. Raises nothing: `transact` does.
        """
        with suppress(TransportError, OSError, ValueError):
            commands = self._commands(envelope_sender, recipient, body)
            self._enter(Phase.SENDER)
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
        self._socket.sendall(body)
        self._check_silence()
        self._enter(Phase.END)
        self._socket.sendall(b".\r\n")
        return self._read_reply(Phase.END, _OK)

    def _command(self, commands: list[bytes]) -> None:
        """Send the commands one by one; return when the server waits for the message."""
        for (phase, expected), command in zip(_EXPECTED, commands, strict=True):
            self._enter(phase)
            if self.announced:
                self.announced = False
            else:
                self._socket.sendall(command)
            self._read_reply(phase, expected)

    def _command_pipelined(self, commands: list[bytes]) -> None:
        """Send the commands in one round trip; of several refusals the first one counts."""
        self._enter(Phase.SENDER)
        if not self.announced:
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

    def _enter(self, phase: Phase) -> None:
        self._phase = phase
        self._deadline = time.monotonic() + self._limits[phase]
        self._socket.settimeout(self._limits[phase])

    def _read_reply(self, phase: Phase, expected: range) -> str:
        """Return a reply (RFC 5321, 4.2) that is whole before the phase's time is over.

        Raises `TransportError` for an unexpected code, `OSError` where none comes in time.
        """
        lines = [self._line()]
        while lines[-1][3:4] == b"-" and len(lines) < _MOST_LINES:
            lines.append(self._line())
        digits = lines[-1][:3]
        code = int(digits) if digits.isdigit() and lines[-1][3:4] != b"-" else -1
        text = b" ".join(line[4:] for line in lines) if code > 0 else lines[0]
        if code not in expected:
            raise failure(phase, code, text.decode("utf-8", "replace"))
        return one_line(f"{code} {text.decode('utf-8', 'replace')}", MOST_CHARACTERS)

    def _line(self) -> bytes:
        while (end := self._read.find(b"\n")) < 0:
            remaining = self._deadline - time.monotonic()
            # A time-out of the socket alone would never end with a server that drips bytes.
            if remaining <= 0:
                raise TimeoutError
            if len(self._read) > _LONGEST_LINE:
                return bytes(self._read)
            self._socket.settimeout(remaining)
            self._receive()
        line = bytes(self._read[:end]).rstrip(b"\r")
        del self._read[: end + 1]
        return line

    def _receive(self) -> None:
        data = self._socket.recv(4096)
        if not data:
            raise ConnectionAbortedError("the server closed the connection")
        self._read += data

    def _check_silence(self) -> None:
        """Raise an error where the server replies, or is gone, before the final dot."""
        self._socket.settimeout(0)
        if not self._read:
            with suppress(BlockingIOError, ssl.SSLWantReadError):
                self._receive()
        if self._read:
            self.usable = False
            self._enter(Phase.BODY)
            raise TemporaryFailure(f"{Phase.BODY}: {self._read_reply(Phase.BODY, _OK)}")

    def _recover(self, error: TransportError) -> None:
        """Reset the connection after an error, or mark it as unusable."""
        refused = error.code in _REFUSED and error.code != _CLOSING
        doubtful = isinstance(error, UnknownOutcome) or self._phase is Phase.BODY
        self.usable = self.usable and refused and not doubtful
        if not self.usable:
            return
        try:
            with translating(Phase.LOGIN):
                self._enter(Phase.LOGIN)
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
