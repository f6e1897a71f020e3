from __future__ import annotations

import sys
from collections import Counter
from contextlib import suppress
from datetime import timedelta
from itertools import count
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    invariant,
    rule,
    run_state_machine_as_test,
)

from publisher.errors import PermanentFailure, TemporaryFailure, UnknownOutcome
from publisher.models import UNSUBSCRIBE_PLACEHOLDER, Edition, SubscriberStatus
from publisher.models import DeliveryState as S
from publisher.models.imports import ImportedSubscriber
from publisher.models.ledger import FrozenEdition
from publisher.newsletter.audience import IssueAudience
from publisher.sender.delivery.deliver import deliver
from publisher.sender.delivery.options import DeliveryOptions
from publisher.sender.message import edition_message
from publisher.sender.message.sender_profile import SenderProfile
from publisher.sender.transports.base import BaseTransport

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from conftest import Clock

    from publisher.store.database import Store

pytestmark = pytest.mark.both_databases

PEOPLE = 5
FATES = ["ok", "ok", "later", "never", "doubt", "doubt, sent", "killed", "killed, sent"]
BODY = f"{UNSUBSCRIBE_PLACEHOLDER}\n"


def frozen_edition() -> FrozenEdition:
    sender = SenderProfile(from_address="a@example.org", list_id="x.example.org")
    message = edition_message.build_message(Edition("x", (), "x", BODY, BODY, 1), sender)
    return FrozenEdition("all", "x", message)


def make_issue(store: Store, issue: str, now: datetime) -> None:
    emails = [f"{issue}-{number}@example.org" for number in range(PEOPLE)]
    active = SubscriberStatus.ACTIVE
    rows = [ImportedSubscriber(1, email, "", (issue,), active, None, now) for email in emails]
    store.imports.import_rows(rows, now=now)
    store.issues.freeze(
        issue,
        period=(now, now),
        papers=[],
        frozen_editions=[frozen_edition()],
        audience=IssueAudience({"paper": (issue,)}),
        edition_of=lambda choice: "all" if choice.topics == (issue,) else None,
        now=now,
    )


class FatedTransport(BaseTransport):
    """A transport whose sends end in the given ways, in turn."""

    name = "fated"
    timeout_seconds = 60.0

    def __init__(self) -> None:
        self.accepted: list[str] = []
        self.before: Callable[[str], None]

    def send(self, envelope_sender: str, recipient: str, message: bytes, message_id: str) -> str:
        del envelope_sender, message, message_id
        self.before(recipient)
        self.accepted.append(recipient)
        return "250 ok"

    def evidence(self, message_id: str) -> bool | None:
        assert message_id


class Killed(BaseException):
    """The process is dead: nothing of it runs any more, not even `finally`."""


class KilledPart:
    """A part of the store that a dead process no longer reaches."""

    def __init__(self, part: Any) -> None:
        self._part = part

    def __getattr__(self, name: str) -> Any:
        if isinstance(sys.exc_info()[1], Killed):
            return lambda *_a, **_k: None
        return getattr(self._part, name)


class KilledStore:
    """The part of the store that a delivery uses."""

    def __init__(self, store: Store) -> None:
        self.issues: Any = KilledPart(store.issues)
        self.deliveries: Any = KilledPart(store.deliveries)
        self.ledger: Any = KilledPart(store.ledger)


def chaos_of(  # noqa: C901 - the rules share the store and the clock
    store: Store, clock: Clock
) -> type[RuleBasedStateMachine]:
    numbers = count()

    class Chaos(RuleBasedStateMachine):
        """Runs, crashes, unsubscribing, clocks and operators in any order: nobody gets two."""

        def __init__(self) -> None:
            super().__init__()
            self.accepted: Counter[str] = Counter()
            self.waived: Counter[str] = Counter()
            self.left: dict[str, int] = {}
            self.issue = f"chaos-{next(numbers)}"
            make_issue(store, self.issue, clock())

        @rule(
            fates=st.lists(st.sampled_from(FATES), min_size=1, max_size=6),
            batch=st.integers(1, 3),
            minutes=st.sampled_from([0, 6, 13, 60]),
        )
        def run(self, fates: list[str], batch: int, minutes: int) -> None:
            clock.now += timedelta(minutes=minutes)
            transport = FatedTransport()
            todo = iter(fates)

            def fate(to: str) -> None:
                match next(todo, "ok"):
                    case "later":
                        raise TemporaryFailure("later")
                    case "never":
                        raise PermanentFailure("never", code=550)
                    case "doubt":
                        raise UnknownOutcome("?")
                    case "doubt, sent":
                        self.accepted[to] += 1
                        raise UnknownOutcome("?")
                    case "killed":
                        raise Killed
                    case "killed, sent":
                        self.accepted[to] += 1
                        raise Killed

            transport.before = fate
            with suppress(Killed):
                deliver(
                    self.issue,
                    KilledStore(store),
                    [transport],
                    DeliveryOptions(
                        envelope_sender="a@example.org",
                        keys=store.keys,
                        now=clock,
                        owner="host|boot|1|1",
                        is_dead=lambda _owner: False,
                        batch=batch,
                    ),
                )
            self.accepted.update(transport.accepted)

        @rule(who=st.integers(0, PEOPLE - 1))
        def unsubscribe(self, who: int) -> None:
            email = f"{self.issue}-{who}@example.org"
            if store.subscribers.remove(email, now=clock()):
                self.left[email] = self.accepted[email]

        @rule(state=st.sampled_from([S.READY, S.SENT, S.ABANDONED]))
        def operator(self, state: S) -> None:
            for row in store.deliveries.rows(self.issue, [S.IN_DOUBT])[:1]:
                assert store.ledger.resolve(
                    self.issue, row.subscriber_id, state, reason="operator", now=clock()
                )
                if state is S.READY:
                    self.waived[row.email] += 1

        @invariant()
        def nobody_gets_two_unless_the_operator_says_so(self) -> None:
            for email, times in self.accepted.items():
                assert times <= 1 + self.waived[email]

        @invariant()
        def nobody_gets_one_after_leaving(self) -> None:
            for email, times in self.left.items():
                assert self.accepted[email] == times

        @invariant()
        def nobody_is_lost(self) -> None:
            rows = store.deliveries.rows(self.issue)
            assert len(rows) == PEOPLE
            for row in rows:
                if row.state is S.SENT and not self.waived[row.email]:
                    assert row.attempts >= 1

    return Chaos


def test_whatever_happens_in_whatever_order(store: Store, clock: Clock) -> None:
    run_state_machine_as_test(
        chaos_of(store, clock),
        settings=settings(
            max_examples=50,
            stateful_step_count=15,
            deadline=None,
            suppress_health_check=list(HealthCheck),
            database=None,
        ),
    )
