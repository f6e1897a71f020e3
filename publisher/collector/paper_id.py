"""Identity of papers: the arXiv id without version, else a hash of the title."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from dataclasses import dataclass

# https://info.arxiv.org/help/arxiv_identifier.html: YYMM.NNNN(N) since 2007-04, before that
# archive(.SC)/YYMMNNN.
_ARXIV = re.compile(
    r"(?:https?://)?(?:(?:www|export|[a-z]{2})\.)?arxiv\.org/(?:abs|pdf|html)/"
    r"(\d{4}\.\d{4,5}|[a-z-]{2,20}(?:\.[A-Z]{2})?/\d{7})(?:v(\d{1,3}))?(?:\.pdf)?(?:[?#].*)?/?",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class ArxivId:
    """An arXiv identifier: `number` such as "2411.19525" or "cs/0112017", `version` from 1."""

    number: str
    version: int

    @property
    def key(self) -> str:
        """The paper's id in this program, e.g. "arxiv:2411.19525"."""
        return f"arxiv:{self.number}"

    @property
    def abs_url(self) -> str:
        """The address of the abstract page, always of the newest version."""
        return f"https://arxiv.org/abs/{self.number}"

    @property
    def pdf_url(self) -> str:
        """The address of this version's PDF."""
        return f"https://arxiv.org/pdf/{self.number}v{self.version}"


def arxiv_id(url: str) -> ArxivId | None:
    """Return the identifier in the arXiv address `url`, None for any other address."""
    match = _ARXIV.fullmatch(url.strip())
    if match is None:
        return None
    return ArxivId(match.group(1), max(1, int(match.group(2) or 1)))


def title_id(title: str) -> str:
    """Return "title:" and 16 hex digits, equal for titles that differ in case or punctuation."""
    folded = unicodedata.normalize("NFKC", title).casefold()
    letters = "".join(c for c in folded if c.isalnum())
    return f"title:{hashlib.sha256((letters or folded).encode()).hexdigest()[:16]}"
