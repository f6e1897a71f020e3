"""A mail to one person that is no issue: a request to confirm, an answer to their mail.

What a program sends by itself has to say so, and must not be answered by another program
(RFC 3834, 2 and 5): `Auto-Submitted`, and `X-Auto-Response-Suppress` for Exchange, which looks at
nothing else. `X-Loop` has what our own inbox knows it by, should it come back.
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

    from publisher.sender.message.edition_message import SenderProfile

# Whatever `quote` keeps whole: such a mail has no place for a recipient's token.
_NO_PLACE = "\x00"


class MailKind(StrEnum):
    """What a letter is for."""

    CONFIRM = "confirm"  # "did you ask for this?"
    PREFERENCES = "preferences"  # "here you can change what you get"
    WELCOME = "welcome"  # "you are on the list"
    GOODBYE = "goodbye"  # "you get no more"
    STRANGER = "stranger"  # "you are not on the list"
    LOGIN = "login"  # "this lets you in"
    HELP = "help"  # "this is what you can write"


@dataclass(frozen=True, slots=True)
class TransactionalMessage:
    """What is said to whom; `html` may be empty. `about` is the Message-ID that it answers."""

    email: str
    name: str
    subject: str
    text: str
    html: str = ""
    about: str = ""


def build_transactional(
    mail: TransactionalMessage,
    letterhead: SenderProfile,
    *,
    message_id: str,
    reply_to: str,
    date: datetime,
) -> bytes:
    """Return the whole message with CRLF line ends; the same input gives the same bytes."""
    head = [
        address_line("From", letterhead.from_name, letterhead.from_address),
        address_line("To", mail.name, mail.email),
        text_line("Subject", mail.subject),
        plain_line("Date", format_datetime(date)),
        plain_line("Message-ID", message_id),
    ]
    if reply_to != letterhead.from_address:
        head.append(address_line("Reply-To", "", reply_to))
    if mail.about:
        head += [plain_line("In-Reply-To", mail.about), plain_line("References", mail.about)]
    head += [
        plain_line("Auto-Submitted", "auto-replied" if mail.about else "auto-generated"),
        plain_line("X-Auto-Response-Suppress", "All"),
        plain_line("X-Loop", letterhead.list_id),
        plain_line("MIME-Version", "1.0"),
    ]
    text, html = quote_printable(mail.text, _NO_PLACE), quote_printable(mail.html, _NO_PLACE)
    return b"".join(head) + (alternative(text, html) if mail.html else text_part(text))
