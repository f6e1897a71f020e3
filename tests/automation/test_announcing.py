"""The task that announces: what it says, and when it runs again."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from support.announcing_site import AnnouncingSite
from support.chat_server import ChatServer, reply

from publisher.automation.announcing import AnnounceTask
from publisher.automation.shared_state import SharedState
from publisher.services import build

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture
def site(tmp_path: Path) -> Iterator[AnnouncingSite]:
    chat = ChatServer()
    yield AnnouncingSite(tmp_path, chat)
    chat.close()


def test_a_build_wakes_it_and_a_refusal_names_the_next_try(site: AnnouncingSite) -> None:
    now = datetime.now(UTC)
    with site.store() as store:
        state = SharedState(site.settings, store, lambda: now, lambda: False)
        task = AnnounceTask(state)
        assert task.run().message == ""  # there was no build yet
        site.land()
        state.collection = build.collect(site.settings)
        assert "chat: new here" in task.run().message
        site.land()
        state.collection = build.collect(site.settings)
        site.chat.script.append(reply(429, Retry_After="600"))
        result = task.run()
        assert "chat: refused: 429 Too Many Requests" in result.message
        assert result.at is not None
        assert abs(result.at - now - timedelta(seconds=600)) < timedelta(seconds=1)
        assert (task.run().message, result.problem) == ("", "")
        now += timedelta(seconds=601)
        result = task.run()
        assert result.message == "chat: announced: 1 new paper · Papers"
        assert result.at is None
        # What is wrong with the settings is a problem that lasts until it is mended.
        file = site.folder / "publisher.toml"
        file.write_text(file.read_text().replace("json://", "nothing://"))
        state.settings = site.settings
        assert "its url is none that Apprise knows" in task.run().problem
        site.write_settings()
        state.settings = site.settings
        assert (task.run().message, task.run().problem) == ("", "")
    assert len(site.chat.bodies) == 2
