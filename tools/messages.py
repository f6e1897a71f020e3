"""Brings the catalogues of publisher/locale/ up to date with the texts of the program.

New texts are added without a translation, texts that are gone are removed, and each catalogue is
compiled. `--check` changes nothing, and ends with 1 where something would change.
"""

from __future__ import annotations

import io
import sys
from datetime import UTC, datetime
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

ROOT = Path(__file__).resolve().parents[1]
LOCALE = ROOT / "publisher/locale"
_NO_DATE = datetime(2000, 1, 1, tzinfo=UTC)
KEYWORDS = {"_": None, "ngettext": (1, 2), "mark": None}
# Where the texts of a catalogue stand. Of click, those that people see.
PLACES = {
    "publisher": ("publisher",),
    "operator": ("publisher/web", "templates/web/operator"),
}


def template(domain: str) -> Catalog:
    """Return the texts of `domain`, without translations."""
    catalog = Catalog(domain=domain, fuzzy=False)
    others = [place for name, places in PLACES.items() if name != domain for place in places]
    for place in PLACES[domain]:
        method = [("**.py", "python"), ("**.j2", "jinja2")]
        for file, _line, message, comments, context in extract_from_dir(
            ROOT / place, method, keywords=KEYWORDS, comment_tags=("Translators:",)
        ):
            path = f"{place}/{file}"
            if place == "publisher" and path.startswith(tuple(f"{other}/" for other in others)):
                continue
            catalog.add(message, auto_comments=comments, context=context)
    if domain == "publisher":
        for message in click_texts():
            catalog.add(message)
    return catalog


def click_texts() -> list[str | tuple[str, str]]:
    """Return the texts of click, which looks for them in the same catalogue."""
    import click  # noqa: PLC0415 - its folder alone is needed

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
    catalog.header_comment = f"# Texts of the program: {domain}."
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
