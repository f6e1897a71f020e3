"""Writes docs/reference/command-line.md from the program's own help texts.

Usage: python tools/command_line.py [FILE]
"""

from __future__ import annotations

import inspect
import sys
import textwrap
from pathlib import Path
from typing import TYPE_CHECKING

import click

from publisher.cli import app
from publisher.translation import using

if TYPE_CHECKING:
    from collections.abc import Iterator

PAGE = Path(__file__).parents[1] / "docs" / "reference" / "command-line.md"
WIDTH = 120
INTRODUCTION = """\
# Command line

`publisher --version` prints the version; `publisher COMMAND --help` prints what this page says of
a command. An error is one line on standard error and makes the exit code 1. Wrong usage makes it 2,
Ctrl-C 130.

<!-- Written by `./run.sh reference` from the help texts of the program. -->
"""


def main() -> None:
    """Write the page to the file that is named on the command line, or to its place in docs/."""
    target = Path(sys.argv[1]) if len(sys.argv) > 1 else PAGE
    target.write_text(page(), encoding="utf-8")


def page() -> str:
    """Return the page, with the commands in the order of `publisher --help`."""
    with using("en"):
        context = app.make_context("publisher", [], resilient_parsing=True)
        return "\n".join([INTRODUCTION, *_sections(app, context)])


def _sections(group: click.Group, context: click.Context) -> Iterator[str]:
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        if command is None:
            raise LookupError(f"{name} is listed and does not exist")
        own_context = click.Context(command, info_name=name, parent=context)
        yield "\n".join(_section(command, own_context))
        if isinstance(command, click.Group):
            yield from _sections(command, own_context)


def _section(command: click.Command, context: click.Context) -> Iterator[str]:
    yield f"{'#' * (1 + context.command_path.count(' '))} `{context.command_path}`"
    yield ""
    for paragraph in inspect.cleandoc(command.help or "").split("\n\n"):
        yield from textwrap.wrap(" ".join(paragraph.split()), WIDTH, break_on_hyphens=False)
        yield ""
    yield "```text"
    yield command.get_usage(context).removeprefix("Usage: ")
    yield "```"
    yield ""
    records = [
        record
        for parameter in command.get_params(context)
        if "--help" not in parameter.opts and (record := parameter.get_help_record(context))
    ]
    if records:
        yield "| argument | meaning |"
        yield "| --- | --- |"
        for names, meaning in records:
            yield f"| `{_cell(names)}` | {_cell(meaning)} |"
        yield ""


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", r"\|")


if __name__ == "__main__":
    main()
