"""The digest formats in their order of precedence: a file and a line of `FORMATS` for each.

A format is a module, or any object, with two functions; see `digest_format.DigestFormat`. An
installed package can add one without a change here:

    [project.entry-points."publisher.formats"]
    my-digests = "my_package.my_module"

Formats of packages come first, since somebody installed them on purpose. The last built-in format
accepts any post that has a title; a format that reads no paper leaves the post to the next one.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, NamedTuple, cast

from publisher.collector.formats import plugins

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from zoneinfo import ZoneInfo

    from publisher.collector.formats.digest_format import DigestFormat
    from publisher.collector.frontmatter.reader import Post
    from publisher.models import Finding, ParsedPaper


ANY_POST = "markdown-post"
# Names, not modules: most archives need one format, and compiling the patterns of each takes time.
FORMATS: dict[str, str] = {
    "arxiv-sections": "publisher.collector.formats.arxiv_sections",
    "arxiv-table": "publisher.collector.formats.arxiv_table",
    ANY_POST: "publisher.collector.formats.markdown_post",
}


class FormatResult(NamedTuple):
    """The papers and defects of a post by the format `name`, "" where none reads it."""

    name: str
    papers: list[ParsedPaper]
    findings: list[Finding]


def parse(
    path: str, post: Post, zone: ZoneInfo, may_be_entry: Callable[[], bool] = lambda: True
) -> FormatResult:
    """Return the papers of `post` by the first format that recognises it and reads a paper.

    Without one, the result is that of the first format that recognises it: a day without papers.
    The format of any post is asked only if the post `may_be_entry`. The defects are those of all
    formats that recognised the post.
    """
    findings: list[Finding] = []
    empty = ""
    for name, digest_format in by_precedence():
        if name == ANY_POST and (empty or not may_be_entry()):
            continue
        try:
            if digest_format.recognises(post):
                papers, defects = digest_format.parse(path, post, zone)
                findings += defects
                if papers:
                    return FormatResult(name, list(papers), findings)
                empty = empty or name
        except Exception as error:
            if name in FORMATS and digest_format is not plugins.installed()[0].get(name):
                raise
            findings.append(plugins.broken(name, error, path))
    return FormatResult(empty, [], findings)


def by_precedence() -> Iterator[tuple[str, DigestFormat]]:
    """Yield the formats by name: those of installed packages, then the built-in ones."""
    yield from plugins.installed()[0].items()
    for name, module in FORMATS.items():
        yield name, cast("DigestFormat", import_module(module))
