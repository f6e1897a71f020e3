r"""Tables of papers, in Markdown or HTML: a row for each paper, a heading for each topic.

    ## Topic                            or <details><summary>Topic</summary>
    |Publish Date|Title|Authors|PDF|Code|
    |---|---|---|---|---|
    |**2024-11-30**|**A \| title**|Ana Author et.al.|[2411.00001](http://arxiv.org/abs/2411.00001)|null|

Columns are recognised by their names, in any order, else by what they hold. The date of a row may
also stand in a heading above it. A table without a paper is an ordinary table.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, NamedTuple

from publisher import paper_id
from publisher.collector.archive.publication_date import publication_date
from publisher.collector.findings import finding
from publisher.collector.formats import table_cells, table_dates, table_words
from publisher.collector.formats.paper_signs import Sign
from publisher.collector.formats.table_blocks import LineBetween, Table, blocks
from publisher.collector.formats.table_columns import Columns, columns_of, names_paper
from publisher.collector.text import links
from publisher.collector.text.plain_text import from_machine
from publisher.collector.text.venue import find_venue
from publisher.models import ParsedPaper

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
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
_HEADING = re.compile(r"[ ]{0,3}(#{1,6})[ \t]+(\S.*)")
_ITEM = re.compile(r"[ \t]*(?:[-*+]|#{1,6}|\d{1,3}[.)])[ \t]+")
_SENTENCE = re.compile(r"[.!?](?=\s)|[。！？]")
_DETAILS_LEVEL = 7  # below every heading
_GROUP_LEVEL = 8  # a row with a single cell, in a table
_SHARE = 0.3  # of the other characters of a post
_FEW = 3  # columns
_MAX_ITEM = 400  # characters
_MAX_TITLE = 200  # characters of a sentence that stands for a title


@dataclass(slots=True)
class Place:
    """The place of a table in the file: the headings above it, by level."""

    headings: dict[int, str] = field(default_factory=dict)

    def enter(self, line: str) -> None:
        """Record the heading in `line`, which ends those of its own and deeper levels."""
        if heading := _HEADING.fullmatch(line):
            text = heading[2].rstrip(" \t").rstrip("#")
            self._enter(len(heading[1]), from_machine(text))
        elif summary := table_cells.SUMMARY.search(line):
            self._enter(_DETAILS_LEVEL, from_machine(summary[1]))
        if "</details" in line.lower():
            self.headings.pop(_DETAILS_LEVEL, None)

    def with_group(self, text: str) -> Place:
        """Return the place below a row of a table that is its heading."""
        return Place(self.headings | {_GROUP_LEVEL: from_machine(text)})

    def _enter(self, level: int, text: str) -> None:
        self.headings = {at: name for at, name in self.headings.items() if at < level}
        self.headings[level] = text

    def nearest(self) -> list[str]:
        """Return the headings, the nearest first."""
        return [self.headings[at] for at in sorted(self.headings, reverse=True)]

    def topic(self) -> tuple[str, ...]:
        """Return the nearest heading that names a topic, () without one."""
        names = map(table_words.topic, self.nearest())
        return next(((name[:200],) for name in names if name), ())


class _Row(NamedTuple):
    """A row of a list of papers: the index of its line, its cells by role, and its surroundings."""

    line: int
    cells: dict[str, str]
    place: Place
    columns: Columns


def recognises(post: Post) -> bool:
    """Return whether `post` has a table of papers that names at least one of them."""
    if ("|" not in post.body and "<t" not in post.body) or _SECTIONS.search(post.body):
        return False
    lines = post.body.split("\n")
    rows = (row for row in _rows(lines, Place()) if any(map(names_paper, row.cells.values())))
    if "title" not in post.metadata:
        return next(rows, None) is not None
    # A post about a paper may have a table of others.
    listed = list(rows)
    in_rows = sum(len(cell) for row in listed for cell in row.cells.values())
    outside = sum(len(block.text) for block in blocks(lines) if isinstance(block, LineBetween))
    return any(row.columns.is_known for row in listed) or in_rows > _SHARE * outside


def parse(path: str, post: Post, zone: ZoneInfo) -> tuple[list[ParsedPaper], list[Finding]]:
    """Return the papers of all tables in `post`, with their dates and topics, and every defect."""
    lines = post.body.split("\n")
    is_dated = publication_date(path, post, "", zone).value is not None
    return read_rows(path, lines, post.body_line, Place(), zone, is_dated=is_dated)


def refusal(post: Post) -> Sign | None:
    """Return the header of the first table that names a paper, and what it lacks."""
    for table in blocks(post.body.split("\n")):
        if isinstance(table, LineBetween):
            continue
        if any(names_paper(cell) for row in table.rows for cell in row.cells):
            lack = (
                "sections with authors, or the text of a post, stand beside the table"
                if columns_of(table)
                else "no column of the table has titles, or its rows name several papers"
            )
            header = " | ".join(table.header)
            return Sign(post.body_line + table.line, f"{lack}: {header[:80]}")
    return None


def read_rows(
    path: str,
    lines: Sequence[str],
    first_line: int,
    place: Place,
    zone: ZoneInfo,
    *,
    is_dated: bool = True,
) -> tuple[list[ParsedPaper], list[Finding]]:
    """Return the papers of all tables in `lines`, and every defect.

    `first_line` is the line of the file (1-based) where `lines` begin, and `place` has the headings
    above them; it is left at the end. Where the file `is_dated`, papers without a date of their own
    have none; else those that are not on arXiv have that of the year in their row or heading.
    """
    papers: list[ParsedPaper] = []
    findings: list[Finding] = []
    untitled: list[ParsedPaper] = []
    for row in _rows(lines, place):
        paper = _paper(row, first_line + row.line, zone)
        if not is_dated and paper.published is None and "date" not in row.columns.roles:
            paper = replace(paper, published=_date_of_year(row, zone))
        if not paper.title:
            untitled.append(paper)
            continue
        papers.append(paper)
        if paper.id.startswith("title:") and not any(map(names_paper, row.cells.values())):
            findings.append(finding(path, paper.line, "D313", paper.title))
        if not paper.authors and "authors" in row.cells:
            findings.append(finding(path, paper.line, "D314", paper.title))
    titles = _titles_elsewhere(lines, untitled) | {paper.id: paper.title for paper in papers}
    for paper in untitled:
        if title := titles.get(paper.id) or _sentence(paper):
            papers.append(replace(paper, title=title))
        else:
            findings.append(finding(path, paper.line, "D312"))
    return sorted(papers, key=lambda paper: paper.line), findings


def _titles_elsewhere(lines: Sequence[str], untitled: Sequence[ParsedPaper]) -> dict[str, str]:
    """Return the titles of papers, by id, that items and headings give beside their numbers."""
    titles: dict[str, str] = {}
    wanted = {paper.id for paper in untitled}
    for line in lines if wanted else ():
        item = _ITEM.match(line)
        numbers = table_cells.arxiv_numbers(line) if item and len(line) < _MAX_ITEM else ()
        if item and len(numbers) == 1 and (key := f"arxiv:{min(numbers)}") in wanted:
            title = table_cells.title_cell(line[item.end() :], is_combined=True).title
            if len(title.split()) >= _FEW and not table_cells.arxiv_numbers(title):
                titles.setdefault(key, title)
    return titles


def _rows(lines: Sequence[str], place: Place) -> Iterator[_Row]:
    """Yield the rows of the tables that list papers."""
    for block in blocks(lines):
        if isinstance(block, LineBetween):
            place.enter(block.text)
        elif (table := _with_header(block)).rows and (columns := columns_of(table)):
            yield from _rows_of(table, columns, Place(place.headings))


def _with_header(table: Table) -> Table:
    """Return `table` with its first row as header, if it has none and that row has its names."""
    if table.header or not table.rows:
        return table
    first = table.rows[0].cells
    known = sum(table_words.role_of(table_cells.plain_text(cell)) is not None for cell in first)
    return Table(table.line, first, table.rows[1:]) if 2 * known > len(first) else table


def _rows_of(table: Table, columns: Columns, place: Place) -> Iterator[_Row]:
    below = place
    for index, texts in table.rows:
        cells = {
            role or f"column {at}": ""
            if table_words.is_nothing(cell)
            else table_cells.with_links(cell)
            for at, (role, cell) in enumerate(zip(columns.roles, texts, strict=False))
        }
        filled = [cell for cell in cells.values() if cell]
        if len(filled) == 1 and len(columns.roles) >= _FEW and not names_paper(filled[0]):
            below = place.with_group(filled[0])
        elif filled and not _is_group(cells.get("title", "")):
            yield _Row(index, cells, below, columns)


def _is_group(title: str) -> bool:
    """Return whether a cell has the ids of several papers in place of a title."""
    return table_cells.is_label(title) and len(table_cells.arxiv_numbers(title)) > 1


def _paper(row: _Row, line: int, zone: ZoneInfo) -> ParsedPaper:
    """Return the paper of a row, its title "" where the row has none."""
    cells = row.cells
    title, behind = table_cells.title_cell(
        cells.get("title", ""), is_combined=row.columns.is_combined
    )
    more = table_cells.behind_title(behind) if behind else table_cells.NOTHING
    arxiv = table_cells.arxiv_id(cells)
    abstract = table_cells.prose(cells.get("abstract", ""), is_machine=False)
    summary = table_cells.prose(cells.get("summary", ""), is_machine=True)
    if not (abstract or summary):
        summary = table_cells.prose(more.summary, is_machine=True)
    venue = cells.get("venue", "") or more.venue
    comment = from_machine(table_cells.unfolded(cells.get("comment", ""))) or from_machine(venue)
    linked = [
        *table_cells.addresses(cells.get("link", "")),
        *table_cells.addresses(cells.get("title", "")),
    ]
    linked = linked or [
        address for cell in cells.values() for address in table_cells.addresses(cell)
    ]
    linked.sort(key=paper_id.is_paper_site, reverse=True)
    abs_url, pdf_url = paper_id.addresses(linked[0]) if linked else ("", "")
    code = table_cells.addresses(cells.get("code", ""))
    code += links.code_urls(" ".join((*linked, abstract)))
    headings = row.place.nearest()
    return ParsedPaper(
        line=line,
        id=arxiv.key if arxiv else paper_id.title_id(title),
        version=arxiv.version if arxiv else 1,
        title=title,
        authors=table_cells.authors(cells.get("authors", "") or more.authors),
        abstract=abstract,
        comment=comment or None,
        abs_url=arxiv.abs_url if arxiv else abs_url,
        pdf_url=arxiv.pdf_url if arxiv else pdf_url,
        code_urls=tuple(dict.fromkeys(code)),
        summary=summary or None,
        published=table_dates.date_of_cell(cells.get("date", ""), headings, arxiv, zone)
        or table_dates.date_of_headings(headings, arxiv, zone),
        topic_names=row.place.topic(),
        venue=find_venue(from_machine(f"{venue} {cells.get('year', '')}")) if venue else None,
    )


def _date_of_year(row: _Row, zone: ZoneInfo) -> datetime | None:
    """Return the date of a row without an arXiv id, which tells more, by the year beside it."""
    if table_cells.arxiv_id(row.cells):
        return None
    years = (row.cells.get("year", ""), row.cells.get("venue", ""), *row.place.nearest())
    return next(filter(None, (table_dates.date_of_year(year, zone) for year in years)), None)


def _sentence(paper: ParsedPaper) -> str:
    """Return the first sentence of a paper's text, which stands for a title that is nowhere."""
    text = paper.summary or paper.abstract
    end = _SENTENCE.search(text)
    return text[: end.end() if end else None][:_MAX_TITLE].strip(" .")
