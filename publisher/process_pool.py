"""Child processes that end with their parent, the pipes to them, and tasks shared among them.

Each child has a pipe of messages to its parent and ends when that closes, however the parent dies.
A forked child has all that its parent has, so nothing is sent to it but the number of its task.
Where forking is not safe (other threads run, or the system copies badly) or does not pay, and where
a child was killed, the parent does the tasks itself: the result is the same, only later.
"""

from __future__ import annotations

import gc
import os
import pickle
import select
import signal
import sys
import threading
import time
from contextlib import suppress
from typing import TYPE_CHECKING, Any, Generic, NamedTuple, Self, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from typing import NoReturn

Result = TypeVar("Result")
_LENGTH_BYTES = 8  # before each message
_MAX_LENGTH = 1 << 40  # a longer one is garbage that something else wrote into the pipe
_CHUNK_BYTES = 1 << 20
_POLL_MILLISECONDS = 5  # between two looks at whether a child has ended
# All task numbers are written into a pipe at once, which holds a page at least.
_NUMBER_BYTES = 4
_MAX_NUMBERS = 4096 // _NUMBER_BYTES


class MessagePipe:
    """One end of a two-way pipe of messages, with one thread at most for each way."""

    def __init__(self, reader: int, writer: int) -> None:
        """Use two file descriptors, which `close` closes."""
        self._open = True
        self.reader = reader
        self.writer = writer

    @classmethod
    def pair(cls) -> tuple[Self, Self]:
        """Return both ends of a new pipe. Raises `OSError`."""
        first_reader, second_writer = os.pipe()
        try:
            second_reader, first_writer = os.pipe()
        except OSError:
            os.close(first_reader)
            os.close(second_writer)
            raise
        return cls(first_reader, first_writer), cls(second_reader, second_writer)

    def fileno(self) -> int:
        """Return the file descriptor to wait for."""
        return self.reader

    def send(self, message: bytes) -> None:
        """Write `message`. Raises `OSError` where nobody reads, or this end is closed."""
        self._check_open()
        for data in (len(message).to_bytes(_LENGTH_BYTES, "big"), message):
            rest = memoryview(data)
            while rest:
                rest = rest[os.write(self.writer, rest) :]

    def receive(self) -> bytearray:
        """Return the next message.

        Raises `EOFError` where the other end is closed, `ValueError` where the bytes are no
        message, and `OSError`.
        """
        self._check_open()
        length = int.from_bytes(self._read(_LENGTH_BYTES), "big")
        if length > _MAX_LENGTH:
            raise ValueError("the pipe holds something that is not a message")
        return self._read(length)

    def close(self) -> None:
        """Close this end; may be repeated."""
        if self._open:
            self._open = False
            os.close(self.reader)
            os.close(self.writer)

    def _check_open(self) -> None:
        # The numbers of closed file descriptors are soon those of other files.
        if not self._open:
            raise OSError("the pipe is closed")

    def _read(self, size: int) -> bytearray:
        data = bytearray()
        while len(data) < size:
            chunk = os.read(self.reader, min(size - len(data), _CHUNK_BYTES))
            if not chunk:
                raise EOFError
            data += chunk
        return data


class ForkedProcess:
    """A fork of this process that calls a function with its end of a pipe, and ends."""

    def __init__(
        self, target: Callable[[MessagePipe], None], inherited: Iterable[MessagePipe] = ()
    ) -> None:
        """Start it. Raises `OSError` where there is no room for another process.

        `inherited` are this process's ends of the pipes to its other forks, which the new one
        closes: as long as anyone holds them, those do not notice that their parent died.
        """
        self.pipe, theirs = MessagePipe.pair()
        self._has_ended = False
        try:
            self._id = os.fork()
            if not self._id:
                self._run(target, theirs, inherited)
        except OSError:
            self.pipe.close()
            raise
        finally:
            theirs.close()

    def _run(
        self,
        target: Callable[[MessagePipe], None],
        pipe: MessagePipe,
        inherited: Iterable[MessagePipe],
    ) -> NoReturn:
        try:
            signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the parent's to handle
            for other in (self.pipe, *inherited):
                other.close()
            target(pipe)
        except BaseException:  # noqa: BLE001 - nothing may return into the code that forked
            sys.excepthook(*sys.exc_info())
        finally:
            os._exit(0)  # without the parent's exit handlers

    def send_signal(self, number: int) -> None:
        """Send a signal, unless the process was waited for."""
        if not self._has_ended:
            os.kill(self._id, number)

    def kill(self) -> None:
        """End the process at once, also where it is stopped."""
        self.send_signal(signal.SIGKILL)

    def end(self, seconds: float = 0.0) -> None:
        """Wait until the process has ended; kill it after `seconds`."""
        deadline = time.monotonic() + seconds
        while not self._was_reaped(os.WNOHANG):
            if time.monotonic() >= deadline:
                self.kill()
                self._was_reaped(0)
                return
            # Not time.sleep, which fails where a faked clock jumps.
            select.poll().poll(_POLL_MILLISECONDS)

    def _was_reaped(self, options: int) -> bool:
        if not self._has_ended:
            try:
                self._has_ended = os.waitpid(self._id, options)[0] == self._id
            except ChildProcessError:  # the system was told not to keep ended children
                self._has_ended = True
        return self._has_ended


def usable_cores() -> int:
    """Return the number of forked processes that can work at a time; 1 where it must not fork."""
    # macOS' own libraries start threads, which a fork breaks; Windows has none.
    if not sys.platform.startswith("linux") or threading.active_count() > 1:
        return 1
    return len(os.sched_getaffinity(0))


def map_parallel(tasks: Sequence[Callable[[], Iterable[Result]]], workers: int) -> Iterator[Result]:
    """Yield the results of all tasks as they come, in any order.

    Tasks are started in the order of `tasks`, so the longest should come first. Results must be
    picklable. A task whose process was killed is repeated, so some of its results may come twice.
    What a task raises is raised here, and the rest is left.
    """
    unfinished = dict(enumerate(tasks))
    if workers > 1 and len(tasks) > 1:
        for outcome in _fork_and_run(tasks, min(workers, len(tasks))):
            if outcome.is_last:
                del unfinished[outcome.task]
            else:
                yield outcome.result
    for task in unfinished.values():
        yield from task()


def run_alongside(task: Callable[[], Result], meanwhile: Callable[[], None]) -> Result:
    """Return the result of `task`, run in another process while this one runs `meanwhile`.

    The result must be picklable. What either raises is raised here.
    """
    for outcome in _fork_and_run([lambda: (task(),)], 1, meanwhile):
        return outcome.result
    return task()


class _TaskOutcome(NamedTuple, Generic[Result]):
    """A result of the task with this number, or that there are no more."""

    task: int
    result: Result
    is_last: bool = False


def _do_nothing() -> None:
    return


def _fork_and_run(
    tasks: Sequence[Callable[[], Iterable[Result]]],
    workers: int,
    meanwhile: Callable[[], None] = _do_nothing,
) -> Iterator[_TaskOutcome[Result]]:
    """Yield what forked processes make of `tasks`, without those that a process died of.

    `meanwhile` is called as soon as they are started. Every process takes the next number out of
    one pipe, so none waits for this one, which may be busy with results.
    """
    numbers, numbers_writer = os.pipe()
    step = -(-len(tasks) // _MAX_NUMBERS)
    starts = range(0, len(tasks), step)
    os.write(numbers_writer, b"".join(start.to_bytes(_NUMBER_BYTES, "big") for start in starts))
    os.close(numbers_writer)

    def run_tasks(pipe: MessagePipe) -> None:
        _exit_with_parent(pipe)
        # An outcome that nobody reads or that cannot be pickled is the parent's to produce.
        with suppress(Exception):
            while number := os.read(numbers, _NUMBER_BYTES):
                start = int.from_bytes(number, "big")
                _run_tasks(tasks, range(start, min(start + step, len(tasks))), pipe)

    processes: list[ForkedProcess] = []
    # Or each would have a copy of all there is, only to look through it for garbage.
    gc.freeze()
    try:
        with suppress(OSError):  # there is no room for another one, and it goes without
            for _ in range(workers):
                pipes = [process.pipe for process in processes]
                processes.append(ForkedProcess(run_tasks, pipes))
        meanwhile()
        for outcome in _receive_outcomes([process.pipe for process in processes]):
            if isinstance(outcome, Exception):
                raise outcome
            yield outcome
    finally:
        os.close(numbers)
        for process in processes:
            process.pipe.close()
            process.end()


def _receive_outcomes(pipes: Iterable[MessagePipe]) -> Iterator[_TaskOutcome[Any] | Exception]:
    """Yield what comes through `pipes` until all are closed at their other end."""
    poll = select.poll()
    open_pipes = {pipe.fileno(): pipe for pipe in pipes}
    for number in open_pipes:
        poll.register(number, select.POLLIN)
    while open_pipes:
        for number, _ in poll.poll():
            try:
                message = open_pipes[number].receive()
            except (EOFError, OSError):
                poll.unregister(number)
                del open_pipes[number]
                continue
            yield pickle.loads(message)  # noqa: S301 - written by this very program


def _run_tasks(
    tasks: Sequence[Callable[[], Iterable[object]]], numbers: Iterable[int], pipe: MessagePipe
) -> None:
    for number in numbers:
        try:
            for result in tasks[number]():
                pipe.send(pickle.dumps(_TaskOutcome(number, result)))
            pipe.send(pickle.dumps(_TaskOutcome(number, None, is_last=True)))
        except Exception as error:  # noqa: BLE001 - it is raised in the parent
            pipe.send(pickle.dumps(error))


def _exit_with_parent(pipe: MessagePipe) -> None:
    """End this process when the other end of `pipe` closes, whatever it does by then."""

    def wait_for_end() -> None:
        with suppress(EOFError, OSError):
            pipe.receive()
        os._exit(1)

    threading.Thread(target=wait_for_end, daemon=True).start()
