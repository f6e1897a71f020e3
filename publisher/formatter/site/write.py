"""Writes the site of a collection to the output folder."""

from __future__ import annotations

from typing import TYPE_CHECKING

from publisher.formatter.build import Changes, write_site
from publisher.formatter.build_state import open_state
from publisher.formatter.labels import find_labels
from publisher.formatter.site import SitePlan, all_parts
from publisher.formatter.site.program import program_fingerprint
from publisher.formatter.templating import forget_templates
from publisher.formatter.timeline import lay_out
from publisher.processes import usable_cores

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from publisher.models import Collection, Paper
    from publisher.settings import Settings


def write(
    collection: Collection,
    settings: Settings,
    saved: Mapping[str, Callable[[Paper], bool]],
    workers: int | None = None,
) -> Changes:
    """Bring the output folder to what `collection` and `settings` make of it.

    `saved` has the test of each saved filter by its name. `workers` is the number of processes,
    None for as many as pay.

    Raises `OutputError` and `TemplateError`.
    """
    program = program_fingerprint(settings)
    folder = settings.path(settings.output.folder)
    state = open_state(settings.cache_folder, folder)
    try:
        if state.is_made_of(program, collection.fingerprint) and not state.disturbed():
            return Changes()
        forget_templates()
        listed = lay_out(collection, settings.site.zone)
        kept = state.labels(program)
        labels, fresh = find_labels(listed, collection.papers, saved, kept)
        plan = SitePlan(collection, settings, listed, labels, state.entry)
        changes = write_site(
            folder,
            state,
            program,
            all_parts(plan),
            usable_cores() if workers is None else workers,
            plan.maker.take_fresh,
            fresh if fresh is not kept else None,
        )
        state.note_collection(collection.fingerprint)
        return changes
    finally:
        state.close()
