"""`publisher deliveries`: list the deliveries in the ledger, with their reasons."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from publisher.cli import options, show
from publisher.models import DeliveryState
from publisher.services.store import open_store
from publisher.translation import _

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from publisher.store.database import Store


@click.command()
@click.option(
    "--issue",
    "issue_id",
    metavar="ID",
    shell_complete=options.built("issues"),
    help="Id such as 2024-W49.  [default: all issues]",
)
@click.option(
    "--state",
    type=click.Choice([state.value for state in DeliveryState]),
    multiple=True,
    help="Only deliveries in this state; may be repeated.",
)
@click.option(
    "--decisions",
    is_flag=True,
    help="List decisions about deliveries in doubt: what, when and by whom.",
)
@options.as_json_lines
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
    """List who got which issue, who did not, and why."""
    settings = options.settings_of(config)
    with open_store(settings) as store:
        ids = [info.id for info in store.issues.all() if issue_id in (None, info.id)]
        if decisions:
            rows = _decision_rows(store, ids)
        else:
            rows = _delivery_rows(store, ids, [DeliveryState(value) for value in state])
        for row in rows:
            if as_json:
                show.json_line(row)
            else:
                show.line("  ".join(str(value) for value in row.values() if value != ""))
    if not ids:
        show.note(_("no issue was sent yet: `publisher send --dry-run` shows the next one"))


def _delivery_rows(
    store: Store, ids: list[str], states: list[DeliveryState]
) -> Iterator[dict[str, object]]:
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


def _decision_rows(store: Store, ids: list[str]) -> Iterator[dict[str, object]]:
    for issue_id in ids:
        for decision in store.deliveries.decisions(issue_id):
            yield {
                "issue": issue_id,
                "at": decision.at.isoformat(timespec="seconds"),
                "by": decision.by,
                "subscriber": decision.subscriber_id,
                "state": decision.state.value,
                "reason": decision.reason,
            }
