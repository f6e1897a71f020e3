r"""BibTeX (http://mirrors.ctan.org/biblio/bibtex/base/btxdoc.pdf), for every engine.

Letters outside ASCII become TeX by pylatexenc's table, each in braces of its own, as old engines
sort and shorten by bytes. Characters that are not in the table (Chinese) stay: they need a new
engine anyway. A brace in a text would end the field even as `\{`, so it is written as a word.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from publisher.formatter.citations.citation import Citation
    from publisher.formatter.citations.names import Name

_ENTRIES = {"preprint": "misc", "conference": "inproceedings", "journal": "article"}
_MONTHS = ("", *"jan feb mar apr may jun jul aug sep oct nov dec".split())
# Styles write titles in lower case; a word with a capital inside ("NeRF", "GAN") has to keep it.
_CAPITALS = re.compile(r"[^\s{}]*[^\s{}\"'(\[—–-][A-Z][^\s{}]*")
_END = "}\n"
_ADDRESS = re.compile(r"[{}\\\s%]")


class _Escapes(dict[int, str]):
    """TeX by character, looked up in pylatexenc's table the first time."""

    def __missing__(self, code: int) -> str:
        from pylatexenc.latexencode import (  # noqa: PLC0415 - most titles are plain ASCII
            get_builtin_uni2latex_dict,
        )

        tex = get_builtin_uni2latex_dict().get(code)
        self[code] = "{" + tex + "}" if tex else chr(code)
        return self[code]


_ESCAPES = _Escapes(
    {code: chr(code) for code in range(0x20, 0x7F)}
    | {ord(character): "\\" + character for character in "#$%&_"}
    | {
        ord("{"): "{\\textbraceleft}",
        ord("}"): "{\\textbraceright}",
        ord("\\"): "{\\textbackslash}",
        ord("~"): "{\\textasciitilde}",
        ord("^"): "{\\textasciicircum}",
        ord("<"): "{\\textless}",
        ord(">"): "{\\textgreater}",
        ord("|"): "{\\textbar}",
        0xA0: "~",
    }
    | dict.fromkeys((*range(0x20), 0x7F), " ")
)
_PLAIN = re.compile(r"[ !\"'()*+,\-./0-9:;=?@A-Z\[\]`a-z]*")


def escaped(text: str) -> str:
    r"""Return `text` as TeX that prints it: "{\'e}" for "é", with balanced braces."""
    return text if _PLAIN.fullmatch(text) else text.translate(_ESCAPES)


def bibtex_entry(citation: Citation) -> str:
    """Return `citation` as one entry, without the paper's abstract."""
    fields = [("title", _CAPITALS.sub(_in_braces, escaped(citation.title)))]
    if citation.names:
        fields.append(("author", " and ".join(map(_name, citation.names))))
    if citation.venue:
        field = "journal" if citation.kind == "journal" else "booktitle"
        fields.append((field, escaped(citation.venue)))
    fields.append(("year", str(citation.year)))
    lines = [f"  {name} = {{{value}}},\n" for name, value in fields]
    if citation.month:
        lines.append(f"  month = {_MONTHS[citation.month]},\n")
    more = [
        ("eprint", citation.arxiv_id),
        ("archiveprefix", "arXiv" if citation.arxiv_id else ""),
        ("doi", _address(citation.doi)),
        ("url", _address(citation.url)),
        ("note", escaped(citation.note)),
        ("keywords", escaped(", ".join(citation.keywords))),
    ]
    lines += [f"  {name} = {{{value}}},\n" for name, value in more if value]
    return f"@{_ENTRIES[citation.kind]}{{{citation.key},\n{''.join(lines)}{_END}"


def with_abstract(entry: str, citation: Citation) -> str:
    """Return `entry`, made of `citation`, with the abstract as its last field."""
    if not citation.abstract:
        return entry
    return f"{entry.removesuffix(_END)}  abstract = {{{escaped(citation.abstract)}}},\n{_END}"


def _in_braces(match: re.Match[str]) -> str:
    # TeX commands have capitals of their own, and are in braces already.
    return match[0] if "\\" in match[0] else f"{{{match[0]}}}"


def _name(name: Name) -> str:
    family, given = escaped(name.family), escaped(name.given)
    if not given:
        return f"{{{family}}}"
    return ", ".join(part for part in (family, escaped(name.suffix), given) if part)


def _address(url: str) -> str:
    """Return `url` with what would end the field percent-encoded; TeX reads the rest as it is."""
    if _ADDRESS.search(url) is None:
        return url
    return re.sub(r"[{}\\\s]", lambda match: f"%{ord(match[0]):02X}", url)
