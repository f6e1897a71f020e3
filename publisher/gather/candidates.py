"""Papers of several sources, each once."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from publisher import paper_id

if TYPE_CHECKING:
    from collections.abc import Iterable

    from publisher.models.gathering import Announced, Candidate

# https://www.crossref.org/blog/dois-and-matching-regular-expressions/
_DOI = re.compile(r"10\.\d{4,9}/\S{1,500}")
_DOI_ADDRESS = re.compile(r"(?:https?://(?:dx\.|www\.)?doi\.org/|doi:\s?)(?=10\.)", re.IGNORECASE)
# bioRxiv and medRxiv have the DOI in the address of the paper, with the version behind it.
_PREPRINT = re.compile(
    r"https?://(?:www\.)?(?:bio|med)rxiv\.org/content/(10\.\d{4,9}/[\d.]{1,40}\d)", re.IGNORECASE
)


def candidate_id(address: str) -> str:
    """Return the id of the paper at `address`, which is an address, an arXiv id or a DOI.

    It is "arxiv:" or "doi:" with the id where there is one, else "url:" with the address.
    """
    address = address.strip()
    if arxiv := paper_id.arxiv_id(address):
        return arxiv.key
    if match := _PREPRINT.match(address):
        return f"doi:{match[1].lower()}"
    doi = _DOI_ADDRESS.sub("", address, count=1).partition("?")[0]
    if _DOI.fullmatch(doi):
        arxiv = paper_id.arxiv_id_of_field(doi)
        return arxiv.key if arxiv else f"doi:{doi.lower()}"
    return f"url:{address}"


def merge(papers: Iterable[Announced]) -> list[Candidate]:
    """Return each paper once, in the order of `papers`.

    Announcements are of one paper if they have an id in common: that of arXiv, or a DOI; never if
    they have two of arXiv, as parts of a work may name one DOI. The newest version from arXiv gives
    the text, else the first; what it lacks is from the others.
    """
    groups: dict[int, list[Candidate]] = {}
    group_of: dict[str, int] = {}
    arxiv_of: dict[int, str] = {}
    for place, announced in enumerate(papers):
        keys = _keys(announced.paper)
        arxiv = next((key for key in keys if key.startswith("arxiv:")), "")
        numbers = []
        for other in sorted({group_of[key] for key in keys if key in group_of}):
            arxiv = arxiv or arxiv_of[other]
            if arxiv_of[other] in {"", arxiv}:
                numbers.append(other)
        number = numbers[0] if numbers else place
        group = groups.setdefault(number, [])
        # A paper with both ids joins those that had one of them each.
        for other in numbers[1:]:
            keys += [key for paper in groups[other] for key in _keys(paper)]
            group += groups.pop(other)
        group.append(announced.paper)
        arxiv_of[number] = arxiv
        group_of |= {key: number for key in keys if group_of.get(key) in {None, *numbers}}
    return [_merged(groups[number]) for number in sorted(groups)]


def _keys(paper: Candidate) -> list[str]:
    return [paper.id, *([candidate_id(paper.doi)] if paper.doi else [])]


def _merged(papers: list[Candidate]) -> Candidate:
    best = max(papers, key=lambda paper: (paper.id.startswith("arxiv:"), paper.version))
    for paper in papers:
        best = replace(
            best,
            authors=best.authors or paper.authors,
            abstract=best.abstract or paper.abstract,
            categories=tuple(dict.fromkeys((*best.categories, *paper.categories))),
            comment=best.comment or paper.comment,
            doi=best.doi or paper.doi,
            journal=best.journal or paper.journal,
            abs_url=best.abs_url or paper.abs_url,
            pdf_url=best.pdf_url or paper.pdf_url,
            published=best.published or paper.published,
            updated=best.updated or paper.updated,
        )
    return best
