"""What everything else is found from: the landing page, topics, the archive's list, sitemaps."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from publisher.formatter.feeds import formats
from publisher.formatter.feeds.timeline import moment
from publisher.formatter.site.build_target import BuildTarget, mixed, stable_hash
from publisher.formatter.site.issues import FOLDER as ISSUES

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from publisher.formatter.feeds.feed_catalog import FeedPlan
    from publisher.formatter.feeds.timeline import FeedItem
    from publisher.formatter.pages import FeedLink, MonthCount
    from publisher.formatter.site.paper_index import PaperIndex
    from publisher.models import Topic


def overview_targets(plan: PaperIndex, stage: int) -> Iterator[BuildTarget]:
    """Yield the parts."""
    topics = plan.collection.topics
    names = stable_hash(*(f"{topic.slug} {topic.name}" for topic in topics))
    feeds = mixed(feed.fingerprint for feed in plan.feeds)
    months = stable_hash(*(f"{month} {len(plan.by_month[month])}" for month in plan.months))
    counts = mixed(len(plan.by_topic[topic.slug]) for topic in topics)
    yield BuildTarget(
        name="index",
        fingerprint=mixed(
            (names, feeds, months, counts, bool(plan.issues), *_shown(plan, plan.by_day))
        ),
        paths=lambda: ("index.html",),
        render=partial(_render_index, plan),
        batch="index",
        stage=stage,
    )
    for topic in topics:
        found = plan.by_topic[topic.slug]
        yield BuildTarget(
            name=f"topic {topic.slug}",
            fingerprint=mixed((names, feeds, len(found), *_shown(plan, found))),
            paths=partial(_topic_paths, topic),
            render=partial(_render_topic, plan, topic),
            batch=topic.slug,
            stage=stage,
        )
    yield BuildTarget(
        name="months",
        fingerprint=months,
        paths=lambda: ("archive/index.html",),
        render=partial(_render_months, plan),
        stage=stage,
    )
    yield BuildTarget(
        name="sitemaps",
        fingerprint=mixed(
            (
                names,
                months,
                stable_hash(*(issue.id for issue in plan.issues)),
                *(_updated(plan, month) for month in plan.months),
            )
        ),
        paths=lambda: ("sitemap-lists.xml", "sitemap.xml"),
        render=partial(_render_sitemaps, plan),
        stage=stage,
    )
    yield BuildTarget(
        name="shared files",
        fingerprint=0,  # they depend on the settings alone
        paths=partial(_shared_paths, plan),
        render=partial(_render_shared_files, plan),
        stage=stage,
    )


def feed_links(feed: FeedPlan) -> list[FeedLink]:
    """Return the documents of `feed` as pages offer them."""
    from publisher.formatter.pages import FeedLink  # noqa: PLC0415 - jinja2 takes its time

    return [
        FeedLink(
            path=feed.folder + feed_format.file_name,
            title=f"{feed.title} ({feed_format.label})",
            feed_format=feed_format,
            topic=feed.folder[7:-1] if feed.folder.startswith("topics/") else None,
            group=feed.group,
        )
        for feed_format in formats.FORMATS
    ]


def _issue_links(plan: PaperIndex) -> list[FeedLink]:
    from publisher.formatter.i18n.words import PageWords, words_in  # noqa: PLC0415
    from publisher.formatter.pages import FeedLink  # noqa: PLC0415

    name = words_in(PageWords, plan.settings.site.language).issues
    title = f"{plan.settings.site.title}: {name}"
    return [
        FeedLink(
            path=ISSUES + feed_format.file_name,
            title=f"{title} ({feed_format.label})",
            feed_format=feed_format,
            group=name,
        )
        for feed_format in formats.FORMATS
        if plan.issues
    ]


def _shown(plan: PaperIndex, listed: Sequence[FeedItem]) -> list[int]:
    return [one.head.fingerprint for one in listed[: plan.settings.feeds.entries]]


def _updated(plan: PaperIndex, month: str) -> int:
    return max(one.head.updated for one in plan.by_month[month])


def _month_counts(plan: PaperIndex) -> list[MonthCount]:
    from publisher.formatter.pages import MonthCount  # noqa: PLC0415

    return [MonthCount(month, len(plan.by_month[month])) for month in plan.months]


def _render_index(plan: PaperIndex) -> dict[str, bytes]:
    from publisher.formatter.pages import TopicCount, render_index  # noqa: PLC0415

    return render_index(
        plan.papers(plan.by_day[: plan.settings.feeds.entries]),
        len(plan.by_day),
        [TopicCount(topic, len(plan.by_topic[topic.slug])) for topic in plan.collection.topics],
        [link for feed in plan.feeds for link in feed_links(feed)] + _issue_links(plan),
        plan.settings,
        months=_month_counts(plan),
        has_issues=bool(plan.issues),
    )


def _topic_paths(topic: Topic) -> tuple[str, ...]:
    return (f"topics/{topic.slug}/index.html",)


def _render_topic(plan: PaperIndex, topic: Topic) -> dict[str, bytes]:
    from publisher.formatter.pages import render_topic  # noqa: PLC0415

    found = plan.by_topic[topic.slug]
    feed = next(one for one in plan.feeds if one.folder == f"topics/{topic.slug}/")
    return render_topic(
        topic,
        plan.papers(found[: plan.settings.feeds.entries]),
        len(found),
        plan.collection.topics,
        feed_links(feed),
        plan.settings,
    )


def _render_months(plan: PaperIndex) -> dict[str, bytes]:
    from publisher.formatter.pages import render_months  # noqa: PLC0415

    return render_months(_month_counts(plan), plan.settings)


def _render_sitemaps(plan: PaperIndex) -> dict[str, bytes]:
    from publisher.formatter.pages import render_sitemap, render_sitemap_lists  # noqa: PLC0415

    lists = ["index.html", "archive/index.html"]
    lists += [f"topics/{topic.slug}/index.html" for topic in plan.collection.topics]
    lists += [f"archive/{month}/index.html" for month in plan.months]
    lists += [f"{ISSUES}{issue.id}.html" for issue in plan.issues]
    lists += [f"{ISSUES}index.html"] if plan.issues else []
    zone = plan.settings.site.zone
    months = [
        (f"sitemap-{month}.xml", moment(_updated(plan, month)).astimezone(zone))
        for month in plan.months
    ]
    return {
        **render_sitemap_lists(lists, plan.settings),
        **render_sitemap([*months, ("sitemap-lists.xml", None)], plan.settings),
    }


def _shared_paths(plan: PaperIndex) -> list[str]:
    return sorted(_render_shared_files(plan))


def _render_shared_files(plan: PaperIndex) -> dict[str, bytes]:
    from publisher.formatter.pages import render_robots, render_shared_files  # noqa: PLC0415

    return render_shared_files(plan.settings) | render_robots(plan.settings)
