"""A message of an edition, built once; each recipient's own values are spliced into its bytes.

To build a message takes milliseconds, to splice one a hundredth of that. The frozen bytes of an
edition are a *template*: a whole message (RFC 5322) with placeholders for the recipient, the
Message-ID and the unsubscribe token.

The text comes first and the HTML second: the last part a reader understands is the one it shows
(RFC 2046, 5.1.4). Both are quoted-printable in lines of at most 76 characters, and the head is
ASCII: a server that knows no 8BITMIME would have to encode anything else anew, and break the DKIM
signature with it (RFC 6376, 5.3). Only an address that is itself not ASCII stands as it is, in a
message that goes to servers with SMTPUTF8 alone (RFC 6531, RFC 6532).

`Sender` is there where somebody other than the author sends (RFC 5322, 3.6.2 forbids it to repeat
From). What is said about the list is in list_headers.py.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from email.utils import format_datetime
from enum import Enum
from typing import TYPE_CHECKING, Self

from publisher.errors import IssueError, SettingsError
from publisher.models import UNSUBSCRIBE_PLACEHOLDER
from publisher.sender.message.dot_stuffing import WireMessage, to_wire
from publisher.sender.message.headers import address_line, plain_line, text_line
from publisher.sender.message.list_headers import list_lines
from publisher.sender.message.multipart import alternative
from publisher.sender.message.quoted_printable import quote_printable
from publisher.sender.message.tokens import PSEUDONYM_LENGTH

if TYPE_CHECKING:
    from datetime import datetime

    from publisher.models import Edition
    from publisher.settings import Settings

_TOKEN = UNSUBSCRIBE_PLACEHOLDER.encode()
_RECIPIENT = b"recipient-of-this-copy"
_PSEUDONYM = b"pseudonym-of-this-recipient-----"
_END_OF_HEAD = b"\r\n\r\n"
# Only where the program wrote them: the same words in a subject or a name are just words.
_IN_HEAD = re.compile(
    rb"(?:(?<=\nTo: )" + _RECIPIENT + rb"(?=\r\n))"
    rb"|(?:(?<=\.)" + _PSEUDONYM + rb"(?=@[^\r\n<>]+>\r\n))"
    rb"|" + _TOKEN
)
_MESSAGE_ID = re.compile(rb"\nMessage-ID: (<[^\r\n<>@]+\.)" + _PSEUDONYM + rb"(@[^\r\n<>]+>)\r\n")


class Slot(Enum):
    """A place in a template."""

    RECIPIENT = "recipient"
    PSEUDONYM = "pseudonym"
    TOKEN = "token"  # noqa: S105 - the name of a place


_SLOTS = {_RECIPIENT: Slot.RECIPIENT, _PSEUDONYM: Slot.PSEUDONYM, _TOKEN: Slot.TOKEN}


@dataclass(frozen=True, slots=True)
class SenderProfile:
    """What is the same in every message of a list. Addresses are valid and ASCII."""

    from_address: str
    list_id: str  # "digests.papers.example.org"
    from_name: str = ""
    reply_to: str = ""
    unsubscribe_address: str = ""  # empty: from_address
    one_click_url: str = ""  # https, the token is appended (RFC 8058); empty: by mail only
    language: str = ""  # of the texts, e.g. "zh-CN"
    sender_address: str = ""  # who sends, where that is not from_address
    help_address: str = ""  # empty: from_address
    subscribe_url: str = ""
    archive_url: str = ""

    @classmethod
    def from_settings(cls, settings: Settings) -> Self:
        """Return what stands in the head of every message of this site."""
        mail, web, site = settings.mail, settings.web.root, settings.site
        # One click has to be https (RFC 8058, 2); a site on this machine is nobody's archive.
        safe = web if web.startswith("https:") else ""
        public = site.domain != "localhost" and site.root.isascii()
        return cls(
            from_address=mail.from_address,
            from_name=mail.from_name or settings.newsletter.title or site.title,
            reply_to=mail.reply_to,
            list_id=mail.list_id or f"digests.{site.domain}",
            unsubscribe_address=mail.unsubscribe_address,
            language=site.language,
            sender_address=mail.sender_address,
            help_address=mail.help_address or mail.reply_to,
            one_click_url=f"{safe}unsubscribe/" if safe else "",
            subscribe_url=f"{web}subscribe" if web else "",
            archive_url=site.root if public else "",
        )


@dataclass(frozen=True, slots=True)
class Recipient:
    """One recipient's own values; see tokens.py for the two that are made by key."""

    email: str
    name: str
    pseudonym: str
    token: str


def build(edition: Edition, letterhead: SenderProfile, date: datetime) -> bytes:
    """Return the template of an edition's message; the same input gives the same bytes.

    `date` is the Date header: when the issue was due, an aware time.

    Raises `IssueError` if the html or the text has no place for the unsubscribe token, and
    `SettingsError` for a part of the letterhead that can't stand in a header as it is.
    """
    _check(letterhead)
    for part, content in (("html", edition.html), ("text", edition.text)):
        if UNSUBSCRIBE_PLACEHOLDER not in content:
            raise IssueError(
                f"issue {edition.issue_id}: the {part} has no unsubscribe link; "
                "a template of yours leaves out the token"
            )
    text = quote_printable(edition.text, UNSUBSCRIBE_PLACEHOLDER)
    html = quote_printable(edition.html, UNSUBSCRIBE_PLACEHOLDER)
    return _head(edition, letterhead, date) + alternative(text, html)


@dataclass(frozen=True, slots=True)
class Template:
    """A template cut at its placeholders; get one from `parse`."""

    pieces: tuple[bytes | Slot, ...]
    message_id_parts: tuple[str, str]

    @classmethod
    def parse(cls, message: bytes) -> Self:
        """Return the template in `message` as `build` made it.

        Raises `IssueError` where the placeholders are not there as often as they must be.
        """
        head, separator, body = message.partition(_END_OF_HEAD)
        found = _MESSAGE_ID.search(head + separator)
        pieces = (*_cut(head + separator, _IN_HEAD), *_cut(body, re.compile(_TOKEN)))
        counts = {slot: pieces.count(slot) for slot in Slot}
        in_body = body.count(_TOKEN)
        if (
            found is None
            or counts[Slot.RECIPIENT] != 1
            or counts[Slot.PSEUDONYM] != 1
            or counts[Slot.TOKEN] <= in_body
            or in_body < 2  # noqa: PLR2004 - one in the text and one in the html
        ):
            raise IssueError("a frozen message has lost its placeholders; nothing is sent")
        if to_wire(message) != message:
            raise IssueError("a frozen message has lines that begin with a dot; nothing is sent")
        return cls(pieces, (found[1].decode(), found[2].decode()))

    def message_id(self, pseudonym: str) -> str:
        """Return the Message-ID of one recipient's copy, with its angle brackets."""
        before, after = self.message_id_parts
        return before + pseudonym + after

    def splice(self, recipient: Recipient) -> WireMessage:
        """Return the whole message for `recipient`: CRLF line ends, no line starts with a dot.

        Raises `ValueError` for a token or pseudonym of another length than its place.
        """
        if len(recipient.token) != len(_TOKEN) or len(recipient.pseudonym) != PSEUDONYM_LENGTH:
            raise ValueError(recipient)
        to = address_line("To", recipient.name, recipient.email)
        values = {
            Slot.RECIPIENT: to.removeprefix(b"To: ").removesuffix(b"\r\n"),
            Slot.PSEUDONYM: recipient.pseudonym.encode("ascii"),
            Slot.TOKEN: recipient.token.encode("ascii"),
        }
        # Of what is filled in, only the recipient could bring line ends, and `address_line` folds
        # with a blank after each.
        return WireMessage(
            b"".join(values[piece] if isinstance(piece, Slot) else piece for piece in self.pieces)
        )


def _check(letterhead: SenderProfile) -> None:
    for name in (
        "from_address",
        "reply_to",
        "unsubscribe_address",
        "list_id",
        "one_click_url",
        "language",
        "sender_address",
        "help_address",
        "subscribe_url",
        "archive_url",
    ):
        value = getattr(letterhead, name)
        if not all("!" <= character <= "~" for character in value):
            raise SettingsError(f"mail.{name}: {value!a} must be plain ASCII without blanks")


def _head(edition: Edition, letterhead: SenderProfile, date: datetime) -> bytes:
    domain = letterhead.from_address.rpartition("@")[2]
    issue = re.sub(r"[^A-Za-z0-9-]+", "-", edition.issue_id)
    lines = [
        address_line("From", letterhead.from_name, letterhead.from_address),
        b"To: " + _RECIPIENT + b"\r\n",
        text_line("Subject", edition.subject),
        plain_line("Date", format_datetime(date)),
        plain_line("Message-ID", f"<{issue}.{_PSEUDONYM.decode()}@{domain}>"),
    ]
    if letterhead.sender_address not in ("", letterhead.from_address):
        lines.insert(1, address_line("Sender", "", letterhead.sender_address))
    if letterhead.reply_to:
        lines.append(address_line("Reply-To", "", letterhead.reply_to))
    if letterhead.language:
        lines.append(plain_line("Content-Language", letterhead.language))
    lines += [f"{line}\r\n".encode("ascii") for line in list_lines(letterhead, edition.issue_id)]
    return b"".join((*lines, plain_line("MIME-Version", "1.0")))


def _cut(data: bytes, pattern: re.Pattern[bytes]) -> list[bytes | Slot]:
    pieces: list[bytes | Slot] = []
    position = 0
    for match in pattern.finditer(data):
        pieces += [data[position : match.start()], _SLOTS[match[0]]]
        position = match.end()
    return [*pieces, data[position:]]
