"""Complaints ("this is spam"): ARF (RFC 5965), and Microsoft's own form."""

from __future__ import annotations

from email import policy
from email.message import Message
from email.parser import HeaderParser

from publisher.inbound.classification import mime
from publisher.inbound.classification.correlation import find_returned
from publisher.inbound.classification.mail_kinds import Complaint

# Feedback that does not come from a recipient who wants no more mail.
_NO_COMPLAINTS = frozenset({"not-spam", "virus", "auth-failure", "dmarc", "fraud"})
_MOST_ADDRESSES = 10


def parse_complaint(message: Message, data: bytes, domain: str) -> Complaint | None:
    """Return the complaint in `message`, None where it is none."""
    for part in mime.parts(message):
        if part.kind == "message/feedback-report":
            fields = _fields(part.message)
            kind = mime.header(fields, "Feedback-Type").lower() or "abuse"
            if kind in _NO_COMPLAINTS:
                return None
            addresses = [
                mime.address_in(value)
                for name in ("Original-Rcpt-To", "Removal-Recipient")
                for value in mime.headers(fields, name)
            ]
            named = tuple(address for address in addresses if address)[:_MOST_ADDRESSES]
            return Complaint(find_returned(message, data, domain), named, kind)
        # Outlook's junk mail reporting sends the mail itself, with its recipient in the head.
        recipient = mime.address(part.message, "X-HmXmrOriginalRecipient")
        if recipient:
            return Complaint(find_returned(message, data, domain), (recipient,))
    return None


def _fields(part: Message) -> Message:
    """Return the fields of a report, which the parser takes for the head of an embedded mail."""
    content = part.get_payload()
    if isinstance(content, list) and content:
        inner = content[0]
        if isinstance(inner, Message) and inner.keys():
            return inner
    text = mime.text(part) or str(content or "")
    return HeaderParser(policy=policy.compat32).parsestr(text.strip())
