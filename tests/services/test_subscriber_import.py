"""Imports of files of people in steps, whatever interrupts them."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest
from support.program import PATIENCE, until
from support.web_server import Clock

from publisher.models import SubscriberStatus
from publisher.models.imports import ImportConsent, ImportCounts, ImportRemark, ImportState
from publisher.services import subscriber_import
from publisher.services.subscriber_import import run_import
from publisher.settings import Settings
from publisher.store.database import Store, open_store

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from publisher.models.imports import ImportJob

FILE = """\
E-mail,Name,Colour,Confirmed at
a@example.org,Ann,red,2024-01-01
b@example.org,Ben,red,
nobody,,,
left@example.org,,,2024-01-01
a@example.org,Ann,,
stopped@example.org,,,2024-01-01
"""


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with open_store(f"sqlite:///{tmp_path}/publisher.db") as opened:
        yield opened


def create(store: Store, text: str, consent: ImportConsent = ImportConsent.NONE) -> int:
    return store.import_jobs.create(
        text.encode(), "people.csv", operator="ada", consent=consent, note="", now=Clock()()
    )


def worked_on(store: Store, number: int, pause: Callable[[], bool] = lambda: False) -> ImportJob:
    job = store.import_jobs.get(number)
    assert job is not None
    run_import(job, store, Settings(), Clock(), pause=pause)
    after = store.import_jobs.get(number)
    assert after is not None
    return after


def begin(store: Store, number: int) -> None:
    job = store.import_jobs.get(number)
    assert job is not None
    assert store.import_jobs.restart(job, ImportState.IMPORTING)
    assert not store.import_jobs.restart(job, ImportState.IMPORTING)


@pytest.mark.parametrize("step", [1, 2, 500])
def test_the_check_foresees_what_the_import_does(
    store: Store, monkeypatch: pytest.MonkeyPatch, step: int
) -> None:
    monkeypatch.setattr(subscriber_import, "STEP", step)
    store.subscribers.add("left@example.org", "", (), now=Clock()())
    store.subscribers.remove("left@example.org", now=Clock()())
    store.suppressions.add("stopped@example.org", "bounced: gone", now=Clock()())
    number = create(store, FILE, ImportConsent.INVITE)
    checked = worked_on(store, number)
    assert checked.state is ImportState.CHECKED
    assert checked.columns.known == (
        ("email", "E-mail"),
        ("name", "Name"),
        ("confirmed_at", "Confirmed at"),
    )
    assert checked.columns.unknown == ("Colour",)
    expected = ImportCounts(added=2, unchanged=1, rejected=3, active=1, pending=1, invited=1)
    assert checked.counts == expected
    remarks = store.import_jobs.remarks(number, most=10)
    assert [remark.line for remark in remarks] == [1, 4, 5, 7]
    assert remarks[0].rejected is False
    assert remarks[2] == ImportRemark(5, "has unsubscribed; not made active again")
    assert store.subscribers.find("a@example.org") is None
    assert store.outgoing_queue.waiting() == 0

    begin(store, number)
    done = worked_on(store, number)
    assert done.state is ImportState.DONE
    assert done.counts == expected
    assert store.import_jobs.remarks(number, most=10) == remarks
    assert store.outgoing_queue.waiting() == 1
    assert store.consent_log.history("a@example.org")[0][1:] == (
        "imported as active",
        "by operator ada: import of people.csv",
    )
    assert store.import_jobs.unfinished() == []
    assert store.import_jobs.discard(number)
    assert store.import_jobs.get(number) is None


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("name\nAnn\n", "line 1: no column 'email'"),
        ("", "no column 'email'"),
        ("email\na@example.org\n\udcff\n", "not UTF-8"),
    ],
)
def test_a_file_that_can_not_be_read_fails(store: Store, text: str, problem: str) -> None:
    number = store.import_jobs.create(
        text.encode("utf-8", "surrogateescape"),
        "people.csv",
        operator="ada",
        consent=ImportConsent.AGREED,
        note="",
        now=Clock()(),
    )
    failed = worked_on(store, number)
    assert failed.state is ImportState.FAILED
    assert problem in failed.problem
    assert sum(store.subscribers.count().values()) == 0


def test_two_processes_make_each_step_once(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(subscriber_import, "STEP", 2)
    number = create(store, FILE)
    worked_on(store, number)
    begin(store, number)

    def other_process() -> bool:
        if len(calls) == 1:
            worked_on(store, number)
        calls.append(None)
        return False

    calls: list[None] = []
    assert worked_on(store, number, other_process).state is ImportState.DONE
    assert len(store.consent_log.history("a@example.org")) == 1
    job = store.import_jobs.get(number)
    assert job is not None
    assert job.counts.added == 4


CHILD = """
import sys
from datetime import UTC, datetime
from publisher.services.subscriber_import import run_import
from publisher.settings import Settings
from publisher.store.database import open_store
with open_store(sys.argv[1]) as store:
    (job,) = store.import_jobs.unfinished()
    run_import(job, store, Settings(), lambda: datetime.now(UTC))
"""


@pytest.mark.skipif(sys.platform == "win32", reason="no SIGKILL")
@pytest.mark.parametrize("state", [ImportState.CHECKING, ImportState.IMPORTING])
def test_a_killed_import_goes_on_where_it_stopped(
    store: Store, tmp_path: Path, state: ImportState
) -> None:
    count = 10_000
    lines = (f"reader{number}@example.org,2024-01-01\n" for number in range(count))
    number = create(store, "email,confirmed_at\n" + "".join(lines))
    if state is ImportState.IMPORTING:
        worked_on(store, number)
        begin(store, number)
    url = f"sqlite:///{tmp_path}/publisher.db"
    child = subprocess.Popen([sys.executable, "-c", CHILD, url])

    def is_under_way() -> bool:
        job = store.import_jobs.get(number)
        return job is not None and job.line > 0

    until(is_under_way)
    os.kill(child.pid, signal.SIGKILL)
    child.wait(PATIENCE)
    (stopped,) = store.import_jobs.unfinished()
    assert stopped.state is state
    assert 0 < stopped.line < count
    assert worked_on(store, number).counts.added == count
    if state is ImportState.CHECKING:
        assert sum(store.subscribers.count().values()) == 0
        return
    assert store.subscribers.count()[SubscriberStatus.ACTIVE] == count
    assert store.consent_log.newest() == count
