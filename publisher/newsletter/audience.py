"""The edition that each subscriber gets: pure, in two passes that hold no subscriber in memory.

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

from publisher.models import EditionKey, Frequency, Language, Length, SubscriberStatus
from publisher.models.ledger import EditionRecipient

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping

    from publisher.models import Subscriber

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
class AudienceMember:
    """A subscriber with the issues in `IssueAudience.shared` that they received."""

    subscriber: Subscriber
    received_issues: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class EditionCount:
    """An edition that is needed, and the number of its readers."""

    key: EditionKey
    readers: int


def edition_key(key: EditionKey) -> str:
    """Return the short name of an edition: "zh-standard-all", or a hash where there is more."""
    rest = " ".join((*sorted(set(key.topics)), "|", *key.received_issues))
    short = "all" if rest == "|" else hashlib.sha256(rest.encode()).hexdigest()[:_KEY_LENGTH]
    return f"{key.language}-{key.length}-{short}"


class EditionSelector:
    """Selects the edition of each reader of one issue; common work is done once."""

    def __init__(self, audience: IssueAudience) -> None:
        """Select editions of the issue of `audience`."""
        self._audience = audience
        self._topics: dict[tuple[str, ...], frozenset[str]] = {}

    def select(self, reader: AudienceMember) -> EditionKey | None:
        """Return the edition that `reader` gets, None for no edition of this issue.

        Topics without papers don't count, so that two people who get the same papers get the same
        edition.
        """
        subscriber, preferences = reader.subscriber, reader.subscriber.preferences
        audience = self._audience
        if subscriber.status is not SubscriberStatus.ACTIVE:
            return None
        offered = preferences.frequency in audience.frequencies
        frequency = preferences.frequency if offered else audience.frequencies[0]
        if frequency is not audience.frequency:
            return None
        if reader.received_issues not in self._topics:
            self._topics[reader.received_issues] = audience.topics(reader.received_issues)
        new = self._topics[reader.received_issues]
        topics = tuple(sorted(new.intersection(subscriber.topics)))
        if not (topics if subscriber.topics else new):
            return None
        return EditionKey(
            topics=topics,
            language=preferences.language or audience.language,
            length=preferences.length or audience.length,
            received_issues=reader.received_issues,
        )


def needed_editions(
    readers: Iterable[AudienceMember], audience: IssueAudience
) -> dict[str, EditionCount]:
    """Return the editions that have readers, by their short names and in their order."""
    selector = EditionSelector(audience)
    counts = Counter(key for reader in readers if (key := selector.select(reader)))
    return dict(
        sorted((edition_key(key), EditionCount(key, count)) for key, count in counts.items())
    )


def select_recipients(
    readers: Iterable[AudienceMember], audience: IssueAudience, keys: Collection[str]
) -> Iterator[EditionRecipient]:
    """Yield the recipients of the editions with the short names `keys`.

    People who joined, or changed their choice, after the editions were made and need another one
    are left out: their first issue is the next one.
    """
    selector = EditionSelector(audience)
    short_names: dict[EditionKey, str] = {}
    for reader in readers:
        key = selector.select(reader)
        if key is None:
            continue
        if key not in short_names:
            short_names[key] = edition_key(key)
        if short_names[key] in keys:
            subscriber = reader.subscriber
            yield EditionRecipient(
                subscriber.id, subscriber.email, subscriber.name, short_names[key]
            )
