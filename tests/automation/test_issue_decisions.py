"""Decisions of the automation: issues to send now, and the next moment to act."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from publisher.automation.issues import limit_until, next_moment, pause, sendable, summary
from publisher.models import Frequency
from publisher.models.ledger import FrozenIssue, IssueState
from publisher.sender.delivery.report import Report
from publisher.settings import Newsletter, Settings, Site

NOW = datetime(2024, 12, 9, 7, 30, tzinfo=UTC)
HOUR = timedelta(hours=1)
OPEN, PAUSED, DONE = IssueState.OPEN, IssueState.PAUSED, IssueState.DONE


def info(name: str, state: IssueState, until: datetime | None = None) -> FrozenIssue:
    return FrozenIssue(name, NOW, NOW, NOW, "", state, until, "")


CASES = [
    ([], []),
    ([info("a", DONE), info("b", OPEN)], ["b"]),
    # A pause that is over is none: a server that was down is tried again.
    ([info("a", PAUSED, NOW), info("b", OPEN)], ["a", "b"]),
    # The operator's pause holds for that issue alone.
    ([info("a", PAUSED), info("b", OPEN)], ["b"]),
    # The provider's limit holds for all.
    ([info("a", PAUSED, NOW + HOUR), info("b", OPEN)], []),
    ([info("a", PAUSED), info("b", PAUSED, NOW + HOUR)], []),
]


@pytest.mark.parametrize(("infos", "expected"), CASES)
def test_what_is_sent_now(infos: list[FrozenIssue], expected: list[str]) -> None:
    assert sendable(infos, NOW) == expected


def test_until_when_a_limit_lasts() -> None:
    infos = [info("a", PAUSED, NOW + HOUR), info("b", PAUSED, NOW + 2 * HOUR), info("c", OPEN)]
    assert limit_until(infos, NOW) == NOW + 2 * HOUR
    assert limit_until(infos, NOW + 3 * HOUR) is None


def test_the_next_moment() -> None:
    frequencies = (Frequency.WEEKLY, Frequency.DAILY)
    settings = Settings(site=Site(timezone="UTC"), newsletter=Newsletter(frequencies=frequencies))
    due = datetime(2024, 12, 9, 8, tzinfo=UTC)
    assert next_moment([], [], settings, NOW) == due
    assert next_moment([], [], settings, due) == due + timedelta(days=1)  # the daily one
    soon = NOW + timedelta(minutes=5)
    assert next_moment([info("a", OPEN)], [None, soon], settings, NOW) == soon
    limited = [info("a", PAUSED, NOW + timedelta(minutes=20))]
    assert next_moment(limited, [soon], settings, NOW) == NOW + timedelta(minutes=20)
    assert next_moment([info("a", PAUSED)], [], settings, NOW) == due


def test_how_long_to_leave_the_issues_alone() -> None:
    done, going = info("a", DONE), info("b", OPEN)
    assert pause([done], [], 0.0) == 60.0
    assert pause([done], [], 0.5) == 60.0
    assert pause([done], [], 10.0) == 200.0, "drafting for nobody costs little"
    assert pause([done], [], 1000.0) == 900.0
    assert pause([done, going], [NOW], 10.0) == 60.0
    assert pause([done, going], [None], 10.0) == 5.0


def test_what_is_said_of_a_run() -> None:
    assert summary(Report("2024-W49"), NOW) == ""
    assert summary(Report("2024-W49", sent=1200, in_doubt=1), NOW) == (
        "2024-W49: 1,200 sent, 1 in doubt"
    )
    paused = Report("2024-W49", sent=450, stopped="550 5.4.5 limit", paused_until=NOW + HOUR)
    assert summary(paused, NOW) == (
        "2024-W49: 450 sent, paused until 2024-12-09 08:30 UTC: 550 5.4.5 limit"
    )
    down = Report("2024-W49", stopped="refused", paused_until=NOW)
    assert summary(down, NOW) == ""
