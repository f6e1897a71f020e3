"""The interface of workers, which send messages over a connection each, and their events.

A worker gets a message in two steps. At `announce` it may tell the server who the message is for,
at `send` it may send it. The mark is written in between: the wait for the disk falls into the wait
for the server, and no byte of a message leaves before its mark is on disk.
"""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING, NamedTuple, Protocol

from publisher.errors import ConnectionLimit, TransportError

if TYPE_CHECKING:
    from publisher.sender.message.edition_message import Recipient, Template
    from publisher.sender.transports.base import Transport


class OutgoingMessage(NamedTuple):
    """The parts of a message to one person, which the worker puts together."""

    envelope_sender: str
    edition_key: str
    template: Template
    recipient: Recipient
    message_id: str


class Ready(NamedTuple):
    """The connection is open; the worker can take a message."""


class ConnectionFailed(NamedTuple):
    """The connection can't be made; the worker has ended, or waits for `reopen` after a limit."""

    error: TransportError

    @property
    def may_reopen(self) -> bool:
        """Whether the server only has enough connections for now."""
        return isinstance(self.error, ConnectionLimit)


class SendOutcome(NamedTuple):
    """The server's answer to a message, or an error, which may be no `TransportError`.

    `ready` is as of `Transport.ready`; where it is False, `Ready` or `ConnectionFailed` follows,
    after a limit on connections only after `reopen`.
    """

    text: str = ""
    error: BaseException | None = None
    ready: bool = True

    @property
    def limited(self) -> bool:
        """Whether the server has enough connections for now."""
        return isinstance(self.error, ConnectionLimit)


class WorkerDied(NamedTuple):
    """The worker's process has died."""


WorkerEvent = Ready | ConnectionFailed | SendOutcome | WorkerDied


class Worker(Protocol):
    """One connection at work; `name` and `timeout_seconds` are its transport's."""

    name: str
    timeout_seconds: float

    def announce(self, message: OutgoingMessage) -> bool:
        """Hand over a message; return False where the worker has died and does not have it."""
        ...

    def send(self) -> bool:
        """Let the message leave; return False where the worker has died and nothing has left."""
        ...

    def withdraw(self) -> None:
        """Take back the message that was announced; `Ready` or `ConnectionFailed` follows."""
        ...

    def reopen(self) -> None:
        """Try to connect again after a `ConnectionLimit`; `Ready` or `ConnectionFailed` follows."""
        ...

    def receive(self) -> WorkerEvent:
        """Wait for the worker's next event and return it."""
        ...

    def kill(self) -> None:
        """End the worker at once, if that can be done to one of its kind."""
        ...


class Workers(Protocol):
    """All workers of a run. The first starts at once, the others with `start_all`."""

    def start_all(self) -> int:
        """Start the other workers; return the number of all."""
        ...

    def wait(self, seconds: float | None) -> list[Worker]:
        """Return the workers that have an event, as soon as there is one; none after `seconds`."""
        ...

    def remove(self, worker: Worker) -> None:
        """Stop waiting for events of `worker`, which has ended."""
        ...

    def interrupt(self) -> None:
        """Have all workers give up what they wait for."""
        ...

    def close(self, *, patient: bool) -> None:
        """End all workers, and wait for that; `patient` ones may say goodbye to their servers."""
        ...


def open_transport(transport: Transport) -> Ready | ConnectionFailed:
    """Open `transport`; return the event to report."""
    try:
        transport.open()
    except TransportError as error:
        return ConnectionFailed(error)
    return Ready()


class SendTask:
    """One message, from `announce` to the answer, in the thread or process that sends it."""

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

    def send(self) -> SendOutcome:
        """Send the message; return the answer or the error."""
        try:
            text = self._transport.send(
                self._envelope_sender, self._recipient, self._message, self._message_id
            )
        except BaseException as error:  # noqa: BLE001 - the dispatcher raises it
            limited = isinstance(error, ConnectionLimit)
            return SendOutcome("", error, not limited and self._transport.ready())
        return SendOutcome(text, None, self._transport.ready())


class InlineWorker:
    """The only worker of a run, in the thread of the dispatcher."""

    def __init__(self, transport: Transport) -> None:
        """Send by `transport`."""
        self.name = transport.name
        self.timeout_seconds = transport.timeout_seconds
        self._transport = transport
        self._task: SendTask | None = None
        self._events: deque[WorkerEvent] = deque()

    def announce(self, message: OutgoingMessage) -> bool:
        """See `Worker`."""
        self._task = SendTask(
            self._transport,
            message.envelope_sender,
            message.template,
            message.recipient,
            message.message_id,
        )
        return True

    def send(self) -> bool:
        """Send the message; the answer is there when this returns."""
        assert self._task is not None  # noqa: S101 - set by `announce`
        self._events.append(self._task.send())
        return True

    def withdraw(self) -> None:
        """See `Worker`."""
        self._transport.withdraw()

    def reopen(self) -> None:
        """Do nothing: `receive` connects."""

    def receive(self) -> WorkerEvent:
        """See `Worker`."""
        return self._events.popleft() if self._events else open_transport(self._transport)

    def kill(self) -> None:
        """Do nothing: the worker is this very thread."""

    def start_all(self) -> int:
        """See `Workers`."""
        return 1

    def wait(self, seconds: float | None) -> list[Worker]:
        """Return itself."""
        del seconds
        return [self]

    def remove(self, worker: Worker) -> None:
        """See `Workers`."""

    def interrupt(self) -> None:
        """See `Workers`."""

    def close(self, *, patient: bool) -> None:
        """See `Workers`; the transport stays open for the next issue."""
