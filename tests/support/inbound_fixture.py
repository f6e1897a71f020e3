"""A newsletter with its mailbox, for tests: mails to it, and its answers."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from email import message_from_bytes, policy
from typing import TYPE_CHECKING, Any

from publisher.inbound.processor import InboxProcessor, open_source
from publisher.models import UNSUBSCRIBE_PLACEHOLDER, Edition
from publisher.models.ledger import FrozenEdition
from publisher.newsletter import audience
from publisher.sender.delivery.deliver import deliver
from publisher.sender.delivery.options import DeliveryOptions
from publisher.sender.message import edition_message, tokens
from publisher.sender.message.sender_profile import SenderProfile
from publisher.sender.transports import create
from publisher.services import transactional
from publisher.settings import load
from publisher.store.database import Store, open_store

if TYPE_CHECKING:
    from collections.abc import Iterator
    from email.message import EmailMessage
    from pathlib import Path

    from publisher.inbound.mailboxes.source import MailSource
    from publisher.settings import Settings

ISSUE = "2024-W49"
LIST = "news@papers.example.org"
NAMES = {"nerf": "NeRF", "3dgs": "3DGS", "yixue": "医学图像"}


@dataclass
class Clock:
    now: datetime = datetime(2024, 12, 9, 8, 0, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now


@dataclass
class InboxFixture:
    """A newsletter whose mailbox is a folder, and whose answers go into the outbox."""

    folder: Path
    settings: Settings
    store: Store
    clock: Clock = field(default_factory=Clock)
    number: int = 0
    host: str = "host"

    def arrive(self, data: bytes | str) -> Path:
        self.number += 1
        path = self.folder / "mail" / "new" / f"{self.number}.{self.host}"
        path.write_bytes(data if isinstance(data, bytes) else data.encode())
        return path

    def write(
        self, sender: str, subject: str, body: str = "", to: str = LIST, **headers: str
    ) -> Path:
        lines = {
            "From": sender,
            "To": to,
            "Subject": subject,
            "Message-ID": f"<{self.number}@example.net>",
        } | {name.replace("_", "-"): value for name, value in headers.items()}
        head = "".join(f"{name}: {value}\n" for name, value in lines.items())
        return self.arrive(f"{head}Content-Type: text/plain; charset=utf-8\n\n{body}\n")

    def topic_slug(self, name: str) -> str | None:
        slugs = {value.lower(): key for key, value in NAMES.items()} | {key: key for key in NAMES}
        return slugs.get(name.lower())

    def read(self, source: MailSource | None = None) -> dict[str, int]:
        processor = InboxProcessor(self.settings, self.store, self.clock, self.topic_slug)
        mailbox = source or open_source(self.settings, self.store)
        processor.read_all(mailbox)
        mailbox.close()
        transactional.send_queued(self.settings, self.store, self.clock, topic_names=NAMES)
        return dict(processor.results)

    def answers(self) -> list[EmailMessage]:
        """Return the answers since the last call."""
        answers = []
        for path in sorted((self.folder / "outbox").glob("*.eml")):
            if not path.name.startswith(ISSUE):
                answers.append(message_from_bytes(path.read_bytes(), policy=policy.default))
                path.unlink()
        return answers  # type: ignore[return-value]

    def join(self, *emails: str) -> None:
        for email in emails:
            self.store.subscribers.add(email, "", (), now=self.clock())
            self.store.subscribers.confirm(email, now=self.clock())

    def freeze(self) -> None:
        link = f"mailto:{LIST}?subject=unsubscribe%20{UNSUBSCRIBE_PLACEHOLDER}"
        edition = Edition(
            ISSUE, (), "Weekly", f'<p><a href="{link}">off</a></p>\n', f"{link}\n", paper_count=1
        )
        template = edition_message.build_message(
            edition, SenderProfile.from_settings(self.settings)
        )
        offer = audience.IssueAudience({"arxiv:1": ("nerf",)})
        needed = audience.needed_editions(self.store.readers.choices(offer), offer)
        self.store.issues.freeze(
            ISSUE,
            period=(self.clock(), self.clock()),
            papers=[("arxiv:1", 1)],
            frozen_editions=[FrozenEdition(key, "Weekly", template) for key in needed],
            audience=offer,
            edition_of=audience.edition_finder(offer, needed),
            now=self.clock(),
        )

    def publish(self, *emails: str) -> dict[str, bytes]:
        """Send an issue into the outbox; return the message of each address."""
        self.join(*emails)
        self.freeze()
        with create(self.settings) as transport:
            options = DeliveryOptions(LIST, self.store.keys, now=self.clock)
            deliver(ISSUE, self.store, [transport], options)
        messages = [path.read_bytes() for path in (self.folder / "outbox").glob(f"{ISSUE}*.eml")]
        return {str(message_from_bytes(data)["To"]): data for data in messages}

    def token(self, email: str) -> str:
        person = self.store.subscribers.find(email)
        assert person is not None
        return tokens.make_token(self.store.keys, person.id, 1)

    def status(self, email: str) -> str | None:
        person = self.store.subscribers.find(email)
        return None if person is None else person.status.value

    def suppressed(self, email: str) -> str:
        suppression = self.store.suppressions.find(email)
        return suppression.reason if suppression else ""


def bounce(copy: bytes, email: str, status: str = "5.1.1", action: str = "failed") -> bytes:
    """Return a delivery report as a server writes it."""
    return (
        b"Return-Path: <>\nFrom: MAILER-DAEMON@mx.example.net\nTo: news@papers.example.org\n"
        b"Subject: Undelivered Mail Returned to Sender\nMessage-ID: <r%d@mx.example.net>\n"
        b"MIME-Version: 1.0\nContent-Type: multipart/report; report-type=delivery-status; "
        b'boundary="zz"\n\n--zz\nContent-Type: text/plain\n\nSorry.\n--zz\n'
        b"Content-Type: message/delivery-status\n\nReporting-MTA: dns; mx.example.net\n\n"
        b"Final-Recipient: rfc822; %s\nAction: %s\nStatus: %s\n"
        b"Diagnostic-Code: smtp; %s so it is\n--zz\nContent-Type: message/rfc822\n\n%s\n--zz--\n"
    ) % (
        abs(hash((copy, status, action))),
        email.encode(),
        action.encode(),
        status.encode(),
        status.encode(),
        copy,
    )


def open_inbox(
    tmp_path: Path, section: dict[str, object], **mail: object
) -> Iterator[InboxFixture]:
    flags: dict[str, dict[str, Any]] = {
        "inbox": section,
        "mail": {"from_address": LIST, "outbox": str(tmp_path / "outbox"), **mail},
        "newsletter": {"title": "Papers"},
    }
    with open_store(f"sqlite:///{tmp_path}/publisher.db") as store:
        yield InboxFixture(tmp_path, load(None, {}, flags), store)
