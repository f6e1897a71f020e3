"""Files parsed on all cores, by child processes that are started afresh.

Not forked: they parse as well on macOS and Windows, and while other threads run. What a process
does not give back, whatever happened to it, is parsed by the caller.
"""

from __future__ import annotations

import os
import subprocess
import sys
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from itertools import islice, repeat
from queue import SimpleQueue
from typing import TYPE_CHECKING

import msgspec

from publisher.collector.archive.cache import CacheEntry
from publisher.process_pool import MessagePipe

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterator

    from publisher.collector.archive.parse_job import ParseJob

_MAX_WORKERS = 8  # one thread has to feed them
_BATCH = 8  # files that a worker gets at a time
_MAX_STARTS = 3  # of a worker: where they die one after the other, memory is short
_PROGRAM = (
    "import sys; sys.path[:] = sys.argv[1:]; "
    "from publisher.collector.archive.worker import main; main()"
)


def worker_count() -> int:
    """Return the number of workers to use: one for each core, none where there is one core."""
    affinity = getattr(os, "sched_getaffinity", None)  # the cores that this process may use
    cores = len(affinity(0)) if affinity else os.cpu_count() or 1
    return min(cores, _MAX_WORKERS) if cores > 1 and sys.executable else 0


def parse_all(
    jobs: Iterator[ParseJob], zone: str, meanwhile: Callable[[], None] | None = None
) -> Generator[tuple[ParseJob, CacheEntry | None], None, None]:
    """Yield each job, in any order, with its cache entry as parsed in the time zone `zone`.

    None is for the caller to parse: all jobs where there are no workers, else what a worker died
    of. `meanwhile` is called while the workers start. Close the generator to end them at once.
    """
    count = worker_count()
    if not count:
        yield from ((job, None) for job in jobs)
        return
    workers = [ParserProcess(zone) for _ in range(count)]
    idle: SimpleQueue[ParserProcess] = SimpleQueue()
    for worker in workers:
        idle.put(worker)
    pending: dict[Future[list[CacheEntry] | None], list[ParseJob]] = {}
    # Threads, as pipes cannot be waited for on Windows.
    threads = ThreadPoolExecutor(count)
    try:
        while True:
            # Two batches for each worker: one in work and one that waits.
            while len(pending) < 2 * count and (batch := list(islice(jobs, _BATCH))):
                pending[threads.submit(_parse, idle, batch)] = batch
            if not pending:
                break
            if meanwhile:
                meanwhile()
                meanwhile = None
            for future in wait(pending, return_when=FIRST_COMPLETED).done:
                batch = pending.pop(future)
                yield from zip(batch, future.result() or repeat(None), strict=False)
    finally:
        for worker in workers:
            worker.stop()
        threads.shutdown(cancel_futures=True)
        for worker in workers:
            worker.close()


def _parse(idle: SimpleQueue[ParserProcess], jobs: list[ParseJob]) -> list[CacheEntry] | None:
    worker = idle.get()
    try:
        return worker.parse(jobs)
    finally:
        idle.put(worker)


class ParserProcess:
    """A process that is started when it is needed, and again when it has died."""

    def __init__(self, zone: str) -> None:
        """Parse dates in the time zone `zone`."""
        self._zone = zone
        self._process: subprocess.Popen[bytes] | None = None
        self._pipe: MessagePipe | None = None
        self._starts_left = _MAX_STARTS

    def parse(self, jobs: list[ParseJob]) -> list[CacheEntry] | None:
        """Return the cache entries of `jobs`, None where the process died of them."""
        files = [
            (job.file.path.encode(errors="surrogatepass"), job.data, job.keep_undated)
            for job in jobs
        ]
        try:
            pipe = self._pipe or self._start()
            pipe.send(msgspec.msgpack.encode(files))
            entries = [CacheEntry(*parts) for parts in msgspec.msgpack.decode(pipe.receive())]
        except (OSError, EOFError, ValueError, TypeError, MemoryError, msgspec.MsgspecError):
            self.close()
            return None
        return entries if len(entries) == len(jobs) else None

    def _start(self) -> MessagePipe:
        if not self._starts_left:
            raise EOFError
        self._starts_left -= 1
        self._pipe, theirs = MessagePipe.pair()
        try:
            self._process = subprocess.Popen(
                [sys.executable, "-c", _PROGRAM, *sys.path],
                stdin=theirs.reader,
                stdout=theirs.writer,
                # What is wrong with a file is seen where it is parsed again.
                stderr=subprocess.DEVNULL,
                creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
            )
        finally:
            theirs.close()
        self._pipe.send(msgspec.msgpack.encode(self._zone))
        return self._pipe

    def stop(self) -> None:
        """Kill the process for good, so that a thread that waits for it goes on."""
        self._starts_left = 0
        process = self._process
        if process is not None:
            process.kill()

    def close(self) -> None:
        """End the process and close its pipe, which no other thread may be using."""
        process, self._process = self._process, None
        if process is not None:
            process.kill()
            process.wait()
        pipe, self._pipe = self._pipe, None
        if pipe is not None:
            pipe.close()
