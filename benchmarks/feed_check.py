"""Checks that a feed holds every post in full; a feed is read in pieces, however large it is."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

# Posts are told apart by the number their file name begins with, papers by their arXiv number.
_POST = re.compile(r"/(\d+)-")
_PAPER = re.compile(r"abs/(\d{4}\.\d{5})")
_LINK = re.compile(r"<link>([^<]*)</link>")
_START = re.compile(r"<(?:item|entry)>")
_END = re.compile(r"</(?:item|entry)>")
_PIECE = 1_000_000


def papers(text: str) -> frozenset[str]:
    """Return the numbers of the papers that `text` links to."""
    return frozenset(_PAPER.findall(text))


def post_number(path: str) -> int | None:
    """Return the number of the post whose file or address is `path`."""
    found = _POST.findall(path)
    return int(found[-1]) if found else None


def entries(feed: Path) -> Iterator[str]:
    """Yield each entry of an RSS or Atom feed, as it is written there."""
    rest = ""
    with feed.open(encoding="utf-8") as file:
        while piece := file.read(_PIECE):
            *whole, rest = _END.split(rest + piece)
            for entry in whole:
                # Before the first entry stands the feed's own head, with links of its own.
                yield _START.split(entry, maxsplit=1)[-1]


def incomplete(feed: Path, expected: Mapping[int, frozenset[str]]) -> tuple[int, set[int]]:
    """Return the number of entries, and the posts of `expected` whose papers are not all there."""
    count = 0
    missing = set(expected)
    for entry in entries(feed):
        count += 1
        link = _LINK.search(entry)
        post = post_number(link[1]) if link else None
        if post in expected and expected[post] <= papers(entry):
            missing.discard(post)
    return count, missing
