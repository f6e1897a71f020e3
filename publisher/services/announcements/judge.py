"""Decide by what was exchanged whether an announcement arrived: pure functions.

A service that refuses a message says so by a status of HTTP or in its answer. Where there was no
answer, or one that leaves it open, the message may have arrived, and is not sent again by itself.

    sent        the service took it
    ready       it surely did not, and may later: not reached, 408, 425, 429, 503, a wrong login
    rejected    it surely never will: 400, 413 and other statuses about the message
    in doubt    no answer, 500, 502, 504 (a proxy that waited in vain), or no HTTP at all
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from publisher.models import DeliveryState
from publisher.services.retry_after import retry_after

if TYPE_CHECKING:
    from collections.abc import Sequence

    from publisher.services.announcements.exchanges import Exchange

# After the first refusal, the second ...: what is not taken within a day is no news.
DELAYS = tuple(timedelta(minutes=minutes) for minutes in (5, 15, 30, 60, 120, 240, 480))
_CLIENT_ERRORS = range(400, 500)
_UNAVAILABLE = 503
# About the message itself: it would be refused again.
_FOR_GOOD = {400, 405, 406, 411, 413, 414, 415, 422, 431, 501}
# A conflict may be one with the message that was taken before.
_OPEN = {409}
_MAY_HAVE_ARRIVED = (DeliveryState.IN_DOUBT, DeliveryState.SENT)


@dataclass(frozen=True, slots=True)
class AnnouncementOutcome:
    """The state after a try, with its reason for people; `wait` is the service's own wish."""

    state: DeliveryState
    reason: str = ""
    wait: timedelta = timedelta()


def judge(
    *, accepted: bool | None, targets: int, exchanges: Sequence[Exchange], now: datetime
) -> AnnouncementOutcome:
    """Return the outcome of a try.

    `accepted` is Apprise's word, None where it did not end in time and a request may be under way;
    `targets` is the number of recipients that one address stands for; `exchanges` are the requests
    in their order.
    """
    if accepted is None:
        return AnnouncementOutcome(DeliveryState.IN_DOUBT, "no answer in time")
    if accepted and not any(exchange.is_refused for exchange in exchanges):
        return AnnouncementOutcome(DeliveryState.SENT)
    if not exchanges:
        return AnnouncementOutcome(DeliveryState.IN_DOUBT, "it failed, and nothing more is known")
    # With one recipient the last exchange tells: a message that was taken would have ended it. What
    # came before was a login.
    outcomes = [_outcome(exchange, now) for exchange in exchanges]
    last = outcomes[-1]
    if targets > 1 and any(outcome.state in _MAY_HAVE_ARRIVED for outcome in outcomes):
        reason = f"{last.reason}; some of the {targets} recipients may have it"
        return AnnouncementOutcome(DeliveryState.IN_DOUBT, reason)
    return last


def _outcome(exchange: Exchange, now: datetime) -> AnnouncementOutcome:
    """Return the outcome of a call that failed with this exchange."""
    status = exchange.status
    text = f"{status} {exchange.refusal}".strip() if status else "no answer"
    if not exchange.left:
        return AnnouncementOutcome(DeliveryState.READY, "the service can't be reached")
    if status in _FOR_GOOD:
        return AnnouncementOutcome(DeliveryState.REJECTED, text)
    refused = (status in _CLIENT_ERRORS and status not in _OPEN) or status == _UNAVAILABLE
    if refused or exchange.is_refused:
        return AnnouncementOutcome(
            DeliveryState.READY, text, retry_after(exchange.retry_after, now)
        )
    return AnnouncementOutcome(DeliveryState.IN_DOUBT, text)


def next_try(attempts: int, wait: timedelta, now: datetime) -> datetime | None:
    """Return when to try again after `attempts`, None where it is given up.

    `wait` is what the service asks for.
    """
    if attempts > len(DELAYS) or wait > sum(DELAYS, timedelta()):
        return None
    return now + max(DELAYS[max(attempts, 1) - 1], wait)
