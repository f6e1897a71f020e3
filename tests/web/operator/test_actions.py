"""Actions of operators, each recorded in the audit log under their name."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from support.operator_site import ISSUE, fill, log_in, post

from publisher.models import DeliveryState, SubscriberStatus
from publisher.models.ledger import IssueState

if TYPE_CHECKING:
    from support.operator_site import People
    from support.web_server import Site


@pytest.fixture
def people(site: Site) -> People:
    found = fill(site.store, site.clock())
    log_in(site)
    return found


def last_done(site: Site) -> tuple[str, str, str]:
    (row,) = site.store.audit_log.recent_actions(limit=1)
    return row.operator, row.action, row.about


@pytest.mark.parametrize(
    ("decision", "state", "words"),
    [
        ("again", DeliveryState.READY, "send again"),
        ("arrived", DeliveryState.SENT, "it arrived"),
        ("abandon", DeliveryState.ABANDONED, "give up"),
    ],
)
def test_doubts_are_settled(
    site: Site, people: People, decision: str, state: DeliveryState, words: str
) -> None:
    first, second, third = people.doubtful
    sent = people.ids[7]
    answer = post(
        site,
        f"/operator/issues/{ISSUE}/settle",
        decision=decision,
        subscriber=[first, second, sent, "x", "9" * 30],
    )

    assert answer.headers["location"].endswith("state=in_doubt&settled=2")
    states = {row.subscriber_id: row.state for row in site.store.deliveries.rows(ISSUE)}
    assert (states[first], states[second]) == (state, state)
    assert (states[third], states[sent]) == (DeliveryState.IN_DOUBT, DeliveryState.SENT)
    decisions = site.store.deliveries.decisions(ISSUE)
    assert [(d.by, d.subscriber_id, d.state, d.reason) for d in decisions] == [
        ("ada", first, state, words),
        ("ada", second, state, words),
    ]
    about = f"issue {ISSUE}, subscriber {second}: {words}"
    assert last_done(site) == ("ada", "doubt settled", about)
    assert about in site.client.get("/operator/log").text


def test_a_doubt_is_settled_once(site: Site, people: People) -> None:
    first = people.doubtful[0]
    for decision in ("arrived", "again"):
        post(site, f"/operator/issues/{ISSUE}/settle", decision=decision, subscriber=first)
    assert [d.state for d in site.store.deliveries.decisions(ISSUE)] == [DeliveryState.SENT]


def test_nothing_chosen_is_nothing_done(site: Site, people: People) -> None:
    answer = post(site, f"/operator/issues/{ISSUE}/settle", subscriber=people.ids[0])
    assert answer.status_code == 400
    assert site.store.deliveries.decisions(ISSUE) == []


def test_an_issue_is_paused_and_taken_up_again(site: Site, people: People) -> None:
    del people
    post(site, f"/operator/issues/{ISSUE}/pause")
    info = site.store.issues.get(ISSUE)
    assert info is not None
    assert (info.state, info.paused_until) == (IssueState.PAUSED, None)
    assert info.pause_reason == "by operator ada"
    assert last_done(site) == ("ada", "issue paused", f"issue {ISSUE}")

    post(site, f"/operator/issues/{ISSUE}/pause", resume="yes")
    info = site.store.issues.get(ISSUE)
    assert info is not None
    assert info.state is IssueState.OPEN
    assert last_done(site) == ("ada", "issue resumed", f"issue {ISSUE}")


@pytest.mark.parametrize(
    ("action", "fields", "status", "logged"),
    [
        ("pause", {}, SubscriberStatus.PAUSED, "paused"),
        ("pause", {"until": "2025-01-31"}, SubscriberStatus.PAUSED, "paused"),
        ("unsubscribe", {}, SubscriberStatus.UNSUBSCRIBED, "unsubscribed"),
    ],
)
def test_people(
    site: Site,
    people: People,
    action: str,
    fields: dict[str, str],
    status: SubscriberStatus,
    logged: str,
) -> None:
    number = people.ids[5]
    for told in (logged, "nothing changed"):
        answer = post(site, f"/operator/people/{number}/{action}", **fields)
        if action == "pause" and told != logged:
            continue  # who is paused may be paused until another day
        assert answer.headers["location"].endswith("told=" + told.replace(" ", "+"))
    person = site.store.subscribers.get(number)
    assert person is not None
    assert person.status is status
    if "until" in fields:
        assert person.paused_until is not None
        day = person.paused_until.astimezone(site.settings.site.zone)
        assert day.isoformat() == "2025-01-31T00:00:00+08:00"
    _, what, detail = site.store.consent_log.history(person.email)[-1]
    assert (what, detail) == (logged, "by operator ada")
    assert last_done(site) == ("ada", logged, f"subscriber {number}")

    if action == "pause":
        post(site, f"/operator/people/{number}/resume")
        assert site.store.consent_log.history(person.email)[-1][1:] == (
            "resumed",
            "by operator ada",
        )
        assert last_done(site) == ("ada", "resumed", f"subscriber {number}")


def test_whoever_gets_no_mail_is_shown_and_gets_mail_again(site: Site, people: People) -> None:
    number = people.ids[5]
    person = site.store.subscribers.get(number)
    assert person is not None
    active = site.store.subscribers.count()[SubscriberStatus.ACTIVE]
    site.store.suppressions.add(person.email, "bounced: 550 5.1.1 <gone>", now=site.clock())
    listed = site.client.get("/operator/people", params={"status": "suppressed"}).text
    assert "1 found" in listed
    assert '<span class="state suppressed">suppressed</span>' in listed
    assert "bounced: 550 5.1.1 &lt;gone&gt;" in listed
    assert person.email not in site.client.get("/operator/people?status=active").text
    overview = site.client.get("/operator/").text
    assert '<a href="/operator/people?status=suppressed">1 suppressed</a>' in overview
    assert f'<span class="figure">{active - 1}</span> active subscribers' in overview
    page = site.client.get(f"/operator/people/{number}").text
    assert "bounced: 550 5.1.1 &lt;gone&gt;" in page
    assert "Lift suppression" in page

    for told in ("suppression lifted", "nothing changed"):
        answer = post(site, f"/operator/people/{number}/lift")
        assert answer.headers["location"].endswith("told=" + told.replace(" ", "+"))
    assert last_done(site) == ("ada", "suppression lifted", f"subscriber {number}")
    lifted = site.store.subscribers.get(number)
    assert lifted is not None
    assert lifted.status is SubscriberStatus.ACTIVE
    assert "Lift suppression" not in site.client.get(f"/operator/people/{number}").text
    assert site.store.consent_log.history(person.email)[-1][1:] == (
        "gets mail again",
        "by operator ada",
    )


@pytest.mark.parametrize("day", ["tomorrow", "2024-12-09", "0001-01-01", "2025-01-31T08:00Z"])
def test_days_that_are_none(site: Site, people: People, day: str) -> None:
    number = people.ids[5]
    assert post(site, f"/operator/people/{number}/pause", until=day).status_code == 400
    person = site.store.subscribers.get(number)
    assert person is not None
    assert person.status is SubscriberStatus.ACTIVE


def test_erasing_wants_the_address(site: Site, people: People) -> None:
    number = people.ids[5]
    path = f"/operator/people/{number}/erase"
    email = site.store.subscribers.get(number).email  # type: ignore[union-attr]
    assert email in site.client.get(path).text

    for typed in ("", "somebody@else.example", email[:-1]):
        assert post(site, path, email=typed).status_code == 400
    assert site.store.subscribers.get(number) is not None

    assert post(site, path, email=email.upper()).status_code == 303
    assert site.store.subscribers.get(number) is None
    assert site.store.consent_log.history(email)[-1][1:] == ("erased", "by operator ada")
    assert last_done(site) == ("ada", "erased", f"subscriber {number}")
    # The log of operators names no address, so there is none to erase there.
    assert email not in site.client.get("/operator/log").text


def test_data_is_exported_and_that_is_written_down(site: Site, people: People) -> None:
    number = people.ids[0]
    answer = site.client.get(f"/operator/people/{number}/data.json")
    assert answer.headers["content-disposition"].startswith("attachment;")
    assert json.loads(answer.text)["subscriber"]["id"] == number
    assert last_done(site) == ("ada", "data exported", f"subscriber {number}")
