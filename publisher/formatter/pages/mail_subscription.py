"""The mail that subscribes, as pages offer it where a mailbox reads requests.

Its subject is what inbound/classification/requests.py understands, in either language.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import quote

from publisher.formatter.i18n.words import PageWords, words_in

if TYPE_CHECKING:
    from publisher.models import Topic
    from publisher.settings import Settings

# A name that the mailbox reads as it stands: commas separate topics, other signs at the ends are
# taken away. Mail programs cut long subjects.
_PLAIN_NAME = re.compile(r"\w(?:[\w +&/-]{0,58}\w)?")


@dataclass(frozen=True, slots=True)
class MailSubscription:
    """A mail that subscribes: address and subject to copy, and `url` (mailto) with both."""

    address: str
    subject: str
    url: str


def mail_subscription(settings: Settings, topic: Topic | None = None) -> MailSubscription | None:
    """Return the mail that subscribes to `topic`, None for all; None without a mailbox for it."""
    if not settings.inbox.is_set_up:
        return None
    subject = words_in(PageWords, settings.site.language).subscribe_command
    if topic is not None:
        subject += f" {topic.name if _PLAIN_NAME.fullmatch(topic.name) else topic.slug}"
    address = settings.inbox_address
    url = f"mailto:{quote(address, safe='@+')}?subject={quote(subject)}"
    return MailSubscription(address, subject, url)
