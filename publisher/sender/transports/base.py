"""The interface of transports, and a base class for the simple ones."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Protocol, Self

if TYPE_CHECKING:
    from types import TracebackType

    from publisher.settings import Settings


class Transport(Protocol):
    """Carries one message at a time; for one thread.

    Every failure is a `TransportError`: `TemporaryFailure`, `QuotaExceeded`, `ConnectionLimit`,
    `PermanentFailure` and `ConfigurationFailure` promise that nothing was accepted,
    `UnknownOutcome` does not.
    """

    leaves_machine: ClassVar[bool]
    """Whether messages reach other people's servers; preflight then checks the sender's domain."""

    @classmethod
    def from_settings(cls, settings: Settings) -> Self:
        """Return a transport for `settings`, not open yet.

        Raises `SettingsError` where they lack what it needs.
        """
        ...

    @property
    def name(self) -> str:
        """Name in the ledger; transports whose `evidence` would differ have different names."""
        ...

    @property
    def timeout_seconds(self) -> float:
        """The longest time that one `send` can take, a new connection included."""
        ...

    def prepare(self) -> None:
        """Load what all connections of this kind share; called before processes are forked."""
        ...

    def open(self) -> None:
        """Get ready, so that a wrong setting shows before the first message; may be repeated."""
        ...

    def ready(self) -> bool:
        """Return whether the transport can take another message without `open`."""
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
        """Make a `send` that waits in another thread fail soon; safe to call from any thread."""
        ...

    def close(self) -> None:
        """Release everything; `open` may follow."""
        ...

    def __enter__(self) -> Self:
        """Return the transport, not open yet: nobody logs in to a server to send nothing."""
        ...

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Close the transport."""
        ...


class BaseTransport:
    """The usual answers for a transport that needs no connection and never takes long.

    A subclass sets `name`, `leaves_machine` and `timeout_seconds`, and has `from_settings`, `send`
    and `evidence`.
    """

    def __enter__(self) -> Self:
        """Return the transport, not open yet."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Close the transport."""
        self.close()

    def prepare(self) -> None:
        """Do nothing."""

    def open(self) -> None:
        """Do nothing."""

    def ready(self) -> bool:
        """Return True: once open, it stays so."""
        return True

    def announce(self, envelope_sender: str, recipient: str, message: bytes) -> None:
        """Do nothing: `send` does it all."""

    def withdraw(self) -> None:
        """Do nothing."""

    def interrupt(self) -> None:
        """Do nothing: `send` never takes long."""

    def close(self) -> None:
        """Do nothing."""
