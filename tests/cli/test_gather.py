from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from click.testing import CliRunner

from publisher.cli import app, sending
from publisher.models.gathering import Announced, Batch, BatchState, Candidate, GatherCounts
from publisher.store.database import open_store

if TYPE_CHECKING:
    from pathlib import Path

NOW = datetime(2026, 11, 26, 9, tzinfo=UTC)
DAY = NOW.date()
SETTINGS = """
[site]
timezone = "Asia/Shanghai"
[source]
folders = ["digests"]
[[gather.topics]]
name = "3D vision"
categories = ["cs.CV", "cs.GR"]
sources = ["huggingface"]
[[gather.topics]]
name = "Language"
categories = ["cs.CL"]
[gather.model]
budget_per_day = 2.0
price_in = 1.0
price_out = 4.0
"""


@pytest.fixture(autouse=True)
def _clock(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sending, "now", lambda: NOW)


@pytest.fixture
def config(tmp_path: Path) -> Path:
    path = tmp_path / "publisher.toml"
    path.write_text(SETTINGS)
    return path


@pytest.fixture
def gathered(config: Path) -> Path:
    """Settings of a store that knows two days, and one before the last thirty."""
    paper = Announced(Candidate("arxiv:2611.00001", "Title"))
    with open_store(f"sqlite:///{config.parent}/.publisher/publisher.db") as store:
        gathering = store.gathering
        for batch in (
            Batch("arxiv", "cs.CV", DAY - timedelta(days=1), BatchState.COMPLETE, (paper,), 1),
            Batch("arxiv", "cs.CV", DAY, BatchState.CLOSED, message="arXiv is closed today"),
            Batch("arxiv", "cs.GR", DAY - timedelta(days=1), BatchState.FAILED, message="HTTP 503"),
            Batch(
                "arxiv",
                "cs.GR",
                DAY,
                BatchState.WAITING,
                message="not announced yet",
                next_try=NOW + timedelta(minutes=15),
            ),
            Batch("huggingface", "daily", DAY, BatchState.COMPLETE, (paper,), 1),
        ):
            gathering.save_batch(batch, NOW)
        gathering.save_digest("3D vision", DAY, [(paper.paper.id, 1, 1.0, ())], "aa", NOW)
        gathering.summaries.reserve(DAY, "0", 12_345, 678, limit_micro=0, limit_tokens=0)
        gathering.save_counts(
            [
                GatherCounts(DAY - timedelta(days=31), "cs.CV", BatchState.COMPLETE, announced=5),
                GatherCounts(
                    DAY - timedelta(days=1),
                    "cs.CV",
                    BatchState.COMPLETE,
                    announced=1300,
                    new=1200,
                    cross=60,
                    replaced=40,
                    filtered=1240,
                    chosen=20,
                    summarised=15,
                    from_cache=2,
                    failed=3,
                    cost_micro=12_345,
                ),
                GatherCounts(DAY, "cs.CV", BatchState.CLOSED, message="arXiv is closed today"),
            ],
            NOW,
        )
    return config


def call(config: Path, *words: str, code: int = 0) -> str:
    result = CliRunner().invoke(app, ["gather", *words, "--config", str(config)])
    assert result.exit_code == code, result.output
    return result.output


def test_report_as_json(gathered: Path) -> None:
    rows = [json.loads(line) for line in call(gathered, "report", "--json").splitlines()]
    assert rows[0] == {
        "date": "2026-11-25",
        "category": "cs.CV",
        "state": "complete",
        "announced": 1300,
        "new": 1200,
        "cross": 60,
        "replaced": 40,
        "filtered": 1240,
        "chosen": 20,
        "summarised": 15,
        "from_cache": 2,
        "failed": 3,
        "cost": 0.012345,
        "message": "",
    }
    assert [(row["date"], row["state"], row["message"]) for row in rows[1:]] == [
        ("2026-11-26", "closed", "arXiv is closed today")
    ]


def test_report_for_people(gathered: Path) -> None:
    assert call(gathered, "report", "--since", "2026-11-25").splitlines() == [
        (
            "2026-11-25 cs.CV: complete, 1,300 announced: 1,200 new, 60 cross-listed, 40 replaced; "
            "1,240 filtered out, 20 chosen, 15 summarised, 2 from the cache, 3 failed, cost 0.0123"
        ),
        "2026-11-26 cs.CV: closed (arXiv is closed today)",
    ]
    assert len(call(gathered, "report", "--since", "2026-10-01").splitlines()) == 3
    assert "'yesterday' is not a day" in call(gathered, "report", "--since", "yesterday", code=2)


def test_nothing_was_gathered(config: Path) -> None:
    assert call(config, "report") == (
        "nothing was gathered since 2026-10-27: `publisher gather` does so\n"
    )
    assert call(config, "report", "--since", "2026-11-01").startswith("nothing was gathered since")


def test_status_for_people(gathered: Path) -> None:
    assert call(gathered, "status").splitlines() == [
        "cs.CV: 2026-11-26 closed, arXiv is closed today",
        "cs.GR: 2026-11-25 failed, HTTP 503",
        "cs.GR: 2026-11-26 waiting, not announced yet, next try 2026-11-26 17:15 CST",
        "huggingface: 2026-11-26 complete, 1 paper",
        "cs.CL: not read yet",
        "arXiv announces next: 2026-11-27 09:00 CST",
        "3D vision: newest digest of 2026-11-26",
        "Language: no digest yet",
        "spent today: 0.0123 of 2.00, 678 tokens",
    ]


def test_status_as_json(gathered: Path) -> None:
    state = json.loads(call(gathered, "status", "--json"))
    assert state["announcements"][2] == {
        "source": "arxiv",
        "category": "cs.GR",
        "date": "2026-11-26",
        "state": "waiting",
        "announced": 0,
        "attempts": 1,
        "next_try": "2026-11-26T09:15:00+00:00",
        "message": "not announced yet",
    }
    assert state["unread"] == ["cs.CL"]
    assert state["next_release"] == "2026-11-27T01:00:00+00:00"
    assert state["digests"] == [
        {"topic": "3D vision", "date": "2026-11-26"},
        {"topic": "Language", "date": None},
    ]
    assert state["spent"] == {
        "date": "2026-11-26",
        "cost": 0.012345,
        "budget": 2.0,
        "tokens": 678,
        "tokens_budget": None,
    }


def test_status_without_topics(tmp_path: Path) -> None:
    path = tmp_path / "publisher.toml"
    path.write_text('[source]\nfolders = ["digests"]\n')
    assert set(call(path, "status").splitlines()) == {
        (
            "nothing to gather: the settings have no [[gather.topics]]; "
            "`publisher init --arxiv CATEGORY --keyword PHRASE` shows the lines"
        ),
        "spent today: 0.00, 0 tokens",
    }
