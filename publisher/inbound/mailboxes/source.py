"""What the inbox needs of a place where mails are."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Iterator


@dataclass(frozen=True, slots=True)
class Waiting:
    """A mail that may not have been read; `key` is the source's own.

    By `place` the store remembers that it was read; empty where the source itself knows.
    """

    key: str
    place: str = ""


class Position(Protocol):
    """Remembers up to which number a folder was read; see store/mail/mailbox.py."""

    def position(self, name: str, validity: int) -> int: ...  # noqa: D102
    def advance(self, name: str, validity: int, uid: int) -> None: ...  # noqa: D102


class MailSource(Protocol):
    """A mailbox. Everything raises `SourceError` where it can't be reached or read."""

    def waiting(self) -> Iterator[Waiting]:
        """Yield the mails that may be new, oldest first."""
        ...

    def read(self, mail: Waiting, limit: int) -> bytes | None:
        """Return the first `limit` bytes; None where somebody took the mail away meanwhile."""
        ...

    def handled(self, mail: Waiting) -> None:
        """Mark the mail as read, or move it; it may be gone already."""
        ...

    def passed(self, mail: Waiting) -> None:
        """Note that the mail need not be looked at again; it is left as it is."""
        ...

    def close(self) -> None:
        """Give everything back."""
        ...
