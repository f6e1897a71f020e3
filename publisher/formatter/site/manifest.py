"""The list of the files that this program wrote, so that it never removes any other.

A compressed copy (`x.gz`) beside a listed file is not listed: it comes and goes with the file.
"""

from __future__ import annotations

from bisect import bisect_left, insort
from typing import TYPE_CHECKING

from publisher.formatter.site.atomic_write import translated, write_whole

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

MANIFEST = ".publisher-manifest"
_HEADING = "# Written by digest-publisher, which removes what is listed here and of no use any more"
# From so many new paths on, sorting all takes less time than putting each in its place.
_MANY = 200


class Manifest:
    """The paths in an output folder that are ours; see `read_manifest`."""

    def __init__(self, folder: Path, paths: list[str]) -> None:
        """List `paths`, which are sorted."""
        self._folder = folder
        self._paths = paths
        self._written = list(paths)

    def __contains__(self, path: str) -> bool:
        """Return whether `path` is listed."""
        at = bisect_left(self._paths, path)
        return at < len(self._paths) and self._paths[at] == path

    def __iter__(self) -> Iterator[str]:
        """Yield the paths, sorted."""
        return iter(self._paths)

    def __len__(self) -> int:
        """Return how many paths are listed."""
        return len(self._paths)

    def add(self, paths: Iterable[str]) -> None:
        """List `paths` too."""
        fresh = [path for path in dict.fromkeys(paths) if path not in self]
        if len(fresh) > _MANY:
            self._paths = sorted([*self._paths, *fresh])
            return
        for path in fresh:
            insort(self._paths, path)

    def remove(self, paths: Iterable[str]) -> None:
        """List `paths` no longer."""
        gone = set(paths)
        if gone:
            self._paths = [path for path in self._paths if path not in gone]

    def write(self) -> None:
        """Write the list where it changed. Raises `OutputError`."""
        if self._paths == self._written:
            return
        target = self._folder / MANIFEST
        with translated(target):
            target.parent.mkdir(parents=True, exist_ok=True)
            write_whole(target, "\n".join((_HEADING, *self._paths, "")).encode())
        self._written = list(self._paths)


def read_manifest(folder: Path) -> Manifest:
    """Return the manifest of `folder`, an empty one where it is missing or not whole.

    Raises `OutputError`.
    """
    target = folder / MANIFEST
    with translated(target):
        try:
            text = target.read_text("utf-8", errors="replace")
        except FileNotFoundError:
            return Manifest(folder, [])
    heading, *paths = text.split("\n")
    return Manifest(folder, sorted(filter(None, paths)) if heading == _HEADING else [])
