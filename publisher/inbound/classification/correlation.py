"""What shows that a mail is about one of ours: its Message-ID, or the token in its head.

Both hold a keyed hash that only who had the mail can know, so that nobody can have somebody else
taken off the list by a report that is made up.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from publisher.inbound.classification.mail_kinds import Returned
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
    found = re.search(_OWN_ID + re.escape(domain) + r"(?![A-Za-z0-9.-])", value, re.IGNORECASE)
    return f"<{found[1]}@{domain}>" if found else ""


def reply_id(message_id: str) -> str:
    """Return the secret part of a request's Message-ID, "" for any other one."""
    found = _REPLY_ID.search(message_id.strip("<>").partition("@")[0])
    return found[1] if found else ""


def unsubscribe_token(value: str) -> str:
    """Return what looks like a token for unsubscribing, behind that word; "" for none."""
    found = _UNSUBSCRIBE.search(value)
    return found[1] if found else ""


def confirm_token(value: str) -> str:
    """Return what looks like a token for confirming, behind that word; "" for none."""
    found = _CONFIRM.search(value)
    return found[1] if found else ""


def returned(message: Message, data: bytes, domain: str) -> Returned:
    """Return what a report shows of our mail.

    Looks at the copy of the mail first, then at the reports' other texts, and last at the bytes:
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
            said = text(part.message)
            message_id = message_id or own_id(said, domain)
            token = token or unsubscribe_token(said)
        if message_id and token:
            break
    if not message_id:
        for name in ("References", "In-Reply-To", "X-MS-Exchange-Parent-Message-Id"):
            message_id = message_id or own_id(" ".join(headers(message, name)), domain)
    if not message_id:
        raw = data[:MAX_BYTES].decode("latin-1")
        message_id, token = own_id(raw, domain), token or unsubscribe_token(raw)
    return Returned(message_id, token)
