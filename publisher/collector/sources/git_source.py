"""A git repository as a source: pulled by the git program into the cache before each build.

A repository is not trusted. Only https, ssh and local paths are spoken; the host is looked up once
and has to be public unless the settings allow others; no hook, template, submodule, prompt or
redirect is followed. Where a pull fails, the last state that was pulled is restored and used.

    <cache>/<hash of address and branch>/       the checkout
    <cache>/<hash>.lock                         held while it is changed or read
    <cache>/<hash>.new, <hash>.old              while a broken checkout is replaced
"""

from __future__ import annotations

import contextlib
import hashlib
import shutil
import stat
import sys
import time
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

from publisher.collector.findings import finding
from publisher.collector.sources import git_address, git_program
from publisher.collector.sources.git_program import GitFailure, GitTimeout
from publisher.errors import SourceError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from publisher.collector.sources.git_address import Address
    from publisher.models import Finding
    from publisher.settings import Settings

_WANTED = "refs/publisher/wanted"  # what the last good fetch brought
_SETTING = "source.git"
_FETCH = (
    "fetch --quiet --force --depth=1 --no-tags --update-shallow --no-recurse-submodules "
    f"--no-write-fetch-head -- {git_program.REMOTE}"
).split()


def update(settings: Settings) -> list[Finding]:
    """Pull the repository of the settings, if there is one.

    Return D301 where it can't be reached and an earlier state stands in for it. Raises
    `SourceError` in one line that names the setting: where the address or branch makes no sense,
    the host is not allowed, git is not installed, or nothing was pulled yet and nothing can be.
    """
    if not settings.source.git:
        return []
    address = git_address.parse(settings.source.git, settings.base)
    branch = git_address.check_branch(settings.source.branch)
    home = _home(settings)
    with _locked(settings):
        if not home.exists() and _beside(home, ".old").exists():
            _beside(home, ".old").rename(home)  # died between the two renames of `_replace`
        failure = _pull(home, address, branch, settings)
        if failure is None:
            return []
        reason = f"{address.shown}: {git_address.hide(str(failure), address)}"
        setting = "source.branch" if "remote ref" in reason and branch else _SETTING
        try:
            _restore(home, settings.source.timeout_seconds)
        except GitFailure:
            raise SourceError(f"{setting}: {reason}") from failure
    return [finding(setting, 0, "D301", reason)]


@contextlib.contextmanager
def reading(settings: Settings) -> Iterator[tuple[Path, Path] | None]:
    """Hold the checkout still; give the folder with the digests and the checkout it is in.

    None where the settings name no repository. Raises `SourceError` where nothing was pulled yet,
    or where the sub-folder is missing or leads out of the repository.
    """
    if not settings.source.git:
        yield None
        return
    home = _home(settings)
    subfolder = PurePosixPath(settings.source.subfolder.replace("\\", "/"))
    if subfolder.is_absolute() or ".." in subfolder.parts or ".git" in subfolder.parts:
        raise SourceError(f"source.subfolder: {subfolder}: must be inside the repository")
    with _locked(settings):
        if not _is_checkout(home):
            raise SourceError(f"{_SETTING}: nothing was pulled yet")
        folder = home / subfolder
        if not folder.exists() or not folder.resolve().is_relative_to(home.resolve()):
            raise SourceError(f"source.subfolder: {subfolder}: no such folder in the repository")
        yield folder, home


def _home(settings: Settings) -> Path:
    """Return where the checkout is: another address or branch has another place."""
    source = settings.source
    where = str(git_address.parse(source.git, settings.base).url)
    name = hashlib.sha256(f"{where}\0{source.branch}".encode()).hexdigest()[:16]
    return settings.cache_folder / name


@contextlib.contextmanager
def _locked(settings: Settings) -> Iterator[None]:
    # The kernel lets go of this lock when its process dies, however it dies.
    import filelock  # noqa: PLC0415 - only who has a repository needs it

    home = _home(settings)
    lock = filelock.FileLock(_beside(home, ".lock"), timeout=settings.source.timeout_seconds + 60)
    try:
        home.parent.mkdir(parents=True, exist_ok=True)
        lock.acquire()
    except filelock.Timeout as error:
        raise SourceError(f"source.cache: {home.parent}: another process keeps it busy") from error
    except OSError as error:
        raise SourceError(f"source.cache: {home.parent}: {error.strerror or error}") from error
    try:
        yield
    finally:
        lock.release()


def _pull(home: Path, address: Address, branch: str, settings: Settings) -> GitFailure | None:
    """Bring the checkout to the newest commit; return why that failed, None where it did not.

    What is broken (another program's files, a process that died in the middle) is made anew
    beside and takes the place of the old only when it is whole.
    """
    deadline = time.monotonic() + settings.source.timeout_seconds
    reference = f"refs/heads/{branch}" if branch else "HEAD"

    def fetch_into(folder: Path) -> None:
        git_program.run(
            [*git_program.in_folder(folder), *_FETCH, f"+{reference}:{_WANTED}"],
            environment,
            deadline - time.monotonic(),
        )
        _restore(folder, deadline - time.monotonic())

    try:
        environment = git_program.environment(address, settings.source)
        if _is_checkout(home):
            _remove_stale_locks(home)
            try:
                fetch_into(home)
            except GitTimeout:
                raise
            except GitFailure as failure:
                # Of no use where the host is away, but then it fails at once.
                with contextlib.suppress(GitFailure):
                    _replace(home, fetch_into)
                    return None
                return failure
        else:
            _replace(home, fetch_into)
    except GitFailure as failure:
        return failure
    return None


def _replace(home: Path, fetch_into: Callable[[Path], None]) -> None:
    """Make the checkout anew; what is at its place stays until the new one is whole."""
    new, old = _beside(home, ".new"), _beside(home, ".old")
    try:
        _remove(new)
        arguments = ["init", "--quiet", "--template=", "--", str(new)]
        git_program.run(arguments, git_program.environment(None, None), 60)
        fetch_into(new)
        _remove(old)
        if home.exists() or home.is_symlink():
            home.rename(old)
        new.rename(home)
        _remove(old)
    except OSError as error:
        raise SourceError(f"source.cache: {home.parent}: {error.strerror or error}") from error


def _restore(folder: Path, timeout: float) -> None:
    """Make the files those of the commit that was fetched last, whatever was done to them."""
    environment = git_program.environment(None, None)
    if not _is_checkout(folder):
        raise GitFailure("nothing was pulled yet")
    _remove_stale_locks(folder)
    git = git_program.in_folder(folder)
    git_program.run([*git, "reset", "--quiet", "--hard", _WANTED, "--"], environment, timeout)
    git_program.run([*git, "clean", "--quiet", "-ffdx"], environment, timeout)


def _is_checkout(folder: Path) -> bool:
    return (folder / ".git").is_dir() and not (folder / ".git").is_symlink()


def _remove_stale_locks(folder: Path) -> None:
    """Remove what a git that was killed left: we hold the lock, so no other git runs here."""
    for file in (folder / ".git").rglob("*.lock"):
        with contextlib.suppress(OSError):
            file.unlink()


def _remove(path: Path) -> None:
    if path.is_symlink() or path.is_file():
        path.unlink()
    elif path.exists():
        if sys.platform == "win32":  # git writes its objects read-only, which forbids deleting them
            for file in path.rglob("*"):
                file.chmod(stat.S_IWRITE | stat.S_IREAD)
        shutil.rmtree(path)


def _beside(home: Path, ending: str) -> Path:
    return home.with_name(home.name + ending)
