"""Sends an issue to everyone who has not got it, at most once each, whatever dies when.

`sending` is on disk before a message leaves, the outcome after it. A process that dies leaves in
doubt the one message that each of its connections had in hand, and nothing else. The moves are in
states.py, who gets what to do in dispatch.py, who does it in workers.py and crew.py.
"""

from __future__ import annotations

import random
import time
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from publisher.errors import IssueError
from publisher.models import DeliveryState, IssueState
from publisher.process_pool import usable_cores
from publisher.sender.delivery.claim_queue import ClaimQueue
from publisher.sender.delivery.dispatch import Dispatch
from publisher.sender.delivery.process_owner import owner_is_dead, this_owner
from publisher.sender.delivery.retry import GIVE_UP
from publisher.sender.delivery.run import Report, Run, Step
from publisher.sender.delivery.states import Event, after
from publisher.sender.delivery.worker_pool import WorkerPool
from publisher.sender.delivery.workers import InlineWorker
from publisher.sender.limits.rate_limit import NO_LIMITS, Limits, RateLimiter

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from publisher.sender.delivery.ledger import DeliveryStore
    from publisher.sender.delivery.workers import Workers
    from publisher.sender.transports.base import Transport

__all__ = ["Report", "Step", "deliver", "take_over"]

BATCH = 100
FAILURES_IN_A_ROW = 10
# A claim that nobody works on is free again after this; nothing has left the machine.
CLAIM_LEASE = timedelta(minutes=10)
# Beyond the transport's own limit: the commit, and clocks of other hosts.
MARGIN = timedelta(minutes=2)
# To begin a process costs as much time as some dozen messages, and memory; at a slow pace one
# thread has time for all.
PROCESSES_FROM = 500
PROCESSES_RATE = 50.0


def _quiet(_step: Step) -> None:
    return


def _never() -> bool:
    return False


def _clock() -> datetime:
    return datetime.now(UTC)


def deliver(
    issue_id: str,
    store: DeliveryStore,
    transports: Sequence[Transport],
    *,
    envelope_sender: str,
    keys: Mapping[int, bytes],
    now: Callable[[], datetime] = _clock,
    owner: str | None = None,
    is_dead: Callable[[str], bool] = owner_is_dead,
    jitter: Callable[[], float] = random.random,
    batch: int = BATCH,
    claim_lease: timedelta = CLAIM_LEASE,
    margin: timedelta = MARGIN,
    failures_in_a_row: int = FAILURES_IN_A_ROW,
    give_up: timedelta = GIVE_UP,
    limits: Limits = NO_LIMITS,
    sleep: Callable[[float], None] = time.sleep,
    stopping: Callable[[], bool] = _never,
    processes: bool | None = None,
    on_progress: Callable[[Step], None] = _quiet,
) -> Report:
    """Send what is due of a frozen issue; return what was done. Any number may run at once.

    Each of `transports`, which are alike, is used by a thread or (`processes`; None: where that
    pays) a process of its own, as far as there is work for it; they are opened then, and the caller
    closes them. `keys` are the store's; `stopping` is asked between two messages
    (stopping.graceful_stop), `limits` hold for all issues together, what is put off for `give_up`
    is given up, `on_progress` is called in this thread.

    Raises `IssueError` for an issue that is not frozen, and `StoreError`. A transport's failure is
    no exception: the report says why the run stopped.
    """
    run = Run(
        issue_id=issue_id,
        store=store,
        claims=ClaimQueue(
            issue_id,
            store.ledger,
            owner=owner or this_owner(),
            batch=batch,
            lease=claim_lease,
            now=now,
        ),
        envelope_sender=envelope_sender,
        keys=keys,
        now=now,
        jitter=jitter,
        margin=margin,
        failure_limit=failures_in_a_row,
        give_up=give_up,
        pace=RateLimiter(limits),
        sleep=sleep,
        connections=1,
        stopping=stopping,
        on_progress=on_progress,
    )
    row = store.issues.get(issue_id)
    if row is None:
        raise IssueError(f"issue {issue_id} is not frozen; there is nothing to send")
    take_over(issue_id, store, transports[0], now=now, is_dead=is_dead)
    if row.state is IssueState.PAUSED:
        if row.paused_until is None or row.paused_until > now():
            run.stopped = row.pause_reason or "the issue is paused"
            return run.report(done=False, paused_until=row.paused_until)
        store.issues.resume(issue_id)
    due = store.deliveries.next_due(issue_id)
    if due is not None and due <= now():
        if limits.look_back:
            run.pace.first = store.issues.first_frozen()
        ready = store.deliveries.counts(issue_id)[DeliveryState.READY]
        if processes is None:
            slow = 0 < limits.per_second < PROCESSES_RATE
            processes = ready >= PROCESSES_FROM and not slow and usable_cores() > 1
        _send(run, transports[:ready], processes=processes)
    done = store.issues.finish(issue_id)
    row = store.issues.get(issue_id)
    return run.report(done=done, paused_until=None if row is None else row.paused_until)


def take_over(
    issue_id: str,
    store: DeliveryStore,
    transport: Transport,
    *,
    now: Callable[[], datetime] = _clock,
    is_dead: Callable[[str], bool] = owner_is_dead,
) -> None:
    """Free what dead processes held, and settle doubts that `transport` has evidence about."""
    store.ledger.release_dead_owners(issue_id, is_dead, now=now())
    store.ledger.release_expired(issue_id, now=now())
    for row in store.deliveries.doubts(issue_id, transport.name):
        arrived = transport.evidence(row.message_id)
        if arrived is not None:
            event = Event.EVIDENCE_FOR if arrived else Event.EVIDENCE_AGAINST
            reason = f"{row.reason}; {event.value}"
            state = after(DeliveryState.IN_DOUBT, event)
            store.ledger.resolve(issue_id, row.subscriber_id, state, reason=reason, now=now())


def _send(run: Run, transports: Sequence[Transport], *, processes: bool) -> None:
    workers: Workers
    if len(transports) == 1:
        workers = InlineWorker(transports[0])
    else:
        workers = WorkerPool(transports, processes=processes)
    well = False
    try:
        Dispatch(run, workers).work()
        well = True
    finally:
        try:
            workers.close(patient=well)
        finally:
            run.claims.release()
