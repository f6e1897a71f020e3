"""Cost of one run of a command: time, processor time and memory."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
import threading
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING

import psutil

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

_SAMPLE_SECONDS = 0.02
_MEGABYTE = 1_000_000
# Linux counts in kilobytes, macOS in bytes.
_MAXRSS_UNIT = 1 if sys.platform == "darwin" else 1024


class TooSlowError(Exception):
    """The command did not end in time."""


@dataclass(frozen=True, slots=True)
class Usage:
    """`wall` and `cpu` (user and system, children included) in seconds, `peak` in megabytes."""

    wall: float
    cpu: float
    peak: float
    status: int
    output: str


def measure(
    command: Sequence[str],
    folder: Path,
    environment: Mapping[str, str],
    *,
    patience: float | None = None,
    whole_tree: bool = False,
) -> Usage:
    """Run `command` in `folder` and return what it cost.

    The peak is that of the largest process; with `whole_tree` the sum over all processes is looked
    up many times a second too, which costs time of its own. What processes share counts once where
    the system says how much that is (Linux), else for each of them. Raises `TooSlowError` after
    `patience` seconds.
    """
    # What is still on its way to the disk is nobody's work here.
    os.sync()
    with tempfile.TemporaryFile() as output:
        started = perf_counter()
        process = subprocess.Popen(
            command,
            cwd=folder,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        ended = threading.Event()
        stopped = threading.Event()

        def stop() -> None:
            stopped.set()
            os.killpg(process.pid, signal.SIGKILL)

        peaks = [0.0]
        watcher = threading.Thread(target=_watch, args=(process.pid, ended, peaks))
        timer = threading.Timer(patience or threading.TIMEOUT_MAX, stop)
        timer.daemon = True
        timer.start()
        if whole_tree:
            watcher.start()
        try:
            _, status, spent = os.wait4(process.pid, 0)
            wall = perf_counter() - started
        except KeyboardInterrupt:
            # In its own session it does not hear of that by itself.
            stop()
            raise
        finally:
            timer.cancel()
            ended.set()
        if whole_tree:
            watcher.join()
        process.returncode = os.waitstatus_to_exitcode(status)
        if stopped.is_set():
            raise TooSlowError
        output.seek(0)
        return Usage(
            wall=wall,
            cpu=spent.ru_utime + spent.ru_stime,
            peak=max(*peaks, spent.ru_maxrss * _MAXRSS_UNIT / _MEGABYTE),
            status=process.returncode,
            output=output.read().decode(errors="replace"),
        )


def _watch(pid: int, ended: threading.Event, peaks: list[float]) -> None:
    try:
        root = psutil.Process(pid)
        while not ended.wait(_SAMPLE_SECONDS):
            total = 0
            for process in (root, *root.children(recursive=True)):
                with suppress(psutil.NoSuchProcess):
                    total += _memory(process)
            peaks.append(total / _MEGABYTE)
    except psutil.NoSuchProcess:
        return


def _memory(process: psutil.Process) -> int:
    """Return its bytes, of what it shares its part. Raises `psutil.NoSuchProcess`."""
    with suppress(OSError):
        rollup = Path(f"/proc/{process.pid}/smaps_rollup").read_text(encoding="ascii")
        for line in rollup.splitlines():
            if line.startswith("Pss:"):
                return int(line.split()[1]) * 1024
    memory: int = process.memory_info().rss
    return memory
