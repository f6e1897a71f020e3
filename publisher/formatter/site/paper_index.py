"""The papers of a site as its files show them: by day, month, topic and feed."""

from __future__ import annotations

from collections import defaultdict
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING

from publisher.formatter.feeds import formats
from publisher.formatter.feeds.entry_content import TEMPLATE
from publisher.formatter.feeds.entry_maker import EntryMaker, Lookup
from publisher.formatter.feeds.feed_catalog import plan_feeds
from publisher.formatter.feeds.feed_membership import text_languages
from publisher.formatter.feeds.timeline import moment
from publisher.formatter.pages.connections import ListedPaper
from publisher.formatter.related.similarity import NO_STORE, DatedTerms, find_related
from publisher.formatter.search.segments import quarter
from publisher.formatter.site.author_pages import AuthorPages
from publisher.formatter.site.topics import paper_without
from publisher.formatter.site.venue_pages import VenuePage, find_venues
from publisher.formatter.templating.templates import load

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from publisher.formatter.feeds.timeline import FeedItem
    from publisher.formatter.related.similarity import ResultStore
    from publisher.formatter.site.paper_facts import PaperFacts
    from publisher.models import Collection, Paper, PastIssue, Topic
    from publisher.settings import Settings

_RECENT_MONTHS = 2  # the newest grows from day to day
_CACHED_PAPERS = 128  # papers in memory, each about 15 kB: those of a digest and of a current feed


class PaperIndex:
    """The papers of a site by what its targets show, and the maker of their feed entries."""

    def __init__(
        self,
        collection: Collection,
        settings: Settings,
        items: Sequence[FeedItem],
        facts: Mapping[int, PaperFacts],
        *,
        issues: Sequence[PastIssue] = (),
        small: frozenset[str] = frozenset(),
        lookup: Lookup = lambda _keys: {},
        results: ResultStore = NO_STORE,
    ) -> None:
        """Index the papers of `collection`; `items` are all of them, in the order of feeds.

        `facts` is what `find_facts` returned; `issues` are those that were sent, newest first;
        `small` are the slugs of topics without pages; `lookup` returns the bytes of entries that an
        earlier build kept; `results` keeps what took long to find.
        """
        self.collection = collection
        self.settings = settings
        self.issues = issues
        self.facts = facts
        self._results = results
        memberships = {number: of_paper.folders for number, of_paper in facts.items()}
        self.languages = text_languages(memberships)
        self.feeds = plan_feeds(collection, items, memberships, settings)
        # As pages show them: by first digest, not by the last update.
        self.by_day = sorted(items)
        papers = collection.papers

        def load_paper(number: int) -> Paper:
            return paper_without(papers[number], small) if small else papers[number]

        self._paper = lru_cache(maxsize=_CACHED_PAPERS)(load_paper)
        self.maker = EntryMaker(self._paper, settings, lookup, self._recent)
        self.archive_maker = EntryMaker(self._paper, settings, lookup, self._recent, archived=True)

    @cached_property
    def by_month(self) -> Mapping[str, list[FeedItem]]:
        """The papers of each month ("2024-12"), the newest first."""
        return _grouped(((item.month, item) for item in self.by_day), newest_first=True)

    @cached_property
    def months(self) -> list[str]:
        """The months that have papers, the newest first."""
        return list(self.by_month)

    @cached_property
    def by_quarter(self) -> Mapping[str, list[FeedItem]]:
        """The papers of each quarter ("2024-q4"), the newest first."""
        quarters = {month: quarter(month) for month in self.by_month}
        return _grouped((quarters[item.month], item) for item in self.by_day)

    @cached_property
    def by_digest(self) -> Mapping[str, list[FeedItem]]:
        """The papers that each digest was the first to bring."""
        return _grouped((item.summary.digest, item) for item in self.by_day)

    @cached_property
    def by_topic(self) -> Mapping[str, list[FeedItem]]:
        """The papers of each topic, by its slug."""
        return _grouped((topic.slug, item) for item in self.by_day for topic in item.summary.topics)

    @cached_property
    def by_id(self) -> Mapping[str, FeedItem]:
        """The papers by their ids."""
        return {item.summary.id: item for item in self.by_day}

    @cached_property
    def oldest_first(self) -> Sequence[FeedItem]:
        """The papers by first digest; a new digest only adds at the end."""
        return self.by_day[::-1]

    @cached_property
    def places(self) -> Mapping[int, int]:
        """The place of each paper in `oldest_first`, by its number."""
        return {item.number: place for place, item in enumerate(self.oldest_first)}

    @cached_property
    def related(self) -> Sequence[Sequence[int]]:
        """The places of the related papers of each one in `oldest_first`."""
        return find_related(
            [
                DatedTerms(
                    item.month,
                    item.summary.first_published,
                    item.summary.digest,
                    self.facts[item.number].terms,
                )
                for item in self.oldest_first
            ],
            self._results,
        )

    @cached_property
    def authors(self) -> AuthorPages:
        """The authors that have pages."""
        facts = (self.facts[item.number] for item in self.oldest_first)
        return AuthorPages([(of_paper.authors, of_paper.author_keys) for of_paper in facts])

    @cached_property
    def venues(self) -> Mapping[str, VenuePage]:
        """The venues that have pages, by their names as papers show them."""
        return find_venues([self.facts[item.number].venue for item in self.oldest_first])

    def largest_topics(self, most: int) -> tuple[Topic, ...]:
        """Return the topics with most papers, `most` at most, by name: their numbers may change."""
        topics = self.collection.topics
        if len(topics) <= most:
            return topics
        by_size = sorted(topics, key=lambda topic: -len(self.by_topic[topic.slug]))
        largest = set(by_size[:most])
        return tuple(topic for topic in topics if topic in largest)

    def listed(self, item: FeedItem) -> ListedPaper:
        """Return the paper of `item` as lists name it, without reading its texts."""
        summary, facts = item.summary, self.facts[item.number]
        day = moment(summary.first_published).astimezone(self.settings.site.zone).date()
        return ListedPaper(
            id=summary.id,
            title=facts.title,
            title_html=facts.title_html,
            date=day.isoformat(),
            authors=facts.authors,
            venue=facts.venue,
            has_code=facts.has_code,
            withdrawn=facts.withdrawn,
        )

    def papers(self, items: Iterable[FeedItem]) -> list[Paper]:
        """Return the papers of `items` with their texts."""
        return [self._paper(item.number) for item in items]

    def whole_papers(self, items: Iterable[FeedItem]) -> list[Paper]:
        """Return the papers of `items` with all their topics, those without pages too."""
        return [self.collection.papers[item.number] for item in items]

    def prepare(self) -> None:
        """Load what most targets are made with; see `build_targets.TargetMaterials`."""
        load_modules()
        for name in (TEMPLATE, "pages/base.html.j2", "pages/paper.html.j2", "pages/month.html.j2"):
            load(name, self.settings)

    def take_fresh(self) -> Mapping[int, bytes]:
        """Return the entries made since the last call that will be needed again."""
        return {**self.maker.take_fresh(), **self.archive_maker.take_fresh()}

    def forget(self) -> None:
        """Forget what was made for a batch."""
        self.maker.forget()
        self.archive_maker.forget()

    @cached_property
    def _recent(self) -> frozenset[int]:
        """The numbers of the papers whose entries the next build will need again."""
        numbers = {item.number for feed in self.feeds for item in feed.newest(self.settings)}
        for month in self.months[:_RECENT_MONTHS]:
            numbers.update(item.number for item in self.by_month[month])
        return frozenset(numbers)


def load_modules() -> None:
    """Import what most targets are made with; builds that change nothing do without."""
    import jinja2  # noqa: F401, PLC0415 - loaded for what follows

    for feed_format in formats.FORMATS:
        feed_format.load()


def _grouped(
    pairs: Iterable[tuple[str, FeedItem]], *, newest_first: bool = False
) -> dict[str, list[FeedItem]]:
    groups: defaultdict[str, list[FeedItem]] = defaultdict(list)
    for key, item in pairs:
        groups[key].append(item)
    return {key: groups[key] for key in sorted(groups, reverse=True)} if newest_first else groups
