"""A place in a text of TeX, with the arguments that stand there."""

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
    """A part of a text that is more than its characters.

    `kind` is "strong", "em", "code", "sup", "sub", "link" (to `target`), "operator", or "" for a
    group that only holds its children together.
    """

    kind: str
    children: tuple[str | Node, ...]
    target: str = ""


Nodes = tuple[str | Node, ...]


class Cursor:
    """Knows the text, where it is (`pos`), and the partner of each brace."""

    def __init__(self, text: str) -> None:
        """Begin at the start of `text`."""
        self.text = text
        self.pos = 0
        self.closing = detection.matching_braces(text)
        self._missing: set[str] = set()

    def next(self, count: int = 1) -> str:
        """Return the next characters without taking them."""
        return self.text[self.pos : self.pos + count]

    def blanks(self) -> None:
        """Go past blanks."""
        match = BLANKS.match(self.text, self.pos)
        self.pos = match.end() if match else self.pos

    def option(self, end: int) -> str | None:
        """Return the optional argument in brackets, None where there is none."""
        match = _OPTION.match(self.text, self.pos, end)
        if match is None:
            return None
        self.pos = match.end()
        return match.group().strip()[1:-1]

    def braced(self, end: int) -> Span | None:
        """Return where the inside of the next braces is, having gone past them."""
        start = self.pos
        self.blanks()
        close = self.closing.get(self.pos, -1)
        if self.next() != "{" or close >= end:
            self.pos = start
            return None
        if close < 0:  # left open: up to the end, as TeX would take it
            span = (self.pos + 1, end)
            self.pos = end
            return span
        span = (self.pos + 1, close)
        self.pos = close + 1
        return span

    def argument(self, end: int) -> Span | None:
        """Return where the next argument is: braces, else one macro or character."""
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
        # A macro takes its own argument along: x^\text{max}.
        if len(match.group()) > 2 and match.group()[0] == "\\" and self.next() == "{":  # noqa: PLR2004
            self.braced(end)
        return match.start(), self.pos

    def find(self, delimiter: str, end: int) -> int:
        """Return where `delimiter` comes next, -1 where it does not before `end`."""
        if delimiter in self._missing:
            return -1
        found = self.text.find(delimiter, self.pos)
        if found < 0:
            self._missing.add(delimiter)  # not searched for again: the text may ask often
        return found if found < end else -1
