"""Secrets in files beside the settings, `.publisher/secrets/mail.password`, one each.

`publisher secret` writes them, so that no password has to stand in publisher.toml or in the
environment of each cron line and service.
"""

from __future__ import annotations

import os
import re
from typing import TYPE_CHECKING

from publisher.errors import SettingsError
from publisher.private_folder import DATA_FOLDER, make_private_folder, write_private_file
from publisher.settings.fields import fields_of, split_type
from publisher.settings.sections import SECTIONS
from publisher.settings.values import Secret

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

FOLDER = f"{DATA_FOLDER}/secrets"
_OF_TARGET = re.compile(r"announce\.[a-z0-9][a-z0-9-]{0,63}\.url")


def secret_names() -> tuple[str, ...]:
    """Return the settings that are secrets, such as "mail.password"."""
    return tuple(
        f"{section}.{key}"
        for section, table in SECTIONS.items()
        for key, field in fields_of(table).items()
        if split_type(field.type)[0] is Secret
    )


def target_secret(target: str) -> str:
    """Return the name of the secret with the address of a `target` of announcements."""
    return f"announce.{target}.url"


def is_secret_name(name: str) -> bool:
    """Return whether `name` is that of a secret, also of one that a target of announcements has."""
    return name in secret_names() or _OF_TARGET.fullmatch(name) is not None


def kept_target_secrets(base: Path) -> tuple[str, ...]:
    """Return the names of the kept addresses of targets, such as "announce.chat.url", sorted."""
    try:
        names = [path.name for path in (base / FOLDER).iterdir()]
    except OSError:
        return ()
    return tuple(sorted(filter(_OF_TARGET.fullmatch, names)))


def secret_file(base: Path, name: str) -> Path:
    """Return the file of the secret `name` of the settings in the folder `base`."""
    return base / FOLDER / name


def stored_secrets(base: Path) -> Iterator[tuple[str, str, str, str]]:
    """Yield section, key, file and text of each secret that a file holds.

    Raises `SettingsError` for a file that can't be read.
    """
    try:
        present = {path.name for path in (base / FOLDER).iterdir()}
    except OSError:
        return
    for name in secret_names():
        if name in present:
            path = secret_file(base, name)
            section, _, key = name.rpartition(".")
            yield section, key, str(path), read_secret(path)


def read_secret(path: Path) -> str:
    """Return the text of a file that holds a secret. Raises `SettingsError`."""
    try:
        # Notepad begins a file with a byte order mark.
        return path.read_text(encoding="utf-8-sig").strip()
    except UnicodeDecodeError as error:
        raise SettingsError(f"{path} is not UTF-8; save it again as such") from error
    except OSError as error:
        raise SettingsError(f"{path} can't be read: {error.strerror}") from error


def write_secret(base: Path, name: str, text: str) -> Path:
    """Keep `text` as the secret `name`, in a file for its owner alone; return the file.

    A reader sees the old secret or the new one, whole. Raises `SettingsError`.
    """
    path = secret_file(base, name)
    try:
        make_private_folder(path.parent)
        draft = path.with_name(f".{name}.{os.getpid()}")
        draft.unlink(missing_ok=True)  # of a process that was killed
        try:
            write_private_file(draft, f"{text}\n".encode())
            draft.replace(path)
        finally:
            draft.unlink(missing_ok=True)
    except OSError as error:
        raise SettingsError(f"{path} can't be written: {error.strerror}") from error
    return path
