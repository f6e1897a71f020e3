"""The digest formats in their order of precedence: a file and a line of `FORMATS` for each.

A format is a module, or any object, with two functions; see `digest_format.DigestFormat`. An
installed package can add one without a change here:

    [project.entry-points."publisher.formats"]
    my-digests = "my_package.my_module"

Formats of packages come first, since somebody installed them on purpose. The last built-in format
accepts any post that has a title.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, cast

from publisher.collector.formats import plugins

if TYPE_CHECKING:
    from collections.abc import Iterator
    from zoneinfo import ZoneInfo

    from publisher.collector.formats.digest_format import DigestFormat
    from publisher.collector.frontmatter.reader import Post
    from publisher.models import Finding, ParsedPaper


# Names, not modules: most archives need one format, and compiling the patterns of each takes time.
FORMATS: dict[str, str] = {
    "arxiv-sections": "publisher.collector.formats.arxiv_sections",
    "arxiv-table": "publisher.collector.formats.arxiv_table",
    "markdown-post": "publisher.collector.formats.markdown_post",
}


def parse(path: str, post: Post, zone: ZoneInfo) -> tuple[list[ParsedPaper], list[Finding]] | None:
    """Return the papers and defects of `post` by the first format that recognises it, else None."""
    findings: list[Finding] = []
    for name, digest_format in _by_precedence():
        try:
            if digest_format.recognises(post):
                papers, defects = digest_format.parse(path, post, zone)
                return list(papers), [*findings, *defects]
        except Exception as error:
            if name in FORMATS and digest_format is not plugins.installed()[0].get(name):
                raise
            findings.append(plugins.broken(name, error, path))
    return ([], findings) if findings else None


def _by_precedence() -> Iterator[tuple[str, DigestFormat]]:
    yield from plugins.installed()[0].items()
    for name, module in FORMATS.items():
        yield name, cast("DigestFormat", import_module(module))
