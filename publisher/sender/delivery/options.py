"""Options of a run: who sends, how fast, for how long, and by which clock."""

from __future__ import annotations

import random
import time
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta, tzinfo
from typing import TYPE_CHECKING

from publisher.sender.delivery.process_owner import owner_is_dead
from publisher.sender.delivery.retry import GIVE_UP
from publisher.sender.limits.rate_limit import NO_LIMITS, Limits

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from publisher.sender.delivery.report import Step


def _clock() -> datetime:
    return datetime.now(UTC)


def _never() -> bool:
    return False


def _nothing() -> None:
    return


def _ignore(_step: Step) -> None:
    return


@dataclass(frozen=True, slots=True)
class DeliveryOptions:
    """Options of a run, beside an issue, a store and transports."""

    envelope_sender: str
    keys: Mapping[int, bytes] = field(repr=False)  # the store's, for tokens
    limits: Limits = NO_LIMITS  # over all issues together
    failures_in_a_row: int = 10  # that stop the issue
    give_up: timedelta = GIVE_UP  # how long a message that is deferred is tried
    processes: bool | None = None  # a process for each transport, else a thread; None: what pays
    batch: int = 100  # deliveries that are claimed at once
    # A claim that nobody works on is free again after this; nothing has left the machine.
    claim_lease: timedelta = timedelta(minutes=10)
    # Beyond the transport's own limit: the commit, and clocks of other hosts.
    margin: timedelta = timedelta(minutes=2)
    owner: str = ""  # of the claims; empty: this process
    is_dead: Callable[[str], bool] = owner_is_dead  # whether an owner's process has ended
    stopping: Callable[[], bool] = _never  # asked between two messages, see signals.graceful_stop
    on_progress: Callable[[Step], None] = _ignore  # called in the thread of `deliver`
    # Called when deliveries are claimed, before the first of them leaves. What it raises ends the
    # run, and they are ready again.
    before_batch: Callable[[], object] = _nothing
    now: Callable[[], datetime] = _clock
    zone: tzinfo = UTC  # of the header Date
    sleep: Callable[[float], None] = time.sleep  # seconds
    jitter: Callable[[], float] = random.random  # in [0, 1), spreads the next tries
