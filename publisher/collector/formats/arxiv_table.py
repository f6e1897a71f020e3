r"""The README tables of daily-arXiv lists: a row for each paper, a heading for each topic.

    ## Topic                            or <details><summary>Topic</summary>
    |Publish Date|Title|Authors|PDF|Code|
    |---|---|---|---|---|
    |**2024-11-30**|**A \| title**|Ana Author et.al.|[2411.00001](http://arxiv.org/abs/2411.00001)|null|

Columns are recognised by their names, in any order, and unknown ones are ignored. The date of a row
may also stand in a heading above it. A table without an arXiv paper is an ordinary table.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from publisher.collector import paper_id
from publisher.collector.findings import finding
from publisher.collector.formats import table_words
from publisher.collector.formats.paper_signs import Sign, names_paper
from publisher.collector.frontmatter.dates import parse_date
from publisher.collector.text import links
from publisher.collector.text.author_names import author_names
from publisher.collector.text.plain_text import (
    MAX_FIELD,
    from_arxiv,
    from_machine,
    without_html,
)
from publisher.models import ParsedPaper

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime
    from zoneinfo import ZoneInfo

    from publisher.collector.frontmatter.reader import Post
    from publisher.models import Finding

EXAMPLE = """\
## Topic
|Publish Date|Title|Authors|PDF|
|---|---|---|---|
|**2024-11-30**|**Title of a paper**|Ada Author et.al.|[2411.00001](http://arxiv.org/abs/2411.00001)|
"""
# Lines that only a digest of sections has, whose notes may contain any table.
_SECTIONS = re.compile(
    r"^(?:\*\*[ \t]*Authors?[ \t]*[:：]|\[PDF\][ \t]*\()", re.MULTILINE | re.IGNORECASE
)
_RULE = re.compile(r"[ \t]*+\|?[ \t]*+:?-++:?[ \t]*+(?:\|[ \t]*+:?-++:?[ \t]*+)*+\|?[ \t]*+")
_HEADING = re.compile(r"[ ]{0,3}(#{1,6})[ \t]+(\S.*?)[ \t]*#*[ \t]*")
_SUMMARY = re.compile(
    r"<summary\b[^<>]*>([^<]*(?:<(?!/?summary\b)[^<]*)*+)</summary\s*>", re.IGNORECASE
)
_FENCE = re.compile(r"[ ]{0,3}(```|~~~)")
_BAR = re.compile(r"(?<!\\)\|")
_LINK = re.compile(
    r"\[((?:[^\[\]]|\[[^\[\]]{0,100}\]){0,600})\]\(<?([^()\s<>]{1,2000})>?[^()]{0,300}\)"
)
_HREF = re.compile(r"\bhref[ \t]*=[ \t]*[\"']?([^\"'\s<>]+)", re.IGNORECASE)
_NUMBER = re.compile(r"(?<![\d./])(\d{4}\.\d{4,5})(?:v(\d{1,3}))?(?![\d.]*\d)")
_THOUGHTS = re.compile(r"<think>.*?(?:</think>|\Z)", re.DOTALL | re.IGNORECASE)
_DETAILS_LEVEL = 7  # below every heading


@dataclass(slots=True)
class _Place:
    """The place of a row in the file: the headings above it, by level."""

    headings: dict[int, str] = field(default_factory=dict)

    def enter(self, level: int, text: str) -> None:
        """Record a heading, which ends those of its own and deeper levels."""
        self.headings = {at: name for at, name in self.headings.items() if at < level}
        self.headings[level] = text

    def leave_details(self) -> None:
        """Record the end of a `<details>`."""
        self.headings.pop(_DETAILS_LEVEL, None)

    def topic(self) -> tuple[str, ...]:
        """Return the nearest heading that names a topic, () without one."""
        names = (table_words.topic(self.headings[at]) for at in sorted(self.headings, reverse=True))
        return next(((name[:200],) for name in names if name), ())

    def date(self, zone: ZoneInfo) -> datetime | None:
        """Return the date in the nearest heading that has one, else None."""
        dates = (
            parse_date(self.headings[at], zone)
            for at in sorted(self.headings, reverse=True)
            if not table_words.is_update(self.headings[at])
        )
        return next((date for date in dates if date), None)


@dataclass(frozen=True, slots=True)
class _Row:
    """A row: its index in the body, and its cells by the role of their column."""

    index: int
    cells: dict[str, str]
    place: tuple[tuple[int, str], ...]


def recognises(post: Post) -> bool:
    """Return whether `post` has a table of papers, at least one of them on arXiv."""
    if "|" not in post.body or _SECTIONS.search(post.body):
        return False
    return any(_arxiv_id(row.cells) for row in _rows(post.body))


def parse(path: str, post: Post, zone: ZoneInfo) -> tuple[list[ParsedPaper], list[Finding]]:
    """Return the papers of all tables in `post`, with their dates and topics, and every defect."""
    papers: list[ParsedPaper] = []
    findings: list[Finding] = []
    for row in _rows(post.body):
        paper, defects = _read(path, row, post.body_line + row.index, zone)
        findings += defects
        if paper is not None:
            papers.append(paper)
    return papers, findings


def refusal(post: Post) -> Sign | None:
    """Return the header of the first table that names a paper, and what it lacks."""
    header: tuple[int, str] | None = None
    lines = post.body.split("\n")
    for index, line in enumerate(lines):
        if "|" not in line:
            header = None
        elif index + 1 < len(lines) and _RULE.fullmatch(lines[index + 1]):
            header = post.body_line + index, line
        elif header and names_paper(line):
            columns = table_words.columns(_cells(header[1], 0))
            lack = (
                "sections with authors stand beside the table"
                if columns
                else "the table has no column for titles, or none for dates and links"
            )
            return Sign(header[0], f"{lack}: {header[1].strip()[:80]}")
    return None


def _rows(body: str) -> Iterator[_Row]:
    """Yield the rows of the tables that list papers."""
    lines = body.split("\n")
    place = _Place()
    columns: list[str] = []
    fence = ""
    for index, line in enumerate(lines):
        if mark := _FENCE.match(line):
            fence = "" if fence == mark[1] else fence or mark[1]
        if fence:
            continue
        if "|" in line and index + 1 < len(lines) and _RULE.fullmatch(lines[index + 1]):
            columns = table_words.columns(_cells(line, 0))
        elif "|" in line and columns:
            if line.strip("| \t") and not _RULE.fullmatch(line):
                cells = dict(zip(columns, _cells(line, len(columns)), strict=False))
                cells.pop("", None)
                yield _Row(index, cells, tuple(place.headings.items()))
        else:
            columns = []
            _enter(place, line)


def _enter(place: _Place, line: str) -> None:
    if heading := _HEADING.fullmatch(line):
        place.enter(len(heading[1]), from_machine(heading[2]))
    elif summary := _SUMMARY.search(line):
        place.enter(_DETAILS_LEVEL, from_machine(summary[1]))
    if "</details" in line.lower():
        place.leave_details()


def _cells(line: str, expected: int) -> list[str]:
    """Return the cells of a row.

    Lists do not escape the bars of a formula: where there are more cells than `expected` (0 if
    unknown), the cells between a pair of `**` or `$` are joined.
    """
    line = line.strip().removeprefix("|")
    line = line[:-1] if line.endswith("|") and not line.endswith("\\|") else line
    cells = [cell.replace("\\|", "|").strip()[:MAX_FIELD] for cell in _BAR.split(line)]
    if not expected or len(cells) <= expected:
        return cells
    joined: list[str] = []
    held: list[str] = []
    bold = dollars = 0
    for cell in cells:
        held.append(cell)
        bold += cell.count("**")
        dollars += cell.count("$")
        if bold % 2 == 0 and dollars % 2 == 0:
            joined.append("|".join(held))
            held = []
    if held:
        joined.append("|".join(held))
    return joined if len(joined) >= expected else cells


def _read(
    path: str, row: _Row, line: int, zone: ZoneInfo
) -> tuple[ParsedPaper | None, list[Finding]]:
    cells = {role: "" if table_words.is_nothing(cell) else cell for role, cell in row.cells.items()}
    title = _title(cells.get("title", ""))
    if not title:
        return None, [finding(path, line, "D312")] if any(cells.values()) else []
    findings: list[Finding] = []
    place = _Place(dict(row.place))
    arxiv = _arxiv_id(cells)
    if arxiv is None:
        findings.append(finding(path, line, "D313", title))
    authors = _authors(cells.get("authors", ""))
    if not authors and "authors" in row.cells:
        findings.append(finding(path, line, "D314", title))
    abstract = from_arxiv(without_html(_unfolded(cells.get("abstract", ""))))
    comment = from_machine(_unfolded(cells.get("comment", "")))
    linked = _addresses(cells.get("link", "")) + _addresses(cells.get("title", ""))
    abs_url, pdf_url = paper_id.addresses(linked[0]) if linked else ("", "")
    code = _addresses(cells.get("code", "")) + links.code_urls(" ".join((*linked, abstract)))
    paper = ParsedPaper(
        line=line,
        id=arxiv.key if arxiv else paper_id.title_id(title),
        version=arxiv.version if arxiv else 1,
        title=title,
        authors=authors,
        abstract=abstract,
        comment=comment or None,
        abs_url=arxiv.abs_url if arxiv else abs_url,
        pdf_url=arxiv.pdf_url if arxiv else pdf_url,
        code_urls=tuple(dict.fromkeys(code)),
        summary=from_machine(_unfolded(cells.get("summary", ""))) or None,
        published=parse_date(cells.get("date", ""), zone) or place.date(zone),
        topic_names=place.topic(),
    )
    return paper, findings


def _arxiv_id(cells: dict[str, str]) -> paper_id.ArxivId | None:
    """Return the arXiv paper that a row links to, from its link, title or another cell."""
    order = ("link", "title", "code", "comment", "abstract")
    for role in order:
        for address in _addresses(cells.get(role, "")):
            if arxiv := paper_id.arxiv_id(address):
                number = _NUMBER.search(_LINK.sub(r"\1", cells[role]))
                if arxiv.version == 1 and number and number[1] == arxiv.number and number[2]:
                    return paper_id.ArxivId(arxiv.number, max(1, int(number[2])))
                return arxiv
    if bare := _NUMBER.search(_LINK.sub(r"\1", cells.get("link", ""))):
        return paper_id.ArxivId(bare[1], max(1, int(bare[2] or 1)))
    return paper_id.arxiv_id_of_field(_LINK.sub(r"\1", cells.get("link", "")).strip("*` "))


def _addresses(cell: str) -> tuple[str, ...]:
    """Return the http addresses of a cell, each once: of links in Markdown and HTML, and bare."""
    if "://" not in cell and "&" not in cell:
        return ()
    targets = [match[2] for match in _LINK.finditer(cell)] + _HREF.findall(cell)
    linked = [address for target in targets if (address := links.http_url(target))]
    return tuple(dict.fromkeys([*linked, *links.urls(_LINK.sub(" ", cell))]))


def _title(cell: str) -> str:
    first = _LINK.match(cell.lstrip("* "))
    text = first[1] if first else _LINK.sub(r"\1", cell)
    return from_arxiv(without_html(text).replace("**", "").strip())


def _authors(cell: str) -> tuple[str, ...]:
    # A long run of blanks would make splitting slow.
    text = " ".join(_LINK.sub(r"\1", cell).replace("**", "").split())
    return author_names(text, lambda name: from_arxiv(without_html(name)))


def _unfolded(cell: str) -> str:
    """Return the content of a `<details>` in a cell, without the thoughts of a model."""
    return _THOUGHTS.sub(" ", _SUMMARY.sub(" ", cell))
