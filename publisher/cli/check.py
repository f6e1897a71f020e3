"""`publisher check`: list the defects of digests."""

from __future__ import annotations

from collections import Counter
from enum import StrEnum
from typing import TYPE_CHECKING

import click

from publisher.cli import options, show
from publisher.models import Severity
from publisher.services import build
from publisher.services.findings_report import PLACES, first_places
from publisher.translation import _

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from publisher.models import Collection, Finding


class Format(StrEnum):
    """The output formats of findings."""

    TEXT = "text"
    JSON = "json"
    GITHUB = "github"


@click.command()
@click.argument(
    "paths",
    nargs=-1,
    type=options.PATH,
    metavar="[PATH]...",
    help="Files or folders.  [default: source.folders]",
)
@click.option(
    "--format",
    "output_format",
    type=options.OneOf(Format),
    default="text",
    show_default=True,
    help="`github` makes annotations of a pull request.",
)
@click.option("--json", "as_json", is_flag=True, help="The same as --format json.")
@options.config
@options.source
@click.option(
    "--verbose",
    is_flag=True,
    help="List every place, silenced codes and files that are no digests; show a traceback with an"
    " error.",
)
def check(
    *,
    paths: tuple[Path, ...],
    output_format: Format,
    as_json: bool,
    config: Path | None,
    source: tuple[Path, ...],
    verbose: bool,
) -> None:
    """List the defects of the digests as path:line: CODE message.

    Three places of each code, all with --verbose and as JSON. `check.ignore` silences codes. The
    documentation explains them. The exit code is 1 if there is an error, else 0.
    """
    settings = options.settings_of(config, [*source, *paths])
    collection = build.collect(settings, show.parsing)
    show.unread_papers(collection, settings)
    findings = [*collection.findings, *(_passed_over(collection) if verbose else ())]
    shown = [each for each in findings if verbose or each.code not in collection.silenced]
    if as_json or output_format is Format.JSON:
        for finding in findings:
            show.json_line(_fields(finding))
    elif output_format is Format.GITHUB:
        for finding in shown:
            show.line(_annotation(finding))
    else:
        for text in first_places(shown, {}, None if verbose else PLACES):
            show.line(text)
        for row in _summary(shown):
            show.note(row)
    show.note(_totals(collection))
    show.silenced(collection)
    show.left_out(collection.left_out)
    show.no_digests(collection.no_digests)
    if collection.errors:
        raise SystemExit(1)


def _passed_over(collection: Collection) -> Iterator[Finding]:
    from publisher.collector.findings import finding

    for path in collection.no_digests:
        yield finding(path, 1, "D115")


def _fields(finding: Finding) -> dict[str, object]:
    return {
        "path": finding.path,
        "line": finding.line,
        "code": finding.code,
        "severity": finding.severity.value,
        "message": finding.message,
    }


def _annotation(finding: Finding) -> str:
    """Return a workflow command of GitHub Actions, which has escapes of its own."""
    message = finding.message.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")
    path = finding.path.replace("%", "%25").replace(":", "%3A").replace(",", "%2C")
    line = f",line={finding.line}" if finding.line else ""
    command = "notice" if finding.severity is Severity.NOTE else finding.severity.value
    return f"::{command} file={path}{line},title={finding.code}::{message}"


def _summary(findings: Sequence[Finding]) -> list[str]:
    """Return the lines of a table: the number of findings by code, and the code's meaning."""
    from publisher.collector.findings import CODES

    counted = Counter(finding.code for finding in findings)
    if not counted:
        return []
    width = max(len(f"{number:,}") for number in counted.values())
    return [
        "",
        *(f"{n:>{width},}  {code}  {_(CODES[code][1])}" for code, n in sorted(counted.items())),
    ]


def _totals(collection: Collection) -> str:
    parts = [
        show.number_of(collection.digest_count, "1 digest", "{count} digests"),
        show.number_of(len(collection.papers), "1 paper", "{count} papers"),
        show.number_of(len(collection.errors), "1 error", "{count} errors"),
        show.number_of(collection.warning_count, "1 warning", "{count} warnings"),
    ]
    return _(", ").join(parts)
