"""Work shared out among processes, where the system has a second core and can fork safely.

A forked process has all that this one has, so nothing is sent to it but the number of its task.
Where forking is not safe (other threads run, or the system copies badly) or pays not, and where a
process was killed, the tasks are done here: the result is the same, only later.
"""

from __future__ import annotations

import os
import sys
import threading
import time
from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

Result = TypeVar("Result")
_PATIENCE = 0.2  # seconds between two looks at whether the parent lives

_tasks: Sequence[Callable[[], Any]] = ()


def usable_cores() -> int:
    """Return how many processes of this one's kind can work at a time; 1 where it must not fork."""
    # macOS' own libraries start threads, which a fork breaks; Windows has none.
    if not sys.platform.startswith("linux") or threading.active_count() > 1:
        return 1
    return len(os.sched_getaffinity(0))


def share_out(tasks: Sequence[Callable[[], Result]], workers: int) -> Iterator[tuple[int, Result]]:
    """Yield the number and the result of each task as they are done, in any order.

    Each result must be picklable. What a task raises is raised here, and the rest is left.
    """
    left = dict(enumerate(tasks))
    if workers > 1 and len(tasks) > 1:
        for number, result in _forked(tasks, min(workers, len(tasks))):
            del left[number]
            yield number, result
    for number, task in left.items():
        yield number, task()


def _forked(tasks: Sequence[Callable[[], Result]], workers: int) -> Iterator[tuple[int, Result]]:
    # Late: it takes 30 ms to import, and most builds have little to do.
    import multiprocessing  # noqa: PLC0415
    from concurrent.futures import ProcessPoolExecutor, as_completed  # noqa: PLC0415
    from concurrent.futures.process import BrokenProcessPool  # noqa: PLC0415

    global _tasks  # noqa: PLW0603 - what a forked process inherits
    _tasks = tasks
    pool = ProcessPoolExecutor(
        workers,
        mp_context=multiprocessing.get_context("fork"),
        initializer=_end_with,
        initargs=(os.getpid(),),
    )
    try:
        running = {pool.submit(_run, number): number for number in range(len(tasks))}
        for done in as_completed(running):
            yield running.pop(done), done.result()
    except BrokenProcessPool:  # one was killed, by a person or for want of memory
        return
    finally:
        _tasks = ()
        pool.shutdown(wait=True, cancel_futures=True)


def _run(number: int) -> Any:  # noqa: ANN401 - as the tasks give
    return _tasks[number]()


def _end_with(parent: int) -> None:
    """See that this process ends when `parent` does, however that dies, and leaves Ctrl-C to it."""
    import signal  # noqa: PLC0415

    signal.signal(signal.SIGINT, signal.SIG_IGN)

    def watch() -> None:
        while os.getppid() == parent:
            time.sleep(_PATIENCE)
        os._exit(1)

    threading.Thread(target=watch, daemon=True).start()
