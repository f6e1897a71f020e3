"""Preflight's findings as `preflight`, `send` and `publish` print them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from publisher.cli import show
from publisher.models import Severity
from publisher.translation import _

if TYPE_CHECKING:
    from collections.abc import Sequence

    from publisher.models import Finding


def print_findings(findings: Sequence[Finding]) -> None:
    """Print the errors, and the number of warnings, of an issue that is to be sent."""
    for finding in findings:
        if finding.severity is Severity.ERROR:
            show.note(f"{show.error_word()} {as_line(finding)}")
    warnings = sum(finding.severity is Severity.WARNING for finding in findings)
    if warnings:
        show.note(
            show.number_of(
                warnings,
                "1 warning: `publisher preflight` lists it",
                "{count} warnings: `publisher preflight` lists them",
            )
        )


def as_line(finding: Finding) -> str:
    """Return `edition: CODE message`."""
    from publisher.preflight.findings import CODES
    from publisher.services import private_files
    from publisher.services.findings_report import in_words

    codes = CODES | private_files.CODES
    return f"{finding.path}: {finding.code} {in_words(finding, codes)}"


def totals(findings: Sequence[Finding], checked: int) -> str:
    """Return the number of editions checked, and of findings by severity."""
    severities = [finding.severity for finding in findings]
    return _(", ").join(
        [
            show.number_of(checked, "1 edition checked", "{count} editions checked"),
            show.number_of(severities.count(Severity.ERROR), "1 error", "{count} errors"),
            show.number_of(severities.count(Severity.WARNING), "1 warning", "{count} warnings"),
            show.number_of(severities.count(Severity.NOTE), "1 note", "{count} notes"),
        ]
    )
