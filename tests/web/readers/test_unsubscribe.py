"""Off the list, by a person's click or a mail program's (RFC 8058)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from support.feed_readers import ADA
from support.web_server import PATIENCE

from publisher.sender.message.tokens import make_token

if TYPE_CHECKING:
    from collections.abc import Mapping

    import httpx2
    from support.feed_readers import Person

ONE_CLICK = {"List-Unsubscribe": "One-Click"}


@pytest.fixture
def token(person: Person) -> str:
    person.joins()
    found = person.site.store.subscribers.find(ADA)
    assert found is not None
    return make_token(person.site.store.keys, found.id, 1)


def test_looking_is_not_leaving(person: Person, token: str) -> None:
    client = person.site.client
    for _ in range(2):
        assert ">Unsubscribe</button>" in client.get(f"/unsubscribe/{token}").text
        assert client.head(f"/unsubscribe/{token}").status_code == 200
        assert client.options(f"/unsubscribe/{token}").status_code == 405
    assert person.status() == "active"


@pytest.mark.parametrize("kind", ["urlencoded", "multipart", "button", "empty"])
def test_one_click(person: Person, token: str, kind: str) -> None:
    client = person.site.client
    sent: dict[str, dict[str, object]] = {
        "urlencoded": {"data": ONE_CLICK},
        "multipart": {"files": {"List-Unsubscribe": (None, "One-Click")}},
        "button": {"data": {}},
        "empty": {"content": b""},
    }

    def click() -> httpx2.Response:
        return client.post(f"/unsubscribe/{token}", **sent[kind])  # type: ignore[arg-type]

    answer = click()
    assert answer.status_code == 200
    assert person.status() == "unsubscribed"
    assert "set-cookie" not in answer.headers
    assert "location" not in answer.headers
    again = click()
    assert (again.status_code, again.text) == (200, answer.text)
    log = person.site.store.subscribers.export_person(ADA)["consent"]
    actions = [line["action"] for line in log]  # type: ignore[attr-defined]
    assert actions == ["confirmed", "unsubscribed"]


def broken_links(keys: Mapping[int, bytes], token: str) -> list[str]:
    return [
        "",
        "x",
        "%00",
        "文" * 13,
        "not/a/token",
        token[:-1],
        token[: len(token) // 2],
        token + "A",
        token[:-1] + ("A" if token[-1] != "A" else "B"),
        token.swapcase(),
        token.lower(),
        "unsubscribe-token-of-this-recipient-----",
        make_token({9: b"x" * 32}, 1, 1),  # of a key that is gone
        make_token({max(keys): b"x" * 32}, 1, 1),  # of another installation
        make_token(keys, 1, 2),
    ]


def test_a_link_that_is_not_whole_says_so_and_how_to_leave(person: Person, token: str) -> None:
    client, keys = person.site.client, person.site.store.keys
    for text in broken_links(keys, token):
        for answer in (
            client.get(f"/unsubscribe/{text}"),
            client.post(f"/unsubscribe/{text}"),
            client.post(f"/unsubscribe/{text}", data={"unknown": "field"}),
        ):
            assert answer.status_code == 410, text
            assert "This link is incomplete" in answer.text
            assert "are unsubscribed" not in answer.text
            assert 'href="mailto:news@papers.example.org?subject=unsubscribe"' in answer.text
            assert "news@papers.example.org with the subject" in answer.text
    assert client.get("/unsubscribe").status_code == 410
    assert person.status() == "active"


def test_a_program_is_answered_with_success_whatever_the_link(person: Person, token: str) -> None:
    """RFC 8058: what else it gets nobody reads."""
    client, keys = person.site.client, person.site.store.keys
    for text in broken_links(keys, token):
        for sent in ({"data": ONE_CLICK}, {"files": {"List-Unsubscribe": (None, "One-Click")}}):
            answer = client.post(f"/unsubscribe/{text}", **sent)  # type: ignore[arg-type]
            assert answer.status_code == 200, text
            assert "are unsubscribed" not in answer.text
    assert person.status() == "active"


def test_a_broken_link_in_the_language_of_the_reader(person: Person) -> None:
    answer = person.site.client.get("/unsubscribe/x", headers={"Accept-Language": "zh-CN,zh"})
    assert "链接不完整" in answer.text
    assert "退订" in answer.text
    assert "mailto:news@papers.example.org" in answer.text


@pytest.mark.parametrize(
    "wrapped", ["{}.", "<{}>", "{})", "{}%3E", "{},", "{}/", "{}?utm=x", "{}。"]
)
def test_what_mail_programs_add_to_a_link_does_no_harm(
    person: Person, token: str, wrapped: str
) -> None:
    client = person.site.client
    path = f"/unsubscribe/{wrapped.format(token)}"
    assert ">Unsubscribe</button>" in client.get(path).text
    assert "You are unsubscribed" in client.post(path).text
    assert person.status() == "unsubscribed"


def test_whoever_is_gone_is_unsubscribed(person: Person, token: str) -> None:
    person.site.store.subscribers.erase(ADA, now=person.site.clock())
    answer = person.site.client.post(f"/unsubscribe/{token}")
    assert (answer.status_code, "You are unsubscribed" in answer.text) == (200, True)
    assert person.status() is None


def test_the_other_links_say_that_they_are_not_whole(person: Person) -> None:
    client = person.site.client
    person.subscribe()
    confirm = person.link("confirm")
    for path in (confirm[:-1], f"{confirm}A", "confirm/x", "confirm/", "confirm", "confirm/a/b"):
        for answer in (client.get(path), client.post(path)):
            assert (answer.status_code, "link is incomplete" in answer.text) == (410, True), path
            assert 'href="/subscribe?lang=en"' in answer.text
    assert person.status() is None
    assert client.post(f"{confirm}).").status_code == 200
    assert person.status() == "active"
    own = person.preferences()
    for path in (own[:-1], "preferences/x", "preferences/", f"{own}A"):
        answer = client.get(path)
        assert (answer.status_code, "link is incomplete" in answer.text) == (410, True), path
        assert 'href="/preferences?lang=en"' in answer.text
    assert client.get(f"{own}>").status_code == 200


def test_an_old_token_still_works_after_another_key_was_made(person: Person, token: str) -> None:
    from publisher.web.context import Context
    from publisher.web.readers.unsubscribe import leave

    site = person.site
    keys = {**site.store.keys, 2: bytes(range(32))}
    site.store.keys = keys
    leave(token, Context(site.settings, site.store, site.clock))
    assert person.status() == "unsubscribed"


def test_a_token_can_do_nothing_else(person: Person, token: str) -> None:
    client = person.site.client
    assert client.get(f"/preferences/{token}").status_code == 410
    assert client.post(f"/preferences/{token}", data={"do": "export"}).status_code == 410
    assert client.post(f"/confirm/{token}").status_code == 410
    assert person.status() == "active"


def test_a_hostile_form(person: Person, token: str) -> None:
    client = person.site.client
    files = {f"f{n}": (f"{n}.txt", b"x" * 100) for n in range(20)}
    assert client.post(f"/unsubscribe/{token}", files=files).status_code == 400
    many = {f"f{n}": "x" for n in range(2000)}
    assert client.post(f"/unsubscribe/{token}", data=many).status_code == 400
    assert client.post(f"/unsubscribe/{token}", content=b"x" * 100_000).status_code == 413
    broken = {"Content-Type": "multipart/form-data"}
    answer = client.post(f"/unsubscribe/{token}", content=b"--x", headers=broken)
    assert answer.status_code == 400
    assert person.status() == "active"


def test_coming_back(person: Person, token: str) -> None:
    person.site.client.post(f"/unsubscribe/{token}")
    assert person.status() == "unsubscribed"
    person.joins()
    assert person.status() == "active"


def test_what_the_mail_links_to_is_there(person: Person) -> None:
    """Head and body of an issue name these addresses."""
    from publisher.sender.message.sender_profile import SenderProfile

    settings = person.site.settings
    assert SenderProfile.from_settings(settings).subscribe_url == f"{settings.web.root}subscribe"
    for path in ("subscribe", "preferences"):
        assert person.site.client.get(f"/{path}", timeout=PATIENCE).status_code == 200
