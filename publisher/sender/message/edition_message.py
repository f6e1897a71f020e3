"""The message of an edition, built once, into which the values of each recipient are spliced.

Building a message takes milliseconds, splicing a hundredth of that. The frozen bytes of an edition
are a *template*: a whole message (RFC 5322) with placeholders for the recipient, the date, the
Message-ID and the recipient's tokens. The date is that of each copy: servers distrust old ones, and
under a daily quota an issue takes days to leave.

Text and HTML are quoted-printable in lines of at most 76 characters, and the head is ASCII: a
server without 8BITMIME would have to encode anything else, and break the DKIM signature
(RFC 6376, 5.3). Only an address that is not ASCII stands as it is, in a message that goes to
servers with SMTPUTF8 alone (RFC 6531, RFC 6532).

`Sender` is there where somebody other than the author sends (RFC 5322, 3.6.2 forbids it to repeat
From). The headers of the list are in list_headers.py.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING, Self

from publisher.errors import IssueError, SettingsError
from publisher.models import (
    PREFERENCES_PLACEHOLDER,
    TOKEN_PLACEHOLDERS,
    UNSUBSCRIBE_PLACEHOLDER,
)
from publisher.sender.message.dot_stuffing import WireMessage, to_wire
from publisher.sender.message.headers import address_line, plain_line, text_line
from publisher.sender.message.list_headers import list_lines
from publisher.sender.message.multipart import alternative
from publisher.sender.message.quoted_printable import quote_printable
from publisher.sender.message.tokens import PSEUDONYM_LENGTH

if TYPE_CHECKING:
    from publisher.models import Edition
    from publisher.sender.message.sender_profile import SenderProfile

_TOKEN = UNSUBSCRIBE_PLACEHOLDER.encode()
_PREFERENCES = PREFERENCES_PLACEHOLDER.encode()
_RECIPIENT = b"recipient-of-this-copy"
_DATE = b"date-of-this-copy"
_PSEUDONYM = b"pseudonym-of-this-recipient-----"
_END_OF_HEAD = b"\r\n\r\n"
# Only where the program wrote them: a subject or a name may contain the same words.
_IN_HEAD = re.compile(
    rb"(?:(?<=\nTo: )" + _RECIPIENT + rb"(?=\r\n))"
    rb"|(?:(?<=\nDate: )[^\r\n]+)"  # a template of version 0.1 has the time of freezing here
    rb"|(?:(?<=\.)" + _PSEUDONYM + rb"(?=@[^\r\n<>]+>\r\n))"
    rb"|" + _TOKEN
)
_IN_BODY = re.compile(b"|".join((_TOKEN, _PREFERENCES)))
_MESSAGE_ID = re.compile(rb"\nMessage-ID: (<[^\r\n<>@]+\.)" + _PSEUDONYM + rb"(@[^\r\n<>]+>)\r\n")


class Slot(Enum):
    """Placeholders of a template."""

    RECIPIENT = "recipient"
    DATE = "date"
    PSEUDONYM = "pseudonym"
    TOKEN = "token"  # noqa: S105 - the name of a placeholder
    PREFERENCES = "preferences"  # none in messages that were frozen before it was there


_SLOTS = {
    _RECIPIENT: Slot.RECIPIENT,
    _PSEUDONYM: Slot.PSEUDONYM,
    _TOKEN: Slot.TOKEN,
    _PREFERENCES: Slot.PREFERENCES,
}


@dataclass(frozen=True, slots=True)
class Recipient:
    """The values of one recipient's copy; tokens.py makes `pseudonym` and the tokens.

    `token` unsubscribes, `preferences` changes choices.
    """

    email: str
    name: str
    date: str  # as the copy leaves (RFC 5322, 3.3)
    pseudonym: str
    token: str
    preferences: str


def build_message(edition: Edition, profile: SenderProfile) -> bytes:
    """Return the template of an edition's message; the same input gives the same bytes.

    Raises `IssueError` if the HTML or the text has no placeholder for the unsubscribe token, and
    `SettingsError` for a part of the profile that can't stand in a header as it is.
    """
    _check(profile)
    for part, content in (("html", edition.html), ("text", edition.text)):
        if UNSUBSCRIBE_PLACEHOLDER not in content:
            raise IssueError(
                f"issue {edition.issue_id}: the {part} has no unsubscribe link; "
                "one of your templates leaves out the token"
            )
    text = quote_printable(edition.text, *TOKEN_PLACEHOLDERS)
    html = quote_printable(edition.html, *TOKEN_PLACEHOLDERS)
    return _head(edition, profile) + alternative(text, html)


@dataclass(frozen=True, slots=True)
class Template:
    """A message cut at its placeholders; `parse` makes one."""

    pieces: tuple[bytes | Slot, ...]
    message_id_parts: tuple[str, str]

    @classmethod
    def parse(cls, message: bytes) -> Self:
        """Return the template of a `message` that `build_message` made.

        Raises `IssueError` where placeholders are missing or repeated.
        """
        head, separator, body = message.partition(_END_OF_HEAD)
        match = _MESSAGE_ID.search(head + separator)
        pieces = (*_cut(head + separator, _IN_HEAD), *_cut(body, _IN_BODY))
        counts = {slot: pieces.count(slot) for slot in Slot}
        in_body = body.count(_TOKEN)
        if (
            match is None
            or counts[Slot.RECIPIENT] != 1
            or counts[Slot.DATE] != 1
            or counts[Slot.PSEUDONYM] != 1
            or counts[Slot.TOKEN] <= in_body
            or in_body < 2  # noqa: PLR2004 - one in the text and one in the html
        ):
            raise IssueError("a frozen message has lost its placeholders; nothing is sent")
        if to_wire(message) != message:
            raise IssueError("a frozen message has lines that begin with a dot; nothing is sent")
        return cls(pieces, (match[1].decode(), match[2].decode()))

    def message_id(self, pseudonym: str) -> str:
        """Return the Message-ID of one recipient's copy, with its angle brackets."""
        before, after = self.message_id_parts
        return before + pseudonym + after

    def splice(self, recipient: Recipient) -> WireMessage:
        """Return the whole message for `recipient`: CRLF line ends, no line starts with a dot.

        Raises `ValueError` for a token or pseudonym of another length than its placeholder.
        """
        tokens = {len(recipient.token), len(recipient.preferences)}
        if tokens != {len(_TOKEN)} or len(recipient.pseudonym) != PSEUDONYM_LENGTH:
            raise ValueError(recipient)
        to = address_line("To", recipient.name, recipient.email)
        values = {
            Slot.RECIPIENT: to.removeprefix(b"To: ").removesuffix(b"\r\n"),
            Slot.DATE: recipient.date.encode("ascii"),
            Slot.PSEUDONYM: recipient.pseudonym.encode("ascii"),
            Slot.TOKEN: recipient.token.encode("ascii"),
            Slot.PREFERENCES: recipient.preferences.encode("ascii"),
        }
        # Of these values, only the recipient could contain line ends, and `address_line` folds
        # with a blank after each, so no line of it starts with a dot.
        return WireMessage(
            b"".join(values[piece] if isinstance(piece, Slot) else piece for piece in self.pieces)
        )


def _check(profile: SenderProfile) -> None:
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
        value = getattr(profile, name)
        if not all("!" <= character <= "~" for character in value):
            raise SettingsError(f"mail.{name}: {value!a} must be plain ASCII without blanks")


def _head(edition: Edition, profile: SenderProfile) -> bytes:
    domain = profile.from_address.rpartition("@")[2]
    issue = re.sub(r"[^A-Za-z0-9-]+", "-", edition.issue_id)
    lines = [
        address_line("From", profile.from_name, profile.from_address),
        b"To: " + _RECIPIENT + b"\r\n",
        text_line("Subject", edition.subject),
        b"Date: " + _DATE + b"\r\n",
        plain_line("Message-ID", f"<{issue}.{_PSEUDONYM.decode()}@{domain}>"),
    ]
    if profile.sender_address not in ("", profile.from_address):
        lines.insert(1, address_line("Sender", "", profile.sender_address))
    if profile.reply_to:
        lines.append(address_line("Reply-To", "", profile.reply_to))
    if profile.language:
        lines.append(plain_line("Content-Language", profile.language))
    lines += [f"{line}\r\n".encode("ascii") for line in list_lines(profile, edition.issue_id)]
    return b"".join((*lines, plain_line("MIME-Version", "1.0")))


def _cut(data: bytes, pattern: re.Pattern[bytes]) -> list[bytes | Slot]:
    pieces: list[bytes | Slot] = []
    position = 0
    for match in pattern.finditer(data):
        pieces += [data[position : match.start()], _SLOTS.get(match[0], Slot.DATE)]
        position = match.end()
    return [*pieces, data[position:]]
