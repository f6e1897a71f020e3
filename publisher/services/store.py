"""Open the store that the settings name, and tell cheaply whether it changed."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from publisher.settings import Settings
    from publisher.store.database import Store


def open_store(settings: Settings) -> Store:
    """Return the open store, made first if there is none; the caller closes it.

    A relative SQLite path is relative to the folder of the settings file. Raises `StoreError`.
    """
    from publisher.store import database  # noqa: PLC0415 - SQLAlchemy: a build needs no database

    return database.open_store(_url(settings))


def store_stamp(settings: Settings) -> str:
    """Return a text that changes whenever the SQLite file does.

    It is "none" where there is no file yet, and "" for a database server, which only a query can
    tell.
    """
    url = _url(settings)
    if not url.startswith("sqlite:///"):
        return ""
    path = Path(url.removeprefix("sqlite:///"))
    stats = [file.stat() for file in (path, Path(f"{path}-wal")) if file.exists()]
    return " ".join(f"{stat.st_size} {stat.st_mtime_ns}" for stat in stats) or "none"


def _url(settings: Settings) -> str:
    url = settings.store.url.reveal()
    scheme, separator, path = url.partition(":///")
    if separator and scheme.startswith("sqlite") and path and not path.startswith("/"):
        url = f"{scheme}:///{settings.path(path)}"
    return url
