"""Where digests come from: folders of files, read as bytes and decoded."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, NamedTuple

from publisher.collector.findings import finding
from publisher.collector.sources import ignore_rules
from publisher.errors import SourceError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

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


class SourceFile(NamedTuple):  # there are thousands, and a Path takes ten times as long to make
    """A digest file: `path` is relative to its source folder, with "/" on every system."""

    path: str
    name: str  # with which it is opened

    @property
    def location(self) -> Path:
        """Where it is."""
        return Path(self.name)

    @property
    def root(self) -> str:
        """The folder that `path` is relative to, as it was named."""
        return self.name.removesuffix(self.path)


@dataclass(frozen=True, slots=True)
class SourceListing:
    """The files to read, sorted by path; how many were left out; links that are not followed."""

    files: tuple[SourceFile, ...]
    left_out: int
    findings: tuple[Finding, ...]


def find_files(
    folders: Sequence[Folder], include: Sequence[str], exclude: Sequence[str]
) -> SourceListing:
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
    included, excluded = _matcher(tuple(include)), _matcher(tuple(exclude))
    for folder in folders:
        if folder.location.is_file():
            found.append(SourceFile(folder.location.name, str(folder.location)))
            continue
        if not folder.location.is_dir():
            raise SourceError(f"{folder.location}: no such folder (setting source.folders)")
        top = _top(folder)
        for path, wanted in _walk(folder):
            meant = path if wanted else ignore_rules.stands_for(path) or path
            if not included(meant) or excluded(meant):
                others.add(PurePosixPath(path).suffix)
            elif not wanted:
                left_out += 1
            elif folder.within and _leads_out(folder.location / path, folder.within):
                findings.append(finding(path, 0, "D302"))
            else:
                found.append(SourceFile(path, top + path))
    if not found:
        where = ", ".join(str(folder.location) for folder in folders)
        seen = ", ".join(sorted(filter(None, others))[:5])
        hint = f"; there are files with the ending {seen}" if seen else ""
        hint += f"; left out as drafts, leftovers or ignored: {left_out}" if left_out else ""
        raise SourceError(
            f"{where}: no digest found: no file matches source.include ({', '.join(include)}){hint}"
        )
    return SourceListing(tuple(sorted(found)), left_out, tuple(findings))


def _top(folder: Folder) -> str:
    """Return what stands before the paths in `folder`."""
    return str(folder.location / "_").removesuffix("_")


def _walk(folder: Folder) -> Iterator[tuple[str, bool]]:
    """Yield the path of each file, and whether it is one to publish."""
    rules = ignore_rules.IgnoreRules(folder.location, folder.ignore_files)
    top = _top(folder)
    waiting = [""]
    while waiting:
        start = waiting.pop()
        names, files = _content(top + start)
        rules.enter(start.removesuffix("/"), files)
        # A folder is passed over whole (.git holds thousands of files), but not one of drafts:
        # how many there are is of interest.
        waiting += [f"{start}{name}/" for name in names if not name.startswith(".")]
        ignored = rules.ignores(start) if start else False
        for name in files:
            path = start + name
            yield path, not (ignored or ignore_rules.stands_for(path) or rules.ignores(path))


def _content(folder: str) -> tuple[list[str], list[str]]:
    """Return the names of the folders and files in `folder`; a link to a folder is neither."""
    names: list[str] = []
    files: list[str] = []
    try:
        with os.scandir(folder or ".") as entries:
            for entry in entries:
                if not _is_folder(entry):
                    files.append(entry.name)
                elif not entry.is_symlink():
                    names.append(entry.name)
    except OSError as error:
        raise SourceError(f"{error.filename}: can't be read: {error.strerror}") from error
    return names, files


def _is_folder(entry: os.DirEntry[str]) -> bool:
    try:
        return entry.is_dir()
    except OSError:  # links in a circle
        return False


def _leads_out(location: Path, within: Path) -> bool:
    if not location.is_symlink():
        return False
    try:
        target = location.resolve()
    except (OSError, RuntimeError):  # links in a circle
        return True
    root = within.resolve()
    return not target.is_relative_to(root) or target.is_relative_to(root / ".git")


def matches(path: str, patterns: Sequence[str]) -> bool:
    """Return whether one of the glob `patterns` takes `path`, relative to its source folder."""
    return bool(_matcher(tuple(patterns))(path))


@lru_cache(maxsize=64)
def _matcher(globs: tuple[str, ...]) -> Callable[[str], object]:
    """Return what tells whether a path matches one of `globs`."""
    return re.compile("|".join(map(_pattern, globs)) or r"(?!)", re.DOTALL).fullmatch


def _pattern(glob: str) -> str:
    """Return `glob` as a pattern: `**/` any folders, `*` and `?` within a name."""
    parts = re.split(r"(\*\*/|\*\*|\*|\?)", glob.removeprefix("./"))
    meaning = {"**/": "(?:[^/]+/)*", "**": ".*", "*": "[^/]*", "?": "[^/]"}
    return "".join(meaning.get(part, re.escape(part)) for part in parts)
