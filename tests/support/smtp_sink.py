"""A mail server in process, for tests: who got which mail."""

from __future__ import annotations

import asyncio
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from aiosmtpd.controller import Controller
from support.ports import free_port

if TYPE_CHECKING:
    from collections.abc import Iterator


@dataclass
class Sink:
    """Takes every mail, each after `seconds`, or answers `refusal`."""

    seconds: float = 0.0
    refusal: str = ""
    got: list[tuple[str, bytes]] = field(default_factory=list)

    async def handle_DATA(self, *session: object) -> str:  # noqa: N802 - aiosmtpd's name
        await asyncio.sleep(self.seconds)
        if self.refusal:
            return self.refusal
        envelope = session[-1]
        self.got.append((envelope.rcpt_tos[0], envelope.original_content))  # type: ignore[attr-defined]
        return "250 taken"

    def recipients(self) -> list[str]:
        return sorted(address for address, _ in self.got)


@contextmanager
def mail_server(sink: Sink, port: int = 0) -> Iterator[dict[str, str]]:
    """Run `sink` at a port of this machine; give the environment of a program that uses it."""
    port = port or free_port()
    controller = Controller(sink, hostname="127.0.0.1", port=port)
    controller.start()
    try:
        yield smtp_at(port)
    finally:
        controller.stop()


def smtp_at(port: int) -> dict[str, str]:
    return {
        "PUBLISHER_MAIL__TRANSPORT": "smtp",
        "PUBLISHER_MAIL__HOST": "127.0.0.1",
        "PUBLISHER_MAIL__PORT": str(port),
        "PUBLISHER_MAIL__SECURITY": "none",
        "PUBLISHER_MAIL__FROM_ADDRESS": "weekly@papers.example.org",
    }
