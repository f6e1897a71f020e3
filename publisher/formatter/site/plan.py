"""The plan of a site: its targets, known without reading the texts of papers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from publisher.formatter.feeds.timeline import lay_out
from publisher.formatter.site.paper_facts import find_facts
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

    What needs the texts of papers, as their authors and feeds, is kept by `state` for the same
    `program`, and up to `workers` processes read the papers that are new.
    """
    items = lay_out(collection, settings.site.zone)
    small = small_topics(collection.topics, (item.summary for item in items), settings)
    if small:
        items = [item_without(item, small) for item in items]
    facts = find_facts(items, collection.papers, saved, state, str(program), workers)
    index = PaperIndex(
        without_small_topics(collection, small) if small else collection,
        settings,
        items,
        facts,
        issues=issues,
        small=small,
        lookup=state.entries,
        results=state,
    )
    return all_targets(index), index
