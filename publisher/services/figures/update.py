"""The copies of the figures that papers name: what is missing is fetched, for a bounded time."""

from __future__ import annotations

import time
from collections import defaultdict
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from importlib.util import find_spec
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import urlsplit

from publisher.errors import FigureError, HostUnavailable
from publisher.formatter.citations.citation import web_address
from publisher.formatter.feeds.timeline import summaries_of
from publisher.services.figures.conversion import convert
from publisher.services.figures.copied_collection import with_copies
from publisher.services.figures.download import MOST_SECONDS, Download
from publisher.services.figures.figure_cache import FigureCache, FigureState
from publisher.translation import _, ngettext

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from publisher.models import Collection
    from publisher.services.figures.download import Fetcher
    from publisher.settings import Settings

_HOSTS_AT_ONCE = 4
_STOP_HOST = 2  # failures in a row
_STEP_SECONDS = 0.1
_MOST_KNOWN = 5  # times the papers of a site
_UNKNOWN = FigureState()


class FailedFigure(NamedTuple):
    """A figure without a copy: its address, the reason, and when it is tried again (since 1970)."""

    url: str
    reason: str
    next_try: int


@dataclass(frozen=True, slots=True)
class FigureReport:
    """The figures that papers name: copied now, in all, still to be tried, and those that failed.

    `problem` says why none was fetched at all, "" where that was not so.
    """

    new: int = 0
    copied: int = 0
    waiting: int = 0
    failed: tuple[FailedFigure, ...] = ()
    problem: str = ""


def _never() -> bool:
    return False


def _ignore(_done: int, _total: int) -> None:
    return


@dataclass(frozen=True, slots=True)
class FetchOptions:
    """The limits of fetching: `seconds` in all (None: none), and whether failures are retried now.

    `progress` is called with the number of figures done and of all.
    """

    seconds: float | None = None
    retry: bool = False
    stopping: Callable[[], bool] = _never
    progress: Callable[[int, int], None] = _ignore
    fetch: Fetcher | None = None
    clock: Callable[[], float] = time.time


def update_figures(
    collection: Collection, settings: Settings, options: FetchOptions
) -> tuple[Collection, FigureReport]:
    """Fetch figures without a copy, and return `collection` with the copies that there are.

    Takes as long as `options` says and a second more. Raises `OutputError` where the cache can't
    be written.
    """
    with FigureCache(settings.figures_folder) as cache:
        urls = _urls_of_papers(collection, cache)
        first = settings.figures.per_paper
        wanted = {key: of_paper[:first] for key, of_paper in urls.items()}
        # The papers seen last come first, and the first figures of each.
        used = dict.fromkeys(url for of_paper in wanted.values() for url in of_paper)
        now = int(options.clock())
        cache.forget_unused(used, now)
        before = cache.states()
        due = [url for url in used if _is_due(before.get(url, _UNKNOWN), now, options)]
        problem = ""
        if due and find_spec("PIL") is None:
            problem = _("figures.copy: to copy figures: pip install 'digest-publisher[figures]'")
        elif due and options.seconds != 0:
            _FetchRun(cache, before, settings, options).fetch(due)
        states = cache.states() if due else before
        names = {url: states[url].name for url in used if url in states and states[url].name}
        report = _report(used, before, states, problem)
        root = settings.site.root
        return with_copies(collection, names, wanted, root, first), report


def warnings(report: FigureReport) -> tuple[str, ...]:
    """Return a line for people on figures that are still to be copied, and on those that failed."""
    lines = [report.problem] if report.problem else []
    if report.waiting and not report.problem:
        text = ngettext(
            "1 figure is still to be copied: the next build goes on, `publisher figures` copies "
            "it now",
            "{count} figures are still to be copied: the next builds go on, `publisher figures` "
            "copies them now",
            report.waiting,
        )
        lines.append(text.format(count=f"{report.waiting:,}"))
    if report.failed:
        text = ngettext(
            "1 figure can't be copied and is shown from its host: `publisher figures` says why",
            "{count} figures can't be copied and are shown from their hosts: `publisher figures` "
            "says why",
            len(report.failed),
        )
        lines.append(text.format(count=f"{len(report.failed):,}"))
    return tuple(lines)


def _urls_of_papers(collection: Collection, cache: FigureCache) -> dict[int, tuple[str, ...]]:
    """Return the addresses of each paper's figures by its fingerprint; new papers are read."""
    known = cache.urls_of_papers()
    summaries = collection.summaries or summaries_of(collection.papers)
    new: dict[int, tuple[str, ...]] = {}
    for number, summary in enumerate(summaries):
        if summary.fingerprint not in known:
            figures = collection.papers[number].figures
            new[summary.fingerprint] = tuple(dict.fromkeys(filter(web_address, figures)))
    urls = {
        key: new[key] if key in new else known[key]
        for key in (summary.fingerprint for summary in summaries)
    }
    # Sites may share a cache folder, and papers come back: most are of some use.
    gone = known.keys() - urls.keys() if len(known) > _MOST_KNOWN * (len(urls) + 1) else ()
    if new or gone:
        cache.keep_papers(new, gone)
    return urls


def _is_due(state: FigureState, now: int, options: FetchOptions) -> bool:
    return not state.name and (options.retry or state.next_try <= now)


def _report(
    used: Mapping[str, None],
    before: Mapping[str, FigureState],
    states: Mapping[str, FigureState],
    problem: str,
) -> FigureReport:
    copied = [url for url in used if states.get(url, _UNKNOWN).name]
    failed = tuple(
        FailedFigure(url, state.reason, state.next_try)
        for url in used
        if (state := states.get(url, _UNKNOWN)).reason and not state.name
    )
    return FigureReport(
        new=sum(not before.get(url, _UNKNOWN).name for url in copied),
        copied=len(copied),
        waiting=len(used) - len(copied) - len(failed),
        failed=failed,
        problem=problem,
    )


@dataclass(slots=True)
class _FetchRun:
    """A run over the figures that are due, several hosts at once, one figure of each at a time."""

    cache: FigureCache
    states: Mapping[str, FigureState]
    settings: Settings
    options: FetchOptions
    _end: float = 0.0
    _done: int = 0
    _total: int = 0

    def fetch(self, due: Sequence[str]) -> None:
        """Fetch the figures `due`. Raises `OutputError`."""
        seconds = self.options.seconds
        self._end = time.monotonic() + seconds if seconds is not None else float("inf")
        self._total = len(due)
        by_host: defaultdict[str, list[str]] = defaultdict(list)
        for url in due:
            by_host[urlsplit(url).netloc].append(url)
        with ThreadPoolExecutor(_HOSTS_AT_ONCE) as pool:
            for host in [pool.submit(self._fetch_host, urls) for urls in by_host.values()]:
                host.result()

    def _fetch_host(self, urls: Sequence[str]) -> None:
        figures = self.settings.figures
        download = self.options.fetch or Download(
            self.settings.site.root, figures.allow_private_hosts
        )
        in_a_row = 0
        for place, url in enumerate(urls):
            if place:
                self._pause(figures.pause_seconds)
            left = self._end - time.monotonic()
            if left <= 0 or self.options.stopping():
                return
            try:
                self.cache.keep(url, convert(download(url, left)))
                in_a_row = 0
            except FigureError as error:
                is_host = isinstance(error, HostUnavailable)
                if is_host and left < MOST_SECONDS and self._end <= time.monotonic():
                    return  # this run ended, which says nothing of the host
                now = int(self.options.clock())
                self.cache.note_failure(url, self.states.get(url, _UNKNOWN), str(error), now)
                in_a_row = in_a_row + 1 if is_host else 0
                if in_a_row == _STOP_HOST:
                    self.cache.postpone(urls[place + 1 :], str(error), now)
                    return
            self._done += 1
            self.options.progress(self._done, self._total)

    def _pause(self, seconds: float) -> None:
        until = min(time.monotonic() + seconds, self._end)
        while (left := until - time.monotonic()) > 0 and not self.options.stopping():
            time.sleep(min(left, _STEP_SECONDS))
