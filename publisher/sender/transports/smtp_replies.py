"""Classification of SMTP replies: one literal table, of which the first rule that fits holds."""

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

# Enhanced status codes (RFC 3463) of mailboxes that do not exist any more.
GONE = frozenset({"5.1.1", "5.1.2", "5.1.3", "5.1.6", "5.1.10", "5.2.1"})
DAY = timedelta(hours=24)
HOUR = timedelta(hours=1)

MOST_CHARACTERS = 300  # of a reply, in the ledger and in messages
NO_REPLY = -1  # instead of a code, for what is no reply of SMTP
ENHANCED = re.compile(r"(?<![\d.])([245]\.\d{1,3}\.\d{1,3})(?![\d.])")
_TEMPORARY = range(400, 500)
_PERMANENT = range(500, 600)


class Phase(StrEnum):
    """Steps of an SMTP session (RFC 5321, 3.3)."""

    CONNECT = "connecting"
    LOGIN = "logging in"
    SENDER = "MAIL FROM"
    RECIPIENT = "RCPT TO"
    DATA = "DATA"
    BODY = "the message"
    END = "the end of the message"


@dataclass(frozen=True, slots=True)
class SmtpReply:
    """A server's reply: its code, and the text of each line."""

    code: int
    lines: tuple[str, ...]

    @classmethod
    def parse(cls, code: int, text: str) -> SmtpReply:
        """Return the reply of a `code` and the `text` of all lines, without codes."""
        return cls(code, tuple(text.split("\n")))

    @property
    def text(self) -> str:
        """The text of all lines, without codes."""
        return " ".join(self.lines)

    def __str__(self) -> str:
        """Return the reply as it came, on one line of limited length."""
        *first, last = self.lines
        if self.code == NO_REPLY:
            raw = f"no reply of SMTP: {last}"
        else:
            raw = " ".join([*(f"{self.code}-{line}" for line in first), f"{self.code} {last}"])
        return one_line(raw, MOST_CHARACTERS)


@dataclass(frozen=True, slots=True)
class ReplyRule:
    """A rule fits a reply where each of its conditions holds.

    An item of `enhanced` that ends with a dot stands for all codes that begin with it.
    """

    kind: type[TransportError]
    codes: range | frozenset[int]
    enhanced: tuple[str, ...] = ()
    text: str = ""  # a regular expression, in any case
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
    # Replies about the sender; a message to anybody would get the same.
    ReplyRule(ConfigurationFailure, frozenset({530, 534, 535, 538})),
    ReplyRule(
        ConfigurationFailure,
        _PERMANENT,
        phases=frozenset({Phase.CONNECT, Phase.LOGIN, Phase.SENDER}),
    ),
    ReplyRule(ConfigurationFailure, _PERMANENT, text=_US),
    ReplyRule(PermanentFailure, _PERMANENT),
    # No reply of the protocol: after the final dot alone the outcome is unknown.
    ReplyRule(UnknownOutcome, range(-1, 1000), phases=frozenset({Phase.END})),
)


def failure(phase: Phase, reply: SmtpReply) -> TransportError:
    """Return the error for a `reply` in `phase`; a code below 400 is one that it does not allow."""
    text = one_line(reply.text)
    enhanced = enhanced_code(text)
    kind = next(
        (rule.kind for rule in RULES if _fits(rule, phase, reply.code, enhanced, text)),
        TemporaryFailure,
    )
    return kind(f"{phase}: {reply}", code=max(reply.code, 0), enhanced=enhanced)


def enhanced_code(text: str) -> str:
    """Return the enhanced status code (RFC 3463) in a reply, such as "5.1.1", "" for none."""
    match = ENHANCED.search(text)
    return match[1] if match else ""


def is_gone(error: TransportError) -> bool:
    """Return whether `error` means that the mailbox does not exist any more."""
    return isinstance(error, PermanentFailure) and error.enhanced in GONE


def pause_for(error: QuotaExceeded) -> timedelta:
    """Return how long to wait after a limit: a day for a daily one, else an hour."""
    daily = error.code in _PERMANENT or re.search(_DAILY, str(error), re.IGNORECASE)
    return DAY if daily else HOUR


def _fits(rule: ReplyRule, phase: Phase, code: int, enhanced: str, text: str) -> bool:
    return (
        code in rule.codes
        and phase in rule.phases
        and (not rule.enhanced or any(_has_prefix(enhanced, prefix) for prefix in rule.enhanced))
        and (not rule.text or re.search(rule.text, text, re.IGNORECASE) is not None)
    )


def _has_prefix(enhanced: str, prefix: str) -> bool:
    return enhanced.startswith(prefix) if prefix.endswith(".") else enhanced == prefix
