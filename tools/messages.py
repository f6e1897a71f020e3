"""Brings the catalogues of publisher/locale/ up to date with the texts of the program.

New texts are added without a translation, texts that are gone are removed, and each catalogue is
compiled. `--check` changes nothing, and ends with 1 where something would change.
"""

from __future__ import annotations

import io
import sys
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import click
from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).resolve().parents[1]
LOCALE = ROOT / "publisher/locale"
_NO_DATE = datetime(2000, 1, 1, tzinfo=UTC)
KEYWORDS = {
    "_": None,
    "gettext": None,
    "mark": None,
    "ngettext": (1, 2),
    "number_of": (2, 3),
}
# Where the texts of a catalogue stand. Of click, those that people see.
PLACES = {
    "publisher": ("publisher", "templates/preview"),
    "operator": ("publisher/web", "templates/web/operator"),
}


def template(domain: str) -> Catalog:
    """Return the texts of `domain`, without translations."""
    catalog = Catalog(domain=domain, fuzzy=False)
    others = [place for name, places in PLACES.items() if name != domain for place in places]
    for place in PLACES[domain]:
        method = [("**.py", "python"), ("**.j2", "jinja2")]
        for file, _line, message, comments, context in extract_from_dir(
            ROOT / place,
            method,
            options_map={"**.j2": {"silent": "false"}},
            keywords=KEYWORDS,
            comment_tags=("Translators:",),
        ):
            path = f"{place}/{file}"
            if place == "publisher" and path.startswith(tuple(f"{other}/" for other in others)):
                continue
            # Functions called `mark` and the like are elsewhere too.
            if not (path.startswith("publisher/cli/") or imports_translation(ROOT / path)):
                continue
            catalog.add(message, auto_comments=comments, context=context)
    if domain == "publisher":
        for message in (*click_texts(), *help_texts()):
            catalog.add(message)
    return catalog


@cache
def imports_translation(path: Path) -> bool:
    """Return whether a file's `_` and `mark` are the translation's; in templates they are."""
    return path.suffix != ".py" or "publisher.translation import" in path.read_text("utf-8")


def help_texts() -> list[str]:
    """Return the help of all commands, options and arguments: docstrings and their like."""
    from publisher.cli import app, help_pages  # noqa: PLC0415 - read in English below
    from publisher.translation import using  # noqa: PLC0415 - see above

    def texts(command: click.Command) -> Iterator[str]:
        yield from help_pages.paragraphs(command.help)
        for parameter in command.params:
            yield from help_pages.paragraphs(getattr(parameter, "help", None))
        if isinstance(command, click.Group):
            for name in command.list_commands(context):
                if below := command.get_command(context, name):
                    yield from texts(below)

    with using("en"):
        context = app.make_context("publisher", [], resilient_parsing=True)
        return list(texts(app))


def click_texts() -> list[str | tuple[str, str]]:
    """Return the texts of click, which looks for them in the same catalogue."""
    folder = Path(str(click.__file__)).parent
    method = [("**.py", "python")]
    return [
        message
        for _file, _line, message, _comments, _context in extract_from_dir(
            folder, method, keywords={"_": None, "ngettext": (1, 2)}
        )
    ]


def updated(domain: str, path: Path) -> tuple[bytes, bytes]:
    """Return the catalogue at `path` with the program's texts, as text and compiled."""
    if path.exists():
        with path.open("rb") as file:
            catalog = read_po(file, locale=path.parts[-3], domain=domain)
    else:
        catalog = Catalog(locale=path.parts[-3], domain=domain, fuzzy=False)
    catalog.update(template(domain), no_fuzzy_matching=True)
    text, compiled = io.BytesIO(), io.BytesIO()
    # No dates and line numbers: the file changes only where a text does.
    # The first comment stays: it is the translator's.
    catalog.header_comment = catalog.header_comment or f"# Texts of the program: {domain}."
    write_po(
        text, catalog, no_location=True, sort_output=True, ignore_obsolete=True, omit_header=False
    )
    lines = [
        line
        for line in text.getvalue().splitlines(keepends=True)
        if not line.startswith((b'"POT-Creation-Date', b'"PO-Revision-Date', b'"Generated-By'))
    ]
    content = b"".join(lines)
    plain = read_po(io.BytesIO(content), locale=path.parts[-3])
    plain.creation_date = plain.revision_date = _NO_DATE
    write_mo(compiled, plain)
    return content, compiled.getvalue()


def main() -> int:
    """Write the catalogues, or tell which are not up to date."""
    changed = []
    for folder in sorted(LOCALE.glob("*/LC_MESSAGES")):
        for domain in PLACES:
            path = folder / f"{domain}.po"
            for file, content in zip(
                (path, path.with_suffix(".mo")), updated(domain, path), strict=True
            ):
                if not file.exists() or file.read_bytes() != content:
                    changed.append(file)
                    if "--check" not in sys.argv:
                        file.write_bytes(content)
    for file in changed:
        print(file.relative_to(ROOT))  # noqa: T201 - a script's output
    return 1 if changed and "--check" in sys.argv else 0


if __name__ == "__main__":
    sys.exit(main())
