"""`publisher publish`: build, then send the issues that are due."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from publisher.cli import letters, options, sending, show
from publisher.services import build
from publisher.services.store import open_store

if TYPE_CHECKING:
    from pathlib import Path


@click.command()
@options.as_json_lines
@options.force
@options.config
@options.source
@options.output
@options.verbose
def publish(
    *,
    as_json: bool,
    force: bool,
    config: Path | None,
    source: tuple[Path, ...],
    output: Path | None,
    verbose: bool,
) -> None:
    """Build the site, then send the issues that are due.

    Running it again sends nothing twice.
    """
    from publisher.services import websub

    settings = options.settings_of(config, source, output)
    built = build.build(settings, show.parsing, show.waiting())
    show.unread_papers(built.collection, settings)
    show.note(show.changed(built.changes, settings.path(settings.output.folder)))
    show.warnings(websub.announce(built.changes.written, settings))
    show.warnings(built.warnings)
    has_errors = show.defects(built.collection, every=verbose)
    with open_store(settings) as store:
        result = sending.send_issues(
            settings, store, built.collection, force=force, as_json=as_json
        )
        letters.send_questions(result, settings, store)
    if result.frozen:
        # The list of issues and the feed of issues name them now.
        rebuilt = build.build(settings, waiting=show.waiting())
        show.warnings(websub.announce(rebuilt.changes.written, settings))
    if has_errors or not result.well:
        raise SystemExit(1)
