"""The interface of a digest format: the two functions that a format module defines."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

    from publisher.collector.frontmatter.reader import Post
    from publisher.models import Finding, ParsedPaper


class DigestFormat(Protocol):
    """A digest format: a module, or any object with these functions.

    For people it may also have a text `EXAMPLE`, which `publisher formats` shows below the first
    line of its docstring, and a function `refusal(post)`: the place in a post that it does not
    recognise where papers came nearest, and what that lacks, as a `paper_signs.Sign`.
    """

    def recognises(self, post: Post, /) -> bool:
        """Return whether `post` is in this format."""
        ...

    def parse(
        self, path: str, post: Post, zone: ZoneInfo, /
    ) -> tuple[list[ParsedPaper], list[Finding]]:
        """Return the papers of `post` and every defect.

        `path` is relative to the source folder, `post.body_line` is the line of the file where the
        body begins, and dates without a time zone are in `zone`. Where the file states them, a
        paper has a date (`published`) and topics (`topic_names`) of its own; otherwise they come
        from the digest's front matter, heading or path.
        """
        ...
