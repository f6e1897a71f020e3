"""Help pages: in the operator's language, with wide characters counted as two columns."""

from __future__ import annotations

import gettext
import os
import re
from typing import TYPE_CHECKING

import click

from publisher.cli import terminal
from publisher.formatter.i18n.text_width import text_width, wrap
from publisher.translation import FOLDER, _, language

if TYPE_CHECKING:
    from collections.abc import Iterable

_FIRST_SENTENCE = re.compile(r".+?(?:\.(?=\s|$)|。|$)")


class HelpPage(click.HelpFormatter):
    """Help whose columns are right in Chinese too; click alone counts characters."""

    def write_heading(self, heading: str) -> None:
        """Write a heading, in bold where there are colours."""
        super().write_heading(terminal.bold(heading))

    def write_text(self, text: str) -> None:
        """Write paragraphs."""
        indent = " " * self.current_indent
        wrapped = (wrap(part, indent, columns=self.width) for part in text.split("\n\n"))
        self.write("\n\n".join(wrapped) + "\n")

    def write_dl(
        self, rows: Iterable[tuple[str, str]], col_max: int = 30, col_spacing: int = 2
    ) -> None:
        """Write terms with their meanings beside them."""
        rows = list(rows)
        column = min(max(text_width(term) for term, _ in rows), col_max) + col_spacing
        margin = " " * (self.current_indent + column)
        for term, meaning in rows:
            start = " " * self.current_indent + term
            if text_width(start) > len(margin) - col_spacing:
                self.write(f"{start}\n")
                start = ""
            start += " " * (len(margin) - text_width(start))
            self.write(wrap(meaning, margin, start, columns=self.width).rstrip() + "\n")


class ProgramContext(click.Context):
    """The context of a command, with its help pages."""

    formatter_class = HelpPage


def translate_click() -> None:
    """Have click's own texts ("Usage", "Missing argument") in the operator's language."""
    if os.name == "nt":  # gettext looks at variables that Windows does not set
        os.environ.setdefault("LANGUAGE", language())
    gettext.bindtextdomain("publisher", FOLDER)
    gettext.textdomain("publisher")


def prepare(command: click.Command) -> None:
    """Translate the help of `command`, of its parameters and of the commands below it."""
    command.context_class = ProgramContext
    command.help = _translated(command.help)
    if command.help:
        # The first sentence, whole: click would cut it to the width, and knows no "。".
        first = _FIRST_SENTENCE.match(command.help.partition("\n\n")[0])
        command.short_help = first[0].removesuffix("。") if first else ""
    for parameter in command.params:
        if isinstance(parameter, click.Option | click.Argument):
            parameter.help = _translated(parameter.help)
    for below in command.commands.values() if isinstance(command, click.Group) else ():
        prepare(below)


def paragraphs(text: str | None) -> list[str]:
    """Return the paragraphs of a help text, each in one line: what catalogues translate."""
    return [" ".join(part.split()) for part in (text or "").split("\n\n") if part.strip()]


def _translated(text: str | None) -> str:
    return "\n\n".join(_(paragraph) for paragraph in paragraphs(text))
