"""The newsletter on the web: the page of each issue that was sent, their list and their feed."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from publisher.formatter.feeds import formats
from publisher.formatter.feeds.issue_feed import make_issue_feed
from publisher.formatter.pages import IssueCount, issue_paths, render_issue, render_issues
from publisher.formatter.paths import ISSUES_FOLDER, issues_paths
from publisher.formatter.site.build_target import BuildTarget, mixed, stable_hash
from publisher.models import Issue
from publisher.newsletter.ranking import rank

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from publisher.formatter.feeds.timeline import FeedItem
    from publisher.formatter.site.paper_index import PaperIndex
    from publisher.models import PastIssue


def issue_targets(index: PaperIndex, stage: int) -> Iterator[BuildTarget]:
    """Yield a target for each issue, and one for their list and feed; none where none was sent."""
    fingerprints: list[int] = []
    for issue in index.issues:
        facts = stable_hash(
            issue.id,
            issue.start.isoformat(),
            issue.end.isoformat(),
            repr(issue.updated),
            repr(issue.edits),
        )
        items = [*_items(index, issue.paper_ids), *_items(index, dict(issue.updated))]
        fingerprints.append(mixed((facts, *(item.summary.fingerprint for item in items))))
        yield BuildTarget(
            name=f"issue {issue.id}",
            fingerprint=fingerprints[-1],
            paths=partial(_issue_paths, index, issue),
            render=partial(_render_issue, index, issue),
            batch="issues",
            stage=stage,
        )
    if index.issues:
        yield BuildTarget(
            name="issues",
            fingerprint=mixed(fingerprints),
            paths=partial(_list_paths, len(index.issues)),
            render=partial(_render_list, index),
            batch="issues",
            stage=stage,
        )


def load_issue(index: PaperIndex, issue: PastIssue) -> Issue:
    """Return `issue` as it was sent, with those of its papers that are still there."""
    zone = index.settings.site.zone
    versions = dict(issue.updated)
    updated = index.whole_papers(_items(index, versions))
    return Issue(
        id=issue.id,
        start=issue.start.astimezone(zone),
        end=issue.end.astimezone(zone),
        papers=tuple(index.whole_papers(_items(index, issue.paper_ids))),
        updated=tuple(
            sorted((replace(paper, version=versions[paper.id]) for paper in updated), key=rank)
        ),
        edits=issue.edits,
    )


def _items(index: PaperIndex, paper_ids: Iterable[str]) -> list[FeedItem]:
    by_id = index.by_id
    return sorted(by_id[paper_id] for paper_id in paper_ids if paper_id in by_id)


def _issue_paths(index: PaperIndex, issue: PastIssue) -> list[str]:
    return issue_paths(load_issue(index, issue), index.settings)


def _render_issue(index: PaperIndex, issue: PastIssue) -> dict[str, bytes]:
    return render_issue(load_issue(index, issue), index.settings)


def _list_paths(count: int) -> list[str]:
    documents = (ISSUES_FOLDER + feed_format.file_name for feed_format in formats.FORMATS)
    return [*issues_paths(count), *documents]


def _render_list(index: PaperIndex) -> dict[str, bytes]:
    newest = index.issues[: index.settings.feeds.entries]
    feed = make_issue_feed([load_issue(index, issue) for issue in newest], index.settings)
    zone = index.settings.site.zone
    counts = [
        IssueCount(
            issue.id,
            issue.start.astimezone(zone),
            issue.end.astimezone(zone),
            len(_items(index, issue.paper_ids)),
        )
        for issue in index.issues
    ]
    limit = index.settings.feeds.max_bytes
    documents = {
        feed.path(feed_format.file_name): feed_format.render(feed, limit)
        for feed_format in formats.FORMATS
    }
    return render_issues(counts, index.settings) | documents
