"""`publisher publish`: build, then send if an issue is due."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from publisher.cli import options, sending, show

if TYPE_CHECKING:
    from pathlib import Path


@click.command()
@click.option("--json", "as_json", is_flag=True, help="Events of sending as JSON lines.")
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
    """Build, then send the issues that are due. Safe to run any number of times."""
    from publisher.services import build, websub
    from publisher.services import publish as publish_service

    settings = options.settings_of(config, source, output)
    built = build.build(settings, show.parsing, show.waiting())
    show.note(show.changed(built.changes, settings.path(settings.output.folder)))
    show.warnings(websub.announce(built.changes.written, settings))
    bad = show.defects(built.collection)
    with build.open_store(settings) as store:
        issues = publish_service.due(built.collection, settings, store, sending.now())
        well = sending.send_due(
            issues, settings, store, built.collection, force=force, as_json=as_json
        )
    if issues:
        # Their list and their feed know them now.
        rebuilt = build.build(settings, waiting=show.waiting())
        show.warnings(websub.announce(rebuilt.changes.written, settings))
    if bad or not well:
        raise SystemExit(1)
