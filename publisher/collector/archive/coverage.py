"""Comparison of the arXiv ids that stand in the sources with those that became papers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from publisher.collector.archive.lazy_findings import display_path
from publisher.models import Coverage

if TYPE_CHECKING:
    from collections.abc import Iterable

    from publisher.collector.archive.reader import Archive


def coverage_of(archive: Archive, paper_ids: Iterable[str]) -> Coverage | None:
    """Return the coverage of the ids in `archive`, None where at least half became papers.

    `paper_ids` are the ids of all papers, each once.
    """
    unread = [summary.unread_ids for summary in archive.summaries if summary.unread_ids]
    if not unread:
        return None
    read = {paper_id[6:] for paper_id in paper_ids if paper_id.startswith("arxiv:")}
    ids = len(read.union(*unread))
    if 2 * len(read) >= ids:
        return None
    summaries = archive.by_name()
    left = {name: len(set(summary.unread_ids) - read) for name, summary in summaries.items()}
    files = sum(
        bool(summary.unread_ids)
        or any(paper.startswith("arxiv:") for digest in summary.digests for paper in digest.papers)
        for summary in summaries.values()
    )
    return Coverage(files, ids, len(read), display_path(max(left, key=lambda name: left[name])))
