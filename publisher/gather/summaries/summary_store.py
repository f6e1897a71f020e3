"""The store of summaries, as the summarizer needs it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from datetime import date

    from publisher.models.gathering import WrittenSummary


class SummaryStore(Protocol):
    """Summaries, refusals and calls of the model, as they outlive a run; used by several threads.

    A key is a SHA-256 in 64 hexadecimal digits. Raises `StoreError`.
    """

    def get(self, key: str) -> WrittenSummary | None:
        """Return the summary of `key`, None where there is none."""
        ...

    def put(self, key: str, paper_id: str, summary: WrittenSummary) -> None:
        """Keep `summary` for good; it replaces an earlier one of `key`."""
        ...

    def refusal(self, key: str) -> str:
        """Return the reason for which the model is not asked for `key` again, "" without one."""
        ...

    def note_refusal(self, key: str, reason: str) -> None:
        """Keep the reason, one line for people, for which `key` is not asked again."""
        ...

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
        """Count a call of at most this cost before it is made; return its id.

        None: with it, the calls of `day` would cost more than a limit. They count with what
        `settle` was told, and with their reservation before that, also after a crash. A limit of
        0 is none. Looks and counts in one transaction, other processes included.
        """
        ...

    def settle(self, call: int, cost_micro: int, tokens: int, outcome: str) -> None:
        """Replace the reservation of a call by what it cost, and keep its outcome in a word."""
        ...
