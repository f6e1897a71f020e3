"""The contract of a source of papers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from datetime import date, datetime

    from publisher.models.gathering import Batch
    from publisher.settings.sections.gather import GatherTopic


class GatherSource(Protocol):
    """A source of papers, with a batch for each day and channel."""

    name: str

    def channels(self, topic: GatherTopic) -> tuple[str, ...]:
        """Return the channels that `topic` reads, none where it does not use this source."""

    def due_days(self, channel: str, now: datetime, since: date) -> list[date]:
        """Return the days with a batch expected, from `since` to the newest that is due, in order.

        Needs neither network nor store. A day may turn out to be a holiday when it is fetched.
        """

    def fetch(self, channel: str, day: date, now: datetime) -> Batch:
        """Return the batch of `day`, in whatever state it is.

        A source that announces out of its schedule may return that batch instead, once.

        What went wrong at the source is a state and a message of the batch. Raises `GatherError`
        where the program is to stop.
        """
