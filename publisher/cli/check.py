"""`publisher check`: lint digests."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from publisher.cli import show
from publisher.cli.options import Config, Sources, Verbose, settings_of


def check(
    paths: Annotated[
        list[Path] | None,
        typer.Argument(metavar="[PATH]...", help="Files or folders.  [default: source.folders]"),
    ] = None,
    config: Config = None,
    source: Sources = None,
    verbose: Verbose = False,
) -> None:
    """List every defect of the digests as path:line: CODE message."""
    from publisher import pipeline
    from publisher.models import Severity

    collection = pipeline.collect(settings_of(config, [*(source or []), *(paths or [])]))
    for found in collection.findings:
        show.line(str(found))
    errors = sum(found.severity is Severity.ERROR for found in collection.findings)
    show.note(
        f"{show.count(collection.digest_count, 'digest')}, "
        f"{show.count(len(collection.papers), 'paper')}: {show.count(errors, 'error')}, "
        f"{show.count(len(collection.findings) - errors, 'warning')}"
    )
    if errors:
        raise typer.Exit(1)
