"""The child that publishes beside the app: started again where it dies, ended when the app ends."""

from __future__ import annotations

import os
import signal
import sys
import time
from threading import Event, Thread
from typing import TYPE_CHECKING

import httpx2
import psutil
from support.ports import free_port, listens
from support.program import PATIENCE, running, until

from publisher.web.supervisor import keep

if TYPE_CHECKING:
    from pathlib import Path

    import pytest

WRITES_AND_WAITS = (
    "import pathlib, os, sys; pathlib.Path('{0}', str(os.getpid())).touch(); sys.stdin.read()"
)


def started(folder: Path) -> list[int]:
    return sorted((int(path.name) for path in folder.iterdir()), key=lambda pid: pid)


def test_a_child_that_dies_is_started_again(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    stopping = Event()
    command = (sys.executable, "-c", WRITES_AND_WAITS.format(tmp_path))
    thread = Thread(target=keep, args=(command, stopping))
    thread.start()
    try:
        until(lambda: len(started(tmp_path)) == 1)
        (first,) = started(tmp_path)
        os.kill(first, signal.SIGKILL)
        until(lambda: len(started(tmp_path)) == 2)
    finally:
        stopping.set()
        thread.join(PATIENCE)
    assert not thread.is_alive()
    assert not any(psutil.pid_exists(pid) for pid in started(tmp_path))
    assert "ended by signal 9; restarting in 1 s" in capfd.readouterr().err


def test_a_command_that_is_none_is_said(capfd: pytest.CaptureFixture[str]) -> None:
    stopping = Event()
    thread = Thread(target=keep, args=(("/nowhere/at/all",), stopping))
    thread.start()
    said = ""
    until_time = time.monotonic() + PATIENCE
    while "can't be started" not in said and time.monotonic() < until_time:
        said += capfd.readouterr().err
    stopping.set()
    thread.join(PATIENCE)
    assert "can't be started: No such file or directory" in said


def test_whatever_becomes_of_the_server_its_child_ends(tmp_path: Path) -> None:
    port = free_port()
    url = f"http://localhost:{port}/"
    (tmp_path / "digests").mkdir()
    (tmp_path / "publisher.toml").write_text(
        f'[source]\nfolders = ["digests"]\n[web]\nurl = "{url}"\nport = {port}\n'
    )
    with running(tmp_path, "serve") as server:
        server.said("error: ")  # there is no digest yet
        until(lambda: listens(port))
        answer = httpx2.get(f"{url}healthz", timeout=PATIENCE, trust_env=False)
        assert answer.status_code == 200
        (child,) = psutil.Process(server.process.pid).children()
        assert "run" in child.cmdline()
        server.process.kill()
        until(lambda: not child.is_running() or child.status() == psutil.STATUS_ZOMBIE)
