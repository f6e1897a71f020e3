"""`publisher status`: subscribers, issues, and tasks in the background."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from publisher.cli import options, sending, show
from publisher.cli.words import word
from publisher.newsletter.editing import HOLDS, Hold, hold_of
from publisher.services.store import open_store
from publisher.translation import _

if TYPE_CHECKING:
    from pathlib import Path

    from publisher.settings import Settings
    from publisher.store.database import Store

SHOWN_DOUBTS = 20
SHOWN_SUPPRESSIONS = 20


@click.command()
@options.as_json
@options.config
@options.verbose
def status(*, as_json: bool, config: Path | None, verbose: bool) -> None:
    """Show subscribers, issues, and deliveries that wait or are in doubt."""
    settings = options.settings_of(config)
    with open_store(settings) as store:
        state = report(store) | {"held": _held(store, settings)}
    if as_json:
        show.json_line(state)
        return
    _show_people(state["subscribers"], state["suppressed"])
    for task in state["tasks"]:
        text = (
            _("{task}: {moment}: failed: {result}")
            if task["failed"]
            else "{task}: {moment}: {result}"
        )
        moment = task["at"] or _("running")
        show.line(text.format(task=word(task["name"]), moment=moment, result=task["result"]))
    if not state["issues"]:
        show.line(_("issues: none yet; `publisher send --dry-run` shows the next one"))
    for issue in state["issues"]:
        _show_issue(issue)
    for issue in state["held"]:
        show.line(f"{issue['id']}: {_(HOLDS[issue['reason']])}")
        if issue["reason"] is Hold.UNAPPROVED:
            text = _("`publisher issue approve {issue}` sends it; see `publisher issue show`")
            show.line("  " + text.format(issue=issue["id"]))


def _held(store: Store, settings: Settings) -> list[dict[str, Any]]:
    """Return the issues that an operator holds, or was asked about."""
    from publisher.models.ledger import Decision

    now, approve = sending.now(), settings.newsletter.approve
    holds = {
        issue_id: hold_of(plan, now, due=True, approve=approve)
        for issue_id, plan in store.plans.pending().items()
        if plan.asked_at or plan.decision is not Decision.NONE
    }
    return [{"id": issue_id, "reason": why} for issue_id, why in holds.items() if why]


def _show_issue(issue: dict[str, Any]) -> None:
    states = _(", ").join(
        f"{number:,} {word(name)}" for name, number in issue["deliveries"].items()
    )
    show.line(f"{issue['id']}: {word(issue['state'])}: {states or _('nobody')}")
    if issue["pause_reason"]:
        show.line("  " + _("paused: {reason}").format(reason=issue["pause_reason"]))
    doubts = issue["in_doubt"]
    for doubt in doubts[:SHOWN_DOUBTS]:
        text = _("in doubt: {email}: {reason}")
        email = doubt["email"] or _("erased")
        show.line("  " + text.format(email=email, reason=doubt["reason"]))
    if (more := len(doubts) - SHOWN_DOUBTS) > 0:
        show.line("  " + _("and {count} more in doubt; see --json").format(count=more))
    if doubts:
        for text in (
            _("`publisher send --retry-unknown` sends these again; some may arrive twice"),
            _("`publisher send --abandon` gives them up"),
        ):
            show.line(f"  {text}")


def _show_people(counts: dict[str, int], suppressed: list[dict[str, str]]) -> None:
    numbers = _(", ").join(f"{number:,} {word(name)}" for name, number in counts.items())
    show.line(_("subscribers: {numbers}").format(numbers=numbers))
    for person in suppressed:
        text = _("suppressed: {email}: {reason}")
        show.line("  " + text.format(email=person["email"], reason=person["reason"]))
    if (more := counts["suppressed"] - len(suppressed)) > 0:
        text = _("and {count} more: `publisher subscribers list --status suppressed`")
        show.line("  " + text.format(count=f"{more:,}"))
    if suppressed:
        text = _("`publisher subscribers suppress --lift ADDRESS` lets mail go there again")
        show.line(f"  {text}")


def report(store: Store) -> dict[str, Any]:
    """Return the state of the store as JSON values."""
    from publisher.models import DeliveryState

    issues = []
    for info in store.issues.all():
        counts = store.deliveries.counts(info.id)
        doubts = store.deliveries.rows(info.id, [DeliveryState.IN_DOUBT])
        issues.append(
            {
                "id": info.id,
                "state": info.state,
                "pause_reason": info.pause_reason,
                "paused_until": info.paused_until and info.paused_until.isoformat(),
                "deliveries": {state.value: number for state, number in counts.items() if number},
                "in_doubt": [
                    {"subscriber": row.subscriber_id, "email": row.email, "reason": row.reason}
                    for row in doubts
                ],
            }
        )
    people = store.subscribers.count()
    return {
        "subscribers": {status.value: number for status, number in people.items()},
        "suppressed": [
            {
                "email": email,
                "reason": suppression.reason,
                "since": suppression.created_at.isoformat(timespec="seconds"),
            }
            for email, suppression in store.suppressions.newest(SHOWN_SUPPRESSIONS)
        ],
        "issues": issues,
        "tasks": [
            {
                "name": task.name,
                "at": task.ended_at and task.ended_at.isoformat(timespec="seconds"),
                "failed": task.failed,
                "result": task.result,
            }
            for task in store.tasks.all()
        ],
    }
