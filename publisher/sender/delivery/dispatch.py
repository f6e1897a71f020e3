"""Hands the deliveries of a run to its workers, and writes down what comes of them.

One thread does all of it: whatever the workers said since the last time is written in one
transaction, together with the marks of what they get next. So a message costs its connection one
wait for the disk, which several share, and a death leaves in doubt what each connection had in
hand and nothing else.
"""

from __future__ import annotations

import math
import time
from collections import deque
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from publisher.errors import StoreError, TransportError
from publisher.models import DeliveryState, Mark, Settlement
from publisher.printable import one_line
from publisher.sender.delivery.outcome import DeliveryOutcome, classify_error
from publisher.sender.delivery.report import Step
from publisher.sender.delivery.states import Event, after
from publisher.sender.delivery.workers import (
    Answered,
    Gone,
    Lost,
    OutgoingMessage,
    Ready,
)
from publisher.sender.limits.rate_limit import RateVerdict
from publisher.sender.message import tokens
from publisher.sender.message.edition_message import Recipient
from publisher.sender.transports.smtp_replies import MOST_CHARACTERS

if TYPE_CHECKING:
    from datetime import datetime

    from publisher.models import Claim
    from publisher.sender.delivery.run import Run
    from publisher.sender.delivery.workers import Worker, Workers

# For a limit that lasts longer, the issue pauses; a claim must not run out meanwhile.
_PATIENCE = timedelta(minutes=2)
# A request to stop is heard after this many seconds.
_NAP = 0.5
# Asked to stop at once, the workers have this long to say what they know, in seconds.
_LAST_WORDS = 5.0
# Who is silent that much longer than their transport can take is stopped, in seconds.
_OVERDUE = 60.0
_INTERRUPTED = "the sender was interrupted before it left"


@dataclass(slots=True, eq=False)
class DeliveryJob:
    """A delivery in a worker's hands."""

    claim: Claim
    token: str
    message_id: str
    deadline: float = math.inf  # of time.monotonic()


class Dispatch:
    """Has `workers` do what `run` is about; for one thread."""

    def __init__(self, run: Run, workers: Workers) -> None:
        """Take over `workers`; who made them closes them."""
        self._run = run
        self._workers = workers
        self._idle: deque[Worker] = deque()
        self._begun: dict[Worker, DeliveryJob] = {}  # no mark on disk yet
        self._busy: dict[Worker, DeliveryJob] = {}
        self._known: list[tuple[Settlement, Step]] = []  # not on disk yet
        self._held: tuple[Claim, str] | None = None  # waits for the pace
        self._until: datetime | None = None
        self._nothing_due = False

    def work(self) -> None:
        """Send until nothing is due or the run stops.

        Raises `StoreError`, and whatever interrupts it or comes out of a transport; what the
        workers have in hand is then settled as far as that can be done.
        """
        try:
            # The first connection shows whether the settings are right, before anything is taken.
            while not self._idle and self._run.goes_on():
                self._listen(_NAP)
            self._run.connections = self._workers.enlist()
            while True:
                self._hand_out()
                self._write()
                if not self._busy and (self._nothing_due or not self._run.goes_on()):
                    break
                self._await()
        except BaseException as error:
            self._end(at_once=not isinstance(error, Exception))
            raise

    def _hand_out(self) -> None:
        """Give what may leave to those who have nothing to do."""
        # Here and not later: whatever the pace let go has its mark, by which the ledger counts it.
        self._run.pace.learn(self._run.options.now(), self._run.store.deliveries.left_since)
        self._nothing_due = False
        while self._idle:
            taken = self._next()
            if taken is None:
                break
            self._begin(self._idle.popleft(), *taken)

    def _next(self) -> tuple[Claim, str] | None:
        """Return what may leave now, None where all have to wait or nothing is due."""
        run = self._run
        while run.goes_on():
            taken, self._held, self._until = self._held or run.claims.take(), None, None
            if taken is None:
                self._nothing_due = True
                return None
            claim, domain = taken[0], _domain(taken[0])
            rest = run.breakers.rests_until(domain, run.options.now())
            if rest is not None:
                run.give_back(*taken, rest)
                continue
            now = run.options.now()
            decision = run.pace.decide(now, domain)
            if decision.verdict is RateVerdict.GO:
                return taken
            until = decision.until or now
            if decision.verdict is RateVerdict.OTHERS:
                run.give_back(*taken, until)
            elif until - now > _PATIENCE:
                run.stop(f"{decision.reason} is reached", until)
                run.give_back(claim, taken[1])
            else:
                self._held, self._until = taken, until
                return None
        return None

    def _begin(self, worker: Worker, claim: Claim, token: str) -> None:
        run = self._run
        template = run.template(claim.edition_key)
        who = tokens.pseudonym(run.options.keys, run.issue_id, claim.subscriber_id)
        unsubscribe = tokens.make_token(run.options.keys, claim.subscriber_id, claim.token_version)
        message_id = template.message_id(who)
        recipient = Recipient(claim.email, claim.name, who, unsubscribe)
        parcel = OutgoingMessage(
            run.options.envelope_sender, claim.edition_key, template, recipient, message_id
        )
        if worker.begin(parcel):
            self._begun[worker] = DeliveryJob(claim, token, message_id)
        else:
            # It is gone, and says so when it is heard.
            run.give_back(claim, token)

    def _write(self) -> None:
        """Commit what is known and the marks of what was begun; let that leave then."""
        run = self._run
        if not self._begun and not self._known:
            return
        marks = [self._mark(worker, job) for worker, job in self._begun.items()]
        settlements = [settlement for settlement, _ in self._known]
        _, marked = run.store.ledger.record(run.issue_id, settlements, marks)
        steps, self._known = [step for _, step in self._known], []
        refused = []
        for (worker, job), may_leave in zip(list(self._begun.items()), marked, strict=True):
            del self._begun[worker]
            if not may_leave:
                worker.withdraw()
                refused.append(job)
                continue
            job.deadline = time.monotonic() + worker.timeout_seconds + _OVERDUE
            self._busy[worker] = job
            if not worker.go():
                del self._busy[worker]
                self._settle(job, DeliveryOutcome(Event.PUT_OFF, _INTERRUPTED, counted=False))
        for step in steps:
            run.note(step)
        for job in refused:
            self._not_sent(job)

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

    def _await(self) -> None:
        """Wait for a worker, or for what holds everybody up."""
        wait = _NAP
        if self._idle and self._until is not None:
            wait = min(max((self._until - self._run.options.now()).total_seconds(), 0.0), _NAP)
            if not self._busy:
                self._run.options.sleep(wait)
                return
        self._listen(wait)

    def _listen(self, seconds: float | None) -> None:
        for worker in self._workers.wait(seconds):
            self._hear(worker)
        now = time.monotonic()
        for worker, job in self._busy.items():
            if job.deadline < now:
                # It was stopped, maybe. Nobody may be told that this is in doubt and get it then.
                worker.kill()

    def _hear(self, worker: Worker) -> None:
        event = worker.receive()
        match event:
            case Ready():
                self._idle.append(worker)
            case Answered():
                if event.ready:
                    self._idle.append(worker)
                self._answered(self._busy.pop(worker), event)
            case Lost() | Gone():
                self._leave(worker, event)

    def _leave(self, worker: Worker, event: Lost | Gone) -> None:
        self._workers.discharge(worker)
        with suppress(ValueError):
            self._idle.remove(worker)
        job = self._busy.pop(worker, None)
        if isinstance(event, Lost):
            self._run.lost(self._judge(event.error, attempts=1))
            return
        died = DeliveryOutcome(Event.NO_ANSWER, "the sending process died")
        if job is not None:
            self._settle(job, died)
        self._run.lost(died)

    def _answered(self, job: DeliveryJob, said: Answered) -> None:
        run, error = self._run, said.error
        if error is None:
            outcome = DeliveryOutcome(Event.ACCEPTED, said.text, alarming=False)
        elif isinstance(error, TransportError):
            outcome = self._judge(error, attempts=job.claim.attempts + 1)
        else:
            # An interruption, or a fault of the program: it may have left.
            doubt = f"the sender was interrupted: {one_line(repr(error), MOST_CHARACTERS)}"
            self._settle(job, DeliveryOutcome(Event.NO_ANSWER, doubt))
            raise error
        self._settle(job, outcome)
        run.breakers.note(_domain(job.claim), outcome, run.options.now())
        run.consider(outcome)

    def _settle(self, job: DeliveryJob, outcome: DeliveryOutcome) -> None:
        """Have the outcome written with what comes next."""
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
        self._known.append((settlement, Step(job.claim.subscriber_id, state, outcome.reason)))

    def _judge(self, error: TransportError, *, attempts: int) -> DeliveryOutcome:
        run = self._run
        return classify_error(
            error,
            attempts=attempts,
            now=run.options.now(),
            jitter=run.options.jitter(),
            give_up=run.options.give_up,
        )

    def _not_sent(self, job: DeliveryJob) -> None:
        run = self._run
        if run.give_back(job.claim, job.token) is DeliveryState.SKIPPED:
            reason = "unsubscribed or suppressed"
            run.note(Step(job.claim.subscriber_id, DeliveryState.SKIPPED, reason))
            return
        # Our lease ran out and another has the row, or somebody has paused the issue.
        run.no_longer_open()

    def _end(self, *, at_once: bool) -> None:
        """Take back what has not left, wait for what has, and write it down."""
        run = self._run
        run.stopped = run.stopped or ("interrupted" if at_once else "the sender failed")
        for worker, job in self._begun.items():
            worker.withdraw()
            # The commit that failed may have come through all the same.
            self._settle(job, DeliveryOutcome(Event.PUT_OFF, _INTERRUPTED, counted=False))
        self._begun.clear()
        if at_once:
            self._workers.interrupt()
        patience = time.monotonic() + (_LAST_WORDS if at_once else math.inf)
        # What is known must not become a doubt because of one commit that failed.
        self._save()
        while self._busy and time.monotonic() < patience:
            # One that failed before is why we are here; the others are no news.
            with suppress(Exception):
                self._listen(_NAP)
        self._save()

    def _save(self) -> None:
        if self._known:
            with suppress(StoreError):
                settlements = [settlement for settlement, _ in self._known]
                self._run.store.ledger.record(self._run.issue_id, settlements, [])
                self._known.clear()


def _domain(claim: Claim) -> str:
    return claim.email.rpartition("@")[2]
