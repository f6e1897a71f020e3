"""The state of the digests and slow figures for the operator's pages, kept for some minutes.

Reading thousands of digests for every page would mean building the site each time. A thread reads
them when a page needs them and the last reading is some minutes old; meanwhile the page shows that
one.
"""

from __future__ import annotations

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import islice
from threading import Lock
from typing import TYPE_CHECKING, TypeVar, cast

from publisher.errors import PublisherError
from publisher.models import Severity
from publisher.web.operator.refreshing_cache import RefreshingCache

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from publisher.models import Collection, Finding, Frequency, Issue, Topic
    from publisher.services.source_links import WebRepository
    from publisher.settings import Settings
    from publisher.store.database import Store

Value = TypeVar("Value")

_FRESH_SECONDS = 300.0
_FIGURE_SECONDS = 60.0
_PATIENCE, _FIGURE_PATIENCE = 3.0, 1.0  # seconds that a page waits for the first value
_LATEST = 12
_FINDINGS = 100
_PAPERS = 600  # the newest, among which the latest digests are looked for


@dataclass(frozen=True, slots=True)
class Landed:
    """A digest that came lately, with the findings of its file."""

    path: str
    at: datetime
    topics: tuple[Topic, ...]
    papers: int
    findings: tuple[Finding, ...]


@dataclass(frozen=True, slots=True)
class Dashboard:
    """The digests as they were read; `problem` says why they could not be."""

    at: datetime
    problem: str = ""
    digests: int = 0
    papers: int = 0
    topics: tuple[Topic, ...] = ()
    landed: tuple[Landed, ...] = ()
    findings: tuple[Finding, ...] = ()
    error_count: int = 0
    warning_count: int = 0
    upcoming: tuple[tuple[Frequency, Issue | None], ...] = ()
    repositories: tuple[WebRepository, ...] = ()


class DashboardCache:
    """Values kept between requests; safe for threads."""

    def __init__(self) -> None:
        """Start empty."""
        self._pool = ThreadPoolExecutor(2, "operator")
        self._dashboard: RefreshingCache[Dashboard] = RefreshingCache(_FRESH_SECONDS, self._pool)
        self._figures: dict[str, RefreshingCache[object]] = {}
        self._lock = Lock()

    def dashboard(
        self, settings: Settings, store: Store, clock: Callable[[], datetime]
    ) -> Dashboard | None:
        """Return the digests as read lately; None while the first reading takes long."""
        return self._dashboard.get(
            lambda: read_dashboard(settings, store, clock()), patience=_PATIENCE
        )

    def forget_dashboard(self) -> None:
        """Have the digests read again for the next page: they are known to have changed."""
        self._dashboard.forget()

    def figure(
        self, name: str, make: Callable[[], Value], seconds: float = _FIGURE_SECONDS
    ) -> Value | None:
        """Return the result of `make`, at most `seconds` old; None while the first takes long.

        Raises what `make` raises.
        """
        with self._lock:
            cache = self._figures.setdefault(name, RefreshingCache(seconds, self._pool))
        return cast("Value | None", cache.get(make, patience=_FIGURE_PATIENCE))

    def forget(self, name: str) -> None:
        """Have a figure made again for the next page: it is known to have changed."""
        with self._lock:
            self._figures.pop(name, None)

    def close(self) -> None:
        """Wait for the values being made, and make no more."""
        self._pool.shutdown(cancel_futures=True)


def read_dashboard(settings: Settings, store: Store, now: datetime) -> Dashboard:
    """Read the digests as they are on this machine; no repository is pulled."""
    # The parsers: most servers run for days before an operator looks.
    from publisher import collector  # noqa: PLC0415 - see above
    from publisher.services import drafts, source_links  # noqa: PLC0415 - see above

    try:
        collection = collector.collect(settings)
    except PublisherError as error:
        return Dashboard(now, problem=str(error))
    frequencies = dict.fromkeys(settings.newsletter.frequencies)

    def upcoming(frequency: Frequency) -> Issue | None:
        # One that is skipped stays in sight: the decision may be taken back.
        return drafts.next_issue(collection, settings, store, now, frequency, skipped=True)

    return Dashboard(
        at=now,
        digests=collection.digest_count,
        papers=len(collection.papers),
        topics=collection.topics,
        landed=latest_digests(collection),
        findings=worst_findings(collection),
        error_count=len(collection.errors),
        warning_count=collection.warning_count,
        upcoming=tuple((frequency, upcoming(frequency)) for frequency in frequencies),
        repositories=source_links.web_repositories(settings),
    )


def latest_digests(collection: Collection, most: int = _LATEST) -> tuple[Landed, ...]:
    """Return the digests of the newest papers, newest first, with the findings of their files."""
    newest = [paper for paper in islice(collection.papers, _PAPERS) if paper.digests]
    counts = Counter(paper.digests[-1] for paper in newest)
    first = {paper.digests[-1]: paper for paper in reversed(newest)}
    by_file: dict[str, list[Finding]] = {path: [] for path in list(counts)[:most]}
    for finding in collection.findings:
        for path, findings in by_file.items():
            # A finding has the path from the working directory, a paper that in its source.
            if finding.path == path or finding.path.endswith(f"/{path}"):
                findings.append(finding)
    return tuple(
        Landed(path, first[path].updated, first[path].topics, counts[path], tuple(findings))
        for path, findings in by_file.items()
    )


def worst_findings(collection: Collection, most: int = _FINDINGS) -> tuple[Finding, ...]:
    """Return up to `most` findings, errors first; each kind from the last file to the first.

    Silenced codes are left out, except errors.
    """
    newest = reversed(collection.findings)
    warnings = (
        finding
        for finding in newest
        if finding.severity is not Severity.ERROR and finding.code not in collection.silenced
    )
    return (
        *collection.errors[::-1][:most],
        *islice(warnings, max(most - len(collection.errors), 0)),
    )
