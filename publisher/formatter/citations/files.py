"""Citations as files that a page holds in links, so that none has to lie beside it."""

from __future__ import annotations

from base64 import b64encode
from dataclasses import dataclass
from typing import TYPE_CHECKING

from publisher.formatter.citations.csl_json import csl_json
from publisher.formatter.citations.ris import ris_reference

if TYPE_CHECKING:
    from publisher.formatter.citations.citation import Citation

_BIBTEX, _RIS = "application/x-bibtex", "application/x-research-info-systems"


@dataclass(frozen=True, slots=True)
class CitationFile:
    """A file to download: `url` holds all of it (RFC 2397)."""

    label: str
    name: str
    url: str


def citation_files(citation: Citation, bibtex: str) -> tuple[CitationFile, ...]:
    """Return `citation` as BibTeX, which is at hand as `bibtex`, RIS and CSL-JSON."""
    forms = (
        ("BibTeX", "bib", _BIBTEX, bibtex),
        ("RIS", "ris", _RIS, ris_reference(citation)),
        ("CSL-JSON", "json", "application/json", csl_json(citation)),
    )
    return tuple(
        CitationFile(label, f"{citation.key}.{ending}", _data_url(media_type, text))
        for label, ending, media_type, text in forms
    )


def _data_url(media_type: str, text: str) -> str:
    # Shorter than percent signs for every brace, quote and line end.
    return f"data:{media_type};base64,{b64encode(text.encode(errors='replace')).decode()}"
