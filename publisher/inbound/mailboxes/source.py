"""The interface of a mailbox."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Iterator


@dataclass(frozen=True, slots=True)
class UnreadMail:
    """A mail that may be new; `key` identifies it within its source.

    The store keeps `place` of mails that were read; it is "" where the source itself knows.
    """

    key: str
    place: str = ""


class ReadPosition(Protocol):
    """The number up to which a folder was read; store/mail/mailbox.py documents the methods."""

    def position(self, name: str, validity: int) -> int: ...  # noqa: D102 - see above
    def advance(self, name: str, validity: int, uid: int) -> None: ...  # noqa: D102 - see above


class MailSource(Protocol):
    """A mailbox; each method raises `SourceError` where it can't be reached or read."""

    def unread(self) -> Iterator[UnreadMail]:
        """Yield the mails that may be new, oldest first."""
        ...

    def read(self, mail: UnreadMail, limit: int) -> bytes | None:
        """Return the first `limit` bytes, None where the mail is gone."""
        ...

    def mark_handled(self, mail: UnreadMail) -> None:
        """Mark the mail as read, or move it; one that is gone is no error."""
        ...

    def skip(self, mail: UnreadMail) -> None:
        """Leave the mail as it is, and do not yield it again."""
        ...

    def close(self) -> None:
        """Close the connection."""
        ...
