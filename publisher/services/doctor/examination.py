"""The subject of an examination: settings, time, and what several checks read, each once."""

from __future__ import annotations

import os
from contextlib import contextmanager
from dataclasses import dataclass, field
from threading import Lock
from typing import TYPE_CHECKING

import msgspec

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping
    from datetime import datetime

    from publisher.models import Collection
    from publisher.models.health import HealthCheck
    from publisher.settings import Settings
    from publisher.store.database import Store

    Probe = Callable[["Examination"], Iterable[HealthCheck]]

# A folder that can't be made: caches stay in memory.
_NO_CACHE = os.path.join(os.devnull, "none")  # noqa: PTH118 - no path that exists


@dataclass(frozen=True, slots=True)
class Examination:
    """An installation that is examined at `now`, without the network where `offline`.

    `nameserver` is asked for the sender's domain, the system's where it is empty.
    """

    settings: Settings
    now: datetime
    environment: Mapping[str, str] = field(default_factory=dict)
    offline: bool = False
    nameserver: str = ""
    _collections: list[Collection] = field(default_factory=list)
    _lock: Lock = field(default_factory=Lock)

    @property
    def quiet_settings(self) -> Settings:
        """The settings with a cache that is used where there is one, and never made."""
        if self.settings.cache_folder.is_dir():
            return self.settings
        source = msgspec.structs.replace(self.settings.source, cache=_NO_CACHE)
        return msgspec.structs.replace(self.settings, source=source)

    def collection(self) -> Collection:
        """Return the papers of the digests as they are on this machine, read once.

        Raises `SourceError`.
        """
        from publisher import collector  # noqa: PLC0415 - the parsers: not every area needs them

        with self._lock:
            if not self._collections:
                self._collections.append(collector.collect(self.quiet_settings, now=self.now))
            return self._collections[0]

    @contextmanager
    def store(self) -> Iterator[Store | None]:
        """Yield the store, open for reading alone, or None where there is none yet.

        Raises `StoreError`.
        """
        from publisher.services.store import read_store  # noqa: PLC0415 - see above

        store = read_store(self.settings)
        if store is None:
            yield None
            return
        with store:
            yield store
