"""The folders to watch, and stamps that tell when one of them was replaced."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from publisher.collector.sources import file_kinds
from publisher.newsletter.edit_files import edit_file_patterns
from publisher.watcher.change_filter import (
    Rules,
    concerns_digests,
    concerns_templates,
)

if TYPE_CHECKING:
    from publisher.settings import Settings

# For a folder device and inode, which differ after it was replaced; for a file also size and time.
# None where nothing exists.
Stamp = tuple[int, ...] | None


@dataclass(frozen=True, slots=True)
class Places:
    """The places named by the settings where changes matter; all paths are absolute."""

    sources: tuple[Path, ...]  # folders, or single digests
    templates: Path | None
    config: Path
    outputs: tuple[Path, ...]  # written by builds themselves
    rules: Rules

    def folders(self) -> list[Path]:
        """Return the existing folders, to be watched with all that is in them."""
        paths = (*self.sources, self.templates)
        return sorted({path for path in paths if path and path.is_dir()})

    def missing(self) -> list[Path]:
        """Return the sources that do not exist."""
        return [path for path in self.sources if not path.exists()]

    def stamps(self) -> dict[Path, Stamp]:
        """Return the stamp of each place now."""
        paths = (*self.sources, self.templates, self.config)
        return {path: stamp(path) for path in paths if path is not None}

    def concerns(self, path: Path, *, is_folder: bool, is_new_or_gone: bool) -> bool:
        """Return whether the change of `path`, in one of the folders, calls for a build."""
        for source in self.sources:
            relative = self._within(path, source)
            if relative and concerns_digests(
                relative, self.rules, is_folder=is_folder, is_new_or_gone=is_new_or_gone
            ):
                return True
        relative = self._within(path, self.templates) if self.templates else None
        return relative is not None and concerns_templates(
            relative, is_folder=is_folder, is_new_or_gone=is_new_or_gone
        )

    def _within(self, path: Path, root: Path) -> str | None:
        """Return `path` relative to `root`; None where it is outside, or a build's own output."""
        if path == root or not path.is_relative_to(root):
            return None
        for output in self.outputs:
            # A blog may be built into the folder that holds its digests, which is watched then.
            if output != root and output.is_relative_to(root) and path.is_relative_to(output):
                return None
        return path.relative_to(root).as_posix()


def places_of(settings: Settings, config: Path) -> Places:
    """Return the places of `settings`, which were read from `config`."""
    source = settings.source
    has_records = source.records != "off"
    outputs = (settings.path(settings.output.folder), settings.path(settings.mail.outbox))
    return Places(
        sources=tuple(_absolute(settings.path(folder)) for folder in source.folders),
        templates=_absolute(settings.path(settings.templates.folder))
        if settings.templates.folder
        else None,
        config=_absolute(config),
        outputs=tuple(
            dict.fromkeys(
                form
                for path in (*outputs, settings.cache_folder)
                for form in (_absolute(path), path.resolve())
            )
        ),
        rules=Rules(
            source.include + (file_kinds.RECORD_PATTERNS if has_records else ()),
            source.exclude
            + edit_file_patterns(settings)
            + (file_kinds.NO_RECORD_PATTERNS if has_records else ()),
            source.ignore_files,
        ),
    )


def stamp(path: Path) -> Stamp:
    """Return the stamp of `path` now; None where nothing exists or it can't be read."""
    try:
        status = path.stat()
    except OSError:
        return None
    place = (status.st_dev, status.st_ino)
    return place if path.is_dir() else (*place, status.st_size, status.st_mtime_ns)


def folders_in(roots: list[Path]) -> set[Path]:
    """Return all folders below `roots`; only this tells later that a missing path was a folder."""
    folders: set[Path] = set()
    for root in roots:
        for parent, names, _ in os.walk(root):
            names[:] = [name for name in names if not name.startswith(".")]
            folders.update(Path(parent) / name for name in names)
    return folders


def _absolute(path: Path) -> Path:
    """Return `path` without "..", but with its links, whose targets may change."""
    return Path(os.path.abspath(path))  # noqa: PTH100 - resolve() would follow them
