"""What is looked at: folders for their files, and what can take a folder's or file's place."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from publisher.watcher.change_filter import (
    Rules,
    concerns_digests,
    concerns_templates,
)

if TYPE_CHECKING:
    from publisher.settings import Settings

# Of a folder: device and inode, which are others after it was made anew. Of a file also its size
# and time. None: there is nothing.
Stamp = tuple[int, ...] | None


@dataclass(frozen=True, slots=True)
class Places:
    """Where the settings say that something may change, all paths absolute."""

    sources: tuple[Path, ...]  # folders, or single digests
    templates: Path | None
    config: Path
    ours: tuple[Path, ...]  # what a build writes itself
    rules: Rules

    def folders(self) -> list[Path]:
        """Return the folders that are there now, to watch with all that is in them."""
        found = [path for path in (*self.sources, self.templates) if path and path.is_dir()]
        return sorted(set(found))

    def missing(self) -> list[Path]:
        """Return the source folders that are not there."""
        return [path for path in self.sources if not path.exists()]

    def stamps(self) -> dict[Path, Stamp]:
        """Return what stands at each place now."""
        paths = (*self.sources, self.templates, self.config)
        return {path: stamp(path) for path in paths if path is not None}

    def concerns(self, path: Path, *, is_folder: bool, is_new_or_gone: bool) -> bool:
        """Return whether the change of `path`, in one of the folders, asks for a build."""
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
        """Return `path` as seen from `root`; None where it is not in it, or is our own."""
        if path == root or not path.is_relative_to(root):
            return None
        for own in self.ours:
            # A blog may well be built into the folder that holds its digests: that is no own place.
            if own != root and own.is_relative_to(root) and path.is_relative_to(own):
                return None
        return path.relative_to(root).as_posix()


def places_of(settings: Settings, config: Path) -> Places:
    """Return the places of `settings`, which were read from `config`."""
    source = settings.source
    own = (settings.path(settings.output.folder), settings.path(settings.mail.outbox))
    return Places(
        sources=tuple(_absolute(settings.path(folder)) for folder in source.folders),
        templates=_absolute(settings.path(settings.templates.folder))
        if settings.templates.folder
        else None,
        config=_absolute(config),
        ours=tuple(
            dict.fromkeys(
                one
                for path in (*own, settings.cache_folder)
                for one in (_absolute(path), path.resolve())
            )
        ),
        rules=Rules(source.include, source.exclude, source.ignore_files),
    )


def stamp(path: Path) -> Stamp:
    """Return what stands at `path` now; None where nothing does, or it can't be seen."""
    try:
        status = path.stat()
    except OSError:
        return None
    place = (status.st_dev, status.st_ino)
    return place if path.is_dir() else (*place, status.st_size, status.st_mtime_ns)


def folders_in(roots: list[Path]) -> set[Path]:
    """Return all folders below `roots`: of one that is gone, nothing else says that it was one."""
    found: set[Path] = set()
    for root in roots:
        for at, names, _ in os.walk(root):
            names[:] = [name for name in names if not name.startswith(".")]
            found.update(Path(at) / name for name in names)
    return found


def _absolute(path: Path) -> Path:
    """Return `path` without "..", but with its links: they may be pointed elsewhere."""
    return Path(os.path.abspath(path))  # noqa: PTH100 - resolve() would follow them
