"""The server itself: signals while it starts."""

from __future__ import annotations

import socket
import threading
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from support.web_server import PATIENCE

from publisher.settings import load
from publisher.store.database import open_store
from publisher.web.access_log import AccessLog
from publisher.web.context import Context
from publisher.web.server import WebServer

if TYPE_CHECKING:
    from pathlib import Path


def test_a_signal_while_it_starts_stops_it(tmp_path: Path) -> None:
    url = "http://localhost:8000/"
    settings = load(None, {"PUBLISHER_WEB__URL": url, "PUBLISHER_SITE__URL": url})
    lines: list[str] = []
    with (
        open_store(f"sqlite:///{(tmp_path / 'store.db').as_posix()}") as store,
        socket.create_server(("127.0.0.1", 0)) as listening,
    ):
        context = Context(settings, store, lambda: datetime.now(UTC))
        server = WebServer(context, AccessLog(lines.append), stop_requested=lambda: True)
        thread = threading.Thread(target=server.run, args=([listening],), daemon=True)
        thread.start()
        thread.join(PATIENCE)
        assert not thread.is_alive()
        assert context.stopping.is_set()
