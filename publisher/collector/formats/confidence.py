"""The confidence in what a format read of a file: how much of it, and how well."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from publisher import paper_id
from publisher.collector.fields.lead import is_title
from publisher.collector.fields.names import may_be_name

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from publisher.models import ParsedPaper

# Below it a file is passed over and named: nothing of what was read is like a paper.
FLOOR = 0.35
_MARKUP = re.compile(r"### |\]\(|\*\*|<[a-z/][^<>]{0,200}>|\bhttps?://")
_WITHOUT_ID = 0.6  # of a paper that nothing but its words identifies


def confidence(papers: Sequence[ParsedPaper], ids: Collection[str]) -> float:
    """Return the confidence in `papers`, from 0 to 1, for a file that names the arXiv papers `ids`.

    It is the mean quality of the papers, times the share of `ids` among them.
    """
    return quality(papers) * share_read(papers, ids)


def quality(papers: Sequence[ParsedPaper]) -> float:
    """Return how like papers `papers` are, from 0 to 1."""
    return sum(map(paper_quality, papers)) / len(papers) if papers else 0.0


def share_read(papers: Sequence[ParsedPaper], ids: Collection[str]) -> float:
    """Return the share of the arXiv papers `ids` among `papers`, from 0.5 to 1.

    A text may refer to more papers than it lists, so that missing some counts for half only.
    """
    if not ids:
        return 1.0
    read = {paper.id.removeprefix("arxiv:") for paper in papers}
    return 0.5 + 0.5 * len(read & set(ids)) / len(ids)


def paper_quality(paper: ParsedPaper) -> float:
    """Return how like a paper `paper` is, from 0 to 1: by its title, names, id and text."""
    if not is_title(paper.title) or _MARKUP.search(paper.title):
        return 0.0
    named = bool(paper.authors) and all(map(may_be_name, paper.authors))
    has_text = bool(paper.abstract or paper.summary)
    is_clean = not _MARKUP.search(paper.abstract[:2000])
    score = 0.4 + 0.25 * named + 0.2 * has_text + 0.15 * is_clean
    has_id = paper.id.startswith("arxiv:") or paper_id_is_known(paper)
    return score if has_id else score * _WITHOUT_ID


def paper_id_is_known(paper: ParsedPaper) -> bool:
    """Return whether `paper` has an address on a site of papers."""
    urls = filter(None, (paper.abs_url, paper.pdf_url))
    return any(map(paper_id.is_paper_site, urls))
