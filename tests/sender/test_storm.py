from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest


@pytest.mark.slow
@pytest.mark.skipif(not hasattr(os, "fork"), reason="has no fork")
def test_killed_and_stopped_at_any_moment_nobody_gets_two() -> None:
    # By itself: a fork of a program with threads inherits their locks.
    command = [sys.executable, Path(__file__).with_name("storm.py"), "--runs", "40"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=600)
    assert done.returncode == 0, done.stderr
    assert "40 runs" in done.stdout
