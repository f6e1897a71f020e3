"""An editor's file, and changes to an issue, with a real database."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import pytest

from publisher.errors import AlreadyFrozen, IssueError
from publisher.models import BlockPlace, Collection, Issue, IssueEdits, Paper, Topic
from publisher.models.ledger import Decision
from publisher.newsletter.editing import Hold, PaperMark
from publisher.services import drafts, editing, publish
from publisher.services.publish import Preparation
from publisher.services.store import open_store
from publisher.settings import Mail, Newsletter, Secret, Settings, Site
from publisher.settings.sections import Operator, Output
from publisher.settings.sections import Store as StoreSection

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from publisher.store.database import Store

UTC_ZONE = ZoneInfo("UTC")
DUE = datetime(2024, 12, 9, 8, tzinfo=UTC_ZONE)
DAY = timedelta(days=1)
NERF = Topic("nerf", "NeRF")
W49 = "2024-W49"


def make_paper(number: int, day: int = 0) -> Paper:
    moment = datetime(2024, 12, 3, tzinfo=UTC_ZONE) + day * DAY
    return Paper(
        id=f"arxiv:2412.{number:05d}",
        version=1,
        title=f"Rendering number {number}",
        authors=(),
        abstract="We render.",
        comment=None,
        abs_url=f"https://arxiv.org/abs/2412.{number:05d}",
        pdf_url="",
        code_urls=(),
        topics=(NERF,),
        digests=(),
        first_published=moment,
        updated=moment,
        summary=None,
        takeaways=(),
        figures=(),
        repaired=False,
    )


PAPERS = tuple(make_paper(number) for number in range(1, 5))
ISSUE = Issue(W49, DUE - 7 * DAY, DUE, PAPERS)


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(
        base=tmp_path,
        site=Site(url="https://papers.example.org"),
        newsletter=Newsletter(approve=True),
        mail=Mail(from_address="weekly@example.org"),
        operator=Operator(addresses=("ada@example.org", "bob@example.org")),
        output=Output(folder="site"),
        store=StoreSection(url=Secret(f"sqlite:///{tmp_path}/publisher.db")),
    )


@pytest.fixture
def store(settings: Settings) -> Iterator[Store]:
    with open_store(settings) as opened:
        opened.subscribers.add("reader@example.org", "", (), now=DUE - 30 * DAY)
        opened.subscribers.confirm("reader@example.org", now=DUE - 30 * DAY)
        yield opened


def write(settings: Settings, text: str) -> None:
    path = editing.edit_file(W49, settings)
    path.parent.mkdir(exist_ok=True)
    path.write_text(text, encoding="utf-8")


def prepare(
    settings: Settings, store: Store, now: datetime = DUE, papers: tuple[Paper, ...] = PAPERS
) -> list[tuple[str, Preparation, Hold | None]]:
    collection = Collection(papers, (NERF,), {}, 1, ())
    return [
        (result.issue.id, result.outcome, result.hold)
        for result in publish.prepare_due(collection, settings, store, now=lambda: now)
    ]


def test_a_file_is_read(settings: Settings) -> None:
    write(
        settings,
        "---\nsubject: 'Splats: {papers}'\npreheader: Read this\nhide: 2412.00001v2\n"
        "pin:\n  - https://arxiv.org/abs/2412.00010\n  - 2412.00020, arXiv:2412.00030\n"
        "block: |\n  Talk on *Friday*\nblock_place: highlights\n---\n\n# Hello\n\nText\n",
    )
    file = editing.read_edit_file(W49, settings)
    assert replace(IssueEdits(), **file.values) == IssueEdits(
        note="# Hello\n\nText",
        subject="Splats: {papers}",
        preheader="Read this",
        hide=("arxiv:2412.00001",),
        # As text: the number 2412.00010 would lose its last digit.
        pin=("arxiv:2412.00010", "arxiv:2412.00020", "arxiv:2412.00030"),
        block="Talk on *Friday*",
        block_place=BlockPlace.HIGHLIGHTS,
    )
    write(settings, "\ufeffJust a note")
    assert editing.read_edit_file(W49, settings).values == {"note": "Just a note"}
    write(settings, "---\n---\n")
    assert editing.read_edit_file(W49, settings).values == {}
    assert editing.read_edit_file("2024-W50", settings).values == {}


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("---\nsubject: x\n", "2024-W49.md:1: the front matter has no end"),
        ("---\nsubject: x\nsubjct: y\n---\n", "2024-W49.md:3: no such key: subjct; there are"),
        ("---\n\n\nsubject: [x]\n---\n", "2024-W49.md:4: subject: must be a text"),
        ("---\nsubject: '{papr}'\n---\n", "2024-W49.md:2: subject: must be a text with no other"),
        ("---\nnote: x\n---\n", "2024-W49.md:2: no such key: note"),
        ("---\nhide: x\nblock_place: top\n---\n", "2024-W49.md:3: block_place: must be one of"),
        ("---\n- x\n---\n", "2024-W49.md:1: the front matter must be lines such as"),
        ("---\nsubject: 'x\n---\n", "2024-W49.md:3: found unexpected end of stream"),
        ("x" * 12_001, "2024-W49.md: note: 12,001 characters are too many"),
    ],
)
def test_an_error_in_a_file_has_its_line(settings: Settings, text: str, message: str) -> None:
    write(settings, text)
    with pytest.raises(IssueError) as caught:
        editing.read_edit_file(W49, settings)
    assert message in str(caught.value)


def test_a_paper_that_the_issue_lacks_is_an_error(settings: Settings, store: Store) -> None:
    write(settings, "---\nhide:\n  - 2412.00001\n  - 2412.99999\n---\n")
    with pytest.raises(IssueError, match=r"2024-W49\.md:4: arxiv:2412\.99999 is not in the issue"):
        editing.edited(ISSUE, settings, store)
    # Nothing is sent without the edits, and other issues are not stopped by them.
    (result,) = prepare(settings, store)
    assert result[1] is Preparation.NOT_EDITED
    assert store.issues.all() == []


def test_the_file_counts(settings: Settings, store: Store) -> None:
    def change(note: str = "", *marks: tuple[PaperMark | None, str]) -> None:
        texts = {"note": note} if note else {}
        editing.change_issue(ISSUE, texts, marks, settings, store, by="ada", now=DUE)

    change("Stored", (PaperMark.PIN, "2412.00002"), (PaperMark.HIDE, "number 3"))
    write(settings, "---\nhide: 2412.00001\n---\nOf the file\n")
    edited = editing.edited(ISSUE, settings, store)
    assert edited.edits.note == "Of the file"
    assert [paper.id[-1] for paper in edited.papers] == ["2", "4"]
    with pytest.raises(IssueError, match=r"2024-W49\.md: has the note, and the file counts"):
        change("Stored again")
    for kind in (PaperMark.PIN, None):
        with pytest.raises(IssueError, match=r"2024-W49\.md:2: names arxiv:2412\.00001"):
            change("", (kind, "2412.00001"))
    with pytest.raises(IssueError, match="9: is not in issue 2024-W49"):
        change("", (PaperMark.HIDE, "2412.00004"), (PaperMark.HIDE, "9"))
    with pytest.raises(IssueError, match="Rendering: is in 4 titles"):
        change("", (PaperMark.HIDE, "Rendering"))
    assert store.plans.get(W49).edits.hide == ("arxiv:2412.00003",)


def test_an_issue_waits_for_its_approval(settings: Settings, store: Store) -> None:
    held = [(W49, Preparation.HELD, Hold.UNAPPROVED)]
    assert prepare(settings, store) == held
    assert prepare(settings, store) == held
    assert store.outgoing_queue.waiting() == 2  # one for each operator, once
    editing.decide(W49, Decision.APPROVED, settings, store, by="ada", now=DUE)
    assert prepare(settings, store) == [(W49, Preparation.FROZEN, None)]
    with pytest.raises(AlreadyFrozen):
        editing.decide(W49, Decision.SKIPPED, settings, store, by="ada", now=DUE)


def test_who_postpones_is_asked_again(settings: Settings, store: Store) -> None:
    def decide(decision: Decision, now: datetime, until: datetime | None = None) -> bool:
        return editing.decide(W49, decision, settings, store, by="ada", now=now, until=until)

    for until in (DUE - DAY, DUE + 7 * DAY):
        with pytest.raises(IssueError, match="can be postponed to a time between 2024-12-09"):
            decide(Decision.POSTPONED, DUE - 2 * DAY, until)
    with pytest.raises(IssueError, match="that time is past"):
        decide(Decision.POSTPONED, DUE + DAY, DUE + DAY)
    assert decide(Decision.APPROVED, DUE)
    assert decide(Decision.POSTPONED, DUE, DUE + DAY)
    assert prepare(settings, store) == [(W49, Preparation.HELD, Hold.POSTPONED)]
    assert store.outgoing_queue.waiting() == 0
    assert prepare(settings, store, DUE + DAY)[0][2] is Hold.UNAPPROVED
    assert store.outgoing_queue.waiting() == 2
    # An approval ends a postponement, also before its time.
    decide(Decision.POSTPONED, DUE, DUE + 2 * DAY)
    decide(Decision.APPROVED, DUE)
    assert prepare(settings, store, DUE + DAY) == [(W49, Preparation.FROZEN, None)]


def test_a_skipped_issue_leaves_its_papers_to_the_next(settings: Settings, store: Store) -> None:
    editing.decide(W49, Decision.SKIPPED, settings, store, by="ada", now=DUE)
    editing.change_issue(
        ISSUE, {}, [(PaperMark.HIDE, "2412.00001")], settings, store, by="ada", now=DUE
    )
    assert prepare(settings, store) == []
    papers = (*PAPERS, make_paper(9, day=7))
    collection = Collection(papers, (NERF,), {}, 1, ())
    (issue,) = drafts.due_issues(collection, settings, store, DUE + 7 * DAY)
    assert (issue.id, len(issue.papers)) == ("2024-W50", 5)


def test_an_issue_goes_ahead_of_time(settings: Settings, store: Store) -> None:
    early = DUE - 3 * DAY
    editing.decide(W49, Decision.RELEASED, settings, store, by="ada", now=early)
    assert prepare(settings, store, early) == [(W49, Preparation.FROZEN, None)]
    assert prepare(settings, store, DUE) == []
    papers = (*PAPERS, make_paper(8, day=5))
    assert prepare(settings, store, DUE + 7 * DAY, papers)[0][0] == "2024-W50"
    editing.decide("2024-W50", Decision.APPROVED, settings, store, by="ada", now=DUE + 7 * DAY)
    assert prepare(settings, store, DUE + 7 * DAY, papers)[0][1] is Preparation.FROZEN
    with pytest.raises(IssueError, match="issue 2024-W48: is over: its papers went into issue"):
        editing.decide("2024-W48", Decision.APPROVED, settings, store, by="ada", now=DUE)


def test_hidden_papers_never_come_back(settings: Settings, store: Store) -> None:
    settings = replace_newsletter(settings)
    marks = [(PaperMark.HIDE, "2412.00001")]
    editing.change_issue(ISSUE, {}, marks, settings, store, by="ada", now=DUE)
    assert prepare(settings, store) == [(W49, Preparation.FROZEN, None)]
    newer = replace(PAPERS[0], version=2, updated=DUE + DAY)
    collection = Collection((newer, *PAPERS[1:], make_paper(9, day=7)), (NERF,), {}, 1, ())
    (issue,) = drafts.due_issues(collection, settings, store, DUE + 7 * DAY)
    assert [paper.id[-1] for paper in (*issue.papers, *issue.updated)] == ["9"]


def test_an_issue_without_papers_is_not_sent(settings: Settings, store: Store) -> None:
    marks = [(PaperMark.HIDE, paper.id) for paper in PAPERS]
    editing.change_issue(ISSUE, {}, marks, settings, store, by="ada", now=DUE)
    assert prepare(settings, store) == [(W49, Preparation.EMPTY, None)]


def test_an_edit_in_the_last_moment_is_not_lost(
    settings: Settings, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = replace_newsletter(settings)
    write_page = publish.write_page

    def edit_meanwhile(issue: Issue, of: Settings) -> None:
        write_page(issue, of)
        if not issue.edits.note:
            texts = {"note": "Last words"}
            editing.change_issue(ISSUE, texts, [], settings, store, by="ada", now=DUE)

    monkeypatch.setattr(publish, "write_page", edit_meanwhile)
    assert prepare(settings, store)[0][1] is Preparation.EDITED_MEANWHILE
    assert store.issues.all() == []
    assert prepare(settings, store)[0][1] is Preparation.FROZEN
    (key,) = store.issues.edition_keys(W49)
    assert b"Last words" in store.issues.message(W49, key)
    page = settings.path(settings.output.folder) / "issues" / f"{W49}.html"
    assert "<p>Last words</p>" in page.read_text(encoding="utf-8")


def replace_newsletter(settings: Settings) -> Settings:
    from msgspec import structs

    return structs.replace(settings, newsletter=Newsletter())
