"""The crontab of docs/how-to/run-as-a-service.md, run as cron runs it: with nothing around it."""

from __future__ import annotations

import fcntl
import re
import shutil
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest
from conftest import ROOT
from support.doc_commands import FENCE
from support.smtp_sink import Sink, mail_server

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

PAGE = (ROOT / "docs" / "how-to" / "run-as-a-service.md").read_text(encoding="utf-8")
FIELDS = re.compile(r"((?:(?:\*|\d+)(?:/\d+)?\s+){5})(\S.*)")
REQUEST = "From: ada@example.org\nTo: weekly@papers.example.org\nMessage-ID: <1@example.org>\n"


def crontabs() -> list[str]:
    return [match[4] for match in FENCE.finditer(PAGE) if match[3] == "text"]


class Cron:
    """The crontabs of the page for a folder instead of /srv/papers, with a mail server."""

    def __init__(self, folder: Path, mail: dict[str, str]) -> None:
        self.folder = folder / "papers"
        shutil.copytree(ROOT / "examples" / "digests", self.folder / "digests")
        programs = self.folder / ".venv" / "bin"
        programs.mkdir(parents=True)
        (programs / "publisher").write_text(f'#!/bin/sh\nexec {sys.executable} -m publisher "$@"\n')
        (programs / "publisher").chmod(0o755)
        (self.folder / "app-password").write_text("secret")
        port = mail["PUBLISHER_MAIL__PORT"]
        (self.folder / "publisher.toml").write_text(
            '[site]\nurl = "https://papers.example.org/"\n[source]\nfolders = ["digests"]\n'
            '[inbox]\nmaildir = "mail"\n[mail]\ntransport = "smtp"\nhost = "127.0.0.1"\n'
            f'port = {port}\nsecurity = "none"\nfrom_address = "weekly@papers.example.org"\n'
        )
        for name in ("new", "cur", "tmp"):
            (self.folder / "mail" / name).mkdir(parents=True)
        self.home = folder / "home"
        self.home.mkdir()
        self.settings: dict[str, str] = {}
        self.entries: list[str] = []
        for line in "".join(crontabs()).replace("/srv/papers", str(self.folder)).splitlines():
            if setting := re.fullmatch(r"(\w+)\s*=\s*(.*)", line):
                self.settings[setting[1]] = setting[2]  # cron expands nothing in it
            elif entry := FIELDS.fullmatch(line):
                self.entries.append(entry[2])
            else:
                assert not line or line.startswith("#"), line

    def run(self, word: str) -> str:
        """Run the first entry with `word`, which has to succeed; return what cron would mail."""
        command = next(entry for entry in self.entries if word in entry)
        assert "%" not in command, "cron reads it as the end of a line"
        variables = {"HOME": str(self.home), "LOGNAME": "papers", **self.settings}
        done = subprocess.run(
            [self.settings["SHELL"], "-c", command],
            cwd=self.home,
            env=variables,
            capture_output=True,
            text=True,
            timeout=180,
        )
        assert done.returncode == 0, done.stderr
        return done.stdout + done.stderr

    @property
    def log(self) -> str:
        return (self.folder / "cron.log").read_text()


@pytest.fixture
def sink() -> Sink:
    return Sink()


@pytest.fixture
def cron(tmp_path: Path, sink: Sink) -> Iterator[Cron]:
    with mail_server(sink) as mail:
        yield Cron(tmp_path, mail)


def test_a_crontab_builds_answers_and_sends(cron: Cron, sink: Sink) -> None:
    assert cron.run("publisher build") == "", "cron would mail this each hour"
    assert (cron.folder / "paper-site" / "atom.xml").exists()
    (cron.folder / "mail" / "new" / "1").write_text(f"{REQUEST}Subject: subscribe\n\n")
    assert cron.run("publisher inbox") == ""
    assert sink.recipients() == ["ada@example.org"]
    (reply_to,) = re.findall(rb"^Message-ID: (<\S+>)", sink.got[0][1], re.MULTILINE)
    (cron.folder / "mail" / "new" / "2").write_text(
        f"{REQUEST.replace('<1@', '<2@')}Subject: Re: confirm\n"
        f"In-Reply-To: {reply_to.decode()}\n\nyes\n"
    )
    assert cron.run("publisher inbox") == ""
    assert cron.run("publisher publish") == ""
    issues = [data for _, data in sink.got if b"List-Unsubscribe" in data]
    assert len(issues) == 1, cron.log
    assert cron.run("publisher publish") == ""
    assert len([data for _, data in sink.got if b"List-Unsubscribe" in data]) == 1
    assert [path.name for path in cron.home.iterdir()] in ([], [".cache"])
    cron.run("mv ")
    assert (cron.folder / "cron.log.1").exists()


def test_a_failure_is_mailed(cron: Cron) -> None:
    (cron.folder / "publisher.toml").write_text("[site]\nnonsense = 1\n")
    assert "nonsense" in cron.run("publisher publish")


def test_a_run_is_skipped_while_another_is_at_work(cron: Cron) -> None:
    with (cron.folder / "cron.log.build").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        assert cron.run("publisher build") == ""
    assert cron.log == ""
    assert not (cron.folder / "paper-site").exists()


def test_each_line_has_all_that_it_needs(cron: Cron) -> None:
    assert len(crontabs()) == 2
    assert {"SHELL", "PATH", "MAILTO"} < set(cron.settings)
    assert len(cron.entries) == 5
    for entry in cron.entries:
        for name in re.findall(r"\$(\w+)", entry):
            assert cron.settings[name].startswith("/")
