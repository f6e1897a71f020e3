"""One mail transaction on an open connection (RFC 5321, 3.3), in as few round trips as allowed.

Each failure is known by the step it came in. The final dot is written apart from the message, and
only where the server has said nothing since it asked for it: as long as the dot has not been
written, nothing can have been accepted.

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
_GO_ON = range(354, 355)
_ASKED = ((Phase.SENDER, _OK), (Phase.RECIPIENT, _OK), (Phase.DATA, _GO_ON))
_CLOSING = 421
# RFC 5321, 4.5.3.1.5 says 512; some explain at length.
_LONGEST_LINE = 8192
_MOST_LINES = 100
_REFUSED = range(400, 600)
_ADDRESS = re.compile(r"[!-;=?-~\u00a1-\U0010ffff]+@[!-;=?-~]+")


class SmtpSession:
    """Drives the connection that yagmail made; once `usable` is False it must be dropped."""

    def __init__(self, smtp: Any, limits: Mapping[Phase, float]) -> None:  # noqa: ANN401 - untyped
        """Take over a connection that is logged in; `limits` are in seconds."""
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
        """Say who the next message is from and for; `transact` of the same reads the answers.

        Without PIPELINING only who it is from. Nothing of the message itself leaves: a server that
        is left now has nothing to accept. Raises nothing: what goes wrong shows in `transact`.
        """
        with suppress(TransportError, OSError, ValueError):
            commands = self._commands(envelope_sender, recipient, body)
            self._enter(Phase.SENDER)
            self.announced = True
            self._socket.sendall(b"".join(commands) if self._pipelining else commands[0])

    def transact(self, envelope_sender: str, recipient: str, body: bytes) -> str:
        """Send `body` (wire.to_wire) to one address; return the server's last answer.

        Raises `TransportError`; see `base.Transport` for what each kind promises.
        """
        commands = self._commands(envelope_sender, recipient, body)
        try:
            try:
                return self._talk(commands, body)
            except (OSError, ValueError) as error:
                raise translate(error, self._phase) from error
        except TransportError as error:
            self._recover(error)
            raise
        except BaseException:
            # Interrupted in the middle: whatever comes next on this connection is not our answer.
            self.usable = False
            raise

    def _commands(self, envelope_sender: str, recipient: str, body: bytes) -> list[bytes]:
        for address in (envelope_sender, recipient):
            if not _ADDRESS.fullmatch(address):
                raise PermanentFailure(
                    f"not an address: {one_line(ascii(address), MOST_CHARACTERS)}"
                )
        if self._largest and len(body) > self._largest:
            # It would be refused for everybody (RFC 1870, 6.2).
            raise ConfigurationFailure(
                f"the message has {len(body):,} bytes, the mail server takes {self._largest:,}",
                enhanced="5.3.4",
            )
        options = f" SIZE={len(body)}" if self._size else ""
        if not recipient.isascii():
            if not self._utf8:
                # The status a server would give (RFC 6531, 3.5): this address, and no other.
                raise PermanentFailure(
                    "the mail server takes no address that is not ASCII (SMTPUTF8, RFC 6531)",
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

    def _talk(self, commands: list[bytes], body: bytes) -> str:
        if self._pipelining:
            self._ask_at_once(commands)
        else:
            self._ask(commands)
        self._enter(Phase.BODY)
        self._socket.sendall(body)
        self._nothing_said()
        self._enter(Phase.END)
        self._socket.sendall(b".\r\n")
        return self._answer(Phase.END, _OK)

    def _ask(self, commands: list[bytes]) -> None:
        """Say who the message is from and for; return when the server waits for it."""
        for (phase, wanted), command in zip(_ASKED, commands, strict=True):
            self._enter(phase)
            if self.announced:
                self.announced = False
            else:
                self._socket.sendall(command)
            self._answer(phase, wanted)

    def _ask_at_once(self, commands: list[bytes]) -> None:
        """Do what `_ask` does in one round trip; the first refusal is the one that counts."""
        self._enter(Phase.SENDER)
        if not self.announced:
            self._socket.sendall(b"".join(commands))
        self.announced = False
        refusal: TransportError | None = None
        for phase, wanted in _ASKED:
            self._enter(phase)
            try:
                self._answer(phase, wanted)
            except (OSError, TransportError) as error:
                if refusal is None and isinstance(error, OSError):
                    raise
                if getattr(error, "code", 0) not in _REFUSED:
                    # Not even an answer: those to the other commands are not looked for.
                    self.usable = False
                    raise refusal or error from None
                if isinstance(error, TransportError):
                    refusal = refusal or error
            else:
                if refusal is not None and phase is Phase.DATA:
                    # It waits for a message to nobody. RFC 2920, 3.1 wants a lone dot, which a
                    # broken server might take for one; a cut line it can't.
                    self.usable = False
        if refusal is not None:
            raise refusal

    def _enter(self, phase: Phase) -> None:
        self._phase = phase
        self._deadline = time.monotonic() + self._limits[phase]
        self._socket.settimeout(self._limits[phase])

    def _answer(self, phase: Phase, wanted: range) -> str:
        """Read a reply (RFC 5321, 4.2), whole before the phase's time is over."""
        lines = [self._line()]
        while lines[-1][3:4] == b"-" and len(lines) < _MOST_LINES:
            lines.append(self._line())
        digits = lines[-1][:3]
        code = int(digits) if digits.isdigit() and lines[-1][3:4] != b"-" else -1
        text = b" ".join(line[4:] for line in lines) if code > 0 else lines[0]
        if code not in wanted:
            raise failure(phase, code, text.decode("utf-8", "replace"))
        return one_line(f"{code} {text.decode('utf-8', 'replace')}", MOST_CHARACTERS)

    def _line(self) -> bytes:
        while (end := self._read.find(b"\n")) < 0:
            left = self._deadline - time.monotonic()
            # Who drips a byte now and then would else be waited for without end.
            if left <= 0:
                raise TimeoutError
            if len(self._read) > _LONGEST_LINE:
                return bytes(self._read)
            self._socket.settimeout(left)
            self._receive()
        line = bytes(self._read[:end]).rstrip(b"\r")
        del self._read[: end + 1]
        return line

    def _receive(self) -> None:
        data = self._socket.recv(4096)
        if not data:
            raise ConnectionAbortedError("the server hung up")
        self._read += data

    def _nothing_said(self) -> None:
        """Raise where the server answers, or is gone, before the final dot."""
        self._socket.settimeout(0)
        if not self._read:
            with suppress(BlockingIOError, ssl.SSLWantReadError):
                self._receive()
        if self._read:
            self.usable = False
            self._enter(Phase.BODY)
            raise TemporaryFailure(f"{Phase.BODY}: {self._answer(Phase.BODY, _OK)}")

    def _recover(self, error: TransportError) -> None:
        """Bring the connection back to a known state, or give it up."""
        refused = error.code in _REFUSED and error.code != _CLOSING
        doubtful = isinstance(error, UnknownOutcome) or self._phase is Phase.BODY
        self.usable = self.usable and refused and not doubtful
        if not self.usable:
            return
        try:
            with translating(Phase.LOGIN):
                self._enter(Phase.LOGIN)
                self._socket.sendall(b"RSET\r\n")
                self._answer(Phase.LOGIN, _OK)
        except TransportError:
            self.usable = False


@contextmanager
def translating(phase: Phase) -> Iterator[None]:
    """Turn everything the connection can raise into our errors."""
    try:
        yield
    except (OSError, ValueError) as error:
        raise translate(error, phase) from error
