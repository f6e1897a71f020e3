"""How SQLite goes about a query: it knows no figures of its tables, a million rows take long."""

from __future__ import annotations

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
    store.ledger.rows("2024-W49", [DeliveryState.IN_DOUBT], limit=51, after=3)
    statement, values = seen[-1]
    with store._database.reading() as connection:
        plan = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", values).all()
    assert "ix_deliveries_queue" in plan[0][3]
