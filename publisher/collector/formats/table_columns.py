"""The roles of a table's columns: by their names, else by what the cells of its first rows hold.

A table is a list of papers if it has a column of titles, and rows that name a paper each.
"""

from __future__ import annotations

import re
from statistics import median
from typing import TYPE_CHECKING, NamedTuple
from zoneinfo import ZoneInfo

from publisher import paper_id
from publisher.collector.formats import table_cells, table_words
from publisher.collector.frontmatter.dates import day_of_year, parse_date

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from publisher.collector.formats.table_blocks import Table

_SAMPLE = 30  # rows
_MOST_COLUMNS = 60  # more are no list, and would take quadratic time
_UTC = ZoneInfo("UTC")
_FIGURE = re.compile(r"[\W\d_]*\d[\W\d_]*[%a-zA-Z]{0,3}")
_DECIMAL = re.compile(r"\d+\.\d+")
_CITATION = re.compile(r"(?:et\.? al\.?|[A-Z]\w+),? \(?(?:19|20)\d\d\)?$")
_MOST, _MANY, _SOME = 0.8, 0.5, 0.3  # shares of rows
_LONG, _TEXT, _SHORT = 300, 60, 8  # characters
_FEW = 2
_WORDS = 3


class Columns(NamedTuple):
    """The role of each column, "" for one of no use, and whether descriptions follow titles."""

    roles: list[str]
    is_combined: bool
    is_known: bool  # by their names


def columns_of(table: Table) -> Columns | None:
    """Return the columns of `table`, None if it does not list papers."""
    if len(table.header) > _MOST_COLUMNS:
        return None
    names = [table_cells.plain_text(name) for name in table.header]
    sample = [
        [table_cells.with_links(cell) for cell in row.cells[:_MOST_COLUMNS]]
        for row in table.rows[:_SAMPLE]
    ]
    roles = table_words.columns(names)
    if _is_of_groups(sample):
        return None
    is_known = "title" in roles and bool({"date", "link"} & set(roles))
    if "title" in roles and _is_of_labels(_column(sample, roles.index("title"))):
        at = roles.index("title")
        roles[at] = "link" if "link" not in roles else ""
        works = [at for at, name in enumerate(names) if table_words.role_of(name) == "work"]
        for at in works[:1]:
            roles[at] = "title"
        is_known = False
        if "summary" in roles and {"link", "date"} & set(roles):
            return Columns(roles, is_combined=False, is_known=True)
    if not is_known:
        width = max((len(cells) for cells in sample), default=0)
        roles += [""] * (width - len(roles))
        if not _judge(roles, names, sample):
            return None
    at = roles.index("title")
    is_title = at < len(names) and table_words.role_of(names[at]) == "title"
    is_combined = not (is_title or {"authors", "abstract", "summary"} & set(roles))
    return Columns(roles, is_combined, is_known)


def _judge(roles: list[str], names: Sequence[str], sample: Sequence[Sequence[str]]) -> bool:
    """Fill the empty `roles` by what `sample` holds; return whether it lists papers."""
    papers = [row for row in sample if any(map(names_paper, row))]
    needed = _SOME if "title" in roles else _MANY
    if not papers or len(papers) < needed * len(sample) or _is_of_fields(papers):
        return False
    for role, fits in _TESTS.items():
        for at in (at for at, known in enumerate(roles) if not known and role not in roles):
            if _share(_column(papers, at), fits) >= _MOST:
                roles[at] = role
    if "title" not in roles and (at := _title_column(roles, papers)) >= 0:
        roles[at] = "title"
    if "title" not in roles:
        return False
    for role, least in (("abstract", _LONG), ("summary", _TEXT)):
        for at in (at for at, known in enumerate(roles) if not known and role not in roles):
            if median(map(_length, _column(papers, at))) >= least:
                roles[at] = role
    at = roles.index("title")
    is_named = at < len(names) and table_words.role_of(names[at]) in ("title", "paper")
    return is_named or not (_is_of_figures(roles, papers) or any(map(_is_citation, papers)))


def _title_column(roles: Sequence[str], papers: Sequence[Sequence[str]]) -> int:
    """Return the column that has the titles of `papers`, -1 without one.

    It links to them, or is the first with texts that differ.
    """
    free = [at for at, role in enumerate(roles) if role in ("", "link", "code")]
    for at in free:
        if _share(_column(papers, at), _is_linked_text) >= _MANY:
            return at
    for at in (at for at in free if not roles[at]):
        texts = [table_cells.plain_text(cell) for cell in _column(papers, at)]
        are_texts = _share(texts, _is_text) >= _MANY and len(set(texts)) >= _MOST * len(texts)
        if are_texts and median(map(len, texts)) < _LONG:
            return at
    return -1


def names_paper(cell: str) -> bool:
    """Return whether `cell` names a paper: its arXiv id, or its address on a site of papers."""
    linked = table_cells.addresses(cell)
    return any(paper_id.arxiv_id(url) or paper_id.is_paper_site(url) for url in linked) or bool(
        table_cells.arxiv_numbers(cell)
    )


def _is_of_groups(sample: Sequence[Sequence[str]]) -> bool:
    """Return whether most rows name several papers: categories, days or pairs of papers."""
    counts = [len(set().union(*map(table_cells.arxiv_numbers, row))) for row in sample]
    return sum(count > 1 for count in counts) > _MANY * sum(count > 0 for count in counts)


def _is_of_labels(cells: Sequence[str]) -> bool:
    """Return whether most of `cells` have no title."""
    filled = [cell for cell in cells if not table_words.is_nothing(cell)]
    titles = (table_cells.title_cell(cell, is_combined=False).title for cell in filled)
    return bool(filled) and sum(map(bool, titles)) < _MANY * len(filled)


def _is_of_fields(papers: Sequence[Sequence[str]]) -> bool:
    """Return whether the table has the fields of one paper: a name in each first cell."""
    roles = [table_words.role_of(table_cells.plain_text(row[0])) for row in papers if row]
    return sum(role is not None for role in roles) > _MANY * len(roles)


def _is_of_figures(roles: Sequence[str], papers: Sequence[Sequence[str]]) -> bool:
    """Return whether the table compares results: columns of figures, or papers more than once."""
    figures = [
        at
        for at, role in enumerate(roles)
        if at
        and role in ("", table_words.OTHER)
        and _share(_column(papers, at), _is_figure) >= _MOST
    ]
    named = ["".join(sorted(set().union(*map(table_cells.arxiv_numbers, row)))) for row in papers]
    return len(figures) >= _FEW or len(set(named) - {""}) < _MANY * sum(map(bool, named))


def _column(rows: Iterable[Sequence[str]], at: int) -> list[str]:
    return [row[at] if at < len(row) else "" for row in rows]


def _share(cells: Sequence[str], fits: Callable[[str], object]) -> float:
    return sum(bool(fits(cell)) for cell in cells) / len(cells)


def _length(cell: str) -> int:
    return len(table_cells.prose(cell, is_machine=False))


def _is_text(text: str) -> bool:
    is_long = len(text.split()) >= _WORDS or (len(text) >= _SHORT and not text.isascii())
    return is_long and not table_cells.is_label(text)


def _is_linked_text(cell: str) -> bool:
    return _is_text(table_cells.linked_text(cell))


def _is_date(cell: str) -> bool:
    text = table_cells.plain_text(cell)
    is_figure = _DECIMAL.fullmatch(text)
    return len(text) < _TEXT and bool(
        parse_date(text, _UTC) or (not is_figure and day_of_year(text))
    )


def _is_names(cell: str) -> bool:
    return table_cells.is_names(table_cells.plain_text(cell))


def _is_citation(row: Sequence[str]) -> bool:
    return any(_CITATION.search(table_cells.linked_text(cell)) for cell in row)


def _is_figure(cell: str) -> bool:
    return _FIGURE.fullmatch(table_cells.plain_text(cell)[:_TEXT]) is not None


_TESTS: dict[str, Callable[[str], object]] = {
    "date": _is_date,
    "authors": _is_names,
    "link": lambda cell: names_paper(cell) and not table_cells.linked_text(cell),
}
