"""Checks of the mailbox: it opens, and nothing in it is touched."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from publisher.errors import ConfigurationFailure, SourceError
from publisher.models.health import HealthCheck, HealthStatus
from publisher.services.doctor import network
from publisher.translation import _, ngettext

if TYPE_CHECKING:
    from collections.abc import Iterator

    from publisher.services.doctor.examination import Examination
    from publisher.settings import Settings

AREA = "mailbox"


class StartOfMailbox:
    """The position before the first mail; it can't be moved."""

    def position(self, name: str, validity: int) -> int:
        """Return 0: no mail was read."""
        del name, validity
        return 0

    def advance(self, name: str, validity: int, uid: int) -> None:
        """Do nothing."""


def maildir(examination: Examination) -> Iterator[HealthCheck]:
    """Read the list of mails in a Maildir, or say that no mailbox is set."""
    inbox = examination.settings.inbox
    if inbox.maildir:
        yield from _look(examination, "inbox.maildir")
    elif not inbox.host:
        text = _("none is set: bounces, and mails to the list, are not read")
        advice = _("set inbox.host or inbox.maildir; docs/how-to/mailbox.md shows it")
        yield HealthCheck(AREA, HealthStatus.SKIPPED, text, advice, "inbox.host")


def imap(examination: Examination) -> Iterator[HealthCheck]:
    """Log in to the IMAP server and open the folder."""
    if examination.settings.inbox.host and not examination.settings.inbox.maildir:
        yield from _look(examination, "inbox.host")


def _look(examination: Examination, setting: str) -> Iterator[HealthCheck]:
    from publisher.inbound.mailboxes.imap import ImapFolder  # noqa: PLC0415 - imaplib
    from publisher.inbound.processor import open_mailbox  # noqa: PLC0415 - imaplib

    settings = _quick(examination.settings)
    place = settings.inbox.maildir or f"{settings.inbox.host}: {settings.inbox.folder}"
    end = None
    try:
        source = open_mailbox(settings, StartOfMailbox())
        try:
            count = sum(1 for _mail in source.unread())
            end = source.certificate_end if isinstance(source, ImapFolder) else None
        finally:
            source.close()
    except (SourceError, ConfigurationFailure) as error:
        advice = _("mend the setting; docs/how-to/mailbox.md shows all of them")
        yield HealthCheck(AREA, HealthStatus.ERROR, str(error), advice, setting)
        return
    text = ngettext(
        "{place} opens; 1 mail of the last {days} days",
        "{place} opens; {count:,} mails of the last {days} days",
        count,
    ).format(place=place, count=count, days=settings.inbox.since_days)
    yield HealthCheck(AREA, HealthStatus.OK, text, setting=setting)
    if end is not None and (
        problem := network.judge_certificate(
            AREA, settings.inbox.host, end - examination.now, setting
        )
    ):
        yield problem


def _quick(settings: Settings) -> Settings:
    seconds = min(settings.inbox.timeout_seconds, network.SECONDS)
    inbox = msgspec.structs.replace(settings.inbox, timeout_seconds=seconds)
    return msgspec.structs.replace(settings, inbox=inbox)
