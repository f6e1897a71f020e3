"""The current document of each feed in each format, and the list of all feeds."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from publisher.formatter.feeds import FORMATS
from publisher.formatter.parts import Part, mixed, stable_hash

if TYPE_CHECKING:
    from collections.abc import Iterator

    from publisher.formatter.family import FeedPlan
    from publisher.formatter.site.plan import SitePlan


def feed_parts(plan: SitePlan, stage: int) -> Iterator[Part]:
    """Yield a part for each feed, and the list."""
    for feed in plan.feeds:
        facts = (feed.fingerprint, stable_hash(*feed.months[:1]))
        yield Part(
            name=f"feed {feed.folder}",
            fingerprint=mixed((*facts, *(one.key for one in feed.newest(plan.settings)))),
            paths=partial(_paths, feed),
            render=partial(_render, plan, feed),
            batch=feed.folder,
            stage=stage,
        )
    yield Part(
        name="opml",
        fingerprint=mixed((bool(plan.issues), *(feed.fingerprint for feed in plan.feeds))),
        paths=lambda: ("opml.xml",),
        render=partial(_render_list, plan),
        stage=stage,
    )


def _paths(feed: FeedPlan) -> list[str]:
    return [feed.folder + one.file_name for one in FORMATS]


def _render(plan: SitePlan, feed: FeedPlan) -> dict[str, bytes]:
    made = feed.current(plan.maker, plan.settings)
    limit = plan.settings.feeds.max_bytes
    return {made.path(one.file_name): one.render(made, limit) for one in FORMATS}


def _render_list(plan: SitePlan) -> dict[str, bytes]:
    from publisher.formatter.opml import FILE_NAME, render_opml  # noqa: PLC0415 - lxml

    feeds = [feed.current(plan.maker, plan.settings) for feed in plan.feeds]
    if plan.issues:
        from publisher.formatter.issue_feed import make_issue_feed  # noqa: PLC0415

        feeds.append(make_issue_feed((), plan.settings))
    return {FILE_NAME: render_opml(feeds, plan.settings.site.title)}
