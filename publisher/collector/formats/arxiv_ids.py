"""Identifiers of arXiv papers that stand in a file, and those of them that no format read."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from publisher.collector.formats import paper_signs
from publisher.paper_id import canonical_number

if TYPE_CHECKING:
    from collections.abc import Collection

_NUMBER = r"(\d\d(?:0[1-9]|1[0-2])\.\d{4,5}(?!\d)|[a-z-]{2,20}(?:\.[A-Za-z]{2})?/\d{7}(?!\d))"
_AFTER_NAME = (
    r"(?:\.org/(?:abs|pdf|html|overview)/"
    r"|[_-]?(?:[Ii][Dd]|[Uu]rl)?[^\w\n]{1,8}(?:[Ii][Dd][^\w\n]{1,8})?(?:arXiv:)?)"
)
# Each begins with its own letters and minds their case: then the search for them is a fast one.
_NAMES = ("xiv", "Xiv", "co/papers/")
_PATTERNS = tuple(
    re.compile(name + (_AFTER_NAME if name.endswith("iv") else "") + _NUMBER) for name in _NAMES
)


def ids_in(text: str) -> set[str]:
    """Return the arXiv numbers in `text`: those in addresses, and after the name of arXiv."""
    return {canonical_number(number) for pattern in _PATTERNS for number in pattern.findall(text)}


def first_line(text: str) -> int:
    """Return the 1-based line of the first arXiv number in `text`, 0 without one."""
    places = [match.start() for pattern in _PATTERNS if (match := pattern.search(text))]
    return text.count("\n", 0, min(places)) + 1 if places else 0


def unread_ids(text: str, paper_ids: Collection[str]) -> tuple[str, ...]:
    """Return the arXiv numbers in `text`, sorted, that are not among the ids of its papers.

    Those in a list of references are of other papers.
    """
    read = {paper_id.removeprefix("arxiv:") for paper_id in paper_ids}
    # Nearly every file names no paper but its own.
    if ids_in(text) <= read:
        return ()
    lines = text.split("\n")
    unread = {
        index: ids
        for index, line in enumerate(lines)
        if any(name in line for name in _NAMES) and (ids := ids_in(line) - read)
    }
    places = paper_signs.outside_references(lines, unread)
    return tuple(sorted(set().union(*(unread[place] for place in places))))
