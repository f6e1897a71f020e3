"""Who gets which edition of an issue. Pure: two passes over the subscribers, none in memory.

Each frequency is a stream of issues of its own. Somebody who changed from one to another had some
of the next issue's papers already: these are left out for them, so that those who had the same
issues share an edition. Where nothing is left, they get no mail. What the new stream sent before
they came to it does not come again; it is on the web.
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
    """An issue as far as it decides who gets which edition, and what the list has by default.

    `papers` maps each paper to the slugs of its topics. `shared` maps issues of other streams to
    the papers of this one that they held.
    """

    papers: Mapping[str, Collection[str]]
    frequency: Frequency = Frequency.WEEKLY
    frequencies: tuple[Frequency, ...] = (Frequency.WEEKLY,)
    language: Language = Language.CHINESE
    length: Length = Length.STANDARD
    shared: Mapping[str, Collection[str]] = field(default_factory=dict)

    def known(self, received_issues: Collection[str]) -> frozenset[str]:
        """Return the papers of this issue that those issues held."""
        return frozenset(paper for issue_id in received_issues for paper in self.shared[issue_id])

    def topics(self, received_issues: Collection[str] = ()) -> frozenset[str]:
        """Return the topics of what is new to those who had these issues; "" stands for none."""
        known = self.known(received_issues)
        left = (topics for paper, topics in self.papers.items() if paper not in known)
        return frozenset(slug for topics in left for slug in (topics or ("",)))


@dataclass(frozen=True, slots=True)
class AudienceMember:
    """A subscriber with the issues of other streams that they got; see `IssueAudience.shared`."""

    subscriber: Subscriber
    received_issues: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class EditionCount:
    """An edition that somebody gets, and how many do."""

    choice: EditionKey
    readers: int


def edition_key(choice: EditionKey) -> str:
    """Return the short name of the edition: "zh-standard-all", or a hash where there is more."""
    rest = " ".join((*sorted(set(choice.topics)), "|", *choice.received_issues))
    short = "all" if rest == "|" else hashlib.sha256(rest.encode()).hexdigest()[:_KEY_LENGTH]
    return f"{choice.language}-{choice.length}-{short}"


class EditionSelector:
    """Finds the choice of each reader of one issue; what many have in common is worked out once."""

    def __init__(self, offer: IssueAudience) -> None:
        """Choose from `offer`."""
        self._offer = offer
        self._topics: dict[tuple[str, ...], frozenset[str]] = {}

    def choice(self, reader: AudienceMember) -> EditionKey | None:
        """Return what `reader` gets, None where that is no edition of this issue.

        Topics without papers don't count, so that two people who get the same papers get the same
        edition.
        """
        subscriber, preferences, offer = (
            reader.subscriber,
            reader.subscriber.preferences,
            self._offer,
        )
        if subscriber.status is not SubscriberStatus.ACTIVE:
            return None
        offered = preferences.frequency in offer.frequencies
        if (preferences.frequency if offered else offer.frequencies[0]) is not offer.frequency:
            return None
        if reader.received_issues not in self._topics:
            self._topics[reader.received_issues] = offer.topics(reader.received_issues)
        held = self._topics[reader.received_issues]
        topics = tuple(sorted(held.intersection(subscriber.topics)))
        if not (topics if subscriber.topics else held):
            return None
        return EditionKey(
            topics=topics,
            language=preferences.language or offer.language,
            length=preferences.length or offer.length,
            received_issues=reader.received_issues,
        )


def needed_editions(
    readers: Iterable[AudienceMember], offer: IssueAudience
) -> dict[str, EditionCount]:
    """Return the editions somebody gets by key, in the order of the keys."""
    chooser = EditionSelector(offer)
    counted = Counter(choice for reader in readers if (choice := chooser.choice(reader)))
    return dict(
        sorted(
            (edition_key(choice), EditionCount(choice, count)) for choice, count in counted.items()
        )
    )


def select_recipients(
    readers: Iterable[AudienceMember], offer: IssueAudience, keys: Collection[str]
) -> Iterator[EditionRecipient]:
    """Yield who gets which of the editions `keys`.

    Somebody who came, or changed their choice, since the editions were made and wants another is
    left out: their first issue is the next one.
    """
    chooser = EditionSelector(offer)
    known: dict[EditionKey, str] = {}
    for reader in readers:
        choice = chooser.choice(reader)
        if choice is None:
            continue
        if choice not in known:
            known[choice] = edition_key(choice)
        if known[choice] in keys:
            someone = reader.subscriber
            yield EditionRecipient(someone.id, someone.email, someone.name, known[choice])
