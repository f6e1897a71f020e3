"""Reads every mail once, and has done what it calls for."""

from __future__ import annotations

import hashlib
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from publisher.errors import SettingsError
from publisher.inbound.classification.mail_kinds import (
    Automatic,
    Bounce,
    Complaint,
    Confirm,
    Help,
    Subscribe,
    Unsubscribe,
)
from publisher.inbound.reports import Reports
from publisher.inbound.requests import Requests

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from publisher.inbound.classification.automatic import Own
    from publisher.inbound.classification.mail_kinds import Verdict
    from publisher.inbound.mailboxes.source import MailSource
    from publisher.settings import Settings
    from publisher.store.database import Store

# What is left as it was; everything else is marked.
UNTOUCHED = frozenset({"other", "automatic", "stray report", "unknown topic", "too many"})


def own_of(settings: Settings) -> Own:
    """Return what our own mails are known by."""
    from publisher.inbound.classification.automatic import Own  # noqa: PLC0415
    from publisher.sender.message.edition_message import SenderProfile  # noqa: PLC0415

    mail = settings.mail
    addresses = (mail.from_address, mail.sender_address, settings.inbox_address)
    return Own(
        frozenset(address.lower() for address in addresses if address),
        SenderProfile.from_settings(settings).list_id,
        mail.from_address.rpartition("@")[2].lower(),
    )


def open_source(settings: Settings, store: Store) -> MailSource:
    """Return the mailbox of [inbox]. Raises `SettingsError` where there is none."""
    inbox = settings.inbox
    if inbox.maildir:
        from publisher.inbound.mailboxes.maildir import Maildir  # noqa: PLC0415

        return Maildir(
            settings.path(inbox.maildir),
            handled_folder=inbox.handled_folder,
            since_days=inbox.since_days,
        )
    if not inbox.host:
        raise SettingsError("inbox.host: is not set, nor is inbox.maildir; there is no mailbox")
    from publisher.inbound.mailboxes.credentials import login_of  # noqa: PLC0415
    from publisher.inbound.mailboxes.imap import ImapFolder  # noqa: PLC0415

    return ImapFolder(
        host=inbox.host,
        port=inbox.port,
        security=inbox.security,
        login=login_of(settings),
        folder=inbox.folder,
        handled_folder=inbox.handled_folder,
        since_days=inbox.since_days,
        position=store.mailbox,
        timeout_seconds=inbox.timeout_seconds,
    )


@dataclass(slots=True)
class InboxProcessor:
    """Acts on mails; `topic_slug` finds the slug of a topic by name or slug."""

    settings: Settings
    store: Store
    clock: Callable[[], datetime]
    topic_slug: Callable[[str], str | None]
    counted: Counter[str] = field(default_factory=Counter)

    def read_all(self, source: MailSource, stopping: Callable[[], bool] = lambda: False) -> None:
        """Read every mail of `source` that was not read before.

        Raises `SourceError` and `StoreError`; what was read until then is done.
        """
        from publisher.inbound.classification.classify import classify  # noqa: PLC0415

        own, limit, seen = own_of(self.settings), self.settings.inbox.max_bytes, self.store.mailbox
        for mail in source.waiting():
            if stopping():
                return
            place = _hashed(mail.place) if mail.place else ""
            if place and seen.seen(place) is not None:
                continue
            data = source.read(mail, limit)
            if data is None:
                continue
            key = _key(data)
            done = seen.seen(key)
            if done is None:
                done = self.act(classify(data, own), key)
                self.counted[done] += 1
                seen.keep((key,), done, now=self.clock())
            if done in UNTOUCHED:
                source.passed(mail)
            else:
                source.handled(mail)
            if place:
                seen.keep((place,), done, now=self.clock())

    def act(self, verdict: Verdict, key: str) -> str:
        """Do what a mail known by `key` calls for; return what it was, in words to count."""
        reports = Reports(self.settings, self.store, self.clock)
        requests = Requests(self.settings, self.store, self.clock, self.topic_slug)
        done = "automatic" if isinstance(verdict, Automatic) else "other"
        match verdict:
            case Bounce():
                done = reports.bounce(verdict, key)
            case Complaint():
                done = reports.complaint(verdict)
            case Unsubscribe():
                done = requests.unsubscribe(verdict)
            case Confirm():
                done = requests.confirm(verdict)
            case Subscribe():
                done = requests.subscribe(verdict)
            case Help():
                done = requests.help(verdict)
        return done


def _key(data: bytes) -> str:
    """Return what a mail is known by: its Message-ID with sender and subject, else its bytes.

    A mail that came by two ways has other lines on its way; one that repeats another's Message-ID
    is not taken for it.
    """
    from publisher.inbound.classification import mime  # noqa: PLC0415

    message = mime.parse(data)
    own_id = mime.header(message, "Message-ID")
    if not own_id:
        return hashlib.sha256(data).hexdigest()
    parts = (own_id, mime.header(message, "From"), mime.header(message, "Subject"))
    return _hashed("\x00".join(parts))


def _hashed(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
