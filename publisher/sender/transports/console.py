"""The transport "console": prints a line for each message and sends nothing."""

from __future__ import annotations

import sys
from email import policy
from email.parser import BytesHeaderParser
from typing import TYPE_CHECKING, Self, TextIO

from publisher.errors import ConfigurationFailure, UnknownOutcome
from publisher.sender.transports.base import BaseTransport

if TYPE_CHECKING:
    from publisher.settings import Settings

_PARSER = BytesHeaderParser(policy=policy.default)


class ConsoleTransport(BaseTransport):
    """Prints sender, recipient, subject and size of each message as one line."""

    name = "console"
    leaves_machine = False
    timeout_seconds = 60.0

    def __init__(self, stream: TextIO | None = None) -> None:
        """Print to `stream`; None: standard output."""
        self._stream = stream

    @classmethod
    def from_settings(cls, _settings: Settings) -> Self:
        """Return a transport that prints to standard output."""
        return cls()

    def send(self, envelope_sender: str, recipient: str, message: bytes, message_id: str) -> str:
        """Print the line; return "printed".

        Raises `ConfigurationFailure` where nothing could be written, `UnknownOutcome` where a part
        may have been.
        """
        subject = str(_PARSER.parsebytes(message)["Subject"] or "")
        line = f"{envelope_sender} -> {recipient}: {subject} ({len(message)} bytes, {message_id})"
        stream = self._stream or sys.stdout
        encoding = stream.encoding or "utf-8"
        try:
            stream.write(line.encode(encoding, "replace").decode(encoding, "replace") + "\n")
        except (OSError, ValueError) as error:
            raise ConfigurationFailure(f"can't write to the console: {error}") from error
        try:
            stream.flush()
        except (OSError, ValueError) as error:
            raise UnknownOutcome(f"can't write to the console: {error}") from error
        return "printed"

    def evidence(self, message_id: str) -> bool | None:
        """Return None: nothing keeps what was printed."""
        del message_id
        return None
