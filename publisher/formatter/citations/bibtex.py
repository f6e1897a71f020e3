"""BibTeX (http://mirrors.ctan.org/biblio/bibtex/base/btxdoc.pdf), for every engine."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from publisher.formatter.citations.tex_text import definitions, escaped
from publisher.formatter.citations.title_case import title_pieces

if TYPE_CHECKING:
    from publisher.formatter.citations.citation import Citation
    from publisher.formatter.citations.names import Name

_ENTRIES = {"preprint": "misc", "conference": "inproceedings", "journal": "article"}
_MONTHS = ("", *"jan feb mar apr may jun jul aug sep oct nov dec".split())
_ADDRESS = re.compile(r"[{}\\\s%]")
_FORMULA = re.compile(r"\{\$(.*?)\$\}")
_NOT_ASCII = re.compile(r"[^\x00-\x7f]+")


def bibtex_entry(citation: Citation) -> str:
    """Return `citation` as one entry.

    What LaTeX needs to print it comes after it, as a preamble.
    """
    title, venue, note = _title(citation.title), escaped(citation.venue), escaped(citation.note)
    authors = " and ".join(_name(name) for name in citation.names if name.family)
    fields = [
        ("title", title),
        ("author", authors),
        ("journal" if citation.kind == "journal" else "booktitle", venue),
        ("year", str(citation.year)),
        ("month", _MONTHS[citation.month]),
        ("eprint", citation.arxiv_id),
        ("archiveprefix", "arXiv" if citation.arxiv_id else ""),
        ("doi", _address(citation.doi)),
        ("url", _address(citation.url)),
        ("note", note),
        ("keywords", escaped(", ".join(citation.keywords))),
    ]
    lines = "".join(_field(name, text) for name, text in fields if text)
    preamble = definitions((title, authors, venue, note))
    return f"@{_ENTRIES[citation.kind]}{{{citation.key},\n{lines}}}\n" + (
        f"@preamble{{{{{preamble}}}}}\n" if preamble else ""
    )


def _field(name: str, text: str) -> str:
    # Months are strings that styles define.
    return f"  {name} = {text},\n" if name == "month" else f"  {name} = {{{text}}},\n"


def _title(title: str) -> str:
    return "".join(
        f"{{{escaped(piece)}}}" if stays else escaped(piece) for piece, stays in title_pieces(title)
    )


def _name(name: Name) -> str:
    if name.given:
        parts = (name.family, name.suffix, name.given)
        return ", ".join(_in_whole_letters(escaped(part)) for part in parts if part)
    whole = escaped(name.family)
    if "\\" not in whole and whole.isascii():
        return f"{{{whole}}}"
    return f"{{\\relax {whole}}}" if " " in name.family else _in_whole_letters(whole)


def _in_whole_letters(tex: str) -> str:
    r"""Return `tex` of a name such that BibTeX, which knows bytes alone, cuts no letter in two.

    It takes `{\relax 张}` and `{\ensuremath{\Delta}}` for one letter, but not `{$\Delta$}`.
    """
    if tex.isascii() and "$" not in tex:
        return tex
    tex = _FORMULA.sub(r"{\\ensuremath{\1}}", tex)
    return _NOT_ASCII.sub(r"{\\relax \g<0>}", tex)


def _address(url: str) -> str:
    """Return `url` with what would end the field percent-encoded; TeX reads the rest as it is."""
    if _ADDRESS.search(url) is None:
        return url
    return re.sub(r"[{}\\\s]", lambda match: f"%{ord(match[0]):02X}", url)
