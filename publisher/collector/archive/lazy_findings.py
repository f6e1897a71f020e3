"""The findings of a whole archive, loaded when they are accessed.

An archive has as many findings as papers, and most commands read none of them.
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Sequence
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, overload

from publisher.models import Finding, Severity

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

    from publisher.collector.archive.reader import Archive
    from publisher.collector.sources.folder_source import SourceFile


class LazyFindings(Sequence[Finding]):
    """The findings of an archive, with paths of files relative to the working directory."""

    def __init__(self, first: Iterable[Finding], archive: Archive) -> None:
        """Put the findings `first`, which belong to no file of `archive`, before the others."""
        self._first = tuple(first)
        self._archive = archive
        self._here = Path.cwd()

    @cached_property
    def _findings(self) -> tuple[Finding, ...]:
        return (*self._first, *self._of_files(self._archive.findings()))

    def errors(self) -> tuple[Finding, ...]:
        """Return the errors; only files with errors are loaded."""
        findings = (*self._first, *self._of_files(self._archive.findings(with_errors_only=True)))
        return tuple(finding for finding in findings if finding.severity is Severity.ERROR)

    def warning_count(self) -> int:
        """Return the number of warnings; no findings are loaded."""
        first = sum(finding.severity is Severity.WARNING for finding in self._first)
        return first + sum(summary.warnings for summary in self._archive.summaries)

    def counts(self, codes: Collection[str]) -> dict[str, int]:
        """Return the number of findings of each of `codes`, also 0; no findings are loaded."""
        first = Counter(finding.code for finding in self._first)
        of_files = [summary.codes for summary in self._archive.summaries if summary.codes]
        return {code: first[code] + sum(of.get(code, 0) for of in of_files) for code in codes}

    def _of_files(
        self, by_file: Iterable[tuple[SourceFile, tuple[Finding, ...]]]
    ) -> tuple[Finding, ...]:
        by_path = sorted(
            ((display_path(file.name, self._here), findings) for file, findings in by_file),
            key=lambda pair: pair[0],
        )
        return tuple(
            Finding(path, finding.line, finding.code, finding.message, finding.severity)
            for path, findings in by_path
            for finding in findings
        )

    def __len__(self) -> int:
        """Return the number of findings."""
        return len(self._findings)

    @overload
    def __getitem__(self, index: int) -> Finding: ...
    @overload
    def __getitem__(self, index: slice) -> tuple[Finding, ...]: ...
    def __getitem__(self, index: int | slice) -> Finding | tuple[Finding, ...]:
        """Return a finding, or those of a slice."""
        return self._findings[index]

    def __eq__(self, other: object) -> bool:
        """Return whether `other` has the same findings in the same order."""
        return isinstance(other, Sequence) and self._findings == tuple(other)

    __hash__ = None  # type: ignore[assignment]


def display_path(name: str, here: Path | None = None) -> str:
    """Return the path of the file `name` as people see it: relative, if it is below `here`.

    `here` is the working directory unless it is given.
    """
    here = here or Path.cwd()
    location = here / name
    try:
        relative = os.path.relpath(location, here)
    except ValueError:  # on another drive of Windows
        return name
    return name if relative.startswith("..") else Path(relative).as_posix()
