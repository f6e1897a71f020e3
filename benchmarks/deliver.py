"""Messages a second through a local SMTP sink, ledger included, beside yagmail.send."""

from __future__ import annotations

import socket
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path

import yagmail
from aiosmtpd.controller import Controller
from aiosmtpd.handlers import Sink

from benchmarks.material import EXAMPLES
from publisher import issuing, pipeline
from publisher.settings import load

RECIPIENTS = 500
PEER_MESSAGES = 50


def run() -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    controller = Controller(Sink(), hostname="127.0.0.1", port=port)
    controller.start()
    try:
        html = _ours(port)
        _peer(port, html)
    finally:
        controller.stop()


def _ours(port: int) -> str:
    with tempfile.TemporaryDirectory() as name:
        settings = load(
            None,
            {},
            {
                "source": {"folders": [str(EXAMPLES)]},
                "store": {"url": f"sqlite:///{Path(name, 'publisher.db').as_posix()}"},
                "mail": {
                    "transport": "smtp",
                    "host": "127.0.0.1",
                    "port": port,
                    "security": "none",
                },
            },
        )
        now = datetime.now(UTC)
        with pipeline.open_store(settings) as store:
            for n in range(RECIPIENTS):
                store.subscribers.add(f"r{n}@example.org", "", (), now=now)
                store.subscribers.confirm(f"r{n}@example.org", now=now)
            (issue,) = issuing.due(pipeline.collect(settings), settings, store, now)
            draft = issuing.draft(issue, settings, store)
            issuing.freeze(draft, settings, store, now)
            started = time.perf_counter()
            (report,) = pipeline.deliver([issue.id], settings, store, lambda _: None)
            taken = time.perf_counter() - started
            assert report.sent == RECIPIENTS
            html = next(iter(draft.editions.values())).html
    size = len(html.encode()) / 1000
    print(f"publisher, one connection, {size:.0f} kB: {RECIPIENTS / taken:,.0f} messages/s")
    return html


def _peer(port: int, html: str) -> None:
    connection = yagmail.SMTP(
        {"news@example.org": "news"},
        "",
        host="127.0.0.1",
        port=port,
        smtp_ssl=False,
        smtp_starttls=False,
        smtp_skip_login=True,
    )
    started = time.perf_counter()
    for n in range(PEER_MESSAGES):
        connection.send(to=f"r{n}@example.org", subject="peer", contents=[html])
    taken = time.perf_counter() - started
    connection.close()
    print(f"yagmail.send: {PEER_MESSAGES / taken:,.0f} messages/s")
