"""`publisher gather`: the report of gathered days, and the state of announcements."""

from __future__ import annotations

import json
import time
from datetime import timedelta
from typing import TYPE_CHECKING

import click

from publisher.cli import InOrder, options, sending, show
from publisher.services.store import open_store

if TYPE_CHECKING:
    from datetime import date, datetime
    from pathlib import Path

    from publisher.models.gathering import BatchRecord
    from publisher.services.gather_records import GatherResult
    from publisher.services.gather_report import GatherState
    from publisher.settings import Settings


@click.group(cls=InOrder, invoke_without_command=True)
@click.option("--date", "day", type=options.DAY, help="Only this day, also if it is written.")
@click.option("--since", type=options.DAY, help="All days from this one on, such as 2026-11-25.")
@click.option("--dry-run", is_flag=True, help="Show what would be chosen, and what it would cost.")
@click.option("--budget", type=click.FloatRange(min=0), help="Money to spend today at most.")
@options.config
@options.verbose
@click.pass_context
def gather(
    context: click.Context,
    *,
    day: date | None,
    since: date | None,
    dry_run: bool,
    budget: float | None,
    config: Path | None,
    verbose: bool,
) -> None:
    """Write digests of what arXiv and other sources have announced.

    What is due and not read yet is read, days that were missed included. It may be run again and
    again, and be stopped at any moment.
    """
    if context.invoked_subcommand is not None:
        return
    from publisher.sender.delivery.signals import graceful_stop
    from publisher.services.gather import gather as gather_papers
    from publisher.services.gather_records import GatherOptions, Surroundings

    for name, value in (("--date", day), ("--since", since)):
        if value is not None and value > sending.now().date() + timedelta(days=1):
            raise click.BadParameter(f"{value} is still to come.", param_hint=name)
    settings = options.settings_of(config)
    chosen = GatherOptions(day, since, dry_run, budget)
    with graceful_stop() as stopping, open_store(settings) as store:
        around = Surroundings(sending.now, time.monotonic, time.sleep, stopping, show.line)
        result = gather_papers(settings, store, around, chosen)
    if dry_run:
        _show_choice(result, settings)
    show.warnings(result.problems)
    _show_end(result, settings)
    if result.failed:
        context.exit(1)


def _show_choice(result: GatherResult, settings: Settings) -> None:
    from publisher.gather.summaries.costs import describe, estimate

    papers = 0
    for draft in result.drafts:
        show.line(f"{draft.day} {draft.topic.name}: {show.count(len(draft.ranked), 'paper')}")
        papers += len(draft.ranked)
        for each in draft.ranked:
            reasons = f" ({'; '.join(each.reasons)})" if each.reasons else ""
            show.line(f"  {each.score:.2f} {each.paper.title}{reasons}")
    if settings.gather.model.url:
        show.line(describe(estimate(settings.gather, papers or None)))


def _show_end(result: GatherResult, settings: Settings) -> None:
    if result.drafts:
        chosen = sum(row.chosen for row in result.counts)
        summaries = sum(row.summarised + row.from_cache for row in result.counts)
        show.line(
            f"{show.count(len(result.written), 'digest')} written, "
            f"{show.count(chosen, 'paper')} chosen, "
            f"{show.count(summaries, 'summary', 'summaries')}"
        )
        if not chosen:
            earlier = sending.now().date() - timedelta(days=14)
            show.line(
                "No new paper matched; "
                f"`publisher gather --since {earlier}` looks at earlier days too."
            )
        return
    from publisher.gather.arxiv.schedule import closed_note, next_release

    now = sending.now()
    if any(topic.categories for topic in settings.gather.topics):
        coming = next_release(now).astimezone(settings.site.zone)
        show.line(
            closed_note(now) or f"nothing new; arXiv's next batch is due {coming:%Y-%m-%d %H:%M %Z}"
        )
    else:
        show.line("nothing new")


@gather.command("report")
@click.option(
    "--since", type=options.DAY, help="First day, such as 2026-11-25.  [default: 30 days ago]"
)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object per line.")
@options.config
@options.verbose
def report(*, since: date | None, as_json: bool, config: Path | None, verbose: bool) -> None:
    """List each day and category: announced, chosen, summarised, failed, and the cost."""
    from publisher.services import gather_report

    first = since or sending.now().date() - timedelta(days=gather_report.REPORT_DAYS)
    with open_store(options.settings_of(config)) as store:
        rows = gather_report.gather_counts(store, first)
    for row in rows:
        if as_json:
            show.line(json.dumps(gather_report.report_row(row), ensure_ascii=False))
        else:
            show.line(gather_report.report_line(row))
    if not rows:
        show.note(f"nothing was gathered since {first}: `publisher gather` does so")


@gather.command("status")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
@options.config
@options.verbose
def status(*, as_json: bool, config: Path | None, verbose: bool) -> None:
    """Show what was announced last, what is still awaited, and what was spent today."""
    from publisher.services.gather_report import gather_state

    settings = options.settings_of(config)
    with open_store(settings) as store:
        state = gather_state(settings, store, sending.now())
    if as_json:
        show.line(json.dumps(_values(state, settings), ensure_ascii=False))
        return
    if not settings.gather.topics:
        show.note("nothing to gather: the settings have no [[gather.topics]]")
    for record in state.batches:
        show.line(_batch_line(record, settings))
    for name in state.unread:
        show.line(f"{name}: not read yet")
    if state.next_release:
        show.line(f"arXiv announces next: {_moment(state.next_release, settings)}")
    for topic, day in state.digests:
        show.line(f"{topic}: " + (f"newest digest of {day}" if day else "no digest yet"))
    show.line(_spending_line(state, settings))


def _batch_line(record: BatchRecord, settings: Settings) -> str:
    from publisher.services.gather_report import channel_name

    parts = [f"{channel_name(record.source, record.channel)}: {record.day} {record.state.value}"]
    if record.total:
        parts.append(show.count(record.total, "paper"))
    if record.message:
        parts.append(record.message)
    if record.next_try and not record.state.is_settled:
        parts.append(f"next try {_moment(record.next_try, settings)}")
    return ", ".join(parts)


def _moment(moment: datetime, settings: Settings) -> str:
    return f"{moment.astimezone(settings.site.zone):%Y-%m-%d %H:%M %Z}"


def _spending_line(state: GatherState, settings: Settings) -> str:
    from publisher.services.gather_report import money

    model = settings.gather.model
    budget = f" of {model.budget_per_day:,.2f}" if model.budget_per_day else ""
    tokens = f" of {model.tokens_per_day:,}" if model.tokens_per_day else ""
    return f"spent today: {money(state.cost_micro)}{budget}, {state.tokens:,}{tokens} tokens"


def _values(state: GatherState, settings: Settings) -> dict[str, object]:
    from publisher.gather.summaries.costs import MICRO
    from publisher.services.gather_report import channel_name

    return {
        "announcements": [
            {
                "source": record.source,
                "category": channel_name(record.source, record.channel),
                "date": record.day.isoformat(),
                "state": record.state.value,
                "announced": record.total,
                "attempts": record.attempts,
                "next_try": record.next_try and record.next_try.isoformat(timespec="seconds"),
                "message": record.message,
            }
            for record in state.batches
        ],
        "unread": state.unread,
        "next_release": state.next_release and state.next_release.isoformat(timespec="seconds"),
        "digests": [
            {"topic": topic, "date": day and day.isoformat()} for topic, day in state.digests
        ],
        "spent": {
            "date": state.day.isoformat(),
            "cost": state.cost_micro / MICRO,
            "budget": settings.gather.model.budget_per_day or None,
            "tokens": state.tokens,
            "tokens_budget": settings.gather.model.tokens_per_day or None,
        },
    }
