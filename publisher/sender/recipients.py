"""Who gets which edition of an issue. Pure: two passes over the subscribers, none in memory."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

from publisher.models import SubscriberStatus

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator

    from publisher.models import Subscriber

_KEY_LENGTH = 16


@dataclass(frozen=True, slots=True)
class Addressee:
    """Somebody who is to get the edition `edition_key`."""

    subscriber_id: int
    email: str
    name: str
    edition_key: str


def edition_key(topics: Iterable[str]) -> str:
    """Return the short name of the edition with `topics` (slugs, none for all): "all" or hex."""
    chosen = sorted(set(topics))
    if not chosen:
        return "all"
    return hashlib.sha256(" ".join(chosen).encode()).hexdigest()[:_KEY_LENGTH]


def topics_for(subscriber: Subscriber, held: Collection[str]) -> tuple[str, ...] | None:
    """Return the topics of the edition `subscriber` gets: () for all, None for no edition.

    `held` are the slugs of the topics that have papers in the issue. Topics without papers don't
    count, so that two people who get the same papers get the same edition.
    """
    if subscriber.status is not SubscriberStatus.ACTIVE or not held:
        return None
    if not subscriber.topics:
        return ()
    return tuple(sorted(set(subscriber.topics) & set(held))) or None


def needed_editions(
    subscribers: Iterable[Subscriber], held: Collection[str]
) -> dict[str, tuple[str, ...]]:
    """Return the editions somebody gets: key to topics, in the order of the keys."""
    found = {topics_for(subscriber, held) for subscriber in subscribers}
    return dict(sorted((edition_key(topics), topics) for topics in found if topics is not None))


def addressees(
    subscribers: Iterable[Subscriber], held: Collection[str], keys: Collection[str]
) -> Iterator[Addressee]:
    """Yield who gets which of the editions `keys`.

    Somebody who came, or changed topics, since the editions were made and wants another is left
    out: their first issue is the next one.
    """
    for subscriber in subscribers:
        topics = topics_for(subscriber, held)
        if topics is None:
            continue
        key = edition_key(topics)
        if key in keys:
            yield Addressee(subscriber.id, subscriber.email, subscriber.name, key)
