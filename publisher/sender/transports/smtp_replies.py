"""Classification of SMTP replies: one literal table, of which the first rule that fits holds."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

from publisher.errors import (
    ConfigurationFailure,
    ConnectionLimit,
    PermanentFailure,
    QuotaExceeded,
    TemporaryFailure,
    TransportError,
    UnknownOutcome,
)
from publisher.printable import one_line
from publisher.translation import _

# Enhanced status codes (RFC 3463) of mailboxes that do not exist any more.
GONE = frozenset({"5.1.1", "5.1.2", "5.1.3", "5.1.6", "5.1.10", "5.2.1"})
DAY = timedelta(hours=24)
HOUR = timedelta(hours=1)

MOST_CHARACTERS = 300  # of a reply, in the ledger and in messages
NO_REPLY = -1  # instead of a code, for what is no reply of SMTP
ENHANCED = re.compile(r"(?<![\d.])([245]\.\d{1,3}\.\d{1,3})(?![\d.])")
_TEMPORARY = range(400, 500)
_PERMANENT = range(500, 600)
_LOGIN_REFUSED = frozenset({530, 534, 535, 538})


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


# A limit on connections, in either order: "too many connections", "connection limit exceeded".
_TOO_MANY = (
    r"too many|max(imum|\b|_)|exceed|limit|concurren|simultan|parallel|number of|trop de|excess"
    r"|frequency|already open"
)
_CONNECTION = r"\b(connections?|connexions?|sessions?|threads?|log-?ins?)\b"
_CONNECTIONS = (
    rf"({_TOO_MANY}).{{0,60}}{_CONNECTION}|{_CONNECTION}.{{0,60}}({_TOO_MANY})"
    r"|zu viele verbindungen|连接数|HL:ICC|MI:DMC|RP:DRC"  # the codes are those of 163.com
)
# Messages by the time: said of them, not even "connection" means connections.
_MESSAGES = r"(messages?|e?-?mails?|recipients?|rcpts?|submissions?)"
_BY_TIME = (
    rf"\b{_MESSAGES}\b.{{0,40}}\b(per|an?|in|within|this|last|past|every|each)\b.{{0,12}}"
    r"\b(seconds?|minutes?|hours?|days?|24 ?h)\b"
    r"|(daily|hourly) (\w+ ){0,2}(limit|quota)|submissionquota|peak smtp relay limit"
)
_RATE = (
    rf"too many {_MESSAGES}|too much mail|rate.?(limit|exceed)|unusual rate|unexpected volume"
    rf"|{_MESSAGES} (submission |sending )?rate|(sending|submission) rate|throttl|HL:IFC"
    r"|messages from \S+ (temporarily|will be permanently) deferred|limit exceeded"
)
_QUOTA = (
    rf"{_MESSAGES} (limit|quota)|(send|sending|message|recipient) (limit|quota) exceeded"
    r"|maximum credits|exceeded (your|the) (?!.*(size|storage|mailbox|space)).*(limit|quota)"
)
_A_DAY = r"daily|(per|an?|last|past|each|every) (day|24)"
_FULL = r"(size|storage|mailbox|disk|space)\b.{0,20}(limit|quota)|over ?quota|insufficient"
_FAILED_LOGINS = (
    r"(fail|invalid|bad|wrong|incorrect|unsuccessful)\w*.{0,30}(log-?in|auth|password|credential)"
)
_US = r"relay(ing)? (access )?(is )?(denied|not permitted|not allowed)|authentication required"

RULES = (
    # The recipient's own limits, and greylisting, pass by themselves.
    ReplyRule(TemporaryFailure, _TEMPORARY, text=r"gr[ae]y-?list|is receiving mail at a rate"),
    # What the provider limits by time: messages. Gmail, Exchange, SES and others.
    ReplyRule(QuotaExceeded, _TEMPORARY, text=_BY_TIME),
    ReplyRule(QuotaExceeded, _PERMANENT, ("5.4.5", "5.1.90", "5.7.232", "5.7.233")),
    ReplyRule(QuotaExceeded, _PERMANENT, text=_BY_TIME),
    ReplyRule(TemporaryFailure, _TEMPORARY, ("4.2.1", "4.2.2", "4.5.3")),
    ReplyRule(PermanentFailure, _PERMANENT, ("5.2.2",)),
    ReplyRule(ConfigurationFailure, _LOGIN_REFUSED),
    ReplyRule(TemporaryFailure, _TEMPORARY, text=rf"{_FULL}|{_FAILED_LOGINS}"),
    # Connections at once, or messages over one: others go on, and a new one may serve.
    ReplyRule(ConnectionLimit, frozenset({432}), ("4.3.2",)),
    ReplyRule(ConnectionLimit, range(400, 600), text=_CONNECTIONS),
    ReplyRule(QuotaExceeded, _TEMPORARY, text=f"{_RATE}|{_QUOTA}"),
    ReplyRule(QuotaExceeded, _PERMANENT, text=rf"{_QUOTA}|frequency limited"),  # QQ
    ReplyRule(TemporaryFailure, _TEMPORARY),
    # Replies about the sender; a message to anybody would get the same.
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
    text = f"{phase}: {reply}"
    if kind is ConfigurationFailure and phase is Phase.LOGIN:
        text += _(
            " (check mail.username and mail.password; Gmail, QQ and 163 want an app password: "
            "docs/how-to/gmail.md)"
        )
    return kind(text, code=max(reply.code, 0), enhanced=enhanced)


def enhanced_code(text: str) -> str:
    """Return the enhanced status code (RFC 3463) in a reply, such as "5.1.1", "" for none."""
    match = ENHANCED.search(text)
    return match[1] if match else ""


def is_gone(error: TransportError) -> bool:
    """Return whether `error` means that the mailbox does not exist any more."""
    return isinstance(error, PermanentFailure) and error.enhanced in GONE


def pause_for(error: QuotaExceeded) -> timedelta:
    """Return how long to wait after a limit: a day for a daily one, else an hour."""
    daily = error.code in _PERMANENT or re.search(_A_DAY, str(error), re.IGNORECASE)
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
