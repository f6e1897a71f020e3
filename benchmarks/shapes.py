"""Files in the shapes that people write, beside as many sections of the example digests.

The peer reads the same files with python-frontmatter and renders them with markdown-it-py.
"""

from __future__ import annotations

import time
from itertools import cycle, islice
from pathlib import Path
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import frontmatter
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from benchmarks.material import EXAMPLES
from publisher.collector.archive.parsing import parse_bytes
from tests.support import digest_variations as variations

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tests.support.digest_variations import Digest

FILES = 10_000
DRAWN = 500
SHAPES = (
    variations.sections(),
    variations.unlabelled_sections(),
    variations.sections_with_details(),
    variations.items(),
    variations.tables(),
    variations.daily_sections(),
    variations.paper_files(),
)


def run(folder: str = str(EXAMPLES)) -> None:
    """Measure the processor time of 10,000 files and of as many sections of digests in `folder`."""
    drawn = _drawn()
    files = [(file.path, file.text.encode()) for file in islice(cycle(drawn), FILES)]
    examples = [(path.name, path.read_bytes()) for path in sorted(Path(folder).rglob("*.md"))]
    in_examples = _papers(examples)  # also compiles the patterns
    sections = list(islice(cycle(examples), FILES * len(examples) // in_examples))
    papers, for_files = _measured(files)
    in_sections, for_sections = _measured(sections)
    markdown = MarkdownIt("commonmark", {"html": True})
    start = time.process_time()
    for _, text in files:
        markdown.render(frontmatter.loads(text.decode()).content)
    peer = time.process_time() - start
    size = sum(len(text) for _, text in files)
    print(
        f"{FILES:,} files, {papers:,} papers, {size / 1e6:.1f} MB: {for_files:.1f} s, "
        f"{for_files / peer:.1f} of the peer"
    )
    beside = for_files / for_sections
    print(
        f"{in_sections:,} sections of daily digests: {for_sections:.1f} s; the files take "
        f"{beside:.2f} of it, {beside * in_sections / papers:.2f} for each paper"
    )


def _drawn() -> list[Digest]:
    drawn: list[Digest] = []

    @settings(
        max_examples=DRAWN,
        derandomize=True,
        database=None,
        deadline=None,
        phases=(Phase.generate,),
        suppress_health_check=list(HealthCheck),
    )
    @given(st.one_of(SHAPES))
    def draw(digest: Digest) -> None:
        drawn.append(digest)

    draw()
    return drawn


def _measured(files: Iterable[tuple[str, bytes]]) -> tuple[int, float]:
    start = time.process_time()
    papers = _papers(files)
    return papers, time.process_time() - start


def _papers(files: Iterable[tuple[str, bytes]]) -> int:
    digests = [parse_bytes(path, text, ZoneInfo("UTC")).digests for path, text in files]
    return sum(len(digest.papers) for of_file in digests for digest in of_file)
