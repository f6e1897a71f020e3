"""`publisher publish` and `publisher run` freeze and send the same."""

from __future__ import annotations

import shutil
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from publisher.automation.issues import IssueTask
from publisher.automation.shared_state import SharedState
from publisher.cli import sending
from publisher.models import DeliveryState
from publisher.services import build
from publisher.services.store import open_store
from publisher.settings import load

if TYPE_CHECKING:
    from pathlib import Path

    import pytest
    from conftest import Home  # type: ignore[attr-defined]

    from publisher.settings import Settings
    from publisher.store.database import Store

ISSUE = "2024-W49"
DUE = datetime(2024, 12, 9, 0, 0, 1, tzinfo=UTC)  # Monday, 8 o'clock in Shanghai


def by_command(settings: Settings, store: Store) -> bool:
    return sending.send_issues(settings, store, build.collect(settings)).well


def by_automation(settings: Settings, store: Store) -> bool:
    state = SharedState(settings, store, lambda: DUE, lambda: False)
    state.update(build.collect(settings), DUE, changed=True)
    return not IssueTask(state, build.build).run().problem


def result_of(settings: Settings, store: Store) -> dict[str, object]:
    rows = list(store.deliveries.rows(ISSUE, list(DeliveryState)))
    folder = settings.path(settings.output.folder)
    return {
        "issues": [(info.id, info.state) for info in store.issues.all()],
        "deliveries": sorted((row.subscriber_id, row.edition, row.state) for row in rows),
        "messages": {row.edition: store.issues.message(ISSUE, row.edition) for row in rows},
        "page": (folder / f"issues/{ISSUE}.html").read_bytes(),
        "outbox": len(list(settings.path(settings.mail.outbox).glob("*.eml"))),
    }


def test_both_freeze_and_send_the_same(
    home: Home, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sending, "now", lambda: DUE)
    home.join(5)
    home.store.close()
    results = []
    for way in (by_command, by_automation):
        folder = tmp_path / way.__name__
        shutil.copytree(home.folder, folder, ignore=shutil.ignore_patterns("by_*"))
        settings = load(folder / "publisher.toml", {}, {})
        with open_store(settings) as store:
            assert way(settings, store)
            results.append(result_of(settings, store))
    assert results[0] == results[1]
    assert results[0]["outbox"] == 5
