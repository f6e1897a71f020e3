"""The feeds of a site: one of all papers, and one for each topic, language and saved filter."""

from __future__ import annotations

from collections import Counter, defaultdict
from functools import cached_property
from typing import TYPE_CHECKING

from publisher.formatter.feeds.entries import Feed, newest_update
from publisher.formatter.i18n.words import PageWords, words_in
from publisher.formatter.site.build_target import stable_hash

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from publisher.formatter.feeds.entry_maker import EntryMaker
    from publisher.formatter.feeds.timeline import FeedItem
    from publisher.models import Collection
    from publisher.settings import Settings

LANGUAGES = {"en": "English", "zh": "中文"}
LEAST_ARCHIVED = 60  # papers: some 200 kB, no more than a current document has


class FeedPlan:
    """A feed before any of its entries is made; `items` are its papers, updated last first."""

    def __init__(
        self,
        folder: str,
        title: str,
        description: str,
        home: str,
        language: str,
        items: Sequence[FeedItem],
        group: str = "",
        *,
        archived: bool = True,
    ) -> None:
        """Plan the feed in `folder` ("", "topics/nerf/"); `home` is the page it belongs to.

        `group` is its name among the feeds that are neither of everything nor of a topic. It has
        archives where it is `archived`.
        """
        self.folder = folder
        self.title = title
        self.description = description
        self.home = home
        self.language = language
        self.items = items
        self.group = group
        self.archived = archived

    @cached_property
    def by_month(self) -> Mapping[str, list[FeedItem]]:
        """The papers of each archive document by its first month ("2024-12"), the newest first."""
        counts = Counter(item.month for item in self.items)
        first = first_months(counts)
        by_month: defaultdict[str, list[FeedItem]] = defaultdict(list)
        for item in self.items:
            by_month[first[item.month]].append(item)
        return {month: by_month[month] for month in sorted(by_month, reverse=True)}

    @cached_property
    def months(self) -> list[str]:
        """The first months of the archive documents, the newest first."""
        return list(self.by_month)

    @cached_property
    def neighbours(self) -> Mapping[str, tuple[str, str]]:
        """The documents before and after that of each month, "" where there is none."""
        padded = ["", *self.months, ""]
        return {
            month: (older, newer)
            for newer, month, older in zip(padded, self.months, padded[2:], strict=False)
        }

    @cached_property
    def fingerprint(self) -> int:
        """A number that differs where anything of its documents differs but the papers."""
        return stable_hash(self.folder, self.title, self.description, self.home, self.language)

    def newest(self, settings: Settings) -> Sequence[FeedItem]:
        """Return the papers of the current document, at most."""
        return self.items[: settings.feeds.entries]

    def current(self, maker: EntryMaker, settings: Settings) -> Feed:
        """Return the feed with its newest entries."""
        newest = self.newest(settings)
        older = self.months[0] if self.months and self.archived else ""
        return self._feed(newest, maker, settings, older=older, hub_url=settings.feeds.hub)

    def archive(self, month: str, maker: EntryMaker, settings: Settings) -> Feed:
        """Return the archive document that begins with `month`."""
        older, newer = self.neighbours[month]
        items = self.by_month[month]
        return self._feed(items, maker, settings, month=month, older=older, newer=newer)

    def _feed(
        self,
        items: Sequence[FeedItem],
        maker: EntryMaker,
        settings: Settings,
        *,
        month: str = "",
        older: str = "",
        newer: str = "",
        hub_url: str = "",
    ) -> Feed:
        site = settings.site
        entries = maker.pending(items)
        return Feed(
            id=f"{site.tag_authority}:{self.folder or '/'}",
            title=self.title,
            description=self.description,
            folder=self.folder,
            home_url=site.root + self.home,
            root_url=site.root,
            language=self.language,
            author=site.author or site.title,
            updated=newest_update(entries, settings),
            entries=entries,
            month=month,
            older=older,
            newer=newer,
            hub_url=hub_url,
        )


def first_months(papers: Mapping[str, int]) -> dict[str, str]:
    """Return for each month the first one of its archive document; `papers` are their numbers.

    A document takes months until it has `LEAST_ARCHIVED` papers, the oldest first: new months leave
    it as it is. Papers that are added to an old month may move the limits of all that follow. Of a
    feed with few papers a document for each month would be most of a site's files.

    >>> first_months({"2024-01": 30, "2024-02": 40, "2024-03": 70, "2024-05": 1})
    {'2024-01': '2024-01', '2024-02': '2024-01', '2024-03': '2024-03', '2024-05': '2024-05'}
    """
    first: dict[str, str] = {}
    start, count = "", LEAST_ARCHIVED
    for month in sorted(papers):
        if count >= LEAST_ARCHIVED:
            start, count = month, 0
        first[month] = start
        count += papers[month]
    return first


def plan_feeds(
    collection: Collection,
    items: Sequence[FeedItem],
    memberships: Mapping[int, Sequence[str]],
    settings: Settings,
) -> list[FeedPlan]:
    """Return the feeds of a site: of everything, then of topics, languages and saved filters.

    `items` are all papers, `memberships` the folders of the feeds of languages and saved filters
    that each belongs to, by its number. Languages have feeds where there is more than one.
    """
    site = settings.site
    texts = words_in(PageWords, settings.site.language)
    by_topic: defaultdict[str, list[FeedItem]] = defaultdict(list)
    by_folder: defaultdict[str, list[FeedItem]] = defaultdict(list)
    for item in items:
        for topic in item.summary.topics:
            by_topic[topic.slug].append(item)
        for folder in memberships.get(item.number, ()):
            by_folder[folder].append(item)
    plans = [FeedPlan("", site.title, site.description, "", site.language, items)]
    for topic in collection.topics:
        folder = f"topics/{topic.slug}/"
        about = texts.topic_description.format(topic=topic.name)
        title = f"{site.title}: {topic.name}"
        plans.append(FeedPlan(folder, title, about, folder, site.language, by_topic[topic.slug]))
    languages = {code: f"languages/{code}/" for code in LANGUAGES}
    in_use = [code for code, folder in languages.items() if by_folder[folder]]
    for code in in_use if len(in_use) > 1 else ():
        folder, name = languages[code], LANGUAGES[code]
        title = f"{site.title}: {name}"
        papers, archived = by_folder[folder], settings.feeds.language_archives
        plans.append(
            FeedPlan(folder, title, site.description, "", code, papers, name, archived=archived)
        )
    for saved in settings.feeds.saved:
        folder, name = f"filters/{saved.name}/", saved.title or saved.name
        title, about = f"{site.title}: {name}", site.description
        plans.append(FeedPlan(folder, title, about, "", site.language, by_folder[folder], name))
    return plans
