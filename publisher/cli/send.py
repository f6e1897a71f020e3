"""`publisher send`: send issues, or try one out."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from publisher.cli import issues, options, sending, show
from publisher.services import build
from publisher.services.store import open_store

if TYPE_CHECKING:
    from pathlib import Path

    from publisher.models import Issue
    from publisher.settings import Settings
    from publisher.store.database import Store


@click.command()
@click.option(
    "--issue", "issue_id", metavar="ID", help="Id such as 2024-W49.  [default: all that are due]"
)
@click.option("--dry-run", is_flag=True, help="Print who would get which edition; send nothing.")
@click.option("--to", metavar="ADDRESS", help="Send a test copy to this address only.")
@click.option("--retry-unknown", is_flag=True, help="Resend deliveries whose outcome is unknown.")
@click.option("--abandon", is_flag=True, help="Give up deliveries whose outcome is unknown.")
@click.option("--json", "as_json", is_flag=True, help="Print what is sent as JSON lines.")
@options.force
@options.config
@options.source
@options.verbose
def send(
    *,
    issue_id: str | None,
    dry_run: bool,
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
        raise click.UsageError("--retry-unknown and --abandon exclude each other")
    settings = options.settings_of(config, source)
    to = None if to is None else normalise_email(to)
    collection = build.collect(settings, show.parsing)
    with open_store(settings) as store:
        if dry_run or to is not None:
            issue = issues.issue_or_next(issue_id, collection, settings, store)
            if to is not None and not dry_run:
                answer = publish.send_test(issue, settings, store, to)
                show.line(f"{issue.id}: test copy sent to {to}: {answer}")
            else:
                _print_plan(issue, settings, store, to)
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
        result = sending.send_issues(
            settings, store, collection, issues=chosen, force=force, as_json=as_json
        )
        if not result.well:
            raise SystemExit(1)


def _settle(store: Store, issue_id: str | None, *, again: bool) -> None:
    from publisher.models import DeliveryState
    from publisher.services import publish

    state = DeliveryState.READY if again else DeliveryState.ABANDONED
    count = publish.settle_doubts(store, issue_id, state, by=options.user(), now=sending.now())
    result = "will be sent again" if again else "given up"
    show.note(f"{show.count(count, 'delivery', 'deliveries')} in doubt: {result}")


def _print_plan(issue: Issue, settings: Settings, store: Store, to: str | None) -> None:
    """Print who would get which edition."""
    from publisher.services import drafts

    draft = drafts.draft_issue(issue, settings, store)
    total = 1 if to is not None else sum(draft.recipients.values())
    show.line(
        f"{issue.id}: {show.count(len(issue.papers), 'paper')} would go to "
        f"{show.count(total, 'subscriber')} by {settings.mail.transport}"
    )
    for key, edition in draft.editions.items():
        topics = ", ".join(edition.topics) or "all topics"
        papers = show.count(edition.paper_count, "paper")
        show.line(
            f"  {show.count(draft.recipients[key], 'subscriber')}: {edition.subject} "
            f"[{topics}; {edition.language}, {edition.length}; {papers}, "
            f"{len(edition.html.encode()) / 1000:.0f} kB]"
        )
