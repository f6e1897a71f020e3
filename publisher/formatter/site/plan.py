"""Plans the site of a collection, and has made what of it changed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from publisher.formatter.feeds.feed_membership import find_memberships
from publisher.formatter.feeds.timeline import lay_out
from publisher.formatter.site.build_targets import build_targets
from publisher.formatter.site.paper_index import PaperIndex
from publisher.formatter.site.registry import all_targets
from publisher.formatter.templating.templates import forget_templates
from publisher.process_pool import usable_cores

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from publisher.formatter.site.build_state import BuildState
    from publisher.formatter.site.changes import Changes
    from publisher.models import Collection, Paper, PastIssue
    from publisher.settings import Settings


def build_changed(
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
    labels, fresh = find_memberships(listed, collection.papers, saved, known, cores)
    if fresh is not None:
        state.keep("labels", stamp, fresh)
    plan = PaperIndex(collection, settings, listed, labels, issues=issues, lookup=state.entries)
    folder = settings.path(settings.output.folder)
    return build_targets(folder, state, program, all_targets(plan), cores, plan)
