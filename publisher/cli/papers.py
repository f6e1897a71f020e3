"""`publisher papers`: list the collected papers."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from publisher.cli import options, show, terminal
from publisher.services import build

if TYPE_CHECKING:
    from pathlib import Path


@click.command()
@options.as_json_lines
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
        line = f"{paper.first_published:%Y-%m-%d}  {paper.id:<18}  {paper.title}"
        show.line(to_json(paper) if as_json else terminal.fitted(line))
    show.no_digests(collection.no_digests)
    if show.defects(collection, every=verbose):
        raise SystemExit(1)
