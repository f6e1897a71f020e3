from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import httpx2
import pytest
from starlette.datastructures import Headers
from support.operator_site import link_for, log_in, post
from support.web_server import PATIENCE, serving, until

from publisher.settings import Settings
from publisher.settings.sections import Web
from publisher.web.operator.auth import cookie_name, from_here
from publisher.web.operator.login_throttle import LoginThrottle

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from support.web_server import Site

HOME = "/operator/"


@pytest.fixture
def with_operator(tmp_path: Path) -> Iterator[Site]:
    with serving(tmp_path, {"operator": {"addresses": ["Ada@example.org"]}}) as site:
        yield site


def other(site: Site, **cookies: str) -> httpx2.Client:
    return httpx2.Client(base_url=site.url, timeout=PATIENCE, trust_env=False, cookies=cookies)


def test_a_link_shows_a_button_and_the_button_logs_in(site: Site) -> None:
    link = link_for(site)
    page = site.client.get(link)
    assert page.status_code == 200
    assert "<form" in page.text
    assert "set-cookie" not in page.headers
    assert page.headers["cache-control"] == "no-store"

    answer = site.client.post(link)
    assert (answer.status_code, answer.headers["location"]) == (303, HOME)
    cookie = answer.headers["set-cookie"].lower()
    assert {"httponly", "path=/", "samesite=strict"} <= set(cookie.split("; "))
    assert site.client.get(HOME).status_code == 200


def test_a_scanner_that_follows_links_logs_nobody_in(site: Site) -> None:
    link = link_for(site)
    for _ in range(5):
        for method in ("GET", "HEAD"):
            answer = site.client.request(method, link)
            assert answer.status_code == 200
            assert "set-cookie" not in answer.headers
    # And the link still works for whom it is for.
    assert site.client.post(link).status_code == 303


def test_a_link_works_once(site: Site) -> None:
    link = link_for(site)
    assert site.client.post(link).status_code == 303
    with other(site) as thief:
        assert thief.post(link).status_code == 403
        assert thief.get(HOME).status_code == 303
        assert "operator" not in thief.cookies


def test_a_link_is_over_after_some_minutes(site: Site) -> None:
    link = link_for(site)
    site.clock.now += timedelta(minutes=16)
    assert site.client.post(link).status_code == 403


def test_only_hashes_are_in_the_store(site: Site) -> None:
    link = link_for(site)
    waiting = link_for(site).rpartition("/")[2]
    site.client.post(link)
    session = site.client.cookies["operator"]
    files = [path.read_bytes() for path in site.folder.glob("publisher.db*")]
    for secret in (session, waiting, link.rpartition("/")[2]):
        assert not any(secret.encode() in content for content in files)


def test_who_chooses_a_session_of_their_own_is_not_in(site: Site) -> None:
    with other(site, operator="A" * 43) as guest:
        assert guest.get(HOME).headers["location"] == "/operator/login"
        # Nor does logging in take the one that somebody planted.
        assert guest.post(link_for(site)).status_code == 303
    with other(site, operator="A" * 43) as planter:
        assert planter.get(HOME).status_code == 303


def test_a_session_ends_after_some_hours_or_when_its_owner_says_so(site: Site) -> None:
    first = log_in(site)
    site.clock.now += timedelta(hours=13)
    assert site.client.get(HOME).status_code == 303

    second = log_in(site)
    with other(site, operator=second) as copied:
        assert copied.get(HOME).status_code == 200
        left = post(site, "/operator/logout")
        assert left.status_code == 303
        assert "operator" not in site.client.cookies
        assert copied.get(HOME).status_code == 303
    assert first != second


def test_all_sessions_end_at_once(site: Site) -> None:
    stolen = log_in(site)
    waiting = link_for(site)
    log_in(site)
    post(site, "/operator/logout", everywhere="yes")
    with other(site, operator=stolen) as thief:
        assert thief.get(HOME).status_code == 303
        assert thief.post(waiting).status_code == 403


def test_who_tries_many_links_is_asked_to_wait(site: Site) -> None:
    for _ in range(10):
        assert site.client.post(f"/operator/login/{'x' * 43}").status_code == 403
    refused = site.client.post(link_for(site))
    assert refused.status_code == 429
    assert refused.headers["retry-after"] == "600"


@pytest.mark.parametrize("token", ["x", "x" * 42, "x" * 5000, "%00" * 43, "é" * 43, "..%2f" * 9])
def test_links_that_are_none(site: Site, token: str) -> None:
    assert site.client.post(f"/operator/login/{token}").status_code in {403, 404}


def test_a_link_goes_to_operators_by_mail_and_the_answer_tells_nobody(with_operator: Site) -> None:
    site = with_operator
    pages = [
        site.client.post("/operator/login", data={"email": email})
        for email in ("Ada@example.org", "eve@example.org", "no address", "", "x\r\nBcc: y@z")
    ]
    assert {page.status_code for page in pages} == {200}
    assert len({page.text for page in pages}) == 1
    until(lambda: site.store.outgoing_queue.waiting() == 1)
    letter = site.store.outgoing_queue.take(now=site.clock())
    assert letter is not None
    assert (letter.kind, letter.email, letter.payload) == (
        "login",
        "Ada@example.org",
        '{"language": "en"}',
    )


def test_links_by_mail_are_few(with_operator: Site) -> None:
    site = with_operator
    for _ in range(5):
        link_for(site, "Ada@example.org")
    site.client.post("/operator/login", data={"email": "Ada@example.org"})
    # What is done in the background is done before the server answers the next request of the
    # connection.
    site.client.get("/healthz")
    assert site.store.outgoing_queue.waiting() == 0


@pytest.mark.parametrize(
    ("headers", "expected"),
    [
        ({}, True),
        ({"Origin": "https://papers.example.org"}, True),
        ({"Origin": "null", "Sec-Fetch-Site": "same-origin"}, True),
        ({"Sec-Fetch-Site": "same-origin"}, True),
        ({"Origin": "https://papers.example.org:8443"}, False),
        ({"Origin": "http://papers.example.org"}, False),
        ({"Origin": "https://papers.example.org.evil.example"}, False),
        ({"Origin": "https://evil.example"}, False),
        ({"Origin": "null", "Sec-Fetch-Site": "cross-site"}, False),
        ({"Sec-Fetch-Site": "same-site"}, False),
        ({"Sec-Fetch-Site": "none"}, False),
        ({"Origin": "https://papers.example.org", "Sec-Fetch-Site": "cross-site"}, False),
    ],
)
def test_where_a_form_may_come_from(headers: dict[str, str], expected: bool) -> None:
    assert from_here(Headers(headers), "https://papers.example.org/") is expected


def test_over_https_the_cookie_is_for_this_host_alone(tmp_path: Path) -> None:
    with serving(tmp_path, {"web": {"url": "https://papers.example.org/"}}) as site:
        answer = site.client.post(link_for(site), headers={"Origin": "https://papers.example.org"})
        name, *attributes = answer.headers["set-cookie"].split("; ")
        assert name.startswith("__Host-operator=")
        # What the prefix demands (RFC 6265bis, 4.1.3.2): Secure, Path=/ and no Domain.
        given = {attribute.lower() for attribute in attributes}
        assert {"secure", "httponly", "path=/", "samesite=strict"} <= given
        assert not any(attribute.startswith("domain") for attribute in given)
        # One that lacks the prefix is none.
        session = name.partition("=")[2]
        page = site.client.get(HOME, headers={"Cookie": f"operator={session}"})
        assert page.status_code == 303
        page = site.client.get(HOME, headers={"Cookie": f"__Host-operator={session}"})
        assert page.status_code == 200


def test_over_https_no_neighbour_can_set_the_cookie() -> None:
    assert cookie_name(Settings(web=Web(url="https://papers.example.org"))) == "__Host-operator"
    assert cookie_name(Settings(web=Web(url="http://localhost:8000"))) == "operator"


def test_attempts_are_counted_by_network_and_forgotten() -> None:
    now = [0.0]
    attempts = LoginThrottle(monotonic=lambda: now[0])
    for number in range(10):
        assert attempts.allowed("2001:db8::1")
        attempts.failed(f"2001:db8::{number}")
    assert not attempts.allowed("2001:db8::ffff")
    assert not attempts.allowed("2001:db8:0:ff::1")
    assert attempts.allowed("2001:db8:0:100::1")
    assert attempts.allowed("192.0.2.1")
    now[0] = 601.0
    assert attempts.allowed("2001:db8::1")
    for number in range(20_000):
        attempts.failed(f"10.{number % 200}.{number // 200}.1")
    assert len(attempts._failures) <= 10_000
