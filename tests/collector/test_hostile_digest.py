"""Hostile digests take linear time: the worst text in each part of a paper.

The limits are generous: what this finds is not linear, and takes minutes. `./run.sh bench hostile`
reads megabytes; through the whole build go the texts here alone.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import pytest

from publisher.collector.archive.parsing import parse_bytes
from tests.support import repeated_text

if TYPE_CHECKING:
    from support.fork_server import ForkServer

PROGRAM = r"""
import sys, time
from zoneinfo import ZoneInfo
from publisher.collector.archive.parsing import parse_bytes

HEAD = "---\ntitle: T\ndate: 2024-11-30\ntags: [t]\n---\n"
PAPER = (
    "## T\n\n**Authors:A**\n\n{abstract}\n\n[PDF](http://arxiv.org/abs/2411.00001v1)\n\n"
    "**Summary**\n{summary}\n\n**Key Takeaways**\n{takeaways}\n\n**[R](https://x.y/z)**\n\n{notes}\n"
)
PATTERNS = {
    "abstract": ["$\\a{", "[]("],
    "summary": ["\n\n", "**a**\n", "好的，"],
    "takeaways": ["<ol><li>", "**a**\n", "- a\n", "<li>\n", "a:\n", "**x**: y\n"],
    "notes": ["- a\n", "1. a\n", "<p", "（1）", "a. B", "创新点："],
}
for part, patterns in PATTERNS.items():
    for pattern in patterns:
        text = pattern * (300_000 // len(pattern.encode()))
        fields = dict.fromkeys(PATTERNS, "x") | {part: text}
        data = (HEAD + PAPER.format(**fields)).encode()
        start = time.process_time()
        parse_bytes("x.md", data, ZoneInfo("UTC"))
        spent = time.process_time() - start
        assert spent < 20, (part, pattern, spent)
"""


@pytest.mark.slow
def test_the_worst_text_in_each_part() -> None:
    done = subprocess.run([sys.executable, "-c", PROGRAM], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


@pytest.mark.slow
def test_repetitions_of_all_that_the_program_looks_for() -> None:
    """In 10 kB in each field, what is quadratic takes many times as long as lines of words."""
    program = [sys.executable, "-m", "tests.support.repeated_text", "10000", "5", "25"]
    folder = Path(__file__).parents[2]
    done = subprocess.run(program, capture_output=True, text=True, cwd=folder)
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_characters_that_patterns_look_for() -> None:
    characters = repeated_text.characters()
    assert {*"_*$&\\{[(<`~^#|:-, 1", "：", "（", "a"} <= {*characters}


@pytest.mark.slow
@pytest.mark.parametrize("part", ["_", "_ ", "$", "&", "\\'", ", ", "\n|", "[ ", " ", "\n", "<a "])
def test_a_long_text_through_the_whole_build(tmp_path: Path, forks: ForkServer, part: str) -> None:
    text = part * (100_000 // len(part))
    for number, digest in enumerate(repeated_text.DIGESTS):
        folder = tmp_path / str(number)
        folder.mkdir()
        for field in range(digest.count("{}")):
            pieces = digest.split("{}")
            content = "".join(
                piece + (text if at == field else "") for at, piece in enumerate(pieces)
            )
            (folder / f"{field}.md").write_text(content)
        arguments = ["build", "--source", str(folder)]
        done = forks.call(arguments, tmp_path, os.environ, seconds=1200)
        assert done.returncode in (0, 1), done.stderr
        assert done.seconds < 20


ADDRESS = "https://arxiv.org/abs/2411.00001"
ROW = "|Date|Title|Names|PDF|\n|---|---|---|---|\n|2024-11-29|A good title|{}|" + ADDRESS + "|\n"
BLANKS = " " * 30_000
NESTED = "".join(f"{'  ' * depth}- 2024\n" for depth in range(39)) + "  " * 39 + f"- {ADDRESS}\n"


@pytest.mark.parametrize(
    "text",
    [
        NESTED,
        f"### [A title]({ADDRESS}) a{BLANKS}b\n",
        f"- [A good title]({BLANKS}b\n- [{BLANKS}b]({ADDRESS})\n",
        f"- **{BLANKS}b** [x]({ADDRESS})\n",
        f"# [total{BLANKS}b\n\n" + f"- [A good title]({ADDRESS})\n" * 20,
        f"| a |\n\n### a{BLANKS}b\n\n" + ROW.format("Ada Author"),
        ROW.format("aa and " * 60 + "1"),
        ROW.format("aa、" * 60 + "1"),
        ROW.format("<a " + "href=" * 6_000),
        f"--> a\n{'<!--' * 20_000}\n{ADDRESS}\n",
        "<table>\n" * 10_000 + ADDRESS,
        f"- [{', ' * 15_000}]({ADDRESS})\n- [{'[' * 30_000}]({ADDRESS})\n",
        f"### A good title\n\n{ADDRESS}\n\n" + "**a**\n" * 6_000 + "- a\n> a\n" * 3_000,
    ],
)
def test_texts_in_which_patterns_or_loops_look_again_and_again(text: str) -> None:
    """They take a few tenths of a second; before, seconds to years."""
    start = time.process_time()
    parse_bytes("README.md", text.encode(), ZoneInfo("UTC"))
    assert time.process_time() - start < 5
