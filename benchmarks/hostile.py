"""A megabyte of one repeated text in one field of a digest, for all that the program looks for.

It is read, or with `build` the whole site is built of it: processor time, start of Python included.
The peer reads an ordinary megabyte with python-frontmatter and renders it with markdown-it-py.
"""

from __future__ import annotations

import os
import statistics
import sys
import tempfile
import time
from pathlib import Path
from zoneinfo import ZoneInfo

import frontmatter
from markdown_it import MarkdownIt

from benchmarks.material import EXAMPLES
from benchmarks.measure import measure
from publisher.collector.archive.parsing import parse_bytes
from tests.support.repeated_text import DIGESTS, texts

SIZE = 1_000_000
WORST = 5  # texts that are printed


def run(step: str = "20", work: str = "read") -> None:
    """Measure one text in `step`; 1 takes an hour to read."""
    seconds_of = {"read": _parse, "build": _build}[work]
    peer = _seconds_of_peer()
    seconds_of(DIGESTS[0].replace("{}", "x"))
    taken: list[tuple[float, str, int, int]] = []
    for part, text in list(texts(100))[:: int(step)]:
        repeated = text * (SIZE // max(1, len(text.encode(errors="ignore"))))
        for shape, digest in enumerate(DIGESTS):
            pieces = digest.split("{}")
            for field in range(len(pieces) - 1):
                whole = "".join(
                    piece + (repeated if at == field else "") for at, piece in enumerate(pieces)
                )
                taken.append((seconds_of(whole), part, shape, field))
    taken.sort(reverse=True)
    median = statistics.median(seconds for seconds, *_ in taken)
    print(f"{len(taken):,} megabytes: median {median:.2f} s; an ordinary one, peer: {peer:.2f} s")
    for seconds, part, shape, field in taken[:WORST]:
        print(
            f"  {part!r} in field {field} of shape {shape}: {seconds:.2f} s, "
            f"{seconds / peer:.1f} of the peer"
        )


def _parse(digest: str) -> float:
    data = digest.encode(errors="ignore")
    start = time.process_time()
    parse_bytes("x.md", data, ZoneInfo("UTC"))
    return time.process_time() - start


def _build(digest: str) -> float:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "posts").mkdir()
        (folder / "posts" / "x.md").write_bytes(digest.encode(errors="ignore"))
        settings = '[source]\nfolders = ["posts"]\ncache = "cache"\n'
        (folder / "publisher.toml").write_text(settings, encoding="utf-8")
        return measure((sys.executable, "-m", "publisher", "build"), folder, os.environ).cpu


def _seconds_of_peer() -> float:
    text = "\n\n".join(path.read_text(encoding="utf-8") for path in sorted(EXAMPLES.rglob("*.md")))
    text *= -(-SIZE // len(text.encode()))
    markdown = MarkdownIt("commonmark", {"html": True})
    start = time.process_time()
    markdown.render(frontmatter.loads(text.encode()[:SIZE].decode(errors="ignore")).content)
    return time.process_time() - start
