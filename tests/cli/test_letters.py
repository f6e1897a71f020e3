from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from publisher.cli import letters
from publisher.cli.sending import SendResult
from publisher.services.store import open_store
from publisher.settings import Secret, Settings
from publisher.settings.sections import Store

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize(("held", "expected"), [(True, ["saved", "sent", "saved"]), (False, [])])
def test_the_store_is_saved_around_the_question(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, held: bool, expected: list[str]
) -> None:
    settings = Settings(store=Store(url=Secret(f"sqlite:///{tmp_path}/publisher.db")))
    steps: list[str] = []
    monkeypatch.setattr(letters, "send", lambda *_: steps.append("sent"))
    with open_store(settings) as store:
        store.save = lambda: steps.append("saved")
        letters.send_questions(SendResult(well=True, held=held), settings, store)
    assert steps == expected
