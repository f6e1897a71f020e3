"""The replies of a mail server as they come off the wire (RFC 5321, 4.2), and none out of turn."""

from __future__ import annotations

import re
import ssl
import struct
import sys
import time
from typing import TYPE_CHECKING

from publisher.printable import one_line
from publisher.sender.transports.smtp_replies import MOST_CHARACTERS, NO_REPLY, SmtpReply

if TYPE_CHECKING:
    import socket

# RFC 5321, 4.5.3.1.5, with the line end; a reply to EHLO has some twenty lines.
LONGEST_LINE = 512
MOST_LINES = 100
# A code may stand alone. Bytes that are not ASCII are allowed: servers in China reply in Chinese.
_TICK = 0.001  # seconds; a time-out of 0 would not wait at all
_LINE = re.compile(rb"([2-5][0-5][0-9])(?:([ -])([\t\x20-\x7e\x80-\xff]*))?\r\n")


class ReplyReader:
    """Reads from a socket that is plain or has TLS; for one thread."""

    def __init__(self, sock: socket.socket) -> None:
        """Read from `sock`, of which nothing else reads from now on."""
        self.socket = sock
        self._read = bytearray()

    def read(self, deadline: float) -> SmtpReply:
        """Return the next reply, with the code `NO_REPLY` for what is none of SMTP.

        Raises `OSError` where none is whole at `deadline`, a time of `time.monotonic`.
        """
        code = b""
        lines: list[str] = []
        while len(lines) < MOST_LINES:
            line = self._line(deadline)
            match = _LINE.fullmatch(line)
            if match is None or match[1] != (code or match[1]):
                return SmtpReply(NO_REPLY, (_text(line),))
            code = match[1]
            lines.append(_text(match[3] or b""))
            if match[2] != b"-":
                return SmtpReply(int(code), tuple(lines))
        return SmtpReply(NO_REPLY, (f"a reply of more than {MOST_LINES} lines",))

    def wait(self, deadline: float) -> None:
        """Wait until a reply begins. Raises `OSError` where none does before `deadline`."""
        if not self._read:
            self._receive(deadline)

    def spoke(self, seconds: float = 0.0) -> bool:
        """Return whether the server says something within `seconds`, though nothing was asked.

        Raises `OSError` where the connection is gone.
        """
        deadline = time.monotonic() + seconds
        while not self._read:
            try:
                self._receive(deadline, least=0.0)
            except (BlockingIOError, TimeoutError, ssl.SSLWantReadError):
                # TLS has messages of its own, for which the socket is readable.
                if time.monotonic() >= deadline:
                    return False
        return True

    def unread(self) -> str:
        """Return what has come and was not read, for people."""
        return one_line(_text(self._read), MOST_CHARACTERS)

    def unconfirmed(self) -> int:
        """Return how many of the bytes that were sent have not reached the server's system.

        A reply takes the confirmation of everything before it along, so what is not confirmed when
        a reply begins was not asked for by it. 0 where the system does not tell.
        """
        if sys.platform != "linux":
            return 0
        import fcntl  # noqa: PLC0415 - other systems have none
        import termios  # noqa: PLC0415 - the same

        try:
            answer = fcntl.ioctl(self.socket.fileno(), termios.TIOCOUTQ, bytes(4))
        except OSError:
            return 0
        return int(struct.unpack("i", answer)[0])

    def _line(self, deadline: float) -> bytes:
        """Return a line with its end, or more bytes without one than a line may have."""
        while (end := self._read.find(b"\n")) < 0 and len(self._read) <= LONGEST_LINE:
            self._receive(deadline)
        end = min(end + 1, LONGEST_LINE + 1) or LONGEST_LINE + 1
        line = bytes(self._read[:end])
        del self._read[:end]
        return line if len(line) <= LONGEST_LINE else line[:-1]

    def _receive(self, deadline: float, least: float = _TICK) -> None:
        remaining = deadline - time.monotonic()
        # A time-out of the socket alone would never end with a server that drips bytes.
        if remaining < 0 and least:
            raise TimeoutError
        self.socket.settimeout(max(remaining, least))
        data = self.socket.recv(4096)
        if not data:
            raise ConnectionAbortedError("the server closed the connection")
        self._read += data


def _text(line: bytes | bytearray) -> str:
    return line.decode("utf-8", "replace")
