"""Delivery reports: RFC 3464, and the many forms that are older or proprietary.

Standard reports have a status for each recipient. In the others, the detectors of flufl.bounce,
which Mailman has collected, find the addresses, and the text is classified by its words. They run
only where something else shows that a mail is a bounce.
"""

from __future__ import annotations

import re
from email import policy
from email.message import Message
from email.parser import HeaderParser
from typing import TYPE_CHECKING

from publisher.inbound.bounces.bounce_rules import (
    classify_bounce,
    more_specific,
    status_in,
)
from publisher.inbound.classification import mime
from publisher.inbound.classification.mail_kinds import BounceWeight, RecipientFailure
from publisher.printable import one_line
from publisher.sender.transports.smtp_replies import MOST_CHARACTERS

if TYPE_CHECKING:
    from collections.abc import Iterator

_STATUS_KINDS = ("message/delivery-status", "message/global-delivery-status")
_ACTIONS = frozenset({"failed", "delayed", "delivered", "relayed", "expanded"})
_MOST_FAILURES = 50
_MOST_TEXT = 4_000  # characters
_DAEMON = re.compile(
    r"^(mailer-?daemon|postmaster|mail-daemon|mdaemon|bounces?|mail\.delivery)(\+.*)?@",
    re.IGNORECASE,
)
_SUBJECT = re.compile(
    r"undeliver|delivery (status|failure|has failed|incomplete)|returned (mail|to sender)"
    r"|failure notice|mail (delivery|system error)|could ?n[o']t be delivered|non[- ]?delivery"
    r"|warning: (message|could not)|delayed|退信|投递失败|未送达|无法送达|发送失败|退回|延迟",
    re.IGNORECASE,
)
# The beginning of the copy of our mail in a report.
_COPY = re.compile(
    r"below this line is a copy|this is a copy of|original message (follows|headers|below)"
    r"|-{3,} ?(original|returned|unsent|the (body|header)|message header|forwarded)"
    r"|^received: from|^return-path:|^reporting-mta:|原始邮件|原邮件|退信邮件",
    re.IGNORECASE | re.MULTILINE,
)
_ADDRESS = re.compile(
    r"[A-Za-z0-9\u00a1-\uffff.!#$%&'*+/=?^_`{|}~-]{1,64}@[A-Za-z0-9-]{1,63}(?:\.[A-Za-z0-9-]{1,63})+"
)


def parse_standard(message: Message) -> tuple[RecipientFailure, ...]:
    """Return the recipients of an RFC 3464 report, () where `message` is none."""
    text = _explanation(message)
    failures: list[RecipientFailure] = []
    for part in mime.parts(message):
        if part.kind not in _STATUS_KINDS:
            continue
        for block in _blocks(part.message):
            failure = _parse_block(block, text)
            if failure is not None and len(failures) < _MOST_FAILURES:
                failures.append(failure)
    return tuple(failures)


def looks_like_bounce(message: Message) -> bool:
    """Return whether a mail that is no RFC 3464 report may still be a bounce."""
    if mime.header(message, "X-Failed-Recipients"):
        return True
    sender = mime.address(message, "From")
    from_daemon = bool(_DAEMON.match(sender)) or mime.has_null_sender(message)
    return from_daemon and bool(
        _SUBJECT.search(mime.header(message, "Subject")) or status_in(_explanation(message))
    )


def parse_other(message: Message) -> tuple[RecipientFailure, ...]:
    """Return the recipients of any other bounce; one without address where it names none."""
    text = _explanation(message)
    status = status_in(text)
    temporary, permanent = _detected(message)
    failed = mime.header(message, "X-Failed-Recipients")
    permanent = permanent or tuple(_ADDRESS.findall(failed))
    if not temporary and not permanent:
        first = _ADDRESS.search(text)
        permanent = (first[0],) if first else ("",)
    reason = one_line(text, MOST_CHARACTERS)
    weight = classify_bounce("failed", status, text)
    # Where a detector says that it is a delay, codes in the text don't count.
    return (
        *(RecipientFailure(address, BounceWeight.WAITING, status, reason) for address in temporary),
        *(RecipientFailure(address, weight, status, reason) for address in permanent),
    )[:_MOST_FAILURES]


def _parse_block(block: Message, text: str) -> RecipientFailure | None:
    """Return the failure of a per-recipient block (RFC 3464, 2.3), None for another block."""
    reported = mime.header(block, "Action").lower().split("(")[0].split(" ")[0]
    status = mime.header(block, "Status")
    diagnostic = mime.header(block, "Diagnostic-Code")
    recipients = [mime.header(block, name) for name in ("Original-Recipient", "Final-Recipient")]
    if not any(recipients) or not (reported or status):
        return None
    action = reported if reported in _ACTIONS else "failed"
    reason = diagnostic or text
    code = more_specific(status, reason)
    if action == "failed" and code.startswith("2."):
        action = "delivered"
    address = next(filter(None, map(_recipient, recipients)), "")
    weight = classify_bounce(action, code, reason)
    return RecipientFailure(address, weight, code, one_line(reason, MOST_CHARACTERS))


def _recipient(value: str) -> str:
    """Return the address of `rfc822; name@host` (RFC 3464, 2.3.1), "" for another type."""
    kind, separator, rest = value.partition(";")
    match = _ADDRESS.search(rest if separator and "@" not in kind else value)
    return match[0] if match else ""


def _blocks(part: Message) -> Iterator[Message]:
    content = part.get_payload()
    if isinstance(content, list):
        blocks = [item for item in content if isinstance(item, Message)]
        yield from blocks
        # The parser takes the rest of a report in UTF-8 (RFC 6533) for the text of a mail, as it
        # does with blocks in base64, which RFC 3464 forbids.
        text = mime.text(blocks[0]) if len(blocks) == 1 else ""
    else:
        text = mime.text(part) or str(content or "")
    parser = HeaderParser(policy=policy.compat32)
    for paragraph in re.split(r"\r?\n\r?\n", text)[:_MOST_FAILURES]:
        yield parser.parsestr(paragraph.strip())


def _explanation(message: Message) -> str:
    """Return the text of a report for people, without the copy of our mail."""
    text = mime.body(message)
    copy = _COPY.search(text)
    return (text[: copy.start()] if copy and copy.start() else text)[:_MOST_TEXT]


def _detected(message: Message) -> tuple[tuple[str, ...], tuple[str, ...]]:
    from flufl.bounce import all_failures  # noqa: PLC0415 - slow to import, for few mails

    try:
        temporary, permanent = all_failures(message)
    except Exception:  # noqa: BLE001 - its seventeen detectors may raise anything on hostile bytes
        return (), ()

    def addresses(detected: frozenset[bytes]) -> tuple[str, ...]:
        texts = sorted(item.decode("latin-1").strip("<> ") for item in detected)
        return tuple(text for text in texts if _ADDRESS.fullmatch(text))

    return addresses(temporary), addresses(permanent)
