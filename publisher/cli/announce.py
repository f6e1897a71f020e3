"""`publisher announce`: announce new papers and issues in chats and networks."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from publisher.cli import options, show
from publisher.translation import _

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from publisher.models.announcements import Announcement
    from publisher.services.announcements.report import AnnouncementReport
    from publisher.settings import Settings
    from publisher.settings.sections import AnnounceTarget

_LISTED = 30


@click.command()
@click.option("--target", metavar="NAME", default="", help="Only this target.  [default: all]")
@click.option("--dry-run", is_flag=True, help="Print what would be announced; send nothing.")
@click.option("--test", is_flag=True, help="Send a short text, to see that the address is right.")
@click.option("--list", "list_", is_flag=True, help="List the newest announcements.")
@click.option(
    "--retry-unknown", is_flag=True, help="Resend announcements whose outcome is unknown."
)
@click.option("--abandon", is_flag=True, help="Give up announcements whose outcome is unknown.")
@options.as_json_lines
@options.config
@options.source
@options.verbose
def announce(
    *,
    target: str,
    dry_run: bool,
    test: bool,
    list_: bool,
    retry_unknown: bool,
    abandon: bool,
    as_json: bool,
    config: Path | None,
    source: tuple[Path, ...],
    verbose: bool,
) -> None:
    """Announce new papers and issues in chats and networks.

    Run it after the site is uploaded. Running it again announces nothing twice.
    """
    from publisher.services.announcements.announce import chosen_targets

    if sum((dry_run, test, list_, retry_unknown, abandon)) > 1:
        raise click.UsageError(
            _("--dry-run, --test, --list, --retry-unknown and --abandon exclude each other")
        )
    settings = options.settings_of(config, source)
    targets = chosen_targets(settings, target)
    if list_:
        _list(settings, target, as_json=as_json)
    elif test:
        _test(targets, settings, as_json=as_json)
    elif dry_run:
        _print_drafts(targets, settings, as_json=as_json)
    elif abandon:
        _settle(targets, settings, again=False)
    else:
        if retry_unknown:
            _settle(targets, settings, again=True)
        _announce(targets, settings, as_json=as_json)


def _announce(targets: Sequence[AnnounceTarget], settings: Settings, *, as_json: bool) -> None:
    from publisher.cli.sending import now
    from publisher.services import build
    from publisher.services.announcements.announce import announce as run
    from publisher.services.store import open_store

    collection = build.collect(settings, show.parsing)
    well, count = True, 0
    with open_store(settings) as store:
        for report in run(collection, settings, store, targets, now=now):
            count += 1
            well = well and not report.is_problem
            _print_report(report, as_json=as_json)
    if not count:
        show.note(_("nothing new to announce"))
    if not well:
        raise SystemExit(1)


def _test(targets: Sequence[AnnounceTarget], settings: Settings, *, as_json: bool) -> None:
    from publisher.services.announcements.announce import send_test

    reports = [send_test(target, settings) for target in targets]
    for report in reports:
        _print_report(report, as_json=as_json)
    if any(report.is_problem for report in reports):
        raise SystemExit(1)


def _print_drafts(targets: Sequence[AnnounceTarget], settings: Settings, *, as_json: bool) -> None:
    from publisher.cli.sending import now
    from publisher.services import build
    from publisher.services.announcements.announce import drafts
    from publisher.services.announcements.news import News
    from publisher.services.store import read_store

    collection = build.collect(settings, show.parsing)
    store = read_store(settings)
    try:
        texts = list(drafts(News(collection, settings, store, now()), targets))
    finally:
        if store is not None:
            store.close()
    for draft in texts:
        if as_json:
            values = {"target": draft.target, "service": draft.service, "items": draft.items}
            show.json_line({**values, "title": draft.text.title, "body": draft.text.body})
            continue
        length = len(draft.text.title) + len(draft.text.body)
        text = _("{target} ({service}), {count} characters:")
        show.note(text.format(target=draft.target, service=draft.service, count=length))
        show.line(f"{draft.text.title}\n\n{draft.text.body}\n")
    if not texts:
        show.note(
            _("nothing new to announce: papers count for {count} days").format(
                count=settings.announce.max_age_days
            )
        )


def _settle(targets: Sequence[AnnounceTarget], settings: Settings, *, again: bool) -> None:
    from publisher.cli.sending import now
    from publisher.models import DeliveryState
    from publisher.services.announcements.announce import settle_doubts
    from publisher.services.store import open_store

    state = DeliveryState.READY if again else DeliveryState.ABANDONED
    with open_store(settings) as store:
        count = settle_doubts(targets, store, state, by=options.user(), now=now())
    if again:
        text = show.number_of(
            count,
            "1 announcement in doubt: will be sent again",
            "{count} announcements in doubt: will be sent again",
        )
    else:
        text = show.number_of(
            count, "1 announcement in doubt: given up", "{count} announcements in doubt: given up"
        )
    show.note(text)


def _list(settings: Settings, target: str, *, as_json: bool) -> None:
    from publisher.services.store import read_store

    store = read_store(settings)
    rows: list[Announcement] = []
    if store is not None:
        with store:
            rows = store.announcements.newest(_LISTED, target=target)
    for row in rows:
        values = {
            "id": row.id,
            "at": row.created_at.astimezone(settings.site.zone).isoformat(timespec="minutes"),
            "target": row.target,
            "event": row.event,
            "state": row.state.value,
            "attempts": row.attempts,
            "title": row.text.title,
            "reason": row.reason,
        }
        if as_json:
            show.json_line(values)
        else:
            show.line("  ".join(str(value) for value in values.values() if value != ""))
    if not rows:
        show.note(_("nothing was announced yet"))


def _print_report(report: AnnouncementReport, *, as_json: bool) -> None:
    from publisher.services.announcements.report import in_words

    if as_json:
        next_at = report.next_at
        values = {
            "target": report.target,
            "state": report.state.value if report.state else "",
            "title": report.title,
            "reason": report.reason,
            "next_try": next_at.isoformat(timespec="seconds") if next_at else "",
        }
        show.json_line(values)
        return
    write = show.note if report.is_problem or report.known is not None else show.line
    write(in_words(report))
