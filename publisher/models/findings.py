"""Findings: values that stand for an exception in a batch."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Severity(StrEnum):
    """The weight of a finding: an error makes the exit code 1, a warning or a note does not."""

    ERROR = "error"
    WARNING = "warning"
    NOTE = "note"


@dataclass(frozen=True, slots=True, order=True)
class Finding:
    """A defect of one digest."""

    path: str
    line: int  # 1-based; 0 for the whole file
    code: str  # e.g. "D102"; the list is in collector/findings.py
    message: str
    severity: Severity = Severity.ERROR

    def __str__(self) -> str:
        """Return `path:line: CODE message`, the form editors and CI logs understand."""
        return f"{self.path}:{self.line}: {self.code} {self.message}"
