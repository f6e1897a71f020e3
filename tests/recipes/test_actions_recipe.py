"""The workflow of docs/how-to/github-actions.md: nobody gets an issue twice, whatever happens."""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import sys
import time
from collections import Counter
from typing import TYPE_CHECKING, Any

import pytest
from conftest import ROOT
from support.program import until
from support.smtp_sink import Sink, mail_server
from support.workflow import Forge, Run, workflow

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from support.fork_server import ForkServer

pytestmark = pytest.mark.slow

PEOPLE = [f"reader{number}@example.org" for number in range(8)]
SECRETS = {"STORE_PASSPHRASE": "correct horse battery staple", "MAIL_PASSWORD": "x"}
SETTINGS = """\
[site]
url = "https://papers.example.org/"
[source]
folders = ["digests"]
[newsletter]
frequencies = ["weekly"]
[inbox]
maildir = "{mailbox}"
handled_folder = "Newsletter"
"""


class Newsletter:
    """A newsletter on a forge, with people on its list, a mail server and a mailbox."""

    def __init__(self, folder: Path, program: Path, sink: Sink, mail: dict[str, str]) -> None:
        self.sink = sink
        self.mailbox = folder / "mailbox"
        for name in ("new", "cur", "tmp"):
            (self.mailbox / name).mkdir(parents=True)
        self.forge = Forge(folder, program, **mail)
        self.job: dict[str, Any] = workflow("github-actions")["jobs"]["newsletter"]
        home = folder / "home"
        shutil.copytree(ROOT / "examples" / "digests", home / "digests")
        (home / "publisher.toml").write_text(SETTINGS.format(mailbox=self.mailbox))
        (home / ".gitignore").write_text(".publisher/\npaper-site/\n")
        self.forge.push(home)
        self.forge.git(home, "remote", "add", "origin", str(self.forge.bare))
        self.home = home
        (home / ".publisher").mkdir()
        (home / ".publisher" / "list.csv").write_text("\n".join(["email", *PEOPLE]))
        self.at_home(
            "publisher subscribers import --confirmed .publisher/list.csv\npublisher store push"
        )

    def at_home(self, script: str, code: int = 0) -> str:
        variables = {
            "PUBLISHER_STORE__REMOTE": "origin",
            "PUBLISHER_STORE__PASSPHRASE": SECRETS["STORE_PASSPHRASE"],
        }
        process = self.forge.start(script, self.home, **variables)
        text, _ = process.communicate(timeout=180)
        assert process.returncode == code, text
        return text

    def run(self) -> Run:
        return Run(self.forge, self.job, SECRETS)

    def write(self, sender: str, subject: str, more: str = "") -> None:
        name = f"{sum(1 for _ in self.mailbox.rglob('*'))}.{sender}"
        (self.mailbox / "new" / name).write_text(
            f"From: {sender}\nTo: weekly@papers.example.org\nMessage-ID: <{name}>\n"
            f"Subject: {subject}\n{more}\nyes\n"
        )

    def issues(self) -> Counter[str]:
        return Counter(to for to, data in self.sink.got if b"List-Unsubscribe:" in data)

    def assert_no_address_is_readable(self) -> None:
        """Look through every object that was ever pushed, reachable or not, and the cache."""
        listing = ("cat-file", "--batch-all-objects", "--batch", "--unordered")
        objects = subprocess.run(
            ["git", *listing], cwd=self.forge.bare, capture_output=True, check=True
        ).stdout
        assert b"digest-publisher store 1" in objects
        kept = self.forge.folder / "kept"
        files = [path for path in kept.rglob("*") if path.is_file()] if kept.exists() else []
        for data in (objects, *(path.read_bytes() for path in files)):
            assert not re.search(rb"reader\d@example\.org", data)
        assert b"SQLite format" not in objects


@pytest.fixture
def sink() -> Sink:
    return Sink()


@pytest.fixture
def newsletter(tmp_path: Path, forks: ForkServer, sink: Sink) -> Iterator[Newsletter]:
    with mail_server(sink) as mail:
        yield Newsletter(tmp_path, forks.program, sink, mail)


def test_two_runs_send_once(newsletter: Newsletter) -> None:
    first = newsletter.run().all()
    assert not first.failed, first.output
    assert newsletter.issues() == Counter(PEOPLE)
    assert (first.folder / "paper-site" / "atom.xml").exists()
    second = newsletter.run().all()
    assert not second.failed, second.output
    assert newsletter.issues() == Counter(PEOPLE)
    newsletter.at_home("publisher store pull")
    assert newsletter.at_home("publisher deliveries --state sent").count("@example.org") == 8
    newsletter.assert_no_address_is_readable()
    log = newsletter.forge.git(newsletter.forge.bare, "log", "--format=%an %s", "publisher-store")
    assert log.splitlines() == ["publisher Save the store"], "what was erased is in no older commit"


def test_a_run_that_is_killed_leaves_a_batch_in_doubt(newsletter: Newsletter, sink: Sink) -> None:
    sink.seconds = 0.5
    run = newsletter.run()
    step = run.before("Send what is due")
    command = f"{sys.executable} -m {step['run']}"  # a process that is in our hands
    process = newsletter.forge.start(command, run.folder, **run.env_of(step))
    until(lambda: len(newsletter.issues()) >= 2)
    os.killpg(process.pid, signal.SIGKILL)
    process.communicate()
    shutil.rmtree(run.folder)
    sink.seconds = 0
    time.sleep(1)  # the mail server may be taking one
    arrived = newsletter.issues()
    assert 2 <= len(arrived) < len(PEOPLE)
    again = newsletter.run().all()
    assert newsletter.issues() == arrived, again.output
    status = newsletter.at_home("publisher store pull\npublisher status")
    assert "in doubt" in status
    assert set(arrived.values()) == {1}
    listed = newsletter.at_home("publisher deliveries --state in_doubt")
    assert all(who in listed for who in PEOPLE), "nobody is lost: each can be decided"


def test_a_store_that_can_not_be_saved_keeps_mail_from_leaving(
    newsletter: Newsletter,
) -> None:
    script = newsletter.forge.bare / "hooks" / "update"
    script.write_text("#!/bin/sh\nexit 1\n")
    script.chmod(0o755)
    run = newsletter.run()
    run.all()
    assert run.failed
    assert not newsletter.issues()
    script.unlink()
    run = newsletter.run().all()
    assert not run.failed, run.output
    assert newsletter.issues() == Counter(PEOPLE)


def test_a_run_without_the_store_ends_at_once(newsletter: Newsletter) -> None:
    wrong = Run(newsletter.forge, newsletter.job, SECRETS | {"STORE_PASSPHRASE": "x" * 24})
    assert "does not open" in wrong.all().output
    empty = Run(newsletter.forge, newsletter.job, SECRETS | {"STORE_PASSPHRASE": ""})
    assert "store.passphrase" in empty.all().output
    for run in (wrong, empty):
        assert run.failed
        assert not (run.folder / "paper-site").exists()
    assert not newsletter.issues()


def test_of_two_runs_at_once_one_sends(newsletter: Newsletter) -> None:
    runs = [newsletter.run() for _ in range(2)]
    last = [run.before("Send what is due") for run in runs]
    for run, sending in zip(runs, last, strict=True):
        for step in run.steps[run.steps.index(sending) :]:
            run.step(step)
    assert [run.failed for run in runs] == [False, True], runs[1].output
    assert "another run has saved meanwhile" in runs[1].output
    assert newsletter.issues() == Counter(PEOPLE)


def test_requests_by_mail_are_kept_before_they_are_marked(newsletter: Newsletter) -> None:
    newsletter.write(PEOPLE[0], "unsubscribe")
    run = newsletter.run()
    step = run.before("Read the mailbox")
    bare = newsletter.forge.bare
    bare.rename(bare.with_name("away"))
    run.step(step)
    assert run.failed
    assert list((newsletter.mailbox / "new").iterdir()), "found again by the next run"
    bare.with_name("away").rename(bare)
    after = newsletter.run().all()
    assert not after.failed, after.output
    assert not list((newsletter.mailbox / "new").iterdir())
    assert newsletter.issues() == Counter(PEOPLE[1:])
    assert "unsubscribed" in newsletter.at_home("publisher store pull\npublisher subscribers list")


def test_secrets_are_where_they_are_needed() -> None:
    recipe = workflow("github-actions")
    job = recipe["jobs"]["newsletter"]
    holders = {step.get("name") for step in job["steps"] if "MAIL_PASSWORD" in str(step)}
    assert holders == {"Read the mailbox", "Send what is due"}
    assert "pull_request" not in recipe[True]  # YAML reads "on" as true
    assert recipe["concurrency"]["cancel-in-progress"] is False
    cached = next(step for step in job["steps"] if step.get("uses", "").startswith("actions/cache"))
    assert set(cached["with"]["path"].split("\n")) >= {".publisher/cache", "paper-site"}
    assert not re.search(r"^\.publisher/?$", cached["with"]["path"], re.MULTILINE)
