"""Work in forked processes: whatever happens to them, every task is done once or fails here."""

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

from publisher.process_pool import map_parallel, run_alongside, usable_cores

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


def some(make: Callable[[int], object], number: int) -> Iterator[tuple[str, int, object]]:
    yield "first", number, os.getpid()
    yield "then", number, make(number)


@pytest.mark.parametrize("workers", [1, 2, 5])
def test_every_task_is_done(workers: int) -> None:
    found = list(map_parallel([partial(some, square, n) for n in range(20)], workers))
    assert sorted(n for which, n, _ in found if which == "first") == list(range(20))
    squares = {n: result for which, n, result in found if which == "then"}
    assert {n: result[0] for n, result in squares.items()} == {n: n * n for n in range(20)}
    assert (HERE in {pid for which, _, pid in found if which == "first"}) == (workers == 1)
    assert len(found) == 40


def test_a_result_may_be_large() -> None:
    large = [partial(some, lambda n: bytes([n]) * 9_000_000, n) for n in range(6)]
    found = {n: result for which, n, result in map_parallel(large, 3) if which == "then"}
    assert found == {n: bytes([n]) * 9_000_000 for n in range(6)}


def test_a_killed_process_costs_nothing_but_time() -> None:
    found = list(map_parallel([partial(some, die_elsewhere, n) for n in range(9)], 2))
    assert {n: result for which, n, result in found if which == "then"} == {n: n for n in range(9)}
    again = [pid for which, n, pid in found if (which, n) == ("first", 3)]
    assert again[-1] == HERE


@pytest.mark.parametrize("workers", [1, 2])
def test_what_a_task_raises_is_raised_here(workers: int) -> None:
    with pytest.raises(ValueError, match="two"):
        list(map_parallel([partial(some, fail, n) for n in range(4)], workers))


def test_two_things_at_a_time() -> None:
    here: list[int] = []
    assert run_alongside(partial(square, 3), lambda: here.append(os.getpid()))[0] == 9
    assert run_alongside(os.getpid, lambda: here.append(os.getpid())) != HERE
    assert here == [HERE, HERE]


def test_a_killed_process_beside_costs_nothing_but_time() -> None:
    done: list[str] = []
    assert run_alongside(partial(die_elsewhere, 3), lambda: done.append("here")) == 3
    assert done == ["here"]


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
done = list(map_parallel([lambda: [os.getpid()]] * 4, 2))
assert done == [os.getpid()] * 4, done
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
