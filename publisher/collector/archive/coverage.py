"""Comparison of the arXiv ids that stand in the sources with those that became papers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from publisher.collector.archive.lazy_findings import display_path
from publisher.models import Coverage

if TYPE_CHECKING:
    from collections.abc import Mapping

    from publisher.collector.archive.cache_codec import FileSummary


def coverage_of(summaries: Mapping[str, FileSummary]) -> Coverage | None:
    """Return the coverage of the files with these `summaries`, by name; None if no id is left."""
    unread = {name: summary.unread_ids for name, summary in summaries.items() if summary.unread_ids}
    if not unread:
        return None
    files = set(unread)
    read: set[str] = set()
    for name, summary in summaries.items():
        for digest in summary.digests:
            numbers = [paper[6:] for paper in digest.papers if paper.startswith("arxiv:")]
            read.update(numbers)
            files |= {name} if numbers else set()
    left = {name: set(numbers) - read for name, numbers in unread.items()}
    if not any(left.values()):
        return None
    most = max(left, key=lambda name: len(left[name]))
    ids = len(read.union(*left.values()))
    return Coverage(len(files), ids, len(read), display_path(most))
