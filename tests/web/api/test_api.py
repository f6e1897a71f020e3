"""The JSON API over a real server: what it does, and whom it lets in."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from conftest import ROOT
from support.api_client import ISSUE, NOW, api_site, authorized, freeze, people

from publisher import translation
from publisher.errors import SubscriberError
from publisher.models import DeliveryState, SubscriberStatus
from publisher.sender.one_time_tokens import token_hash
from publisher.web.api.access import Buckets
from publisher.web.api.endpoint import OPERATIONS
from publisher.web.api.scopes import PREFIX, Scope

if TYPE_CHECKING:
    import subprocess
    from collections.abc import Callable, Iterator
    from pathlib import Path

    import httpx2
    from support.web_server import Site


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    with api_site(tmp_path) as running:
        running.client.headers.update(authorized(running))
        yield running


def api(site: Site, method: str, path: str, **options: Any) -> httpx2.Response:
    return site.client.request(method, f"/api/v1{path}", **options)


def is_problem(answer: httpx2.Response, status: int) -> str:
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    found = answer.json()
    assert found["status"] == status
    return str(found.get("detail", ""))


def test_whoever_gets_no_mail_is_suppressed_until_that_is_lifted(site: Site) -> None:
    first, second = people(site, 2)
    person = site.store.subscribers.get(second)
    assert person is not None
    site.store.suppressions.add(person.email, "bounced: 550 5.1.1 gone", now=site.clock())
    shown = api(site, "GET", f"/subscribers/{second}").json()
    assert shown["status"] == "suppressed"
    assert shown["suppression"]["reason"] == "bounced: 550 5.1.1 gone"
    assert shown["suppression"]["since"].startswith(site.clock().date().isoformat())
    found = api(site, "GET", "/subscribers", params={"status": "suppressed"}).json()["items"]
    assert [row["id"] for row in found] == [second]
    active = api(site, "GET", "/subscribers", params={"status": "active"}).json()["items"]
    assert [row["id"] for row in active] == [first]
    counts = api(site, "GET", "/status").json()["subscribers"]
    assert (counts["active"], counts["suppressed"]) == (1, 1)

    lifted = api(site, "POST", f"/subscribers/{second}/lift").json()
    assert (lifted["status"], lifted["suppression"]) == ("active", None)
    assert site.store.audit_log.recent_actions(limit=1)[0].action == "suppression lifted"
    again = api(site, "POST", f"/subscribers/{second}/lift")
    assert (again.status_code, again.json()["status"]) == (200, "active")
    assert api(site, "POST", "/subscribers/4711/lift").status_code == 404


def test_answers_are_english_on_every_server(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(_address: str) -> str:
        raise SubscriberError(translation._("Nothing changed."))

    monkeypatch.setattr(translation, "_language_of_process", lambda: "zh")
    monkeypatch.setattr("publisher.web.api.subscribers.normalise_email", refused)
    headers = {"Accept-Language": "zh"}
    answer = api(site, "POST", "/subscribers", json={"email": "a@example.org"}, headers=headers)
    assert is_problem(answer, 422) == "Nothing changed."


def test_people_are_listed_a_page_at_a_time(site: Site) -> None:
    ids = people(site, 7)
    seen, cursor = [], ""
    while True:
        query = {"limit": "3"} | ({"cursor": cursor} if cursor else {})
        page = api(site, "GET", "/subscribers", params=query).json()
        seen += [one["id"] for one in page["items"]]
        cursor = page["next"]
        if cursor is None:
            break
    assert seen == ids[::-1]
    some = api(site, "GET", "/subscribers", params={"topic": "nerf", "q": "READER3"}).json()
    assert [one["email"] for one in some["items"]] == ["reader3@example.org"]
    none = api(site, "GET", "/subscribers", params={"status": "pending"}).json()
    assert none == {"items": [], "next": None}


def test_who_is_added_is_asked_first(site: Site) -> None:
    body = {"email": "Ada@Example.ORG", "topics": ["nerf"], "language": "en"}
    answer = api(site, "POST", "/subscribers", json=body)
    assert (answer.status_code, answer.json()) == (202, {"email": "Ada@example.org"})
    assert site.store.subscribers.find("Ada@example.org") is None
    letter = site.store.outgoing_queue.take(now=NOW)
    assert letter is not None
    assert (letter.kind, letter.email) == ("confirm", "Ada@example.org")
    assert '"nerf"' in letter.payload


def test_only_so_many_mails_are_asked_for(site: Site) -> None:
    body = {"email": "ada@example.org"}
    for _ in range(3):
        assert api(site, "POST", "/subscribers", json=body).status_code == 202
    refused = api(site, "POST", "/subscribers", json=body)
    is_problem(refused, 429)
    assert refused.headers["retry-after"] == "3600"
    assert site.store.outgoing_queue.waiting() == 1


def test_who_has_agreed_is_added_with_a_note(site: Site) -> None:
    body = {"email": "ada@example.org", "name": "Ada", "confirmed": True}
    assert "how the person agreed" in is_problem(api(site, "POST", "/subscribers", json=body), 422)
    body["note"] = "at the\r\ndesk\x00"
    answer = api(site, "POST", "/subscribers", json=body)
    assert answer.status_code == 201
    person = answer.json()
    assert person["status"] == "active"
    assert answer.headers["location"] == f"/api/v1/subscribers/{person['id']}"
    assert site.client.get(answer.headers["location"]).json() == person
    is_problem(api(site, "POST", "/subscribers", json=body), 409)
    log = site.store.consent_log.history("ada@example.org")
    assert [detail for _, _, detail in log] == ["by token tests: at the desk?"] * 2


def test_a_person_is_changed_leaves_and_is_forgotten(site: Site) -> None:
    (number,) = people(site, 1)
    path = f"/subscribers/{number}"
    change = {"topics": ["gan", "nerf"], "language": "both", "frequency": "weekly"}
    person = api(site, "PATCH", path, json=change).json()
    assert {key: person[key] for key in change} == change
    person = api(site, "PATCH", path, json={"language": None}).json()
    assert (person["language"], person["frequency"], person["topics"]) == (
        None,
        "weekly",
        ["gan", "nerf"],
    )
    for _ in range(2):
        gone = api(site, "POST", f"{path}/unsubscribe")
        assert (gone.status_code, gone.json()["status"]) == (200, "unsubscribed")
    assert api(site, "DELETE", path).status_code == 204
    for method in ("GET", "DELETE"):
        is_problem(api(site, method, path), 404)
    is_problem(api(site, "PATCH", path, json=change), 404)
    found = site.store.subscribers.find("reader0@example.org")
    assert found is None
    done = [
        (one.operator, one.action, one.about)
        for one in site.store.audit_log.recent_actions(limit=9)
    ]
    assert done[0] == ("token tests", "subscriber erased", f"subscriber {number}")
    assert [action for _, action, _ in done].count("subscriber removed") == 1


def test_issues_and_their_deliveries(site: Site) -> None:
    ids = people(site, 5)
    for week in (48, 49, 50):
        freeze(site, f"2024-W{week}")
    page = api(site, "GET", "/issues", params={"limit": 2}).json()
    assert [one["id"] for one in page["items"]] == ["2024-W50", "2024-W49"]
    page = api(site, "GET", "/issues", params={"limit": 2, "cursor": page["next"]}).json()
    assert ([one["id"] for one in page["items"]], page["next"]) == (["2024-W48"], None)
    issue = api(site, "GET", f"/issues/{ISSUE}").json()
    assert (issue["state"], issue["deliveries"]["ready"]) == ("open", 5)
    path = f"/issues/{ISSUE}/deliveries"
    first = api(site, "GET", path, params={"limit": 3, "state": "ready"}).json()
    rest = api(site, "GET", path, params={"limit": 3, "cursor": first["next"]}).json()
    assert [one["subscriber"] for one in first["items"] + rest["items"]] == ids
    assert rest["next"] is None
    assert first["items"][0]["state"] == DeliveryState.READY
    assert api(site, "GET", path, params={"state": "sent"}).json()["items"] == []
    is_problem(api(site, "GET", "/issues/2024-W01"), 404)


def test_a_build_is_asked_for(site: Site) -> None:
    assert api(site, "GET", "/build").json()["state"] == "never"
    asked = api(site, "POST", "/build")
    assert (asked.status_code, asked.json()["state"]) == (202, "waiting")
    tasks = site.store.tasks
    tasks.note_start("build", serving=tasks.newest_request("build"), now=NOW)
    assert api(site, "GET", "/build").json()["state"] == "running"
    tasks.note_end("build", "no such folder", failed=True, now=NOW)
    found = api(site, "GET", "/build").json()
    assert (found["state"], found["said"]) == ("failed", "no such folder")


def test_how_all_stands(site: Site) -> None:
    people(site, 2)
    freeze(site)
    site.store.tasks.note_end("inbox", "3 bounces", failed=False, now=NOW)
    found = api(site, "GET", "/status").json()
    assert found["subscribers"][SubscriberStatus.ACTIVE] == 2
    assert found["issues"]["open"] == 1
    assert [(task["name"], task["said"]) for task in found["tasks"]] == [("inbox", "3 bounces")]


@pytest.mark.parametrize(
    ("body", "media_type", "status"),
    [
        (b"{", "application/json", 400),
        (b"\xff", "application/json", 400),
        (b"[" * 60_000, "application/json", 422),
        (b"[]", "application/json", 422),
        (b'{"email": "x"}', "application/json", 422),
        (b'{"email": "a@b@c"}', "application/json", 422),
        (b'{"email": "a\\r\\n@example.org"}', "application/json", 422),
        (b'{"email": "a@example.org", "nome": 1}', "application/json", 422),
        (b'{"email": "a@example.org", "topics": ["a\\n"]}', "application/json", 422),
        (b'{"email": "a@example.org", "name": "\\u202e"}', "application/json", 422),
        (b"email=a@example.org", "application/x-www-form-urlencoded", 415),
        (b"x" * 70_000, "application/json", 413),
    ],
)
def test_what_makes_no_sense_changes_nothing(
    site: Site, body: bytes, media_type: str, status: int
) -> None:
    headers = {"Content-Type": media_type}
    is_problem(api(site, "POST", "/subscribers", content=body, headers=headers), status)
    assert site.store.outgoing_queue.waiting() == 0


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/subscribers?limit=0", 422),
        ("/subscribers?limit=1&limit=2", 422),
        ("/subscribers?who=1", 422),
        ("/subscribers?cursor=-1", 422),
        ("/subscribers?topic=nerf%0A", 422),
        ("/subscribers?q=%00", 422),
        ("/subscribers/0", 404),
        ("/subscribers/99999999999999999999", 404),
        ("/subscribers/1?id=2", 422),
        ("/subscribers/..%2f1", 404),
        ("/issues/2024", 404),
        ("/issues/2024-W49%0A", 404),
        ("/nothing", 404),
    ],
)
def test_what_can_t_be_asked(site: Site, path: str, status: int) -> None:
    is_problem(api(site, "GET", path), status)


def test_nothing_is_kept_by_caches(site: Site) -> None:
    for path in ("/subscribers", "/openapi.json", "/nothing"):
        assert api(site, "GET", path).headers["cache-control"] == "no-store"


@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda one: one.name)
def test_each_needs_its_own_scope(site: Site, operation: Any) -> None:
    path = operation.path.replace("{id}", "1").replace("{issue}", ISSUE)
    body = {"json": {}} if operation.body else {}
    others = [scope for scope in Scope if scope is not operation.scope]
    for headers in ({"Authorization": ""}, {"Authorization": "Bearer pub_wrong"}):
        refused = api(site, operation.method, path, headers=headers, **body)
        is_problem(refused, 401)
        assert refused.headers["www-authenticate"].startswith("Bearer")
    poor = authorized(site, *others, name="poor")
    refused = api(site, operation.method, path, headers=poor, **body)
    assert operation.scope in is_problem(refused, 403)
    assert 'error="insufficient_scope"' in refused.headers["www-authenticate"]
    enough = authorized(site, operation.scope, name="enough")
    allowed = api(site, operation.method, path, headers=enough, **body)
    assert allowed.status_code not in (401, 403)


def test_a_token_s_end(site: Site) -> None:
    headers = authorized(site, Scope.BUILD, name="short")
    assert api(site, "GET", "/build", headers=headers).status_code == 200
    site.store.access_tokens.revoke("short", by="tests", now=NOW)
    is_problem(api(site, "GET", "/build", headers=headers), 401)
    token = "pub_x"
    until = NOW + timedelta(days=1)
    site.store.access_tokens.add(
        "day", token_hash(token), [Scope.BUILD], by="tests", now=NOW, expires=until
    )
    headers = {"Authorization": f"bearer {token}"}
    assert api(site, "GET", "/build", headers=headers).status_code == 200
    site.clock.now = until
    is_problem(api(site, "GET", "/build", headers=headers), 401)


def test_who_asks_too_often_has_to_wait(tmp_path: Path) -> None:
    with api_site(tmp_path, api_per_minute=5) as site:
        answers = [api(site, "GET", "/build") for _ in range(8)]
        assert [answer.status_code for answer in answers[:5]] == [401] * 5
        is_problem(answers[-1], 429)
        assert 1 <= int(answers[-1].headers["retry-after"]) <= 12


def test_buckets_fill_with_time() -> None:
    buckets = Buckets(60)
    assert [buckets.wait_for("a", 0.0) for _ in range(60)] == [0.0] * 60
    assert buckets.wait_for("a", 0.0) == pytest.approx(1.0)
    assert buckets.wait_for("b", 0.0) == 0.0
    assert buckets.wait_for("a", 1.0) == 0.0
    assert buckets.wait_for("a", 1.0) > 0.0
    for number in range(20_000):
        buckets.wait_for(str(number), 1.0)
    assert len(buckets._left) <= 10_000


def test_tokens_are_made_listed_and_revoked(
    publisher: Callable[..., subprocess.CompletedProcess[str]],
) -> None:
    made = publisher("tokens", "add", "ci", "--scope", "build", "--scope", "status:read")
    token = made.stdout.strip()
    assert token.startswith(PREFIX)
    listed = publisher("tokens", "list").stdout
    assert listed.startswith("ci\tbuild, status:read\tcreated ")
    assert token not in listed
    assert "there is a token of that name" in (
        publisher("tokens", "add", "ci", "--scope", "build", code=1).stderr
    )
    assert publisher("tokens", "revoke", "ci").stdout == "ci: revoked\n"
    assert "revoked" in publisher("tokens", "list").stdout
    publisher("tokens", "revoke", "ci", code=1)
    publisher("tokens", "add", "ci", code=2)


def test_the_page_about_it_names_every_operation() -> None:
    text = (ROOT / "docs" / "reference" / "api.md").read_text(encoding="utf-8")
    for operation in OPERATIONS:
        assert f"| `{operation.method} {operation.path}` | {operation.scope} |" in text
    for scope in Scope:
        assert f"`{scope}`" in text
