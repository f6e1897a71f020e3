"""`publisher send`: send an issue, or try it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from publisher.cli import options, sending, show
from publisher.errors import IssueError

if TYPE_CHECKING:
    from pathlib import Path

    from publisher.models import Collection, Issue
    from publisher.settings import Settings
    from publisher.store.database import Store


@click.command()
@click.option("--issue", "issue_id", metavar="ID", help="e.g. 2024-W49.  [default: due]")
@click.option("--dry-run", is_flag=True, help="Say who would get what; send and keep nothing.")
@click.option("--to", metavar="ADDRESS", help="Send a test copy to this address only.")
@click.option(
    "--retry-unknown", is_flag=True, help="Send again where nobody knows whether it arrived."
)
@click.option("--abandon", is_flag=True, help="Let those be where nobody knows.")
@click.option("--json", "as_json", is_flag=True, help="Events as JSON lines.")
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
    """Send the issues that are due, or the one named, to everyone who has not got it."""
    from publisher.addresses import normalise_email
    from publisher.services import build, publish

    if retry_unknown and abandon:
        raise click.UsageError("--retry-unknown and --abandon: one or the other")
    settings = options.settings_of(config, source)
    to = None if to is None else normalise_email(to)
    collection = build.collect(settings, show.parsing)
    with build.open_store(settings) as store:
        if dry_run or to is not None:
            wanted = _wanted(issue_id, collection, settings, store)
            if to is not None and not dry_run:
                where = publish.send_test(wanted, settings, store, to)
                show.line(f"{wanted.id}: a test copy went to {to}: {where}")
            else:
                _foretell(wanted, settings, store, to)
            return
        if retry_unknown or abandon:
            _settle(store, issue_id, again=retry_unknown)
        if abandon:
            return
        issues: tuple[Issue, ...] = ()
        if issue_id is None:
            issues = publish.due(collection, settings, store, sending.now())
        elif store.issues.get(issue_id) is None:
            issues = (publish.by_id(issue_id, collection, settings, store),)
        if not sending.send_due(issues, settings, store, collection, force=force, as_json=as_json):
            raise SystemExit(1)


def _settle(store: Store, issue_id: str | None, *, again: bool) -> None:
    from publisher.models import DeliveryState
    from publisher.services import build

    state = DeliveryState.READY if again else DeliveryState.ABANDONED
    count = build.settle_doubts(store, issue_id, state, by=options.user(), now=sending.now())
    what = "go again" if again else "are let be"
    show.note(f"{show.count(count, 'delivery', 'deliveries')} in doubt {what}")


def _wanted(
    issue_id: str | None, collection: Collection, settings: Settings, store: Store
) -> Issue:
    from publisher.services import publish

    if issue_id is not None:
        return publish.by_id(issue_id, collection, settings, store)
    issue = publish.upcoming(collection, settings, store, sending.now())
    if issue is None:
        raise IssueError("no paper that no issue has held yet")
    return issue


def _foretell(issue: Issue, settings: Settings, store: Store, to: str | None) -> None:
    from publisher.services import publish

    made = publish.draft(issue, settings, store)
    total = 1 if to is not None else sum(made.recipients.values())
    show.line(
        f"{issue.id}: {show.count(len(issue.papers), 'paper')} would go to "
        f"{show.count(total, 'subscriber')} by {settings.mail.transport}"
    )
    for key, edition in made.editions.items():
        topics = ", ".join(edition.topics) or "all topics"
        papers = show.count(edition.paper_count, "paper")
        show.line(
            f"  {show.count(made.recipients[key], 'subscriber')}: {edition.subject} "
            f"[{topics}; {edition.language}, {edition.length}; {papers}, "
            f"{len(edition.html.encode()) / 1000:.0f} kB]"
        )
