"""Keep private files out of what is published: the output folder, and a git repository.

S101, S102              findings about files that git has, or would add
refuse_to_publish       raises where private files are in the output folder
extend_ignore_file      lists private files in a .gitignore
"""

from __future__ import annotations

import os
import re
import shlex
import subprocess
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from publisher.errors import OutputError, SettingsError
from publisher.models import Finding, Severity
from publisher.private_folder import DATA_FOLDER
from publisher.services.store import store_path
from publisher.settings.fields import ENV_PREFIX, environment_name

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from publisher.settings import Settings

CODES: dict[str, tuple[Severity, str]] = {
    "S101": (Severity.WARNING, "private data is in a git repository"),
    "S102": (Severity.WARNING, "git would add private data"),
}
_HEADING = "# Private data of digest-publisher: subscribers, mails, passwords"
# What SQLite has beside a database while it is open, and after a crash.
_SQLITE_ENDINGS = ("", "-wal", "-shm", "-journal")
_GIT_SECONDS = 20.0
_SPECIAL = re.compile(r"([\\*?\[\]!# ])")


@dataclass(frozen=True, slots=True)
class PrivatePath:
    """A file or folder that `setting` names; `content` says what is in it.

    `endings` are those of the files that belong to it, with that of the file itself, "".
    """

    setting: str
    path: Path
    content: str
    endings: tuple[str, ...] = ("",)

    def files(self) -> Iterator[Path]:
        """Yield those of its files that exist."""
        for ending in self.endings:
            path = Path(f"{self.path}{ending}")
            if path.exists():
                yield path


def private_paths(settings: Settings, environment: Mapping[str, str]) -> Iterator[PrivatePath]:
    """Yield what is private of the files of `settings`, whether it exists or not."""
    store = store_path(settings)
    if store is not None:
        yield PrivatePath("store.url", store, "the subscribers' addresses", _SQLITE_ENDINGS)
    mail, inbox = settings.mail, settings.inbox
    for setting, name, content in (
        ("mail.outbox", mail.outbox, "mails with the subscribers' addresses"),
        ("inbox.maildir", inbox.maildir, "mails with people's addresses"),
        ("mail.oauth2_file", mail.oauth2_file, "a password"),
        ("inbox.oauth2_file", inbox.oauth2_file, "a password"),
        ("mail.dkim_key_file", mail.dkim_key_file, "a private key"),
    ):
        if name:
            yield PrivatePath(setting, settings.path(name), content)
    for variable, name in sorted(environment.items()):
        if variable.startswith(ENV_PREFIX) and variable.endswith("_FILE") and name:
            yield PrivatePath(variable, Path(name).absolute(), "a password")
    if settings.file is not None and (setting := _secret_in(settings.file, settings)):
        yield PrivatePath(setting, settings.file, "a password")


def refuse_to_publish(settings: Settings, environment: Mapping[str, str] = os.environ) -> None:
    """Raise `SettingsError` where a private file is in the output folder, which is published."""
    folder = Path(os.path.realpath(settings.path(settings.output.folder)))
    for private in private_paths(settings, environment):
        for file in private.files():
            if Path(os.path.realpath(file)).is_relative_to(folder):
                raise SettingsError(
                    f"output.folder: {folder} would be published with {private.content}: {file} "
                    f"is in it (setting {private.setting}). Choose another folder for one of them"
                )


def exposed(settings: Settings, environment: Mapping[str, str] = os.environ) -> tuple[Finding, ...]:
    """Return a finding for each private file that git tracks or would add.

    Where git is missing or fails there are none.
    """
    repositories: dict[Path, dict[str, PrivatePath]] = {}
    for private in private_paths(settings, environment):
        for file in private.files():
            real = Path(os.path.realpath(file))
            root = _repository(real.parent)
            if root is not None:
                paths = repositories.setdefault(root, {})
                paths[real.relative_to(root).as_posix()] = private
    return tuple(
        finding
        for root, paths in repositories.items()
        for finding in _findings_in(root, paths, settings)
    )


def warnings(settings: Settings) -> list[str]:
    """Return the findings of `exposed` as lines: `path: CODE message`."""
    return [f"{finding.path}: {finding.code} {finding.message}" for finding in exposed(settings)]


def _findings_in(
    root: Path, paths: Mapping[str, PrivatePath], settings: Settings
) -> Iterator[Finding]:
    reported: set[tuple[str, str]] = set()
    for code, listed in _listed_by_git(root, paths):
        name = next(path for path in paths if listed == path or listed.startswith(f"{path}/"))
        private = paths[name]
        if (code, private.setting) in reported:
            continue
        reported.add((code, private.setting))
        severity, text = CODES[code]
        advice = _advice(root, private, name, code, settings) + _move(private, settings)
        message = f"{text}: {private.content} (setting {private.setting}): {advice}"
        yield Finding(str(root / name), 0, code, message, severity)


def _advice(root: Path, private: PrivatePath, name: str, code: str, settings: Settings) -> str:
    ignore = f"add the line {_ignore_line(private, root)} to {root / '.gitignore'}"
    if private.path == settings.file:
        section, _, key = private.setting.rpartition(".")
        ignore = f"set {environment_name(section, key)} instead of writing it there"
    if code == "S101":
        target = shlex.quote(name if len(private.endings) == 1 else f"{name}*")
        remove = f"git -C {shlex.quote(str(root))} rm -r --cached -- {target}"
        untrack = "" if private.path == settings.file else f"run `{remove}`, "
        return f"{untrack}{ignore} and commit; older commits and copies of them still have it"
    return ignore


def _move(private: PrivatePath, settings: Settings) -> str:
    """Return how to move the store to where a new installation has it."""
    folder = settings.path(DATA_FOLDER)
    if private.setting != "store.url" or private.path.parent == folder:
        return ""
    return (
        f". Or stop the program, move {private.path}* into {folder} and set store.url to "
        f'"sqlite:///{DATA_FOLDER}/{private.path.name}"'
    )


def _listed_by_git(root: Path, paths: Iterable[str]) -> Iterator[tuple[str, str]]:
    """Yield the code and the path of each file among `paths` that git tracks or would add."""
    command = [
        *("git", "-C", str(root), "-c", "safe.directory=*", "-c", "core.fsmonitor=false"),
        *("ls-files", "-z", "-t", "--cached", "--others", "--exclude-standard", "--directory"),
        *("--", *paths),
    ]
    # A hook sets variables of its own repository; and no path is a pattern.
    variables = {k: v for k, v in os.environ.items() if not k.startswith("GIT_")}
    variables |= {"GIT_LITERAL_PATHSPECS": "1", "GIT_OPTIONAL_LOCKS": "0", "LC_ALL": "C"}
    try:
        done = subprocess.run(
            command, capture_output=True, timeout=_GIT_SECONDS, check=True, env=variables
        )
    except (OSError, subprocess.SubprocessError):
        return
    for row in sorted(done.stdout.decode(errors="surrogateescape").split("\0")):
        tag, _, path = row.partition(" ")
        if path:
            yield ("S102" if tag == "?" else "S101"), path.rstrip("/")


def _repository(folder: Path) -> Path | None:
    """Return the top of the repository that has `folder`, None where there is none."""
    for parent in (folder, *folder.parents):
        if (parent / ".git").exists():
            return parent
    return None


def _secret_in(file: Path, settings: Settings) -> str:
    """Return the setting of a secret that `file` itself holds, "" for none."""
    store = settings.store.url.reveal()
    secrets = {
        "mail.password": settings.mail.password.reveal(),
        "inbox.password": settings.inbox.password.reveal(),
        "web.webhook_secret": settings.web.webhook_secret.reveal(),
        "gather.model.api_key": settings.gather.model.api_key.reveal(),
        "store.url": store if "@" in store else "",
    }
    with suppress(OSError, UnicodeDecodeError):
        text = file.read_text(encoding="utf-8")
        return next((name for name, secret in secrets.items() if secret and secret in text), "")
    return ""


def extend_ignore_file(settings: Settings, environment: Mapping[str, str]) -> Path | None:
    """List the private files of `settings` in the .gitignore beside them; None if they are there.

    What else is in it stays as it is. Raises `OutputError`.
    """
    target = settings.base / ".gitignore"
    # Of an earlier version, and of `publisher demo`.
    lines = [f"/{DATA_FOLDER}/", "/publisher.db*", "/outbox/"]
    lines += [
        _ignore_line(private, settings.base)
        for private in private_paths(settings, environment)
        if private.path.is_relative_to(settings.base)
        and not private.path.is_relative_to(settings.base / DATA_FOLDER)
        and private.path != settings.file
    ]
    try:
        before = target.read_bytes() if target.exists() else b""
        present = {line.strip() for line in before.splitlines()}
        missing = [line for line in dict.fromkeys(lines) if line.encode() not in present]
        if not missing:
            return None
        ending = b"\r\n" if b"\r\n" in before else b"\n"
        heading = [] if _HEADING.encode() in present else [_HEADING]
        start = ending if before and not before.endswith(b"\n") else b""
        blank = ending if before and heading else b""
        added = (line.encode() + ending for line in (*heading, *missing))
        with target.open("ab") as file:
            file.write(start + blank + b"".join(added))
    except OSError as error:
        raise OutputError(f"{target}: can't be written: {error.strerror}") from error
    return target


def _ignore_line(private: PrivatePath, root: Path) -> str:
    """Return the line of a .gitignore in `root` for what is private."""
    path = private.path
    if not path.is_relative_to(root):
        path = Path(os.path.realpath(path))
    pattern = _SPECIAL.sub(r"\\\1", path.relative_to(root).as_posix())
    if len(private.endings) > 1:
        return f"/{pattern}*"
    return f"/{pattern}/" if path.is_dir() or private.setting == "mail.outbox" else f"/{pattern}"
