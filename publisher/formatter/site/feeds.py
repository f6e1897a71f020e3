"""The current document of each feed in each format, and the list of all feeds."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from publisher.formatter.feeds import formats, opml
from publisher.formatter.feeds.issue_feed import make_issue_feed
from publisher.formatter.i18n.words import PageWords, words_in
from publisher.formatter.site.build_target import BuildTarget, mixed, stable_hash

if TYPE_CHECKING:
    from collections.abc import Iterator

    from publisher.formatter.feeds.feed_catalog import FeedPlan
    from publisher.formatter.site.paper_index import PaperIndex


def feed_targets(index: PaperIndex, stage: int) -> Iterator[BuildTarget]:
    """Yield a target for each feed, and one for the list of feeds."""
    for feed in index.feeds:
        facts = (feed.fingerprint, stable_hash(*feed.months[:1]))
        yield BuildTarget(
            name=f"feed {feed.folder}",
            fingerprint=mixed((*facts, *(item.key for item in feed.newest(index.settings)))),
            paths=partial(_paths, feed),
            render=partial(_render, index, feed),
            batch=feed.folder,
            stage=stage,
        )
    yield BuildTarget(
        name="opml",
        fingerprint=mixed(
            (
                bool(index.issues),
                stable_hash(*index.languages),
                *(feed.fingerprint for feed in index.feeds),
            )
        ),
        paths=lambda: (opml.FILE_NAME,),
        render=partial(_render_list, index),
        stage=stage,
    )


def _paths(feed: FeedPlan) -> list[str]:
    return [feed.folder + feed_format.file_name for feed_format in formats.FORMATS]


def _render(index: PaperIndex, feed: FeedPlan) -> dict[str, bytes]:
    archived = feed.current(index.maker, index.settings)
    ending = replace(archived, older="")
    limit = index.settings.feeds.max_bytes
    with_archives = formats.archived_formats(index.settings)
    return {
        archived.path(known.file_name): known.render(
            archived if known in with_archives else ending, limit
        )
        for known in formats.FORMATS
    }


def _render_list(index: PaperIndex) -> dict[str, bytes]:
    everything, *parts = [feed.current(index.maker, index.settings) for feed in index.feeds]
    texts = words_in(PageWords, index.settings.site.language)
    groups = {
        texts.all_papers: [everything],
        texts.parts_of_all: parts,
        texts.issues: [make_issue_feed((), index.settings)] if index.issues else [],
    }
    title = index.settings.site.title
    return {opml.FILE_NAME: opml.render_opml(groups, title, index.languages)}
