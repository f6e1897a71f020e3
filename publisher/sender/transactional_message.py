"""Transactional messages: requests to confirm, answers to mails, links to log in.

They tell other programs not to answer (RFC 3834, 2 and 5): by `Auto-Submitted`, and for Exchange,
which knows nothing else, by `X-Auto-Response-Suppress`. Our own inbox recognises them by `X-Loop`.
"""

from __future__ import annotations

from dataclasses import dataclass
from email.utils import format_datetime
from enum import StrEnum
from typing import TYPE_CHECKING

from publisher.sender.message.headers import address_line, plain_line, text_line
from publisher.sender.message.multipart import alternative, text_part
from publisher.sender.message.quoted_printable import quote_printable

if TYPE_CHECKING:
    from datetime import datetime

    from publisher.sender.message.sender_profile import SenderProfile


class MailKind(StrEnum):
    """Purposes of transactional messages."""

    CONFIRM = "confirm"  # "did you ask for this?"
    PREFERENCES = "preferences"  # "here you can change what you get"
    CHANGED = "changed"  # "somebody with an issue of yours has changed what you get"
    WELCOME = "welcome"  # "you are on the list"
    GOODBYE = "goodbye"  # "you get no more"
    STRANGER = "stranger"  # "you are not on the list"
    LOGIN = "login"  # "this lets you in"
    APPROVAL = "approval"  # "may this issue go?"
    HELP = "help"  # "this is what you can write"


@dataclass(frozen=True, slots=True)
class TransactionalMessage:
    """A message to one person; `html` may be empty, `in_reply_to` is the Message-ID it answers."""

    email: str
    name: str
    subject: str
    text: str
    html: str = ""
    in_reply_to: str = ""


def build_transactional(
    mail: TransactionalMessage,
    profile: SenderProfile,
    *,
    message_id: str,
    reply_to: str,
    date: datetime,
) -> bytes:
    """Return the whole message with CRLF line ends; the same input gives the same bytes."""
    head = [
        address_line("From", profile.from_name, profile.from_address),
        address_line("To", mail.name, mail.email),
        text_line("Subject", mail.subject),
        plain_line("Date", format_datetime(date)),
        plain_line("Message-ID", message_id),
    ]
    if reply_to != profile.from_address:
        head.append(address_line("Reply-To", "", reply_to))
    if mail.in_reply_to:
        head += [
            plain_line("In-Reply-To", mail.in_reply_to),
            plain_line("References", mail.in_reply_to),
        ]
    head += [
        plain_line("Auto-Submitted", "auto-replied" if mail.in_reply_to else "auto-generated"),
        plain_line("X-Auto-Response-Suppress", "All"),
        plain_line("X-Loop", profile.list_id),
        plain_line("MIME-Version", "1.0"),
    ]
    text, html = quote_printable(mail.text), quote_printable(mail.html)
    return b"".join(head) + (alternative(text, html) if mail.html else text_part(text))
