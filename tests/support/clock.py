"""The program by a clock of its own, for tests: a file says how many seconds it is ahead."""

from __future__ import annotations

import os
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

from publisher import cli
from publisher.cli import sending, serve

AHEAD = Path(os.environ["PUBLISHER_TEST_AHEAD"])


def now() -> datetime:
    """Return the time with what the file says now: who writes it sets the clock."""
    return datetime.now(UTC) + timedelta(seconds=float(AHEAD.read_text()))


if __name__ == "__main__":
    sending.now = now
    serve.PROGRAM = (sys.executable, __file__)
    cli.main()
