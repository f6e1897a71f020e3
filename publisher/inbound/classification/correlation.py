"""Proofs that a mail is about one of ours: its Message-ID, or the token in its head.

Both contain a keyed hash that only somebody who had the mail can know, so that nobody can have
others removed from the list by a forged report.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from publisher.inbound.classification.mail_kinds import ReturnedMail
from publisher.inbound.classification.mime import MAX_BYTES, headers, parts, text
from publisher.sender.message.tokens import PSEUDONYM_LENGTH
from publisher.sender.message.tokens import TOKEN_LENGTH as UNSUBSCRIBE_LENGTH
from publisher.sender.one_time_tokens import REPLY_LENGTH, TOKEN_LENGTH

if TYPE_CHECKING:
    from email.message import Message

_OWN_ID = rf"<?([A-Za-z0-9-]{{1,40}}\.[0-9a-f]{{{PSEUDONYM_LENGTH}}})@"
_UNSUBSCRIBE = re.compile(
    rf"unsubscribe(?:%20|[ +_=/:-])([A-Za-z0-9_-]{{{UNSUBSCRIBE_LENGTH}}})(?![A-Za-z0-9_-])",
    re.IGNORECASE,
)
_CONFIRM = re.compile(
    rf"confirm(?:%20|[ +_=/:-])\s*([A-Za-z0-9_-]{{{TOKEN_LENGTH}}})(?![A-Za-z0-9_-])",
    re.IGNORECASE,
)
_REPLY_ID = re.compile(rf"confirm\.([0-9a-f]{{{REPLY_LENGTH}}})$")


def own_id(value: str, domain: str) -> str:
    """Return the first Message-ID of ours in `value`, with angle brackets; "" for none."""
    match = re.search(_OWN_ID + re.escape(domain) + r"(?![A-Za-z0-9.-])", value, re.IGNORECASE)
    return f"<{match[1]}@{domain}>" if match else ""


def reply_id(message_id: str) -> str:
    """Return the secret part of the Message-ID of a request to confirm, "" for any other."""
    match = _REPLY_ID.search(message_id.strip("<>").partition("@")[0])
    return match[1] if match else ""


def unsubscribe_token(value: str) -> str:
    """Return what looks like an unsubscribe token after that word, "" for none."""
    match = _UNSUBSCRIBE.search(value)
    return match[1] if match else ""


def confirm_token(value: str) -> str:
    """Return what looks like a confirmation token after that word, "" for none."""
    match = _CONFIRM.search(value)
    return match[1] if match else ""


def find_returned(message: Message, data: bytes, domain: str) -> ReturnedMail:
    """Return the Message-ID and the token of our mail in a report.

    Searched are the copy of the mail, the other texts of the report, and finally the bytes:
    reports quote in more ways than there are standards.
    """
    message_id = token = ""
    for part in parts(message):
        if part.message is not message:
            for value in headers(part.message, "Message-ID"):
                message_id = message_id or own_id(value, domain)
            for value in headers(part.message, "List-Unsubscribe"):
                token = token or unsubscribe_token(value)
        if part.kind.startswith("text/"):
            content = text(part.message)
            message_id = message_id or own_id(content, domain)
            token = token or unsubscribe_token(content)
        if message_id and token:
            break
    if not message_id:
        for name in ("References", "In-Reply-To", "X-MS-Exchange-Parent-Message-Id"):
            message_id = message_id or own_id(" ".join(headers(message, name)), domain)
    if not message_id:
        raw = data[:MAX_BYTES].decode("latin-1")
        message_id, token = own_id(raw, domain), token or unsubscribe_token(raw)
    return ReturnedMail(message_id, token)
