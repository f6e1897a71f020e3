"""People who are added, changed and let in again by an operator, and those who get no mail."""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING

import pytest
from support.operator_site import ISSUE, fill, log_in, post

from publisher.models import Language, Preferences, SubscriberStatus
from publisher.newsletter.subscriber_csv import COLUMNS

if TYPE_CHECKING:
    from support.operator_site import People
    from support.web_server import Site

NEW = "new@example.org"


@pytest.fixture
def people(site: Site) -> People:
    filled = fill(site.store, site.clock())
    log_in(site)
    return filled


def last_actions(site: Site, count: int = 1) -> list[tuple[str, str, str]]:
    rows = site.store.audit_log.recent_actions(limit=count)
    return [(row.operator, row.action, row.about) for row in rows]


def test_a_person_is_asked_by_mail(site: Site, people: People) -> None:
    del people
    answer = post(
        site,
        "/operator/people/add",
        email=" New@Example.ORG ",
        name="李雷",
        consent="ask",
        which="some",
        topic=["nerf", "../x"],
        language="en",
    )
    person = site.store.subscribers.find("New@example.org")
    assert person is not None
    assert answer.headers["location"] == f"/operator/people/{person.id}?told=subscriber+asked"
    assert (person.name, person.topics, person.status) == (
        "李雷",
        ("nerf",),
        SubscriberStatus.PENDING,
    )
    assert person.preferences == Preferences(Language.ENGLISH)
    letter = site.store.outgoing_queue.take(now=site.clock())
    assert letter is not None
    assert (letter.kind, letter.email) == ("confirm", "New@example.org")
    about = f"subscriber {person.id}"
    assert last_actions(site, 2) == [
        ("ada", "subscriber asked", about),
        ("ada", "subscriber added", about),
    ]


def test_a_person_who_has_agreed_needs_a_note(site: Site, people: People) -> None:
    del people
    fields = {"email": NEW, "consent": "agreed", "which": "all"}
    answer = post(site, "/operator/people/add", **fields)
    assert answer.status_code == 400
    assert "your proof" in answer.text
    assert site.store.subscribers.find(NEW) is None

    post(site, "/operator/people/add", **fields, note="at the\nreading group")
    person = site.store.subscribers.find(NEW)
    assert person is not None
    assert person.status is SubscriberStatus.ACTIVE
    assert [entry[1:] for entry in site.store.consent_log.history(NEW)] == [
        ("added", "by operator ada: at the reading group"),
        ("confirmed", "by operator ada: at the reading group"),
    ]
    assert site.store.outgoing_queue.waiting() == 0


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"email": "nobody"}, "aria-invalid"),
        ({"email": "reader1@mail.example.org"}, "on the list already"),
        ({"email": NEW, "name": "a\u2028b"}, 'id="wrong-name"'),
    ],
)
def test_what_can_not_be_added_is_told_beside_its_field(
    site: Site, people: People, fields: dict[str, str], words: str
) -> None:
    del people
    before = site.store.subscribers.count()
    answer = post(site, "/operator/people/add", consent="ask", **fields)
    assert answer.status_code == 400
    assert words in answer.text
    assert site.store.subscribers.count() == before


def test_no_mail_asks_a_suppressed_address(site: Site, people: People) -> None:
    del people
    site.store.suppressions.add(NEW, "complained: this is spam", now=site.clock())
    for consent in ("agreed", "ask"):
        answer = post(site, "/operator/people/add", email=NEW, consent=consent, note="by phone")
        # The second time the person is on the list.
        assert answer.status_code in (303, 400)
    person = site.store.subscribers.find(NEW)
    assert person is not None
    assert person.status is SubscriberStatus.SUPPRESSED
    assert site.store.outgoing_queue.waiting() == 0

    path = f"/operator/people/{person.id}/lift"
    assert "reported a mail as spam" in site.client.get(path).text
    assert post(site, path).status_code == 400
    assert site.store.suppressions.find(NEW) is not None
    assert post(site, path, note="wrote to us on 2 December").status_code == 303
    assert site.store.suppressions.find(NEW) is None
    assert site.store.consent_log.history(NEW)[-1][2] == (
        "by operator ada: wrote to us on 2 December"
    )


def test_a_pending_person_is_asked_or_confirmed(site: Site, people: People) -> None:
    del people
    person = site.store.subscribers.find("pending@example.org")
    assert person is not None
    where = f"/operator/people/{person.id}"
    for told in ("subscriber+asked", "asked+already"):
        assert post(site, f"{where}/invite").headers["location"].endswith(told)
    assert post(site, f"{where}/confirm").headers["location"].endswith("note+missing")
    assert post(site, f"{where}/confirm", note="by phone").status_code == 303
    assert last_actions(site) == [("ada", "confirmed", f"subscriber {person.id}")]
    for action in ("invite", "confirm"):
        answer = post(site, f"{where}/{action}", note="x")
        assert answer.headers["location"].endswith("nothing+changed")


def test_choices_are_changed(site: Site, people: People) -> None:
    number = people.ids[1]
    path = f"/operator/people/{number}/choices"
    assert 'value="nerf" id="topic-nerf" checked' in site.client.get(path).text
    post(site, path, which="all", topic="nerf", length="short")
    person = site.store.subscribers.get(number)
    assert person is not None
    assert (person.topics, person.preferences.length) == ((), "short")
    assert last_actions(site) == [("ada", "subscriber changed", f"subscriber {number}")]
    answer = post(site, path, which="all", length="short")
    assert answer.headers["location"].endswith("nothing+changed")


def test_the_list_is_exported(site: Site, people: People) -> None:
    site.store.subscribers.add("=1+1@example.org", "=HYPERLINK()", (), now=site.clock())
    answer = site.client.get("/operator/people/export.csv")
    assert answer.headers["content-disposition"] == 'attachment; filename="subscribers.csv"'
    rows = list(csv.reader(io.StringIO(answer.text)))
    assert tuple(rows[0]) == COLUMNS
    assert len(rows) == 1 + len(people.ids) + 2
    assert rows[-1][:2] == ["'=1+1@example.org", "'=HYPERLINK()"]
    assert last_actions(site) == [("ada", "list exported", "")]
    pending = site.client.get("/operator/people/export.csv?status=pending").text
    assert pending.count("\r\n") == 3
    assert last_actions(site) == [("ada", "list exported", "pending")]


def test_who_gets_no_mail_and_why(site: Site, people: People) -> None:
    store, now = site.store, site.clock()
    paused, left, bounced, by_hand = people.ids[8:12]
    store.subscribers.pause(paused, until=None, now=now)
    store.subscribers.unsubscribe(left, now=now)
    for number, reason in ((bounced, "bounced: gone"), (by_hand, "by hand")):
        person = store.subscribers.get(number)
        assert person is not None
        store.suppressions.add(person.email, reason, now=now)
    store.subscribers.add("late@example.org", "", ["nerf"], now=now)
    store.subscribers.confirm("late@example.org", now=now)
    expected = {
        "unconfirmed": ["pending@example.org"],
        "paused": ["reader8@"],
        "unsubscribed": ["reader9@"],
        "bounced": ["reader10@"],
        "complained": [],
        "suppressed": ["reader11@"],
        "no_topic": [],  # no digest was read, so nothing is known of topics
        "no_papers": ["late@example.org"],
        "in_doubt": ["reader0@", "reader1@", "reader2@"],
        "refused": ["reader3@", "reader4@"],
    }
    for reason, addresses in expected.items():
        page = site.client.get(f"/operator/people/without-mail?reason={reason}").text
        shown = page.replace('</span><wbr><span class="whole">', "")
        assert shown.count('<th scope="row" class="address">') == len(addresses), reason
        for address in addresses:
            assert address in shown, reason
    assert ISSUE in page
