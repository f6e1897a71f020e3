"""Onto the list: the form, the mail, the button; and what keeps others from using it."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
import sqlalchemy as sa
from lxml import html
from support.feed_readers import ADA, Person, text_of
from support.web_server import serving

from publisher.formatter.feeds.opml import render_opml
from publisher.models import Frequency, Language, Length, Preferences
from publisher.web.readers.spam_protection import SpamProtection

if TYPE_CHECKING:
    from pathlib import Path

    from support.web_server import Site


def test_from_the_form_onto_the_list(person: Person) -> None:
    site = person.site
    form = site.client.get("/subscribe?topic=nerf&topic=nothing").text
    assert 'value="nerf" id="topic-nerf" checked' in form
    assert "医学图像" in form
    assert "elsewhere" not in form
    answer = person.subscribe(
        " ada@EXAMPLE.org ", which="some", topic=["nerf", "yixue"], language="both", length="short"
    )
    assert (answer.status_code, "Check your inbox" in answer.text) == (200, True)
    assert person.status() is None, "nothing is kept before it is confirmed"
    (mail,) = person.mails()
    assert mail["To"] == ADA
    assert "NeRF, 医学图像" in text_of(mail)


@pytest.mark.parametrize(
    ("languages", "browser", "selected"),
    [
        (["en", "zh"], "zh-CN,en;q=0.5", "zh"),
        (["en", "zh"], "en", "en"),
        ([], "zh", "zh"),  # a site that names none
        (["en"], "zh", None),
    ],
)
def test_the_form_has_the_visitors_language_and_none_without_texts(
    person: Person, languages: list[str], browser: str, selected: str | None
) -> None:
    (person.site.public / "opml.xml").write_bytes(render_opml({}, "Paper Notes", languages))
    form = person.site.client.get("/subscribe", headers={"Accept-Language": browser}).text
    assert ('name="language"' in form) == (selected is not None)
    if selected:
        assert f'<option value="{selected}" selected>' in form
    person.subscribe()
    assert person.site.client.post(person.link("confirm")).status_code == 200


def test_the_link_shows_a_button_and_the_button_confirms_once(person: Person) -> None:
    client = person.site.client
    person.subscribe(which="some", topic=["nerf"], language="zh", length="long", frequency="weekly")
    link = person.link("confirm")
    for _ in range(3):
        shown = client.get(link)
        assert "Yes, subscribe me" in shown.text
        client.head(link)
    assert person.status() is None
    done = client.post(link)
    assert done.status_code == 200
    assert "will be sent to ada@example.org" in done.text
    assert "Topics: NeRF" in done.text
    found = person.site.store.subscribers.find(ADA)
    assert found is not None
    assert found.topics == ("nerf",)
    assert found.preferences == Preferences(Language.CHINESE, Length.LONG, Frequency.WEEKLY)
    assert "already confirmed" in client.post(link).text
    (line,) = person.site.store.subscribers.export_person(ADA)["consent"]  # type: ignore[misc]
    assert line["action"] == "confirmed"
    assert line["origin"] == "127.0.0.1 127.0.0.1"
    assert person.site.store.consent_log.wording(line["wording"])


def test_an_old_link_and_a_wrong_one(person: Person) -> None:
    client = person.site.client
    person.subscribe()
    link = person.link("confirm")
    person.site.clock.now += timedelta(hours=49)
    for path in (link, "confirm/" + "a" * 43, "confirm/x", "confirm/%00", "confirm/' OR 1=1"):
        assert client.post(path).status_code == 410, path
    assert person.status() is None


def test_the_answer_is_the_same_whoever_is_on_the_list(person: Person) -> None:
    site = person.site
    person.joins("known@example.org")
    person.joins("gone@example.org")
    site.store.subscribers.remove("gone@example.org", now=site.clock())
    site.store.suppressions.add("complained@example.org", "complained", now=site.clock())
    answers = {
        name: person.subscribe(f"{name}@example.org")
        for name in ("known", "gone", "complained", "strange")
    }
    shown = {
        (answer.status_code, answer.text.replace(name, "WHO"), tuple(sorted(answer.headers)))
        for name, answer in answers.items()
    }
    assert len(shown) == 1
    # Not the answer, but the mail knows.
    assert sorted(str(mail["To"]).split("@")[0] for mail in person.mails()) == [
        "gone",
        "known",
        "strange",
    ]


def test_a_mailbox_that_failed_may_be_tried_again(person: Person) -> None:
    site = person.site
    site.store.suppressions.add(ADA, "bounced: 5.1.1 no such user", now=site.clock())
    person.joins()
    assert person.status() == "active"
    assert site.store.suppressions.find(ADA) is None


WRONG = [
    ("no address", "a valid address"),
    ("", "a valid address"),
    ("ada@example.org\r\nBcc: eve@example.org", "a valid address"),
    ("ada@example.org\x00", "a valid address"),
    ("<script>@example.org", "a valid address"),
    ("a" * 400 + "@example.org", "a valid address"),
]


@pytest.mark.parametrize(("email", "said"), WRONG)
def test_what_is_no_address(person: Person, email: str, said: str) -> None:
    answer = person.subscribe(email)
    assert answer.status_code == 422
    assert said in answer.text
    assert "<script>@" not in answer.text
    assert person.mails() == []


def test_some_topics_means_at_least_one(person: Person) -> None:
    answer = person.subscribe(which="some", topic=["../../etc", "nothing"])
    assert answer.status_code == 422
    assert 'aria-describedby="topics-wrong"' in answer.text
    assert "Choose at least one topic" in answer.text
    assert 'value="ada@example.org"' in answer.text


def test_who_fills_in_what_nobody_sees(person: Person) -> None:
    answer = person.subscribe(website="https://spam.example.org/")
    assert (answer.status_code, "Check your inbox" in answer.text) == (200, True)
    assert person.mails() == []


def test_a_form_that_was_not_shown_or_comes_too_soon(person: Person) -> None:
    client, clock = person.site.client, person.site.clock
    stamp = person.stamp()
    clock.now -= timedelta(seconds=4)
    early = client.post("/subscribe", data={"email": ADA, "stamp": stamp})
    assert "Send the confirmation to ada@example.org?" in early.text
    assert 'value="ada@example.org"' in early.text
    assert "very quick" in early.text
    # The same stamp, which is old enough at the next press.
    assert f'value="{stamp}"' in early.text
    clock.now += timedelta(days=2)
    forged = f"{int(clock().timestamp() * 1000) - 5000}.{'0' * 32}"
    for wrong in (stamp, "", "x", forged, "²." + "0" * 32, "9" * 200):
        answer = client.post("/subscribe", data={"email": ADA, "stamp": wrong})
        assert (answer.status_code, ONCE_MORE in answer.text) == (200, True)
        assert "very quick" not in answer.text
        assert not wrong or f'value="{wrong}"' not in answer.text
    assert person.mails() == []


ONCE_MORE = "Send the confirmation to"
OURS, THEIRS = "SITE", "https://evil.example"
PAGE = {"sec-fetch-mode": "navigate", "sec-fetch-dest": "document"}
# Headers of a form without a stamp, and whether it counts at the first press.
FIRST_PRESS = [
    ({**PAGE, "origin": "null"}, True),  # our pages send no referrer
    ({**PAGE, "origin": OURS}, True),
    (PAGE, True),
    ({**PAGE, "origin": "null", "sec-fetch-site": "cross-site", "sec-fetch-user": "?1"}, True),
    ({**PAGE, "origin": THEIRS}, False),
    ({**PAGE, "origin": f"{OURS}.evil.example"}, False),
    ({**PAGE, "origin": ""}, False),
    ({}, False),  # a program
    ({"origin": OURS}, False),  # a browser of before 2020, or over http
    ({**PAGE, "sec-fetch-dest": "iframe"}, False),
    ({**PAGE, "sec-fetch-mode": "no-cors", "sec-fetch-dest": "empty"}, False),
    ({**PAGE, "sec-fetch-mode": "cors", "sec-fetch-dest": "empty", "origin": "null"}, False),
]


@pytest.mark.parametrize(("headers", "counts"), FIRST_PRESS)
def test_the_first_press_on_a_static_page(
    person: Person, headers: dict[str, str], counts: bool
) -> None:
    client, clock = person.site.client, person.site.clock
    own = {name: v.replace(OURS, person.site.url.rstrip("/")) for name, v in headers.items()}
    data = {
        "email": ADA,
        "website": "",
        "which": "some",
        "topic[]": ["nerf"],
        "language": "zh",
        "length": "long",
    }
    answer = client.post("/subscribe", data=data, headers=own)
    assert answer.status_code == 200
    assert ("Check your inbox" in answer.text, ONCE_MORE in answer.text) == (counts, not counts)
    if not counts:
        assert person.mails() == []
        # One button, and nothing to fill in.
        page = html.document_fromstring(answer.text)
        assert len(page.xpath("//button")) == 1
        seen = [field for field in page.xpath("//input") if field.get("type") != "hidden"]
        assert [field.get("name") for field in seen] == ["website"]
        clock.now += timedelta(seconds=5)
        (form,) = page.forms
        answer = client.post(form.action, data=dict(form.form_values()), headers=own)
        assert "Check your inbox" in answer.text
    assert "The next issue is due on Monday, 16 December 2024." in answer.text
    (mail,) = person.mails()
    assert "Topics: NeRF" in text_of(mail)
    assert person.status() is None


def test_what_spam_protection_does_to_a_first_press(tmp_path: Path) -> None:
    page = {**PAGE, "origin": "null"}
    with serving(tmp_path, {"subscribing": {"work_bits": 4, "total_per_hour": 2}}) as site:
        person = Person(site)
        # A static page does no work.
        answer = site.client.post("/subscribe", data={"email": ADA}, headers=page)
        assert ONCE_MORE in answer.text
        assert "data-work-bits" in answer.text
        assert person.mails() == []
    with serving(tmp_path, {"subscribing": {"total_per_hour": 2}}) as site:
        person = Person(site)
        for number in range(4):
            data = {"email": f"{number}@{number}.org"}
            answer = site.client.post("/subscribe", data=data, headers=page)
            assert "Check your inbox" in answer.text
        assert len(person.mails()) == 2
        trapped = {"email": ADA, "website": "x"}
        assert "Check your inbox" in site.client.post("/subscribe", data=trapped).text
        assert person.mails() == []


def test_an_issue_to_look_at(person: Person) -> None:
    site = person.site
    assert "See a recent issue" not in site.client.get("/subscribe").text
    (site.public / "issues").mkdir()
    (site.public / "issues" / "2024-W49.html").touch()
    link = f'href="{site.url}issues/2024-W49.html"'
    assert link in site.client.get("/subscribe").text
    assert link in person.subscribe().text


def test_limits(tmp_path: Path) -> None:
    limits = {
        "address_per_day": 2,
        "domain_per_hour": 5,
        "network_per_hour": 6,
        "total_per_hour": 9,
    }
    with serving(
        tmp_path,
        {"subscribing": limits, "web": {"trusted_proxies": ["127.0.0.1"]}},
    ) as site:
        person = Person(site)

        def ask(email: str, address: str) -> int:
            data = {"email": email, "stamp": person.stamp()}
            site.client.post("/subscribe", data=data, headers={"X-Forwarded-For": address})
            return len(person.mails())

        assert [ask(ADA, "192.0.2.1") for _ in range(4)] == [1, 1, 0, 0]
        assert [ask(f"{n}@example.org", "198.51.100.1") for n in range(3)] == [1, 0, 0]
        site.clock.now += timedelta(days=3)
        assert [ask(f"{n}@{n}.org", f"192.0.2.{n}") for n in range(8)] == [1] * 6 + [0] * 2
        site.clock.now += timedelta(days=3)
        asked = [ask(f"{n}@{n}.org", f"192.0.{n}.1") for n in range(12)]
        assert asked == [1] * 9 + [0] * 3


def test_nobody_but_a_proxy_is_believed(person: Person) -> None:
    site = person.site
    data = {"email": ADA, "stamp": person.stamp()}
    site.client.post("/subscribe", data=data, headers={"X-Forwarded-For": "192.0.2.1"})
    site.client.post(person.link("confirm"), headers={"X-Forwarded-For": "192.0.2.1"})
    (line,) = site.store.subscribers.export_person(ADA)["consent"]  # type: ignore[misc]
    assert line["origin"] == "127.0.0.1 127.0.0.1"


def test_work() -> None:
    guards = SpamProtection({1: bytes(range(32))}, 2.0, 8)
    stamp = guards.stamp(1_000_000.0)
    found = [str(n) for n in range(5000) if guards.has_worked(stamp, str(n))]
    assert 5 <= len(found) <= 50
    assert not guards.has_worked(stamp, "")
    assert not guards.has_worked(stamp, "9" * 100)
    assert SpamProtection({1: bytes(range(32))}, 2.0, 0).has_worked(stamp, "")
    # A stamp of an older key still holds after a new one was made.
    rotated = SpamProtection({1: bytes(range(32)), 2: bytes(range(1, 33))}, 2.0, 0)
    assert rotated.has_come_in_time(stamp, 1_000_003.0)


def test_where_work_is_asked_for(tmp_path: Path) -> None:
    with serving(tmp_path, {"subscribing": {"work_bits": 4}}) as site:
        person = Person(site)
        page = site.client.get("/subscribe")
        assert "script-src 'self'" in page.headers["content-security-policy"]
        assert (
            site.client.get("/assets/work.js").headers["content-type"].startswith("text/javascript")
        )
        guards = SpamProtection(site.store.keys, 0, 4)

        def answer(*, worked: bool) -> str:
            stamp = person.stamp()
            # With so few bits, one of sixteen is right by chance, nothing at all too.
            works = ("", *map(str, range(1000)))
            work = next(one for one in works if guards.has_worked(stamp, one) is worked)
            data = {"email": ADA, "stamp": stamp, "work": work}
            return site.client.post("/subscribe", data=data).text

        assert "Send the confirmation to" in answer(worked=False)
        assert "Check your inbox" in answer(worked=True)
        assert len(person.mails()) == 1


def test_both_languages(site: Site) -> None:
    Person(site)
    page = site.client.get("/subscribe", headers={"Accept-Language": "zh-CN"})
    assert page.headers["content-language"] == "zh"
    assert '<html lang="zh-CN">' in page.text
    assert "邮箱地址" in page.text
    assert 'action="/subscribe?lang=zh"' in page.text


def test_no_answer_can_depend_on_who_is_on_the_list(person: Person) -> None:
    """The database is asked the same, and nothing about people, so no time can tell either."""
    site = person.site
    person.joins("known@example.org")
    site.store.suppressions.add("bad@example.org", "complained", now=site.clock())
    engine = site.store._database._engine
    asked: list[str] = []

    def listen(*event: object) -> None:
        asked.append(str(event[2]))

    sa.event.listen(engine, "before_cursor_execute", listen)
    seen = set()
    for ask in (person.subscribe, person.asks_for_preferences):
        for name in ("known", "bad", "strange"):
            asked.clear()
            assert ask(f"{name}@example.org").status_code == 200
            seen.add((ask.__name__, *asked))
    sa.event.remove(engine, "before_cursor_execute", listen)
    assert len(seen) == 2
    text = " ".join(" ".join(one) for one in seen)
    assert "knock_counts" in text
    assert "subscribers" not in text
    assert "suppressions" not in text
