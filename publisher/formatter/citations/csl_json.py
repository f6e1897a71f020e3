"""CSL-JSON (https://github.com/citation-style-language/schema), the list that Zotero imports."""

from __future__ import annotations

from typing import TYPE_CHECKING

from publisher.formatter.citations.json_text import json_text

if TYPE_CHECKING:
    from publisher.formatter.citations.citation import Citation
    from publisher.formatter.citations.names import Name

_TYPES = {"preprint": "article", "conference": "paper-conference", "journal": "article-journal"}


def csl_json(citation: Citation) -> str:
    """Return `citation` as a list of one item."""
    date = [citation.year, citation.month] if citation.month else [citation.year]
    item: dict[str, object] = {
        "id": citation.key,
        "type": _TYPES[citation.kind],
        "title": citation.title,
        "author": [_name(name) for name in citation.names],
        "issued": {"date-parts": [date]},
        "container-title": citation.venue,
        "publisher": "arXiv" if citation.arxiv_id and not citation.venue else "",
        "number": f"arXiv:{citation.arxiv_id}" if citation.arxiv_id and not citation.venue else "",
        "DOI": citation.doi,
        "URL": citation.url,
        "note": citation.note,
        "keyword": ", ".join(citation.keywords),
    }
    filled = {key: value for key, value in item.items() if value}
    return json_text([filled]) + "\n"


def _name(name: Name) -> dict[str, str]:
    if not name.given:
        return {"literal": name.family}
    parts = {"family": name.family, "given": name.given}
    return parts | {"suffix": name.suffix} if name.suffix else parts
