"""What is said to those who send over the connections, and what they say.

A worker gets a message in two steps. With `begin` it may tell the server who the message is for,
with `go` it may send it. The mark is written in between: the wait for the disk falls into the wait
for the server, and no byte of a message leaves before its mark is on disk.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from publisher.errors import TransportError

if TYPE_CHECKING:
    from publisher.sender.transports.base import Transport


@dataclass(frozen=True, slots=True)
class Parcel:
    """What `Transport.send` is to be called with."""

    envelope_sender: str
    recipient: str
    message: bytes
    message_id: str


@dataclass(frozen=True, slots=True)
class Ready:
    """The connection is open; the worker can begin."""


@dataclass(frozen=True, slots=True)
class Lost:
    """The connection can't be made; the worker has ended."""

    error: TransportError


@dataclass(frozen=True, slots=True)
class Answered:
    """What came of a message: the server's `text`, or an error, which may be no `TransportError`.

    `ready` is as of `Transport.ready`; where it is False, `Ready` or `Lost` follows.
    """

    text: str = ""
    error: BaseException | None = None
    ready: bool = True


@dataclass(frozen=True, slots=True)
class Gone:
    """The worker's process has died."""


Event = Ready | Lost | Answered | Gone


class Worker(Protocol):
    """One connection at work; `name` and `timeout_seconds` are its transport's."""

    name: str
    timeout_seconds: float

    def begin(self, parcel: Parcel) -> bool:
        """Hand over what to send; False where the worker is gone and has nothing."""
        ...

    def go(self) -> bool:
        """Let it leave; False where the worker is gone and nothing has left."""
        ...

    def withdraw(self) -> None:
        """Take back what was begun; `Ready` or `Lost` follows."""
        ...

    def receive(self) -> Event:
        """Return what the worker has to say; waits for it."""
        ...

    def kill(self) -> None:
        """End it whatever it does, if that can be done to a worker of its kind."""
        ...


class Workers(Protocol):
    """All workers of a run. The first is at work at once, `enlist` adds the rest."""

    def enlist(self) -> int:
        """Return how many workers there are now."""
        ...

    def wait(self, seconds: float | None) -> list[Worker]:
        """Return those that have something to say, none where nobody had in time."""
        ...

    def discharge(self, worker: Worker) -> None:
        """Listen to it no more."""
        ...

    def interrupt(self) -> None:
        """Have them give up what they wait for."""
        ...

    def close(self, *, patient: bool) -> None:
        """End them, and wait for that."""
        ...


def opened(transport: Transport) -> Ready | Lost:
    """Open `transport`; return how that went."""
    try:
        transport.open()
    except TransportError as error:
        return Lost(error)
    return Ready()


def answer(transport: Transport, parcel: Parcel) -> Answered:
    """Send `parcel`; return what came of it."""
    try:
        text = transport.send(
            parcel.envelope_sender, parcel.recipient, parcel.message, parcel.message_id
        )
    except BaseException as error:  # noqa: BLE001 - who waits for the answer raises it
        return Answered("", error, transport.ready())
    return Answered(text, None, transport.ready())


class Alone:
    """The one worker that is this thread."""

    def __init__(self, transport: Transport) -> None:
        """Send by `transport`."""
        self.name = transport.name
        self.timeout_seconds = transport.timeout_seconds
        self._transport = transport
        self._parcel: Parcel | None = None
        self._events: deque[Event] = deque()

    def begin(self, parcel: Parcel) -> bool:
        """See `Worker`."""
        self._parcel = parcel
        self._transport.announce(parcel.envelope_sender, parcel.recipient, parcel.message)
        return True

    def go(self) -> bool:
        """Send; the answer is there when this returns."""
        assert self._parcel is not None  # noqa: S101 - after `begin`
        self._events.append(answer(self._transport, self._parcel))
        return True

    def withdraw(self) -> None:
        """See `Worker`."""
        self._transport.withdraw()

    def receive(self) -> Event:
        """See `Worker`."""
        return self._events.popleft() if self._events else opened(self._transport)

    def kill(self) -> None:
        """Do nothing: nobody but this thread is at work."""

    def enlist(self) -> int:
        """See `Workers`."""
        return 1

    def wait(self, seconds: float | None) -> list[Worker]:
        """Return itself."""
        del seconds
        return [self]

    def discharge(self, worker: Worker) -> None:
        """See `Workers`."""

    def interrupt(self) -> None:
        """See `Workers`."""

    def close(self, *, patient: bool) -> None:
        """See `Workers`; the transport stays open for the next issue."""
