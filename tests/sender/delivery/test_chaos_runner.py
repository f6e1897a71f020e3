from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest


@pytest.mark.slow
@pytest.mark.skipif(not hasattr(os, "fork"), reason="has no fork")
@pytest.mark.both_databases
def test_killed_and_stopped_at_any_moment_nobody_gets_two(url: str) -> None:
    # In its own process: a fork of a program with threads inherits their locks.
    command = [
        sys.executable,
        Path(__file__).parents[2] / "support" / "chaos_runner.py",
        "--runs",
        "10",
    ]
    if url.startswith("postgresql"):
        command += ["--url", url]
    done = subprocess.run(command, capture_output=True, text=True, timeout=900)
    assert done.returncode == 0, done.stderr
    assert "10 runs" in done.stdout
