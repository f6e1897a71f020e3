"""`publisher check`: lint digests."""

from __future__ import annotations

import json
from collections import Counter
from enum import StrEnum
from typing import TYPE_CHECKING

import click

from publisher.cli import options, show

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from publisher.models import Collection, Finding


class Format(StrEnum):
    """How findings are printed."""

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
    help="text, json, or github for annotations of a pull request.",
)
@click.option("--json", "as_json", is_flag=True, help="The same as --format json.")
@options.config
@options.source
@options.verbose
def check(
    *,
    paths: tuple[Path, ...],
    output_format: Format,
    as_json: bool,
    config: Path | None,
    source: tuple[Path, ...],
    verbose: bool,
) -> None:
    """List every defect of the digests as path:line: CODE message.

    The codes are explained in docs/findings.md. Exit code 1 if there is an error.
    """
    from publisher.services import build

    collection = build.collect(options.settings_of(config, [*source, *paths]), show.parsing)
    if as_json or output_format is Format.JSON:
        for found in collection.findings:
            show.line(json.dumps(_fields(found), ensure_ascii=False))
    elif output_format is Format.GITHUB:
        for found in collection.findings:
            show.line(_annotation(found))
    else:
        for found in collection.findings:
            show.line(str(found))
        for row in _summary(collection.findings):
            show.note(row)
    errors = show.errors(collection.findings)
    show.note(_totals(collection, errors))
    show.left_out(collection.left_out)
    if errors:
        raise SystemExit(1)


def _fields(found: Finding) -> dict[str, object]:
    return {
        "path": found.path,
        "line": found.line,
        "code": found.code,
        "severity": found.severity.value,
        "message": found.message,
    }


def _annotation(found: Finding) -> str:
    """Return a workflow command of GitHub Actions, whose values have their own escapes."""
    message = found.message.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")
    path = found.path.replace("%", "%25").replace(":", "%3A").replace(",", "%2C")
    line = f",line={found.line}" if found.line else ""
    return f"::{found.severity.value} file={path}{line},title={found.code}::{message}"


def _summary(findings: Sequence[Finding]) -> list[str]:
    """Return a table: how often each code was found, and what it means."""
    from publisher.collector.findings import CODES

    counted = Counter(found.code for found in findings)
    if not counted:
        return []
    width = max(len(f"{number:,}") for number in counted.values())
    return [
        "",
        *(f"{n:>{width},}  {code}  {CODES[code][1]}" for code, n in sorted(counted.items())),
    ]


def _totals(collection: Collection, errors: int) -> str:
    parts = [
        show.count(collection.digest_count, "digest"),
        show.count(len(collection.papers), "paper"),
        show.count(errors, "error"),
        show.count(len(collection.findings) - errors, "warning"),
    ]
    return ", ".join(parts)
