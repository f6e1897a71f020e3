from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from click.testing import CliRunner

from publisher.cli import app, progress
from publisher.models import DeliveryState as S
from publisher.models.ledger import FrozenEdition, Mark, Settlement
from publisher.newsletter.audience import IssueAudience
from publisher.sender.delivery.report import Report, Step
from publisher.store.database import open_store

if TYPE_CHECKING:
    from pathlib import Path

NOW = datetime(2024, 12, 9, tzinfo=UTC)
ISSUE = "2024-W49"


@pytest.fixture
def config(tmp_path: Path) -> Path:
    """Settings of a store with one delivery sent, one in doubt, one ready."""
    with open_store(f"sqlite:///{tmp_path}/.publisher/publisher.db") as store:
        for number in (1, 2, 3):
            store.subscribers.add(f"r{number}@example.org", "", (), now=NOW)
            store.subscribers.confirm(f"r{number}@example.org", now=NOW)
        store.issues.freeze(
            ISSUE,
            period=(NOW, NOW),
            papers=[],
            frozen_editions=[FrozenEdition("all", "x", b"x")],
            audience=IssueAudience({}),
            edition_of=lambda _choice: "all",
            now=NOW,
        )
        later = NOW + timedelta(hours=1)
        store.ledger.claim(ISSUE, limit=2, token="t", owner="o", lease=later, now=NOW)
        for number, state in ((1, S.SENT), (2, S.IN_DOUBT)):
            email = f"r{number}@example.org"
            mark = Mark(number, "t", email, f"<{number}@x>", "smtp", later, NOW)
            store.ledger.record(ISSUE, [], [mark])
            store.ledger.record(ISSUE, [Settlement(number, "t", state, NOW, reason="why")], [])
    path = tmp_path / "publisher.toml"
    folder = tmp_path / "digests"
    folder.mkdir()
    (folder / "a.md").write_text("# nothing\n")
    path.write_text('[source]\nfolders = ["digests"]\n')
    return path


def call(*words: str) -> tuple[int, str]:
    result = CliRunner().invoke(app, list(words))
    return result.exit_code, result.stdout


def test_every_row_and_why(config: Path) -> None:
    code, text = call("deliveries", "--config", str(config))
    assert code == 0
    assert text.splitlines() == [
        f"{ISSUE}  1  r1@example.org  sent  1  why  <1@x>",
        f"{ISSUE}  2  r2@example.org  in_doubt  1  why  <2@x>",
        f"{ISSUE}  3  r3@example.org  ready  0",
    ]
    _, text = call("deliveries", "--state", "in_doubt", "--json", "--config", str(config))
    (row,) = map(json.loads, text.splitlines())
    assert (row["subscriber"], row["state"], row["reason"]) == (2, "in_doubt", "why")
    assert call("deliveries", "--issue", "other", "--config", str(config)) == (0, "")


def test_what_is_abandoned_is_written_down(config: Path) -> None:
    code, _ = call("send", "--abandon", "--config", str(config))
    assert code == 0
    _, text = call("deliveries", "--decisions", "--json", "--config", str(config))
    (row,) = map(json.loads, text.splitlines())
    assert (row["subscriber"], row["state"]) == (2, "abandoned")
    assert row["by"] not in ("", "evidence")
    assert "why" in row["reason"]
    _, text = call("deliveries", "--state", "abandoned", "--config", str(config))
    assert "r2@example.org" in text
    code, _ = call("send", "--abandon", "--retry-unknown", "--config", str(config))
    assert code == 2


@pytest.mark.parametrize(
    ("done", "total", "seconds", "shown"),
    [
        (0, 10, 0.0, f"[{'.' * 24}] 0 of 10, 0/s"),
        (5, 10, 1.0, f"[{'#' * 12}{'.' * 12}] 5 of 10, 5/s, 0:01 left"),
        (10, 10, 2.0, f"[{'#' * 24}] 10 of 10, 5/s"),
        (100, 1_000_000, 1.0, f"[{'.' * 24}] 100 of 1,000,000, 100/s, 2:46:39 left"),
        (3, 0, 1.0, f"[{'#' * 24}] 3 of 3, 3/s"),
    ],
)
def test_the_bar(done: int, total: int, seconds: float, shown: str) -> None:
    assert progress.bar(done, total, seconds) == shown


def test_events_are_json_and_lines_come_now_and_then(capsys: pytest.CaptureFixture[str]) -> None:
    step = progress.follow(200, as_json=True)
    step(Step(7, S.REJECTED, "550 gone"))
    plain = progress.follow(200)
    for number in range(150):
        plain(Step(number, S.SENT, ""))
    out, err = capsys.readouterr()
    assert json.loads(out) == {
        "event": "delivery",
        "subscriber": 7,
        "state": "rejected",
        "reason": "550 gone",
    }
    assert err == "100 of 200 done\n"
    issue = progress.event(Report(ISSUE, sent=3, paused_until=NOW))
    assert (issue["event"], issue["sent"], issue["paused_until"]) == ("issue", 3, NOW.isoformat())
