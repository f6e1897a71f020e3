"""What the delivery needs of a transport."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol, Self

if TYPE_CHECKING:
    from types import TracebackType


class Transport(Protocol):
    """Carries one message at a time; for one thread.

    Every failure is a `TransportError`: `TemporaryFailure`, `QuotaExceeded`, `PermanentFailure`
    and `ConfigurationFailure` promise that nothing was accepted, `UnknownOutcome` does not.
    """

    @property
    def name(self) -> str:
        """What tells it from others where its `evidence` would differ; kept in the ledger."""
        ...

    @property
    def timeout_seconds(self) -> float:
        """The longest one `send` can take, a new connection included."""
        ...

    def prepare(self) -> None:
        """Do at once what all connections of this kind need; before forks share it."""
        ...

    def open(self) -> None:
        """Get ready, so that a wrong setting shows before the first message; may be repeated."""
        ...

    def ready(self) -> bool:
        """Return whether it is open and good for another message; else `open` makes it so."""
        ...

    def announce(self, envelope_sender: str, recipient: str, message: bytes) -> None:
        """Begin the next `send` without waiting for anything, and without a byte of the message.

        Raises nothing: what goes wrong shows in `send`.
        """
        ...

    def withdraw(self) -> None:
        """Take back what was announced: it is not going to be sent."""
        ...

    def send(self, envelope_sender: str, recipient: str, message: bytes, message_id: str) -> str:
        """Send `message` (CRLF line ends) to one address; return the other side's answer."""
        ...

    def evidence(self, message_id: str) -> bool | None:
        """Return whether the message has arrived: True, surely not (False), or unknown (None).

        A transport that says False must take the same message twice as once, since whoever was
        sending it may be slow and not dead.
        """
        ...

    def interrupt(self) -> None:
        """Have a `send` that waits in another thread fail soon; the one call for other threads."""
        ...

    def close(self) -> None:
        """Give everything back; `open` may follow."""
        ...

    def __enter__(self) -> Self:
        """Return it, not open yet: nobody logs in to a server to send nothing."""
        ...

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Close it."""
        ...


class Closing:
    """Makes a context manager of a class with `open` and `close`; leaves opening to its user."""

    def __enter__(self) -> Self:
        """Return it, not open yet."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Close it."""
        self.close()

    def prepare(self) -> None:
        """Do nothing."""

    def open(self) -> None:
        """Do nothing."""

    def ready(self) -> bool:
        """Return True: once open, it stays so."""
        return True

    def announce(self, envelope_sender: str, recipient: str, message: bytes) -> None:
        """Do nothing: it is all done by `send`."""

    def withdraw(self) -> None:
        """Do nothing."""

    def interrupt(self) -> None:
        """Do nothing: it never takes long."""

    def close(self) -> None:
        """Do nothing."""
