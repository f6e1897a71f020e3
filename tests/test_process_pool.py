"""Tasks in forked processes: whatever happens to these, each is done, or fails in the parent."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from publisher.process_pool import (
    ForkedProcess,
    MessagePipe,
    map_parallel,
    run_alongside,
    usable_cores,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

HERE = os.getpid()


def square(number: int) -> tuple[int, int]:
    return number * number, os.getpid()


def die_elsewhere(number: int) -> int:
    if os.getpid() != HERE and number == 3:
        os.kill(os.getpid(), signal.SIGKILL)
    return number


def fail(number: int) -> int:
    if number == 2:
        raise ValueError("two")
    return number


def two_results(make: Callable[[int], object], number: int) -> Iterator[tuple[str, int, object]]:
    yield "first", number, os.getpid()
    yield "then", number, make(number)


@pytest.mark.parametrize("workers", [1, 2, 5])
def test_every_task_is_done(workers: int) -> None:
    results = list(map_parallel([partial(two_results, square, n) for n in range(20)], workers))
    assert sorted(n for which, n, _ in results if which == "first") == list(range(20))
    squares = {n: result for which, n, result in results if which == "then"}
    assert {n: result[0] for n, result in squares.items()} == {n: n * n for n in range(20)}
    assert (HERE in {pid for which, _, pid in results if which == "first"}) == (workers == 1)
    assert len(results) == 40


def test_a_result_may_be_large() -> None:
    tasks = [partial(two_results, lambda n: bytes([n]) * 9_000_000, n) for n in range(6)]
    results = {n: result for which, n, result in map_parallel(tasks, 3) if which == "then"}
    assert results == {n: bytes([n]) * 9_000_000 for n in range(6)}


def test_a_killed_process_costs_nothing_but_time() -> None:
    results = list(map_parallel([partial(two_results, die_elsewhere, n) for n in range(9)], 2))
    numbers = {n: result for which, n, result in results if which == "then"}
    assert numbers == {n: n for n in range(9)}
    processes = [pid for which, n, pid in results if (which, n) == ("first", 3)]
    assert processes[-1] == HERE


@pytest.mark.parametrize("workers", [1, 2])
def test_what_a_task_raises_is_raised_here(workers: int) -> None:
    with pytest.raises(ValueError, match="two"):
        list(map_parallel([partial(two_results, fail, n) for n in range(4)], workers))


def test_two_tasks_at_a_time() -> None:
    ran_in: list[int] = []
    assert run_alongside(partial(square, 3), lambda: ran_in.append(os.getpid()))[0] == 9
    assert run_alongside(os.getpid, lambda: ran_in.append(os.getpid())) != HERE
    assert ran_in == [HERE, HERE]


def test_a_process_killed_alongside_costs_nothing_but_time() -> None:
    calls: list[str] = []
    assert run_alongside(partial(die_elsewhere, 3), lambda: calls.append("here")) == 3
    assert calls == ["here"]


def test_what_fails_on_either_side_is_raised_here() -> None:
    def refuse() -> None:
        raise ValueError("here")

    with pytest.raises(ValueError, match="two"):
        run_alongside(partial(fail, 2), lambda: None)
    with pytest.raises(ValueError, match="here"):
        run_alongside(partial(time.sleep, 60), refuse)


def test_where_no_process_can_be_started_all_is_done_here() -> None:
    program = """
import os, resource
from publisher.process_pool import map_parallel
resource.setrlimit(resource.RLIMIT_NOFILE, (5, 5))  # room for one pipe
results = list(map_parallel([lambda: [os.getpid()]] * 4, 2))
assert results == [os.getpid()] * 4, results
"""
    subprocess.run([sys.executable, "-c", program], check=True)


def test_no_process_outlives_its_parent() -> None:
    program = """
import os, time
from publisher.process_pool import map_parallel
def task():
    os.write(1, b"%d\\n" % os.getpid())  # in one piece
    time.sleep(60)
list(map_parallel([task, task], 2))
"""
    with subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE) as parent:
        assert parent.stdout is not None
        lines = [parent.stdout.readline() for _ in range(2)]
        parent.kill()
    workers = [int(line) for line in lines]
    deadline = time.monotonic() + 60
    while any(alive(pid) for pid in workers):
        assert time.monotonic() < deadline
        time.sleep(0.05)


def alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"


def test_one_core_while_threads_run() -> None:
    import threading

    stop = threading.Event()
    thread = threading.Thread(target=stop.wait)
    thread.start()
    try:
        assert usable_cores() == 1
    finally:
        stop.set()
        thread.join()


def test_a_pipe_says_what_is_wrong_with_it() -> None:
    ours, theirs = MessagePipe.pair()
    ours.send(b"")
    ours.send(b"a message")
    assert [theirs.receive(), theirs.receive()] == [b"", b"a message"]
    os.write(ours.writer, b"a warning that something printed")
    with pytest.raises(ValueError, match="not a message"):
        theirs.receive()
    os.write(theirs.writer, (9).to_bytes(8, "big") + b"half")
    for _ in range(2):
        theirs.close()
    with pytest.raises(EOFError):
        ours.receive()
    for use in (theirs.receive, partial(theirs.send, b""), partial(ours.send, b"unread")):
        with pytest.raises(OSError, match=r"closed|Broken"):
            use()
    ours.close()


def test_a_process_may_end_by_itself_before_it_is_killed() -> None:
    def echo(pipe: MessagePipe) -> None:
        pipe.send(bytes(pipe.receive()))

    first = ForkedProcess(echo)
    second = ForkedProcess(echo, [first.pipe])
    stuck = ForkedProcess(lambda _: time.sleep(60), [first.pipe, second.pipe])
    for process in (first, second):
        process.pipe.send(b"echo")
        assert process.pipe.receive() == b"echo"
        process.end(60)
    with pytest.raises(EOFError):
        first.pipe.receive()
    started = time.monotonic()
    stuck.end(0.1)
    stuck.end()
    stuck.kill()
    assert time.monotonic() - started < 30
    for process in (first, second, stuck):
        process.pipe.close()
