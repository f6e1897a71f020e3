"""RIS (https://en.wikipedia.org/wiki/RIS_(file_format), the tags of the 2011 specification)."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from publisher.formatter.citations.citation import Citation

_TYPES = {"preprint": "UNPB", "conference": "CPAPER", "journal": "JOUR"}


def ris_reference(citation: Citation) -> str:
    """Return `citation` as one reference."""
    lines = [f"TY  - {_TYPES[citation.kind]}", f"TI  - {citation.title}"]
    lines += [f"AU  - {name.inverted}" for name in citation.names]
    lines.append(f"PY  - {citation.year}")
    if citation.month:
        lines.append(f"DA  - {citation.year}/{citation.month:02}//")
    lines += [
        f"{tag}  - {value}"
        for tag, value in (
            ("T2", citation.venue),
            ("PB", "arXiv" if citation.arxiv_id and not citation.venue else ""),
            ("AN", citation.arxiv_id and f"arXiv:{citation.arxiv_id}"),
            ("DO", citation.doi),
            ("UR", citation.url),
            ("L1", citation.pdf_url),
            ("N1", citation.note),
            *(("KW", keyword) for keyword in citation.keywords),
        )
        if value
    ]
    lines.append("ER  - ")
    return "\r\n".join(lines) + "\r\n"
