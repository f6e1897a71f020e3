"""What a mail of the operator's mailbox can be."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TypeAlias


class Weight(StrEnum):
    """What a report says of an address."""

    HARD = "hard"  # the mailbox does not exist
    SOFT = "soft"  # it could not be reached, this time
    OURS = "ours"  # the message or its sender was not wanted; says nothing of the mailbox
    WAITING = "waiting"  # not there yet, and still being tried
    DELIVERED = "delivered"


@dataclass(frozen=True, slots=True)
class Failure:
    """What became of one recipient; `address` as the report has it, "" where it names none."""

    address: str
    weight: Weight
    status: str = ""  # enhanced status code (RFC 3463)
    reason: str = ""  # one printable line


@dataclass(frozen=True, slots=True)
class Returned:
    """What a report shows of the mail it is about; each proves that its writer had our mail."""

    message_id: str = ""  # of an issue or a single mail of ours, with its angle brackets
    token: str = ""  # for unsubscribing, see tokens.py


@dataclass(frozen=True, slots=True)
class Bounce:
    """A report on a delivery: RFC 3464, or one of the many forms that are older."""

    failures: tuple[Failure, ...]
    returned: Returned = Returned()


@dataclass(frozen=True, slots=True)
class Complaint:
    """Somebody pressed "this is spam" (RFC 5965); `addresses` are those the report names."""

    returned: Returned
    addresses: tuple[str, ...] = ()
    kind: str = "abuse"


@dataclass(frozen=True, slots=True)
class Unsubscribe:
    """Somebody wants to leave; `token` is empty for a bare word from their own address."""

    sender: str
    token: str = ""
    message_id: str = ""


@dataclass(frozen=True, slots=True)
class Subscribe:
    """Somebody wants issues on `topics`, as they wrote them; none: on all."""

    sender: str
    topics: tuple[str, ...] = ()
    chinese: bool = False
    message_id: str = ""


@dataclass(frozen=True, slots=True)
class Confirm:
    """Somebody says yes: by a token, or by answering the mail that has `reply_id`."""

    sender: str
    token: str = ""
    reply_id: str = ""
    message_id: str = ""


@dataclass(frozen=True, slots=True)
class Help:
    """Somebody wants to know what can be written."""

    sender: str
    chinese: bool = False
    message_id: str = ""


@dataclass(frozen=True, slots=True)
class Automatic:
    """A program wrote it, and no one waits for an answer; `sign` says what gives it away."""

    sign: str


@dataclass(frozen=True, slots=True)
class Other:
    """For a person to read."""

    why: str = ""


Verdict: TypeAlias = (
    Bounce | Complaint | Unsubscribe | Subscribe | Confirm | Help | Automatic | Other
)
