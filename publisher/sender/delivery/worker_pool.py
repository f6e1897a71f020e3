"""Workers with a connection each: threads, or where that pays, processes.

Processes pay from some hundred messages on, as Python runs one thread at a time. They know nothing
of the ledger: one that is killed takes one message with it.
"""

from __future__ import annotations

import pickle
import signal
import threading
import time
from collections import OrderedDict, deque
from functools import partial
from selectors import EVENT_READ, DefaultSelector
from typing import TYPE_CHECKING, Any

from publisher.process_pool import ForkedProcess, MessagePipe
from publisher.sender.delivery.workers import (
    ConnectionFailed,
    SendOutcome,
    SendTask,
    WorkerDied,
    open_transport,
)
from publisher.sender.message.edition_message import Recipient

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from publisher.sender.delivery.workers import OutgoingMessage, Worker, WorkerEvent
    from publisher.sender.message.edition_message import Template
    from publisher.sender.transports.base import Transport

# For a process to say goodbye to its server; one that takes longer is killed.
_GOODBYE_SECONDS = 6.0
# For all threads or processes of a run that was stopped at once.
_HASTY_SECONDS = 0.2
# Of large messages, a few megabytes for each worker.
_MAX_EDITIONS = 32


class EditionCache:
    """The editions used last. Both ends of a worker's pipe have one, and forget the same ones."""

    def __init__(self) -> None:
        """Begin with none."""
        self._templates: OrderedDict[str, Template] = OrderedDict()

    def find(self, key: str) -> Template | None:
        """Return the edition with this key if it is still here."""
        template = self._templates.get(key)
        if template is not None:
            self._templates.move_to_end(key)
        return template

    def add(self, key: str, template: Template) -> None:
        """Add an edition; forget the one that was not used for the longest time."""
        self._templates[key] = template
        if len(self._templates) > _MAX_EDITIONS:
            self._templates.popitem(last=False)


class PipeWorker:
    """A worker at the other end of a pipe."""

    def __init__(self, transport: Transport, pipe: MessagePipe) -> None:
        """Talk through `pipe` to the worker that sends by `transport`."""
        self.name = transport.name
        self.timeout_seconds = transport.timeout_seconds
        self._transport = transport
        self.pipe = pipe
        self._editions = EditionCache()

    def announce(self, message: OutgoingMessage) -> bool:
        """See `Worker`."""
        sender, key, template, recipient, message_id = message
        new_template = None
        if self._editions.find(key) is None:
            self._editions.add(key, template)
            new_template = template
        # As plain values, which take a fifth of the time.
        fields = (
            recipient.email,
            recipient.name,
            recipient.date,
            recipient.pseudonym,
            recipient.token,
            recipient.preferences,
        )
        return self._write((sender, key, new_template, fields, message_id))

    def send(self) -> bool:
        """See `Worker`."""
        return self._write(True)  # noqa: FBT003 - what goes through the pipe

    def withdraw(self) -> None:
        """See `Worker`."""
        self._write(False)  # noqa: FBT003 - what goes through the pipe

    def reopen(self) -> None:
        """See `Worker`."""
        self._write(True)  # noqa: FBT003 - what goes through the pipe

    def _write(self, value: object) -> bool:
        try:
            self.pipe.send(pickle.dumps(value))
        except OSError:
            return False
        return True

    def receive(self) -> WorkerEvent:
        """See `Worker`."""
        try:
            event: WorkerEvent = pickle.loads(self.pipe.receive())  # noqa: S301 - our own process
        except (EOFError, OSError):
            return WorkerDied()
        return event


class ThreadWorker(PipeWorker):
    """A worker that is a thread."""

    def __init__(self, transport: Transport) -> None:
        """Start the thread."""
        ours, theirs = MessagePipe.pair()
        super().__init__(transport, ours)
        # A daemon: whoever asks twice to stop at once does not wait for a server's answer.
        self._thread = threading.Thread(target=_serve, args=(transport, theirs), daemon=True)
        self._thread.start()

    def interrupt(self) -> None:
        """Have it give up what it waits for."""
        self._transport.interrupt()

    def kill(self) -> None:
        """See `Worker`; a thread can only be interrupted."""
        self._transport.interrupt()

    def end(self, seconds: float | None) -> None:
        """Wait for its end, `seconds` at most."""
        self._thread.join(seconds)


class ProcessWorker(PipeWorker):
    """A worker that is a forked process."""

    def __init__(self, transport: Transport, others: Iterable[MessagePipe]) -> None:
        """Start the process; `others` are the pipes of workers that run. Raises `OSError`."""
        self._process = ForkedProcess(partial(_run_process, transport), others)
        super().__init__(transport, self._process.pipe)

    def interrupt(self) -> None:
        """Have it give up what it waits for."""
        self._process.send_signal(signal.SIGUSR1)

    def kill(self) -> None:
        """See `Worker`."""
        self._process.kill()

    def end(self, seconds: float | None) -> None:
        """Wait for its end; kill it after `seconds`."""
        self._process.end(_GOODBYE_SECONDS if seconds is None else seconds)


class WorkerPool:
    """A thread or a process for each of several transports."""

    def __init__(self, transports: Sequence[Transport], *, processes: bool) -> None:
        """Start a worker for the first of `transports`."""
        self._transports = deque(transports)
        self._workers: list[ProcessWorker | ThreadWorker] = []
        self._use_processes = processes
        self._selector = DefaultSelector()
        if processes:
            for transport in transports:
                transport.prepare()
        self._start(self._transports.popleft())

    def _start(self, transport: Transport) -> None:
        worker: ProcessWorker | ThreadWorker
        if self._use_processes:
            worker = ProcessWorker(transport, [other.pipe for other in self._workers])
        else:
            worker = ThreadWorker(transport)
        self._workers.append(worker)
        self._selector.register(worker.pipe, EVENT_READ, worker)

    def start_all(self) -> int:
        """See `Workers`."""
        while self._transports:
            self._start(self._transports.popleft())
        return len(self._workers)

    def wait(self, seconds: float | None) -> list[Worker]:
        """See `Workers`."""
        return [key.data for key, _ in self._selector.select(seconds)]

    def remove(self, worker: Worker) -> None:
        """See `Workers`."""
        if isinstance(worker, PipeWorker):
            self._selector.unregister(worker.pipe)

    def interrupt(self) -> None:
        """See `Workers`."""
        for worker in self._workers:
            worker.interrupt()

    def close(self, *, patient: bool) -> None:
        """See `Workers`."""
        for worker in self._workers:
            worker.pipe.close()
        deadline = None if patient else time.monotonic() + _HASTY_SECONDS
        for worker in self._workers:
            worker.end(None if deadline is None else max(0.0, deadline - time.monotonic()))
        self._selector.close()


def _serve(transport: Transport, pipe: MessagePipe) -> None:
    """Send what comes through `pipe` until it ends."""
    is_ready, editions = False, EditionCache()
    try:
        while True:
            if not is_ready:
                event = open_transport(transport)
                pipe.send(pickle.dumps(event))
                if isinstance(event, ConnectionFailed):
                    if not event.may_reopen:
                        return
                    pipe.receive()
                    continue
            message = pickle.loads(pipe.receive())  # noqa: S301 - of the process that forked us
            sender, key, new_template, fields, message_id = message
            if new_template is not None:
                editions.add(key, new_template)
            template = editions.find(key)
            assert template is not None  # noqa: S101 - both ends have the same editions
            task = SendTask(transport, sender, template, Recipient(*fields), message_id)
            if _may_send(pipe):
                outcome = task.send()
                _report(pipe, outcome)
                is_ready = outcome.ready
                if outcome.limited:
                    pipe.receive()
            else:
                transport.withdraw()
                is_ready = False
    except (EOFError, OSError):
        return  # nobody waits any more
    finally:
        pipe.close()


def _may_send(pipe: MessagePipe) -> bool:
    try:
        return bool(pickle.loads(pipe.receive()))  # noqa: S301 - of the process that forked us
    except (EOFError, OSError):
        return False


def _report(pipe: MessagePipe, outcome: SendOutcome) -> None:
    try:
        data = pickle.dumps(outcome)
    except (TypeError, AttributeError, ValueError):  # an error that can't go through a pipe
        data = pickle.dumps(
            SendOutcome(outcome.text, RuntimeError(repr(outcome.error)), outcome.ready)
        )
    pipe.send(data)


def _run_process(transport: Transport, pipe: MessagePipe) -> None:
    """Serve in a process of its own, which ends with its pipe, not by what stops the program."""

    def interrupt(*_: Any) -> None:  # noqa: ANN401 - signal and frame
        transport.interrupt()

    signal.signal(signal.SIGUSR1, interrupt)
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    _serve(transport, pipe)
    transport.close()
