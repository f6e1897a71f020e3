"""The dispatcher: hands the deliveries of a run to workers and records the outcomes.

One thread does all of it. The outcomes since the last commit and the marks of the next messages
are written in one transaction, so that each message waits for the disk once, together with
others. A crash leaves in doubt the one message that each connection was sending, nothing else.
"""

from __future__ import annotations

import math
import time
from collections import deque
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from email.utils import format_datetime
from typing import TYPE_CHECKING

from publisher.errors import StoreError, TransportError
from publisher.models import DeliveryState
from publisher.models.ledger import Mark, Settlement
from publisher.printable import one_line
from publisher.sender.delivery.outcome import DeliveryOutcome, classify_error
from publisher.sender.delivery.report import Step
from publisher.sender.delivery.states import DeliveryEvent, after
from publisher.sender.delivery.workers import (
    ConnectionFailed,
    OutgoingMessage,
    Ready,
    SendOutcome,
    WorkerDied,
)
from publisher.sender.limits.connection_limit import PAUSE, RestingConnections
from publisher.sender.limits.rate_limit import RateVerdict
from publisher.sender.message import tokens
from publisher.sender.message.edition_message import Recipient
from publisher.sender.transports.smtp_replies import MOST_CHARACTERS

if TYPE_CHECKING:
    from datetime import datetime

    from publisher.models.ledger import Claim
    from publisher.sender.delivery.run import Run
    from publisher.sender.delivery.workers import Worker, Workers

# Where a limit holds for longer, the issue pauses: a claim must not expire meanwhile.
_LONGEST_WAIT = timedelta(minutes=2)
# A request to stop is noticed after this time at most.
_POLL_SECONDS = 0.5
# After an immediate stop, workers have this time to report outcomes.
_LAST_REPORT_SECONDS = 5.0
# A worker that takes this much longer than its transport can take is killed.
_OVERDUE_SECONDS = 60.0
_INTERRUPTED = "the sender was interrupted before it left"


@dataclass(slots=True, eq=False)
class DeliveryJob:
    """A delivery that a worker has been given."""

    claim: Claim
    token: str
    message_id: str
    deadline: float = math.inf  # of time.monotonic()


class Dispatcher:
    """Sends the messages of a run by its workers; for use in one thread."""

    def __init__(self, run: Run, workers: Workers) -> None:
        """Use `workers`, which the caller closes."""
        self._run = run
        self._workers = workers
        self._idle: deque[Worker] = deque()
        self._unmarked: dict[Worker, DeliveryJob] = {}  # begun, the mark is not on disk yet
        self._sending: dict[Worker, DeliveryJob] = {}
        self._unsaved: list[tuple[Settlement, Step]] = []  # outcomes that are not on disk yet
        self._delayed: tuple[Claim, str] | None = None  # waits for the rate limit
        self._delayed_until: datetime | None = None
        self._nothing_due = False
        self._resting: RestingConnections[Worker] = RestingConnections()

    def send_all(self) -> None:
        """Send until nothing is due or the run stops.

        Raises `StoreError`, and whatever interrupts it or comes out of a transport; the outcomes
        of messages on their way are then recorded as far as possible.
        """
        try:
            # The first connection shows whether the settings are right, before anything is claimed.
            while not self._idle and self._run.may_continue():
                self._listen(_POLL_SECONDS)
            if self._run.may_continue():
                self._run.connections = self._workers.start_all()
            while True:
                self._hand_out()
                self._commit()
                if not self._sending and (self._nothing_due or not self._run.may_continue()):
                    break
                self._wait()
        except BaseException as error:
            self._shut_down(at_once=not isinstance(error, Exception))
            raise

    def _hand_out(self) -> None:
        """Give messages that may leave now to idle workers."""
        # Here and not later: every message that the limits let go has its mark by now, by which
        # the ledger counts it.
        self._run.pace.learn(self._run.options.now(), self._run.store.deliveries.left_since)
        self._nothing_due = False
        while self._idle:
            taken = self._next_claim()
            if taken is None:
                break
            self._begin(self._idle.popleft(), *taken)

    def _next_claim(self) -> tuple[Claim, str] | None:
        """Return a delivery that may leave now, None where all have to wait or nothing is due."""
        run = self._run
        while run.may_continue():
            taken = self._delayed or run.claims.take()
            self._delayed = self._delayed_until = None
            if taken is None:
                self._nothing_due = True
                return None
            domain = _domain(taken[0])
            rest = run.breakers.rests_until(domain, run.options.now())
            if rest is not None:
                run.give_back(*taken, rest)
                continue
            now = run.options.now()
            decision = run.pace.decide(now, domain)
            if decision.verdict is RateVerdict.GO:
                return taken
            until = decision.until or now
            if decision.verdict is RateVerdict.DOMAIN_WAITS:
                run.give_back(*taken, until)
            elif until - now > _LONGEST_WAIT:
                run.stop(f"{decision.reason} is reached", until)
                run.give_back(*taken)
            else:
                self._delayed, self._delayed_until = taken, until
                return None
        return None

    def _begin(self, worker: Worker, claim: Claim, token: str) -> None:
        run, options = self._run, self._run.options
        template = run.template(claim.edition_key)
        pseudonym = tokens.pseudonym(options.keys, run.issue_id, claim.subscriber_id)
        person = (claim.subscriber_id, claim.token_version)
        unsubscribe = tokens.make_token(options.keys, *person)
        message_id = template.message_id(pseudonym)
        # Of this attempt, not of the freezing: see edition_message.py.
        now = options.now().astimezone(options.zone)
        preferences = tokens.make_preferences_token(options.keys, *person, now.date())
        recipient = Recipient(
            claim.email, claim.name, format_datetime(now), pseudonym, unsubscribe, preferences
        )
        message = OutgoingMessage(
            options.envelope_sender, claim.edition_key, template, recipient, message_id
        )
        if worker.announce(message):
            self._unmarked[worker] = DeliveryJob(claim, token, message_id)
        else:
            # The worker has died; its `WorkerDied` event is still to come.
            run.give_back(claim, token)

    def _commit(self) -> None:
        """Commit outcomes and the marks of messages that were begun; then let these leave."""
        run = self._run
        if not self._unmarked and not self._unsaved:
            return
        marks = [self._mark(worker, job) for worker, job in self._unmarked.items()]
        settlements = [settlement for settlement, _ in self._unsaved]
        _, marked = run.store.ledger.record(run.issue_id, settlements, marks)
        steps, self._unsaved = [step for _, step in self._unsaved], []
        refused = []
        for (worker, job), may_leave in zip(list(self._unmarked.items()), marked, strict=True):
            del self._unmarked[worker]
            if not may_leave:
                worker.withdraw()
                refused.append(job)
                continue
            job.deadline = time.monotonic() + worker.timeout_seconds + _OVERDUE_SECONDS
            self._sending[worker] = job
            if not worker.send():
                del self._sending[worker]
                self._settle_interrupted(job)
        for step in steps:
            run.count(step)
        for job in refused:
            self._give_back(job)

    def _mark(self, worker: Worker, job: DeliveryJob) -> Mark:
        now = self._run.options.now()
        return Mark(
            subscriber_id=job.claim.subscriber_id,
            token=job.token,
            email=job.claim.email,
            message_id=job.message_id,
            transport=worker.name,
            lease=now + timedelta(seconds=worker.timeout_seconds) + self._run.options.margin,
            now=now,
        )

    def _wait(self) -> None:
        """Wait for a worker, or for the rate limit where that holds everybody up."""
        seconds = _POLL_SECONDS
        if self._idle and self._delayed_until is not None:
            remaining = (self._delayed_until - self._run.options.now()).total_seconds()
            seconds = min(max(remaining, 0.0), _POLL_SECONDS)
            if not self._sending:
                self._run.options.sleep(seconds)
                return
        self._listen(seconds)

    def _listen(self, seconds: float) -> None:
        now = self._run.options.now()
        for worker in self._resting.wake(now):
            worker.reopen()
        end = self._resting.next_end()
        if end is not None and not self._at_work():
            remaining = (end - now).total_seconds()
            self._run.options.sleep(min(max(remaining, 0.0), seconds))
            return
        for worker in self._workers.wait(seconds):
            self._handle_event(worker)
        moment = time.monotonic()
        for worker, job in self._sending.items():
            if job.deadline < moment:
                # Perhaps it was stopped (SIGSTOP): nobody may get a message later that the ledger
                # has in doubt by then.
                worker.kill()

    def _handle_event(self, worker: Worker) -> None:
        event = worker.receive()
        match event:
            case Ready():
                self._idle.append(worker)
            case SendOutcome():
                if event.ready:
                    self._idle.append(worker)
                self._handle_answer(self._sending.pop(worker), event)
                if event.limited:
                    self._rest(worker, str(event.error))
                else:
                    self._resting.works(worker)
            case ConnectionFailed() if event.may_reopen:
                self._rest(worker, str(event.error))
            case ConnectionFailed() | WorkerDied():
                self._drop_worker(worker, event)

    def _rest(self, worker: Worker, reason: str) -> None:
        """Try this connection again later, as the server has enough of them."""
        options = self._run.options
        now, alone = options.now(), self._at_work() <= 1
        if not self._resting.rest(worker, now, options.jitter(), alone=alone):
            self._run.stop(reason, now + PAUSE)

    def _at_work(self) -> int:
        """Return how many connections do not rest."""
        return self._run.connections - len(self._resting)

    def _drop_worker(self, worker: Worker, event: ConnectionFailed | WorkerDied) -> None:
        self._workers.remove(worker)
        with suppress(ValueError):
            self._idle.remove(worker)
        self._resting.remove(worker)
        job = self._sending.pop(worker, None)
        if isinstance(event, ConnectionFailed):
            self._run.lose_connection(self._classify(event.error, attempts=1))
            return
        died = DeliveryOutcome(DeliveryEvent.NO_ANSWER, "the sending process died")
        if job is not None:
            self._settle(job, died)
        self._run.lose_connection(died)

    def _handle_answer(self, job: DeliveryJob, answer: SendOutcome) -> None:
        run, error = self._run, answer.error
        if error is None:
            outcome = DeliveryOutcome(DeliveryEvent.ACCEPTED, answer.text, alarming=False)
        elif isinstance(error, TransportError):
            outcome = self._classify(error, attempts=job.claim.attempts + 1)
        else:
            # An interruption, or a fault of the program: the message may have left.
            doubt = f"the sender was interrupted: {one_line(repr(error), MOST_CHARACTERS)}"
            self._settle(job, DeliveryOutcome(DeliveryEvent.NO_ANSWER, doubt))
            raise error
        self._settle(job, outcome)
        run.breakers.record(_domain(job.claim), outcome, run.options.now())
        run.stop_if_needed(outcome)

    def _settle(self, job: DeliveryJob, outcome: DeliveryOutcome) -> None:
        """Keep the outcome for the next commit."""
        state = after(DeliveryState.SENDING, outcome.event)
        settlement = Settlement(
            subscriber_id=job.claim.subscriber_id,
            token=job.token,
            state=state,
            now=self._run.options.now(),
            code=outcome.code,
            reason=outcome.reason,
            next_at=outcome.next_at,
            counted=outcome.counted,
            suppress=job.claim.email if outcome.suppress else "",
        )
        self._unsaved.append((settlement, Step(job.claim.subscriber_id, state, outcome.reason)))

    def _settle_interrupted(self, job: DeliveryJob) -> None:
        self._settle(job, DeliveryOutcome(DeliveryEvent.PUT_OFF, _INTERRUPTED, counted=False))

    def _classify(self, error: TransportError, *, attempts: int) -> DeliveryOutcome:
        options = self._run.options
        return classify_error(
            error,
            attempts=attempts,
            now=options.now(),
            jitter=options.jitter(),
            give_up=options.give_up,
        )

    def _give_back(self, job: DeliveryJob) -> None:
        """Give back a delivery that the ledger did not let leave."""
        run = self._run
        if run.give_back(job.claim, job.token) is DeliveryState.SKIPPED:
            reason = "unsubscribed or suppressed"
            run.count(Step(job.claim.subscriber_id, DeliveryState.SKIPPED, reason))
            return
        # Our lease expired and another process has the row, or somebody has paused the issue.
        run.stop_if_not_open()

    def _shut_down(self, *, at_once: bool) -> None:
        """Withdraw messages that have not left, wait for those that have, record the outcomes."""
        run = self._run
        run.stopped = run.stopped or ("interrupted" if at_once else "the sender failed")
        for worker, job in self._unmarked.items():
            worker.withdraw()
            # The commit that failed may have come through all the same.
            self._settle_interrupted(job)
        self._unmarked.clear()
        if at_once:
            self._workers.interrupt()
        deadline = time.monotonic() + (_LAST_REPORT_SECONDS if at_once else math.inf)
        # A known outcome must not become a doubt because of one commit that failed.
        self._save_outcomes()
        while self._sending and time.monotonic() < deadline:
            # The first error is on its way to the caller; later ones add nothing.
            with suppress(Exception):
                self._listen(_POLL_SECONDS)
        self._save_outcomes()

    def _save_outcomes(self) -> None:
        if self._unsaved:
            with suppress(StoreError):
                settlements = [settlement for settlement, _ in self._unsaved]
                self._run.store.ledger.record(self._run.issue_id, settlements, [])
                self._unsaved.clear()


def _domain(claim: Claim) -> str:
    return claim.email.rpartition("@")[2]
