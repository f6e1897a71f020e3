"""Choices by the link in an issue: what it changes, for whom, how long, and who is told."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from support.feed_readers import ADA, Person, text_of
from support.web_server import serving

from publisher.models import Language, Length, Preferences
from publisher.sender.message.tokens import make_preferences_token, make_token

if TYPE_CHECKING:
    from pathlib import Path

SAVE = {"do": "save", "which": "some", "topic[]": ["yixue"], "language": "en", "length": "long"}
SAVED = (("yixue",), Preferences(Language.ENGLISH, Length.LONG))


def link_of(person: Person, *, days_ago: int = 0, version: int = 1) -> str:
    """Return the path of the link in an issue that left so many days ago."""
    site = person.site
    reader = site.store.subscribers.find(ADA)
    assert reader is not None
    day = site.clock().date() - timedelta(days=days_ago)
    token = make_preferences_token(site.store.keys, reader.id, version, day)
    return f"/preferences/issue/{token}"


def chosen(person: Person) -> tuple[tuple[str, ...], Preferences]:
    reader = person.site.store.subscribers.find(ADA)
    assert reader is not None
    return reader.topics, reader.preferences


@pytest.fixture
def reader(person: Person) -> Person:
    person.joins(which="some", topic=["nerf"])
    return person


def test_looking_shows_no_address_and_changes_nothing(reader: Person) -> None:
    client, link, before = reader.site.client, link_of(reader), chosen(reader)
    for _ in range(2):
        page = client.get(link)
        assert page.status_code == 200
        assert 'id="topic-nerf" checked' in page.text
        for secret in (ADA, "ada@", "example.org", 'value="export"', 'value="erase"', "leave"):
            assert secret not in page.text.replace("news@papers.example.org", ""), secret
        assert client.head(link).status_code == 200
    assert page.headers["cache-control"] == "no-store"
    assert page.headers["referrer-policy"] == "no-referrer"
    assert "noindex" in page.headers["x-robots-tag"]
    assert chosen(reader) == before
    assert reader.mails() == []


def test_a_change_is_told_and_can_be_undone(reader: Person) -> None:
    client, link, before = reader.site.client, link_of(reader), chosen(reader)
    page = client.post(link, data=SAVE)
    assert page.status_code == 200
    assert "An email about it is on its way" in page.text
    assert chosen(reader) == SAVED
    (mail,) = reader.mails()
    text = text_of(mail).replace("\r\n", "\n")
    assert mail["To"] == ADA
    assert "Topics: 医学图像 (before: NeRF)" in text
    assert "Length: Long: abstract and notes too (before: Standard" in text
    assert "How often: Every week, on Monday\n" in text
    # The mail's link is that of /preferences, by which the owner can do everything.
    found = re.search(rf"{reader.site.url}(preferences/[\w-]{{43}})\n", text)
    assert found
    assert ADA in client.get(found[1]).text
    undone = {"do": "save", "which": "some", "topic[]": ["nerf"], "length": "standard"}
    client.post(found[1], data=undone)
    assert chosen(reader)[0] == before[0]
    assert reader.mails() == []


def test_what_changes_nothing_is_not_told(reader: Person) -> None:
    before = chosen(reader)
    same = {"do": "save", "which": "some", "topic[]": ["nerf"], "length": "standard"}
    page = reader.site.client.post(link_of(reader), data=same)
    assert "Saved." in page.text
    assert "on its way" not in page.text
    assert (chosen(reader), reader.mails()) == (before, [])


def test_changes_that_come_together_are_told_once_and_many_are_refused(reader: Person) -> None:
    site, link = reader.site, link_of(reader)
    site.clock.now += timedelta(days=3)
    wishes = (["yixue"], ["nerf", "yixue"], ["yixue"], ["nerf"], ["nerf", "yixue"])
    statuses = [
        site.client.post(link, data=SAVE | {"topic[]": topics}).status_code for topics in wishes
    ]
    assert statuses == [200, 200, 200, 429, 429]
    assert chosen(reader) == SAVED
    (mail,) = reader.mails()
    assert "Topics: 医学图像 (before: NeRF)" in text_of(mail)
    site.clock.now += timedelta(days=3)
    assert site.client.post(link, data=SAVE | {"topic[]": ["nerf"]}).status_code == 200


# What is posted, and the status; nothing of it changes anything.
REFUSED = [
    ({}, 400),
    ({"do": "leave"}, 400),
    ({"do": "export"}, 400),
    ({"do": "erase", "sure": "yes"}, 400),
    ({"do": "pause", "days": "7"}, 400),
    ({"do": "save", "which": "some"}, 422),
    ({"do": "save", "which": "some", "topic[]": ["nowhere"]}, 422),
]


@pytest.mark.parametrize(("fields", "status"), REFUSED)
def test_what_the_link_can_not_do(reader: Person, fields: dict[str, str], status: int) -> None:
    before = reader.site.store.subscribers.export_person(ADA)
    answer = reader.site.client.post(link_of(reader), data=fields)
    assert answer.status_code == status
    assert ADA not in answer.text
    assert reader.site.store.subscribers.export_person(ADA) == before
    assert reader.mails() == []


def test_links_that_are_refused(reader: Person) -> None:
    site = reader.site
    keys, day = site.store.keys, site.clock().date()
    someone = site.store.subscribers.find(ADA)
    assert someone is not None
    before = chosen(reader)
    wrong = [
        link_of(reader, days_ago=41),
        link_of(reader, days_ago=-2),
        link_of(reader, version=2),
        f"/preferences/issue/{make_token(keys, someone.id, 1)}",  # unsubscribes
        f"/preferences/issue/{make_preferences_token(keys, 999, 1, day)}",
        f"/preferences/issue/{make_preferences_token({1: b'x' * 32}, someone.id, 1, day)}",
        f"/preferences/issue/{'x' * 40}",
        "/preferences/issue/x",
        "/preferences/issue/",
    ]
    for link in wrong:
        for answer in (site.client.get(link), site.client.post(link, data=SAVE)):
            assert answer.status_code == 410, link
            assert ADA not in answer.text
    # Nor does it open what only a mailed link opens, nor unsubscribe.
    token = link_of(reader).rpartition("/")[2]
    assert site.client.get(f"/preferences/{token}").status_code == 410
    assert site.client.post(f"/unsubscribe/{token}").status_code == 410
    assert (chosen(reader), reader.status()) == (before, "active")
    assert site.client.get(link_of(reader, days_ago=40)).status_code == 200
    # Punctuation that a mail program took for a part of the link.
    assert site.client.get(f"{link_of(reader)}>.").status_code == 200


def test_only_for_those_on_the_list(reader: Person) -> None:
    site, link = reader.site, link_of(reader)
    people, now = site.store.subscribers, site.clock()
    someone = people.find(ADA)
    assert someone is not None
    people.pause(someone.id, until=None, now=now)
    assert site.client.post(link, data=SAVE).status_code == 200
    reader.mails()
    people.unsubscribe(someone.id, now=now)
    assert site.client.get(link).status_code == 410
    people.erase(ADA, now=now)
    assert site.client.post(link, data=SAVE).status_code == 410
    assert reader.mails() == []


def test_no_link_where_the_settings_want_none(tmp_path: Path) -> None:
    with serving(tmp_path, {"subscribing": {"choices_days": 0}}) as site:
        person = Person(site)
        person.joins()
        assert site.client.get(link_of(person)).status_code == 410


def test_both_languages(reader: Person) -> None:
    page = reader.site.client.get(link_of(reader), headers={"Accept-Language": "zh-CN"})
    assert "每次修改我们都会发邮件告知本人" in page.text
