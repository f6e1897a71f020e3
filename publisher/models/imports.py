"""Subscribers as an imported file has them."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from publisher.models.subscribers import NO_PREFERENCES, Preferences, SubscriberStatus


@dataclass(frozen=True, slots=True)
class ImportedSubscriber:
    """A line of an imported file that can be taken; `line` is where it begins, 1-based."""

    line: int
    email: str
    name: str
    topics: tuple[str, ...]  # slugs, sorted
    status: SubscriberStatus
    created_at: datetime | None
    confirmed_at: datetime | None
    preferences: Preferences = NO_PREFERENCES


class ImportState(StrEnum):
    """The progress of an operator's import."""

    CHECKING = "checking"
    CHECKED = "checked"  # the operator decides
    IMPORTING = "importing"
    DONE = "done"
    FAILED = "failed"


class ImportConsent(StrEnum):
    """The way in which people in a file agree, where it has no time of confirmation."""

    NONE = "none"  # they stay pending
    INVITE = "invite"  # they are asked by mail
    AGREED = "agreed"  # the operator vouches for all of them


@dataclass(frozen=True, slots=True)
class ImportCounts:
    """The numbers of people in a file by their outcome, so far; see the store's `ImportResult`."""

    added: int = 0
    confirmed: int = 0
    unchanged: int = 0
    rejected: int = 0
    active: int = 0
    pending: int = 0
    left: int = 0
    invited: int = 0


@dataclass(frozen=True, slots=True)
class ImportColumns:
    """The columns of a file: pairs of ours and its own, those of no use, and unknown topics."""

    known: tuple[tuple[str, str], ...] = ()
    unknown: tuple[str, ...] = ()
    topics: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ImportJob:
    """An operator's import; `line` of `lines` is the last one of a finished step."""

    id: int
    created_at: datetime
    operator: str
    file_name: str
    state: ImportState
    consent: ImportConsent
    note: str
    lines: int
    line: int
    columns: ImportColumns = field(default_factory=ImportColumns)
    counts: ImportCounts = field(default_factory=ImportCounts)
    problem: str = ""

    @property
    def moving(self) -> bool:
        """Whether a process works on it."""
        return self.state in (ImportState.CHECKING, ImportState.IMPORTING)


@dataclass(frozen=True, slots=True)
class ImportRemark:
    """A message about a line of a file; `rejected` if the line is not imported."""

    line: int
    message: str
    rejected: bool = True
