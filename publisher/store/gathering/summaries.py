"""Summaries by a model, what it refused, and what a day's questions may cost.

A question is reserved with the most that it can cost before it is asked, and settled with its real
cost afterwards. Where the program is killed in between, the reservation stays counted, so that no
day costs more than its limit.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
import sqlalchemy as sa

from publisher.models.gathering import WrittenSummary
from publisher.store.tables.gathering import model_calls, refusals, spending, summaries

if TYPE_CHECKING:
    from datetime import date

    from publisher.store.engine import Database


class StoredSummaries:
    """The `SummaryStore` of `gather.summaries`. Everything raises `StoreError`."""

    def __init__(self, database: Database) -> None:
        """Work on `database`."""
        self._database = database

    def get(self, key: str) -> WrittenSummary | None:
        """Return the summary that was written for `key`."""
        query = sa.select(summaries.c.content).where(summaries.c.key == key)
        with self._database.reading() as connection:
            content = connection.scalar(query)
        return None if content is None else msgspec.json.decode(content, type=WrittenSummary)

    def put(self, key: str, paper_id: str, summary: WrittenSummary) -> None:
        """Keep the summary of a paper, in place of an earlier one of `key`."""
        content = msgspec.json.encode(summary).decode()
        self._put(summaries, key, {"paper_id": paper_id, "content": content})

    def refusal(self, key: str) -> str:
        """Return the reason for which `key` is not asked again, "" where there is none."""
        query = sa.select(refusals.c.reason).where(refusals.c.key == key)
        with self._database.reading() as connection:
            return connection.scalar(query) or ""

    def note_refusal(self, key: str, reason: str) -> None:
        """Keep the reason for which `key` is not to be asked again."""
        self._put(refusals, key, {"reason": reason})

    def _put(self, table: sa.Table, key: str, values: dict[str, str]) -> None:
        insert = self._database.insert_new(table).values(key=key, **values)
        with self._database.writing() as connection:
            if connection.execute(insert).rowcount != 1:
                connection.execute(sa.update(table).where(table.c.key == key).values(values))

    def reserve(
        self,
        day: date,
        key: str,
        cost_micro: int,
        tokens: int,
        *,
        limit_micro: int,
        limit_tokens: int,
    ) -> int | None:
        """Count a question against the limits of `day` before it is asked.

        `cost_micro` and `tokens` are the most that it can take; a limit of 0 is none. Returns the
        number to `settle` it by, or None where it would exceed a limit. However many processes
        reserve at once, the limits hold.
        """
        number = day.isoformat()
        within = []
        if limit_micro:
            within.append(spending.c.cost_micro + cost_micro <= limit_micro)
        if limit_tokens:
            within.append(spending.c.tokens + tokens <= limit_tokens)
        with self._database.writing() as connection:
            connection.execute(
                self._database.insert_new(spending).values(day=number, cost_micro=0, tokens=0)
            )
            # The update waits for whoever else reserves, and then compares the newest sums.
            counted = connection.execute(
                sa.update(spending)
                .where(spending.c.day == number, *within)
                .values(
                    cost_micro=spending.c.cost_micro + cost_micro,
                    tokens=spending.c.tokens + tokens,
                )
            )
            if counted.rowcount != 1:
                return None
            values = {"day": number, "key": key, "cost_micro": cost_micro, "tokens": tokens}
            call: int = connection.execute(
                sa.insert(model_calls).values(values).returning(model_calls.c.id)
            ).scalar_one()
            return call

    def settle(self, call: int, cost_micro: int, tokens: int, outcome: str) -> None:
        """Put the real cost of a question in the place of what was reserved; once only."""
        with self._database.writing() as connection:
            open_call = sa.and_(model_calls.c.id == call, model_calls.c.outcome.is_(None))
            row = connection.execute(
                sa.select(model_calls).where(open_call).with_for_update()
            ).one_or_none()
            if row is None:
                return
            connection.execute(
                sa.update(model_calls)
                .where(open_call)
                .values(cost_micro=cost_micro, tokens=tokens, outcome=outcome)
            )
            connection.execute(
                sa.update(spending)
                .where(spending.c.day == row.day)
                .values(
                    cost_micro=spending.c.cost_micro + (cost_micro - row.cost_micro),
                    tokens=spending.c.tokens + (tokens - row.tokens),
                )
            )

    def spent(self, day: date) -> tuple[int, int]:
        """Return what a day's questions cost, and their tokens; open reservations count."""
        query = sa.select(spending.c.cost_micro, spending.c.tokens).where(
            spending.c.day == day.isoformat()
        )
        with self._database.reading() as connection:
            row = connection.execute(query).one_or_none()
        return (0, 0) if row is None else (row.cost_micro, row.tokens)
