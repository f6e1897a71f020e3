"""Polls for changes where the system reports none, as on network file systems.

watchfiles can do that too, but compares times in whole seconds: it missed the second of two writes
within one second.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

# For a file time, size and inode; for a folder the inode alone, as its files have their own.
Tree = dict[Path, tuple[int, ...]]


def look(roots: Iterable[Path]) -> Tree:
    """Return every file and folder below `roots`, except in hidden folders."""
    tree: Tree = {}
    folders = list(roots)
    while folders:
        try:
            with os.scandir(folders.pop()) as iterator:
                entries = list(iterator)
        except OSError:  # gone meanwhile, or not readable
            continue
        for entry in entries:
            path = Path(entry.path)
            try:
                status = entry.stat()
            except OSError:  # gone, or a link to nothing
                continue
            if not entry.is_dir():
                tree[path] = (status.st_mtime_ns, status.st_size, status.st_ino)
            elif not entry.name.startswith("."):
                tree[path] = (status.st_ino,)
                if not entry.is_symlink():  # a link may lead in a circle
                    folders.append(path)
    return tree


def differences(
    before: Mapping[Path, tuple[int, ...]], after: Mapping[Path, tuple[int, ...]]
) -> set[tuple[str, Path]]:
    """Return the paths that were "added", "modified" or "deleted" between two looks."""
    return (
        {("added", path) for path in after.keys() - before.keys()}
        | {("deleted", path) for path in before.keys() - after.keys()}
        | {
            ("modified", path)
            for path in before.keys() & after.keys()
            if before[path] != after[path]
        }
    )
