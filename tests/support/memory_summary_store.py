"""A store of summaries in memory, with what it was told in the order of the calls."""

from __future__ import annotations

from dataclasses import dataclass, field
from threading import Lock
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import date

    from publisher.models.gathering import WrittenSummary


@dataclass
class StoredCall:
    day: date
    key: str
    cost_micro: int
    tokens: int
    reserved_micro: int
    outcome: str = ""


@dataclass
class MemorySummaryStore:
    summaries: dict[str, WrittenSummary] = field(default_factory=dict)
    refusals: dict[str, str] = field(default_factory=dict)
    calls: list[StoredCall] = field(default_factory=list)
    most_micro: int = 0  # that was ever spent and reserved on a day
    lock: Lock = field(default_factory=Lock)

    def get(self, key: str) -> WrittenSummary | None:
        return self.summaries.get(key)

    def put(self, key: str, paper_id: str, summary: WrittenSummary) -> None:
        assert paper_id
        self.summaries[key] = summary

    def refusal(self, key: str) -> str:
        return self.refusals.get(key, "")

    def note_refusal(self, key: str, reason: str) -> None:
        self.refusals[key] = reason

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
        with self.lock:
            spent_micro, spent_tokens = self.spent(day)
            if limit_micro and spent_micro + cost_micro > limit_micro:
                return None
            if limit_tokens and spent_tokens + tokens > limit_tokens:
                return None
            self.most_micro = max(self.most_micro, spent_micro + cost_micro)
            self.calls.append(StoredCall(day, key, cost_micro, tokens, cost_micro))
            return len(self.calls) - 1

    def settle(self, call: int, cost_micro: int, tokens: int, outcome: str) -> None:
        with self.lock:
            row = self.calls[call]
            assert not row.outcome, "settled twice"
            row.cost_micro, row.tokens, row.outcome = cost_micro, tokens, outcome

    def spent(self, day: date) -> tuple[int, int]:
        rows = [call for call in self.calls if call.day == day]
        return sum(row.cost_micro for row in rows), sum(row.tokens for row in rows)
