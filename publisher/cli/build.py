"""`publisher build`: write the feeds and pages that changed."""

from __future__ import annotations

from typing import Annotated

import typer

from publisher.cli import show
from publisher.cli.options import Config, Output, Sources, Verbose, settings_of


def build(
    config: Config = None,
    source: Sources = None,
    output: Output = None,
    watch: Annotated[
        bool, typer.Option("--watch", help="Go on, and build again whenever something changes.")
    ] = False,
    no_ping: Annotated[
        bool, typer.Option("--no-ping", help="Leave telling the hub to `publisher ping`.")
    ] = False,
    verbose: Verbose = False,
) -> None:
    """Write the feeds and pages that changed, and print what changed."""
    from publisher import pipeline, websub

    if watch:
        from publisher.cli import watching

        watching.watch(config, source, output, ping=not no_ping, verbose=verbose)
        return
    settings = settings_of(config, source, output)
    built = pipeline.build(settings, show.parsing, show.waiting())
    show.changes(built.changes, every=verbose)
    show.note(
        f"{show.count(len(built.collection.papers), 'paper')} from "
        f"{show.count(built.collection.digest_count, 'digest')}: "
        f"{show.changed(built.changes, settings.path(settings.output.folder))}"
    )
    show.left_out(built.collection.left_out)
    if not no_ping:
        show.warnings(websub.announce(built.changes.written, settings))
    if show.defects(built.collection):
        raise typer.Exit(1)
