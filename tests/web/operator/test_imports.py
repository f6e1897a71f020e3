"""Files of people that an operator imports over the web."""

from __future__ import annotations

from typing import TYPE_CHECKING

import httpx2
import pytest
from support.operator_site import log_in, post
from support.program import until
from support.web_server import serving

from publisher.models.imports import ImportConsent, ImportState
from publisher.web.operator.auth import csrf_token
from publisher.web.operator.imports import MOST_BYTES, PATH

if TYPE_CHECKING:
    from pathlib import Path

    from support.web_server import Site

FILE = b"email,confirmed_at\na@example.org,2024-01-01\n<b>nobody</b>,\n"


def upload(site: Site, content: bytes = FILE, name: str = "people.csv", **fields: str) -> str:
    """Send a file as the form does; return where the answer leads to, or its text."""
    token = csrf_token(site.client.cookies["operator"])
    answer = site.client.post(
        PATH, data={"csrf": token, **fields}, files={"file": (name, content, "text/csv")}
    )
    assert answer.status_code in (303, 400), answer.text
    return str(answer.headers.get("location", answer.text))


def state_of(site: Site, number: int) -> ImportState | None:
    job = site.store.import_jobs.get(number)
    return job and job.state


def test_a_file_is_checked_then_imported(site: Site) -> None:
    log_in(site)
    where = upload(site, consent="agreed", note="by phone")
    assert where == f"{PATH}/1"
    until(lambda: state_of(site, 1) is ImportState.CHECKED)
    page = site.client.get(where).text
    assert "This is what would happen" in page
    assert "&lt;b&gt;nobody&lt;/b&gt;" in page
    assert site.store.subscribers.find("a@example.org") is None

    for _twice in range(2):
        assert post(site, f"{where}/begin").headers["location"] == where
    until(lambda: state_of(site, 1) is ImportState.DONE)
    assert 'data-moving="yes"' not in site.client.get(f"{where}/progress").text
    assert site.store.subscribers.find("a@example.org") is not None
    assert site.store.consent_log.history("a@example.org")[0][2] == "by operator ada: by phone"
    assert "people.csv" in site.client.get(PATH).text
    assert post(site, f"{where}/discard").status_code == 303
    assert site.client.get(where).status_code == 404
    actions = [entry.action for entry in site.store.audit_log.recent_actions(limit=3)]
    assert actions == ["import deleted", "import begun", "import checked"]


@pytest.mark.parametrize(
    ("content", "name", "fields", "words"),
    [
        (b"", "people.csv", {}, "not empty"),
        (FILE, "cleaned_members_export.csv", {}, "not to get mail"),
        (FILE, "people.csv", {"consent": "agreed"}, "your proof"),
    ],
)
def test_what_is_not_taken(
    site: Site, content: bytes, name: str, fields: dict[str, str], words: str
) -> None:
    log_in(site)
    assert words in upload(site, content, name, **fields)
    assert site.store.import_jobs.newest(1) == []


def test_only_operators_send_files(site: Site) -> None:
    files = {"file": ("people.csv", FILE, "text/csv")}
    assert site.client.post(PATH, files=files).status_code == 403
    log_in(site)
    assert site.client.post(PATH, files=files).status_code == 403
    site.client.cookies.clear()
    site.client.cookies.set("operator", "x" * 43)
    token = csrf_token("x" * 43)
    assert site.client.post(PATH, files=files, data={"csrf": token}).status_code == 403
    assert site.store.import_jobs.newest(1) == []


def test_a_file_that_is_too_large_is_refused(site: Site) -> None:
    log_in(site)
    with pytest.raises(AssertionError):
        upload(site, b"x" * (MOST_BYTES + 1))
    assert site.store.import_jobs.newest(1) == []


def test_an_unfinished_import_goes_on_when_the_server_starts(tmp_path: Path) -> None:
    with serving(tmp_path) as site:
        store, now = site.store, site.clock()
    with serving(tmp_path) as site:
        number = site.store.import_jobs.create(
            FILE, "a.csv", operator="ada", consent=ImportConsent.NONE, note="", now=now
        )
    del store
    with serving(tmp_path) as site:
        until(lambda: state_of(site, number) is ImportState.CHECKED)


def test_pages_answer_while_a_large_file_is_imported(site: Site) -> None:
    log_in(site)
    lines = b"".join(b"reader%d@example.org,2024-01-01\n" % number for number in range(5_000))
    where = upload(site, b"email,confirmed_at\n" + lines)
    until(lambda: state_of(site, 1) is ImportState.CHECKED)
    post(site, f"{where}/begin")
    with httpx2.Client(base_url=site.url, timeout=5, trust_env=False) as reader:
        while state_of(site, 1) is ImportState.IMPORTING:
            assert reader.get("/subscribe").status_code == 200
    assert state_of(site, 1) is ImportState.DONE
