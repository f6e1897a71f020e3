"""An editor's hand on an issue: by a file beside the settings, by commands, or on a page.

The file `issues/2024-W49.md` is Markdown, the note, with front matter for the rest. What it says
counts: a text in the file replaces the stored one, and papers that it names are added to those of
the store. What commands and pages change is stored, see store/ledger/issue_plans.py.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from publisher.errors import IssueError
from publisher.models import BlockPlace, IssueEdits
from publisher.newsletter import edit_files, editing
from publisher.newsletter.editing import Hold, PaperMark
from publisher.newsletter.periods import absolute, frequency_of, next_due, period_by_id
from publisher.paper_id import arxiv_id_of_field
from publisher.translation import _

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime
    from pathlib import Path

    import yaml

    from publisher.models import Issue, Paper
    from publisher.models.ledger import Decision, IssuePlan
    from publisher.settings import Settings
    from publisher.store.database import Store

TEXTS = ("subject", "preheader", "block", "block_place")


@dataclass(frozen=True, slots=True)
class EditFile:
    """The edits in a file: `values` by the names of `IssueEdits`, `places` as "path:line".

    Papers have their ids for names in `places`.
    """

    path: Path | None = None
    values: Mapping[str, Any] = field(default_factory=dict)
    places: Mapping[str, str] = field(default_factory=dict)


def edit_file(issue_id: str, settings: Settings) -> Path:
    """Return the path of the file with which an issue may be edited."""
    return settings.path(edit_files.FOLDER) / f"{issue_id}.md"


def read_edit_file(issue_id: str, settings: Settings) -> EditFile:
    """Return the edits of the issue's file, none where there is no file.

    Where the folder is one of digests itself, its files have no edits.

    Raises `IssueError` with file and line.
    """
    path = edit_file(issue_id, settings)
    if not edit_files.has_edit_files(settings):
        return EditFile()
    try:
        text = path.read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        return EditFile()
    except OSError as error:
        raise IssueError(f"{path}: {error.strerror}") from error
    except UnicodeDecodeError as error:
        line = error.object[: error.start].count(b"\n") + 1
        raise IssueError(_("{place}: is not UTF-8").format(place=f"{path}:{line}")) from error
    values, places, body = _front_matter(text, path)
    if note := body.strip():
        values["note"] = note
    if "block" in values:
        values.setdefault("block_place", BlockPlace.END)
    try:
        editing.check(replace(IssueEdits(), **values))
    except IssueError as error:
        name = str(error).partition(":")[0]
        raise IssueError(f"{places.get(name, path)}: {error}") from error
    return EditFile(path, values, places)


def _front_matter(text: str, path: Path) -> tuple[dict[str, Any], dict[str, str], str]:
    """Return the values of the front matter, the places of its keys and papers, and the rest."""
    import yaml  # noqa: PLC0415 - few issues have a file
    from frontmatter.default_handlers import YAMLHandler  # noqa: PLC0415 - see above

    handler = YAMLHandler()
    if not handler.detect(text):
        return {}, {}, text
    try:
        block, body = handler.split(text)
    except ValueError:
        message = _("{place}: the front matter has no end; a line --- is missing after it")
        raise IssueError(message.format(place=f"{path}:1")) from None
    above = text[: text.index(block, 3)].count("\n") + 1
    try:
        root = yaml.compose(block, Loader=yaml.BaseLoader)
    except yaml.MarkedYAMLError as error:
        line = above + (error.problem_mark.line if error.problem_mark else 0)
        raise IssueError(f"{path}:{line}: {error.problem}") from error
    except yaml.YAMLError as error:  # a character that no text has
        raise IssueError(f"{path}:{above}: {' '.join(str(error).split())}") from error
    values: dict[str, Any] = {}
    places: dict[str, str] = {}
    if root is not None and not isinstance(root, yaml.MappingNode):
        message = _("{place}: the front matter must be lines such as `subject: text`")
        raise IssueError(message.format(place=f"{path}:{above}"))
    for key, node in root.value if root is not None else ():
        place = f"{path}:{above + key.start_mark.line}"
        places[str(key.value)] = place
        values[str(key.value)] = _value(str(key.value), node, place)
        for item in _items(node):
            places[paper_id(item.value)] = f"{path}:{above + item.start_mark.line}"
    return values, places, body


def _value(name: str, node: yaml.Node, place: str) -> object:
    if name in set(PaperMark):
        papers = [paper_id(text) for item in _items(node) for text in str(item.value).split(",")]
        return tuple(dict.fromkeys(filter(None, papers)))
    if name not in TEXTS:
        names = ", ".join((*TEXTS, *PaperMark))
        message = _("{place}: no such key: {name}; there are {names}")
        raise IssueError(message.format(place=place, name=name, names=names))
    if not isinstance(node.value, str):
        raise IssueError(_("{place}: {name}: must be a text").format(place=place, name=name))
    text = node.value.strip()
    if name == "block_place":
        return block_place(text, place)
    return text


def _items(node: yaml.Node) -> list[yaml.Node]:
    """Return the texts of a list, or the one that stands alone."""
    nodes = node.value if isinstance(node.value, list) else [node]
    return [item for item in nodes if isinstance(getattr(item, "value", None), str)]


def block_place(text: str, place: str) -> BlockPlace:
    """Return the place of the free block that `text` names. Raises `IssueError` with `place`."""
    try:
        return BlockPlace(text)
    except ValueError:
        message = _("{place}: block_place: must be one of {names}")
        raise IssueError(message.format(place=place, names=", ".join(BlockPlace))) from None


def paper_id(text: str) -> str:
    """Return the id of the paper that `text` names: by that id, or by arXiv's, or its address."""
    number = arxiv_id_of_field(text)
    return number.key if number else text.strip()


def edited(issue: Issue, settings: Settings, store: Store) -> Issue:
    """Return `issue` with its edits; a frozen one with those that it was frozen with.

    Raises `IssueError` for a file that can't be read, or names papers that the issue lacks.
    """
    info = store.issues.get(issue.id)
    if info is not None:
        return editing.apply_edits(issue, info.edits)
    plan, file = store.plans.get(issue.id), read_edit_file(issue.id, settings)
    known = frozenset(paper.id for paper in (*issue.papers, *issue.updated))
    from_file = replace(IssueEdits(), **file.values)
    for paper in editing.unknown_papers(from_file, known):
        message = _(
            "{place}: {paper} is not in the issue; `publisher issue show {issue}` lists its papers"
        )
        place = file.places.get(paper, str(file.path))
        raise IssueError(message.format(place=place, paper=paper, issue=issue.id))
    return editing.apply_edits(issue, editing.merged(plan.edits, file.values), plan.revision)


def hold(issue: Issue, plan: IssuePlan, settings: Settings, now: datetime) -> Hold | None:
    """Return why `issue` is not sent at `now`, None where nothing but recipients is needed."""
    due = absolute(issue.end) <= absolute(now)
    return editing.hold_of(plan, now, due=due, approve=settings.newsletter.approve)


def change_issue(
    issue: Issue,
    texts: Mapping[str, Any],
    marks: Sequence[tuple[PaperMark | None, str]],
    settings: Settings,
    store: Store,
    *,
    by: str,
    now: datetime,
) -> None:
    """Store new texts and marks of papers of `issue`, which is without edits; all or nothing.

    `texts` are by their names in `IssueEdits`. `marks` hide, promote or pin papers, or (None) leave
    them as they would be; a paper is named by its id, arXiv's number or address, or its title.

    Raises `AlreadyFrozen`, and `IssueError`: also for a paper that the issue lacks, and for what
    its file says, as the file counts.
    """
    own = read_edit_file(issue.id, settings)
    current = editing.merged(store.plans.get(issue.id).edits, own.values)
    changed = {name: value for name, value in texts.items() if value != getattr(current, name)}
    for name in changed:
        if name in own.values:
            message = _("{place}: has the {name}, and the file counts; change it there")
            place = own.places.get(name, str(own.path))
            raise IssueError(message.format(place=place, name=name))
    papers = [(kind, find_paper(paper, issue).id) for kind, paper in marks]
    for kind, paper in papers:
        if any(paper in own.values.get(each, ()) for each in PaperMark if each is not kind):
            message = _("{place}: names {paper}, and the file counts; change it there")
            place = own.places.get(paper, str(own.path))
            raise IssueError(message.format(place=place, paper=paper))

    def edit(edits: IssueEdits) -> IssueEdits:
        edits = replace(edits, **changed)
        for kind, paper in papers:
            edits = editing.marked(edits, kind, paper) if kind else editing.unmarked(edits, paper)
        return edits

    store.plans.change(issue.id, edit, by=by, now=now)


def decide(
    issue_id: str,
    decision: Decision,
    settings: Settings,
    store: Store,
    *,
    by: str,
    now: datetime,
    until: datetime | None = None,
) -> bool:
    """Write the decision on an issue; return False where it is the same as the last one.

    `until` is the end of a postponement. Raises `AlreadyFrozen`, and `IssueError` where a later
    issue has its papers, or for a time that it can't be postponed to.
    """
    check_decidable(issue_id, store, settings)
    if until is not None:
        check_postponement(issue_id, until, settings, now)
    return store.plans.decide(issue_id, decision, by=by, now=now, until=until)


def find_paper(text: str, issue: Issue) -> Paper:
    """Return the paper of `issue` that `text` names. Raises `IssueError`."""
    papers = (*issue.papers, *issue.updated)
    wanted, title = paper_id(text), text.strip().casefold()
    matches = [paper for paper in papers if paper.id == wanted] or [
        paper for paper in papers if title and title in paper.title.casefold()
    ]
    if len(matches) == 1:
        return matches[0]
    if matches:
        message = _("{text}: is in {count} titles of the issue; take the id of the paper")
        raise IssueError(message.format(text=text, count=len(matches)))
    message = _("{text}: is not in issue {issue}; `publisher issue show {issue}` lists its papers")
    raise IssueError(message.format(text=text, issue=issue.id))


def check_decidable(issue_id: str, store: Store, settings: Settings) -> None:
    """Raise `IssueError` where a later issue has the papers of this one already."""
    period = period_by_id(issue_id, settings)
    later = [
        info.id
        for info in store.issues.all()
        if frequency_of(info.id) is period.frequency and absolute(info.end) > absolute(period.end)
    ]
    if later:
        message = _("issue {issue}: is over: its papers went into issue {later}")
        raise IssueError(message.format(issue=issue_id, later=later[0]))


def postponement_limits(
    issue_id: str, settings: Settings, now: datetime
) -> tuple[datetime, datetime]:
    """Return the times between which an issue may be postponed to.

    The first is when it is due, or now; at the second the next issue takes its papers over.
    """
    period = period_by_id(issue_id, settings)
    first = max(period.end, now, key=absolute)
    return first, next_due(first, settings, period.frequency)


def check_postponement(issue_id: str, until: datetime, settings: Settings, now: datetime) -> None:
    """Raise `IssueError` for a time in the past, or after the next issue takes over."""
    first, last = postponement_limits(issue_id, settings, now)
    if absolute(until) <= absolute(now):
        raise IssueError(_("that time is past; `publisher issue send-now` sends at once"))
    if not absolute(first) < absolute(until) < absolute(last):
        message = _(
            "{issue} can be postponed to a time between {start} and {end}, when the next issue "
            "takes its papers over"
        )
        zone = settings.site.zone
        raise IssueError(
            message.format(
                issue=issue_id,
                start=f"{first.astimezone(zone):%Y-%m-%d %H:%M}",
                end=f"{last.astimezone(zone):%Y-%m-%d %H:%M %Z}",
            )
        )
