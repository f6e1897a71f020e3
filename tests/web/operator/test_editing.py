"""The editor's page, and the link in the mail that asks for an approval."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from support.operator_site import log_in, post
from support.web_server import serving

from publisher.models import IssueEdits
from publisher.models.ledger import Decision
from publisher.sender.one_time_tokens import new_token

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from support.web_server import Site

W49 = "2024-W49"
EDITOR = f"/operator/issues/{W49}/edit"
DIGEST = """\
---
tags: [NeRF]
date: 2024-12-03
---
"""
PAPER = """
## Rendering number {number}

**Authors:A. Uthor**

The abstract.

[PDF](http://arxiv.org/abs/2412.{number:05}v1)
"""


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    (tmp_path / "digests").mkdir()
    papers = "".join(PAPER.format(number=number) for number in (1, 2, 3))
    (tmp_path / "digests" / "one.md").write_text(DIGEST + papers)
    (tmp_path / "publisher.toml").write_text("")
    sections: dict[str, dict[str, Any]] = {
        "newsletter": {"approve": True},
        "operator": {"addresses": ["ada@example.org"]},
    }
    with serving(tmp_path, sections) as running:
        running.clock.now = datetime(2024, 12, 9, 1, tzinfo=UTC)  # an hour after it fell due
        log_in(running)
        yield running


def edits(site: Site) -> IssueEdits:
    return site.store.plans.get(W49).edits


def actions(site: Site) -> list[tuple[str, str]]:
    rows = site.store.audit_log.recent_actions(limit=20)[::-1]
    return [(row.operator, row.action) for row in rows if row.action != "logged in"]


def test_texts_are_previewed_and_saved(site: Site) -> None:
    assert f'href="{EDITOR}"' in site.client.get("/operator/issues").text
    page = site.client.get(EDITOR)
    assert "It is due, and is sent once you approve it." in page.text
    texts = {"note": "Hello *all*\r\n\r\n<script>x</script>", "subject": "S", "preheader": ""}
    shown = post(site, EDITOR, **texts, preview="yes")
    assert "<p>Hello <em>all</em></p>" in shown.text
    assert "<script>x" not in shown.text
    assert "img-src 'self' https:" in shown.headers["content-security-policy"]
    assert edits(site) == IssueEdits()  # not saved
    assert post(site, EDITOR, **texts).headers["location"] == f"{EDITOR}?told=edits%20saved"
    assert edits(site) == IssueEdits(note="Hello *all*\n\n<script>x</script>", subject="S")
    refused = post(site, EDITOR, subject="{nope}")
    assert refused.status_code == 400
    assert "subject: must be a text with no other names in braces" in refused.text
    assert 'value="{nope}"' in refused.text  # what was typed is not lost
    assert actions(site) == [("ada", "note changed"), ("ada", "subject changed")]


def test_papers_are_hidden_promoted_and_pinned(site: Site) -> None:
    papers = f"/operator/issues/{W49}/papers"
    assert post(site, papers, hide="arxiv:2412.00001").headers["location"].startswith(EDITOR)
    post(site, papers, promote="arxiv:2412.00002", note="Not lost by a mark.")
    post(site, papers, pin="arxiv:2412.00002")
    assert edits(site) == IssueEdits(
        note="Not lost by a mark.",
        hide=("arxiv:2412.00001",),
        promote=("arxiv:2412.00002",),
        pin=("arxiv:2412.00002",),
    )
    frame = site.client.get("/operator/preview/frame").text
    assert "number 1" not in frame
    assert "number 2" in frame
    post(site, papers, reset="arxiv:2412.00001")
    assert "number 1" in site.client.get("/operator/preview/frame").text
    refused = post(site, papers, hide="arxiv:9", note="Nor by a refusal.")
    assert refused.status_code == 400
    assert "Nor by a refusal." in refused.text


def test_decisions(site: Site) -> None:
    path = f"/operator/issues/{W49}/decide"
    later = datetime(2024, 12, 10, 1, 30, tzinfo=UTC)  # half past nine in Shanghai
    postpone = {"postpone": "yes", "until": "2024-12-10T09:30"}
    for fields, decision, told, until in (
        ({"decision": "approve"}, Decision.APPROVED, "approved", None),
        ({"decision": "skip"}, Decision.SKIPPED, "issue%20skipped", None),
        ({"decision": "send-now"}, Decision.RELEASED, "released", None),
        (postpone, Decision.POSTPONED, "postponed", later),
    ):
        assert post(site, path, **fields).headers["location"] == f"{EDITOR}?told={told}"
        plan = site.store.plans.get(W49)
        assert (plan.decision, plan.by, plan.until) == (decision, "ada", until)
        again = post(site, path, **fields).headers["location"]
        assert again.endswith("told=nothing%20changed")
    assert "Last decision: ada" in site.client.get(EDITOR).text
    post(site, path, decision="take-back", note="Saved by every button.")
    assert edits(site).note == "Saved by every button."
    assert site.store.plans.get(W49).decision is Decision.NONE
    for wrong in ({"postpone": "yes", "until": "soon"}, {"decision": "burn"}):
        assert post(site, path, **wrong).status_code == 400


def test_a_test_copy_goes_to_one_address(site: Site) -> None:
    path = f"/operator/issues/{W49}/test"
    fields = {"to": "me@example.org", "note": "Written before the test."}
    assert post(site, path, **fields).headers["location"].endswith("told=test%20sent")
    (mail,) = (site.folder / "outbox").glob("*.eml")
    assert b"me@example.org" in mail.read_bytes()
    assert b"Written before the test." in mail.read_bytes()
    assert post(site, path, to="nobody").status_code == 400
    assert actions(site) == [("ada", "note changed"), ("ada", "test sent")]


def test_forms_need_their_proof(site: Site) -> None:
    for path in (EDITOR, *(f"/operator/issues/{W49}/{name}" for name in ("papers", "decide"))):
        assert site.client.post(path, data={"note": "x", "decision": "approve"}).status_code == 403
    site.client.cookies.clear()
    assert site.client.get(EDITOR).headers["location"] == "/operator/login"
    assert site.store.plans.pending() == {}


def test_an_issue_that_is_not_upcoming_has_no_editor(site: Site) -> None:
    assert site.client.get("/operator/issues/2023-W01/edit").status_code == 404


def link(site: Site) -> str:
    token, now = new_token(), site.clock()
    expires = now + timedelta(days=1)
    site.store.plans.open_link(token.token_hash, W49, "ada@example.org", now=now, expires=expires)
    site.client.cookies.clear()
    return f"/operator/approve/{token.token}"


def test_a_link_approves_once_and_by_post_alone(site: Site) -> None:
    address = link(site)
    for _ in range(2):  # a mail scanner, and the operator
        assert "Approve and send" in site.client.get(address).text
    assert site.store.plans.get(W49).decision is Decision.NONE
    foreign = {"Origin": "https://evil.example", "Sec-Fetch-Site": "cross-site"}
    assert site.client.post(address, headers=foreign).status_code == 403
    answer = site.client.post(address, data={"approve": "yes"})
    assert re.search("Approved. It is sent within a minute", answer.text)
    plan = site.store.plans.get(W49)
    assert (plan.decision, plan.by) == (Decision.APPROVED, "ada@example.org")
    again = site.client.post(address, data={"postpone": "yes"})
    assert again.status_code == 403
    assert "This link no longer works" in again.text
    assert site.store.plans.get(W49) == plan


def test_a_link_postpones_by_a_day(site: Site) -> None:
    answer = site.client.post(link(site), data={"postpone": "yes"})
    assert "Postponed by a day" in answer.text
    plan = site.store.plans.get(W49)
    assert (plan.decision, plan.until) == (Decision.POSTPONED, site.clock() + timedelta(days=1))


def test_guesses_are_slowed_down(site: Site) -> None:
    site.client.cookies.clear()
    statuses = {site.client.get(f"/operator/approve/{'x' * 43}").status_code for _ in range(30)}
    assert statuses == {403, 429}
