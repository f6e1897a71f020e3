"""Preferences of a subscriber, by a link that is mailed on request."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from support.feed_readers import ADA

from publisher.formatter.feeds.opml import render_opml
from publisher.models import Language, Length, Preferences

if TYPE_CHECKING:
    from support.feed_readers import Person


@pytest.fixture
def link(person: Person) -> str:
    person.joins(which="some", topic=["nerf"])
    return "/" + person.preferences()


def test_asking_for_the_link_is_the_same_for_everybody(person: Person) -> None:
    site = person.site
    person.joins()
    person.joins("complained@example.org")
    site.store.suppressions.add("complained@example.org", "complained", now=site.clock())
    names = ("ada", "complained", "strange")
    answers = {name: person.asks_for_preferences(f"{name}@example.org") for name in names}
    shown = {(a.status_code, a.text.replace(f"{name}@", "WHO@")) for name, a in answers.items()}
    assert len(shown) == 1
    assert [mail["To"] for mail in person.mails()] == [ADA]


def test_the_link_in_every_mail_shows_nothing_of_anybody(person: Person) -> None:
    person.joins()
    page = person.site.client.get("/preferences")
    assert page.status_code == 200
    assert ADA not in page.text


def test_the_page_shows_and_looking_changes_nothing(person: Person, link: str) -> None:
    before = person.site.store.subscribers.export_person(ADA)["subscriber"]
    for _ in range(2):
        page = person.site.client.get(link)
        assert ADA in page.text
        assert 'id="topic-nerf" checked' in page.text
        assert 'id="topic-yixue">' in page.text
        person.site.client.head(link)
    assert person.site.store.subscribers.export_person(ADA)["subscriber"] == before
    assert page.headers["cache-control"] == "no-store"
    assert page.headers["referrer-policy"] == "no-referrer"
    assert "noindex" in page.headers["x-robots-tag"]


def test_changing_what_one_gets(person: Person, link: str) -> None:
    chosen = {
        "do": "save",
        "which": "some",
        "topic[]": ["yixue"],
        "language": "en",
        "length": "long",
    }
    page = person.site.client.post(link, data=chosen)
    assert "Saved." in page.text
    found = person.site.store.subscribers.find(ADA)
    assert found is not None
    assert (found.topics, found.preferences) == (
        ("yixue",),
        Preferences(Language.ENGLISH, Length.LONG),
    )
    assert person.site.client.post(link, data={**chosen, "topic[]": []}).status_code == 422
    person.site.client.post(link, data={**chosen, "which": "all"})
    found = person.site.store.subscribers.find(ADA)
    assert found is not None
    assert found.topics == ()


@pytest.mark.parametrize("own", [None, Language.ENGLISH, Language.CHINESE])
def test_what_there_is_no_choice_of_stays_as_it_was(
    person: Person, link: str, own: Language | None
) -> None:
    people, file = person.site.store.subscribers, person.site.public / "opml.xml"
    file.write_bytes(render_opml({}, "Paper Notes", ["en"]))
    ada = people.find(ADA)
    assert ada is not None
    people.set_preferences(ada.id, Preferences(language=own))

    page = person.site.client.get(link)
    assert ('name="language"' in page.text) == (own is Language.CHINESE)
    person.site.client.post(link, data={"do": "save", "which": "all", "length": "short"})
    ada = people.find(ADA)
    assert ada is not None
    assert ada.preferences == Preferences(own, Length.SHORT)


def test_pausing(person: Person, link: str) -> None:
    client = person.site.client
    page = client.post(link, data={"do": "pause", "days": "14"})
    assert "you get no email until 2024-12-23" in page.text
    assert person.status() == "paused"
    assert "You get every issue" in client.post(link, data={"do": "resume"}).text
    assert person.status() == "active"
    client.post(link, data={"do": "pause", "days": "0"})
    found = person.site.store.subscribers.find(ADA)
    assert found is not None
    assert (found.status.value, found.paused_until) == ("paused", None)
    for days in ("", "13", "-1", "9" * 30, "x"):
        assert client.post(link, data={"do": "pause", "days": days}).status_code == 400


def test_leaving(person: Person, link: str) -> None:
    page = person.site.client.post(link, data={"do": "leave"})
    assert "You are unsubscribed" in page.text
    assert person.status() == "unsubscribed"
    assert "Subscribe again" in page.text


def test_seeing_everything(person: Person, link: str) -> None:
    answer = person.site.client.post(link, data={"do": "export"})
    assert answer.headers["content-type"] == "application/json"
    assert answer.headers["content-disposition"] == 'attachment; filename="my-data.json"'
    assert answer.headers["cache-control"] == "no-store"
    found = answer.json()
    assert found["email"] == ADA
    assert found["subscriber"]["topics"] == ["nerf"]
    assert [line["action"] for line in found["consent"]] == ["confirmed"]
    assert "hash" not in answer.text


def test_erasing(person: Person, link: str) -> None:
    site = person.site
    assert site.client.post(link, data={"do": "erase"}).status_code == 422
    assert person.status() == "active"
    assert (
        "Your data has been erased"
        in site.client.post(link, data={"do": "erase", "sure": "yes"}).text
    )
    assert person.status() is None
    held = site.store.subscribers.export_person(ADA)
    assert held["subscriber"] is None
    assert held["requests"] == held["letters"] == []
    assert held["suppression"][0]["reason"] == "erased"  # type: ignore[index]
    assert {line["origin"] for line in held["consent"]} == {""}  # type: ignore[attr-defined]
    assert site.client.get(link).status_code == 410
    # Nobody can have mail sent there again from a page.
    person.subscribe()
    assert person.mails() == []


def test_the_link_is_old_after_a_while(person: Person, link: str) -> None:
    person.site.clock.now += timedelta(hours=3)
    assert person.site.client.get(link).status_code == 410
    assert person.site.client.post(link, data={"do": "leave"}).status_code == 410
    assert person.status() == "active"


def test_a_new_link_makes_the_old_one_void(person: Person, link: str) -> None:
    again = "/" + person.preferences()
    assert person.site.client.get(link).status_code == 410
    assert person.site.client.get(again).status_code == 200


@pytest.mark.parametrize("token", ["x", "a" * 43, "%00", "../confirm", "文"])
def test_a_wrong_link(person: Person, token: str) -> None:
    assert person.site.client.get(f"/preferences/{token}").status_code in (404, 410)


def test_an_unknown_wish(person: Person, link: str) -> None:
    for do in ("", "drop", "__class__"):
        assert person.site.client.post(link, data={"do": do}).status_code == 400


def test_a_subscription_that_is_waiting_is_not_undone(person: Person) -> None:
    """Asking for the one link leaves the other as it is."""
    person.joins()
    person.subscribe(which="some", topic=["nerf"])
    confirm = person.link("confirm")
    person.preferences()
    assert person.site.client.post(confirm).status_code == 200
    found = person.site.store.subscribers.find(ADA)
    assert found is not None
    assert found.topics == ("nerf",)


def test_whoever_gets_no_mail_learns_why_and_how_to_come_back(person: Person) -> None:
    client, store, now = person.site.client, person.site.store, person.site.clock()
    person.joins()
    link = person.preferences()
    store.suppressions.add(ADA, "bounced: 550 5.1.1 no such user", now=now)
    page = client.get(link).text
    assert "came back" in page
    assert "You get every issue" not in page
    assert 'href="/subscribe?lang=en"' in page
    # Their own confirmation is proof enough.
    person.joins()
    assert person.status() == "active"
    assert store.suppressions.find(ADA) is None

    store.suppressions.add(ADA, "complained: this is spam", now=now)
    page = client.get(link).text
    assert "write to us" in page
    assert 'href="/subscribe?lang=en"' not in page
    assert client.post(link, data={"do": "leave"}).status_code == 200
    assert person.status() == "unsubscribed"
