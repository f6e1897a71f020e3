"""What a transport's error means for the delivery and for the issue: a pure decision."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from publisher.errors import (
    ConfigurationFailure,
    PermanentFailure,
    QuotaExceeded,
    TemporaryFailure,
)
from publisher.sender.replies import is_gone, pause_for
from publisher.sender.retry import GIVE_UP, next_try
from publisher.sender.states import Event

if TYPE_CHECKING:
    from datetime import datetime, timedelta

    from publisher.errors import TransportError


@dataclass(frozen=True, slots=True)
class Outcome:
    """What to do after a failed send."""

    event: Event
    reason: str
    code: int = 0
    next_at: datetime | None = None  # for PUT_OFF
    counted: bool = True  # whether the attempt says anything about this recipient
    suppress: bool = False  # the mailbox is gone
    alarming: bool = True  # many of these in a row mean that something is wrong with us
    stop: bool = False  # the next message would fare no better
    pause_until: datetime | None = None


def judge(
    error: TransportError,
    *,
    attempts: int,
    now: datetime,
    jitter: float,
    give_up: timedelta = GIVE_UP,
) -> Outcome:
    """Return what follows from `error`; `attempts` counts this one, `jitter` is in [0, 1)."""
    reason, code = str(error), error.code
    match error:
        case QuotaExceeded():
            until = now + pause_for(error)
            return Outcome(
                Event.PUT_OFF, reason, code, until, counted=False, stop=True, pause_until=until
            )
        case ConfigurationFailure():
            return Outcome(Event.PUT_OFF, reason, code, now, counted=False, stop=True)
        case TemporaryFailure():
            next_at = next_try(attempts, now, jitter, give_up)
            if next_at is None:
                return Outcome(Event.REFUSED, f"given up after {attempts} attempts: {reason}", code)
            return Outcome(Event.PUT_OFF, reason, code, next_at)
        case PermanentFailure():
            gone = is_gone(error)
            return Outcome(Event.REFUSED, reason, code, suppress=gone, alarming=not gone)
        case _:
            # UnknownOutcome, and any kind that promises nothing.
            return Outcome(Event.NO_ANSWER, reason, code)
