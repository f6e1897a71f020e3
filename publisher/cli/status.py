"""`publisher status`: subscribers, issues, and tasks in the background."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import click

from publisher.cli import options, show
from publisher.services.store import open_store

if TYPE_CHECKING:
    from pathlib import Path

    from publisher.store.database import Store

SHOWN_DOUBTS = 20
SHOWN_SUPPRESSIONS = 20


@click.command()
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
@options.config
@options.verbose
def status(*, as_json: bool, config: Path | None, verbose: bool) -> None:
    """Show subscribers, issues, and deliveries that wait or are in doubt."""
    settings = options.settings_of(config)
    with open_store(settings) as store:
        state = report(store)
    if as_json:
        show.line(json.dumps(state, ensure_ascii=False))
        return
    _show_people(state["subscribers"], state["suppressed"])
    for task in state["tasks"]:
        failed = "failed: " if task["failed"] else ""
        show.line(f"{task['name']}: {task['at'] or 'running'}: {failed}{task['said']}")
    if not state["issues"]:
        show.line("issues: none yet")
    for issue in state["issues"]:
        states = ", ".join(f"{number:,} {name}" for name, number in issue["deliveries"].items())
        show.line(f"{issue['id']}: {issue['state']}: {states or 'nobody'}")
        if issue["pause_reason"]:
            show.line(f"  paused: {issue['pause_reason']}")
        for doubt in issue["in_doubt"][:SHOWN_DOUBTS]:
            show.line(f"  in doubt: {doubt['email'] or 'erased'}: {doubt['reason']}")
        if len(issue["in_doubt"]) > SHOWN_DOUBTS:
            show.line(f"  and {len(issue['in_doubt']) - SHOWN_DOUBTS} more in doubt; see --json")
        if issue["in_doubt"]:
            show.line("  `publisher send --retry-unknown` sends these again; some may arrive twice")
            show.line("  `publisher send --abandon` gives them up")


def _show_people(counts: dict[str, int], suppressed: list[dict[str, str]]) -> None:
    show.line("subscribers: " + ", ".join(f"{number:,} {name}" for name, number in counts.items()))
    for person in suppressed:
        show.line(f"  suppressed: {person['email']}: {person['reason']}")
    if counts["suppressed"] > len(suppressed):
        more = counts["suppressed"] - len(suppressed)
        show.line(f"  and {more:,} more: `publisher subscribers list --status suppressed`")
    if suppressed:
        show.line("  `publisher subscribers suppress --lift ADDRESS` lets mail go there again")


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
                "said": task.result,
            }
            for task in store.tasks.all()
        ],
    }
