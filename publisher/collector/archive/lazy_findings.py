"""The defects of a whole archive, made when somebody reads them.

An archive has as many as papers, and most programs ask for none of them.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, overload

from publisher.models import Finding, Severity

if TYPE_CHECKING:
    from collections.abc import Iterable

    from publisher.collector.archive.reader import Archive
    from publisher.collector.sources.folder_source import SourceFile


class LazyFindings(Sequence[Finding]):
    """The findings of an archive, each with the path of its file as somebody here would open it."""

    def __init__(self, first: Iterable[Finding], archive: Archive) -> None:
        """Put `first`, which are of no file in `archive`, before those of the archive."""
        self._first = tuple(first)
        self._archive = archive
        self._here = Path.cwd()

    @cached_property
    def _made(self) -> tuple[Finding, ...]:
        return (*self._first, *self._of_files(self._archive.findings()))

    def errors(self) -> tuple[Finding, ...]:
        """Return those that are errors; no others are made."""
        findings = (*self._first, *self._of_files(self._archive.findings(with_errors_only=True)))
        return tuple(each for each in findings if each.severity is Severity.ERROR)

    def warning_count(self) -> int:
        """Return how many are warnings; none is made."""
        first = sum(each.severity is Severity.WARNING for each in self._first)
        return first + sum(head.warnings for head in self._archive.heads)

    def _of_files(
        self, by_file: Iterable[tuple[SourceFile, tuple[Finding, ...]]]
    ) -> tuple[Finding, ...]:
        by_path = sorted(
            ((self._shown(file.name), findings) for file, findings in by_file),
            key=lambda pair: pair[0],
        )
        return tuple(
            Finding(path, each.line, each.code, each.message, each.severity)
            for path, findings in by_path
            for each in findings
        )

    def _shown(self, name: str) -> str:
        location = self._here / name
        try:
            relative = os.path.relpath(location, self._here)
        except ValueError:  # another drive
            return name
        return name if relative.startswith("..") else Path(relative).as_posix()

    def __len__(self) -> int:
        """Return how many there are."""
        return len(self._made)

    @overload
    def __getitem__(self, index: int) -> Finding: ...
    @overload
    def __getitem__(self, index: slice) -> tuple[Finding, ...]: ...
    def __getitem__(self, index: int | slice) -> Finding | tuple[Finding, ...]:
        """Return one finding, or those of a part."""
        return self._made[index]

    def __eq__(self, other: object) -> bool:
        """Return whether `other` has the same findings in the same order."""
        return isinstance(other, Sequence) and self._made == tuple(other)

    __hash__ = None  # type: ignore[assignment]
