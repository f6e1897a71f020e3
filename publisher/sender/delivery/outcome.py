"""Outcomes of a send: what a transport's error means for the delivery and for the issue."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from publisher.errors import (
    ConfigurationFailure,
    ConnectionLimit,
    PermanentFailure,
    QuotaExceeded,
    TemporaryFailure,
)
from publisher.sender.delivery.retry import GIVE_UP, next_try
from publisher.sender.delivery.states import DeliveryEvent
from publisher.sender.transports.smtp_replies import is_gone, pause_for

if TYPE_CHECKING:
    from datetime import datetime, timedelta

    from publisher.errors import TransportError


@dataclass(frozen=True, slots=True)
class DeliveryOutcome:
    """The result of a send, and what follows from it."""

    event: DeliveryEvent
    reason: str
    code: int = 0
    next_at: datetime | None = None  # next try, for PUT_OFF
    counted: bool = True  # whether the attempt says anything about this recipient
    suppress: bool = False  # the mailbox is gone: the address gets no more mail
    alarming: bool = True  # many of these in a row mean that the fault is ours
    stop: bool = False  # the next message would fail in the same way
    pause_until: datetime | None = None


def classify_error(
    error: TransportError,
    *,
    attempts: int,
    now: datetime,
    jitter: float,
    give_up: timedelta = GIVE_UP,
) -> DeliveryOutcome:
    """Return what follows from `error`; `attempts` counts this one, `jitter` is in [0, 1).

    What is deferred for longer than `give_up` is refused.
    """
    reason, code = str(error), error.code
    match error:
        case QuotaExceeded():
            until = now + pause_for(error)
            return DeliveryOutcome(
                DeliveryEvent.PUT_OFF,
                reason,
                code,
                until,
                counted=False,
                stop=True,
                pause_until=until,
            )
        case ConfigurationFailure() | ConnectionLimit():
            stop = isinstance(error, ConfigurationFailure)
            return DeliveryOutcome(
                DeliveryEvent.PUT_OFF, reason, code, now, counted=False, alarming=stop, stop=stop
            )
        case TemporaryFailure():
            next_at = next_try(attempts, now, jitter, give_up)
            if next_at is None:
                return DeliveryOutcome(
                    DeliveryEvent.REFUSED, f"given up after {attempts} attempts: {reason}", code
                )
            return DeliveryOutcome(DeliveryEvent.PUT_OFF, reason, code, next_at)
        case PermanentFailure():
            gone = is_gone(error)
            return DeliveryOutcome(
                DeliveryEvent.REFUSED, reason, code, suppress=gone, alarming=not gone
            )
        case _:
            # UnknownOutcome, and any kind that promises nothing.
            return DeliveryOutcome(DeliveryEvent.NO_ANSWER, reason, code)
