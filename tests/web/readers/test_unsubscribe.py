"""Off the list, by a person's click or a mail program's (RFC 8058)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from support.feed_readers import ADA
from support.web_server import PATIENCE

from publisher.sender.message.tokens import make_token

if TYPE_CHECKING:
    import httpx
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

    def click() -> httpx.Response:
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


def test_an_unknown_token_gets_the_same_answer(person: Person, token: str) -> None:
    client, keys = person.site.client, person.site.store.keys
    good = client.post(f"/unsubscribe/{token}", data=ONE_CLICK)
    person.joins()
    wrong = [
        make_token(keys, 4711, 1),
        make_token(keys, 1, 2),
        make_token({9: b"x" * 32}, 1, 1),
        token[:-1],
        token[:-1] + ("A" if token[-1] != "A" else "B"),
        token.swapcase(),
        token + "A",
        "x",
        "%00",
        "unsubscribe-token-of-this-recipient-----",
        "文" * 13,
    ]
    for text in wrong:
        answer = client.post(f"/unsubscribe/{text}", data=ONE_CLICK)
        assert (answer.status_code, answer.text) == (200, good.text), text
    assert person.status() == "active"


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
