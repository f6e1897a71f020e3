"""Joins the rooms: the only module that knows collector, formatter, sender and store.

digests -> collector -> papers -> formatter -> feeds, pages, issue -> sender -> inboxes
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

from publisher import collector

if TYPE_CHECKING:
    from publisher.formatter.folder import Changes
    from publisher.models import Collection, Paper
    from publisher.settings import Settings


@dataclass(frozen=True, slots=True)
class Built:
    """What `build` did."""

    collection: Collection
    changes: Changes


def collect(settings: Settings) -> Collection:
    """Return the papers of all digests. Raises `SourceError`."""
    return collector.collect(settings)


def to_json(paper: Paper) -> str:
    """Return `paper` as one line of JSON, the contract of `publisher papers --json`."""
    return json.dumps(
        {
            "id": paper.id,
            "version": paper.version,
            "title": paper.title,
            "authors": paper.authors,
            "abstract": paper.abstract,
            "comment": paper.comment,
            "abs_url": paper.abs_url,
            "pdf_url": paper.pdf_url,
            "code_urls": paper.code_urls,
            "topics": [topic.name for topic in paper.topics],
            "digests": paper.digests,
            "first_published": paper.first_published.isoformat(),
            "updated": paper.updated.isoformat(),
            "summary": paper.summary,
            "takeaways": paper.takeaways,
            "figures": paper.figures,
            "repaired": paper.repaired,
        },
        ensure_ascii=False,
    )


def build(settings: Settings) -> Built:
    """Write the feeds and pages that changed.

    Raises `SourceError`, `TemplateError` and `OutputError`.
    """
    from publisher.formatter.folder import write_changed  # noqa: PLC0415
    from publisher.formatter.site import make_site  # noqa: PLC0415

    collection = collect(settings)
    files = make_site(collection, settings)
    return Built(collection, write_changed(settings.path(settings.output.folder), files))
