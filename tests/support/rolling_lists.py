"""Lists that hold the papers of their last days, and repositories with their versions."""

from __future__ import annotations

import subprocess
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

START = datetime(2026, 3, 2, 9, tzinfo=UTC)  # a Monday


def git(folder: Path, *arguments: str, day: int = 0) -> str:
    """Run git in `folder`, at a time `day` days after START."""
    moment = (START + timedelta(days=day)).isoformat()
    identity = ["-c", "user.name=Kim", "-c", "user.email=kim@example.org"]
    done = subprocess.run(
        ["git", *identity, "-C", str(folder), *arguments],
        capture_output=True,
        text=True,
        env={"PATH": "/usr/bin:/bin", "GIT_AUTHOR_DATE": moment, "GIT_COMMITTER_DATE": moment},
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def paper_id(day: int, number: int = 0) -> str:
    """Return the id of a paper that comes in on `day`."""
    return f"2603.{day:02d}{number:03d}"


def table(days: Iterable[int], *, dated: bool = False, heading: str = "Radiance fields") -> str:
    """Return a README with two papers of each day."""
    rows = [
        f"|{START + timedelta(days=day):%Y-%m-%d}|Paper {number} of day {day}|Ada Author|"
        f"[link](https://arxiv.org/abs/{paper_id(day, number)})|"
        for day in days
        for number in (1, 2)
    ]
    if not dated:
        rows = ["|" + row.split("|", 2)[2] for row in rows]
    names = ["Date"] * dated + ["Title", "Authors", "PDF"]
    head = [f"|{'|'.join(names)}|", f"|{'---|' * len(names)}"]
    return "\n".join(["# Papers of the day", "", f"## {heading}", "", *head, *rows, ""])


class ListRepository:
    """A repository with a README that holds the papers of the last `kept` days."""

    def __init__(self, folder: Path, *, kept: int = 3, dated: bool = False) -> None:
        self.folder, self.kept, self.dated, self.day = folder, kept, dated, -1
        folder.mkdir(parents=True)
        git(folder, "init", "-q", "-b", "main")

    def commit(self, text: str | None = None, name: str = "README.md") -> None:
        """Commit the list of the next day, or `text`."""
        self.day += 1
        days = range(self.day, max(-1, self.day - self.kept), -1)
        content = table(days, dated=self.dated) if text is None else text
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content, encoding="utf-8")
        git(self.folder, "add", "--all")
        git(self.folder, "commit", "-q", "-m", "x", day=self.day)
