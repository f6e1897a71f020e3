"""Reports on deliveries: RFC 3464, and the many forms that are older or of their own.

The standard ones are read here: they alone have a status for each recipient. For the others there
is flufl.bounce, the detectors that Mailman has collected; it finds the addresses, and what is said
of them is weighed by the words. Before it is asked, something else has to say "a bounce".
"""

from __future__ import annotations

import re
from email import policy
from email.message import Message
from email.parser import HeaderParser
from typing import TYPE_CHECKING

from publisher.inbound.bounces.bounce_rules import (
    better,
    classify_bounce,
    status_in,
)
from publisher.inbound.classification import mime
from publisher.inbound.classification.mail_kinds import Failure, Weight
from publisher.printable import one_line
from publisher.sender.transports.smtp_replies import MOST_CHARACTERS

if TYPE_CHECKING:
    from collections.abc import Iterator

_STATUS_KINDS = ("message/delivery-status", "message/global-delivery-status")
_ACTIONS = frozenset({"failed", "delayed", "delivered", "relayed", "expanded"})
_MOST_FAILURES = 50
_MOST_WORDS = 4_000
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
# Where a report's words end and the copy of our mail begins.
_COPY = re.compile(
    r"below this line is a copy|this is a copy of|original message (follows|headers|below)"
    r"|-{3,} ?(original|returned|unsent|the (body|header)|message header|forwarded)"
    r"|^received: from|^return-path:|^reporting-mta:|原始邮件|原邮件|退信邮件",
    re.IGNORECASE | re.MULTILINE,
)
_ADDRESS = re.compile(
    r"[A-Za-z0-9\u00a1-\uffff.!#$%&'*+/=?^_`{|}~-]{1,64}@[A-Za-z0-9-]{1,63}(?:\.[A-Za-z0-9-]{1,63})+"
)


def standard(message: Message) -> tuple[Failure, ...]:
    """Return what an RFC 3464 report says of each recipient, () where it is none."""
    words = _words(message)
    found: list[Failure] = []
    for part in mime.parts(message):
        if part.kind not in _STATUS_KINDS:
            continue
        for block in _blocks(part.message):
            failure = _of_block(block, words)
            if failure is not None and len(found) < _MOST_FAILURES:
                found.append(failure)
    return tuple(found)


def looks_like_one(message: Message) -> bool:
    """Return whether a mail that is no RFC 3464 report may be a bounce all the same."""
    if mime.header(message, "X-Failed-Recipients"):
        return True
    sender = mime.address(message, "From")
    from_daemon = bool(_DAEMON.match(sender)) or mime.has_null_sender(message)
    return from_daemon and bool(
        _SUBJECT.search(mime.header(message, "Subject")) or status_in(_words(message))
    )


def older(message: Message) -> tuple[Failure, ...]:
    """Return what any other bounce says; one failure without address where it names none."""
    words = _words(message)
    status = status_in(words)
    temporary, permanent = _detected(message)
    named = mime.header(message, "X-Failed-Recipients")
    permanent = permanent or tuple(_ADDRESS.findall(named))
    if not temporary and not permanent:
        first = _ADDRESS.search(words)
        permanent = (first[0],) if first else ("",)
    reason = one_line(words, MOST_CHARACTERS)
    weight = classify_bounce("failed", status, words)
    # A word on a delay in a detector's text outweighs codes that are quoted in it.
    return (
        *(Failure(address, Weight.WAITING, status, reason) for address in temporary),
        *(Failure(address, weight, status, reason) for address in permanent),
    )[:_MOST_FAILURES]


def _of_block(block: Message, words: str) -> Failure | None:
    """Return the failure of a per-recipient block (RFC 3464, 2.3); None for another block."""
    given = mime.header(block, "Action").lower().split("(")[0].split(" ")[0]
    status = mime.header(block, "Status")
    diagnostic = mime.header(block, "Diagnostic-Code")
    who = [mime.header(block, name) for name in ("Original-Recipient", "Final-Recipient")]
    if not any(who) or not (given or status):
        return None
    action = given if given in _ACTIONS else "failed"
    told = diagnostic or words
    code = better(status, told)
    if action == "failed" and code.startswith("2."):
        action = "delivered"
    address = next((found for value in who if (found := _recipient(value))), "")
    return Failure(
        address, classify_bounce(action, code, told), code, one_line(told, MOST_CHARACTERS)
    )


def _recipient(value: str) -> str:
    """Return the address of `rfc822; name@host` (RFC 3464, 2.3.1), "" for another type."""
    kind, separator, rest = value.partition(";")
    found = _ADDRESS.search(rest if separator and "@" not in kind else value)
    return found[0] if found else ""


def _blocks(part: Message) -> Iterator[Message]:
    content = part.get_payload()
    if isinstance(content, list):
        blocks = [item for item in content if isinstance(item, Message)]
        yield from blocks
        # Of a report in UTF-8 (RFC 6533) the parser takes the rest for the text of a mail, and
        # so it does where the blocks are in base64, which RFC 3464 forbids.
        said = mime.text(blocks[0]) if len(blocks) == 1 else ""
    else:
        said = mime.text(part) or str(content or "")
    parser = HeaderParser(policy=policy.compat32)
    for paragraph in re.split(r"\r?\n\r?\n", said)[:_MOST_FAILURES]:
        yield parser.parsestr(paragraph.strip())


def _words(message: Message) -> str:
    """Return what a report says to people, without the copy of our mail."""
    said = mime.body(message)
    found = _COPY.search(said)
    return (said[: found.start()] if found and found.start() else said)[:_MOST_WORDS]


def _detected(message: Message) -> tuple[tuple[str, ...], tuple[str, ...]]:
    # The detectors are loaded for the few mails that need them.
    from flufl.bounce import all_failures  # noqa: PLC0415

    try:
        temporary, permanent = all_failures(message)
    except Exception:  # noqa: BLE001 - seventeen detectors over any bytes: each can raise anything
        return (), ()

    def addresses(found: frozenset[bytes]) -> tuple[str, ...]:
        texts = sorted(item.decode("latin-1").strip("<> ") for item in found)
        return tuple(text for text in texts if _ADDRESS.fullmatch(text))

    return addresses(temporary), addresses(permanent)
