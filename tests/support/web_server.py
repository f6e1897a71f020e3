"""A real server on a free port, for tests: uvicorn in a thread, a store, and a client."""

from __future__ import annotations

import socket
import threading
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import httpx2
from support.program import PATIENCE, until

from publisher.settings import load
from publisher.store.database import Store, open_store
from publisher.web import checks
from publisher.web.access_log import AccessLog
from publisher.web.context import Context
from publisher.web.server import WebServer

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from publisher.settings import Settings


@dataclass
class Clock:
    now: datetime = datetime(2024, 12, 9, 8, 0, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now


@dataclass
class Site:
    """A running server; `folder` has publisher.db, public/ and outbox/."""

    folder: Path
    settings: Settings
    store: Store
    client: httpx2.Client
    clock: Clock = field(default_factory=Clock)
    log: list[str] = field(default_factory=list)

    @property
    def public(self) -> Path:
        return self.folder / "public"

    @property
    def port(self) -> int:
        return self.client.base_url.port or 80

    @property
    def url(self) -> str:
        return self.settings.web.root


@contextmanager
def serving(folder: Path, sections: dict[str, dict[str, Any]] | None = None) -> Iterator[Site]:
    """Serve with `sections` of settings beside those that a test needs, until the block ends."""
    listening = socket.create_server(("127.0.0.1", 0))
    root = f"http://127.0.0.1:{listening.getsockname()[1]}/"
    flags: dict[str, dict[str, Any]] = {
        "site": {"url": root, "title": "Paper Notes", "timezone": "Asia/Shanghai"},
        "web": {"url": root},
        "output": {"folder": str(folder / "public")},
        "source": {"folders": [str(folder / "digests")], "cache": str(folder / "cache")},
        "mail": {"from_address": "news@papers.example.org", "outbox": str(folder / "outbox")},
        "store": {"url": f"sqlite:///{folder}/publisher.db"},
    }
    for name, values in (sections or {}).items():
        flags[name] = flags.get(name, {}) | values
    (folder / "public").mkdir(exist_ok=True)
    (folder / "digests").mkdir(exist_ok=True)
    settings = load(None, {}, flags)
    with (
        open_store(settings.store.url.reveal()) as store,
        httpx2.Client(base_url=root, timeout=PATIENCE, trust_env=False) as client,
    ):
        checks.check(settings, store.keys)
        site = Site(folder, settings, store, client)
        server = WebServer(Context(settings, store, site.clock), AccessLog(site.log.append))
        thread = threading.Thread(target=server.run, args=([listening],))
        thread.start()
        try:
            until(lambda: server.started or not thread.is_alive())
            yield site
        finally:
            client.close()
            server.handle_exit(15, None)
            thread.join(PATIENCE)
            assert not thread.is_alive()


def raw(port: int, *parts: bytes) -> bytes:
    """Send `parts` as they are and return all that comes back until the server hangs up."""
    with socket.create_connection(("127.0.0.1", port), timeout=PATIENCE) as line:
        with suppress(ConnectionError):
            for part in parts:
                line.sendall(part)
        found = b""
        with suppress(ConnectionError):
            while chunk := line.recv(65536):
                found += chunk
    return found
