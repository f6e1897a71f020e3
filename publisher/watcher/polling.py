"""Looks for changes where the system tells of none, as on network file systems.

watchfiles can do that too, but knows a file's time to the second alone: a digest that is written
twice within one second stayed as it was the first time.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

# A file: time, size, inode. A folder: its inode alone, for what is in it is seen by itself.
Tree = dict[Path, tuple[int, ...]]


def look(roots: Iterable[Path]) -> Tree:
    """Return every file and folder below `roots`, but those in hidden folders."""
    found: Tree = {}
    waiting = list(roots)
    while waiting:
        try:
            with os.scandir(waiting.pop()) as scanned:
                entries = list(scanned)
        except OSError:  # gone while we look, or not ours to read
            continue
        for entry in entries:
            path = Path(entry.path)
            try:
                status = entry.stat()
            except OSError:  # gone, or a link to nothing
                continue
            if not entry.is_dir():
                found[path] = (status.st_mtime_ns, status.st_size, status.st_ino)
            elif not entry.name.startswith("."):
                found[path] = (status.st_ino,)
                if not entry.is_symlink():  # it may lead in a circle
                    waiting.append(path)
    return found


def differences(
    before: Mapping[Path, tuple[int, ...]], after: Mapping[Path, tuple[int, ...]]
) -> set[tuple[str, Path]]:
    """Return what was "added", "modified" or "deleted" between two looks."""
    return (
        {("added", path) for path in after.keys() - before.keys()}
        | {("deleted", path) for path in before.keys() - after.keys()}
        | {
            ("modified", path)
            for path in before.keys() & after.keys()
            if before[path] != after[path]
        }
    )
