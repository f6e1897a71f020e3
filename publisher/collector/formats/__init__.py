"""The digest formats, in the order they are asked: one file and one line for each.

A format is a module, or any object, with two functions; see `DigestFormat`. A package that is
installed may bring one, without a change here:

    [project.entry-points."publisher.formats"]
    my-digests = "my_package.my_module"

Formats of packages are asked first: who installs one wants it. The last of ours takes any post
that has a title.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Protocol, cast

from publisher.collector.formats import plugins

if TYPE_CHECKING:
    from collections.abc import Iterator
    from zoneinfo import ZoneInfo

    from publisher.collector.frontmatter.reader import Post
    from publisher.models import Finding, ParsedPaper


class DigestFormat(Protocol):
    """What a module in this folder offers."""

    def recognises(self, post: Post, /) -> bool:
        """Return whether `post` is in this format."""
        ...

    def parse(
        self, path: str, post: Post, zone: ZoneInfo, /
    ) -> tuple[list[ParsedPaper], list[Finding]]:
        """Return the papers of `post` and every defect.

        `path` is relative to the source folder, `post.body_line` the line of the file where the
        body begins, and `zone` holds for dates that name none. Where the file knows it, a paper
        has a date (`published`) and topics (`topic_names`) of its own; else the digest's front
        matter, heading or path gives them.
        """
        ...


# Names, not modules: of most archives one format is needed, and the patterns of each take time.
FORMATS: dict[str, str] = {
    "arxiv-sections": "publisher.collector.formats.arxiv_sections",
    "arxiv-table": "publisher.collector.formats.arxiv_table",
    "markdown-post": "publisher.collector.formats.markdown_post",
}


def parse(path: str, post: Post, zone: ZoneInfo) -> tuple[list[ParsedPaper], list[Finding]] | None:
    """Return the papers of `post` and its defects in the first format that it is in, else None."""
    findings: list[Finding] = []
    for name, digest_format in _in_order():
        try:
            if digest_format.recognises(post):
                papers, found = digest_format.parse(path, post, zone)
                return list(papers), [*findings, *found]
        except Exception as error:
            if name in FORMATS and digest_format is not plugins.installed()[0].get(name):
                raise
            findings.append(plugins.broken(name, error, path))
    return ([], findings) if findings else None


def _in_order() -> Iterator[tuple[str, DigestFormat]]:
    yield from plugins.installed()[0].items()
    for name, module in FORMATS.items():
        yield name, cast("DigestFormat", import_module(module))
