"""Kinds of mails in the operator's mailbox."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TypeAlias


class BounceWeight(StrEnum):
    """Consequences of a report for an address."""

    HARD = "hard"  # the mailbox does not exist: no more mail
    SOFT = "soft"  # not delivered this time
    OURS = "ours"  # the message or its sender was refused; no fault of the mailbox
    WAITING = "waiting"  # not delivered yet, still being tried
    DELIVERED = "delivered"


@dataclass(frozen=True, slots=True)
class RecipientFailure:
    """The result for one recipient; `address` as the report has it, "" where it names none."""

    address: str
    weight: BounceWeight
    status: str = ""  # enhanced status code (RFC 3463)
    reason: str = ""  # one printable line


@dataclass(frozen=True, slots=True)
class ReturnedMail:
    """The mail of ours that a report is about; each field proves that its writer had the mail."""

    message_id: str = ""  # with its angle brackets
    token: str = ""  # for unsubscribing, as message/tokens.py makes it


@dataclass(frozen=True, slots=True)
class Bounce:
    """A delivery report, by RFC 3464 or in another form."""

    failures: tuple[RecipientFailure, ...]
    returned: ReturnedMail = ReturnedMail()


@dataclass(frozen=True, slots=True)
class Complaint:
    """A report that somebody pressed "this is spam"; `addresses` are those that it names."""

    returned: ReturnedMail
    addresses: tuple[str, ...] = ()
    kind: str = "abuse"


@dataclass(frozen=True, slots=True)
class Unsubscribe:
    """A request to leave; `token` is "" for a bare word from the sender's own address.

    `may_be_program`: a sign says that a program wrote the mail; it must not be answered.
    """

    sender: str
    token: str = ""
    message_id: str = ""
    may_be_program: bool = False


@dataclass(frozen=True, slots=True)
class Subscribe:
    """A request for issues on `topics`, as they were written; none: on all."""

    sender: str
    topics: tuple[str, ...] = ()
    chinese: bool = False
    message_id: str = ""


@dataclass(frozen=True, slots=True)
class Confirm:
    """A confirmation, by a token or by an answer to the mail that has `reply_id`."""

    sender: str
    token: str = ""
    reply_id: str = ""
    message_id: str = ""


@dataclass(frozen=True, slots=True)
class Help:
    """A request for the list of commands."""

    sender: str
    chinese: bool = False
    message_id: str = ""


@dataclass(frozen=True, slots=True)
class Automatic:
    """A mail that a program wrote; `sign` says by what it was recognised."""

    sign: str


@dataclass(frozen=True, slots=True)
class Other:
    """A mail for a person to read."""

    reason: str = ""


InboundMail: TypeAlias = (
    Bounce | Complaint | Unsubscribe | Subscribe | Confirm | Help | Automatic | Other
)
