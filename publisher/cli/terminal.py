"""The terminal: whether it has colours, how wide it is, and tables that fit."""

from __future__ import annotations

import os
import shutil
import sys
from typing import TYPE_CHECKING, TextIO

import click

from publisher.formatter.i18n.text_width import shortened, text_width

if TYPE_CHECKING:
    from collections.abc import Sequence

_LEAST = 8  # columns of a cell that is cut
_GAP = "  "


def colour_choice() -> bool | None:
    """Return whether the environment asks for colours or against them, None where it does not.

    The order is that of Python itself: NO_COLOR, FORCE_COLOR, TERM=dumb.
    """
    if os.environ.get("NO_COLOR"):
        return False
    if os.environ.get("FORCE_COLOR"):
        return True
    return False if os.environ.get("TERM") == "dumb" else None


def has_colours(stream: TextIO) -> bool:
    """Return whether text on `stream` may be coloured."""
    choice = colour_choice()
    return stream.isatty() if choice is None else choice


def bold(text: str) -> str:
    """Return `text` in bold; `click.echo` takes that out again where there are no colours."""
    return click.style(text, bold=True)


def coloured(text: str, colour: str, stream: TextIO) -> str:
    """Return `text` in `colour` where `stream` shows colours."""
    return click.style(text, fg=colour) if has_colours(stream) else text


def is_interactive(stream: TextIO) -> bool:
    """Return whether a line on `stream` can be written over."""
    return stream.isatty() and os.environ.get("TERM") != "dumb"


def rewrite(text: str) -> None:
    """Write `text` over the line of progress on standard error; nothing without a terminal."""
    if is_interactive(sys.stderr):
        room = shutil.get_terminal_size().columns - 1
        sys.stderr.write(f"\r{shortened(text, room)}\x1b[K")
        sys.stderr.flush()


def fitted(text: str) -> str:
    """Return `text`, on a terminal cut to its width."""
    if not is_interactive(sys.stdout):
        return text
    return shortened(text, shutil.get_terminal_size().columns)


def table(rows: Sequence[Sequence[str]], heads: Sequence[str] = ()) -> list[str]:
    """Return `rows` as lines with columns, below `heads`.

    On a terminal the widest columns are cut so that each line fits; elsewhere nothing is cut, and
    the columns are parted by tabs and without heads, for other programs.
    """
    if not is_interactive(sys.stdout):
        return ["\t".join(row) for row in rows]
    cells = [heads, *rows] if heads and rows else list(rows)
    if not cells:
        return []
    widths = _fitted([max(map(text_width, column)) for column in zip(*cells, strict=True)])
    lines = [_GAP.join(map(_cell, row, widths)).rstrip() for row in cells]
    if heads and has_colours(sys.stdout):
        lines[0] = bold(lines[0])
    return lines


def _fitted(widths: list[int]) -> list[int]:
    """Return the widths of columns, the widest one narrowed again and again until all fit."""
    room = max(shutil.get_terminal_size().columns - len(_GAP) * (len(widths) - 1), 1)
    while sum(widths) > room and max(widths) > _LEAST:
        widths[widths.index(max(widths))] -= 1
    return widths


def _cell(text: str, width: int) -> str:
    cut = shortened(text, width)
    return cut + " " * (width - text_width(cut))
