"""The digest formats, in the order they are asked: one file and one line for each.

A format is a module with two functions:

    recognises(body: str) -> bool
        whether the body of a post is in this format
    parse(path: str, body: str, first_line: int) -> tuple[list[ParsedPaper], list[Finding]]
        its papers and defects; `first_line` is the line of the file where the body begins
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from publisher.collector.formats import arxiv_sections

if TYPE_CHECKING:
    from publisher.models import Finding, ParsedPaper


class DigestFormat(Protocol):
    """What a module in this folder offers."""

    def recognises(self, body: str) -> bool:
        """Return whether `body` is in this format."""
        ...

    def parse(
        self, path: str, body: str, first_line: int
    ) -> tuple[list[ParsedPaper], list[Finding]]:
        """Return the papers of `body` and every defect."""
        ...


FORMATS: dict[str, DigestFormat] = {
    "arxiv-sections": arxiv_sections,
}
