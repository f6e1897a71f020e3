"""The progress of sending: a bar on a terminal, else a line now and then, or JSON events."""

from __future__ import annotations

import sys
import time
from typing import TYPE_CHECKING

from publisher.cli import show, terminal
from publisher.translation import _

if TYPE_CHECKING:
    from collections.abc import Callable

    from publisher.sender.delivery.report import Report, Step

EVERY = 100  # deliveries per line where there is no terminal
_WIDTH = 24
_REDRAW = 0.1  # seconds


def bar(done: int, total: int, seconds: float) -> str:
    """Return a line with the bar, the rate and the time left, `seconds` after the start."""
    total = max(total, done, 1)
    rate = done / seconds if seconds > 0 else 0.0
    filled = _WIDTH * done // total
    drawn = f"[{'#' * filled}{'.' * (_WIDTH - filled)}]"
    values = {"bar": drawn, "done": f"{done:,}", "total": f"{total:,}", "rate": f"{rate:,.0f}"}
    if not rate or done >= total:
        return _("{bar} {done} of {total}, {rate}/s").format(**values)
    left = clock((total - done) / rate)
    return _("{bar} {done} of {total}, {rate}/s, {time} left").format(**values, time=left)


def clock(seconds: float) -> str:
    """Return e.g. "0:42", "12:05" or "3:00:00"."""
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"


def follow(
    total: int, *, as_json: bool = False, now: Callable[[], float] = time.monotonic
) -> Callable[[Step], None]:
    """Return a function that shows the progress after each of about `total` deliveries."""
    started, drawn, done = now(), 0.0, 0

    def step(step: Step) -> None:
        nonlocal done, drawn
        done += 1
        if as_json:
            values = {"subscriber": step.subscriber_id, "state": step.state, "reason": step.reason}
            show.json_line({"event": "delivery", **values})
        elif terminal.is_interactive(sys.stderr):
            moment = now()
            if moment - drawn >= _REDRAW or done >= total:
                drawn = moment
                terminal.rewrite(bar(done, total, moment - started))
        elif done % EVERY == 0:
            text = _("{done} of {total} done")
            show.note(text.format(done=f"{done:,}", total=f"{max(total, done):,}"))

    return step


def event(report: Report) -> dict[str, object]:
    """Return the report of an issue as values of JSON."""
    return {
        "event": "issue",
        "issue": report.issue_id,
        "sent": report.sent,
        "rejected": report.rejected,
        "skipped": report.skipped,
        "waiting": report.waiting,
        "in_doubt": report.in_doubt_total,
        "done": report.done,
        "stopped": report.stopped,
        "paused_until": report.paused_until and report.paused_until.isoformat(),
        "next_due": report.next_due and report.next_due.isoformat(),
    }
