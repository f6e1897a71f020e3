"""A paper as one line of JSON: the contract of `publisher papers --json`."""

from __future__ import annotations

import json
from dataclasses import asdict
from html import escape
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from publisher.models import Paper


def to_json(paper: Paper) -> str:
    """Return `paper` as one line of JSON, the contract of `publisher papers --json`."""
    venue = paper.venue
    fields = {
        "id": paper.id,
        "version": paper.version,
        "title": paper.title,
        "title_html": paper.title_html or escape(paper.title, quote=False),
        "authors": paper.authors,
        "abstract": paper.abstract,
        "abstract_html": paper.abstract_html or escape(paper.abstract, quote=False),
        "comment": paper.comment,
        "venue": venue and {"name": venue.name, "year": venue.year or None},
        "abs_url": paper.abs_url,
        "pdf_url": paper.pdf_url,
        "code_urls": paper.code_urls,
        "project_urls": paper.project_urls,
        "topics": [topic.name for topic in paper.topics],
        "digests": paper.digests,
        "first_published": paper.first_published.isoformat(),
        "updated": paper.updated.isoformat(),
        "summary": paper.summary,
        "takeaways": paper.takeaways,
        "figures": paper.figures,
        "repaired": paper.repaired,
        "marks": paper.marks,
        "notes": asdict(paper.notes) if paper.notes else None,
    }
    if paper.score is not None:
        fields["score"] = paper.score
    fields |= _of_own_digests(paper)
    return json.dumps(fields, ensure_ascii=False)


def _of_own_digests(paper: Paper) -> dict[str, object]:
    """Return the fields that only papers of the program's own digests have."""
    fields = {
        "written_by": paper.written_by and asdict(paper.written_by),
        "summaries": [asdict(text) for text in paper.summaries],
        "change": paper.change and asdict(paper.change),
        "withdrawn": paper.withdrawn,
        "reasons": paper.reasons,
    }
    return {name: value for name, value in fields.items() if value}
