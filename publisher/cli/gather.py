"""`publisher gather`: the report of gathered days, and the state of announcements."""

from __future__ import annotations

import time
from datetime import timedelta
from typing import TYPE_CHECKING

import click

from publisher.cli import InOrder, options, sending, show
from publisher.services.store import open_store
from publisher.translation import _

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
@options.as_json
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
    as_json: bool,
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
            raise click.BadParameter(
                _("{day} is still to come.").format(day=value), param_hint=name
            )
    settings = options.settings_of(config)
    chosen = GatherOptions(day, since, dry_run, budget)
    with graceful_stop() as stopping, open_store(settings) as store:
        say = show.note if as_json else show.line
        around = Surroundings(sending.now, time.monotonic, time.sleep, stopping, say)
        result = gather_papers(settings, store, around, chosen)
    show.warnings(result.problems)
    if as_json:
        show.json_line(_result_values(result))
    else:
        if dry_run:
            _show_choice(result, settings)
        _show_end(result, settings)
    if result.failed:
        context.exit(1)


def _result_values(result: GatherResult) -> dict[str, object]:
    from publisher.services import gather_report

    return {
        "written": [str(path) for path in result.written],
        "counts": [gather_report.report_row(row) for row in result.counts],
        "drafts": [
            {
                "date": draft.day.isoformat(),
                "topic": draft.topic.name,
                "papers": [
                    {"id": each.paper.id, "title": each.paper.title, "score": each.score}
                    for each in draft.ranked
                ],
            }
            for draft in result.drafts
        ],
        "problems": list(result.problems),
        "failed": result.failed,
    }


def _show_choice(result: GatherResult, settings: Settings) -> None:
    from publisher.gather.summaries.costs import describe, estimate

    papers = 0
    for draft in result.drafts:
        count = show.number_of(len(draft.ranked), "1 paper", "{count} papers")
        show.line(f"{draft.day} {draft.topic.name}: {count}")
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
        parts = (
            show.number_of(len(result.written), "1 digest written", "{count} digests written"),
            show.number_of(chosen, "1 paper chosen", "{count} papers chosen"),
            show.number_of(summaries, "1 summary", "{count} summaries"),
        )
        show.line(_(", ").join(parts))
        if not chosen:
            earlier = sending.now().date() - timedelta(days=14)
            text = _("No new paper matched; `{command}` looks at earlier days too.")
            show.line(text.format(command=f"publisher gather --since {earlier}"))
        return
    from publisher.gather.arxiv.schedule import closed_note, next_release

    now = sending.now()
    if any(topic.categories for topic in settings.gather.topics):
        coming = next_release(now).astimezone(settings.site.zone)
        text = _("nothing new; arXiv's next batch is due {moment}")
        show.line(closed_note(now) or text.format(moment=f"{coming:%Y-%m-%d %H:%M %Z}"))
    else:
        show.line(_("nothing new"))


@gather.command("report")
@click.option(
    "--since", type=options.DAY, help="First day, such as 2026-11-25.  [default: 30 days ago]"
)
@options.as_json_lines
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
            show.json_line(gather_report.report_row(row))
        else:
            show.line(gather_report.report_line(row))
    if not rows:
        text = _("nothing was gathered since {day}: `publisher gather` does so")
        show.note(text.format(day=first))


@gather.command("status")
@options.as_json
@options.config
@options.verbose
def status(*, as_json: bool, config: Path | None, verbose: bool) -> None:
    """Show what was announced last, what is still awaited, and what was spent today."""
    from publisher.services.gather_report import gather_state

    settings = options.settings_of(config)
    with open_store(settings) as store:
        state = gather_state(settings, store, sending.now())
    if as_json:
        show.json_line(_values(state, settings))
        return
    if not settings.gather.topics:
        show.note(
            _(
                "nothing to gather: the settings have no [[gather.topics]]; "
                "`publisher init --arxiv CATEGORY --keyword PHRASE` shows the lines"
            )
        )
    for record in state.batches:
        show.line(_batch_line(record, settings))
    for name in state.unread:
        show.line(_("{name}: not read yet").format(name=name))
    if state.next_release:
        moment = _moment(state.next_release, settings)
        show.line(_("arXiv announces next: {moment}").format(moment=moment))
    for topic, day in state.digests:
        text = _("{topic}: newest digest of {day}") if day else _("{topic}: no digest yet")
        show.line(text.format(topic=topic, day=day))
    show.line(_spending_line(state, settings))


def _batch_line(record: BatchRecord, settings: Settings) -> str:
    from publisher.services.gather_report import channel_name

    parts = [f"{channel_name(record.source, record.channel)}: {record.day} {record.state.value}"]
    if record.total:
        parts.append(show.number_of(record.total, "1 paper", "{count} papers"))
    if record.message:
        parts.append(record.message)
    if record.next_try and not record.state.is_settled:
        parts.append(_("next try {moment}").format(moment=_moment(record.next_try, settings)))
    return _(", ").join(parts)


def _moment(moment: datetime, settings: Settings) -> str:
    return f"{moment.astimezone(settings.site.zone):%Y-%m-%d %H:%M %Z}"


def _spending_line(state: GatherState, settings: Settings) -> str:
    from publisher.services.gather_report import money

    model = settings.gather.model
    cost, tokens = money(state.cost_micro), f"{state.tokens:,}"
    if model.budget_per_day:
        cost = _("{spent} of {limit}").format(spent=cost, limit=f"{model.budget_per_day:,.2f}")
    if model.tokens_per_day:
        tokens = _("{spent} of {limit}").format(spent=tokens, limit=f"{model.tokens_per_day:,}")
    return _("spent today: {cost}, {tokens} tokens").format(cost=cost, tokens=tokens)


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
