"""What one connection does: take a delivery, mark it on disk, send it, write down what came of it.

Each message costs one wait for the disk: what came of the last one is written with the mark of the
next. A process that dies leaves in doubt what each connection had in hand, and nothing else.
"""

from __future__ import annotations

import time
from datetime import timedelta
from threading import Thread
from typing import TYPE_CHECKING

from publisher.errors import StoreError, TransportError
from publisher.models import DeliveryState
from publisher.sender import tokens
from publisher.sender.ledger import Mark, Settlement
from publisher.sender.message import Recipient
from publisher.sender.outcome import Outcome, judge
from publisher.sender.pace import Verdict
from publisher.sender.replies import one_line
from publisher.sender.run import Step
from publisher.sender.states import Event, after

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from publisher.sender.group_commit import Entry
    from publisher.sender.ledger import Claim
    from publisher.sender.run import Run
    from publisher.sender.transports.base import Transport

# For a limit that lasts longer, the issue pauses; a claim must not run out meanwhile.
_PATIENCE = timedelta(minutes=2)
# A request to stop is heard after this many seconds.
_NAP = 0.5
# Asked to stop at once, the connections have this long to write down what they know.
_LAST_WORDS = 5.0


class Connection:
    """Sends with one transport, in one thread."""

    def __init__(self, run: Run, transport: Transport) -> None:
        """Work for `run`; who made `transport` closes it."""
        self._run = run
        self._transport = transport
        self._unwritten: tuple[Entry, Step] | None = None

    def work(self) -> None:
        """Send until nothing is due or the run stops.

        Raises `StoreError`; what is known of the last message is then written if it can be.
        """
        run = self._run
        try:
            while run.goes_on():
                try:
                    # Before anything is taken: a server that is gone leaves nobody in doubt.
                    self._transport.open()
                except TransportError as error:
                    run.lost(self._judge(error, attempts=1))
                    break
                taken = run.claims.take()
                if taken is None:
                    break
                if self._may_leave(*taken):
                    self._send(*taken)
        finally:
            self._write()

    def _send(self, claim: Claim, token: str) -> None:
        run = self._run
        template = run.template(claim.edition_key)
        who = tokens.pseudonym(run.keys, run.issue_id, claim.subscriber_id)
        unsubscribe = tokens.make_token(run.keys, claim.subscriber_id, claim.token_version)
        message = template.splice(Recipient(claim.email, claim.name, who, unsubscribe))
        message_id = template.message_id(who)
        if not self._mark(claim, token, message_id):
            self._not_sent(claim, token)
            return
        try:
            answer = self._transport.send(run.envelope_sender, claim.email, message, message_id)
        except TransportError as error:
            outcome = self._judge(error, attempts=claim.attempts + 1)
        except BaseException as error:
            # An interruption, or a fault of the program: it may have left.
            doubt = f"the sender was interrupted: {one_line(repr(error))}"
            self._hand_in(claim, token, Outcome(Event.NO_ANSWER, doubt))
            raise
        else:
            outcome = Outcome(Event.ACCEPTED, answer, alarming=False)
        self._hand_in(claim, token, outcome)
        run.breakers.note(_domain(claim), outcome, run.now())
        run.consider(outcome)

    def _judge(self, error: TransportError, *, attempts: int) -> Outcome:
        run = self._run
        return judge(
            error, attempts=attempts, now=run.now(), jitter=run.jitter(), give_up=run.give_up
        )

    def _may_leave(self, claim: Claim, token: str) -> bool:
        """Wait as the limits demand; give the delivery back where that takes long."""
        run = self._run
        domain = _domain(claim)
        rest = run.breakers.rests_until(domain, run.now())
        if rest is not None:
            self._give_back(claim, token, rest)
            return False
        while run.goes_on():
            now = run.now()
            decision = run.pace.decide(now, domain)
            if decision.verdict is Verdict.GO:
                return True
            until = decision.until or now
            if decision.verdict is Verdict.OTHERS:
                self._give_back(claim, token, until)
                return False
            if until - now > _PATIENCE:
                run.stop(f"{decision.reason} is reached", until)
                break
            # What is known is not left unwritten while nothing else happens.
            self._write()
            run.sleep(min((until - now).total_seconds(), _NAP))
        self._give_back(claim, token)
        return False

    def _give_back(self, claim: Claim, token: str, next_at: datetime | None = None) -> None:
        run = self._run
        run.ledger.give_back(
            run.issue_id,
            claim.subscriber_id,
            token=token,
            email=claim.email,
            now=run.now(),
            next_at=next_at,
        )

    def _mark(self, claim: Claim, token: str, message_id: str) -> bool:
        """Return whether the message may leave: that is on disk then, and the one before too."""
        run = self._run
        now = run.now()
        mark = Mark(
            subscriber_id=claim.subscriber_id,
            token=token,
            email=claim.email,
            message_id=message_id,
            transport=self._transport.name,
            lease=now + timedelta(seconds=self._transport.timeout_seconds) + run.margin,
            now=now,
        )
        marked = run.commits.wait(run.commits.hand_in(mark))
        try:
            self._write()
        except BaseException:
            # The batch before was lost, or who is told of it fails: nothing has left for this mark.
            if marked:
                reason = "the sender was interrupted before it left"
                self._hand_in(claim, token, Outcome(Event.PUT_OFF, reason, counted=False))
            raise
        return marked

    def _hand_in(self, claim: Claim, token: str, outcome: Outcome) -> None:
        """Have the outcome written with what comes next; `_write` waits for it."""
        state = after(DeliveryState.SENDING, outcome.event)
        settlement = Settlement(
            subscriber_id=claim.subscriber_id,
            token=token,
            state=state,
            now=self._run.now(),
            code=outcome.code,
            reason=outcome.reason,
            next_at=outcome.next_at,
            counted=outcome.counted,
            suppress=claim.email if outcome.suppress else "",
        )
        step = Step(claim.subscriber_id, state, outcome.reason)
        self._unwritten = (self._run.commits.hand_in(settlement), step)

    def _write(self) -> None:
        """Wait until the last outcome is on disk, and tell of it. Raises `StoreError`."""
        if self._unwritten is None:
            return
        entry, step = self._unwritten
        try:
            self._run.commits.wait(entry)
        except StoreError:
            # What is known must not become a doubt because of one commit that failed.
            self._run.commits.wait(self._run.commits.hand_in(entry.move))
        finally:
            self._unwritten = None
        self._run.note(step)

    def _not_sent(self, claim: Claim, token: str) -> None:
        run = self._run
        state = run.ledger.give_back(
            run.issue_id, claim.subscriber_id, token=token, email=claim.email, now=run.now()
        )
        if state is DeliveryState.SKIPPED:
            run.note(Step(claim.subscriber_id, state, "unsubscribed or suppressed"))
            return
        # Our lease ran out and another has the row, or somebody has paused the issue.
        run.no_longer_open()


def _domain(claim: Claim) -> str:
    return claim.email.rpartition("@")[2]


def work_together(run: Run, transports: Sequence[Transport]) -> None:
    """Have each of `transports` work in a thread, the first of them open; return when all have.

    Raises the first error that ended one, and whatever interrupts the waiting: the connections are
    cut then, and write down what they know.
    """
    errors: list[BaseException] = []
    # Daemons: whoever asks twice to stop at once does not wait for a server's answer.
    threads = [
        Thread(target=_work, args=(run, transport, errors), daemon=True) for transport in transports
    ]
    try:
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    except BaseException:
        run.stopped = run.stopped or "interrupted"
        for transport in transports:
            transport.interrupt()
        patience = time.monotonic() + _LAST_WORDS
        for thread in threads:
            if thread.ident is not None:
                thread.join(max(0.0, patience - time.monotonic()))
        raise
    if errors:
        raise errors[0]


def _work(run: Run, transport: Transport, errors: list[BaseException]) -> None:
    try:
        Connection(run, transport).work()
    except BaseException as error:  # noqa: BLE001 - raised again in the thread that waits
        errors.append(error)
        run.stopped = run.stopped or "a connection failed"
