"""The transport "outbox": writes each message as an .eml file into a folder."""

from __future__ import annotations

import hashlib
import os
import re
import secrets
import time
from contextlib import suppress
from typing import TYPE_CHECKING, Self

from publisher.errors import ConfigurationFailure, UnknownOutcome
from publisher.private_folder import make_private_folder, write_private_file
from publisher.sender.transports.base import BaseTransport

if TYPE_CHECKING:
    from pathlib import Path

    from publisher.settings import Settings

_SAFE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._@+-]{0,199}")
_UNSAFE = re.compile(r"[^A-Za-z0-9._@+-]+")
_PART = ".part"
# No file takes that long to write: an older one was left by a process that was killed.
_STALE_SECONDS = 3600.0


class OutboxTransport(BaseTransport):
    """Writes one file for each Message-ID, whole or not at all: sent twice, it is there once."""

    leaves_machine = False
    # No working disk takes longer.
    timeout_seconds = 60.0

    def __init__(self, folder: Path) -> None:
        """Write into `folder`, which `open` creates."""
        self._folder = folder
        self._ready = False
        self.name = f"outbox {folder.absolute()}"

    @classmethod
    def from_settings(cls, settings: Settings) -> Self:
        """Return a transport that writes into the folder `mail.outbox`."""
        return cls(settings.path(settings.mail.outbox))

    def open(self) -> None:
        """Create the folder, and remove partial files of processes that were killed.

        Raises `ConfigurationFailure`.
        """
        if self._ready:
            return
        try:
            make_private_folder(self._folder)
            for path in self._folder.glob(f".*{_PART}"):
                # Another connection may have renamed its own meanwhile.
                with suppress(FileNotFoundError):
                    if time.time() - path.stat().st_mtime > _STALE_SECONDS:
                        path.unlink()
        except OSError as error:
            raise self._failure(error) from error
        self._ready = True

    def send(self, envelope_sender: str, recipient: str, message: bytes, message_id: str) -> str:
        """Write the message; return the file's name.

        Raises `ConfigurationFailure` where nothing was written, `UnknownOutcome` where the file
        was written but may be lost in a power cut.
        """
        del envelope_sender, recipient  # both are in the message's headers
        path = self._folder / file_name(message_id)
        part = self._folder / f".{path.name}.{secrets.token_hex(4)}{_PART}"
        try:
            write_private_file(part, message)
            part.replace(path)
        except OSError as error:
            part.unlink(missing_ok=True)
            raise self._failure(error) from error
        except BaseException:
            part.unlink(missing_ok=True)
            raise
        try:
            _sync_folder(self._folder)
        except OSError as error:
            raise UnknownOutcome(
                f"{path}: written, but may not be on disk: {error.strerror}"
            ) from error
        return f"written to {path.name}"

    def close(self) -> None:
        """Have `open` check the folder again."""
        self._ready = False

    def evidence(self, message_id: str) -> bool | None:
        """Return whether the message's file is there; None where the folder can't be read."""
        try:
            return (self._folder / file_name(message_id)).exists()
        except OSError:
            return None

    def _failure(self, error: OSError) -> ConfigurationFailure:
        return ConfigurationFailure(f"{self._folder}: can't be written: {error.strerror or error}")


def file_name(message_id: str) -> str:
    """Return the file name for a Message-ID: unique, and valid on every file system."""
    plain = message_id.strip("<>")
    if _SAFE.fullmatch(plain):
        return f"{plain}.eml"
    digest = hashlib.sha256(message_id.encode()).hexdigest()[:16]
    return f"{_UNSAFE.sub('-', plain).strip('-.')[:80] or 'message'}-{digest}.eml"


def _sync_folder(folder: Path) -> None:
    """Have the new name survive a power cut, on systems that offer it."""
    if os.name == "nt":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
