from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from publisher.errors import IssueError
from publisher.models import Issue, IssueEdits, Paper, Topic
from publisher.models.ledger import Decision, IssuePlan
from publisher.newsletter import editing
from publisher.newsletter.contents import due_issue
from publisher.newsletter.editing import Hold, PaperMark
from publisher.newsletter.ranking import highlights, sections
from publisher.settings import Settings

NOW = datetime(2024, 12, 9, 8, tzinfo=UTC)
HOUR = timedelta(hours=1)
NERF, GAN = Topic("nerf", "NeRF"), Topic("gan", "GAN")
NONE, APPROVED, RELEASED = Decision.NONE, Decision.APPROVED, Decision.RELEASED
POSTPONED, SKIPPED = Decision.POSTPONED, Decision.SKIPPED


def make_paper(name: str, *topics: Topic, **changes: Any) -> Paper:
    paper = Paper(
        id=name,
        version=1,
        title=f"Paper {name}",
        authors=(),
        abstract="",
        comment=None,
        abs_url="",
        pdf_url="",
        code_urls=(),
        topics=topics or (NERF,),
        digests=(),
        first_published=NOW - 10 * HOUR,
        updated=NOW - 10 * HOUR,
        summary=None,
        takeaways=(),
        figures=(),
        repaired=False,
    )
    return replace(paper, **changes)


def make_issue(*papers: Paper) -> Issue:
    return Issue("2024-W49", NOW - timedelta(days=7), NOW, papers)


@pytest.mark.parametrize(
    ("due", "approve", "decision", "hours", "expected"),
    [
        (True, False, NONE, None, None),
        (True, True, NONE, None, Hold.UNAPPROVED),
        (True, True, APPROVED, None, None),
        (True, False, APPROVED, None, None),
        (True, False, POSTPONED, 1, Hold.POSTPONED),
        (True, True, POSTPONED, 1, Hold.POSTPONED),
        (True, False, POSTPONED, 0, None),
        # A postponement is no approval.
        (True, True, POSTPONED, 0, Hold.UNAPPROVED),
        (True, False, SKIPPED, None, Hold.SKIPPED),
        (True, True, SKIPPED, None, Hold.SKIPPED),
        (True, True, RELEASED, None, None),
        (False, False, NONE, None, Hold.NOT_DUE),
        (False, True, NONE, None, Hold.NOT_DUE),
        (False, True, APPROVED, None, Hold.NOT_DUE),
        (False, False, POSTPONED, 1, Hold.NOT_DUE),
        (False, False, SKIPPED, None, Hold.SKIPPED),
        (False, True, RELEASED, None, None),
    ],
)
def test_an_issue_is_held(
    due: bool, approve: bool, decision: Decision, hours: int | None, expected: Hold | None
) -> None:
    until = None if hours is None else NOW + hours * HOUR
    plan = IssuePlan(decision=decision, until=until)
    assert editing.hold_of(plan, NOW, due=due, approve=approve) is expected


def test_edits_hide_pin_and_promote_papers() -> None:
    papers = [make_paper(name, topic) for name in "abcd" for topic in (NERF,)]
    issue = replace(make_issue(*papers), updated=(make_paper("old"),))
    edits = IssueEdits(hide=("b", "old", "elsewhere"), pin=("d", "elsewhere"), promote=("c",))
    edited = editing.apply_edits(issue, edits, revision=3)
    assert [paper.id for paper in edited.papers] == ["a", "c", "d"]
    assert (edited.updated, edited.edits, edited.revision) == ((), edits, 3)
    (section,) = sections(edited.papers, pinned=edits.pin)
    assert [paper.id for paper in section.papers] == ["d", "a", "c"]
    # Too short an issue for highlights of its own.
    assert [paper.id for paper in highlights([section], 3, edits.promote)] == ["c"]


def test_promoted_papers_come_before_the_best() -> None:
    papers = [make_paper(f"n{number:02d}", NERF) for number in range(12)]
    papers += [make_paper("best", GAN, code_urls=("https://example.org",), venue=None)]
    by_topic = sections(papers)
    assert [paper.id for paper in highlights(by_topic, 3)] == ["best"]
    promoted = ("n05", "n03", "none")
    assert [p.id for p in highlights(by_topic, 3, promoted)] == ["n05", "n03", "best"]
    assert [p.id for p in highlights(by_topic, 1, promoted)] == ["n05", "n03"]
    assert [p.id for p in highlights(by_topic, 0, promoted)] == ["n05", "n03"]


def test_a_paper_is_marked() -> None:
    edits = editing.marked(IssueEdits(), PaperMark.PIN, "a")
    edits = editing.marked(editing.marked(edits, PaperMark.PROMOTE, "a"), PaperMark.PIN, "b")
    assert (edits.pin, edits.promote) == (("a", "b"), ("a",))
    hidden = editing.marked(edits, PaperMark.HIDE, "a")
    assert (hidden.hide, hidden.pin, hidden.promote) == (("a",), ("b",), ())
    assert editing.marked(hidden, PaperMark.PIN, "a") == IssueEdits(pin=("b", "a"))
    assert editing.marked(hidden, PaperMark.HIDE, "a") == hidden
    assert editing.unmarked(edits, "a") == IssueEdits(pin=("b",))


def test_a_file_replaces_texts_and_adds_papers() -> None:
    stored = IssueEdits(note="stored", subject="stored", hide=("a",), pin=("b",))
    merged = editing.merged(stored, {"note": "file", "hide": ("c", "a"), "preheader": ""})
    assert merged == IssueEdits(note="file", subject="stored", hide=("c", "a"), pin=("b",))


@pytest.mark.parametrize(
    ("edits", "message"),
    [
        (IssueEdits(note="x" * 12_001), "note: 12,001 characters are too many, 12,000 fit"),
        (IssueEdits(block="x" * 6_001), "block: 6,001 characters"),
        (IssueEdits(subject="a\nb"), "subject: must be a single line"),
        (IssueEdits(preheader="a\tb"), "preheader: must be a single line"),
        (IssueEdits(subject="{paper}"), "subject: must be a text with no other names"),
        (IssueEdits(hide=tuple(map(str, range(501)))), "an issue can have 500 papers marked"),
    ],
)
def test_what_fits_into_no_mail_is_refused(edits: IssueEdits, message: str) -> None:
    with pytest.raises(IssueError, match=message):
        editing.check(edits)


def test_changes_name_what_differs() -> None:
    before = IssueEdits(note="a", subject="b", hide=("x",), pin=("y",))
    after = IssueEdits(note="c", preheader="d", block="e", promote=("x",), pin=("y", "z"))
    assert list(editing.changes(before, after)) == [
        ("note changed", ""),
        ("subject removed", ""),
        ("preheader changed", ""),
        ("block changed", ""),
        ("paper shown again", "x"),
        ("paper promoted", "x"),
        ("paper pinned", "z"),
    ]
    assert not list(editing.changes(before, before))


def test_the_papers_of_a_held_first_issue_go_into_the_next() -> None:
    settings, zone = Settings(), ZoneInfo("UTC")
    early, late = datetime(2024, 12, 4, tzinfo=zone), datetime(2024, 12, 11, tzinfo=zone)
    papers = [
        make_paper(name, first_published=moment, updated=moment)
        for name, moment in (("a", early), ("b", late))
    ]
    now = datetime(2024, 12, 16, 8, tzinfo=zone)
    weekly = due_issue(now, papers, {}, (), settings)
    assert weekly is not None
    assert [paper.id for paper in weekly.papers] == ["b"]
    after_held = due_issue(now, papers, {}, (), settings, held_ids=["2024-W49"])
    assert after_held is not None
    assert {paper.id for paper in after_held.papers} == {"a", "b"}
