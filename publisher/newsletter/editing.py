"""An editor's hand on an issue: pure functions of its papers, edits, decisions and time."""

from __future__ import annotations

from dataclasses import replace
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from publisher.errors import IssueError
from publisher.models.ledger import Decision, IssuePlan
from publisher.settings.sections.newsletter import SUBJECT, is_subject
from publisher.translation import _, mark

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping
    from datetime import datetime

    from publisher.models import Issue, IssueEdits

# What fits into a mail beside its papers, see formatter/email/size_budget.py.
MOST_CHARACTERS = {"note": 12_000, "block": 6_000, "subject": 200, "preheader": 300}
MOST_PAPERS = 500


class PaperMark(StrEnum):
    """A change to one paper of an issue, named as its field of `IssueEdits`."""

    HIDE = "hide"
    PROMOTE = "promote"
    PIN = "pin"


class Hold(StrEnum):
    """The reason why an issue is not sent."""

    NOT_DUE = "not due"
    SKIPPED = "skipped"
    POSTPONED = "postponed"
    UNAPPROVED = "waits for approval"


# For people, in their language.
HOLDS = {
    Hold.NOT_DUE: mark("it is not due yet"),
    Hold.SKIPPED: mark("it is skipped"),
    Hold.POSTPONED: mark("it is postponed"),
    Hold.UNAPPROVED: mark("it waits for an approval"),
}


def hold_of(plan: IssuePlan, now: datetime, *, due: bool, approve: bool) -> Hold | None:
    """Return why an issue is not sent at `now`, None where it may be.

    `approve` is the setting: every issue needs an approval. The last decision counts alone: an
    approval ends a postponement, and who postpones an approved issue is asked again.
    """
    if plan.decision is Decision.RELEASED:
        return None
    if plan.decision is Decision.SKIPPED:
        return Hold.SKIPPED
    if not due:
        return Hold.NOT_DUE
    if plan.decision is Decision.POSTPONED and plan.until is not None and now < plan.until:
        return Hold.POSTPONED
    if approve and plan.decision is not Decision.APPROVED:
        return Hold.UNAPPROVED
    return None


def apply_edits(issue: Issue, edits: IssueEdits, revision: int = 0) -> Issue:
    """Return `issue` with `edits`, without the papers that they hide."""
    hidden = frozenset(edits.hide)
    return replace(
        issue,
        papers=tuple(paper for paper in issue.papers if paper.id not in hidden),
        updated=tuple(paper for paper in issue.updated if paper.id not in hidden),
        edits=edits,
        revision=revision,
    )


def merged(stored: IssueEdits, from_file: Mapping[str, object]) -> IssueEdits:
    """Return the edits of the store with those of a file, by their names.

    A text of the file replaces the stored one; papers that it names are added to the stored ones.
    """
    values: dict[str, Any] = dict(from_file)
    for kind in PaperMark:
        own = getattr(stored, kind)
        values[kind] = tuple(dict.fromkeys((*_ids(from_file.get(kind)), *own)))
    return replace(stored, **values)


def _ids(value: object) -> tuple[str, ...]:
    return value if isinstance(value, tuple) else ()


def marked(edits: IssueEdits, kind: PaperMark, paper_id: str) -> IssueEdits:
    """Return `edits` with a paper hidden, promoted or pinned.

    A hidden paper is neither promoted nor pinned; to promote or pin it shows it again.
    """
    hides = kind is PaperMark.HIDE
    clean = unmarked(edits, paper_id) if hides else _without(edits, PaperMark.HIDE, paper_id)
    papers = getattr(clean, kind)
    if paper_id in papers:
        return clean
    values: dict[str, Any] = {kind: (*papers, paper_id)}
    return replace(clean, **values)


def unmarked(edits: IssueEdits, paper_id: str) -> IssueEdits:
    """Return `edits` with a paper as it would be without them."""
    for kind in PaperMark:
        edits = _without(edits, kind, paper_id)
    return edits


def _without(edits: IssueEdits, kind: PaperMark, paper_id: str) -> IssueEdits:
    values: dict[str, Any] = {kind: tuple(p for p in getattr(edits, kind) if p != paper_id)}
    return replace(edits, **values)


def check(edits: IssueEdits) -> None:
    """Raise `IssueError` where a text is too long, has line breaks, or a wrong placeholder."""
    for name, most in MOST_CHARACTERS.items():
        length = len(getattr(edits, name))
        if length > most:
            text = _("{field}: {length} characters are too many, {most} fit into a mail")
            raise IssueError(text.format(field=name, length=f"{length:,}", most=f"{most:,}"))
    for name in ("subject", "preheader"):
        if not getattr(edits, name).isprintable():
            raise IssueError(_("{field}: must be a single line").format(field=name))
    if not is_subject(edits.subject):
        raise IssueError(f"subject: {_('must be {format}').format(format=_(SUBJECT.name))}")
    if any(len(getattr(edits, kind)) > MOST_PAPERS for kind in PaperMark):
        raise IssueError(_("an issue can have {most} papers marked").format(most=MOST_PAPERS))


def unknown_papers(edits: IssueEdits, paper_ids: Collection[str]) -> tuple[str, ...]:
    """Return the papers that `edits` name and an issue with `paper_ids` does not have."""
    named = dict.fromkeys(paper for kind in PaperMark for paper in getattr(edits, kind))
    return tuple(paper for paper in named if paper not in paper_ids)


def changes(before: IssueEdits, after: IssueEdits) -> Iterator[tuple[str, str]]:
    """Yield what differs, as actions for the audit log, each with the paper it is about or ""."""
    for name in ("note", "subject", "preheader", "block"):
        if getattr(before, name) != getattr(after, name):
            yield f"{name} changed" if getattr(after, name) else f"{name} removed", ""
    if before.block_place != after.block_place and before.block == after.block:
        yield "block moved", ""
    for kind, done, undone in (
        (PaperMark.HIDE, "paper hidden", "paper shown again"),
        (PaperMark.PROMOTE, "paper promoted", "paper no longer promoted"),
        (PaperMark.PIN, "paper pinned", "paper no longer pinned"),
    ):
        old, new = getattr(before, kind), getattr(after, kind)
        yield from ((done, paper) for paper in new if paper not in old)
        yield from ((undone, paper) for paper in old if paper not in new)
