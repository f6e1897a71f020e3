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

    store = database.open_store(_url(settings))
    if settings.store.remote:
        from publisher.services.remote_store import RemoteStore  # noqa: PLC0415 - few have one

        try:
            store.save = RemoteStore.of(settings, store_path(settings)).push
        except BaseException:
            store.close()
            raise
    return store


def read_store(settings: Settings) -> Store | None:
    """Return the store, open for reading alone, None where there is none; the caller closes it.

    Nothing is made or upgraded. Raises `StoreError`, and `OutdatedStore` where the tables are of an
    earlier version.
    """
    from publisher.store import database  # noqa: PLC0415 - see above

    path = store_path(settings)
    return None if path is not None and not path.exists() else database.read_store(_url(settings))


def store_stamp(settings: Settings) -> str:
    """Return a text that changes whenever the SQLite file does.

    It is "none" where there is no file yet, and "" for a database server, which only a query can
    tell.
    """
    path = store_path(settings)
    if path is None:
        return ""
    stats = [file.stat() for file in (path, Path(f"{path}-wal")) if file.exists()]
    return " ".join(f"{stat.st_size} {stat.st_mtime_ns}" for stat in stats) or "none"


def store_path(settings: Settings) -> Path | None:
    """Return the path of the SQLite file; None for a database server, or one in memory."""
    scheme, _, path = _url(settings).partition(":///")
    path = path.partition("?")[0]
    is_file = scheme.partition("+")[0] == "sqlite" and path not in ("", ":memory:")
    return Path(path) if is_file and not path.startswith("file:") else None


def _url(settings: Settings) -> str:
    url = settings.store.url.reveal()
    scheme, separator, path = url.partition(":///")
    if separator and scheme.startswith("sqlite") and path and not path.startswith("/"):
        url = f"{scheme}:///{settings.path(path)}"
    return url
