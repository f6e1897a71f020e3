"""`publisher publish`: build, then send if an issue is due."""

from __future__ import annotations

import typer

from publisher.cli import sending, show
from publisher.cli.options import Config, Force, Output, Sources, Verbose, settings_of


def publish(
    force: Force = False,
    config: Config = None,
    source: Sources = None,
    output: Output = None,
    verbose: Verbose = False,
) -> None:
    """Build, then send the issues that are due. Safe to run any number of times."""
    from publisher import issuing, pipeline, websub

    settings = settings_of(config, source, output)
    built = pipeline.build(settings, show.parsing, show.waiting())
    show.note(show.changed(built.changes, settings.path(settings.output.folder)))
    show.warnings(websub.announce(built.changes.written, settings))
    bad = show.defects(built.collection)
    with pipeline.open_store(settings) as store:
        issues = issuing.due(built.collection, settings, store, sending.now())
        well = sending.send_due(issues, settings, store, built.collection, force=force)
    if issues:
        # Their list and their feed know them now.
        rebuilt = pipeline.build(settings, waiting=show.waiting())
        show.warnings(websub.announce(rebuilt.changes.written, settings))
    if bad or not well:
        raise typer.Exit(1)
