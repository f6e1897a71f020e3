"""From digests to feeds: this program beside Hugo, Hexo and Pelican on the same posts, in one run.

Every peer makes one feed that holds all posts in full, and no pages; Hugo a second time with the
pages, tags and their feeds that it makes where nobody turns them off. This program makes what it
makes by default (feeds in three formats with the 50 newest papers, for the site and for each topic,
archives of all, a page and three citations for each paper), and in a second row feeds with all
papers. Before times are taken, every feed is read: one that lacks a post, or a paper of a post,
counts for nothing. Give it 30 GB of room for 2,600 digests.
"""

from __future__ import annotations

import argparse
import os
import re
import shutil
import statistics
import tempfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks import programs
from benchmarks.feed_check import entries, incomplete
from benchmarks.material import EXAMPLES
from benchmarks.measure import TooSlowError, Usage, measure
from benchmarks.posts import FailedError, Posts, make_posts, refused

if TYPE_CHECKING:
    from collections.abc import Sequence

    from benchmarks.programs import Program

SIZES = (157, 2600)
RUNS = 5
# Peers that need longer for one build are left out; Hugo is the one to be measured by.
PATIENCE_SECONDS = 60.0
NEVER_LEFT_OUT = (programs.OURS, programs.OURS_WHOLE, programs.HUGO, programs.HUGO_PAGES)
SCENARIOS = ("cold", "one new digest", "nothing changed")
NOTE = """
One untimed run of each program comes first; its memory is the table's, all processes together.
Times are medians (and minima), runs of the programs take turns; cpu is user and system time,
children included. "ours / its" is of minima, to which other work on the machine adds least: this
program by default, then with all papers. Only this program and, in part, Hexo (db.json) and
Pelican (its content cache) use what a build before left; Hugo builds in full every time."""


@dataclass(frozen=True, slots=True)
class Contest:
    """Programs with their sites beside the same posts; `programs` loses those that fail."""

    work: Path
    posts: Posts
    programs: list[Program]
    usages: dict[str, list[Usage]] = field(default_factory=dict)

    def leave_out(self, program: Program, why: str) -> None:
        """Go on without `program`."""
        print(f"left out: {program.name}: {why}", flush=True)
        self.programs.remove(program)


def run(*options: str) -> None:
    parser = argparse.ArgumentParser(prog="./run.sh bench build")
    parser.add_argument("--sizes", nargs="+", type=int, default=SIZES, help="digests")
    parser.add_argument("--runs", type=int, default=RUNS, help="timed runs of each program")
    parser.add_argument("--digests", type=Path, default=EXAMPLES, help="folder with digests")
    parser.add_argument("--only-ours", action="store_true", help="without peers and network")
    chosen = parser.parse_args(options)
    sources = sorted(chosen.digests.rglob("*.md"))
    if not sources:
        parser.error(f"no digest in {chosen.digests}")
    with tempfile.TemporaryDirectory() as name:
        work = Path(name)
        peers, sources = _willing([] if chosen.only_ours else _peers(), sources, work)
        for size in chosen.sizes:
            folder = work / str(size)
            posts = make_posts(folder, size, sources, more=chosen.runs + 1)
            contest = Contest(folder, posts, [*programs.ours(), *peers])
            for program in contest.programs:
                program.make_site(folder / program.name)
            for scenario in SCENARIOS:
                _play(contest, scenario, chosen.runs)
                print(f"\n### {scenario}, {size:,} digests\n")
                print(_table(contest), flush=True)
            shutil.rmtree(folder)
    print(NOTE)


def _peers() -> list[Program]:
    found = []
    for name, prepare in programs.OTHERS.items():
        try:
            found.append(prepare())
        except programs.NotInstalledError as error:
            print(f"left out: {name}: can't be installed: {error}")
    return found


def _willing(
    peers: Sequence[Program], sources: list[Path], work: Path
) -> tuple[list[Program], list[Path]]:
    """Return the peers that build, and the digests that every one of them takes."""
    willing: list[Program] = []
    bad: set[int] = set()
    for peer in peers:
        try:
            ones = refused(peer, work / f"trial of {peer.name}", sources)
        except FailedError as error:
            print(f"left out: {peer.name}: does not build: {error}")
            continue
        willing.append(peer)
        bad |= ones
        print(f"{peer.name} refuses {len(ones)} of {len(sources)} digests")
    kept = [source for place, source in enumerate(sources) if place not in bad]
    print(f"{len(kept)} of {len(sources)} digests are taken by all", flush=True)
    return willing, kept


def _play(contest: Contest, scenario: str, runs: int) -> None:
    """Measure every program in `scenario`: `runs` times, and once before to check its feed."""
    contest.usages.clear()
    for turn in range(runs + 1):
        if scenario == "one new digest":
            contest.posts.add_one()
        expected = contest.posts.expected() if turn == 0 else {}
        for program in list(contest.programs):
            site = contest.work / program.name
            if scenario == "cold":
                program.forget(site)
            try:
                usage = measure(
                    program.command,
                    site,
                    os.environ | program.environment,
                    patience=None if program.name in NEVER_LEFT_OUT else PATIENCE_SECONDS,
                    whole_tree=turn == 0,
                )
            except TooSlowError:
                contest.leave_out(program, f"took more than {PATIENCE_SECONDS:.0f} s")
                continue
            fault = _fault(program, usage, site, expected) if turn == 0 else ""
            if fault:
                contest.leave_out(program, fault)
                continue
            contest.usages.setdefault(program.name, []).append(usage)


def _fault(program: Program, usage: Usage, site: Path, expected: dict[int, frozenset[str]]) -> str:
    """Print what the feed holds; return what is wrong with it, "" for nothing."""
    feed = site / program.feed
    if usage.status not in program.good_statuses or not feed.is_file():
        return f"failed with status {usage.status}"
    size = feed.stat().st_size / 1_000_000
    if program.site is not None:
        count, missing = incomplete(feed, expected)
        print(f"{program.name}: {count:,} entries, {size:.1f} MB")
        return f"{len(missing):,} posts are not all there" if missing else ""
    told = re.search(r"([\d,]+) papers from ([\d,]+) digests", usage.output)
    assert told, usage.output
    papers, digests = (int(number.replace(",", "")) for number in told.groups())
    count = sum(1 for _ in entries(feed))
    print(f"{program.name}: {count:,} entries of {papers:,} papers, {size:.1f} MB in atom.xml")
    most = programs.MOST_ENTRIES if program.name == programs.OURS_WHOLE else 50
    if digests != len(expected) or count != min(papers, most):
        return f"{digests:,} digests and {count:,} entries"
    return ""


def _table(contest: Contest) -> str:
    timed = {name: usages[1:] for name, usages in contest.usages.items()}
    names = [program.name for program in contest.programs]
    head = (
        "program",
        "wall s (min)",
        "cpu s (min)",
        "peak MB",
        "wall: ours / its",
        "cpu: ours / its",
    )
    rows: list[tuple[str, ...]] = [head]
    for name in names:
        wall, cpu = ([getattr(u, kind) for u in timed[name]] for kind in ("wall", "cpu"))
        ratios = []
        for kind, own in (("wall", wall), ("cpu", cpu)):
            mine = [
                min(getattr(usage, kind) for usage in timed[our])
                for our in (programs.OURS, programs.OURS_WHOLE)
                if our in names
            ]
            ratios.append(" ".join(f"{one / min(own):.2f}" for one in mine))
        rows.append(
            (
                name,
                f"{statistics.median(wall):.2f} ({min(wall):.2f})",
                f"{statistics.median(cpu):.2f} ({min(cpu):.2f})",
                f"{contest.usages[name][0].peak:.0f}",
                *ratios,
            )
        )
    widths = [max(len(row[column]) for row in rows) for column in range(len(head))]
    lines = [
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
        for row in rows
    ]
    return "\n".join(lines)
