"""`publisher papers`: the collected papers."""

from __future__ import annotations

from typing import Annotated

import typer

from publisher.cli import show
from publisher.cli.options import Config, Sources, Verbose, settings_of


def papers(
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object a line.")] = False,
    config: Config = None,
    source: Sources = None,
    verbose: Verbose = False,
) -> None:
    """List the papers of all digests, newest first."""
    from publisher import pipeline
    from publisher.formatter.paper_json import to_json

    collection = pipeline.collect(settings_of(config, source), show.parsing)
    for paper in collection.papers:
        if as_json:
            show.line(to_json(paper))
        else:
            show.line(f"{paper.first_published:%Y-%m-%d}  {paper.id:<18}  {paper.title}")
    if show.defects(collection):
        raise typer.Exit(1)
