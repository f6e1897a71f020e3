"""The plan of a site: its targets, known without reading the texts of papers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from publisher.formatter.feeds.feed_membership import find_memberships
from publisher.formatter.feeds.timeline import lay_out
from publisher.formatter.site.paper_index import PaperIndex
from publisher.formatter.site.registry import all_targets
from publisher.formatter.site.topics import item_without, small_topics, without_small_topics

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from publisher.formatter.site.build_state import BuildState
    from publisher.formatter.site.build_target import BuildTarget
    from publisher.models import Collection, Paper, PastIssue
    from publisher.settings import Settings


def plan_site(
    collection: Collection,
    settings: Settings,
    state: BuildState,
    program: int,
    *,
    saved: Mapping[str, Callable[[Paper], bool]],
    issues: Sequence[PastIssue],
    workers: int,
) -> tuple[list[BuildTarget], PaperIndex]:
    """Return the targets of the site, and the index of papers that they are made from.

    The feeds of languages and saved filters need the texts of papers: `state` has what they were
    found to be by the same `program`, and up to `workers` processes read the papers that are new.
    """
    items = lay_out(collection, settings.site.zone)
    small = small_topics(collection.topics, (item.summary for item in items), settings)
    if small:
        items = [item_without(item, small) for item in items]
    stamp = str(program)
    kept = state.kept("memberships", stamp)
    memberships, to_keep = find_memberships(items, collection.papers, saved, kept, workers)
    if to_keep is not None:
        state.keep("memberships", stamp, to_keep)
    index = PaperIndex(
        without_small_topics(collection, small) if small else collection,
        settings,
        items,
        memberships,
        issues=issues,
        small=small,
        lookup=state.entries,
    )
    return all_targets(index), index
