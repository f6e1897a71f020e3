"""Several processes on one store: each thing happens once."""

from __future__ import annotations

import subprocess
import sys
from contextlib import ExitStack
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import httpx2
import pytest
from support.ports import free_port
from support.program import CLOCKED, MODULE, Running, environment, running, until
from support.smtp_sink import Sink, mail_server

from publisher.models import DeliveryState
from publisher.store.database import open_store

if TYPE_CHECKING:
    from conftest import Home  # type: ignore[attr-defined]

ISSUE = "2024-W49"
DUE = datetime(2024, 12, 9, 0, 0, tzinfo=UTC)  # Monday, 8 o'clock in Shanghai
FREEZES = """
import os
import sys
from datetime import UTC, datetime
from pathlib import Path
from publisher.errors import AlreadyFrozen
from publisher.services import build, drafts, publish
from publisher.services.store import open_store
from publisher.settings import load
settings = load(Path("publisher.toml"), os.environ)
collection = build.collect(settings)
with open_store(settings) as store:
    now = datetime(2024, 12, 9, 0, 0, 1, tzinfo=UTC)
    (issue,) = drafts.due_issues(collection, settings, store, now)
    draft = drafts.draft_issue(issue, settings, store)
    print("drafted", flush=True)
    sys.stdin.readline()
    try:
        print("frozen for", publish.freeze(draft, settings, store, now))
    except AlreadyFrozen:
        print("another was quicker")
"""


@pytest.mark.both_databases
def test_an_issue_that_some_draft_at_the_same_moment_is_frozen_once(home: Home, url: str) -> None:
    with open_store(url) as store:
        replace(home, store=store).join(30)
    processes = [
        subprocess.Popen(
            [sys.executable, "-c", FREEZES],
            cwd=home.folder,
            env=environment() | {"PUBLISHER_STORE__URL": url},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for _ in range(3)
    ]
    for process in processes:
        assert process.stdout is not None
        assert process.stdout.readline() == "drafted\n"
    for process in processes:
        assert process.stdin is not None
        process.stdin.write("\n")
        process.stdin.flush()
    said = sorted(process.communicate()[0] for process in processes)
    assert said == ["another was quicker\n"] * 2 + ["frozen for 30\n"]
    with open_store(url) as store:
        assert store.deliveries.counts(ISSUE)[DeliveryState.READY] == 30


def is_up(url: str) -> bool:
    try:
        return httpx2.get(f"{url}healthz", trust_env=False).status_code == 200
    except httpx2.TransportError:
        return False


@pytest.mark.slow
def test_two_servers_and_a_cron_job_at_the_hour_an_issue_is_due(home: Home) -> None:
    people = home.join(40)
    ahead = home.folder / "ahead"

    def set_clock(moment: datetime) -> None:
        fresh = ahead.with_suffix(".new")
        fresh.write_text(str((moment - datetime.now(UTC)).total_seconds()))
        fresh.replace(ahead)

    set_clock(DUE - timedelta(hours=1))
    sink = Sink(seconds=0.02)
    with mail_server(sink) as smtp, ExitStack() as stack:
        variables = smtp | {"PUBLISHER_TEST_AHEAD": str(ahead)}
        servers: list[Running] = []
        for _ in range(2):
            port = str(free_port())
            web = {"PUBLISHER_WEB__URL": f"http://localhost:{port}/", "PUBLISHER_WEB__PORT": port}
            servers.append(
                stack.enter_context(
                    running(home.folder, "serve", program=CLOCKED, **variables, **web)
                )
            )
            until(lambda port=port: is_up(f"http://localhost:{port}/"))
        for server in servers:
            server.said("start: ")
        assert not sink.got
        # Its papers are read when the hour has come, as the two servers compose; its own start
        # takes longer than they wait.
        set_clock(DUE - timedelta(seconds=3))
        cron = [
            stack.enter_context(
                running(home.folder, "publish", program=CLOCKED, **variables, **web)
            )
            for _ in range(2)
        ]
        until(lambda: len(sink.got) >= len(people))
        for process in cron:
            process.process.wait()
        for server in servers:
            assert server.signal(15) == 0
    assert sink.recipients() == people
    assert [info.id for info in home.store.issues.all()] == [ISSUE]
    counts = home.store.deliveries.counts(ISSUE)
    assert counts[DeliveryState.SENT] == len(people)
    assert sum(counts.values()) == len(people)


def test_where_one_dies_another_goes_on(home: Home) -> None:
    people = home.join(40)
    sink = Sink(seconds=0.3)
    with mail_server(sink) as smtp:
        smtp["PUBLISHER_MAIL__CONNECTIONS"] = "2"
        with (
            running(home.folder, "run", program=MODULE, **smtp) as first,
            running(home.folder, "run", program=MODULE, **smtp) as second,
        ):
            first.said("start: ")
            second.said("start: ")
            until(lambda: len(sink.got) >= 4)
            first.process.kill()
            sink.seconds = 0.0
            until(lambda: home.store.issues.all()[0].state == "done")
            assert second.signal(15) == 0
    got = sink.recipients()
    assert len(got) == len(set(got)), "nobody has two"
    counts = home.store.deliveries.counts(ISSUE)
    assert counts[DeliveryState.SENT] + counts[DeliveryState.IN_DOUBT] == len(people)
    # What each connection had in hand when it died.
    assert counts[DeliveryState.IN_DOUBT] <= 2
    assert len(got) >= counts[DeliveryState.SENT]


def test_a_mailbox_that_two_watch_answers_once(home: Home) -> None:
    for name in ("new", "cur", "tmp"):
        (home.folder / "mail" / name).mkdir(parents=True)
    home.settings(
        '[inbox]\nmaildir = "mail"\nwatch_seconds = 1\n[subscribing]\naddress_per_day = 9\n'
    )
    sink = Sink()
    writers = [f"new{number:02}@example.net" for number in range(8)]
    with (
        mail_server(sink) as smtp,
        running(home.folder, "run", program=MODULE, **smtp) as first,
        running(home.folder, "run", program=MODULE, **smtp) as second,
    ):
        first.said("start: ")
        second.said("start: ")
        for number, writer in enumerate(writers):
            (home.folder / "mail" / "new" / f"{number}.host").write_text(
                f"From: {writer}\nTo: weekly@papers.example.org\nSubject: subscribe\n"
                f"Message-ID: <{number}@example.net>\n\n\n"
            )
        until(lambda: set(sink.recipients()) == set(writers))
        for process in (first, second):
            assert process.signal(15) == 0
    assert sink.recipients() == writers
