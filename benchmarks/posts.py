"""The posts that every program of `build` gets: the same for all, and none that one refuses."""

from __future__ import annotations

import os
import re
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from benchmarks.feed_check import incomplete, papers, post_number
from benchmarks.material import archive
from benchmarks.measure import measure

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from benchmarks.programs import Program

_FILE = re.compile(r'[^\s":]*/\d+-[^"]*?\.md')
_DAY = 86_400


class FailedError(Exception):
    """A program does not build at all; the text is the end of what it said."""


@dataclass(frozen=True, slots=True)
class Posts:
    """Posts below `folder`, and some that are still to come."""

    folder: Path
    waiting: list[Path]

    def add_one(self) -> None:
        """Let the next post appear."""
        path = self.waiting.pop(0)
        target = self.folder / path.parent.name / path.name
        target.parent.mkdir(exist_ok=True)
        path.rename(target)

    def expected(self) -> dict[int, frozenset[str]]:
        """Return what a full feed holds: the papers of each post, by its number."""
        found = {}
        for path in self.folder.rglob("*.md"):
            number = post_number(path.as_posix())
            assert number is not None
            found[number] = papers(path.read_text(encoding="utf-8"))
        return found


def make_posts(work: Path, size: int, sources: Sequence[Path], more: int = 0) -> Posts:
    """Write `size` posts to `work`/source/_posts and keep `more` that are added one by one."""
    folder, aside = work / "source" / "_posts", work / "waiting"
    archive(folder, size + more, sources)
    aside.mkdir()
    # Caches do not believe the time of a file that changed a moment ago.
    yesterday = time.time() - _DAY
    waiting = []
    for path in sorted(folder.rglob("*.md"), key=lambda path: int(path.name.split("-")[0])):
        # Hexo's digests begin with an empty line, after which Pelican sees no front matter.
        path.write_text(path.read_text(encoding="utf-8").lstrip(), encoding="utf-8")
        os.utime(path, (yesterday, yesterday))
        if int(path.name.split("-")[0]) >= size:
            kept = aside / path.parent.name / path.name
            kept.parent.mkdir(exist_ok=True)
            path.rename(kept)
            waiting.append(kept)
    return Posts(folder, waiting)


def refused(program: Program, work: Path, sources: Sequence[Path]) -> set[int]:
    """Return which of `sources`, by their place, `program` refuses or has only in part.

    Raises `FailedError`.
    """
    posts = make_posts(work, len(sources), sources)
    site = work / "site"
    program.make_site(site)
    bad: set[int] = set()
    while True:
        usage = measure(program.command, site, os.environ | program.environment)
        if usage.status in program.good_statuses and (site / program.feed).is_file():
            return bad | incomplete(site / program.feed, posts.expected())[1]
        # Hugo makes nothing at all of an archive with one bad post, and names it.
        named = {post_number(path) for path in _FILE.findall(usage.output)} - {None}
        culprits = [
            path for path in posts.folder.rglob("*.md") if post_number(path.as_posix()) in named
        ]
        if not culprits:
            lines = usage.output.strip().splitlines()
            raise FailedError(lines[-1] if lines else f"status {usage.status}")
        for path in culprits:
            path.unlink()
        bad |= {number for number in named if number is not None}
