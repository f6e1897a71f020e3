"""Workers with a connection each: threads, or where that pays, processes.

Processes pay from some hundred messages on, as Python runs one thread at a time. They know nothing
of the ledger: one that is killed takes one message with it.
"""

from __future__ import annotations

import os
import signal
import threading
import time
from collections import OrderedDict, deque
from selectors import EVENT_READ, DefaultSelector
from typing import TYPE_CHECKING, Any

from publisher.sender.delivery.workers import (
    Answered,
    Gone,
    Lost,
    SendTask,
    open_transport,
)
from publisher.sender.message.edition_message import Recipient

if TYPE_CHECKING:
    from collections.abc import Sequence
    from multiprocessing.connection import Connection

    from publisher.sender.delivery.workers import Event, OutgoingMessage, Worker
    from publisher.sender.message.edition_message import Template
    from publisher.sender.transports.base import Transport

# For a server to hear our goodbye, in seconds; a process that takes longer is killed.
_GOODBYE = 6.0
# Of large messages, a few megabytes for each worker.
_REMEMBERED = 32


class _Editions:
    """The editions that a worker knows. Both ends of its pipe forget the same ones."""

    def __init__(self) -> None:
        self._known: OrderedDict[str, Template] = OrderedDict()

    def find(self, key: str) -> Template | None:
        found = self._known.get(key)
        if found is not None:
            self._known.move_to_end(key)
        return found

    def learn(self, key: str, template: Template) -> None:
        self._known[key] = template
        if len(self._known) > _REMEMBERED:
            self._known.popitem(last=False)


class _PipeWorker:
    """A worker at the other end of a pipe."""

    def __init__(self, transport: Transport, pipe: Connection) -> None:
        self.name = transport.name
        self.timeout_seconds = transport.timeout_seconds
        self._transport = transport
        self.pipe = pipe
        self._editions = _Editions()

    def begin(self, parcel: OutgoingMessage) -> bool:
        sender, key, template, recipient, message_id = parcel
        new = None
        if self._editions.find(key) is None:
            self._editions.learn(key, template)
            new = template
        # As plain values, which take a fifth of the time.
        who = (recipient.email, recipient.name, recipient.pseudonym, recipient.token)
        return self._tell((sender, key, new, who, message_id))

    def go(self) -> bool:
        return self._tell(True)  # noqa: FBT003 - what is written into the pipe

    def withdraw(self) -> None:
        self._tell(False)  # noqa: FBT003

    def _tell(self, what: object) -> bool:
        try:
            self.pipe.send(what)
        except OSError:
            return False
        return True

    def receive(self) -> Event:
        try:
            event: Event = self.pipe.recv()
        except (EOFError, OSError):
            return Gone()
        return event


class _ThreadWorker(_PipeWorker):
    def __init__(self, transport: Transport, pipe: Connection, theirs: Connection) -> None:
        super().__init__(transport, pipe)
        # A daemon: whoever asks twice to stop at once does not wait for a server's answer.
        self._thread = threading.Thread(target=_serve, args=(transport, theirs), daemon=True)
        self._thread.start()

    def interrupt(self) -> None:
        self._transport.interrupt()

    def kill(self) -> None:
        self._transport.interrupt()

    def end(self, seconds: float | None) -> None:
        self._thread.join(seconds)


class _ProcessWorker(_PipeWorker):
    def __init__(
        self,
        transport: Transport,
        pipe: Connection,
        theirs: Connection,
        ours: Sequence[Connection],
    ) -> None:
        super().__init__(transport, pipe)
        from multiprocessing import get_context  # noqa: PLC0415 - takes a while to import

        target = get_context("fork").Process
        self._process = target(target=_live, args=(transport, theirs, ours), daemon=True)
        self._process.start()
        theirs.close()

    def interrupt(self) -> None:
        if self._process.pid is not None and self._process.is_alive():
            os.kill(self._process.pid, signal.SIGUSR1)

    def kill(self) -> None:
        self._process.kill()

    def end(self, seconds: float | None) -> None:
        self._process.join(_GOODBYE if seconds is None else seconds)
        self._process.kill()
        self._process.join()


class WorkerPool:
    """A thread or a process for each of several transports."""

    def __init__(self, transports: Sequence[Transport], *, processes: bool) -> None:
        """Begin with the first of `transports`."""
        self._transports = deque(transports)
        self._processes = processes
        self._workers: list[_ThreadWorker | _ProcessWorker] = []
        self._selector = DefaultSelector()
        if processes:
            for transport in transports:
                transport.prepare()
        self._add(self._transports.popleft())

    def _add(self, transport: Transport) -> None:
        from multiprocessing import Pipe  # noqa: PLC0415 - takes a while to import

        ours, theirs = Pipe()
        worker: _ThreadWorker | _ProcessWorker
        if self._processes:
            # Who held the other ends open would keep the others from seeing that we died.
            inherited = [*(other.pipe for other in self._workers), ours]
            worker = _ProcessWorker(transport, ours, theirs, inherited)
        else:
            worker = _ThreadWorker(transport, ours, theirs)
        self._workers.append(worker)
        self._selector.register(ours, EVENT_READ, worker)

    def enlist(self) -> int:
        """See `Workers`."""
        while self._transports:
            self._add(self._transports.popleft())
        return len(self._workers)

    def wait(self, seconds: float | None) -> list[Worker]:
        """See `Workers`."""
        return [key.data for key, _ in self._selector.select(seconds)]

    def discharge(self, worker: Worker) -> None:
        """See `Workers`."""
        if isinstance(worker, _PipeWorker):
            self._selector.unregister(worker.pipe)

    def interrupt(self) -> None:
        """See `Workers`."""
        for worker in self._workers:
            worker.interrupt()

    def close(self, *, patient: bool) -> None:
        """See `Workers`."""
        for worker in self._workers:
            worker.pipe.close()
        until = None if patient else time.monotonic() + 0.2
        for worker in self._workers:
            worker.end(None if until is None else max(0.0, until - time.monotonic()))
        self._selector.close()


def _serve(transport: Transport, pipe: Connection) -> None:
    """Do what comes through `pipe` until it ends."""
    ready, editions = False, _Editions()
    try:
        while True:
            if not ready:
                event = open_transport(transport)
                pipe.send(event)
                if isinstance(event, Lost):
                    return
            sender, key, new, who, message_id = pipe.recv()
            if new is not None:
                editions.learn(key, new)
            template = editions.find(key)
            assert template is not None  # noqa: S101 - both ends remember the same
            task = SendTask(transport, sender, template, Recipient(*who), message_id)
            if _has_leave(pipe):
                said = task.send()
                _say(pipe, said)
                ready = said.ready
            else:
                transport.withdraw()
                ready = False
    except (EOFError, OSError):
        return  # nobody waits any more
    finally:
        pipe.close()


def _has_leave(pipe: Connection) -> bool:
    try:
        return bool(pipe.recv())
    except (EOFError, OSError):
        return False


def _say(pipe: Connection, said: Answered) -> None:
    try:
        pipe.send(said)
    except (TypeError, AttributeError, ValueError):  # an error that can't go through a pipe
        pipe.send(Answered(said.text, RuntimeError(repr(said.error)), said.ready))


def _live(transport: Transport, pipe: Connection, inherited: Sequence[Connection]) -> None:
    """Be the process of one worker. It ends with its pipe, not by what stops the program."""

    def interrupt(*_: Any) -> None:  # noqa: ANN401 - signal and frame
        transport.interrupt()

    signal.signal(signal.SIGUSR1, interrupt)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    for other in inherited:
        other.close()
    _serve(transport, pipe)
    transport.close()
