"""Collecting and building, beside what any static site generator has to do at least.

The peer reads the same files with python-frontmatter and renders them with markdown-it-py: one
page for each post, no papers, no feeds.
"""

from __future__ import annotations

import tempfile
from pathlib import Path

import frontmatter
from markdown_it import MarkdownIt

from benchmarks.material import archive, seconds
from publisher import pipeline
from publisher.settings import load


def run() -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = archive(Path(name) / "in", 150)
        out = Path(name) / "out"
        settings = load(
            None, {}, {"source": {"folders": [str(folder)]}, "output": {"folder": str(out)}}
        )
        markdown = MarkdownIt("commonmark", {"html": True})

        def peer() -> None:
            for path in folder.rglob("*.md"):
                text = path.read_text(encoding="utf-8").lstrip()
                markdown.render(frontmatter.loads(text).content)

        beside = seconds(peer)
        print(f"150 digests; the peer, markdown alone: {beside:.2f} s")
        for label, work in (
            ("collect", lambda: pipeline.collect(settings)),
            ("build, nothing changed", lambda: pipeline.build(settings)),
        ):
            pipeline.build(settings)
            taken = seconds(work)
            print(f"{label}: {taken:.2f} s, {taken / beside:.2f} of the peer")
