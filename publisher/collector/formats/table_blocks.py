"""The tables in a text, in Markdown and in HTML, and the lines between them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from publisher.collector.text.plain_text import MAX_FIELD

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

_RULE = re.compile(r"[ \t]*+\|?[ \t]*+:?-++:?[ \t]*+(?:\|[ \t]*+:?-++:?[ \t]*+)*+\|?[ \t]*+")
_FENCE = re.compile(r"[ ]{0,3}(```|~~~)")
_MARK = re.compile(r"[ ]{0,3}(?:#{1,6}[ \t]|```|~~~)")
_BAR = re.compile(r"(?<!\\)\|")
_TAG = re.compile(r"<(/?)(table|tr|td|th)\b([^<>]{0,500})>", re.IGNORECASE)
_ROW_SPAN = re.compile(r"\browspan\s?=\s?[\"']?(\d{1,2})\b", re.IGNORECASE)
_MOST_LINES = 40  # of a row
_MOST_COLUMNS = 40  # of a table in HTML


class Row(NamedTuple):
    """A row: the index of its first line (from 0), and its cells."""

    line: int
    cells: list[str]


class Table(NamedTuple):
    """A table: the index of its first line, its header, [] if it has none, and its rows."""

    line: int
    header: list[str]
    rows: list[Row]


class LineBetween(NamedTuple):
    """A line outside of tables and code, and its index (from 0)."""

    number: int
    text: str


def blocks(lines: Sequence[str]) -> Iterator[Table | LineBetween]:
    """Yield the tables of `lines`, and the lines between them."""
    fence = ""
    last_end: int | None = None
    index = 0
    while index < len(lines):
        line = lines[index]
        start, index = index, index + 1
        if mark := _FENCE.match(line):
            fence = "" if fence == mark[1] else fence or mark[1]
        elif fence:
            continue
        elif _is_header(lines, start):
            table, index = _markdown_table(lines, start)
            yield table
        elif "<t" in line.lower() and "<table" in line.lower():
            yield LineBetween(start, line)
            # Once, since looking for the end of each of many tables would be slow.
            last_end = _last_end(lines) if last_end is None else last_end
            if start <= last_end:
                table, index = _html_table(lines, start, last_end)
                yield table
        else:
            yield LineBetween(start, line)


def _is_header(lines: Sequence[str], index: int) -> bool:
    """Return whether a table in Markdown begins at `index`: its next line is a rule."""
    if "|" not in lines[index] or index + 1 == len(lines):
        return False
    rule = lines[index + 1]
    return _RULE.fullmatch(rule) is not None and ("|" in rule or len(_cells(lines[index])) == 1)


def _markdown_table(lines: Sequence[str], start: int) -> tuple[Table, int]:
    """Return the table that begins at `start`, and the index of the line behind it."""
    header = _cells(lines[start])
    rows: list[Row] = []
    index = start + 2
    while index < len(lines) and "|" in lines[index]:
        line = lines[index]
        if _MARK.match(line) or _is_header(lines, index):
            break
        if line.strip("| \t") and not _RULE.fullmatch(line):
            text, end = _whole_row(lines, index, len(header))
            rows.append(Row(index, _cells(text, len(header))))
            index = end
        else:
            index += 1
    return Table(start, header, rows), index


def _whole_row(lines: Sequence[str], index: int, width: int) -> tuple[str, int]:
    """Return the row of `width` cells at `index`, and the index of the line behind it.

    A row that begins with a bar and breaks off is continued on lines that begin with none.
    """
    line = lines[index].strip()
    bars = line.count("|")
    if not line.startswith("|") or line.endswith("|") or bars >= width:
        return line, index + 1
    parts = [line]
    for end in range(index + 1, min(index + _MOST_LINES, len(lines))):
        part = lines[end].strip()
        if part.startswith("|") or _MARK.match(part):
            break
        parts.append(part)
        bars += part.count("|")
        if part.endswith("|") and bars >= width:
            return " ".join(parts), end + 1
    return line, index + 1


def _cells(line: str, expected: int = 0) -> list[str]:
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


def _last_end(lines: Sequence[str]) -> int:
    """Return the index of the last line that ends a table in HTML, -1 without one."""
    ends = (index for index in reversed(range(len(lines))) if "</table" in lines[index].lower())
    return next(ends, -1)


def _html_table(lines: Sequence[str], start: int, last_end: int) -> tuple[Table, int]:
    """Return the table that begins at `start`, and the index of the line behind it."""
    depth = 0
    end = start
    while end <= last_end:
        line = lines[end].lower()
        depth += line.count("<table") - line.count("</table")
        end += 1
        if depth <= 0:
            break
    rows, has_header = _html_rows("\n".join(lines[start:end]), start)
    rows = [row for row in rows if any(row.cells)]
    if has_header and rows:
        return Table(start, rows[0].cells, rows[1:]), end
    return Table(start, [], rows), end


def _html_rows(text: str, index: int) -> tuple[list[Row], bool]:
    """Return the rows of a table in HTML, and whether the first is a header."""
    rows: list[Row] = []
    spans: dict[int, tuple[int, str]] = {}  # by column: for how many rows, and the cell
    opened: tuple[int, int] | None = None  # position of an open cell, and its number of rows
    has_header = False
    done = 0
    for tag in _TAG.finditer(text):
        index += text.count("\n", done, tag.start())
        row = rows[-1].cells if rows else []
        if opened is not None:
            cell = " ".join(text[opened[0] : tag.start()].split())[:MAX_FIELD]
            if opened[1] > 1:
                spans[len(row)] = (opened[1] - 1, cell)
            row.append(cell)
            opened = None
        done = tag.start()
        name = tag[2].lower()
        if tag[1] or name == "table":
            continue
        if name == "tr":
            rows.append(Row(index, []))
            _span(rows[-1].cells, spans)
        elif rows and len(row) < _MOST_COLUMNS:
            has_header |= name == "th" and len(rows) == 1
            _span(row, spans)
            span = _ROW_SPAN.search(tag[3])
            opened = tag.end(), int(span[1]) if span else 1
    return rows, has_header


def _span(row: list[str], spans: dict[int, tuple[int, str]]) -> None:
    """Add to `row` the cells of rows above that span it, too."""
    while span := spans.pop(len(row), None):
        left, cell = span
        if left > 1:
            spans[len(row)] = (left - 1, cell)
        row.append(cell)
