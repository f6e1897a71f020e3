"""Collect the papers of all digests, and build the feeds and pages from them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING

from publisher.services.store import open_store, store_stamp

if TYPE_CHECKING:
    from collections.abc import Callable

    from publisher.formatter.site.changes import Changes
    from publisher.models import Collection, PastIssue
    from publisher.settings import Settings


@dataclass(frozen=True, slots=True)
class Built:
    """The papers that a build read, the files that it changed, and problems that stop nothing."""

    collection: Collection
    changes: Changes
    warnings: tuple[str, ...] = ()


def _ignore_progress(_done: int, _total: int) -> None:
    return


def _ignore_waiting(_message: str) -> None:
    return


def collect(
    settings: Settings,
    progress: Callable[[int, int], None] = _ignore_progress,
    meanwhile: Callable[[], None] | None = None,
    *,
    remember: bool = False,
) -> Collection:
    """Return the papers of all digests, after a pull where they are in a repository.

    `progress` is called with the number of files done and of all files; for `meanwhile` and
    `remember` see `collector.collect`. A failed pull is an error of the collection (D301), not an
    exception.

    Raises `SourceError`.
    """
    from publisher import collector  # noqa: PLC0415 - the parsers: `status` reads no digest

    pull_findings = collector.update_sources(settings)
    collection = collector.collect(settings, progress, meanwhile, remember=remember)
    if not pull_findings:
        return collection
    silenced = {
        code: count + sum(finding.code == code for finding in pull_findings)
        for code, count in collection.silenced.items()
    }
    return replace(
        collection,
        silenced=silenced,
        findings=(*pull_findings, *collection.findings),
        errors=(*pull_findings, *collection.errors),
    )


def build(
    settings: Settings,
    progress: Callable[[int, int], None] = _ignore_progress,
    waiting: Callable[[str], None] = _ignore_waiting,
    *,
    force: bool = False,
    remember: bool = True,
    stopping: Callable[[], bool] = lambda: False,
) -> Built:
    """Write the feeds and pages that changed, once no other build of the same folder is running.

    Figures are fetched before, until `stopping` returns True. `waiting` is called now and then with
    the reason for the wait; an exception from it ends the wait. `force` overwrites files of the
    output folder that this program did not write; for `remember` see `collector.collect`.

    Raises `SourceError`, `TemplateError` and `OutputError`, and `SettingsError` where private files
    are in the output folder.
    """
    from publisher.build_lock import build_lock  # noqa: PLC0415 - nothing else locks a folder
    from publisher.services.private_files import refuse_to_publish  # noqa: PLC0415 - see above

    refuse_to_publish(settings)
    folder = settings.path(settings.output.folder)
    # Locked before the first file is read: a build that reads early and writes late would bring an
    # older state back.
    with build_lock(folder, settings.output.wait_seconds, settings.cache_folder, waiting):
        return _build(settings, progress, stopping, force=force, remember=remember)


def _build(
    settings: Settings,
    progress: Callable[[int, int], None],
    stopping: Callable[[], bool],
    *,
    force: bool,
    remember: bool,
) -> Built:
    # Templates, feeds and pages: a process that only sends or collects needs none of them.
    from publisher.formatter.site.build import (  # noqa: PLC0415 - see above
        IssueSource,
        build_site,
        prepare,
    )
    from publisher.formatter.site.entry_ids import (  # noqa: PLC0415 - see above
        published_tag,
        tag_warnings,
    )

    collection = collect(settings, progress, prepare, remember=remember)
    saved = {}
    if settings.feeds.saved:
        from publisher.collector.filters import saved_filters  # noqa: PLC0415 - few have any

        saved = saved_filters(settings.feeds.saved)
    issues = IssueSource(store_stamp(settings), partial(_past_issues, settings))
    old_tag = published_tag(settings.path(settings.output.folder))
    shown, figure_warnings = _with_figures(collection, settings, stopping)
    changes = build_site(shown, settings, saved=saved, issues=issues, force=force)
    warnings = (*tag_warnings(old_tag, settings), *_warnings(collection, settings))
    return Built(collection, changes, (*warnings, *figure_warnings))


def _with_figures(
    collection: Collection, settings: Settings, stopping: Callable[[], bool]
) -> tuple[Collection, tuple[str, ...]]:
    """Return `collection` with copies of figures where the settings want them, and warnings."""
    if not settings.figures.copy:
        return collection, ()
    from publisher.services.figures import update  # noqa: PLC0415 - few copy figures

    options = update.FetchOptions(seconds=settings.figures.build_seconds, stopping=stopping)
    shown, report = update.update_figures(collection, settings, options)
    return shown, update.warnings(report)


def _warnings(collection: Collection, settings: Settings) -> tuple[str, ...]:
    from publisher.formatter.site.topics import warning  # noqa: PLC0415 - see above
    from publisher.services.private_files import warnings  # noqa: PLC0415 - see above

    return tuple(filter(None, (warning(collection, settings), *warnings(settings))))


def _past_issues(settings: Settings) -> list[PastIssue]:
    if store_stamp(settings) == "none":
        return []  # a build creates no database
    with open_store(settings) as store:
        return store.sent_papers.past_issues()
