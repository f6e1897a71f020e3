"""The delivery of an issue to everyone who has not got it: at most once, even if interrupted.

`sending` is on disk before a message leaves, the outcome after it. A process that dies leaves in
doubt the one message that each of its connections had in hand, and nothing else. The transitions
are in states.py, dispatch.py hands out the work, workers.py and worker_pool.py do it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from publisher.errors import IssueError
from publisher.models import DeliveryState
from publisher.models.ledger import IssueState
from publisher.process_pool import usable_cores
from publisher.sender.delivery.claim_queue import ClaimQueue
from publisher.sender.delivery.dispatch import Dispatcher
from publisher.sender.delivery.process_owner import this_owner
from publisher.sender.delivery.run import Run
from publisher.sender.delivery.states import DeliveryEvent, after
from publisher.sender.delivery.worker_pool import WorkerPool
from publisher.sender.delivery.workers import InlineWorker
from publisher.sender.limits.rate_limit import RateLimiter

if TYPE_CHECKING:
    from collections.abc import Sequence

    from publisher.sender.delivery.ledger import DeliveryStore
    from publisher.sender.delivery.options import DeliveryOptions
    from publisher.sender.delivery.report import Report
    from publisher.sender.delivery.workers import Workers
    from publisher.sender.transports.base import Transport

# Starting a process costs as much time as some dozen messages, and memory; at a slow pace one
# thread has time for all.
PROCESSES_FROM = 500  # deliveries
PROCESSES_RATE = 50.0  # messages a second


def deliver(
    issue_id: str,
    store: DeliveryStore,
    transports: Sequence[Transport],
    options: DeliveryOptions,
) -> Report:
    """Send what is due of a frozen issue; return what was done. Any number may run at once.

    Each of `transports`, which are alike, is used by a thread or a process of its own, as far as
    there is work for it; they are opened then, and the caller closes them.

    Raises `IssueError` for an issue that is not frozen, and `StoreError`. A transport's failure is
    no exception: the report says why the run stopped.
    """
    run = Run(
        issue_id=issue_id,
        store=store,
        options=options,
        claims=ClaimQueue(
            issue_id,
            store.ledger,
            owner=options.owner or this_owner(),
            batch=options.batch,
            lease=options.claim_lease,
            now=options.now,
            on_claim=options.before_batch,
        ),
        pace=RateLimiter(options.limits),
    )
    row = store.issues.get(issue_id)
    if row is None:
        raise IssueError(f"issue {issue_id} is not frozen; there is nothing to send")
    take_over(issue_id, store, transports[0], options)
    if row.state is IssueState.PAUSED:
        if row.paused_until is None or row.paused_until > options.now():
            run.stopped = row.pause_reason or "the issue is paused"
            return run.report(done=False, paused_until=row.paused_until)
        store.issues.resume(issue_id)
    due = store.deliveries.next_due(issue_id)
    if due is not None and due <= options.now():
        if options.limits.look_back:
            run.pace.first = store.issues.first_frozen()
        _send(run, transports)
    done = store.issues.finish(issue_id)
    row = store.issues.get(issue_id)
    return run.report(done=done, paused_until=None if row is None else row.paused_until)


def take_over(
    issue_id: str, store: DeliveryStore, transport: Transport, options: DeliveryOptions
) -> None:
    """Free what dead processes held, and settle doubts that `transport` has evidence about."""
    now = options.now
    store.ledger.release_dead_owners(issue_id, options.is_dead, now=now())
    store.ledger.release_expired(issue_id, now=now())
    for row in store.deliveries.doubts(issue_id, transport.name):
        arrived = transport.evidence(row.message_id)
        if arrived is not None:
            event = DeliveryEvent.EVIDENCE_FOR if arrived else DeliveryEvent.EVIDENCE_AGAINST
            reason = f"{row.reason}; {event.value}"
            state = after(DeliveryState.IN_DOUBT, event)
            store.ledger.resolve(issue_id, row.subscriber_id, state, reason=reason, now=now())


def _send(run: Run, transports: Sequence[Transport]) -> None:
    ready = run.store.deliveries.counts(run.issue_id)[DeliveryState.READY]
    if not ready:
        return  # another process has claimed them meanwhile
    workers: Workers
    if min(len(transports), ready) == 1:
        workers = InlineWorker(transports[0])
    else:
        workers = WorkerPool(transports[:ready], processes=_use_processes(run.options, ready))
    succeeded = False
    try:
        Dispatcher(run, workers).send_all()
        succeeded = True
    finally:
        try:
            workers.close(patient=succeeded)
        finally:
            run.claims.release()


def _use_processes(options: DeliveryOptions, ready: int) -> bool:
    if options.processes is not None:
        return options.processes
    slow = 0 < options.limits.per_second < PROCESSES_RATE
    return ready >= PROCESSES_FROM and not slow and usable_cores() > 1
