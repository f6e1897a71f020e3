"""The edition that each subscriber gets: pure, and for groups of people with the same choice.

Each frequency is a stream of issues of its own. People who change from one to another received some
papers of the next issue before: those are left out for them, and people who received the same
issues share an edition. Where no paper is left, they get no mail. Papers that the new stream sent
before they joined it are not sent again; they are on the web.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from publisher.models import EditionKey, Frequency, Language, Length, Preferences

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Mapping, Sequence

    from publisher.models.ledger import ReaderChoice
    from publisher.settings import Settings

_KEY_LENGTH = 16


@dataclass(frozen=True, slots=True)
class IssueAudience:
    """The facts of an issue that decide who gets which edition, and the list's defaults.

    `papers` maps each paper's id to the slugs of its topics. `shared` maps issues of other streams
    to those of these papers that they contained.
    """

    papers: Mapping[str, Collection[str]]
    frequency: Frequency = Frequency.WEEKLY
    frequencies: tuple[Frequency, ...] = (Frequency.WEEKLY,)
    language: Language = Language.CHINESE
    length: Length = Length.STANDARD
    shared: Mapping[str, Collection[str]] = field(default_factory=dict)

    def has_readers_of(self, frequency: Frequency | None) -> bool:
        """Return whether people with this preference get the issues of this stream."""
        return offered_frequency(frequency, self.frequencies) is self.frequency

    def received(self, received_issues: Collection[str]) -> frozenset[str]:
        """Return the papers of this issue that the issues `received_issues` contained."""
        return frozenset(paper for issue_id in received_issues for paper in self.shared[issue_id])

    def topics(self, received_issues: Collection[str] = ()) -> frozenset[str]:
        """Return the topics of the papers that are new to readers of the issues `received_issues`.

        "" stands for papers without a topic.
        """
        received = self.received(received_issues)
        new = (topics for paper, topics in self.papers.items() if paper not in received)
        return frozenset(slug for topics in new for slug in (topics or ("",)))


@dataclass(frozen=True, slots=True)
class EditionCount:
    """An edition that is needed, and the number of its readers."""

    key: EditionKey
    readers: int


def offered_frequency(preference: Frequency | None, offered: Sequence[Frequency]) -> Frequency:
    """Return the one of the `offered` frequencies that people with a `preference` get.

    One that is not offered is as good as none: else they would never hear from us.
    """
    return preference if preference and preference in offered else offered[0]


def effective(preferences: Preferences, settings: Settings) -> Preferences:
    """Return `preferences` with the list's defaults in place of what was not chosen."""
    news = settings.newsletter
    return Preferences(
        preferences.language or settings.mail_language,
        preferences.length or news.length,
        offered_frequency(preferences.frequency, news.frequencies),
    )


def edition_key(key: EditionKey) -> str:
    """Return the short name of an edition: "zh-standard-all", or a hash where there is more."""
    rest = " ".join((*sorted(set(key.topics)), "|", *key.received_issues))
    short = "all" if rest == "|" else hashlib.sha256(rest.encode()).hexdigest()[:_KEY_LENGTH]
    return f"{key.language}-{key.length}-{short}"


class EditionSelector:
    """Selects the editions of one issue; common work is done once."""

    def __init__(self, audience: IssueAudience) -> None:
        """Select editions of the issue of `audience`."""
        self._audience = audience
        self._topics: dict[tuple[str, ...], frozenset[str]] = {}

    def select(self, choice: ReaderChoice) -> EditionKey | None:
        """Return the edition that readers with `choice` get, None for no edition of this issue.

        Topics without papers don't count, so that two people who get the same papers get the same
        edition.
        """
        audience, received = self._audience, choice.received_issues
        if received not in self._topics:
            self._topics[received] = audience.topics(received)
        new = self._topics[received]
        topics = tuple(sorted(new.intersection(choice.topics or ())))
        if not (new if choice.topics is None else topics):
            return None
        return EditionKey(
            topics=topics,
            language=choice.language or audience.language,
            length=choice.length or audience.length,
            received_issues=received,
        )


def needed_editions(
    choices: Iterable[tuple[ReaderChoice, int]], audience: IssueAudience
) -> dict[str, EditionCount]:
    """Return the editions that have readers, by their short names and in their order.

    `choices` are those that somebody made, with the number of these people.
    """
    selector = EditionSelector(audience)
    counts: Counter[EditionKey] = Counter()
    for choice, readers in choices:
        key = selector.select(choice)
        if key is not None:
            counts[key] += readers
    return dict(
        sorted((edition_key(key), EditionCount(key, count)) for key, count in counts.items())
    )


def edition_finder(
    audience: IssueAudience, keys: Collection[str]
) -> Callable[[ReaderChoice], str | None]:
    """Return a function that returns the one of the short names `keys` that a choice leads to.

    People who joined, or changed their choice, after the editions were made and need another one
    get None: their first issue is the next one.
    """
    selector = EditionSelector(audience)

    def find(choice: ReaderChoice) -> str | None:
        key = selector.select(choice)
        name = None if key is None else edition_key(key)
        return name if name in keys else None

    return find
