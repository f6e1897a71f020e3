"""Plans the site of a collection, and has made what of it changed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from publisher.formatter.build import write_site
from publisher.formatter.labels import find_labels
from publisher.formatter.site.makers import all_parts
from publisher.formatter.site.plan import SitePlan
from publisher.formatter.templating import forget_templates
from publisher.formatter.timeline import lay_out
from publisher.process_pool import usable_cores

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from publisher.formatter.build_state import BuildState
    from publisher.formatter.changes import Changes
    from publisher.models import Collection, Paper, PastIssue
    from publisher.settings import Settings


def make(
    collection: Collection,
    settings: Settings,
    state: BuildState,
    program: int,
    *,
    saved: Mapping[str, Callable[[Paper], bool]],
    issues: Sequence[PastIssue],
    workers: int | None,
) -> Changes:
    """Bring the output folder to what `write` says; `program` stands for what made its files.

    Raises `OutputError` and `TemplateError`.
    """
    forget_templates()
    listed = lay_out(collection, settings.site.zone)
    cores = usable_cores() if workers is None else workers
    stamp = str(program)
    known = state.kept("labels", stamp)
    labels, fresh = find_labels(listed, collection.papers, saved, known, cores)
    if fresh is not None:
        state.keep("labels", stamp, fresh)
    plan = SitePlan(collection, settings, listed, labels, issues=issues, lookup=state.entries)
    folder = settings.path(settings.output.folder)
    return write_site(folder, state, program, all_parts(plan), cores, plan)
