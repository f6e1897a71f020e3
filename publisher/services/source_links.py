"""Web addresses of lines of digests, where their repository is on a known forge."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote, urlsplit

from publisher.collector.sources import git_program, git_source
from publisher.errors import SourceError
from publisher.git_process import GitFailure

if TYPE_CHECKING:
    from collections.abc import Iterable

    from publisher.settings import Settings

_SECONDS = 10.0
# git's short form of ssh: user@host:path.
_SHORT_FORM = re.compile(r"(?:[^@/\s]+@)?(?P<host>[^@/:\s]{2,}):(?P<path>[^/].*)")
# By a part of the host's name. Raw text has line numbers; a rendered page of Markdown has none.
_FORGES = {
    "github": "{base}/blob/{ref}/{path}?plain=1",
    "gitlab": "{base}/-/blob/{ref}/{path}?plain=1",
    "gitee": "{base}/blob/{ref}/{path}",
    "gitea": "{base}/src/{kind}/{ref}/{path}?display=source",
    "codeberg": "{base}/src/{kind}/{ref}/{path}?display=source",
    "forgejo": "{base}/src/{kind}/{ref}/{path}?display=source",
}


@dataclass(frozen=True, slots=True)
class WebRepository:
    """A repository on this machine, and the pattern of its files' addresses on the web."""

    top: Path
    pattern: str

    def address(self, file: Path, line: int) -> str:
        """Return the address of a line (0: the file), "" for a file that is elsewhere."""
        if not file.is_relative_to(self.top):
            return ""
        path = quote(file.relative_to(self.top).as_posix())
        return self.pattern.replace("{path}", path) + (f"#L{line}" if line else "")


def web_repositories(settings: Settings) -> tuple[WebRepository, ...]:
    """Return the repositories that the digests are in, as far as they are on the web.

    Never raises: without a repository or git there are no links.
    """
    if settings.source.git:
        return _of_checkout(settings)
    folders = [settings.path(folder) for folder in settings.source.folders]
    return tuple(dict.fromkeys(filter(None, map(_of_folder, folders))))


def line_address(repositories: Iterable[WebRepository], path: str, line: int) -> str:
    """Return the web address of a finding's place, "" where it has none."""
    file = Path(path).parent.resolve() / Path(path).name
    addresses = (repository.address(file, line) for repository in repositories)
    return next(filter(None, addresses), "")


def pattern_of(remote: str, ref: str, *, is_commit: bool) -> str:
    """Return the pattern of addresses of files in a remote repository, "" for unknown hosts.

    `ref` is a commit or branch. User and password of the remote are left out.
    """
    short = _SHORT_FORM.fullmatch(remote) if "://" not in remote else None
    if short:
        host, path = short["host"], short["path"]
    else:
        parts = urlsplit(remote)
        if parts.scheme not in ("https", "http", "ssh", "git"):
            return ""
        host, path = parts.hostname or "", parts.path
        if parts.port and parts.scheme in ("https", "http"):
            host = f"{host}:{parts.port}"
    form = next((form for name, form in _FORGES.items() if name in host), "")
    path = path.strip("/").removesuffix(".git")
    kind = "commit" if is_commit else "branch"
    return form.format(
        base=f"https://{host}/{quote(path)}", ref=quote(ref), kind=kind, path="{path}"
    )


def _of_checkout(settings: Settings) -> tuple[WebRepository, ...]:
    try:
        with git_source.reading(settings) as checkout:
            if checkout is None:
                return ()
            top = checkout[1].resolve()
            commit = _git(top, "rev-parse", "HEAD")
    except (SourceError, GitFailure):
        return ()
    pattern = pattern_of(settings.source.git, commit, is_commit=True)
    return (WebRepository(top, pattern),) if pattern else ()


def _of_folder(folder: Path) -> WebRepository | None:
    place = folder if folder.is_dir() else folder.parent
    try:
        top = Path(_git(place, "rev-parse", "--show-toplevel"))
        remote = _git(place, "config", "--get", "remote.origin.url")
        ref = _git(place, "rev-parse", "--abbrev-ref", "HEAD")
        is_commit = ref == "HEAD"  # no branch: a service checked out one commit
        if is_commit:
            ref = _git(place, "rev-parse", "HEAD")
    except (SourceError, GitFailure):
        return None
    pattern = pattern_of(remote, ref, is_commit=is_commit)
    return WebRepository(top, pattern) if pattern else None


def _git(folder: Path, *arguments: str) -> str:
    output = git_program.run(
        ["-C", str(folder), *arguments], git_program.environment(None, None), _SECONDS
    )
    return output.decode(errors="surrogateescape").strip()
