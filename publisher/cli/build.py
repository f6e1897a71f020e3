"""`publisher build`: write the feeds and pages that changed."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from publisher.cli import options, show
from publisher.translation import _

if TYPE_CHECKING:
    from pathlib import Path

    from publisher.services.build import Built


@click.command()
@options.config
@options.source
@options.output
@click.option(
    "--watch", is_flag=True, help="Keep running, and build again whenever something changes."
)
@click.option(
    "--no-ping", is_flag=True, help="Do not tell the hub; `publisher ping` can do so later."
)
@click.option(
    "--force",
    is_flag=True,
    help="Overwrite files in the output folder that this program did not write.",
)
@options.as_json
@options.verbose
def build(
    *,
    config: Path | None,
    source: tuple[Path, ...],
    output: Path | None,
    watch: bool,
    no_ping: bool,
    force: bool,
    as_json: bool,
    verbose: bool,
) -> None:
    """Write the feeds and pages that changed, and list them."""
    from publisher.services import build as build_service

    if watch:
        from publisher.cli import watching

        watching.watch(config, source, output, ping=not no_ping, force=force, verbose=verbose)
        return
    settings = options.settings_of(config, source, output)
    built = build_service.build(settings, show.parsing, show.waiting(), force=force)
    show.unread_papers(built.collection, settings)
    if as_json:
        show.json_line(_values(built))
    else:
        show.changes(built.changes, every=verbose)
    show.note(
        _("{papers} from {digests}: {changes}").format(
            papers=show.number_of(len(built.collection.papers), "1 paper", "{count} papers"),
            digests=show.number_of(built.collection.digest_count, "1 digest", "{count} digests"),
            changes=show.changed(built.changes, settings.path(settings.output.folder)),
        )
    )
    show.left_out(built.collection.left_out)
    show.no_digests(built.collection.no_digests)
    show.warnings(built.warnings)
    if settings.feeds.hub and not no_ping:
        from publisher.services import websub

        show.warnings(websub.announce(built.changes.written, settings))
    if show.defects(built.collection, every=verbose):
        raise SystemExit(1)


def _values(built: Built) -> dict[str, object]:
    collection = built.collection
    return {
        "papers": len(collection.papers),
        "digests": collection.digest_count,
        "errors": len(collection.errors),
        "warnings": collection.warning_count,
        "written": list(built.changes.written),
        "removed": list(built.changes.removed),
    }
