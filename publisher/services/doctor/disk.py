"""Checks of the space that is left where the program writes."""

from __future__ import annotations

import os
import shutil
from dataclasses import dataclass
from typing import TYPE_CHECKING

from publisher.models.health import HealthCheck, HealthStatus
from publisher.services.doctor.output import nearest
from publisher.services.store import store_path
from publisher.translation import _

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from publisher.services.doctor.examination import Examination
    from publisher.settings import Settings

AREA = "disk"
_MIB = 2**20
# A build of thousands of papers writes some hundred megabytes; an issue to thousands of people a
# few into the store.
LITTLE_BYTES, FEW_BYTES = 50 * _MIB, 500 * _MIB
FEW_FILES, SOME_FILES = 2_000, 20_000


@dataclass(frozen=True, slots=True)
class DiskSpace:
    """Free space of a file system; `files` is None where it has no limit on their number."""

    device: int
    free: int
    files: int | None = None


def space_of(folder: Path) -> DiskSpace:
    """Return the space that this user has at `folder`. Raises `OSError`."""
    files = None
    if hasattr(os, "statvfs"):
        state = os.statvfs(folder)
        # btrfs and others make inodes as they are needed, and say 0.
        files = state.f_favail if state.f_files else None
    return DiskSpace(folder.stat().st_dev, shutil.disk_usage(folder).free, files)


def places(settings: Settings) -> Iterator[tuple[str, Path]]:
    """Yield what is written, each with its setting and place."""
    yield "output.folder", settings.path(settings.output.folder).absolute()
    path = store_path(settings)
    if path is not None:
        yield "store.url", path.absolute()
    if settings.mail.transport == "outbox":
        yield "mail.outbox", settings.path(settings.mail.outbox).absolute()
    if settings.gather.topics:
        yield "gather.folder", settings.path(settings.gather.folder).absolute()
    yield "source.cache", settings.cache_folder


def disk(
    examination: Examination, measure: Callable[[Path], DiskSpace] = space_of
) -> Iterator[HealthCheck]:
    """Check the free space of each file system, with the first setting that leads there."""
    seen: set[int] = set()
    for setting, path in places(examination.settings):
        folder = nearest(path)
        space = measure(folder if folder.is_dir() else folder.parent)
        if space.device not in seen:
            seen.add(space.device)
            yield judge_space(setting, folder, space)


def judge_space(setting: str, folder: Path, space: DiskSpace) -> HealthCheck:
    """Return whether `space` is enough for a build and an issue."""
    advice = _("make room, or move what the setting names to another disk")
    free = _("{count:,} MB").format(count=space.free // _MIB)
    if space.free < FEW_BYTES:
        status = HealthStatus.ERROR if space.free < LITTLE_BYTES else HealthStatus.WARNING
        text = _("only {free} are free at {folder}").format(free=free, folder=folder)
        return HealthCheck(AREA, status, text, advice, setting)
    if space.files is not None and space.files < SOME_FILES:
        status = HealthStatus.ERROR if space.files < FEW_FILES else HealthStatus.WARNING
        text = _("only {count:,} more files can be made at {folder} (inodes)").format(
            count=space.files, folder=folder
        )
        return HealthCheck(AREA, status, text, advice, setting)
    text = _("{free} are free at {folder}").format(free=free, folder=folder)
    return HealthCheck(AREA, HealthStatus.OK, text, setting=setting)
