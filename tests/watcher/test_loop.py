"""The loop where the system does not play along; the rest is in test_watch.py."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
import watchfiles

from publisher.errors import OutputError
from publisher.settings import load
from publisher.watcher import schedule
from publisher.watcher.loop import BuildOutcome, Watcher

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from publisher.settings import Settings


@pytest.fixture
def watcher(tmp_path: Path) -> Callable[..., tuple[Watcher, list[str]]]:
    """Return a function that makes a watcher which ends after so many builds, and what it says."""
    (tmp_path / "digests").mkdir()
    config = tmp_path / "publisher.toml"
    config.write_text("")

    def make(*outcomes: BuildOutcome | Exception) -> tuple[Watcher, list[str]]:
        left = list(outcomes)
        said: list[str] = []

        def build(_settings: Settings) -> BuildOutcome:
            (tmp_path / "digests" / f"{len(left)}.md").touch()
            outcome = left.pop(0)
            if isinstance(outcome, Exception):
                raise outcome
            return outcome

        return (
            Watcher(lambda: load(config, {}), config, build, said.append, lambda: not left),
            said,
        )

    return make


FINE = BuildOutcome("1 file written", changed=True)


def test_it_looks_for_changes_where_the_kernel_tells_of_none(
    watcher: Callable[..., tuple[Watcher, list[str]]], monkeypatch: pytest.MonkeyPatch
) -> None:
    def limited(*_paths: Any, **_options: Any) -> None:
        raise OSError(28, "OS file watch limit reached.")

    monkeypatch.setattr(watchfiles, "watch", limited)
    made, said = watcher(FINE, FINE)
    made.run()
    assert "so the folders are polled: " in said[0]
    assert "watch limit reached" in said[0]
    assert len(said) == 3


def test_errors_are_said_once_and_tried_again(
    watcher: Callable[..., tuple[Watcher, list[str]]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(schedule, "RETRY_SECONDS", 0.1)
    full = OutputError("public: can't be written: No space left on device")
    made, said = watcher(full, full, ValueError("a defect"), FINE, full, FINE)
    made.run()
    texts = [line.split(" ", 1)[1] for line in said]
    assert texts[0] == f"error: {full}"
    assert texts[1] == "error: ValueError: a defect"
    assert "1 file written" in texts[2]
    assert texts[3] == f"error: {full}"
    assert "1 file written" in texts[4]
    assert len(texts) == 5
