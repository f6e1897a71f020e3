"""Every address under /operator/ keeps out who is not logged in, and every form who is not ours."""

from __future__ import annotations

import re
from random import Random
from typing import TYPE_CHECKING
from urllib.parse import quote

import httpx2
import pytest
from support.operator_site import ISSUE, fill, log_in
from support.web_server import PATIENCE

from publisher.web.operator.auth import csrf_token, id_of
from publisher.web.operator.routes import GROUPS

if TYPE_CHECKING:
    from support.web_server import Site

# What is for who is not logged in.
OPEN = {
    "/operator/login",
    "/operator/login/{token}",
    "/operator/language",
    "/operator/style.css",
    "/operator/live.js",
}
ROUTES = [route for group in GROUPS for route in group if route.path not in OPEN]


def addresses(method: str) -> list[str]:
    return [
        route.path.replace("{issue}", ISSUE).replace("{id}", "1")
        for route in ROUTES
        # The link that approves an issue is for whom it was mailed to, session or not.
        if method in (route.methods or ()) and not route.path.startswith("/operator/approve/")
    ]


def test_there_are_some() -> None:
    assert len(addresses("GET")) >= 15
    assert len(addresses("POST")) >= 8


def test_nobody_gets_in_without_a_session(site: Site) -> None:
    fill(site.store, site.clock())
    for path in addresses("GET"):
        answer = site.client.get(path)
        assert (answer.status_code, answer.headers["location"]) == (303, "/operator/login"), path
        assert "@" not in answer.text
    for path in addresses("POST"):
        assert site.client.post(path, data={"csrf": csrf_token("")}).status_code == 403, path


def test_every_form_needs_the_proof_of_its_session(site: Site) -> None:
    fill(site.store, site.clock())
    session = log_in(site)
    eve = httpx2.Client(base_url=site.url, timeout=PATIENCE, trust_env=False)
    of_eve = csrf_token(log_in(site, eve, "eve"))
    eve.close()
    before = everything(site)
    proof = csrf_token(session)
    tries: list[tuple[dict[str, str], dict[str, str]]] = [
        ({}, {}),
        ({"csrf": ""}, {}),
        ({"csrf": of_eve}, {}),
        ({"csrf": proof[:-1]}, {}),
        ({"csrf": proof}, {"Origin": "https://evil.example"}),
        ({"csrf": proof}, {"Sec-Fetch-Site": "cross-site"}),
        ({"csrf": proof}, {"Sec-Fetch-Site": "same-site", "Origin": "null"}),
    ]
    more = {"decision": "again", "subscriber": "1", "email": "reader0@very-long-name.example.org"}
    for path in addresses("POST"):
        for fields, headers in tries:
            answer = site.client.post(path, data=fields | more, headers=headers)
            assert answer.status_code == 403, (path, fields, headers)
    assert everything(site) == before


def test_the_proof_in_the_address_is_none(site: Site) -> None:
    fill(site.store, site.clock())
    proof = csrf_token(log_in(site))
    assert site.client.post(f"/operator/people/1/unsubscribe?csrf={proof}").status_code == 403


def test_nothing_is_done_by_a_get(site: Site) -> None:
    fill(site.store, site.clock())
    log_in(site)
    before = everything(site)
    for path in addresses("POST"):
        if path not in addresses("GET"):
            assert site.client.get(path).status_code == 405, path
    for path in addresses("GET"):
        if not path.endswith(("data.json", "export.csv")):  # which are written down
            answer = site.client.get(path)
            # The editor of an issue that is frozen leads to the issue's page.
            assert answer.status_code in {200, 404} or path.endswith("/edit"), path
            assert answer.headers.get("location") != "/operator/login", path
    assert everything(site) == before


def test_pages_are_kept_by_nobody_and_framed_by_nobody(site: Site) -> None:
    fill(site.store, site.clock())
    log_in(site)
    for path in addresses("GET"):
        headers = site.client.get(path).headers
        assert headers["cache-control"] == "no-store", path
        assert headers["x-robots-tag"] == "noindex, nofollow", path
        policy = headers["content-security-policy"]
        assert "unsafe-inline" not in policy or policy.startswith("sandbox;"), path
        assert re.search(r"frame-ancestors '(none|self)'", policy), path


@pytest.mark.parametrize(
    "path",
    [
        "/operator/people/0",
        "/operator/people/99999999999999999999999999",
        "/operator/people/-1",
        "/operator/people/%D9%A1",
        "/operator/people?before=99999999999999999999999&q=%00%ff&status=nobody&topic=%22%3E",
        "/operator/issues/nothing",
        f"/operator/issues/{ISSUE}/deliveries?state=nonsense&after=999999999999999999999999",
        "/operator/preview?language=xx&length=endless&frequency=hourly&topic=../../etc",
        "/operator/?told=%3Cscript%3Ealert(1)%3C/script%3E",
    ],
)
def test_hostile_addresses_are_answered(site: Site, path: str) -> None:
    fill(site.store, site.clock())
    log_in(site)
    answer = site.client.get(path)
    assert answer.status_code in {200, 404}
    assert "<script>alert" not in answer.text


@pytest.mark.parametrize(
    ("text", "expected"),
    [("1", 1), ("9" * 18, 10**18 - 1), ("9" * 19, None), ("", None), ("-1", None), ("١", None)],
)
def test_ids(text: str, expected: int | None) -> None:
    assert id_of(text) == expected


def everything(site: Site) -> object:
    people = [(p.email, p.status, p.paused_until) for p in site.store.subscribers.iterate()]
    rows = [(row.subscriber_id, row.state) for row in site.store.deliveries.rows(ISSUE)]
    done = [
        row for row in site.store.audit_log.recent_actions(limit=1000) if row.action != "logged in"
    ]
    return people, rows, site.store.issues.get(ISSUE), done


def test_nothing_odd_breaks_a_page_or_an_action(site: Site) -> None:
    """Requests that a logged-in operator may send by mistake, or from an outdated page."""
    fill(site.store, site.clock())
    proof = csrf_token(log_in(site))
    chance = Random(7)  # noqa: S311 - the same each time
    odd = ["", "0", "-1", "9" * 30, "\x00", "%", "'\"<>&", "张三", "a" * 5000, "../..", "\r\nX: y"]
    asked = (
        "q",
        "topic",
        "status",
        "before",
        "after",
        "state",
        "language",
        "length",
        "told",
        "settled",
    )
    fields = ("decision", "subscriber", "until", "email", "resume")
    for _ in range(300):
        apart = ("/operator/logout", "/operator/approve/{token}")
        route = chance.choice([route for route in ROUTES if route.path not in apart])
        part = quote(chance.choice([*odd, ISSUE, "1", "2"]) or "x", safe="")
        answer = site.client.request(
            method := chance.choice(sorted(route.methods or ())),
            re.sub(r"\{\w+\}", lambda _, part=part: part, route.path),
            params={name: chance.choice(odd) for name in chance.sample(asked, 3)},
            data={"csrf": proof} | {name: chance.choice(odd) for name in fields}
            if method == "POST"
            else None,
        )
        assert answer.status_code in {200, 303, 400, 404}, (method, answer.request.url)
        assert answer.headers.get("location") != "/operator/login"
