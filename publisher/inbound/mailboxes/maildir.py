"""Maildirs (cr.yp.to/proto/maildir.html): each mail is a file, which is marked by renaming it."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from publisher.errors import SourceError
from publisher.inbound.mailboxes.source import UnreadMail

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_DAY = 86_400.0
_SEEN = "S"


class Maildir:
    """The mails in `new` and `cur`; those that were handled are marked as seen or moved."""

    def __init__(self, folder: Path, *, handled_folder: str = "", since_days: int = 30) -> None:
        """Read `folder`; `handled_folder` is a folder inside it (Maildir++), "" for none."""
        self._folder = folder
        self._handled = folder / f".{handled_folder.strip('.')}" if handled_folder else None
        self._oldest = time.time() - since_days * _DAY

    def unread(self) -> Iterator[UnreadMail]:
        """Yield the mails in the order of arrival. The key stays the same when flags change."""
        arrivals: list[tuple[float, str]] = []
        try:
            for path in (*(self._folder / "new").iterdir(), *(self._folder / "cur").iterdir()):
                if path.name.startswith("."):
                    continue
                try:
                    state = path.stat()
                except FileNotFoundError:
                    continue  # another program reads the same mailbox
                if state.st_mtime >= self._oldest:
                    arrivals.append((state.st_mtime, _key(path.name)))
        except OSError as error:
            raise SourceError(f"inbox.maildir: {self._folder}: {error.strerror}") from error
        for _, key in sorted(arrivals):
            yield UnreadMail(key, f"maildir {key}")

    def read(self, mail: UnreadMail, limit: int) -> bytes | None:
        """Return the beginning of a mail, None where it is gone."""
        path = self._find(mail)
        if path is None:
            return None
        try:
            with path.open("rb") as file:
                return file.read(limit)
        except FileNotFoundError:
            return None
        except OSError as error:
            raise SourceError(f"{path}: can't be read: {error.strerror}") from error

    def mark_handled(self, mail: UnreadMail) -> None:
        """Mark a mail as seen in `cur`, or move it."""
        path = self._find(mail)
        if path is None:
            return
        flags = set(path.name.partition(":2,")[2]) | {_SEEN}
        name = f"{mail.key}:2,{''.join(sorted(flags))}"
        target = (self._handled or self._folder) / "cur" / name
        try:
            if self._handled is not None:
                for part in ("cur", "new", "tmp"):
                    (self._handled / part).mkdir(parents=True, exist_ok=True)
            path.rename(target)
        except FileNotFoundError:
            return
        except OSError as error:
            raise SourceError(f"{path}: can't be marked: {error.strerror}") from error

    def skip(self, mail: UnreadMail) -> None:
        """Do nothing: the store keeps the key."""

    def close(self) -> None:
        """Do nothing."""

    def _find(self, mail: UnreadMail) -> Path | None:
        fresh = self._folder / "new" / mail.key
        if fresh.exists():
            return fresh
        plain = self._folder / "cur" / mail.key
        if plain.exists():
            return plain
        return next((self._folder / "cur").glob(f"{_escaped(mail.key)}:2,*"), None)


def _key(name: str) -> str:
    return name.partition(":2,")[0]


def _escaped(name: str) -> str:
    return "".join(f"[{c}]" if c in "*?[" else c for c in name)
