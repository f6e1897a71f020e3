"""The current document of each feed in each format, and the list of all feeds."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from publisher.formatter.feeds import formats, opml
from publisher.formatter.site.build_target import BuildTarget, mixed, stable_hash

if TYPE_CHECKING:
    from collections.abc import Iterator

    from publisher.formatter.feeds.feed_catalog import FeedPlan
    from publisher.formatter.site.paper_index import PaperIndex


def feed_targets(plan: PaperIndex, stage: int) -> Iterator[BuildTarget]:
    """Yield a part for each feed, and the list."""
    for feed in plan.feeds:
        facts = (feed.fingerprint, stable_hash(*feed.months[:1]))
        yield BuildTarget(
            name=f"feed {feed.folder}",
            fingerprint=mixed((*facts, *(one.key for one in feed.newest(plan.settings)))),
            paths=partial(_paths, feed),
            render=partial(_render, plan, feed),
            batch=feed.folder,
            stage=stage,
        )
    yield BuildTarget(
        name="opml",
        fingerprint=mixed((bool(plan.issues), *(feed.fingerprint for feed in plan.feeds))),
        paths=lambda: (opml.FILE_NAME,),
        render=partial(_render_list, plan),
        stage=stage,
    )


def _paths(feed: FeedPlan) -> list[str]:
    return [feed.folder + feed_format.file_name for feed_format in formats.FORMATS]


def _render(plan: PaperIndex, feed: FeedPlan) -> dict[str, bytes]:
    made = feed.current(plan.maker, plan.settings)
    limit = plan.settings.feeds.max_bytes
    return {
        made.path(feed_format.file_name): feed_format.render(made, limit)
        for feed_format in formats.FORMATS
    }


def _render_list(plan: PaperIndex) -> dict[str, bytes]:
    feeds = [feed.current(plan.maker, plan.settings) for feed in plan.feeds]
    if plan.issues:
        from publisher.formatter.feeds.issue_feed import make_issue_feed  # noqa: PLC0415

        feeds.append(make_issue_feed((), plan.settings))
    return {opml.FILE_NAME: opml.render_opml(feeds, plan.settings.site.title)}
