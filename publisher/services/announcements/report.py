"""The outcome of an announcement, for people."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from publisher.models import DeliveryState
from publisher.translation import _

if TYPE_CHECKING:
    from datetime import datetime


@dataclass(frozen=True, slots=True)
class AnnouncementReport:
    """An announcement to a target and what became of it; `state` is None where none was made.

    `known` counts what was there when the target was seen for the first time, else it is None.
    """

    target: str
    state: DeliveryState | None
    title: str = ""
    reason: str = ""
    next_at: datetime | None = None
    known: int | None = None

    @property
    def is_problem(self) -> bool:
        """Whether an operator has to do or to look at something."""
        return self.state is not DeliveryState.SENT and bool(self.reason)


def in_words(report: AnnouncementReport) -> str:
    """Return a sentence on `report`, with the next step where an operator has one to do."""
    values = {"target": report.target, "title": report.title, "reason": report.reason}
    if report.known is not None:
        text = _("{target}: new here: what there is already is not announced, what comes is")
    elif report.state is None:
        text = "{reason}"
    elif report.state is DeliveryState.SENT:
        text = _("{target}: announced: {title}")
    elif report.state is DeliveryState.IN_DOUBT:
        text = _(
            "{target}: in doubt: {reason}. Look whether it is there; `publisher announce "
            "--retry-unknown` sends it again, `--abandon` lets it be"
        )
    elif report.state is DeliveryState.READY and report.next_at is not None:
        values["moment"] = f"{report.next_at:%Y-%m-%d %H:%M %Z}"
        text = _("{target}: refused: {reason}; the next try is at {moment}")
    else:
        text = _("{target}: refused, and not tried again: {reason}")
    return text.format(**values)
