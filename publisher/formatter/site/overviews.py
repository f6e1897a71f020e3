"""The pages and lists that lead to all else: landing page, topics, list of months, sitemaps."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from publisher.formatter.feeds import formats
from publisher.formatter.feeds.timeline import moment
from publisher.formatter.i18n.words import PageWords, words_in
from publisher.formatter.pages import (
    AUTHORS_PATH,
    AUTHORS_SITEMAP_PATH,
    LISTS_PATH,
    FeedLink,
    MonthCount,
    TopicCount,
    archive_pages,
    render_cover,
    render_index,
    render_months,
    render_robots,
    render_shared_files,
    render_sitemap,
    render_sitemap_lists,
    render_topic,
    render_topics,
    sitemap_paths,
)
from publisher.formatter.pages.subscribe_form import FormOffer
from publisher.formatter.pages.topic_mix import mixed_topics
from publisher.formatter.pages.view_models import FEW_TOPICS, MOST_PAPERS
from publisher.formatter.paths import (
    ISSUES_FOLDER,
    LISTED_TOPICS,
    cover_path,
    issue_path,
    issues_paths,
    topic_archive_path,
    topics_paths,
    venue_path,
    venues_paths,
)
from publisher.formatter.site.build_target import BuildTarget, mixed, stable_hash

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from publisher.formatter.feeds.feed_catalog import FeedPlan
    from publisher.formatter.feeds.timeline import FeedItem
    from publisher.formatter.site.paper_index import PaperIndex
    from publisher.models import Topic


def overview_targets(index: PaperIndex, stage: int) -> Iterator[BuildTarget]:
    """Yield the targets: landing page, topics, list of months, sitemaps and shared files."""
    topics = index.collection.topics
    listed, largest = index.largest_topics(LISTED_TOPICS), index.largest_topics(FEW_TOPICS)
    names = stable_hash(
        len(topics),
        *(f"{topic.slug} {topic.name}" for topic in listed),
        *(topic.slug for topic in largest),
        *index.languages,
        _sample(index),
    )
    feeds = mixed(feed.fingerprint for feed in index.feeds)
    months = stable_hash(*(f"{month} {len(index.by_month[month])}" for month in index.months))
    counts = mixed(len(index.by_topic[topic.slug]) for topic in topics)
    yield BuildTarget(
        name="index",
        fingerprint=mixed(
            (names, feeds, months, counts, bool(index.issues), *_shown(index, _newest(index)))
        ),
        paths=lambda: ("index.html",),
        render=partial(_render_index, index),
        batch="index",
        stage=stage,
    )
    yield BuildTarget(
        name="topics",
        fingerprint=mixed(
            (stable_hash(*(f"{topic.slug} {topic.name}" for topic in topics)), counts)
        ),
        paths=partial(topics_paths, len(topics)),
        render=partial(_render_topics, index),
        stage=stage,
    )
    for topic in topics:
        items = index.by_topic[topic.slug]
        yield BuildTarget(
            name=f"topic {topic.slug}",
            fingerprint=mixed((names, feeds, len(items), *_shown(index, items))),
            paths=partial(_topic_paths, topic),
            render=partial(_render_topic, index, topic, listed, largest),
            batch=topic.slug,
            stage=stage,
        )
    yield BuildTarget(
        name="months",
        fingerprint=months,
        paths=lambda: ("archive/index.html",),
        render=partial(_render_months, index),
        stage=stage,
    )
    yield BuildTarget(
        name="sitemaps",
        fingerprint=mixed(
            (
                stable_hash(*(f"{topic.slug} {_archive_pages(index, topic)}" for topic in topics)),
                stable_hash(*index.venues),
                bool(index.authors.authors),
                months,
                stable_hash(*(issue.id for issue in index.issues)),
                *(_updated(items) for items in index.by_quarter.values()),
                *map(len, index.by_quarter.values()),
            )
        ),
        paths=lambda: (LISTS_PATH, "sitemap.xml"),
        render=partial(_render_sitemaps, index),
        stage=stage,
    )
    for slug in ("", *(topic.slug for topic in topics)):
        yield BuildTarget(
            name=f"cover {slug}",
            fingerprint=0,  # it depends on the settings alone, as the shared files do
            paths=partial(_cover_paths, slug),
            render=partial(render_cover, slug, index.settings),
            stage=stage,
        )
    yield BuildTarget(
        name="shared files",
        fingerprint=0,
        paths=partial(_shared_paths, index),
        render=partial(_render_shared_files, index),
        stage=stage,
    )


def feed_links(feed: FeedPlan) -> list[FeedLink]:
    """Return the documents of `feed` as pages offer them."""
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


def _issue_links(index: PaperIndex) -> list[FeedLink]:
    name = words_in(PageWords, index.settings.site.language).issues
    title = f"{index.settings.site.title}: {name}"
    return [
        FeedLink(
            path=ISSUES_FOLDER + feed_format.file_name,
            title=f"{title} ({feed_format.label})",
            feed_format=feed_format,
            group=name,
        )
        for feed_format in formats.FORMATS
        if index.issues
    ]


def _sample(index: PaperIndex) -> str:
    """Return the path of the issue that the form leads to, "" where there is none."""
    shows_form = index.issues and index.settings.web.root
    return issue_path(index.issues[0].id) if shows_form else ""


def _shown(index: PaperIndex, items: Sequence[FeedItem]) -> list[int]:
    return [item.summary.fingerprint for item in items[: index.settings.feeds.entries]]


def _updated(items: Iterable[FeedItem]) -> int:
    return max(item.summary.updated for item in items)


def _month_counts(index: PaperIndex) -> list[MonthCount]:
    return [MonthCount(month, len(index.by_month[month])) for month in index.months]


def _newest(index: PaperIndex) -> list[FeedItem]:
    """Return the papers of the landing page, on which topics take turns."""
    zone = index.settings.site.zone
    return mixed_topics(
        index.by_day,
        MOST_PAPERS,
        day=lambda item: moment(item.summary.first_published).astimezone(zone).date(),
        topic=lambda item: item.summary.topics[:1],
    )


def _render_index(index: PaperIndex) -> dict[str, bytes]:
    return render_index(
        index.papers(_newest(index)),
        len(index.by_day),
        _topic_counts(index, index.largest_topics(LISTED_TOPICS)),
        [link for feed in index.feeds for link in feed_links(feed)] + _issue_links(index),
        index.settings,
        months=_month_counts(index),
        offer=FormOffer(index.languages, _sample(index)),
        topic_total=len(index.collection.topics),
    )


def _topic_counts(index: PaperIndex, topics: Sequence[Topic]) -> list[TopicCount]:
    return [TopicCount(topic, len(index.by_topic[topic.slug])) for topic in topics]


def _render_topics(index: PaperIndex) -> dict[str, bytes]:
    return render_topics(_topic_counts(index, index.collection.topics), index.settings)


def _archive_pages(index: PaperIndex, topic: Topic) -> int:
    return archive_pages(len(index.by_topic[topic.slug]), index.settings)


def _cover_paths(slug: str) -> tuple[str, ...]:
    return (cover_path(slug),)


def _topic_paths(topic: Topic) -> tuple[str, ...]:
    return (f"topics/{topic.slug}/index.html",)


def _render_topic(
    index: PaperIndex, topic: Topic, listed: Sequence[Topic], largest: Sequence[Topic]
) -> dict[str, bytes]:
    items = index.by_topic[topic.slug]
    feed = next(plan for plan in index.feeds if plan.folder == f"topics/{topic.slug}/")
    return render_topic(
        topic,
        index.papers(items[: index.settings.feeds.entries]),
        len(items),
        listed,
        feed_links(feed),
        index.settings,
        largest=largest,
        offer=FormOffer(index.languages, _sample(index)),
    )


def _render_months(index: PaperIndex) -> dict[str, bytes]:
    return render_months(_month_counts(index), index.settings)


def _render_sitemaps(index: PaperIndex) -> dict[str, bytes]:
    lists = ["index.html", "archive/index.html"]
    topics = index.collection.topics
    lists += topics_paths(len(topics))
    lists += [f"topics/{topic.slug}/index.html" for topic in topics]
    lists += [f"archive/{month}/index.html" for month in index.months]
    lists += [
        topic_archive_path(topic.slug, number)
        for topic in topics
        for number in range(1, _archive_pages(index, topic) + 1)
    ]
    lists += [AUTHORS_PATH, *(venues_paths(len(index.venues)) if index.venues else ())]
    lists += [venue_path(venue.slug) for venue in index.venues.values()]
    lists += [f"{ISSUES_FOLDER}{issue.id}.html" for issue in index.issues]
    lists += issues_paths(len(index.issues)) if index.issues else []
    zone = index.settings.site.zone
    dated = [
        (path, moment(_updated(items)).astimezone(zone))
        for name, items in index.by_quarter.items()
        for path in sitemap_paths(name, len(items))
    ]
    undated = [LISTS_PATH, *([AUTHORS_SITEMAP_PATH] if index.authors.authors else [])]
    return {
        **render_sitemap_lists(lists, index.settings),
        **render_sitemap([*dated, *((path, None) for path in undated)], index.settings),
    }


def _shared_paths(index: PaperIndex) -> list[str]:
    return sorted(_render_shared_files(index))


def _render_shared_files(index: PaperIndex) -> dict[str, bytes]:
    return render_shared_files(index.settings) | render_robots(index.settings)
