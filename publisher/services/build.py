"""Joins the rooms: with `issuing`, the only module that knows collector, formatter and all.

    digests -> collector -> papers -> formatter -> feeds, pages, issue -> sender -> inboxes

Each function is one thing a user asks for. Rooms are imported when they are needed: a build has no
use for a database, a status none for a parser.
"""

from __future__ import annotations

from contextlib import ExitStack, nullcontext
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from publisher.models import DeliveryState

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from publisher.formatter.site.changes import Changes
    from publisher.models import Collection, PastIssue
    from publisher.sender.delivery.report import Report, Step
    from publisher.settings import Settings
    from publisher.store.database import Store


@dataclass(frozen=True, slots=True)
class Built:
    """What `build` did."""

    collection: Collection
    changes: Changes


def _quiet(_done: int, _total: int) -> None:
    return


def collect(
    settings: Settings,
    progress: Callable[[int, int], None] = _quiet,
    meanwhile: Callable[[], None] | None = None,
) -> Collection:
    """Return the papers of all digests, pulled first where they are in a repository.

    `progress` is told how many of how many files are done; for `meanwhile` see `collector`.

    Raises `SourceError`.
    """
    from publisher import collector  # noqa: PLC0415

    found = collector.update_sources(settings)
    collection = collector.collect(settings, progress, meanwhile)
    if not found:
        return collection
    # What a pull says is an error (D301).
    return replace(
        collection,
        findings=(*found, *collection.findings),
        errors=(*found, *collection.errors),
    )


def _patient(_message: str) -> None:
    return


def build(
    settings: Settings,
    progress: Callable[[int, int], None] = _quiet,
    waiting: Callable[[str], None] = _patient,
) -> Built:
    """Write the feeds and pages that changed, when no other build of the same folder is at it.

    `waiting` is told who is, again and again; what it raises ends the wait. Raises `SourceError`,
    `TemplateError` and `OutputError`.
    """
    from publisher.build_lock import build_lock  # noqa: PLC0415

    folder = settings.path(settings.output.folder)
    # From the first file read: who reads early and writes late would bring an older state back.
    with build_lock(folder, settings.output.wait_seconds, settings.cache_folder, waiting):
        return _build(settings, progress)


def _build(settings: Settings, progress: Callable[[int, int], None]) -> Built:
    from publisher.formatter.site.build import IssueSource, build_site, prepare  # noqa: PLC0415

    collection = collect(settings, progress, prepare)
    saved = {}
    if settings.feeds.saved:
        from publisher.collector.filters import saved_filters  # noqa: PLC0415

        saved = saved_filters(settings.feeds.saved)
    issues = IssueSource(_store_stamp(settings), partial(_past_issues, settings))
    return Built(collection, build_site(collection, settings, saved=saved, issues=issues))


def _store_stamp(settings: Settings) -> str:
    """Return what is another where the store may be; "" where only the store itself knows."""
    url = _store_url(settings)
    if not url.startswith("sqlite:///"):
        return ""
    path = Path(url.removeprefix("sqlite:///"))
    stats = [file.stat() for file in (path, Path(f"{path}-wal")) if file.exists()]
    return " ".join(f"{stat.st_size} {stat.st_mtime_ns}" for stat in stats) or "none"


def _past_issues(settings: Settings) -> list[PastIssue]:
    if _store_stamp(settings) == "none":
        return []  # to look into a store is no reason to make one
    with open_store(settings) as store:
        return store.sent_papers.past_issues()


def open_store(settings: Settings) -> Store:
    """Return the open store; a relative SQLite path is seen from the settings file's folder.

    Raises `StoreError`.
    """
    from publisher.store.database import open_store  # noqa: PLC0415

    return open_store(_store_url(settings))


def _store_url(settings: Settings) -> str:
    url = settings.store.url.reveal()
    scheme, separator, path = url.partition(":///")
    if separator and scheme.startswith("sqlite") and path and not path.startswith("/"):
        url = f"{scheme}:///{settings.path(path)}"
    return url


def _clock() -> datetime:
    return datetime.now(UTC)


def deliver(
    issue_ids: Iterable[str],
    settings: Settings,
    store: Store,
    on_progress: Callable[[Step], None],
    *,
    now: Callable[[], datetime] = _clock,
    stopping: Callable[[], bool] | None = None,
) -> list[Report]:
    """Send what is waiting of frozen issues, oldest first; stops after one that had to stop.

    `stopping` is asked between two messages; None: SIGTERM and Ctrl-C stop it.
    """
    from publisher.sender.delivery.deliver import deliver as deliver_issue  # noqa: PLC0415
    from publisher.sender.delivery.options import DeliveryOptions  # noqa: PLC0415
    from publisher.sender.delivery.signals import graceful_stop  # noqa: PLC0415
    from publisher.sender.limits.rate_limit import limits_of  # noqa: PLC0415
    from publisher.sender.transports import create  # noqa: PLC0415

    reports: list[Report] = []
    with ExitStack() as opened, nullcontext(stopping) if stopping else graceful_stop() as asked:
        transports = [
            opened.enter_context(create(settings)) for _ in range(settings.mail.connections)
        ]
        options = DeliveryOptions(
            envelope_sender=settings.mail.from_address,
            keys=store.keys,
            limits=limits_of(settings),
            failures_in_a_row=settings.pace.failures_in_a_row,
            give_up=timedelta(hours=settings.pace.give_up_hours),
            stopping=asked,
            on_progress=on_progress,
            now=now,
        )
        for issue_id in issue_ids:
            report = deliver_issue(issue_id, store, transports, options)
            reports.append(report)
            if report.stopped:
                break
    return reports


def unfinished(store: Store) -> list[str]:
    """Return the ids of the frozen issues that still have something to send, oldest first."""
    return [info.id for info in store.issues.all() if info.state != "done"]


def settle_doubts(
    store: Store, issue_id: str | None, state: DeliveryState, *, by: str, now: datetime
) -> int:
    """Send the deliveries in doubt again (READY) or let them be (ABANDONED); return how many.

    `by` is who says so; it is kept. `issue_id` None: of all issues.
    """
    reason = {
        DeliveryState.READY: "sent again on the operator's word",
        DeliveryState.ABANDONED: "abandoned on the operator's word",
    }[state]
    count = 0
    for info in store.issues.all():
        if issue_id not in (None, info.id):
            continue
        for row in store.deliveries.rows(info.id, [DeliveryState.IN_DOUBT]):
            count += store.ledger.resolve(
                info.id, row.subscriber_id, state, reason=f"{reason} ({row.reason})", by=by, now=now
            )
    return count
