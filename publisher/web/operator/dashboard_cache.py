"""What the operator's pages show of the digests, read now and then and kept.

To read thousands of digests for every page would be to build the site each time. A thread reads
them when somebody looks and the last look is some minutes old; the page shows what was seen last.
"""

from __future__ import annotations

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from dataclasses import dataclass
from itertools import islice
from threading import Lock
from typing import TYPE_CHECKING, TypeVar, cast

from anyio import to_thread

from publisher.errors import PublisherError
from publisher.models import Severity
from publisher.web.operator.login_throttle import LoginThrottle
from publisher.web.operator.refreshing_cache import RefreshingCache

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable
    from datetime import datetime

    from publisher.models import Collection, Finding, Frequency, Issue, Topic
    from publisher.web.context import Context

Value = TypeVar("Value")

_FRESH_SECONDS = 300.0
_FIGURE_SECONDS = 60.0
_PATIENCE, _FIGURE_PATIENCE = 3.0, 1.0
_LATEST = 12
_FINDINGS = 100
_PAPERS = 600  # of which the newest digests are taken


@dataclass(frozen=True, slots=True)
class Landed:
    """A digest that came lately; `findings` are of its file."""

    path: str
    at: datetime
    topics: tuple[Topic, ...]
    papers: int
    findings: tuple[Finding, ...]


@dataclass(frozen=True, slots=True)
class Dashboard:
    """What a look at the digests saw. `problem` says why it saw nothing."""

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


class DashboardCache:
    """What is kept between requests; for many threads."""

    def __init__(self) -> None:
        """Begin with nothing."""
        self.attempts = LoginThrottle()
        self._pool = ThreadPoolExecutor(2, "operator")
        self._look: RefreshingCache[Dashboard] = RefreshingCache(_FRESH_SECONDS, self._pool)
        self._figures: dict[str, RefreshingCache[object]] = {}
        self._lock = Lock()

    def look(self, context: Context) -> Dashboard | None:
        """Return what was seen of the digests lately; None where the first look takes long."""
        return self._look.get(lambda: dashboard(context), patience=_PATIENCE)

    def look_again(self) -> None:
        """Have the digests read anew for who looks next: they are known to have changed."""
        self._look.forget()

    def figure(
        self, name: str, make: Callable[[], Value], seconds: float = _FIGURE_SECONDS
    ) -> Value | None:
        """Return what `make` returned under that name lately; None where the first takes long.

        Raises what it raises.
        """
        with self._lock:
            kept = self._figures.setdefault(name, RefreshingCache(seconds, self._pool))
        return cast("Value | None", kept.get(make, patience=_FIGURE_PATIENCE))

    def forget(self, name: str) -> None:
        """Have a figure made anew for who asks next: something was done that changes it."""
        with self._lock:
            self._figures.pop(name, None)

    def close(self) -> None:
        """Wait for what is being made; nothing more is."""
        self._pool.shutdown(cancel_futures=True)


@asynccontextmanager
async def closing_dashboard(context: Context) -> AsyncIterator[None]:
    """Let the lookout's threads end before the store is closed."""
    try:
        yield
    finally:
        await to_thread.run_sync(context.lookout.close)


def dashboard(context: Context) -> Dashboard:
    """Read the digests as they are here; nothing is pulled."""
    from publisher import collector  # noqa: PLC0415 - only where somebody looks
    from publisher.services import publish  # noqa: PLC0415 - only where somebody looks

    settings, store, now = context.settings, context.store, context.clock()
    try:
        found = collector.collect(settings, lambda _done, _total: None)
    except PublisherError as error:
        return Dashboard(now, problem=str(error))
    frequencies = dict.fromkeys(settings.newsletter.frequencies)
    return Dashboard(
        at=now,
        digests=found.digest_count,
        papers=len(found.papers),
        topics=found.topics,
        landed=landed(found),
        findings=worst(found),
        error_count=len(found.errors),
        warning_count=found.warning_count,
        upcoming=tuple(
            (frequency, publish.upcoming(found, settings, store, now, frequency))
            for frequency in frequencies
        ),
    )


def landed(found: Collection, most: int = _LATEST) -> tuple[Landed, ...]:
    """Return the digests of the newest papers, newest first, with the findings of their files."""
    newest = [paper for paper in islice(found.papers, _PAPERS) if paper.digests]
    counts = Counter(paper.digests[-1] for paper in newest)
    first = {paper.digests[-1]: paper for paper in reversed(newest)}
    by_file: dict[str, list[Finding]] = {path: [] for path in list(counts)[:most]}
    for finding in found.findings:
        for path, theirs in by_file.items():
            # A finding has the path that an editor opens, a paper the one in its source.
            if finding.path == path or finding.path.endswith(f"/{path}"):
                theirs.append(finding)
    return tuple(
        Landed(path, first[path].updated, first[path].topics, counts[path], tuple(theirs))
        for path, theirs in by_file.items()
    )


def worst(found: Collection, most: int = _FINDINGS) -> tuple[Finding, ...]:
    """Return the errors, then the warnings, as many as somebody reads; of the last files first."""
    newest = reversed(found.findings)
    warnings = (one for one in newest if one.severity is not Severity.ERROR)
    return (*found.errors[::-1][:most], *islice(warnings, max(most - len(found.errors), 0)))
