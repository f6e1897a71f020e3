"""Files of reference managers: BibTeX, RIS, and JSON in the CSL form or Zotero's own.

Entries that can't be read are problems of one line, never of the file.
"""

from __future__ import annotations

import logging
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

import msgspec

from publisher import paper_id
from publisher.errors import GatherError
from publisher.gather.candidates import candidate_id

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

# https://en.wikipedia.org/wiki/RIS_(file_format); some programs write one blank less.
_RIS_LINE = re.compile(r"(?P<tag>[A-Z][A-Z0-9]) {1,2}-(?: (?P<value>.*)|\s*)")
_RIS_FILE = re.compile(r"^\ufeff?TY {1,2}- ", re.MULTILINE)
_BIBTEX_FILE = re.compile(r"^\s*@\s*\w+\s*[{(]", re.MULTILINE)
_ENCLOSED = re.compile(r'\{[^{}]*\}|"[^"]*"')
# Names in BibTeX, BibLaTeX, RIS, CSL and Zotero, in lower case.
_TITLE, _ABSTRACT = ("title", "ti", "t1"), ("abstract", "ab", "n2", "abstractnote")
_BARE_IDS, _DOI = ("eprint", "arxivid"), ("doi", "do")
_LINKS = (
    *("url", "ur", "number", "archive_location", "archivelocation", "archiveid", "an", "m1", "m3"),
    *("extra", "note", "n1", "journal", "howpublished", "publisher", "pb", "jo", "t2", "id"),
)


@dataclass(frozen=True, slots=True)
class BibliographyEntry:
    """An entry: `id` as candidates have it, "" if unknown. `place` is for people: "line 12"."""

    place: str
    id: str
    title: str
    abstract: str


@dataclass(frozen=True, slots=True)
class BibliographyProblem:
    """An entry that can't be used, and the reason."""

    place: str
    reason: str


def read_bibliography(text: str) -> list[BibliographyEntry | BibliographyProblem]:
    """Return the entries of `text` in their order.

    Raises `GatherError` if it is in none of the formats.
    """
    if text.lstrip("\ufeff \t\r\n").startswith(("[", "{")):
        return [_entry(*each) for each in _json(text)]
    if _RIS_FILE.search(text):
        return [_entry(*each) for each in _ris(text)]
    if _BIBTEX_FILE.search(text):
        return [_entry(*each) for each in _bibtex(text)]
    raise GatherError("neither BibTeX, RIS nor CSL-JSON")


def _entry(place: str, fields: Mapping[str, str] | str) -> BibliographyEntry | BibliographyProblem:
    """Return the entry of `fields`, or the problem that stands in their place."""
    if isinstance(fields, str):
        return BibliographyProblem(place, fields)
    title, abstract = (
        " ".join(next((fields[name] for name in names if fields.get(name, "").strip()), "").split())
        for names in (_TITLE, _ABSTRACT)
    )
    key = _id(fields)
    if not title and not key.startswith("arxiv:"):
        return BibliographyProblem(place, "it has neither a title nor an arXiv id")
    return BibliographyEntry(place, key, title, abstract)


def _id(fields: Mapping[str, str]) -> str:
    for name in _BARE_IDS:
        if arxiv := paper_id.arxiv_id_of_field(fields.get(name, "")):
            return arxiv.key
    dois = [candidate_id(fields[name]) for name in _DOI if fields.get(name)]
    words = [word for name in _LINKS for word in fields.get(name, "")[:1000].split()]
    ids = [*dois, *(candidate_id(word) for word in words)]
    arxiv_ids = [key for key in ids if key.startswith("arxiv:")]
    return next(iter([*arxiv_ids, *(key for key in dois if key.startswith("doi:"))]), "")


def _bibtex(text: str) -> Iterator[tuple[str, Mapping[str, str] | str]]:
    # Takes a tenth of a second to import, and few have such files.
    from bibtexparser.entrypoint import parse_string  # noqa: PLC0415 - see above
    from bibtexparser.model import Entry, ParsingFailedBlock  # noqa: PLC0415 - see above

    # It tells every bad entry on its own, beside returning it.
    logging.getLogger("bibtexparser").setLevel(logging.CRITICAL)
    for block in parse_string(text.lstrip("\ufeff")).blocks:
        place = f"line {(block.start_line or 0) + 1}"
        # An entry whose key or field stands twice can be read all the same, with its braces.
        failed = block if isinstance(block, ParsingFailedBlock) else None
        entry = failed.ignore_error_block if failed else block
        if isinstance(entry, Entry):
            yield place, {field.key.lower(): _bare(field.value) for field in reversed(entry.fields)}
        elif failed:
            yield place, f"it is no valid BibTeX ({failed.error})"


def _bare(value: object) -> str:
    text = str(value)
    return text[1:-1] if _ENCLOSED.fullmatch(text) else text


def _ris(text: str) -> Iterator[tuple[str, Mapping[str, str] | str]]:
    fields: dict[str, str] = {}
    start, tag = 0, ""
    for number, line in enumerate(text.lstrip("\ufeff").splitlines(), 1):
        match = _RIS_LINE.fullmatch(line.rstrip())
        if match is None:
            # A long text goes on in the next line.
            if tag and line.strip():
                fields[tag] += f" {line.strip()}"
            continue
        if match["tag"] in ("TY", "ER"):
            if fields:
                yield f"line {start}", fields
            fields, start, tag = {}, number, ""
            continue
        tag = match["tag"].lower()
        # Links and notes may stand several times.
        earlier = fields.get(tag)
        fields[tag] = f"{earlier} {match['value'] or ''}" if earlier else match["value"] or ""
    if fields:
        yield f"line {start}", fields


def _json(text: str) -> Iterator[tuple[str, Mapping[str, str] | str]]:
    try:
        document = msgspec.json.decode(text.lstrip("\ufeff"))
    except (msgspec.MsgspecError, RecursionError) as error:
        raise GatherError(f"no valid JSON ({error})") from error
    items = document.get("items", [document]) if isinstance(document, dict) else document
    for number, item in enumerate(items if isinstance(items, list) else [items], 1):
        place = f"entry {number}"
        if isinstance(item, dict):
            yield place, {name.lower(): _text(value) for name, value in item.items()}
        else:
            yield place, "it is no object"


def _text(value: object) -> str:
    if isinstance(value, list):
        return " ".join(map(_text, value[:100]))
    return str(value) if isinstance(value, str | int | float) else ""
