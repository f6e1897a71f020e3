"""Query plans of SQLite, which has no statistics of its tables."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from publisher.models import DeliveryState

if TYPE_CHECKING:
    from conftest import Lists

    from publisher.store.database import Store


def test_few_among_many_are_found_by_their_state(store: Store, lists: Lists) -> None:
    lists.frozen(2)
    seen: list[tuple[str, Any]] = []
    sa.event.listen(
        store._database._engine,
        "before_cursor_execute",
        lambda _c, _cursor, statement, values, *_: seen.append((statement, values)),
    )
    store.deliveries.rows("2024-W49", [DeliveryState.IN_DOUBT], limit=51, after=3)
    statement, values = seen[-1]
    with store._database.reading() as connection:
        plan = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", values).all()
    assert "ix_deliveries_queue" in plan[0][3]


def test_to_claim_some_costs_the_same_among_many(store: Store, lists: Lists) -> None:
    issues = {"few": 10, "many": 400}
    for issue, count in issues.items():
        lists.active(count, issue)
        lists.freeze(issue)
    with store._database.reading() as connection:
        driver: Any = connection.connection.driver_connection
    steps: dict[str, list[str]] = {issue: [] for issue in issues}
    now = datetime(2024, 12, 9, tzinfo=UTC)
    for issue, counted in steps.items():
        driver.set_progress_handler(lambda counted=counted: counted.append(""), 1)
        claimed = store.ledger.claim(issue, limit=5, token=issue, owner="", lease=now, now=now)
        driver.set_progress_handler(None, 1)
        assert len(claimed) == 5
    assert 0 < len(steps["many"]) < 2 * len(steps["few"])
