"""The program as a process, for tests: what it says is waited for, never for how long."""

from __future__ import annotations

import os
import queue
import subprocess
import sys
import threading
import time
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator

PATIENCE = 240.0  # a loaded machine is no defect
MODULE = ("-m", "publisher")
CLOCKED = (str(Path(__file__).parent / "clock.py"),)


class Running:
    """A command of the program in the folder `home`, and all that it says."""

    def __init__(
        self, home: Path, *arguments: str, program: tuple[str, ...], **variables: str
    ) -> None:
        self.lines: list[str] = []
        self._new: queue.Queue[str] = queue.Queue()
        self.process = subprocess.Popen(
            [sys.executable, *program, *arguments],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            encoding="utf-8",
            cwd=home,
            env=environment() | variables,
        )
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self._new.put(line.rstrip("\n"))

    def said(self, text: str) -> str:
        """Wait for a line that holds `text`."""
        until = time.monotonic() + PATIENCE
        while True:
            try:
                line = self._new.get(timeout=max(until - time.monotonic(), 0.01))
            except queue.Empty:
                pytest.fail(f"never said {text!r}: {self.lines}")
            self.lines.append(line)
            if text in line:
                return line

    def everything(self) -> list[str]:
        """Return every line so far."""
        while not self._new.empty():
            self.lines.append(self._new.get())
        return self.lines

    def signal(self, number: int) -> int:
        """Send a signal and return the exit code."""
        self.process.send_signal(number)
        return self.process.wait(PATIENCE)

    def end(self) -> None:
        """Kill it where it still runs, and take in what it said."""
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()
        self._reader.join(PATIENCE)
        assert self.process.stdout is not None
        self.process.stdout.close()
        self.everything()


def environment() -> dict[str, str]:
    return {k: v for k, v in os.environ.items() if not k.startswith("PUBLISHER_")}


@contextmanager
def running(
    home: Path, *arguments: str, program: tuple[str, ...] = MODULE, **variables: str
) -> Iterator[Running]:
    """Run a command until the block ends; it must never show a traceback."""
    made = Running(home, *arguments, program=program, **variables)
    try:
        yield made
    finally:
        made.end()
    assert not [line for line in made.lines if "Traceback" in line], made.lines


def until(condition: object, seconds: float = PATIENCE) -> None:
    """Wait for a condition; fail where it does not come."""
    assert callable(condition)
    latest = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < latest, "it did not happen in time"
        time.sleep(0.01)
