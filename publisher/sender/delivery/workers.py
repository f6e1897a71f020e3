"""The messages between the dispatcher and the workers of the connections.

A worker gets a message in two steps. With `begin` it may tell the server who the message is for,
with `go` it may send it. The mark is written in between: the wait for the disk falls into the wait
for the server, and no byte of a message leaves before its mark is on disk.
"""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING, NamedTuple, Protocol

from publisher.errors import TransportError

if TYPE_CHECKING:
    from publisher.sender.message.edition_message import Recipient, Template
    from publisher.sender.transports.base import Transport


class OutgoingMessage(NamedTuple):
    """A message to one person, not yet put together."""

    envelope_sender: str
    edition_key: str
    template: Template
    recipient: Recipient
    message_id: str


class Ready(NamedTuple):
    """The connection is open; the worker can begin."""


class Lost(NamedTuple):
    """The connection can't be made; the worker has ended."""

    error: TransportError


class Answered(NamedTuple):
    """What came of a message: the server's `text`, or an error, which may be no `TransportError`.

    `ready` is as of `Transport.ready`; where it is False, `Ready` or `Lost` follows.
    """

    text: str = ""
    error: BaseException | None = None
    ready: bool = True


class Gone(NamedTuple):
    """The worker's process has died."""


Event = Ready | Lost | Answered | Gone


class Worker(Protocol):
    """One connection at work; `name` and `timeout_seconds` are its transport's."""

    name: str
    timeout_seconds: float

    def begin(self, parcel: OutgoingMessage) -> bool:
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


def open_transport(transport: Transport) -> Ready | Lost:
    """Open `transport`; return how that went."""
    try:
        transport.open()
    except TransportError as error:
        return Lost(error)
    return Ready()


class SendTask:
    """One message, from `begin` to the answer, at the end where it is sent."""

    def __init__(
        self,
        transport: Transport,
        envelope_sender: str,
        template: Template,
        recipient: Recipient,
        message_id: str,
    ) -> None:
        """Put the message together, and announce it."""
        self._transport = transport
        self._envelope_sender = envelope_sender
        self._recipient = recipient.email
        self._message_id = message_id
        self._message = template.splice(recipient)
        transport.announce(envelope_sender, recipient.email, self._message)

    def send(self) -> Answered:
        """Send it; return what came of it."""
        try:
            text = self._transport.send(
                self._envelope_sender, self._recipient, self._message, self._message_id
            )
        except BaseException as error:  # noqa: BLE001 - who waits for the answer raises it
            return Answered("", error, self._transport.ready())
        return Answered(text, None, self._transport.ready())


class InlineWorker:
    """The one worker that is this thread."""

    def __init__(self, transport: Transport) -> None:
        """Send by `transport`."""
        self.name = transport.name
        self.timeout_seconds = transport.timeout_seconds
        self._transport = transport
        self._task: SendTask | None = None
        self._events: deque[Event] = deque()

    def begin(self, parcel: OutgoingMessage) -> bool:
        """See `Worker`."""
        self._task = SendTask(
            self._transport,
            parcel.envelope_sender,
            parcel.template,
            parcel.recipient,
            parcel.message_id,
        )
        return True

    def go(self) -> bool:
        """Send; the answer is there when this returns."""
        assert self._task is not None  # noqa: S101 - after `begin`
        self._events.append(self._task.send())
        return True

    def withdraw(self) -> None:
        """See `Worker`."""
        self._transport.withdraw()

    def receive(self) -> Event:
        """See `Worker`."""
        return self._events.popleft() if self._events else open_transport(self._transport)

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
