"""Folders of digest files: finds the files to read."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, NamedTuple

from publisher.collector.findings import finding
from publisher.collector.sources import ignore_rules
from publisher.errors import NoDigests, SourceError
from publisher.translation import _

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from publisher.models import Finding


@dataclass(frozen=True, slots=True)
class Folder:
    """A folder of digests, or a single one.

    `within` is the checkout of a repository. A link that leads out of it is not followed: anybody
    who can push to the repository could publish any file of this machine. In the user's own folder
    links are followed.
    """

    location: Path
    within: Path | None = None
    ignore_files: tuple[str, ...] = ()


class SourceFile(NamedTuple):  # there are thousands, and a Path takes ten times as long to make
    """A digest file; `path` is relative to its source folder, with "/" on every system."""

    path: str
    name: str  # for open()

    @property
    def location(self) -> Path:
        """The path of the file on disk."""
        return Path(self.name)

    @property
    def root(self) -> str:
        """The source folder that `path` is relative to, as the settings name it."""
        return self.name.removesuffix(self.path)


@dataclass(frozen=True, slots=True)
class SourceListing:
    """The files to read, sorted by path, the number left out, and links that are not followed."""

    files: tuple[SourceFile, ...]
    left_out: int
    findings: tuple[Finding, ...]


def find_files(
    folders: Sequence[Folder], include: Sequence[str], exclude: Sequence[str]
) -> SourceListing:
    """Return the files of `folders` that match.

    A folder may be a single file, which is taken whatever its name. Hidden files and folders,
    drafts, leftovers of editors and files that an ignore file names are left out; those that would
    match otherwise are counted. Raises `SourceError` for a folder that is missing or unreadable,
    and where no file matches.
    """
    files: list[SourceFile] = []
    findings: list[Finding] = []
    other_suffixes: set[str] = set()
    left_out = 0
    included, excluded = _matcher(tuple(include)), _matcher(tuple(exclude))
    for folder in folders:
        if folder.location.is_file():
            files.append(SourceFile(folder.location.name, str(folder.location)))
            continue
        if not folder.location.is_dir():
            text = _(
                "{folder}: no such folder (setting source.folders); name the folder of your "
                "digests there, or with --source"
            )
            raise NoDigests(text.format(folder=folder.location), _advice())
        prefix = _prefix(folder)
        for path, is_published in _walk(folder):
            original = path if is_published else ignore_rules.stands_for(path) or path
            if not included(original) or excluded(original):
                other_suffixes.add(PurePosixPath(path).suffix)
            elif not is_published:
                left_out += 1
            elif folder.within and _leads_out(folder.location / path, folder.within):
                findings.append(finding(path, 0, "D302"))
            else:
                files.append(SourceFile(path, prefix + path))
    if not files:
        reason = _nothing_to_read(folders, include, other_suffixes, left_out)
        raise NoDigests(reason, _advice())
    return SourceListing(tuple(sorted(files)), left_out, tuple(findings))


def _nothing_to_read(
    folders: Sequence[Folder], include: Sequence[str], other_suffixes: set[str], left_out: int
) -> str:
    where = ", ".join(str(folder.location) for folder in folders)
    suffixes = ", ".join(sorted(filter(None, other_suffixes))[:5])
    text = _("{folder}: no digest found: no file matches source.include ({patterns})").format(
        folder=where, patterns=", ".join(include)
    )
    if suffixes:
        text += _("; there are files ending in {suffixes}").format(suffixes=suffixes)
    if not other_suffixes and not left_out:
        text += _("; it is empty, so name the folder of your digests with --source")
    if left_out:
        text += _("; left out as drafts, leftovers or ignored: {count}").format(count=left_out)
    return text


def _advice() -> str:
    return _(
        "`publisher init` looks for digests and writes the settings; with --arxiv they are written "
        "from arXiv"
    )


def _prefix(folder: Folder) -> str:
    """Return the part of a file name that precedes its path in `folder`."""
    return str(folder.location / "_").removesuffix("_")


def _walk(folder: Folder) -> Iterator[tuple[str, bool]]:
    """Yield the path of each file, and whether it is to be published."""
    rules = ignore_rules.IgnoreRules(folder.location, folder.ignore_files)
    prefix = _prefix(folder)
    waiting = [""]
    while waiting:
        start = waiting.pop()
        names, files = _content(prefix + start)
        rules.enter(start.removesuffix("/"), files)
        # Hidden folders are skipped as a whole (.git holds thousands of files). Folders of drafts
        # are not: the drafts are counted.
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
    except OSError:  # a circle of links
        return False


def _leads_out(location: Path, within: Path) -> bool:
    if not location.is_symlink():
        return False
    try:
        target = location.resolve()
    except (OSError, RuntimeError):  # a circle of links
        return True
    root = within.resolve()
    return not target.is_relative_to(root) or target.is_relative_to(root / ".git")


def matches(path: str, patterns: Sequence[str]) -> bool:
    """Return whether one of the glob `patterns` matches `path`, relative to its source folder."""
    return bool(_matcher(tuple(patterns))(path))


@lru_cache(maxsize=64)
def _matcher(globs: tuple[str, ...]) -> Callable[[str], object]:
    """Return a function that tells whether a path matches one of `globs`."""
    return re.compile("|".join(map(_pattern, globs)) or r"(?!)", re.DOTALL).fullmatch


def _pattern(glob: str) -> str:
    """Return `glob` as a regular expression; `**/` is any folders, `*` and `?` stay in a name."""
    parts = re.split(r"(\*\*/|\*\*|\*|\?)", glob.removeprefix("./"))
    meaning = {"**/": "(?:[^/]+/)*", "**": ".*", "*": "[^/]*", "?": "[^/]"}
    return "".join(meaning.get(part, re.escape(part)) for part in parts)
