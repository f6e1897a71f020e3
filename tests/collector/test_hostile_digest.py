"""Hostile digests take linear time: a megabyte of the worst text in each part of a paper.

The limit is generous: what this finds is not linear, and takes minutes.
"""

from __future__ import annotations

import subprocess
import sys

import pytest

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
        text = pattern * (1_000_000 // len(pattern.encode()))
        fields = dict.fromkeys(PATTERNS, "x") | {part: text}
        data = (HEAD + PAPER.format(**fields)).encode()
        start = time.process_time()
        parse_bytes("x.md", data, ZoneInfo("UTC"))
        spent = time.process_time() - start
        assert spent < 60, (part, pattern, spent)
"""


@pytest.mark.slow
def test_a_megabyte_of_the_worst_text_in_each_part() -> None:
    done = subprocess.run([sys.executable, "-c", PROGRAM], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
