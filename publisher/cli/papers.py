"""`publisher papers`: list the collected papers."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from publisher.cli import options, show
from publisher.services import build

if TYPE_CHECKING:
    from pathlib import Path


@click.command()
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object per line.")
@options.config
@options.source
@options.verbose
def papers(*, as_json: bool, config: Path | None, source: tuple[Path, ...], verbose: bool) -> None:
    """List the papers of all digests, newest first."""
    from publisher.formatter.paper_json import to_json

    settings = options.settings_of(config, source)
    collection = build.collect(settings, show.parsing)
    show.unread_papers(collection, settings)
    for paper in collection.papers:
        if as_json:
            show.line(to_json(paper))
        else:
            show.line(f"{paper.first_published:%Y-%m-%d}  {paper.id:<18}  {paper.title}")
    show.no_digests(collection.no_digests)
    if show.defects(collection, every=verbose):
        raise SystemExit(1)
