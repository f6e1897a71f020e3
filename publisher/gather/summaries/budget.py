"""The budget of a day: reserved before each call, and the best-ranked papers come first."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from threading import Condition
from typing import TYPE_CHECKING

from publisher.errors import GatherError
from publisher.gather.summaries.costs import cost_micro, micro, money

if TYPE_CHECKING:
    from datetime import date

    from publisher.gather.summaries.costs import Usage
    from publisher.gather.summaries.summary_store import SummaryStore
    from publisher.settings.sections.gather import GatherModel


class BudgetUsedUp(GatherError):
    """The day's budget does not allow another call."""


@dataclass(frozen=True, slots=True)
class ReservedCall:
    """A call that may be made: its id in the store, its paper's rank, and what is reserved."""

    id: int
    rank: int
    expected: Usage
    most: Usage


class DayBudget:
    """Reserves the calls of a day's papers, for several threads; rank 0 is the best paper.

    A paper that is going to need a call has entered, and nobody of a lower rank reserves one before
    it. A reservation is more than a call mostly takes: where it is too much, calls under way are
    waited for.
    """

    def __init__(self, store: SummaryStore, model: GatherModel, day: date) -> None:
        """Make the budget of `day`, of which earlier runs may have used a part."""
        self._store, self._model, self._day = store, model, day
        self._limit_micro, self._limit_tokens = micro(model.budget_per_day), model.tokens_per_day
        self._changed = Condition()
        self._entered: set[int] = set()
        self._open: set[int] = set()
        self._is_used_up = False
        # Of what a call took to what it was thought to take at most: some services add instructions
        # of their own, or do not keep to `max_tokens`. Learned from the first paper, asked alone.
        self._factor = Fraction(1)

    @property
    def used_up(self) -> str:
        """The line for people that tells that no call is left, "" before that."""
        if not self._is_used_up:
            return ""
        limits = [
            f"{money(self._limit_micro)} a day" if self._limit_micro else "",
            f"{self._limit_tokens:,} tokens a day" if self._limit_tokens else "",
        ]
        return f"the budget of {' and '.join(filter(None, limits))} is used up"

    def enter(self, rank: int) -> None:
        """Have the papers below `rank` wait for its next call."""
        with self._changed:
            self._entered.add(rank)

    def leave(self, rank: int) -> None:
        """Let the others go on: `rank` needs no call any more. An open one stays counted."""
        with self._changed:
            self._entered.discard(rank)
            self._open.discard(rank)
            self._changed.notify_all()

    def reserve(self, rank: int, key: str, expected: Usage) -> ReservedCall:
        """Return a call that is `expected` to take no more, for a paper that has entered.

        Raises `BudgetUsedUp`, `StoreError`.
        """
        with self._changed:
            while True:
                if self._is_used_up:
                    raise BudgetUsedUp(self.used_up)
                if rank == min(self._entered):
                    most = expected.times(self._factor)
                    call = self._store.reserve(
                        self._day,
                        key,
                        cost_micro(most, self._model),
                        most.total,
                        limit_micro=self._limit_micro,
                        limit_tokens=self._limit_tokens,
                    )
                    if call is not None:
                        self._entered.discard(rank)
                        self._open.add(rank)
                        self._changed.notify_all()
                        return ReservedCall(call, rank, expected, most)
                    self._is_used_up = not self._open
                    if self._is_used_up:
                        self._changed.notify_all()
                        continue
                self._changed.wait()

    def settle(
        self, call: ReservedCall, usage: Usage | None, outcome: str, *, again: bool = False
    ) -> int:
        """Count what the call took, all that it may have taken for None; return its cost.

        `again`: the paper needs another call, and enters. Raises `StoreError`.
        """
        usage = call.most if usage is None else usage
        cost = cost_micro(usage, self._model)
        self._store.settle(call.id, cost, usage.total, outcome)
        with self._changed:
            self._open.discard(call.rank)
            self._factor = max(self._factor, usage.over(call.expected))
            if again:
                self._entered.add(call.rank)
            self._changed.notify_all()
        return cost
