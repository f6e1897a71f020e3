"""People on the list, and their preferences."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from publisher.models.newsletter import Frequency, Language, Length


@dataclass(frozen=True, slots=True)
class Preferences:
    """The preferences of a subscriber; None stands for the default of the list."""

    language: Language | None = None
    length: Length | None = None
    frequency: Frequency | None = None


# Nothing chosen.
NO_PREFERENCES = Preferences()


# The reason of a suppression begins with it where the person may end it by confirming again.
BOUNCED = "bounced"
# And with this one where the person reported a mail as spam.
COMPLAINED = "complained"


@dataclass(frozen=True, slots=True)
class Suppression:
    """Why an address gets no mail, and since when."""

    reason: str
    created_at: datetime

    @property
    def is_bounce(self) -> bool:
        """Whether the mailbox failed: it may work again."""
        return self.reason.startswith(BOUNCED)

    @property
    def is_complaint(self) -> bool:
        """Whether the person reported a mail as spam."""
        return self.reason.startswith(COMPLAINED)


class SubscriberStatus(StrEnum):
    """The status of a subscriber; only `ACTIVE` ones get mail."""

    PENDING = "pending"  # not confirmed yet
    ACTIVE = "active"
    PAUSED = "paused"  # confirmed, and wants no mail for a while
    UNSUBSCRIBED = "unsubscribed"
    # On the list, but the address gets no mail; no row has this status, as it ends by itself with
    # the suppression.
    SUPPRESSED = "suppressed"


@dataclass(frozen=True, slots=True)
class Subscriber:
    """A person on the list. `email` is normalised and unique; no topics means all topics.

    `suppression` is there for whoever has left as well, who stays `UNSUBSCRIBED`.
    """

    id: int
    email: str
    name: str
    topics: tuple[str, ...]  # slugs, sorted
    status: SubscriberStatus
    created_at: datetime
    confirmed_at: datetime | None = None
    preferences: Preferences = NO_PREFERENCES
    paused_until: datetime | None = None  # None: until they resume
    suppression: Suppression | None = None
