"""The collector: from digest files to papers.

    sources -> archive -> (parsing: mojibake, frontmatter, formats) -> merge -> filters

`update_sources` and `collect` are the way in.
"""

from __future__ import annotations

import gc
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from publisher.collector.archive.cache import open_cache
from publisher.collector.archive.coverage import coverage_of
from publisher.collector.archive.lazy_findings import LazyFindings, display_path
from publisher.collector.archive.past import Past
from publisher.collector.archive.reader import Archive, read_archive
from publisher.collector.findings import CODES, silenced_codes
from publisher.collector.formats import plugins
from publisher.collector.future_dates import DatedArchive
from publisher.collector.merge import merge
from publisher.collector.sources import file_kinds, folder_source
from publisher.errors import SourceError
from publisher.models import Collection, Severity
from publisher.newsletter.edit_files import edit_file_patterns
from publisher.private_folder import DATA_FOLDER

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from publisher.collector.sources.git_history import GitHistory
    from publisher.models import Finding
    from publisher.settings import Settings


def update_sources(settings: Settings) -> list[Finding]:
    """Pull the git repository of the settings and fetch their feeds, where they name any.

    Where one can't be reached, its last state is used, and D301 or D305 returned. Raises
    `SourceError`; see `git_source.update` and `feed_source.update`.
    """
    findings: list[Finding] = []
    if settings.source.git:
        from publisher.collector.sources import git_source  # noqa: PLC0415 - few sites have one

        findings += git_source.update(settings)
    if settings.source.feeds:
        from publisher.collector.sources import feed_source  # noqa: PLC0415 - few sites have any

        findings += feed_source.update(settings)
    return findings


def collect(
    settings: Settings,
    progress: Callable[[int, int], None] = lambda _done, _all: None,
    meanwhile: Callable[[], None] | None = None,
    now: datetime | None = None,
    *,
    remember: bool = False,
) -> Collection:
    """Return every paper of the source folders that passes the filters, and every defect.

    Papers are made when they are accessed. `progress` is called with the number of files parsed and
    the number of all files; `meanwhile` is work that the caller can do while another process
    parses. Dates that lie ahead of `now` (aware, by default the clock's) are findings; see
    `future_dates`. `remember` writes the memory of lists; see `list_memory`. Raises `SourceError`
    where a folder is missing or holds no digest, and `SettingsError` for an unknown code in
    `check.ignore`; a bad file is a finding, with its path relative to the working directory.
    """
    # Hundreds of thousands of small objects are made, and none of them is garbage.
    with _without_garbage_collection():
        return _collect(settings, progress, meanwhile, now or datetime.now(UTC), remember=remember)


def _collect(
    settings: Settings,
    progress: Callable[[int, int], None],
    meanwhile: Callable[[], None] | None,
    now: datetime,
    *,
    remember: bool,
) -> Collection:
    ignored = silenced_codes(settings)
    with _checkout(settings) as checkout:
        past = _past(settings, checkout, now, remember=remember)
        listing, archive = _read(settings, checkout, past, progress, meanwhile)
    dated = DatedArchive(archive, now)
    papers, topics, by_topic, summaries = merge(
        dated.indexes, dated.load, dated.keys, archive.slugs
    )
    of_past = [replace(each, path=display_path(each.path)) for each in archive.past_findings]
    first = sorted([*listing.findings, *plugins.installed()[1], *dated.findings, *of_past])
    findings = LazyFindings(first, archive)
    silenced = findings.counts(ignored)
    collection = Collection(
        papers=papers,
        topics=topics,
        by_topic=by_topic,
        digest_count=sum(bool(summary.digests) for summary in archive.summaries),
        findings=findings,
        errors=findings.errors(),
        warning_count=findings.warning_count()
        - sum(n for code, n in silenced.items() if CODES[code][0] is Severity.WARNING),
        left_out=listing.left_out + sum(summary.is_draft for summary in archive.summaries),
        no_digests=tuple(sorted(map(display_path, archive.no_digests()))),
        summaries=summaries,
        fingerprint=hash(tuple(dated.keys)) & ((1 << 63) - 1),
        silenced=silenced,
        coverage=coverage_of(archive, papers.ids),
    )
    if settings.filters == type(settings.filters)():
        return collection
    from publisher.collector.filters import filtered  # noqa: PLC0415 - few sites have any

    return filtered(collection, settings.filters)


def _read(
    settings: Settings,
    checkout: tuple[Path, Path] | None,
    past: Past,
    progress: Callable[[int, int], None],
    meanwhile: Callable[[], None] | None,
) -> tuple[folder_source.SourceListing, Archive]:
    """Return the files of the sources and what is in them, with files of records where wanted."""
    cache = open_cache(settings.cache_folder / "parsed.sqlite")

    def read(*, with_records: bool) -> tuple[folder_source.SourceListing, Archive]:
        listing = _find(settings, checkout, with_records=with_records)
        return listing, read_archive(
            listing.files, settings.site.zone, cache, progress, meanwhile, past
        )

    wanted = settings.source.records
    try:
        listing, archive = read(with_records=wanted == "on")
    except SourceError as error:
        if wanted != "auto":
            raise
        try:
            return read(with_records=True)
        except SourceError:
            raise error from None
    if wanted != "auto" or any(
        paper.startswith("arxiv:") for index in archive.indexes for paper in index.papers
    ):
        return listing, archive
    return read(with_records=True)


@contextmanager
def _checkout(settings: Settings) -> Iterator[tuple[Path, Path] | None]:
    if not settings.source.git:
        yield None
        return
    from publisher.collector.sources import git_source  # noqa: PLC0415 - few sites have one

    with git_source.reading(settings) as checkout:
        yield checkout


def _past(
    settings: Settings, checkout: tuple[Path, Path] | None, now: datetime, *, remember: bool
) -> Past:
    """Return the past of lists, as the settings want it."""
    days, since = settings.source.history, None
    if isinstance(days, int):
        today = now.astimezone(settings.site.zone).replace(
            hour=0, minute=0, second=0, microsecond=0
        )
        since = today - timedelta(days=days)

    def history(root: str) -> GitHistory | None:
        from publisher.collector.sources import git_history  # noqa: PLC0415 - few sites have lists

        if days == "off":
            return None
        if checkout is not None and Path(root) == checkout[0]:
            return git_history.of_checkout(settings, checkout[1], checkout[0])
        return git_history.of_work_tree(Path(root), settings.source.timeout_seconds)

    memory = settings.path(DATA_FOLDER) / "lists" if settings.source.memory == "auto" else None
    return Past(history, since, memory, settings.base, remember)


def _find(
    settings: Settings, checkout: tuple[Path, Path] | None, *, with_records: bool
) -> folder_source.SourceListing:
    source = settings.source
    include, exclude = source.include, source.exclude + edit_file_patterns(settings)
    if with_records:
        include += file_kinds.RECORD_PATTERNS
        exclude += file_kinds.NO_RECORD_PATTERNS
    folders = [
        folder_source.Folder(settings.path(folder), ignore_files=source.ignore_files)
        for folder in source.folders
    ]
    if checkout is not None:
        # A file that is tracked by git is meant to be there, whatever .gitignore says.
        names = tuple(name for name in source.ignore_files if name != ".gitignore")
        folders.append(folder_source.Folder(*checkout, ignore_files=names))
    if source.feeds:
        from publisher.collector.sources import feed_source  # noqa: PLC0415 - few sites have any

        folders += feed_source.files(settings)
    return folder_source.find_files(folders, include, exclude)


@contextmanager
def _without_garbage_collection() -> Iterator[None]:
    enabled = gc.isenabled()
    gc.disable()
    gc.unfreeze()
    try:
        yield
        # The objects live as long as the process, whose end would scan all that is not frozen.
        gc.freeze()
    finally:
        if enabled:
            gc.enable()
