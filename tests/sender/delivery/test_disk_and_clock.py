"""Real full and read-only disks and jumping clocks during a delivery.

Whatever happens: at most one copy each, `sent` only where the server has it, nobody lost.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from collections import Counter
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from publisher.models import DeliveryState as S
from publisher.sender.delivery.states import FINAL
from publisher.store.database import open_store

if TYPE_CHECKING:
    from collections.abc import Iterator

    from conftest import Received

ISSUE = "2024-W49"
PEOPLE = 120
Freeze = "Callable[[int], list[str]]"
Serve = "Callable[..., tuple[int, Received]]"
pytestmark = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="needs Linux")

SENDER = """
import os, resource, sys
from publisher.errors import PublisherError
from publisher.sender.delivery.deliver import deliver
from publisher.sender.delivery.options import DeliveryOptions
from publisher.sender.transports.login import Server
from publisher.sender.transports.smtp import SmtpTransport
from publisher.store.database import open_store
url, port, most, processes = sys.argv[1:5]
transports = [SmtpTransport(Server("127.0.0.1", int(port), "none"), timeout_seconds=20)
              for _ in range(3)]
try:
    with open_store(url) as store:
        if int(most):
            wal = os.stat(url.removeprefix("sqlite:///") + "-wal").st_size
            resource.setrlimit(resource.RLIMIT_FSIZE, (wal + int(most),) * 2)
        options = DeliveryOptions("n@x.org", store.keys, processes=processes == "True")
        report = deliver("2024-W49", store, transports, options)
    print(report.stopped)
except PublisherError as error:
    print(f"{type(error).__name__}: {error}")
    sys.exit(1)
"""


def start(
    url: str, port: int, *, most: int = 0, processes: bool = False, **variables: str
) -> subprocess.Popen[str]:
    """Start a sender that may let a file grow by at most `most` bytes."""
    command = [sys.executable, "-c", SENDER, url, str(port), str(most), str(processes)]
    return subprocess.Popen(
        command,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, **variables},
    )


def ended(process: subprocess.Popen[str]) -> tuple[int, str]:
    output, errors = process.communicate(timeout=120)
    assert "Traceback" not in errors, errors
    return process.returncode, output.strip()


def resumed(url: str, port: int) -> None:
    """Send until nothing is left, including the claims of senders that died."""
    for _ in range(20):
        ended(start(url, port))
        with open_store(url) as store:
            counts = store.deliveries.counts(ISSUE)
        if not counts[S.READY] + counts[S.CLAIMED] + counts[S.SENDING]:
            return
    raise AssertionError(counts)


def check(url: str, received: Received, *, doubts: int) -> None:
    copies = Counter(received.to)
    with open_store(url) as store:
        rows = store.deliveries.rows(ISSUE)
    assert len(rows) == PEOPLE
    assert max(copies.values(), default=0) == 1
    for row in rows:
        assert row.state in FINAL | {S.REJECTED, S.IN_DOUBT}
        if row.state is S.SENT:
            assert copies[row.email] == 1
        elif row.state is not S.IN_DOUBT:
            assert not copies[row.email]
    assert sum(row.state is S.IN_DOUBT for row in rows) <= doubts


@contextmanager
def small_disk(folder: Path, size: str) -> Iterator[Path]:
    """Mount a new file system, where that is allowed."""
    folder.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", f"size={size}", "none", str(folder)]
    if shutil.which("mount") is None or subprocess.run(command, capture_output=True).returncode:
        pytest.skip("no file system can be mounted here")
    try:
        yield folder
    finally:
        subprocess.run(["umount", "-l", str(folder)], check=True)


def moved(url: str, folder: Path) -> str:
    """Move a store into `folder`; return its new URL."""
    path = Path(url.removeprefix("sqlite:///"))
    for file in path.parent.glob(f"{path.name}*"):
        shutil.copy(file, folder)
    return f"sqlite:///{folder / path.name}"


def fill(path: Path, leave: int) -> None:
    """Fill the disk of `path` except for `leave` bytes."""
    state = os.statvfs(path.parent)
    path.write_bytes(b"\0" * (state.f_bavail * state.f_frsize - leave))


@pytest.mark.parametrize(("leave", "processes"), [(0, False), (150_000, False), (150_000, True)])
def test_a_disk_that_fills_up(
    freeze: Freeze, url: str, smtp_server: Serve, tmp_path: Path, leave: int, processes: bool
) -> None:
    freeze(PEOPLE)
    port, received = smtp_server()
    with small_disk(tmp_path / "disk", "12m") as disk:
        url = moved(url, disk)
        fill(disk / "filler", leave)
        code, output = ended(start(url, port, processes=processes))
        assert code == 1
        assert output.startswith("StoreError: ")
        assert "the disk" in output
        assert len(received.to) < PEOPLE
        (disk / "filler").unlink()
        resumed(url, port)
        check(url, received, doubts=3)


@pytest.mark.parametrize(("most", "processes"), [(1, False), (100_000, False), (100_000, True)])
def test_a_file_that_may_not_grow(
    freeze: Freeze, url: str, smtp_server: Serve, most: int, processes: bool
) -> None:
    freeze(PEOPLE)
    port, received = smtp_server()
    with open_store(url):  # else the log of the store is gone when the sender looks at it
        code, output = ended(start(url, port, most=most, processes=processes))
    assert code == 1
    assert output.startswith("StoreError: ")
    assert "the disk" in output
    resumed(url, port)
    check(url, received, doubts=3)


def test_a_store_that_can_only_be_read(
    freeze: Freeze, url: str, smtp_server: Serve, tmp_path: Path
) -> None:
    freeze(PEOPLE)
    port, received = smtp_server()
    with small_disk(tmp_path / "disk", "12m") as disk:
        url = moved(url, disk)
        subprocess.run(["mount", "-o", "remount,ro", str(disk)], check=True)
        code, output = ended(start(url, port))
        assert code == 1
        assert output.startswith("StoreError: ")
        assert not received.to
        subprocess.run(["mount", "-o", "remount,rw", str(disk)], check=True)
        resumed(url, port)
        check(url, received, doubts=0)


@pytest.fixture(scope="session")
def faketime() -> str:
    """Return the library that gives a process its own clock (Debian: faketime)."""
    for folder in Path("/usr/lib").glob("*-linux-*/faketime"):
        return str(folder / "libfaketimeMT.so.1")
    pytest.skip("faketime is not installed")


JUMPS = ["+3d", "-2d", "+0", "-400d", "+30d", "-1h"]


@pytest.mark.parametrize("processes", [False, True])
def test_a_clock_that_jumps(
    freeze: Freeze, url: str, smtp_server: Serve, tmp_path: Path, faketime: str, processes: bool
) -> None:
    freeze(PEOPLE)
    port, received = smtp_server()
    clock = tmp_path / "clock"
    clock.write_text("+0\n")
    variables = {
        "LD_PRELOAD": faketime,
        "FAKETIME_TIMESTAMP_FILE": str(clock),
        "FAKETIME_NO_CACHE": "1",
        "FAKETIME_DONT_FAKE_MONOTONIC": "1",
    }
    # Two of them: each meets the leases and claims that the other's clock has set.
    senders = [start(url, port, processes=processes, **variables) for _ in range(2)]
    seen = 0
    deadline = time.monotonic() + 120
    for jump in JUMPS:
        while len(received.to) < seen + 10 and any(s.poll() is None for s in senders):
            assert time.monotonic() < deadline
            time.sleep(0.005)
        seen = len(received.to)
        fresh = tmp_path / "fresh"
        fresh.write_text(f"{jump}\n")
        fresh.replace(clock)
    for sender in senders:
        with suppress(subprocess.TimeoutExpired):
            ended(sender)
    resumed(url, port)
    # Each time a clock jumped, the other may have taken the message on its way for abandoned.
    check(url, received, doubts=2 * 3 * len(JUMPS))
    assert seen
