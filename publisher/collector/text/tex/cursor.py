"""A cursor in TeX source, which reads the arguments at its position."""

from __future__ import annotations

import re
from dataclasses import dataclass

from publisher.collector.text.tex import detection

BLANKS = re.compile(r"\s{0,20}")
_OPTION = re.compile(r"\s{0,3}\[[^\[\]{}]{0,80}\]")
_ARGUMENT = re.compile(r"\\[A-Za-z]++|\\[\s\S]|[^\s{}$]")

Span = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Node:
    """A part of the tree with a meaning of its own.

    `kind` is "strong", "em", "code", "sup", "sub", "link" (to `target`), "operator", or "" for a
    plain group.
    """

    kind: str
    children: tuple[str | Node, ...]
    target: str = ""


Nodes = tuple[str | Node, ...]


class Cursor:
    """A position (`pos`) in a text whose pairs of braces are known."""

    def __init__(self, text: str) -> None:
        """Begin at the start of `text`."""
        self.text = text
        self.pos = 0
        self.closing = detection.matching_braces(text)
        self._missing: set[str] = set()

    def next(self, count: int = 1) -> str:
        """Return the next `count` characters without moving."""
        return self.text[self.pos : self.pos + count]

    def blanks(self) -> None:
        """Move past blanks."""
        match = BLANKS.match(self.text, self.pos)
        self.pos = match.end() if match else self.pos

    def option(self, end: int) -> str | None:
        """Return the optional argument in brackets and move past it, None without one."""
        match = _OPTION.match(self.text, self.pos, end)
        if match is None:
            return None
        self.pos = match.end()
        return match.group().strip()[1:-1]

    def braced(self, end: int) -> Span | None:
        """Return the span inside the next braces and move past them, None without them."""
        start = self.pos
        self.blanks()
        close = self.closing.get(self.pos, -1)
        if self.next() != "{" or close >= end:
            self.pos = start
            return None
        if close < 0:  # not closed: up to the end
            span = (self.pos + 1, end)
            self.pos = end
            return span
        span = (self.pos + 1, close)
        self.pos = close + 1
        return span

    def argument(self, end: int) -> Span | None:
        """Return the span of the next argument and move past it: braces, a macro or a character."""
        span = self.braced(end)
        if span is not None:
            return span
        start = self.pos
        self.blanks()
        match = _ARGUMENT.match(self.text, self.pos, end)
        if match is None:
            self.pos = start
            return None
        self.pos = match.end()
        # A macro includes its own argument: x^\text{max}.
        if len(match.group()) > 2 and match.group()[0] == "\\" and self.next() == "{":  # noqa: PLR2004 - not an escaped character
            self.braced(end)
        return match.start(), self.pos

    def find(self, delimiter: str, end: int) -> int:
        """Return the index of the next `delimiter` before `end`, else -1."""
        if delimiter in self._missing:
            return -1
        index = self.text.find(delimiter, self.pos)
        if index < 0:
            self._missing.add(delimiter)  # repeated searches would take quadratic time
        return index if index < end else -1
