"""Where digests come from: folders of files, read as bytes and decoded."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

from publisher.collector import unwanted
from publisher.collector.findings import finding
from publisher.errors import SourceError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from publisher.models import Finding


@dataclass(frozen=True, slots=True)
class Folder:
    """A folder of digests, or a single one.

    `within` is the checkout of a repository: a link that leads out of it is not followed, for
    whoever may push to it could publish any file of this machine. In the user's own folder a link
    is the user's wish.
    """

    location: Path
    within: Path | None = None
    ignore_files: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class SourceFile:
    """A digest file: `path` is relative to its source folder, with "/" on every system."""

    path: str
    location: Path

    @property
    def root(self) -> str:
        """The folder that `path` is relative to, as an absolute path."""
        return str(self.location.absolute()).removesuffix(self.path)


@dataclass(frozen=True, slots=True)
class Found:
    """The files to read, sorted by path; how many were left out; links that are not followed."""

    files: tuple[SourceFile, ...]
    left_out: int
    findings: tuple[Finding, ...]


def find_files(folders: Sequence[Folder], include: Sequence[str], exclude: Sequence[str]) -> Found:
    """Return the files of `folders` that match.

    A folder may be a single file, which is taken whatever its name. Hidden files and folders,
    drafts, what editors left and what an ignore file names are left out; those that would match
    otherwise are counted. Raises `SourceError` for a folder that is missing or unreadable, and
    where no file matches at all.
    """
    found: list[SourceFile] = []
    findings: list[Finding] = []
    others: set[str] = set()
    left_out = 0
    for folder in folders:
        if folder.location.is_file():
            found.append(SourceFile(folder.location.name, folder.location))
            continue
        if not folder.location.is_dir():
            raise SourceError(f"{folder.location}: no such folder (setting source.folders)")
        for path, wanted in _walk(folder):
            meant = path if wanted else unwanted.stands_for(path) or path
            if not _matches(meant, include) or _matches(meant, exclude):
                others.add(PurePosixPath(path).suffix)
            elif not wanted:
                left_out += 1
            elif _leads_out(folder.location / path, folder.within):
                findings.append(finding(path, 0, "D302"))
            else:
                found.append(SourceFile(path, folder.location / path))
    if not found:
        where = ", ".join(str(folder.location) for folder in folders)
        seen = ", ".join(sorted(filter(None, others))[:5])
        hint = f"; there are files with the ending {seen}" if seen else ""
        hint += f"; left out as drafts, leftovers or ignored: {left_out}" if left_out else ""
        raise SourceError(
            f"{where}: no digest found: no file matches source.include ({', '.join(include)}){hint}"
        )
    files = sorted(found, key=lambda file: (file.path, str(file.location)))
    return Found(tuple(files), left_out, tuple(findings))


def _walk(folder: Folder) -> Iterator[tuple[str, bool]]:
    """Yield the path of each file, and whether it is one to publish."""

    def fail(error: OSError) -> None:
        raise SourceError(f"{error.filename}: can't be read: {error.strerror}") from error

    rules = unwanted.IgnoreRules(folder.location, folder.ignore_files)
    for root, names, files in os.walk(folder.location, onerror=fail):
        inner = Path(root).relative_to(folder.location).as_posix().removeprefix(".")
        start = f"{inner}/" if inner else ""
        rules.enter(inner, files)
        # A folder is passed over whole (.git holds thousands of files), but not one of drafts:
        # how many there are is of interest.
        names[:] = sorted(name for name in names if not name.startswith("."))
        ignored = rules.ignores(start) if start else False
        for name in files:
            path = start + name
            yield path, not (ignored or unwanted.stands_for(path) or rules.ignores(path))


def _leads_out(location: Path, within: Path | None) -> bool:
    if within is None or not location.is_symlink():
        return False
    try:
        target = location.resolve()
    except (OSError, RuntimeError):  # links in a circle
        return True
    root = within.resolve()
    return not target.is_relative_to(root) or target.is_relative_to(root / ".git")


def _matches(path: str, patterns: Sequence[str]) -> bool:
    return any(_pattern(pattern).fullmatch(path) for pattern in patterns)


@lru_cache(maxsize=256)
def _pattern(glob: str) -> re.Pattern[str]:
    """Return `glob` as a pattern: `**/` any folders, `*` and `?` within a name."""
    parts = re.split(r"(\*\*/|\*\*|\*|\?)", glob.removeprefix("./"))
    meaning = {"**/": "(?:[^/]+/)*", "**": ".*", "*": "[^/]*", "?": "[^/]"}
    return re.compile("".join(meaning.get(part, re.escape(part)) for part in parts), re.DOTALL)
