"""The files with an editor's changes, which are no digests: a build needs no more than this."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from publisher.models import Frequency

if TYPE_CHECKING:
    from publisher.settings import Settings

# Beside the settings; the files in it are named after issues.
FOLDER = "issues"
_NAMES = {
    Frequency.DAILY: "????-??-??.md",
    Frequency.WEEKLY: "????-W??.md",
    Frequency.MONTHLY: "????-??.md",
}


def has_edit_files(settings: Settings) -> bool:
    """Return whether `FOLDER` has files with edits: not where it is a folder of digests itself."""
    folder = _absolute(FOLDER, settings)
    return all(_absolute(source, settings) != folder for source in settings.source.folders)


def edit_file_patterns(settings: Settings) -> tuple[str, ...]:
    """Return the files with edits as patterns within the source folders that they lie in."""
    if not has_edit_files(settings):
        return ()
    folder, patterns = _absolute(FOLDER, settings), []
    for source in settings.source.folders:
        above = _absolute(source, settings)
        if folder.is_relative_to(above):
            inner = folder.relative_to(above).as_posix()
            names = (_NAMES[frequency] for frequency in settings.newsletter.frequencies)
            patterns += [f"{inner}/{name}" for name in names]
    return tuple(dict.fromkeys(patterns))


def _absolute(folder: str, settings: Settings) -> Path:
    path = settings.path(folder)
    return Path(os.path.abspath(path))  # noqa: PTH100 - resolve() would follow links
