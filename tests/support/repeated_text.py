"""Hostile texts: repetitions of every character and pair that the program looks for.

Run as a program, it reads digests with each text in every field and prints those that take many
times as long as short lines of words. It takes the size of a text in bytes, how many times are too
many, and a step: 1 for all texts (minutes), 10 for each tenth.
"""

from __future__ import annotations

import importlib
import pkgutil
import re
import sys
import time
from itertools import islice, product
from re import _constants as codes  # type: ignore[attr-defined]
from re import _parser as parser  # type: ignore[attr-defined]
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import publisher
from publisher.collector.archive.parsing import parse_bytes

if TYPE_CHECKING:
    from collections.abc import Iterator

MOST_DEPTH = 4
ROOMS = ("publisher.collector", "publisher.formatter", "publisher.newsletter")
# Characters that take part in pairs: each kind that patterns tell apart.
IN_PAIRS = "_*$&\\{}[]()<>`~^#|:;,.!?\"'/=+-@% \t\n1aA中。：（【\u0301"
DIGESTS = (
    (
        "---\ntitle: T {}\ndate: 2024-11-30\ntags: [t{}]\n---\n"
        "## T {}\n\n**Authors:A {}**\n\n{}\n\n[PDF](http://arxiv.org/abs/2411.00001v1) {}\n\n"
        "**Summary**\n{}\n\n**Key Takeaways**\n{}\n\n**[R](https://x.y/z)**\n\n6. Summary:\n{}\n"
    ),
    "---\ntitle: T {}\ndate: 2024-11-29\narxiv: 2411.00001\n---\n{}\n\n## H {}\n\n{}\n",
    (
        "# Daily {}\n\n{}\n\n|Date|Title|Authors|PDF|\n|---|---|---|---|\n"
        "|2024-11-29|T {}|A {}|[2411.00001](http://arxiv.org/abs/2411.00001)|{}|\n{}\n"
    ),
    (
        "# Papers of 2024-11-29\n\n### 1. [T {}](http://arxiv.org/abs/2411.00001)\n\n*A {}*\n\n"
        "**Authors**: A {} | **Date**: {}\n\n<details><summary>D {}</summary>\n{}\n</details>\n\n"
        "{}\n\n- **T {}** A, {} [[pdf]](http://arxiv.org/abs/2411.00002) {}\n  - Abstract: {}\n"
    ),
)


WITH_INNER = (
    codes.SUBPATTERN,
    codes.MAX_REPEAT,
    codes.MIN_REPEAT,
    codes.POSSESSIVE_REPEAT,
    codes.ASSERT,
    codes.ASSERT_NOT,
)


def characters() -> list[str]:
    """Return every character that is no letter and that a pattern looks for, and two letters."""
    patterns: set[str] = set()
    for module in _modules():
        _collect(vars(module), patterns, 0)
    literals: set[str] = {"a", "中"}
    for pattern in patterns:
        _literals(parser.parse(pattern), literals)
    return sorted(char for char in literals if not char.isalpha() or char in "a中")


def texts(size: int) -> Iterator[tuple[str, str]]:
    """Yield each repeated part with its repetitions, `size` bytes in UTF-8."""
    parts = [char + end for char in characters() for end in ("", "\n")]
    parts += [a + b for a, b in product(IN_PAIRS, repeat=2) if a != b]
    for part in parts:
        if encoded := part.encode(errors="ignore"):
            yield part, part * (size // len(encoded))


def seconds(text: str) -> float:
    """Return the processor time for reading digests with `text` in every field."""
    start = time.process_time()
    for digest in DIGESTS:
        data = digest.replace("{}", text).encode(errors="ignore")
        parse_bytes("x.md", data, ZoneInfo("UTC"))
    return time.process_time() - start


def _modules() -> Iterator[Any]:
    for module in pkgutil.walk_packages(publisher.__path__, "publisher."):
        if module.name.startswith(ROOMS):
            yield importlib.import_module(module.name)


def _collect(value: object, patterns: set[str], depth: int) -> None:
    """Add the patterns in `value`, a global of a module or a part of one."""
    if isinstance(value, re.Pattern) and isinstance(value.pattern, str):
        patterns.add(value.pattern)
    elif isinstance(value, dict) and depth < MOST_DEPTH:
        for item in (*value, *value.values()):
            _collect(item, patterns, depth + 1)
    elif isinstance(value, (list, tuple, set, frozenset)) and depth < MOST_DEPTH:
        for item in value:
            _collect(item, patterns, depth + 1)


def _literals(parsed: Any, literals: set[str]) -> None:
    """Add the characters in a parsed pattern; of a range the first, of a category one."""
    for code, value in parsed:
        if code in (codes.LITERAL, codes.NOT_LITERAL):
            literals.add(chr(value))
        elif code is codes.RANGE:
            literals.add(chr(value[0]))
        elif code is codes.CATEGORY:
            literals.update(" 1")
        elif code in (codes.IN, codes.ATOMIC_GROUP):
            _literals(value, literals)
        elif code is codes.BRANCH:
            for branch in value[1]:
                _literals(branch, literals)
        elif code in WITH_INNER:
            _literals(value[-1], literals)


if __name__ == "__main__":
    size, times, step = int(sys.argv[1]), float(sys.argv[2]), int(sys.argv[3])
    seconds("a")
    usual = seconds("some words\n" * (size // 11))
    taken = {part: seconds(text) / usual for part, text in islice(texts(size), 0, None, step)}
    slow = [f"{part!r} {ratio:.1f} times" for part, ratio in taken.items() if ratio > times]
    sys.exit("\n".join(slow) or None)
