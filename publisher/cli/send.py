"""`publisher send`: send issues, or try one out."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from publisher.cli import issues, letters, options, sending, show
from publisher.services import build
from publisher.services.store import open_store
from publisher.translation import _

if TYPE_CHECKING:
    from pathlib import Path

    from publisher.models import Edition, Issue
    from publisher.settings import Settings
    from publisher.store.database import Store


@click.command()
@click.option(
    "--issue",
    "issue_id",
    metavar="ID",
    shell_complete=options.built("issues"),
    help="Id such as 2024-W49.  [default: all that are due]",
)
@click.option("--dry-run", is_flag=True, help="Print who would get which edition; send nothing.")
@click.option(
    "--freeze",
    is_flag=True,
    help="Freeze what is due and write its page; the next `publisher send` sends it.",
)
@click.option("--to", metavar="ADDRESS", help="Send a test copy to this address only.")
@click.option("--retry-unknown", is_flag=True, help="Resend deliveries whose outcome is unknown.")
@click.option("--abandon", is_flag=True, help="Give up deliveries whose outcome is unknown.")
@options.as_json_lines
@options.force
@options.config
@options.source
@options.verbose
def send(
    *,
    issue_id: str | None,
    dry_run: bool,
    freeze: bool,
    to: str | None,
    retry_unknown: bool,
    abandon: bool,
    as_json: bool,
    force: bool,
    config: Path | None,
    source: tuple[Path, ...],
    verbose: bool,
) -> None:
    """Send an issue, or all that are due, to everyone who has not got it yet."""
    from publisher.addresses import normalise_email
    from publisher.services import drafts, publish

    if retry_unknown and abandon:
        raise click.UsageError(_("--retry-unknown and --abandon exclude each other"))
    settings = options.settings_of(config, source)
    to = None if to is None else normalise_email(to)
    collection = build.collect(settings, show.parsing)
    with open_store(settings) as store:
        if dry_run or to is not None:
            issue = issues.issue_or_next(issue_id, collection, settings, store)
            if to is not None and not dry_run:
                answer = publish.send_test(issue, settings, store, to)
                print_test(issue, to, answer, as_json=as_json)
            else:
                _print_plan(issue, settings, store, to, as_json=as_json)
            return
        if retry_unknown or abandon:
            _settle(store, issue_id, again=retry_unknown)
        if abandon:
            return
        chosen: tuple[Issue, ...] | None = None
        if issue_id is not None:
            is_frozen = store.issues.get(issue_id) is not None
            chosen = (
                () if is_frozen else (drafts.issue_by_id(issue_id, collection, settings, store),)
            )
        act = sending.freeze_only if freeze else sending.send_issues
        result = act(settings, store, collection, issues=chosen, force=force, as_json=as_json)
        letters.send_questions(result, settings, store)
        if not result.well:
            raise SystemExit(1)


def _settle(store: Store, issue_id: str | None, *, again: bool) -> None:
    from publisher.models import DeliveryState
    from publisher.services import publish

    state = DeliveryState.READY if again else DeliveryState.ABANDONED
    count = publish.settle_doubts(store, issue_id, state, by=options.user(), now=sending.now())
    if again:
        text = show.number_of(
            count,
            "1 delivery in doubt: will be sent again",
            "{count} deliveries in doubt: will be sent again",
        )
    else:
        text = show.number_of(
            count, "1 delivery in doubt: given up", "{count} deliveries in doubt: given up"
        )
    show.note(text)


def print_test(issue: Issue, to: str, answer: str, *, as_json: bool) -> None:
    """Print that a test copy was sent."""
    if as_json:
        show.json_line({"event": "test", "issue": issue.id, "to": to, "answer": answer})
    else:
        text = _("{issue}: test copy sent to {address}: {answer}")
        show.line(text.format(issue=issue.id, address=to, answer=answer))


def _print_plan(
    issue: Issue, settings: Settings, store: Store, to: str | None, *, as_json: bool
) -> None:
    """Print who would get which edition."""
    from publisher.services import drafts

    draft = drafts.draft_issue(issue, settings, store)
    if as_json:
        for key, edition in draft.editions.items():
            show.json_line(_values(issue, edition, draft.recipients[key]))
        return
    total = 1 if to is not None else sum(draft.recipients.values())
    show.line(
        _("{issue}: {papers} would go to {subscribers} by {transport}").format(
            issue=issue.id,
            papers=show.number_of(len(issue.papers), "1 paper", "{count} papers"),
            subscribers=show.number_of(total, "1 subscriber", "{count} subscribers"),
            transport=settings.mail.transport,
        )
    )
    for key, edition in draft.editions.items():
        readers = show.number_of(draft.recipients[key], "1 subscriber", "{count} subscribers")
        topics = _(", ").join(edition.topics) or _("all topics")
        papers = show.number_of(edition.paper_count, "1 paper", "{count} papers")
        show.line(
            f"  {readers}: {edition.subject} "
            f"[{topics}; {edition.language}, {edition.length}; {papers}, "
            f"{len(edition.html.encode()) / 1000:.0f} kB]"
        )


def _values(issue: Issue, edition: Edition, recipients: int) -> dict[str, object]:
    return {
        "event": "edition",
        "issue": issue.id,
        "recipients": recipients,
        "subject": edition.subject,
        "topics": list(edition.topics),
        "language": edition.language,
        "length": edition.length,
        "papers": edition.paper_count,
        "bytes": len(edition.html.encode()),
    }
