"""The history of files in a git repository: their versions, read by the git program.

A folder of the user's own is read where it lies. Of the repository of the settings, which is pulled
with its last commit alone, commits and trees are fetched into a second repository beside the
checkout, and of the files only the versions that are asked for. Whatever becomes of that, the
checkout is not touched.

    <cache>/<hash>.history/         commits, trees, and versions of lists
    <cache>/<hash>.history-failed   the reason why there are none, for a day
"""

from __future__ import annotations

import contextlib
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from publisher.collector.sources import git_address, git_program, git_source
from publisher.errors import SourceError
from publisher.git_process import GitFailure, GitTimeout

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
    from pathlib import Path

    from publisher.settings import Settings

MAX_COMMITS = 5_000  # of a repository: thirteen years of a daily list
MAX_BYTES = 1_000_000_000  # of all versions of a file: git inflates 200 MB in a second
_MAX_VERSION = 20_000_000  # bytes, as of a digest
_CHUNK = 32_000_000  # bytes of versions in memory at a time
_MAX_PATHS = 200  # in one command; for more, git lists all files
_RETRY_SECONDS = 86_400  # a server that refuses is not asked at every build
_REFERENCE = "refs/publisher/history"
_FETCH = "fetch --quiet --force --no-tags --no-recurse-submodules --no-write-fetch-head".split()
_LOG = (
    *"--literal-pathspecs log -z --raw --no-abbrev --no-renames --first-parent -m".split(),
    *"--no-show-signature --no-ext-diff --no-textconv --no-color --format=%x01%H%x20%at".split(),
    f"--max-count={MAX_COMMITS}",
)
_FILE_MODES = ("100644", "100755")
_FIELDS = 5  # of a line of --raw: modes, blobs, status


class Version(NamedTuple):
    """A version of a file: its commit, the seconds since 1970 of that, and its blob."""

    commit: str
    seconds: int
    blob: str


@dataclass(frozen=True, slots=True)
class GitHistory:
    """The commits up to `head` of a repository; `prefix` is the path of a source folder in it."""

    name: str
    git: tuple[str, ...]
    head: str
    prefix: str
    seconds: float
    fetch: Callable[[Sequence[str]], None] | None = None  # brings blobs that are missing

    def versions(self, paths: Sequence[str]) -> dict[str, list[Version]]:
        """Return the versions of each of `paths` in the source folder, oldest first.

        Raises `GitFailure`.
        """
        wanted = {self.prefix + path: path for path in paths}
        named = list(wanted) if len(wanted) <= _MAX_PATHS else [self.prefix or "."]
        versions: dict[str, list[Version]] = {path: [] for path in paths}
        arguments = [*_LOG, self.head, "--", *named]
        for path, version in _parse_log(self._run(arguments)):
            if path in wanted:
                versions[wanted[path]].append(version)
        return {path: history[::-1] for path, history in versions.items()}

    def contents(self, blobs: Iterable[str], limit: int = MAX_BYTES) -> Iterator[tuple[str, bytes]]:
        """Yield the contents of `blobs` in their order: the last ones, up to `limit` bytes.

        Raises `GitFailure`.
        """
        wanted = list(dict.fromkeys(blobs))
        if self.fetch is not None and (missing := self._missing(wanted)):
            self.fetch(missing)
        sizes = self._run(["cat-file", "--batch-check=%(objectname) %(objectsize)"], wanted)
        rows = [row.split() for row in sizes.decode().splitlines()]
        chosen: list[tuple[str, int]] = []
        left = limit
        for blob, size in reversed([(row[0], int(row[1])) for row in rows if row[1].isdigit()]):
            left -= size
            if left < 0:
                break
            if size <= _MAX_VERSION:
                chosen.append((blob, size))
        yield from self._read(chosen)

    def _missing(self, blobs: Sequence[str]) -> list[str]:
        every = self._run(["cat-file", "--batch-all-objects", "--batch-check=%(objectname)"])
        present = set(every.decode().split())
        return [blob for blob in blobs if blob not in present]

    def _read(self, blobs: Sequence[tuple[str, int]]) -> Iterator[tuple[str, bytes]]:
        data, start = b"", 0
        chunk: list[tuple[str, int]] = []
        for blob, size in [*reversed(blobs), ("", _CHUNK + 1)]:
            if sum(size for _, size in chunk) + size > _CHUNK:
                data = self._run(["cat-file", "--batch=%(objectname)"], [name for name, _ in chunk])
                start = 0
                for name, length in chunk:
                    start += len(name) + 1
                    yield name, data[start : start + length]
                    start += length + 1
                chunk = []
            chunk.append((blob, size))

    def _run(self, arguments: Sequence[str], lines: Iterable[str] = ()) -> bytes:
        data = "".join(f"{line}\n" for line in lines).encode()
        environment = _reading()
        return git_program.run([*self.git, *arguments], environment, self.seconds, data)


def _reading() -> dict[str, str]:
    """Return the environment of commands that fetch nothing, also of a repository with gaps."""
    return git_program.environment(None, None) | {"GIT_ALLOW_PROTOCOL": "none"}


def _parse_log(output: bytes) -> Iterator[tuple[str, Version]]:
    """Yield the path and version of each file that is changed, newest first."""
    commit, seconds = "", 0
    parts = iter(output.decode(errors="surrogateescape").split("\0"))
    for part in parts:
        text = part.lstrip("\n")
        if text.startswith("\x01"):
            commit, _, number = text[1:].partition(" ")
            seconds = int(number) if number.strip().isdigit() else 0
        elif text.startswith(":"):
            fields, path = text[1:].split(" "), next(parts, "")
            if len(fields) == _FIELDS and fields[1] in _FILE_MODES:
                yield path, Version(commit, seconds, fields[3])


def of_work_tree(folder: Path, seconds: float) -> GitHistory | None:
    """Return the history of the files in `folder`, None where no repository has it.

    Raises `GitFailure` where git refuses to read it.
    """
    folder = folder.resolve()
    if not any((parent / ".git").exists() for parent in (folder, *folder.parents)):
        return None
    try:
        arguments = ["-C", str(folder), "rev-parse", "--show-toplevel", "--show-prefix"]
        output = git_program.run(arguments, _reading(), seconds)
        top, prefix, *_ = output.decode(errors="surrogateescape").split("\n")
        git = ("--no-pager", "-C", top)
        head = _head(git, "HEAD", seconds)
    except SourceError:  # git is not installed, and nobody asked for it
        return None
    return GitHistory(top, git, head, prefix, seconds) if head else None


def of_checkout(settings: Settings, home: Path, folder: Path) -> GitHistory:
    """Return the history of the files in `folder` of the checkout `home`, fetched where it is new.

    Raises `GitFailure` where there is none.
    """
    seconds = settings.source.timeout_seconds
    where = home.with_name(f"{home.name}.history")
    failed = home.with_name(f"{home.name}.history-failed")
    git = (f"--git-dir={where}",)
    head = _head((f"--git-dir={home / '.git'}",), "HEAD", seconds)
    if not where.is_dir() or not _head(git, head, seconds):
        with _once_a_day(failed):
            _fetch_commits(settings, where)
        if not _head(git, head, seconds):
            raise GitFailure("the repository was rewritten meanwhile")
    prefix = folder.resolve().relative_to(home.resolve()).as_posix()
    prefix = "" if prefix == "." else f"{prefix}/"

    def fetch(blobs: Sequence[str]) -> None:
        options = ["-c", "fetch.negotiationAlgorithm=noop", *_FETCH, "--filter=blob:none"]
        data = "".join(f"{blob}\n" for blob in blobs).encode()
        arguments = [*git, *options, "--stdin", "--", git_program.REMOTE]
        with _once_a_day(failed):
            git_program.run(arguments, _connecting(settings), seconds, data)

    return GitHistory(str(where), git, head, prefix, seconds, fetch)


def _head(git: Sequence[str], revision: str, seconds: float) -> str:
    """Return the commit that `revision` names, "" without one."""
    arguments = [*git, "rev-parse", "--quiet", "--verify", f"{revision}^{{commit}}"]
    with contextlib.suppress(GitFailure):
        return git_program.run(arguments, _reading(), seconds).decode().strip()
    return ""


@contextlib.contextmanager
def _once_a_day(failed: Path) -> Iterator[None]:
    """Raise the failure that the file `failed` keeps, unless it is old; keep a new one there."""
    with contextlib.suppress(OSError):
        if time.time() - failed.stat().st_mtime < _RETRY_SECONDS:
            raise GitFailure(failed.read_text(encoding="utf-8", errors="replace"))
    try:
        yield
    except GitFailure as failure:
        with contextlib.suppress(OSError):
            failed.write_text(str(failure), encoding="utf-8")
        raise
    failed.unlink(missing_ok=True)


def _connecting(settings: Settings) -> Mapping[str, str]:
    address = git_address.parse(settings.source.git, settings.base)
    return git_program.environment(address, settings.source)


def _fetch_commits(settings: Settings, where: Path) -> None:
    """Fetch the newest commits and their trees.

    A server that knows no filter sends the files too. One that refuses the options, or a repository
    that is broken, is tried again from the start and with less.
    """
    branch = settings.source.branch
    wanted = f"+refs/heads/{branch}:{_REFERENCE}" if branch else f"+HEAD:{_REFERENCE}"
    seconds = settings.source.timeout_seconds
    git = (f"--git-dir={where}",)
    attempts = ((f"--depth={MAX_COMMITS}", "--filter=blob:none"), ("--depth=500",))
    for number, options in enumerate(attempts, 1):
        try:
            if number > 1 or not _head(git, _REFERENCE, seconds):
                git_source.remove(where)
                arguments = ["init", "--quiet", "--bare", "--template=", "--", str(where)]
                git_program.run(arguments, git_program.environment(None, None), 60)
            arguments = [*git, *_FETCH, *options, "--", git_program.REMOTE, wanted]
            git_program.run(arguments, _connecting(settings), seconds)
            break
        except GitFailure as failure:
            if number == len(attempts) or isinstance(failure, GitTimeout):
                raise
