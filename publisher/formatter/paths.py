"""Paths in the output folder: readable names that are permanent and never clash."""

from __future__ import annotations

import hashlib
import re

_ARXIV = re.compile(r"arxiv:(\d{4}\.\d{4,5}|[a-z-]+(?:\.[A-Za-z]{2})?/\d{7})")
_UNSAFE = re.compile(r"[^a-z0-9.]+")

# The files of each paper: its page, and its citation in three forms.
PAPER_ENDINGS = (".html", ".bib", ".ris", ".json")
# A line takes about 300 bytes, and a page is to stay under 100 kB.
PAPERS_ON_A_MONTH_PAGE = 250


def paper_stem(paper_id: str) -> str:
    """Return the path of a paper's files without ending: "papers/2411.19525".

    An old arXiv id has its slash replaced ("papers/cs-0112017"). Any other id ("doi:...",
    "title:...") gets part of its hash, as two ids may differ in nothing that a file name can hold.
    """
    if _ARXIV.fullmatch(paper_id):
        return "papers/" + paper_id.removeprefix("arxiv:").replace("/", "-")
    readable = _UNSAFE.sub("-", paper_id.lower())[:60].strip("-.")
    digest = hashlib.blake2b(paper_id.encode(errors="replace"), digest_size=5).hexdigest()
    return f"papers/{readable}-{digest}"


def month_path(month: str, number: int = 1) -> str:
    """Return the path of page `number` of a month's archive: "archive/2024-12/2.html"."""
    return f"archive/{month}/{'index' if number == 1 else number}.html"
