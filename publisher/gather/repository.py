"""Commits of digests in the git repository of the operator, by the git program.

It may be killed at any moment and be called again: what was added is committed then, what was
committed is pushed. Other changes in the repository stay as they are.
"""

from __future__ import annotations

import re
import time
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from publisher import git_process
from publisher.errors import GatherError
from publisher.git_process import GitFailure, GitMissing

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

_SECONDS = 120.0  # of a call of git
# A lock of this age is that of a git which was killed; people's editors may hold one for a while.
_STALE_SECONDS = 3600.0
_PATIENCE = 20  # pauses of half a second, in which another git may finish
_PUSHES = 3  # somebody else may push in between
_LOCK = re.compile(r"Unable to create '([^']{1,1000}\.lock)'")
_PASSED_ON = (
    "GIT_AUTHOR",
    "GIT_COMMITTER",
    "GIT_CONFIG",
    "GIT_SSH",
    "GIT_SSL",
    "GIT_PROXY",
    "GIT_EXEC",
)
_NOBODY = ("-c", "user.name=publisher", "-c", "user.email=publisher@localhost")
_MARKER = "publisher-rebase"  # a file beside the state of a rebase that is ours


def commit(
    folder: Path,
    paths: Sequence[Path],
    message: str,
    *,
    push: bool,
    pause: Callable[[float], object] = time.sleep,
) -> bool:
    """Commit what changed in `paths`, files or folders, and return whether anything had.

    With `push`, commits that the remote branch lacks are pushed, and are put on top of what others
    pushed before. `folder` is in the repository. Raises `GatherError`; then nothing is lost, and
    the next call with the same paths does the rest.
    """
    try:
        git_folder = _output(["-C", str(folder), "rev-parse", "--absolute-git-dir"])
        repository = _Repository(folder, Path(git_folder), _identity(folder), pause)
        repository.end_rebase()
        committed = repository.commit(paths, message)
        if push:
            repository.push()
    except (GitFailure, GitMissing, OSError) as error:
        raise GatherError(
            f"gather.commit: {folder}: {error}. The digests are in the folder all the same, and "
            'the next run tries to commit them again; to commit them yourself, set it to "off"'
        ) from error
    return committed


def _output(arguments: Sequence[str]) -> str:
    environment = git_process.environment(_PASSED_ON)
    return git_process.run(arguments, environment, _SECONDS).decode("utf-8", "replace").strip()


def _identity(folder: Path) -> tuple[str, ...]:
    """Return options that name a committer where the operator has named none."""
    try:
        _output(["-C", str(folder), "var", "GIT_COMMITTER_IDENT"])
    except GitFailure:
        return _NOBODY
    return ()


@dataclass(frozen=True, slots=True)
class _Repository:
    folder: Path
    git_folder: Path
    options: tuple[str, ...]
    pause: Callable[[float], object] = field(repr=False)

    def git(self, *arguments: str) -> str:
        """Return the output of git, which waits for another git, and not for a dead one."""
        full = ["--literal-pathspecs", "-C", str(self.folder), *self.options, *arguments]
        for _ in range(_PATIENCE):
            try:
                return _output(full)
            except GitFailure as failure:
                lock = _LOCK.search(str(failure))
                if lock is None:
                    raise
                self._wait_for(Path(lock[1]))
        return _output(full)

    def end_rebase(self) -> None:
        """Take back a rebase of ours in the middle of which the program was killed."""
        marker = self.git_folder / _MARKER
        if not marker.exists():
            return
        if any((self.git_folder / name).exists() for name in ("rebase-merge", "rebase-apply")):
            self.git("rebase", "--abort")
        marker.unlink()

    def commit(self, paths: Sequence[Path], message: str) -> bool:
        """Commit `paths` alone, and return whether anything in them had changed."""
        names = [str(path.absolute()) for path in paths if path.exists()]
        if not names:
            return False
        self.git("add", "--", *names)
        if not self.git("diff", "--cached", "--name-only", "--", *names):
            return False
        self.git("commit", "--quiet", "--message", message, "--only", "--", *names)
        return True

    def push(self) -> None:
        """Push what the remote branch lacks, on top of what it has."""
        if not self._has_upstream():
            self.git("push", "--quiet", "--set-upstream", self._remote(), "HEAD")
            return
        for attempt in range(1, _PUSHES + 1):
            if self._count("@{upstream}..HEAD") == 0:
                return
            try:
                self.git("push", "--quiet")
            except GitFailure:
                self.git("fetch", "--quiet")
                if attempt == _PUSHES or self._count("HEAD..@{upstream}") == 0:
                    raise
                self._rebase()
            else:
                return

    def _rebase(self) -> None:
        (self.git_folder / _MARKER).touch()
        try:
            self.git("rebase", "--quiet", "@{upstream}")
        finally:
            self.end_rebase()

    def _has_upstream(self) -> bool:
        with suppress(GitFailure):
            return bool(self.git("rev-parse", "--verify", "--quiet", "@{upstream}"))
        return False

    def _remote(self) -> str:
        remotes = self.git("remote").split("\n")
        if len(remotes) > 1 or not remotes[0]:
            raise GitFailure(
                'the branch has no upstream: run "git push --set-upstream REMOTE HEAD" once'
            )
        return remotes[0]

    def _count(self, commits: str) -> int:
        return int(self.git("rev-list", "--count", commits))

    def _wait_for(self, lock: Path) -> None:
        """Wait a moment for the end of another git, or remove the lock of one that was killed."""
        with suppress(FileNotFoundError):
            age = time.time() - lock.stat().st_mtime
            if age > _STALE_SECONDS and lock.resolve().is_relative_to(self.git_folder.resolve()):
                lock.unlink()
                return
        self.pause(0.5)
