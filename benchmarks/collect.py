"""Collecting an archive that grows: cold, and after one file changed, each in a process of its own.

The peer reads the same files with python-frontmatter and renders them with markdown-it-py, which is
what any static site generator has to do at least: one page for each post, no papers, no feeds.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from pathlib import Path

import frontmatter
from markdown_it import MarkdownIt

from benchmarks.material import archive, seconds

SIZES = (157, 1570, 15_700)
PROGRAM = """
import resource, sys, time
start = time.perf_counter()
from publisher.settings import load
from publisher import collector
settings = load(None, {}, {"source": {"folders": [sys.argv[1]]}})
collection = collector.collect(settings)
taken = time.perf_counter() - start
own, workers = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
print(
    taken,
    own.ru_utime + workers.ru_utime,
    len(collection.papers),
    own.ru_maxrss / 1024,
    workers.ru_maxrss / 1024,
)
"""


def run() -> None:
    with tempfile.TemporaryDirectory() as name:
        environment = os.environ | {"XDG_CACHE_HOME": str(Path(name, "cache"))}

        def collect(folder: Path) -> tuple[float, float, int, float, float]:
            done = subprocess.run(
                [sys.executable, "-c", PROGRAM, str(folder)],
                env=environment,
                capture_output=True,
                text=True,
                check=True,
            )
            taken, processor, papers, peak, worker = done.stdout.split()
            return float(taken), float(processor), int(papers), float(peak), float(worker)

        for size in SIZES:
            folder = archive(Path(name, str(size)), size)
            cold, processor, papers, peak, worker = collect(folder)
            print(
                f"{size:,} digests, {papers:,} papers: cold {cold:.1f} s "
                f"({processor / size * 1000:.1f} ms of a core for each digest), "
                f"peak {peak:.0f} MB and {worker:.0f} MB for the largest worker"
            )
            changed = next(folder.rglob("*.md"))

            def warm(folder: Path = folder, changed: Path = changed) -> None:
                with changed.open("a", encoding="utf-8") as file:
                    file.write("\n")
                collect(folder)

            print(f"  one file changed, start of the process included: {seconds(warm):.2f} s")
            if size == SIZES[0]:
                beside = seconds(lambda folder=folder: _peer(folder), runs=3)
                print(
                    f"  the peer, markdown alone: {beside:.2f} s; cold is {cold / beside:.1f} of it"
                )


def _peer(folder: Path) -> None:
    markdown = MarkdownIt("commonmark", {"html": True})
    for path in folder.rglob("*.md"):
        markdown.render(frontmatter.loads(path.read_text(encoding="utf-8").lstrip()).content)
