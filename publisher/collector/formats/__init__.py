"""The digest formats in their order of precedence: a file and a line of `FORMATS` for each.

A format is a module, or any object, with two functions; see `digest_format.DigestFormat`. An
installed package can add one without a change here:

    [project.entry-points."publisher.formats"]
    my-digests = "my_package.my_module"

Formats of packages come first, since somebody installed them on purpose. Of the built-in ones, the
one reads a post that is surest of it (`confidence`); the last accepts any post that has a title.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, NamedTuple, cast

from publisher.collector.formats import arxiv_ids, plugins
from publisher.collector.formats.confidence import FLOOR, quality, share_read
from publisher.collector.sources.file_kinds import FEEDS
from publisher.digest_lines import GENERATOR
from publisher.models import Severity

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from zoneinfo import ZoneInfo

    from publisher.collector.formats.digest_format import DigestFormat
    from publisher.collector.frontmatter.reader import Post
    from publisher.models import Finding, ParsedPaper


DAILY, PAPER_FILE, ANY_POST = "arxiv-sections", "paper-file", "markdown-post"
RECORDS, FEED = "paper-records", "paper-feed"
# Names, not modules: most archives need one format, and compiling the patterns of each takes time.
FORMATS: dict[str, str] = {
    DAILY: "publisher.collector.formats.arxiv_sections",
    "arxiv-table": "publisher.collector.formats.arxiv_table",
    PAPER_FILE: "publisher.collector.formats.paper_file",
    "paper-list": "publisher.collector.formats.paper_list",
    RECORDS: "publisher.collector.formats.paper_records",
    FEED: "publisher.collector.formats.paper_feed",
    ANY_POST: "publisher.collector.formats.markdown_post",
}
# Formats of files that have no front matter as a rule.
WITHOUT_FRONT_MATTER = frozenset({"arxiv-table", "paper-list"})
# Formats of parts of a document: what one leaves, another may read.
_OF_PARTS = ("arxiv-table", "paper-list")
# They recognise what may have papers, so that a post of which they read none is no day of theirs.
_OF_PAPERS = (*_OF_PARTS, PAPER_FILE)


class FormatResult(NamedTuple):
    """The papers and defects of a post by the format `name`, "" where none reads it."""

    name: str
    papers: list[ParsedPaper]
    findings: list[Finding]


class _Reading(NamedTuple):
    """The papers and defects that a format read of a post, and how like papers these are."""

    name: str
    papers: list[ParsedPaper]
    findings: list[Finding]
    quality: float


def parse(
    path: str, post: Post, zone: ZoneInfo, may_be_entry: Callable[[], bool] = lambda: True
) -> FormatResult:
    """Return the papers of `post` by the format that is surest of them.

    Where none reads a paper, the result is that of the first format that recognises the post as a
    day without papers. The format of any post is asked only if the post `may_be_entry`. The defects
    are those of the format and of all that recognised the post and read nothing.
    """
    readings: list[_Reading] = []
    findings: list[Finding] = []
    for name, digest_format in formats_for(post):
        if name == ANY_POST and (any(map(_is_likely, readings)) or not may_be_entry()):
            continue
        try:
            if digest_format.recognises(post):
                papers, defects = digest_format.parse(path, post, zone)
                is_list = any(len(each.papers) > 1 for each in readings)  # by its tables
                if not (is_list and name == PAPER_FILE) and _is_final(name, papers, defects, post):
                    return FormatResult(name, list(papers), findings + defects)
                readings.append(_Reading(name, list(papers), defects, quality(papers)))
        except Exception as error:
            if name in FORMATS and digest_format is not plugins.installed()[0].get(name):
                raise
            findings.append(plugins.broken(name, error, path))
    return _result(readings, findings, post.body)


def _is_likely(reading: _Reading) -> bool:
    if reading.papers:
        return reading.name != "paper-list" or reading.quality >= FLOOR
    return reading.name not in _OF_PAPERS


def _is_final(name: str, papers: list[ParsedPaper], defects: list[Finding], post: Post) -> bool:
    """Return whether no other format need be asked.

    That holds for those of packages, for a file about one paper, whatever other papers it refers
    to, and for daily sections without fault.
    """
    if name not in FORMATS or name == PAPER_FILE:
        return bool(papers)
    if name != DAILY or any(each.severity is Severity.ERROR for each in defects):
        return False
    if any("### " in paper.abstract for paper in papers):
        return False  # it has headings for the fields of a paper
    # Notes have further links, but not one for each paper.
    return 0 < post.body.count("[PDF](") <= 2 * len(papers)


def _result(readings: list[_Reading], findings: list[Finding], body: str) -> FormatResult:
    with_papers = [each for each in readings if each.papers and _is_likely(each)]
    empty = [each for each in readings if not each.papers and each.name not in _OF_PAPERS]
    findings = findings + [each for reading in empty for each in reading.findings]
    if not with_papers:
        return FormatResult(empty[0].name if empty else "", [], findings)
    best = with_papers[0]
    if len(with_papers) > 1:
        ids = arxiv_ids.ids_in(body)
        best = max(with_papers, key=lambda each: each.quality * share_read(each.papers, ids))
    papers = list(best.papers)
    if best.name in _OF_PARTS:
        for other in with_papers:
            if other.name in _OF_PARTS and other is not best:
                known = {paper.id for paper in papers}
                papers += [paper for paper in other.papers if _is_left(paper, known)]
    papers.sort(key=lambda paper: paper.line)
    return FormatResult(best.name, papers, findings + best.findings)


def _is_left(paper: ParsedPaper, known: set[str]) -> bool:
    return paper.id.startswith("arxiv:") and paper.id not in known


def by_precedence() -> Iterator[tuple[str, DigestFormat]]:
    """Yield the formats by name: those of installed packages, then the built-in ones."""
    yield from plugins.installed()[0].items()
    for name, module in FORMATS.items():
        yield name, cast("DigestFormat", import_module(module))


def formats_for(post: Post) -> Iterator[tuple[str, DigestFormat]]:
    """Yield the formats by name that may read `post`, which is Markdown or a file of records."""
    wanted = (FEED if post.ending in FEEDS else RECORDS) if post.ending else ""
    is_own = post.metadata.get("generator") == GENERATOR
    for name, digest_format in by_precedence():
        kind = "" if name not in (RECORDS, FEED) else name
        # A digest of our own is what it is, however little its papers look like those of others.
        if name not in FORMATS or (kind == wanted and (name == DAILY or not is_own)):
            yield name, digest_format
