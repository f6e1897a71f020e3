"""A frozen issue for many made-up people, for the benchmarks of sending."""

from __future__ import annotations

import random
import string
import time
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Self

from publisher.models import UNSUBSCRIBE_PLACEHOLDER, DeliveryState, Edition, SubscriberStatus
from publisher.models.imports import ImportedSubscriber
from publisher.models.ledger import FrozenEdition
from publisher.newsletter.audience import IssueAudience
from publisher.sender.delivery.deliver import deliver
from publisher.sender.delivery.options import DeliveryOptions
from publisher.sender.message import edition_message
from publisher.sender.message.sender_profile import SenderProfile
from publisher.sender.transports.base import BaseTransport
from publisher.store.database import open_store

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from publisher.sender.transports.base import Transport

ISSUE = "bench"
_LINE = 70


class NullTransport(BaseTransport):
    """Takes every message and forgets it."""

    name = "null"
    timeout_seconds = 60.0

    def send(self, envelope_sender: str, recipient: str, message: bytes, message_id: str) -> str:
        del envelope_sender, recipient, message, message_id
        return "250 ok"

    def evidence(self, message_id: str) -> bool | None:
        del message_id
        return None


def plain_message(size: int) -> bytes:
    """Return text of about `size` bytes in lines, the same each time."""
    dice = random.Random(1)  # noqa: S311 - filler
    letters = string.ascii_letters + " "
    lines = ("".join(dice.choices(letters, k=_LINE)) for _ in range(size // (_LINE + 2)))
    return "\r\n".join(lines).encode() + b"\r\n"


class Mailing:
    """A store in `folder` with an issue frozen for `recipients` people, of `size` bytes each."""

    def __init__(self, folder: Path, recipients: int, size: int) -> None:
        self._store = open_store(f"sqlite:///{folder}/publisher.db")
        now = datetime.now(UTC)
        active = SubscriberStatus.ACTIVE
        self._store.imports.import_rows(
            (
                ImportedSubscriber(n, f"r{n}@example.org", "", (), active, now, now)
                for n in range(recipients)
            ),
            now=now,
        )
        body = plain_message(size // 2).decode() + UNSUBSCRIBE_PLACEHOLDER + "\n"
        head = SenderProfile(from_address="a@example.org", list_id="x.example.org")
        template = edition_message.build_message(Edition(ISSUE, (), "bench", body, body, 1), head)
        self._store.issues.freeze(
            ISSUE,
            start=now,
            end=now,
            papers=[],
            frozen_editions=[FrozenEdition("all", "bench", template)],
            audience=IssueAudience({}),
            edition_of=lambda _choice: "all",
            now=now,
        )

    def send(self, transports: Sequence[Transport]) -> float:
        """Send to everybody; return the seconds it took."""
        started = time.perf_counter()
        options = DeliveryOptions("a@example.org", self._store.keys)
        report = deliver(ISSUE, self._store, transports, options)
        taken = time.perf_counter() - started
        assert report.done, report
        return taken

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._store.close()

    def sent(self) -> int:
        return self._store.deliveries.counts(ISSUE)[DeliveryState.SENT]
