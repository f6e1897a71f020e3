"""`publisher status`, of issues that an operator holds."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from publisher.store.database import open_store

if TYPE_CHECKING:
    import subprocess
    from collections.abc import Callable
    from pathlib import Path

    Run = Callable[..., subprocess.CompletedProcess[str]]


def test_held_issues(publisher: Run, tmp_path: Path, examples: Path) -> None:
    source = {"PUBLISHER_SOURCE__FOLDERS": str(examples)}
    publisher("issue", "skip", "2024-W48", **source)
    with open_store(f"sqlite:///{tmp_path}/.publisher/publisher.db") as store:
        now = datetime(2024, 12, 9, tzinfo=UTC)
        assert store.plans.ask("2024-W50", "approval", [("ada@example.org", "{}")], now=now)
    lines = publisher("status", PUBLISHER_NEWSLETTER__APPROVE="true").stdout.splitlines()
    assert lines[-3:] == [
        "2024-W48: it is skipped",
        "2024-W50: it waits for an approval",
        "  `publisher issue approve 2024-W50` sends it; see `publisher issue show`",
    ]
    held = json.loads(publisher("status", "--json").stdout)["held"]
    assert [issue["id"] for issue in held] == ["2024-W48"]
