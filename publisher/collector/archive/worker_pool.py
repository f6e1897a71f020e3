"""Parses many files on all cores, in processes of its own.

Not multiprocessing: a fork copies the locks of a program's other threads, a spawn runs its main
module anew, and both leave processes behind where a program is killed. Here each worker is a plain
child with two pipes. Whatever happens to it, what it did not give back is parsed without it.
"""

from __future__ import annotations

import os
import subprocess
import sys
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from contextlib import suppress
from itertools import islice, repeat
from queue import SimpleQueue
from typing import TYPE_CHECKING

import msgspec

from publisher.collector.archive.cache import CacheEntry
from publisher.collector.archive.worker import receive, send

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterator
    from typing import IO

    from publisher.collector.archive.parse_job import ParseJob

_MOST = 8  # workers; one thread has to feed them
_AT_ONCE = 8  # files that a worker gets at a time
_STARTS = 3  # of a worker: where they die one after the other, memory is short
_PROGRAM = (
    "import sys; sys.path[:] = sys.argv[1:]; "
    "from publisher.collector.archive.worker import main; main()"
)


def size() -> int:
    """Return how many workers there are to be: one for each core, none where there is one."""
    affinity = getattr(os, "sched_getaffinity", None)  # the cores that this process may use
    cores = len(affinity(0)) if affinity else os.cpu_count() or 1
    return min(cores, _MOST) if cores > 1 and sys.executable else 0


def parse_all(
    jobs: Iterator[ParseJob], zone: str, meanwhile: Callable[[], None] | None = None
) -> Generator[tuple[ParseJob, CacheEntry | None], None, None]:
    """Yield each job, in any order, with what a worker made of it in the time zone `zone`.

    None is for the caller to parse: all, where there are no workers; else what one died of.
    `meanwhile` is called while workers begin. Close the generator to end them at once.
    """
    workers = size()
    if not workers:
        yield from ((job, None) for job in jobs)
        return
    crew = [_Worker(zone) for _ in range(workers)]
    idle: SimpleQueue[_Worker] = SimpleQueue()
    for worker in crew:
        idle.put(worker)
    pending: dict[Future[list[CacheEntry] | None], list[ParseJob]] = {}
    threads = ThreadPoolExecutor(workers)
    try:
        while True:
            # Two for each worker: one to do and one that waits.
            while len(pending) < 2 * workers and (some := list(islice(jobs, _AT_ONCE))):
                pending[threads.submit(_parse, idle, some)] = some
            if not pending:
                break
            if meanwhile:
                meanwhile()
                meanwhile = None
            for done in wait(pending, return_when=FIRST_COMPLETED).done:
                some = pending.pop(done)
                entries = done.result()
                yield from zip(some, entries or repeat(None), strict=False)
    finally:
        for worker in crew:
            worker.dismiss()
        threads.shutdown(cancel_futures=True)


def _parse(idle: SimpleQueue[_Worker], jobs: list[ParseJob]) -> list[CacheEntry] | None:
    worker = idle.get()
    try:
        return worker.parse(jobs)
    finally:
        idle.put(worker)


class _Worker:
    """A process that is started when it is needed, and again when it died."""

    def __init__(self, zone: str) -> None:
        self._zone = zone
        self._process: subprocess.Popen[bytes] | None = None
        self._starts_left = _STARTS

    def parse(self, jobs: list[ParseJob]) -> list[CacheEntry] | None:
        """Return what `jobs` were parsed to, None where the process died of it."""
        try:
            stdin, stdout = self._pipes()
            send(stdin, [(job.file.path.encode(errors="surrogatepass"), job.data) for job in jobs])
            entries = [CacheEntry(*parts) for parts in receive(stdout)]
        except (OSError, EOFError, ValueError, TypeError, MemoryError, msgspec.MsgspecError):
            self._end()
            return None
        return entries if len(entries) == len(jobs) else None

    def _pipes(self) -> tuple[IO[bytes], IO[bytes]]:
        process = self._process
        if process is None:
            if not self._starts_left:
                raise EOFError
            self._starts_left -= 1
            process = self._process = subprocess.Popen(
                [sys.executable, "-c", _PROGRAM, *sys.path],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                # What is wrong with a file is seen where it is parsed again.
                stderr=subprocess.DEVNULL,
                creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
            )
            if process.stdin:
                send(process.stdin, self._zone)
        if not process.stdin or not process.stdout:
            raise EOFError
        return process.stdin, process.stdout

    def dismiss(self) -> None:
        """End the process, whatever it does, for good."""
        self._starts_left = 0
        self._end()

    def _end(self) -> None:
        process, self._process = self._process, None
        if process is None:
            return
        process.kill()
        process.wait()
        for pipe in (process.stdin, process.stdout):
            with suppress(OSError, ValueError):
                if pipe:
                    pipe.close()
