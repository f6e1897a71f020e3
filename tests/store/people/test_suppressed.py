"""People whose address gets no mail: shown, found and counted as such, until it is lifted."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from importlib.resources import files
from typing import TYPE_CHECKING

import pytest
from alembic import command
from alembic.config import Config
from support.databases import everything_in

from publisher.models import SubscriberStatus
from publisher.models.imports import ImportedSubscriber
from publisher.store.database import open_store
from publisher.store.people.search import SubscriberQuery

if TYPE_CHECKING:
    from publisher.store.database import Store

NOW = datetime(2024, 12, 9, 8, tzinfo=UTC)
PENDING, ACTIVE, PAUSED, GONE, SUPPRESSED = SubscriberStatus
WHO = "jane@example.org"
BEFORE = "0009"  # the revision in which suppressions did not know their people

pytestmark = pytest.mark.both_databases


def join(store: Store, email: str, status: SubscriberStatus = ACTIVE) -> int:
    people = store.subscribers
    person = people.add(email, "", (), now=NOW)
    if status is not PENDING:
        people.confirm(email, now=NOW)
    if status is PAUSED:
        people.pause(person.id, until=None, now=NOW)
    if status is GONE:
        people.unsubscribe(person.id, now=NOW)
    return person.id


@pytest.mark.parametrize(
    ("status", "shown"),
    [(PENDING, SUPPRESSED), (ACTIVE, SUPPRESSED), (PAUSED, SUPPRESSED), (GONE, GONE)],
)
def test_every_look_at_a_suppressed_person_says_so(
    store: Store, status: SubscriberStatus, shown: SubscriberStatus
) -> None:
    people = store.subscribers
    number = join(store, WHO, status)
    others = [join(store, f"r{other}@example.org", other) for other in (ACTIVE, PAUSED, GONE)]
    assert store.suppressions.add(WHO, "bounced: 550 5.1.1 no such user", now=NOW)
    person = people.get(number)
    assert person is not None
    assert person == people.find(WHO)
    assert person.status is shown
    assert person.suppression is not None
    assert person.suppression.reason == "bounced: 550 5.1.1 no such user"
    assert person.suppression.created_at == NOW
    for wanted in SubscriberStatus:
        listed = [row.id for row in people.iterate(wanted)]
        page = people.search(SubscriberQuery(status=wanted))
        assert [row.id for row in page.people][::-1] == listed
        assert (number in listed) == (wanted is shown)
        assert people.count()[wanted] == page.count == len(listed)
    assert people.export_person(WHO)["subscriber"]["status"] == shown  # type: ignore[index]
    listed_reasons = [email for email, _ in store.suppressions.newest(10)]
    assert listed_reasons == ([] if status is GONE else [WHO])

    assert store.suppressions.lift(WHO, now=NOW, detail="by operator ada")
    assert not store.suppressions.lift(WHO, now=NOW)
    person = people.get(number)
    assert person is not None
    assert (person.status, person.suppression) == (status, None)
    assert people.count()[SUPPRESSED] == 0
    assert all((row := people.get(other)) and row.suppression is None for other in others)


def test_whoever_comes_onto_the_list_later_is_shown_as_suppressed_too(store: Store) -> None:
    store.suppressions.add(WHO, "by hand", now=NOW)
    store.suppressions.add("imported@example.org", "by hand", now=NOW)
    number = join(store, WHO, PENDING)
    row = ImportedSubscriber(2, "imported@example.org", "", (), PENDING, None, None)
    store.imports.import_rows([row], now=NOW)
    assert [person.status for person in store.subscribers.iterate()] == [SUPPRESSED] * 2
    # Their own confirmation is what ends it.
    assert store.subscribers.confirm(WHO, now=NOW).status is ACTIVE
    assert [person.id for person in store.subscribers.iterate(ACTIVE)] == [number]


def test_an_erased_person_is_no_longer_linked(store: Store) -> None:
    join(store, WHO)
    store.suppressions.add(WHO, "bounced: gone", now=NOW)
    store.subscribers.erase(WHO, now=NOW)
    assert store.suppressions.newest(10) == []
    assert store.subscribers.count() == dict.fromkeys(SubscriberStatus, 0)
    assert WHO not in everything_in(store)
    assert store.suppressions.find(WHO) is not None


def test_bounces_from_before_a_lift_do_not_count(store: Store) -> None:
    join(store, WHO)
    store.mailbox.add_bounce(
        "r1", WHO, weight="soft", status="4.2.2", issue_id="2024-W48", reason="full", now=NOW
    )
    store.suppressions.add(WHO, "bounced 1 times: full", now=NOW)
    store.suppressions.lift(WHO, now=NOW)
    assert store.mailbox.soft_bounces(WHO, since=NOW - timedelta(days=30)) == 0


def test_growth_counts_who_gets_mail(store: Store) -> None:
    zone = NOW.tzinfo
    assert zone is not None
    for email in ("a@example.org", "b@example.org"):
        join(store, email)
    join(store, "left@example.org", GONE)
    day = NOW + timedelta(days=1)
    for email in ("a@example.org", "left@example.org", "stranger@example.org"):
        store.suppressions.add(email, "by hand", now=day)
    later = NOW + timedelta(days=2)
    for email in ("a@example.org", "left@example.org", "stranger@example.org"):
        store.suppressions.lift(email, now=later)
    growth = store.statistics.growth(zone, days=3, now=later)  # type: ignore[arg-type]
    assert [(row.came, row.went, row.size) for row in growth] == [(3, 1, 2), (0, 1, 1), (1, 0, 2)]


def test_old_suppressions_find_their_people(url: str) -> None:
    with open_store(url) as store:
        number = join(store, WHO)
        join(store, "other@example.org")
        store.suppressions.add(WHO, "550 5.1.1 gone", now=NOW)
        store.suppressions.add("stranger@example.org", "by hand", now=NOW)
        config = Config()
        folder = files("publisher.store") / "migrations"
        config.set_main_option("script_location", str(folder))
        with store._database.writing() as connection:
            config.attributes["connection"] = connection
            command.downgrade(config, BEFORE)
    with open_store(url) as store:
        (person,) = store.subscribers.iterate(SUPPRESSED)
        assert person.id == number
        assert person.suppression is not None
        assert person.suppression.reason == "bounced: 550 5.1.1 gone"
        assert person.suppression.is_bounce
