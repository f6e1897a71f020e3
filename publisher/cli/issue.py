"""`publisher issue`: edit the next issue, try it out, and decide when it goes."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

import click

from publisher.cli import InOrder, issues, options, sending, show
from publisher.errors import IssueError
from publisher.models import BlockPlace
from publisher.services import build
from publisher.services.store import open_store
from publisher.translation import _

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime
    from pathlib import Path
    from typing import TextIO

    from publisher.models import Collection, Issue, IssueEdits, Paper
    from publisher.models.ledger import Decision, IssuePlan
    from publisher.newsletter.editing import Hold
    from publisher.settings import Settings
    from publisher.store.database import Store

_TIME_FORMATS = ("%Y-%m-%d %H:%M", "%Y-%m-%dT%H:%M", "%Y-%m-%d")
_COLUMNS = 60  # of a title in the list of papers

_issue_id = click.argument(
    "issue_id",
    required=False,
    metavar="[ISSUE]",
    help="Id such as 2024-W49.  [default: the issue that is due, else the next one]",
)


@click.group(cls=InOrder)
def issue() -> None:
    """Edit the next issue, try it out, and decide when it is sent.

    A file `issues/2024-W49.md` beside publisher.toml does the same: its text is the note.
    """


@contextmanager
def _opened(
    issue_id: str | None, config: Path | None, source: tuple[Path, ...]
) -> Iterator[tuple[Issue, Settings, Store, Collection]]:
    """Open the store, and yield the issue that is meant, without its edits, and its sources."""
    settings = options.settings_of(config, source)
    collection = build.collect(settings, show.parsing)
    with open_store(settings) as store:
        raw = issues.raw_issue_or_next(issue_id, collection, settings, store)
        yield raw, settings, store, collection


@issue.command("show")
@_issue_id
@options.as_json
@options.config
@options.source
@options.verbose
def show_issue(
    *,
    issue_id: str | None,
    as_json: bool,
    config: Path | None,
    source: tuple[Path, ...],
    verbose: bool,
) -> None:
    """Show the edits of an issue, whether it will be sent, and its papers with their ids."""
    from publisher.services import editing

    with _opened(issue_id, config, source) as (raw, settings, store, _collection):
        plan, info = store.plans.get(raw.id), store.issues.get(raw.id)
        why = None if info else editing.hold(raw, plan, settings, sending.now())
        problem, edits = "", plan.edits
        try:
            edits = editing.edited(raw, settings, store).edits
        except IssueError as error:
            problem = str(error)
    if as_json:
        show.json_line(_values(raw, edits, plan, why, frozen=info is not None) | _if(problem))
        return
    for text in _lines(raw, edits, settings):
        show.line(text)
    show.rows([_row(paper, edits) for paper in raw.papers], ("", "ID", _("Title")))
    if info is not None:
        show.note(_("{issue} is frozen: it can't be edited any more").format(issue=raw.id))
    else:
        show.note(_standing(raw, plan, why, settings))
    if problem:
        raise IssueError(problem)


def _if(problem: str) -> dict[str, object]:
    return {"problem": problem} if problem else {}


@issue.command("edit")
@_issue_id
@click.option("--note", metavar="TEXT", help="Markdown above the papers; empty: none.")
@click.option("--note-file", type=click.File(), metavar="FILE", help="The same, from a file.")
@click.option("--subject", metavar="TEXT", help="Subject; {papers}, {topics}... are filled in.")
@click.option("--preheader", metavar="TEXT", help="The line that inboxes show after the subject.")
@click.option("--block", metavar="TEXT", help="Markdown after the highlights or at the end.")
@click.option("--block-place", type=options.OneOf(BlockPlace), help="Place of the block.")
@click.option(
    "--hide",
    multiple=True,
    metavar="PAPER",
    help="Leave a paper out, by its id or words of its title.",
)
@click.option("--promote", multiple=True, metavar="PAPER", help="Put it among the highlights.")
@click.option("--pin", multiple=True, metavar="PAPER", help="Put it first under its topic.")
@click.option("--reset", multiple=True, metavar="PAPER", help="Take back what was done to it.")
@options.as_json
@options.config
@options.source
@options.verbose
def edit(
    *,
    issue_id: str | None,
    note: str | None,
    note_file: TextIO | None,
    subject: str | None,
    preheader: str | None,
    block: str | None,
    block_place: BlockPlace | None,
    hide: tuple[str, ...],
    promote: tuple[str, ...],
    pin: tuple[str, ...],
    reset: tuple[str, ...],
    as_json: bool,
    config: Path | None,
    source: tuple[Path, ...],
    verbose: bool,
) -> None:
    """Change an issue before it is sent; without options, write its note in your editor.

    Each change counts until the issue is frozen, which is right before it is sent.
    """
    from publisher.newsletter.editing import PaperMark
    from publisher.services import editing

    if note is not None and note_file is not None:
        raise click.UsageError(_("--note and --note-file exclude each other"))
    named = ((PaperMark.HIDE, hide), (PaperMark.PROMOTE, promote), (PaperMark.PIN, pin))
    marks = [(kind, paper) for kind, papers in (*named, (None, reset)) for paper in papers]
    texts = {
        "note": note_file.read().strip() if note_file else note,
        "subject": subject,
        "preheader": preheader,
        "block": block,
        "block_place": block_place,
    }
    changed: dict[str, object] = {name: value for name, value in texts.items() if value is not None}
    with _opened(issue_id, config, source) as (raw, settings, store, _collection):
        if not changed and not marks:
            changed = _written_note(editing.edited(raw, settings, store).edits.note)
        now = sending.now()
        editing.change_issue(raw, changed, marks, settings, store, by=options.user(), now=now)
        plan, edits = store.plans.get(raw.id), editing.edited(raw, settings, store).edits
        why = editing.hold(raw, plan, settings, now)
    if as_json:
        show.json_line(_values(raw, edits, plan, why))
        return
    for text in _lines(raw, edits, settings):
        show.line(text)
    command = f"publisher issue test {raw.id}"
    show.note(_("`{command}` mails it to you, and to nobody else").format(command=command))


def _written_note(before: str) -> dict[str, object]:
    """Return the note as it is after the user's editor ends."""
    text = click.edit(before or "\n", extension=".md")
    if text is None:
        raise IssueError(_("nothing was changed; --note TEXT or --note-file FILE give a note too"))
    return {"note": text.strip()}


@issue.command("test")
@_issue_id
@click.option("--to", metavar="ADDRESS", help="Address.  [default: yours, from the settings]")
@options.as_json
@options.config
@options.source
@options.verbose
def test(
    *,
    issue_id: str | None,
    to: str | None,
    as_json: bool,
    config: Path | None,
    source: tuple[Path, ...],
    verbose: bool,
) -> None:
    """Mail the issue as it is now to yourself, and to nobody else."""
    from publisher.addresses import normalise_email
    from publisher.cli.send import print_test
    from publisher.services import approval, publish

    settings = options.settings_of(config, source)
    address = normalise_email(to) if to else approval.operator_addresses(settings)[0]
    collection = build.collect(settings, show.parsing)
    with open_store(settings) as store:
        chosen = issues.issue_or_next(issue_id, collection, settings, store)
        answer = publish.send_test(chosen, settings, store, address)
    print_test(chosen, address, answer, as_json=as_json)


@issue.command("approve")
@_issue_id
@options.as_json
@options.config
@options.source
@options.verbose
def approve(
    *,
    issue_id: str | None,
    as_json: bool,
    config: Path | None,
    source: tuple[Path, ...],
    verbose: bool,
) -> None:
    """Let an issue go when it is due; ends a postponement, and takes a skip back.

    The next `publisher send`, `publish` or `run` sends it.
    """
    from publisher.models.ledger import Decision

    _decide(issue_id, Decision.APPROVED, config, source, as_json=as_json)


@issue.command("postpone")
@_issue_id
@click.option(
    "--until",
    required=True,
    type=click.DateTime(_TIME_FORMATS),
    metavar="TIME",
    help='Such as "2024-12-10 09:00", in the time zone of the site.',
)
@options.as_json
@options.config
@options.source
@options.verbose
def postpone(
    *,
    issue_id: str | None,
    until: datetime,
    as_json: bool,
    config: Path | None,
    source: tuple[Path, ...],
    verbose: bool,
) -> None:
    """Send an issue later; where issues need an approval, you are asked again then."""
    from publisher.models.ledger import Decision

    _decide(issue_id, Decision.POSTPONED, config, source, as_json=as_json, until=until)


@issue.command("skip")
@_issue_id
@options.as_json
@options.config
@options.source
@options.verbose
def skip(
    *,
    issue_id: str | None,
    as_json: bool,
    config: Path | None,
    source: tuple[Path, ...],
    verbose: bool,
) -> None:
    """Never send an issue; its papers go into the next one."""
    from publisher.models.ledger import Decision

    _decide(issue_id, Decision.SKIPPED, config, source, as_json=as_json)


@issue.command("send-now")
@_issue_id
@options.as_json_lines
@options.force
@options.config
@options.source
@options.verbose
def send_now(
    *,
    issue_id: str | None,
    as_json: bool,
    force: bool,
    config: Path | None,
    source: tuple[Path, ...],
    verbose: bool,
) -> None:
    """Send an issue to everyone now, due or not; papers that come later go into the next one."""
    from publisher.models.ledger import Decision
    from publisher.services import editing

    with _opened(issue_id, config, source) as (raw, settings, store, collection):
        by, now = options.user(), sending.now()
        editing.decide(raw.id, Decision.RELEASED, settings, store, by=by, now=now)
        result = sending.send_issues(
            settings, store, collection, issues=[raw], force=force, as_json=as_json
        )
    if not result.well:
        raise SystemExit(1)


def _decide(
    issue_id: str | None,
    decision: Decision,
    config: Path | None,
    source: tuple[Path, ...],
    *,
    as_json: bool,
    until: datetime | None = None,
) -> None:
    """Write a decision, and print when the issue goes."""
    from publisher.services import editing

    with _opened(issue_id, config, source) as (raw, settings, store, _collection):
        if until is not None:
            until = until.replace(tzinfo=settings.site.zone)
        now = sending.now()
        editing.decide(raw.id, decision, settings, store, by=options.user(), now=now, until=until)
        plan = store.plans.get(raw.id)
        edits = editing.edited(raw, settings, store).edits
        why = editing.hold(raw, plan, settings, now)
    if as_json:
        show.json_line(_values(raw, edits, plan, why))
    else:
        show.line(_standing(raw, plan, why, settings))


def _lines(raw: Issue, edits: IssueEdits, settings: Settings) -> Iterator[str]:
    """Yield the edits of an issue in words."""
    from publisher.services.editing import edit_file

    yield _("{issue}: {papers}").format(
        issue=raw.id, papers=show.number_of(len(raw.papers), "1 paper", "{count} papers")
    )
    path = edit_file(raw.id, settings)
    if path.exists():
        yield _("file: {path}").format(path=path)
    for name, text in (
        (_("subject"), edits.subject),
        (_("preheader"), edits.preheader),
        (_("note"), edits.note),
        (_("block, after the highlights"), edits.block if _above(edits) else ""),
        (_("block, at the end"), "" if _above(edits) else edits.block),
    ):
        if text:
            yield f"{name}: {text}" if "\n" not in text else f"{name}:"
            yield from (f"    {line}".rstrip() for line in text.splitlines() if "\n" in text)


def _above(edits: IssueEdits) -> bool:
    return edits.block_place is BlockPlace.HIGHLIGHTS


def _row(paper: Paper, edits: IssueEdits) -> tuple[str, str, str]:
    """Return a paper as a line of the list, with what was done to it."""
    marks = [
        (_("hidden"), edits.hide),
        (_("promoted"), edits.promote),
        (_("pinned"), edits.pin),
    ]
    words = _(", ").join(word for word, papers in marks if paper.id in papers)
    return words, paper.id, paper.title


def _standing(raw: Issue, plan: IssuePlan, why: Hold | None, settings: Settings) -> str:
    """Return when an issue goes, or why it does not."""
    from publisher.newsletter.editing import Hold

    moment = raw.end if plan.until is None else plan.until.astimezone(settings.site.zone)
    approve = settings.newsletter.approve and plan.decision != "approved"
    text = {
        None: _("{issue}: the next `publisher send`, `publish` or `run` sends it"),
        Hold.NOT_DUE: _("{issue}: is due {moment}, and waits for your approval then")
        if approve
        else _("{issue}: is due {moment}, and goes then"),
        Hold.SKIPPED: _("{issue}: is not sent; its papers go into the next issue"),
        Hold.POSTPONED: _("{issue}: is postponed to {moment}"),
        Hold.UNAPPROVED: _("{issue}: waits for `publisher issue approve {issue}`"),
    }[why]
    return text.format(issue=raw.id, moment=f"{moment:%Y-%m-%d %H:%M %Z}")


def _values(
    raw: Issue, edits: IssueEdits, plan: IssuePlan, why: Hold | None, *, frozen: bool = False
) -> dict[str, object]:
    """Return an issue with its edits as JSON values."""
    return {
        "issue": raw.id,
        "due": raw.end.isoformat(),
        "frozen": frozen,
        "held": why,
        "decision": plan.decision or None,
        "until": plan.until and plan.until.isoformat(),
        "by": plan.by or None,
        "note": edits.note,
        "subject": edits.subject,
        "preheader": edits.preheader,
        "block": edits.block,
        "block_place": edits.block_place,
        "hide": list(edits.hide),
        "promote": list(edits.promote),
        "pin": list(edits.pin),
        "papers": [{"id": paper.id, "title": paper.title} for paper in raw.papers],
    }
