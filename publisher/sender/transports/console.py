"""Prints a short form of each message instead of sending it."""

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
    """Writes recipient, subject and size of a message as one line."""

    name = "console"
    leaves_machine = False
    timeout_seconds = 60.0

    def __init__(self, stream: TextIO | None = None) -> None:
        """Print to `stream`, by default standard output."""
        self._stream = stream

    @classmethod
    def from_settings(cls, _settings: Settings) -> Self:
        """Return one that prints to standard output."""
        return cls()

    def send(self, envelope_sender: str, recipient: str, message: bytes, message_id: str) -> str:
        """Print the line; return "printed".

        Raises `ConfigurationFailure` where the stream can't be written, `UnknownOutcome` where it
        may have taken a part.
        """
        subject = str(_PARSER.parsebytes(message)["Subject"] or "")
        line = f"{envelope_sender} -> {recipient}: {subject} ({len(message)} bytes, {message_id})"
        stream = self._stream or sys.stdout
        shown = line.encode(stream.encoding or "utf-8", "replace").decode(
            stream.encoding or "utf-8", "replace"
        )
        try:
            stream.write(shown + "\n")
        except (OSError, ValueError) as error:
            raise ConfigurationFailure(f"the console can't be written: {error}") from error
        try:
            stream.flush()
        except (OSError, ValueError) as error:
            raise UnknownOutcome(f"the console can't be written: {error}") from error
        return "printed"

    def evidence(self, message_id: str) -> bool | None:
        """Return None: what was printed is not kept."""
        del message_id
        return None
