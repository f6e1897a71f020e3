"""Work shared out among processes, where the system has a second core and can fork safely.

A forked process has all that this one has, so nothing is sent to it but the number of its task.
Where forking is not safe (other threads run, or the system copies badly) or pays not, and where a
process was killed, the tasks are done here: the result is the same, only later.
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
from typing import TYPE_CHECKING, Any, Generic, NamedTuple, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from typing import NoReturn

Result = TypeVar("Result")
_PATIENCE = 0.2  # seconds between two looks at whether the parent lives
# How processes are told what to do next: all at once, in a pipe that holds a page at least.
_NUMBER = 4  # bytes
_PLACES = 4096 // _NUMBER
_LENGTH = 8  # bytes before a result
_AT_ONCE = 1 << 20  # bytes


def usable_cores() -> int:
    """Return how many processes of this one's kind can work at a time; 1 where it must not fork."""
    # macOS' own libraries start threads, which a fork breaks; Windows has none.
    if not sys.platform.startswith("linux") or threading.active_count() > 1:
        return 1
    return len(os.sched_getaffinity(0))


def map_parallel(tasks: Sequence[Callable[[], Iterable[Result]]], workers: int) -> Iterator[Result]:
    """Yield what the tasks yield as it comes, in any order.

    They are begun in the order of `tasks`, so the longest should come first. Each result must be
    picklable. A task whose process was killed is done once more, so some of its results may come
    twice. What a task raises is raised here, and the rest is left.
    """
    left = dict(enumerate(tasks))
    if workers > 1 and len(tasks) > 1:
        for outcome in _forked(tasks, min(workers, len(tasks))):
            if outcome.is_last:
                del left[outcome.task]
            else:
                yield outcome.result
    for task in left.values():
        yield from task()


def run_alongside(task: Callable[[], Result], meanwhile: Callable[[], None]) -> Result:
    """Return what `task` gives, done in another process while this one does `meanwhile`.

    The result must be picklable. What either raises is raised here.
    """
    for outcome in _forked([lambda: (task(),)], 1, meanwhile):
        return outcome.result
    return task()


def _nothing() -> None:
    return


class _Outcome(NamedTuple, Generic[Result]):
    """A result of the task with this number, or that there are no more."""

    task: int
    result: Result
    is_last: bool = False


def _forked(
    tasks: Sequence[Callable[[], Iterable[Result]]],
    workers: int,
    meanwhile: Callable[[], None] = _nothing,
) -> Iterator[_Outcome[Result]]:
    """Yield what forked processes make of `tasks`; what one died of is left out.

    `meanwhile` is called as soon as they are started.

    Not a pool of the standard library: it takes 30 ms to import, and threads to feed. Here every
    process takes the next number out of one pipe.
    """
    take, give = os.pipe()
    step = -(-len(tasks) // _PLACES)
    os.write(give, b"".join(n.to_bytes(_NUMBER, "big") for n in range(0, len(tasks), step)))
    os.close(give)
    processes: dict[int, int] = {}  # by the pipes that their results come from
    # Or each would have a copy of all there is, only to look through it for garbage.
    gc.freeze()
    try:
        with suppress(OSError):  # there is no room for another one, and it goes without
            for _ in range(workers):
                receive, process = _fork(tasks, step, take, [*processes])
                processes[receive] = process
        meanwhile()
        for outcome in _received(processes):
            if isinstance(outcome, Exception):
                raise outcome
            yield outcome
    finally:
        os.close(take)
        for receive, process in processes.items():
            os.close(receive)
            os.kill(process, signal.SIGKILL)
            os.waitpid(process, 0)


def _fork(
    tasks: Sequence[Callable[[], Iterable[object]]], step: int, take: int, others: Iterable[int]
) -> tuple[int, int]:
    """Return the pipe of a new process's results, and the process. Raises `OSError`."""
    receive, send = os.pipe()
    try:
        process = os.fork()
        if not process:
            for other in (receive, *others):
                os.close(other)
            _work(tasks, step, take, send)
    except OSError:
        os.close(receive)
        raise
    finally:
        os.close(send)
    return receive, process


def _received(pipes: Iterable[int]) -> Iterator[_Outcome[Any] | Exception]:
    """Yield what comes through `pipes` until all are closed at their other end."""
    poll = select.poll()
    parts = {pipe: bytearray() for pipe in pipes}
    for pipe in parts:
        poll.register(pipe, select.POLLIN)
    while parts:
        for pipe, _ in poll.poll():
            data = os.read(pipe, _AT_ONCE)
            if not data:
                poll.unregister(pipe)
                del parts[pipe]
                continue
            part = parts[pipe]
            part += data
            while len(part) >= _LENGTH:
                end = _LENGTH + int.from_bytes(part[:_LENGTH], "big")
                if len(part) < end:
                    break
                with memoryview(part) as view, view[_LENGTH:end] as message:  # may be megabytes
                    outcome = pickle.loads(message)  # noqa: S301 - of this very program
                del part[:end]
                yield outcome


def _work(
    tasks: Sequence[Callable[[], Iterable[object]]], step: int, take: int, send: int
) -> NoReturn:
    """Do tasks until none is left, and end; as a process of its own."""
    try:
        _end_with(os.getppid())
        while place := os.read(take, _NUMBER):
            start = int.from_bytes(place, "big")
            for number in range(start, min(start + step, len(tasks))):
                try:
                    for result in tasks[number]():
                        _give(send, _Outcome(number, result))
                    _give(send, _Outcome(number, None, is_last=True))
                except Exception as error:  # noqa: BLE001 - it is raised in the parent
                    _give(send, error)
    finally:
        # At once, whatever happened: the parent does what it got no result of.
        os._exit(0)


def _give(pipe: int, outcome: _Outcome[Any] | Exception) -> None:
    data = pickle.dumps(outcome)
    for some in (len(data).to_bytes(_LENGTH, "big"), data):
        view = memoryview(some)
        while view:
            view = view[os.write(pipe, view) :]


def _end_with(parent: int) -> None:
    """See that this process ends when `parent` does, however that dies, and leaves Ctrl-C to it."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)

    def watch() -> None:
        while os.getppid() == parent:
            time.sleep(_PATIENCE)
        os._exit(1)

    threading.Thread(target=watch, daemon=True).start()
