"""New folders of the site, which appear at once when all their files are in them.

Each is created under a hidden name and renamed when its files are whole. So its files need not be
renamed one by one, nor compared, which is half the cost of writing one; and a first build that is
stopped leaves nothing rather than half of a folder.
"""

from __future__ import annotations

import os
import shutil
from typing import TYPE_CHECKING

from publisher.formatter.site.atomic_write import (
    checked,
    copy_beside,
    explained,
    write_new,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path


class StagedFolders:
    """The folders at the top of `folder` that `paths` need and that are not there yet."""

    def __init__(self, folder: Path, paths: Iterable[str]) -> None:
        """Make none yet."""
        self._root = os.fspath(folder)
        names = dict.fromkeys(path.partition("/")[0] for path in paths if "/" in path)
        # Named as `build_targets` sweeps them after a build was killed.
        self._hidden = {
            name: f"{self._root}/.{name}.{os.getpid()}.tmp"
            for name in names
            if not os.path.lexists(f"{self._root}/{name}")
        }

    def __contains__(self, path: str) -> bool:
        """Return whether `path` belongs in one of them."""
        return path.partition("/")[0] in self._hidden

    def write(self, files: Mapping[str, bytes]) -> tuple[str, ...]:
        """Write `files`, large ones with a compressed copy; return their paths.

        Raises `OutputError`.
        """
        created: set[str] = set()
        for path, content in files.items():
            top, slash, rest = checked(path).partition("/")
            target = self._hidden[top] + slash + rest
            try:
                parent = target.rpartition("/")[0]
                if parent not in created:
                    os.makedirs(parent, exist_ok=True)  # noqa: PTH103 - paths are texts here
                    created.add(parent)
                write_new(target, content)
                if copy := copy_beside(path, content):
                    write_new(f"{target}.gz", copy)
            except OSError as error:
                raise explained(f"{self._root}/{path}", error) from error
        return tuple(files)

    def appear(self) -> None:
        """Give them their names, in the order of `paths`. Raises `OutputError`."""
        for name, hidden in self._hidden.items():
            try:
                os.rename(hidden, f"{self._root}/{name}")  # noqa: PTH104 - texts, as everywhere
            except OSError as error:
                raise explained(f"{self._root}/{name}", error) from error

    def discard(self) -> None:
        """Remove those that have no name yet."""
        for hidden in self._hidden.values():
            shutil.rmtree(hidden, ignore_errors=True)
