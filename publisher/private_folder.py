"""Folders of private data: subscribers, mails, keys. Only their owner enters them, and no git."""

from __future__ import annotations

import os
from contextlib import suppress
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

# Beside the settings. Jekyll copies every other folder of a blog to the site; hidden ones it skips.
DATA_FOLDER = ".publisher"
_IGNORE_ALL = "# Private data of digest-publisher\n*\n"


def make_private_folder(folder: Path) -> None:
    """Make `folder` and its parents where they are missing, for the user alone.

    The topmost new one has a .gitignore that keeps everything in it out of a repository, also out
    of one that is made later. Raises `OSError`.
    """
    missing = [path for path in (folder, *folder.parents) if not path.exists()]
    for path in reversed(missing):
        path.mkdir(mode=0o700, exist_ok=True)
    if missing:
        with suppress(FileExistsError):
            write_private_file(missing[-1] / ".gitignore", _IGNORE_ALL.encode())


def write_private_file(path: Path, content: bytes) -> None:
    """Write a new file that only its owner can read, down to the disk. Raises `OSError`."""
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0)
    with os.fdopen(os.open(path, flags, 0o600), "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
