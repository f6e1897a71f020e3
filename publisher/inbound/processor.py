"""The processor of the mailbox: reads each mail once, and passes it to its handler."""

from __future__ import annotations

import hashlib
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from publisher.addresses import address_key
from publisher.errors import SettingsError
from publisher.inbound.classification import mime
from publisher.inbound.classification.automatic import OwnIdentity
from publisher.inbound.classification.classify import classify
from publisher.inbound.classification.mail_kinds import (
    Automatic,
    Bounce,
    Complaint,
    Confirm,
    Help,
    Subscribe,
    Unsubscribe,
)
from publisher.inbound.mailboxes.credentials import login_of
from publisher.inbound.mailboxes.imap import ImapFolder
from publisher.inbound.mailboxes.maildir import Maildir
from publisher.inbound.reports import ReportHandler
from publisher.inbound.requests import RequestHandler
from publisher.sender.message.sender_profile import SenderProfile

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from datetime import datetime

    from publisher.inbound.classification.mail_kinds import InboundMail
    from publisher.inbound.mailboxes.source import MailSource, ReadPosition, UnreadMail
    from publisher.settings import Settings
    from publisher.store.database import Store

# Results of mails that are left as they are; all others are marked as handled.
UNTOUCHED = frozenset({"other", "automatic", "stray report", "unknown topic", "too many"})


def own_identity(settings: Settings) -> OwnIdentity:
    """Return the marks by which our own mails are recognised."""
    mail = settings.mail
    return OwnIdentity(
        _keys(mail.from_address, mail.sender_address, settings.inbox_address),
        SenderProfile.from_settings(settings).list_id,
        mail.from_address.rpartition("@")[2].lower(),
        _keys(mail.unsubscribe_address, mail.reply_to, mail.help_address),
    )


def _keys(*addresses: str) -> frozenset[str]:
    return frozenset(address_key(address) for address in addresses if address)


def open_source(settings: Settings, store: Store) -> MailSource:
    """Return the mailbox of the section [inbox]. Raises `SettingsError` where none is set."""
    return open_mailbox(settings, store.mailbox)


def open_mailbox(settings: Settings, position: ReadPosition) -> MailSource:
    """Return the mailbox of the section [inbox], to be read from `position` on.

    Raises `SettingsError` where none is set.
    """
    inbox = settings.inbox
    if inbox.maildir:
        return Maildir(
            settings.path(inbox.maildir),
            handled_folder=inbox.handled_folder,
            since_days=inbox.since_days,
        )
    if not inbox.host:
        raise SettingsError("inbox.host: is not set, nor is inbox.maildir; there is no mailbox")
    return ImapFolder(
        host=inbox.host,
        port=inbox.port,
        security=inbox.security,
        login=login_of(settings),
        folder=inbox.folder,
        handled_folder=inbox.handled_folder,
        since_days=inbox.since_days,
        position=position,
        timeout_seconds=inbox.timeout_seconds,
    )


@dataclass(slots=True)
class InboxProcessor:
    """Processes mails; `topic_slug` returns the slug of a topic by its name or slug, or None."""

    settings: Settings
    store: Store
    clock: Callable[[], datetime]
    topic_slug: Callable[[str], str | None]
    results: Counter[str] = field(default_factory=Counter)

    def read_all(self, source: MailSource, stopping: Callable[[], bool] = lambda: False) -> None:
        """Process every mail of `source` that was not read before.

        Raises `SourceError` and `StoreError`; mails before the error are processed.
        """
        handled = list(self._process_each(source, stopping))
        if handled:
            # A mail that is moved is not found again: what it asked for has to be safe before.
            self.store.save()
        for mail, place, result in handled:
            source.mark_handled(mail)
            self._note(place, result)

    def _process_each(
        self, source: MailSource, stopping: Callable[[], bool]
    ) -> Iterator[tuple[UnreadMail, str, str]]:
        """Process the mails; yield those to mark, with the hash of the place and the result."""
        own, limit, record = (
            own_identity(self.settings),
            self.settings.inbox.max_bytes,
            self.store.mailbox,
        )
        for mail in source.unread():
            if stopping():
                return
            place = _hashed(mail.place) if mail.place else ""
            if place and record.verdict_of(place) is not None:
                continue
            data = source.read(mail, limit)
            if data is None:
                continue
            key = _key(data)
            result = record.verdict_of(key)
            if result is None:
                result = self.process(classify(data, own), key)
                self.results[result] += 1
                record.mark_seen((key,), result, now=self.clock())
            if result in UNTOUCHED:
                source.skip(mail)
                self._note(place, result)
            else:
                yield mail, place, result

    def _note(self, place: str, result: str) -> None:
        if place:
            self.store.mailbox.mark_seen((place,), result, now=self.clock())

    def process(self, mail: InboundMail, key: str) -> str:
        """Process a mail that `key` identifies; return the result as a word or two."""
        reports = ReportHandler(self.settings, self.store, self.clock)
        requests = RequestHandler(self.settings, self.store, self.clock, self.topic_slug)
        result = "automatic" if isinstance(mail, Automatic) else "other"
        match mail:
            case Bounce():
                result = reports.bounce(mail, key)
            case Complaint():
                result = reports.complaint(mail)
            case Unsubscribe():
                result = requests.unsubscribe(mail)
            case Confirm():
                result = requests.confirm(mail)
            case Subscribe():
                result = requests.subscribe(mail)
            case Help():
                result = requests.help(mail)
        return result


def _key(data: bytes) -> str:
    """Return a hash that identifies a mail: of Message-ID, sender and subject, else of its bytes.

    A mail that arrives twice has different trace lines; another mail that repeats its Message-ID is
    not taken for it.
    """
    message = mime.parse(data)
    message_id = mime.header(message, "Message-ID")
    if not message_id:
        return hashlib.sha256(data).hexdigest()
    parts = (message_id, mime.header(message, "From"), mime.header(message, "Subject"))
    return _hashed("\x00".join(parts))


def _hashed(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
