"""What a server's answer means for the message: one literal table, the first rule that fits."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

from publisher.errors import (
    ConfigurationFailure,
    PermanentFailure,
    QuotaExceeded,
    TemporaryFailure,
    TransportError,
    UnknownOutcome,
)
from publisher.printable import one_line

# Enhanced status codes (RFC 3463) that say the mailbox is gone, and no mail will ever reach it.
GONE = frozenset({"5.1.1", "5.1.2", "5.1.3", "5.1.6", "5.1.10", "5.2.1"})
DAY = timedelta(hours=24)
HOUR = timedelta(hours=1)

MOST_CHARACTERS = 300  # of an answer, in the ledger and in messages
ENHANCED = re.compile(r"(?<![\d.])([245]\.\d{1,3}\.\d{1,3})(?![\d.])")
_TEMPORARY = range(400, 500)
_PERMANENT = range(500, 600)


class Phase(StrEnum):
    """Where in the dialogue (RFC 5321, 3.3) an answer came or failed to come."""

    CONNECT = "connecting"
    LOGIN = "logging in"
    SENDER = "MAIL FROM"
    RECIPIENT = "RCPT TO"
    DATA = "DATA"
    BODY = "the message"
    END = "the end of the message"


@dataclass(frozen=True, slots=True)
class ReplyRule:
    """An answer fits where every part that is given does; `enhanced` is the beginning of one."""

    kind: type[TransportError]
    codes: range | frozenset[int]
    enhanced: tuple[str, ...] = ()
    text: str = ""  # a regular expression, without case
    phases: frozenset[Phase] = frozenset(Phase)


_RATE = (
    r"too many (login|connections|messages|concurrent)|rate (limit|exceeded)|unusual rate"
    r"|(connection|message|sending) rate|throttl|concurrent connections? (limit|exceeded)"
    r"|server busy|limit exceeded"
)
_DAILY = (
    r"daily (user )?(sending|message|recipient|email|mail)? ?(limit|quota)|submissionquota"
    r"|(sending|message|recipient) (limit|quota) exceeded|exceeded (your|the) .*(limit|quota)"
)
_US = r"relay(ing)? (access )?(is )?(denied|not permitted|not allowed)|authentication required"

RULES = (
    # The recipient's own limits, and greylisting, pass by themselves.
    ReplyRule(TemporaryFailure, _TEMPORARY, text=r"gr[ae]y-?list|is receiving mail at a rate"),
    ReplyRule(TemporaryFailure, _TEMPORARY, ("4.2.1", "4.2.2", "4.5.3")),
    ReplyRule(PermanentFailure, _PERMANENT, ("5.2.2",)),
    # The provider's limits: Gmail, Exchange, SES and others.
    ReplyRule(QuotaExceeded, _PERMANENT, ("5.4.5", "5.1.90", "5.7.232", "5.7.233")),
    ReplyRule(QuotaExceeded, frozenset({421, 454}), ("4.7.",)),
    ReplyRule(QuotaExceeded, frozenset({451}), ("4.7.500", "4.7.501", "4.7.650", "4.7.651")),
    ReplyRule(QuotaExceeded, frozenset({421, 432, 450, 451, 452, 454}), text=f"{_RATE}|{_DAILY}"),
    ReplyRule(QuotaExceeded, _PERMANENT, text=rf"{_DAILY}|frequency limited"),  # QQ
    ReplyRule(TemporaryFailure, _TEMPORARY),
    # Answers about us; whoever the message is for would get the same.
    ReplyRule(ConfigurationFailure, frozenset({530, 534, 535, 538})),
    ReplyRule(
        ConfigurationFailure,
        _PERMANENT,
        phases=frozenset({Phase.CONNECT, Phase.LOGIN, Phase.SENDER}),
    ),
    ReplyRule(ConfigurationFailure, _PERMANENT, text=_US),
    ReplyRule(PermanentFailure, _PERMANENT),
    # Not an answer of the protocol: only after the last dot does it leave us in doubt.
    ReplyRule(UnknownOutcome, range(-1, 1000), phases=frozenset({Phase.END})),
)


def failure(phase: Phase, code: int, answer: str) -> TransportError:
    """Return the error that the server's `answer` with reply `code` in `phase` stands for.

    A code below 400 is one that does not belong to the phase.
    """
    text = one_line(answer, MOST_CHARACTERS)
    enhanced = enhanced_code(text)
    kind = next(
        (rule.kind for rule in RULES if _fits(rule, phase, code, enhanced, text)), TemporaryFailure
    )
    return kind(f"{phase}: {code} {text}".rstrip(), code=max(code, 0), enhanced=enhanced)


def enhanced_code(text: str) -> str:
    """Return the enhanced status code (RFC 3463) in an answer, e.g. "5.1.1", or ""."""
    found = ENHANCED.search(text)
    return found[1] if found else ""


def is_gone(error: TransportError) -> bool:
    """Return whether `error` says that the mailbox does not exist any more."""
    return isinstance(error, PermanentFailure) and error.enhanced in GONE


def pause_for(error: QuotaExceeded) -> timedelta:
    """Return how long to wait after a limit: a day for a daily one, else an hour."""
    daily = error.code in _PERMANENT or re.search(_DAILY, str(error), re.IGNORECASE)
    return DAY if daily else HOUR


def _fits(rule: ReplyRule, phase: Phase, code: int, enhanced: str, text: str) -> bool:
    return (
        code in rule.codes
        and phase in rule.phases
        and (not rule.enhanced or any(_begins(enhanced, part) for part in rule.enhanced))
        and (not rule.text or re.search(rule.text, text, re.IGNORECASE) is not None)
    )


def _begins(enhanced: str, part: str) -> bool:
    return enhanced.startswith(part) if part.endswith(".") else enhanced == part
