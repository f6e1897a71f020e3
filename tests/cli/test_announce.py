"""`publisher announce` as a process: a real chat server, real signals, several at once."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

import pytest
from support.announcing_site import TOKEN, AnnouncingSite
from support.chat_server import ChatServer, hang

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    Publisher = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def site(tmp_path: Path) -> Iterator[AnnouncingSite]:
    chat = ChatServer()
    yield AnnouncingSite(tmp_path, chat)
    chat.close()


def start(site: AnnouncingSite) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "publisher", "announce"],
        cwd=site.folder,
        text=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )


def test_the_command(site: AnnouncingSite, publisher: Publisher) -> None:
    site.land()
    site.announce()
    site.land()
    plan = publisher("announce", "--dry-run").stdout
    assert plan.startswith("1 new paper · Papers\n\nNeRF\n• Paper number 2\n")
    assert publisher("announce").stdout == "chat: announced: 1 new paper · Papers\n"
    assert "  chat  digests  sent  1  1 new paper" in publisher("announce", "--list").stdout
    assert "exclude each other" in publisher("announce", "--test", "--list", code=2).stderr
    assert len(site.chat.bodies) == 1


def test_a_kill_in_mid_call_leaves_a_doubt_and_sends_nothing_twice(
    site: AnnouncingSite, publisher: Publisher
) -> None:
    site.land()
    site.announce()
    site.land()
    site.chat.script.append(hang)
    process = start(site)
    assert site.chat.arrived.wait(60)
    process.kill()
    output = process.communicate()
    assert TOKEN not in str(output)
    assert site.states() == ["sending"]
    assert site.announce() == []
    assert site.states() == ["in_doubt"]
    doctor = publisher("doctor", "--offline", "announce").stdout
    assert "chat: 1 announcement is in doubt: it may have arrived" in doctor
    # What comes afterwards is announced as ever.
    site.land()
    site.announce()
    assert site.states() == ["sent", "in_doubt"]
    assert len(site.chat.bodies) == 2
    result = publisher("announce", "--retry-unknown")
    assert "1 announcement in doubt: will be sent again" in result.stderr
    assert site.states() == ["sent", "sent"]
    assert len(site.chat.bodies) == 3
    assert "0 announcements in doubt: given up" in publisher("announce", "--abandon").stderr


def test_a_kill_before_the_words_are_stored_loses_nothing(site: AnnouncingSite) -> None:
    site.land()
    site.announce()
    site.land()
    with site.store() as store:
        with store._database.writing():  # the other process waits for its turn, and is killed
            process = start(site)
            with pytest.raises(subprocess.TimeoutExpired):
                process.wait(4)
            process.kill()
            process.communicate()
        assert store.announcements.newest(1) == []
    (report,) = site.announce()
    assert report.title == "1 new paper · Papers"


def test_of_two_at_once_one_announces(site: AnnouncingSite) -> None:
    site.write_settings("a", "b")
    site.land()
    site.announce()
    site.land()
    processes = [start(site) for _ in range(2)]
    for process in processes:
        assert process.wait(120) == 0, process.communicate()
        process.communicate()
    assert len(site.chat.bodies) == 2
    assert site.states() == ["sent", "sent"]
