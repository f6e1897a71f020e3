"""Reports of people who pressed "this is spam": ARF (RFC 5965), and Microsoft's, which is none."""

from __future__ import annotations

from email import policy
from email.message import Message
from email.parser import HeaderParser

from publisher.inbound.classification import mime
from publisher.inbound.classification.correlation import returned
from publisher.inbound.classification.mail_kinds import Complaint

# These say that a mail was good, or has a virus: nobody wants to leave.
_NO_COMPLAINTS = frozenset({"not-spam", "virus", "auth-failure", "dmarc", "fraud"})
_MOST = 10


def complaint(message: Message, data: bytes, domain: str) -> Complaint | None:
    """Return the complaint that a mail is, None for any other one."""
    for part in mime.parts(message):
        if part.kind == "message/feedback-report":
            fields = _fields(part.message)
            kind = mime.header(fields, "Feedback-Type").lower() or "abuse"
            if kind in _NO_COMPLAINTS:
                return None
            found = [
                mime.address_in(value)
                for name in ("Original-Rcpt-To", "Removal-Recipient")
                for value in mime.headers(fields, name)
            ]
            who = tuple(address for address in found if address)[:_MOST]
            return Complaint(returned(message, data, domain), who, kind)
        # Outlook's junk mail reporting sends the mail itself, with whose it was in its head.
        who_hotmail = mime.address(part.message, "X-HmXmrOriginalRecipient")
        if who_hotmail:
            return Complaint(returned(message, data, domain), (who_hotmail,))
    return None


def _fields(part: Message) -> Message:
    """Return the report's fields, which the parser takes for the text of a mail inside."""
    content = part.get_payload()
    if isinstance(content, list) and content:
        inner = content[0]
        if isinstance(inner, Message) and inner.keys():
            return inner
    said = mime.text(part) or str(content or "")
    return HeaderParser(policy=policy.compat32).parsestr(said.strip())
