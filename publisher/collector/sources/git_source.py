"""A git repository as a source: pulled by the git program into the cache before each build.

A repository is not trusted. Only https, ssh and local paths are allowed; the host is looked up once
and must be public unless the settings allow others; hooks, templates, submodules, prompts and
redirects are off. Where a pull fails, the last state that was pulled is restored and used.

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
from publisher.errors import SourceError
from publisher.git_process import GitFailure, GitTimeout

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from publisher.collector.sources.git_address import Address
    from publisher.models import Finding
    from publisher.settings import Settings

_FETCHED = "refs/publisher/wanted"  # the commit of the last successful fetch
_SETTING = "source.git"
_FETCH = (
    "fetch --quiet --force --depth=1 --no-tags --update-shallow --no-recurse-submodules "
    f"--no-write-fetch-head -- {git_program.REMOTE}"
).split()


def update(settings: Settings) -> list[Finding]:
    """Pull the repository of the settings, if there is one.

    Returns D301 where it can't be reached and an earlier state is used instead. Raises
    `SourceError` in one line that names the setting: where the address or branch is not valid, the
    host is not allowed, git is not installed, or the first pull fails.
    """
    if not settings.source.git:
        return []
    address = git_address.parse(settings.source.git, settings.base)
    branch = git_address.check_branch(settings.source.branch)
    home = _home(settings)
    with _locked(settings):
        if not home.exists() and _beside(home, ".old").exists():
            _beside(home, ".old").rename(
                home
            )  # a process died between the two renames of `_replace`
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
    """Lock the checkout; yield the folder of the digests and the checkout that it is in.

    Yields None where the settings name no repository. Raises `SourceError` where nothing was pulled
    yet, or where the subfolder is missing or leads out of the repository.
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
    """Return the folder of the checkout; each address and branch has its own."""
    source = settings.source
    where = str(git_address.parse(source.git, settings.base).url)
    name = hashlib.sha256(f"{where}\0{source.branch}".encode()).hexdigest()[:16]
    return settings.cache_folder / name


@contextlib.contextmanager
def _locked(settings: Settings) -> Iterator[None]:
    import filelock  # noqa: PLC0415 - only repositories need it

    home = _home(settings)
    # The kernel releases this lock when its process dies, however it dies.
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
    """Bring the checkout to the newest commit; return the failure, None on success.

    A broken checkout (another program's files, a process that died in the middle) is made anew in
    a second folder, which replaces the first only when it is complete.
    """
    deadline = time.monotonic() + settings.source.timeout_seconds
    reference = f"refs/heads/{branch}" if branch else "HEAD"

    def fetch_into(folder: Path) -> None:
        git_program.run(
            [*git_program.in_folder(folder), *_FETCH, f"+{reference}:{_FETCHED}"],
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
                # Useless where the host is down, but then it fails at once.
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
    """Make the checkout anew; the old one stays until the new one is complete."""
    new, old = _beside(home, ".new"), _beside(home, ".old")
    try:
        remove(new)
        arguments = ["init", "--quiet", "--template=", "--", str(new)]
        git_program.run(arguments, git_program.environment(None, None), 60)
        fetch_into(new)
        remove(old)
        if home.exists() or home.is_symlink():
            home.rename(old)
        new.rename(home)
        remove(old)
    except OSError as error:
        raise SourceError(f"source.cache: {home.parent}: {error.strerror or error}") from error


def _restore(folder: Path, timeout: float) -> None:
    """Reset all files to the commit that was fetched last."""
    environment = git_program.environment(None, None)
    if not _is_checkout(folder):
        raise GitFailure("nothing was pulled yet")
    _remove_stale_locks(folder)
    git = git_program.in_folder(folder)
    git_program.run([*git, "reset", "--quiet", "--hard", _FETCHED, "--"], environment, timeout)
    git_program.run([*git, "clean", "--quiet", "-ffdx"], environment, timeout)


def _is_checkout(folder: Path) -> bool:
    return (folder / ".git").is_dir() and not (folder / ".git").is_symlink()


def _remove_stale_locks(folder: Path) -> None:
    """Remove the lock files of a killed git: we hold our own lock, so no other git runs here."""
    for file in (folder / ".git").rglob("*.lock"):
        with contextlib.suppress(OSError):
            file.unlink()


def remove(path: Path) -> None:
    """Remove a file or folder, if it is there. Raises `OSError`."""
    if path.is_symlink() or path.is_file():
        path.unlink()
    elif path.exists():
        if sys.platform == "win32":  # git writes its objects read-only, which forbids deleting them
            for file in path.rglob("*"):
                file.chmod(stat.S_IWRITE | stat.S_IREAD)
        shutil.rmtree(path)


def _beside(home: Path, ending: str) -> Path:
    return home.with_name(home.name + ending)
