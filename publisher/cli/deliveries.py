"""`publisher deliveries`: every row of the ledger, and why it is as it is."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import click

from publisher.cli import options, show
from publisher.models import DeliveryState

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from publisher.store.database import Store


@click.command()
@click.option("--issue", "issue_id", metavar="ID", help="e.g. 2024-W49.  [default: all]")
@click.option(
    "--state",
    type=click.Choice([state.value for state in DeliveryState]),
    multiple=True,
    help="Only these; may be repeated.",
)
@click.option("--decisions", is_flag=True, help="What became of doubts, and on whose word.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object for each line.")
@options.config
@options.verbose
def deliveries(
    *,
    issue_id: str | None,
    state: tuple[str, ...],
    decisions: bool,
    as_json: bool,
    config: Path | None,
    verbose: bool,
) -> None:
    """Show who got which issue, who did not, and why."""
    from publisher.services import build

    settings = options.settings_of(config)
    with build.open_store(settings) as store:
        ids = [info.id for info in store.issues.all() if issue_id in (None, info.id)]
        if decisions:
            rows = _decided(store, ids)
        else:
            rows = _rows(store, ids, [DeliveryState(value) for value in state])
        for row in rows:
            if as_json:
                show.line(json.dumps(row, ensure_ascii=False))
            else:
                show.line("  ".join(str(value) for value in row.values() if value != ""))


def _rows(store: Store, ids: list[str], states: list[DeliveryState]) -> Iterator[dict[str, object]]:
    for issue_id in ids:
        for row in store.deliveries.each(issue_id, states):
            yield {
                "issue": row.issue_id,
                "subscriber": row.subscriber_id,
                "email": row.email or "erased",
                "state": row.state.value,
                "attempts": row.attempts,
                "reason": row.reason,
                "message_id": row.message_id,
            }


def _decided(store: Store, ids: list[str]) -> Iterator[dict[str, object]]:
    for issue_id in ids:
        for found in store.deliveries.decisions(issue_id):
            yield {
                "issue": issue_id,
                "at": found.at.isoformat(timespec="seconds"),
                "by": found.by,
                "subscriber": found.subscriber_id,
                "state": found.state.value,
                "reason": found.reason,
            }
