"""Two builds at once: real processes, real locks."""

from __future__ import annotations

import errno
import os
import stat
import subprocess
import sys
import threading
import time
from typing import TYPE_CHECKING

import pytest
from support.program import PATIENCE, running

from publisher.build_lock import build_lock, holder_in
from publisher.errors import OutputError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

HOLD = """
import sys
from pathlib import Path
from publisher.build_lock import build_lock
with build_lock(Path(sys.argv[1]), 0, Path(sys.argv[2]), print):
    print("held", flush=True)
    sys.stdin.read()
"""
LOCKS = """\
1: POSIX  ADVISORY  WRITE 11 fd:01:77 0 EOF
2: FLOCK  ADVISORY  WRITE 22 fd:01:77 0 EOF
2: -> FLOCK  ADVISORY  WRITE 33 fd:01:78 0 EOF
3: FLOCK  ADVISORY  WRITE 0 fd:01:79 0 EOF
garbage
"""


@pytest.fixture
def hold(tmp_path: Path) -> Iterator[Callable[..., subprocess.Popen[str]]]:
    started: list[subprocess.Popen[str]] = []

    def start(folder: Path) -> subprocess.Popen[str]:
        process = subprocess.Popen(
            [sys.executable, "-c", HOLD, str(folder), str(tmp_path / "cache")],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        started.append(process)
        assert process.stdout is not None
        assert process.stdout.readline() == "held\n"
        return process

    yield start
    for process in started:
        process.kill()
        process.communicate()


@pytest.mark.parametrize(("inode", "process"), [(77, 22), (78, None), (79, None), (80, None)])
def test_who_holds_it(inode: int, process: int | None) -> None:
    assert holder_in(LOCKS, os.makedev(0xFD, 1), inode) == process


def test_the_second_waits_its_turn(
    examples: Path, tmp_path: Path, hold: Callable[..., subprocess.Popen[str]]
) -> None:
    first = hold(tmp_path / "out")
    options = ("--source", str(examples), "--output", str(tmp_path / "out"))
    with running(tmp_path, "build", *options) as second:
        line = second.said("waiting for another build")
        if sys.platform == "linux":
            assert f"(process {first.pid})" in line
        assert not (tmp_path / "out" / "atom.xml").exists()
        first.communicate()
        assert second.process.wait(PATIENCE) == 0
    assert not [line for line in second.lines[1:] if "waiting" in line]
    assert (tmp_path / "out" / "atom.xml").is_file()
    assert not [path for path in (tmp_path / "out").rglob("*") if "lock" in path.name]


def test_it_waits_no_longer_than_it_is_told(
    publisher: Callable[..., subprocess.CompletedProcess[str]],
    examples: Path,
    tmp_path: Path,
    hold: Callable[..., subprocess.Popen[str]],
) -> None:
    hold(tmp_path / "out")
    done = publisher(
        "build",
        "--source",
        examples,
        "--output",
        tmp_path / "out",
        code=1,
        PUBLISHER_OUTPUT__WAIT_SECONDS="0.3",
    )
    assert "did not end (setting output.wait_seconds)" in done.stderr
    # Another folder is nobody's.
    publisher("build", "--source", examples, "--output", tmp_path / "other")


def test_who_was_killed_holds_nothing(
    tmp_path: Path, hold: Callable[..., subprocess.Popen[str]]
) -> None:
    first = hold(tmp_path / "out")
    with (
        pytest.raises(OutputError, match="another build"),
        build_lock(tmp_path / "out", 0, tmp_path, print),
    ):
        pass
    first.kill()
    first.wait()
    with build_lock(tmp_path / "out", 0, tmp_path, print):
        pass


def test_every_name_of_a_folder_meets_the_same_lock(
    tmp_path: Path, hold: Callable[..., subprocess.Popen[str]]
) -> None:
    hold(tmp_path / "out")
    (tmp_path / "link").symlink_to("out")
    with pytest.raises(OutputError), build_lock(tmp_path / "link", 0, tmp_path, print):
        pass


def test_a_folder_that_was_made_anew_is_locked_anew(tmp_path: Path) -> None:
    order: list[str] = []

    def second() -> None:
        with build_lock(tmp_path / "out", 60, tmp_path, lambda _text: order.append("waits")):
            order.append("second")

    with build_lock(tmp_path / "out", 0, tmp_path, print):
        thread = threading.Thread(target=second)
        thread.start()
        while not order:
            time.sleep(0.01)
        (tmp_path / "out").rename(tmp_path / "old")
        order.append("first")
    thread.join()
    assert order[-1] == "second"
    assert (tmp_path / "out").is_dir()


def test_where_folders_can_not_be_locked_a_file_of_the_cache_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import fcntl

    flock = fcntl.flock

    def nfs(descriptor: int, how: int) -> None:
        if stat.S_ISDIR(os.fstat(descriptor).st_mode):
            raise OSError(errno.EBADF, os.strerror(errno.EBADF))
        flock(descriptor, how)

    monkeypatch.setattr(fcntl, "flock", nfs)
    out, cache = tmp_path / "out", tmp_path / "cache"
    with build_lock(out, 0, cache, print):
        with pytest.raises(OutputError, match="another build"), build_lock(out, 0, cache, print):
            pass
        with build_lock(tmp_path / "other", 0, cache, print):
            pass
    with build_lock(out, 0, cache, print):
        pass


def test_the_wait_can_be_ended(tmp_path: Path) -> None:
    def stop(_message: str) -> None:
        raise KeyboardInterrupt

    with (
        build_lock(tmp_path / "out", 0, tmp_path, print),
        pytest.raises(KeyboardInterrupt),
        build_lock(tmp_path / "out", 60, tmp_path, stop),
    ):
        pass


def test_a_folder_that_can_not_be_made(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with (
        pytest.raises(OutputError, match="can't be written"),
        build_lock(tmp_path / "file" / "out", 0, tmp_path, print),
    ):
        pass


def test_builds_that_start_together_all_end_well(examples: Path, tmp_path: Path) -> None:
    command = [sys.executable, "-m", "publisher", "build", "--source", str(examples), "--output"]
    together = [
        subprocess.Popen([*command, str(tmp_path / "out")], stdout=subprocess.PIPE, text=True)
        for _ in range(3)
    ]
    said = [process.communicate()[0].splitlines() for process in together]
    assert [process.returncode for process in together] == [0, 0, 0]
    # One of them wrote everything, the others found it done.
    assert sorted(map(bool, said)) == [False, False, True]
