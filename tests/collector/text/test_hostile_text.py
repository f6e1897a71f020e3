"""Hostile text takes linear time: the worst patterns, a megabyte each, in a separate process.

The limit is generous: what these tests find is not linear, and takes minutes.
"""

from __future__ import annotations

import subprocess
import sys

import pytest

SIZE = 1_000_000
# Repeating one of these reveals regular expressions that backtrack, and repeated searches.
PATTERNS = [
    *"[*$\\{<&^_~`'(-", "[](", "![](", "](", "$$", "$x^", "$x^{", "{$", "\\(", "\\[", "\\a{",
    "\\c{", "\\'", "\\\\", "\\textbf{", "\\frac{", "$\\frac", "\\begin{equation}", "\\verb|",
    "{\\bf ", "``", "`a ", "-- ", "<a ", '<a x="', "<a x='", "<a =b", "<!--", "<script>",
    "<video>", "&#9999999", "http://", "http://a)", "***a", "**a ", "*a ", "__a", "~~a", "\u0301",
    "\u0301\u0323", "\U0001f44d\u200d", "CVPR ", "submitted CVPR 2024, ", "project page link ",
    "a.", "http://x.github.io ",
]  # fmt: skip
PROGRAM = """
import sys, time
from publisher.collector.text.links import code_urls, project_urls
from publisher.collector.text.plain_text import from_arxiv, from_machine, html_from_arxiv
from publisher.collector.text.venue import find_venue
size = int(sys.argv[1])
functions = (
    from_arxiv, from_machine, html_from_arxiv, find_venue, code_urls, project_urls,
)
patterns = [written.encode().decode("unicode_escape") for written in sys.argv[2:]]
for pattern in patterns:
    for text in (pattern * (size // len(pattern)), pattern * (size // len(pattern) // 2) + "}>$)"):
        for read in functions:
            start = time.process_time()
            read(text)
            spent = time.process_time() - start
            assert spent < 60, (pattern, read.__name__, spent)
assert time.process_time() < 300
"""


@pytest.mark.slow
def test_a_megabyte_of_the_worst_text() -> None:
    patterns = [pattern.encode("unicode_escape").decode() for pattern in PATTERNS]
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, str(SIZE), *patterns],
        capture_output=True,
        text=True,
        timeout=1800,
    )
    assert done.returncode == 0, done.stderr


def test_numbers_of_characters_may_be_longer_than_integers() -> None:
    from publisher.collector.text.plain_text import from_machine

    assert from_machine("&#" + "9" * 5000 + ";").startswith("&#999")
