"""From an issue to a delivery, the mail as it was sent, and sending it again."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from support.operator_site import ISSUE, fill, log_in, mark, post, settlement

from publisher.models import DeliveryState

if TYPE_CHECKING:
    from support.operator_site import People
    from support.web_server import Site

DELIVERIES = f"/operator/issues/{ISSUE}/deliveries"


@pytest.fixture
def people(site: Site) -> People:
    filled = fill(site.store, site.clock())
    log_in(site)
    return filled


def state_of(site: Site, number: int) -> DeliveryState | None:
    row = site.store.deliveries.get(ISSUE, number)
    return row and row.state


def test_a_delivery_shows_its_outcome_and_the_mail(site: Site, people: People) -> None:
    refused, sent = people.ids[3], people.ids[7]
    page = site.client.get(f"{DELIVERIES}/{refused}").text
    for words in ("550 5.1.1 no such user here", "Papers of week 49", "Send again"):
        assert words in page
    assert f'href="{DELIVERIES}/{refused}"' in site.client.get(DELIVERIES).text
    assert f'href="{DELIVERIES}/{refused}"' in site.client.get(f"/operator/people/{refused}").text
    page = site.client.get(f"{DELIVERIES}/{sent}").text
    assert "never sent a second time" in page
    assert "/resend" not in page

    mail = site.client.get(f"{DELIVERIES}/{sent}/mail")
    assert "<h1>Papers of week 49</h1>" in mail.text
    assert mail.headers["content-security-policy"].startswith("sandbox; ")
    text = site.client.get(f"{DELIVERIES}/{sent}/mail?form=text")
    assert text.text.strip() == "Papers as text"
    for odd in ("0", "x", "99", "9" * 30):
        assert site.client.get(f"{DELIVERIES}/{odd}").status_code == 404


@pytest.mark.parametrize("which", [0, 3])
def test_a_delivery_is_sent_again_once(site: Site, people: People, which: int) -> None:
    number = people.ids[which]
    path = f"{DELIVERIES}/{number}/resend"
    shown = site.client.get(path).text
    assert ("may have arrived" in shown) is (which == 0)
    assert "the answer never came" in shown or "no such user here" in shown
    for told in ("delivery+repeated", "nothing+changed"):
        answer = post(site, path, attempts=1)
        assert answer.headers["location"] == f"{DELIVERIES}/{number}?told={told}"
        assert state_of(site, number) is DeliveryState.READY
    (decision,) = site.store.deliveries.decisions(ISSUE)
    assert (decision.by, decision.subscriber_id) == ("ada", number)
    (entry, *_rest) = site.store.audit_log.recent_actions(limit=1)
    assert (entry.action, entry.about) == (
        "delivery repeated",
        f"issue {ISSUE}, subscriber {number}: send again",
    )


def test_an_old_page_does_not_send_again_what_failed_since(site: Site, people: People) -> None:
    number, now = people.ids[3], site.clock()
    path = f"{DELIVERIES}/{number}/resend"
    post(site, path, attempts=1)
    (row,) = site.store.ledger.claim(
        ISSUE, limit=1, token="t", owner="me", lease=now.replace(year=2025), now=now
    )
    assert row.subscriber_id == number
    site.store.ledger.record(ISSUE, [], [mark(number, row.email, now)])
    refused = settlement(number, DeliveryState.REJECTED, now, "550 again")
    site.store.ledger.record(ISSUE, [refused], [])
    assert post(site, path, attempts=1).headers["location"].endswith("nothing+changed")
    assert state_of(site, number) is DeliveryState.REJECTED
    assert post(site, path, attempts=2).headers["location"].endswith("repeated")


@pytest.mark.parametrize("change", ["sent", "unsubscribed", "suppressed", "erased"])
def test_who_gets_no_mail_is_sent_nothing_again(site: Site, people: People, change: str) -> None:
    number = people.ids[7 if change == "sent" else 3]
    person = site.store.subscribers.get(number)
    assert person is not None
    if change == "unsubscribed":
        site.store.subscribers.unsubscribe(number, now=site.clock())
    elif change == "suppressed":
        site.store.suppressions.add(person.email, "by hand", now=site.clock())
    elif change == "erased":
        site.store.subscribers.erase(person.email, now=site.clock())
    before = state_of(site, number)
    path = f"{DELIVERIES}/{number}/resend"
    assert "Not to be sent again" in site.client.get(path).text
    assert post(site, path, attempts=1).headers["location"].endswith("nothing+changed")
    assert state_of(site, number) is before
