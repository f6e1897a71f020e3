"""Every command line of the documents runs as it stands, page by page, or a table says why not.

A page begins in a folder with a blog, settings and a store; an issue was sent where the page names
one. A block with `publisher init` or `python3 -m venv` begins in a folder with the blog alone.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import threading
import tomllib
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING

import click
import pytest
from conftest import ROOT
from support.doc_commands import is_shell, mentioned_calls, shell_blocks
from support.fake_arxiv import FakeArxiv, FakePaper
from support.smtp_sink import Sink, mail_server

from publisher.cli import app
from publisher.gather.arxiv.schedule import due_days

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from support.doc_commands import Block
    from support.fork_server import ForkServer

PAGES = sorted(
    [
        *ROOT.glob("README*.md"),
        *(
            page
            for page in (ROOT / "docs").rglob("*.md")
            if not {"_build", "decisions"} & set(page.parts)
        ),
    ]
)
TEXTS = {page.relative_to(ROOT).as_posix(): page.read_text(encoding="utf-8") for page in PAGES}
BLOCKS = {name: list(shell_blocks(text)) for name, text in TEXTS.items()}

# Why a command is not run here; the longest beginning counts. Each stands in the documents.
NOT_RUN = {
    "python3 -m venv": "takes longer than all others; tests/test_wheel.py makes an environment",
    ". .venv/bin/activate": "there is none, see above",
    ".venv/bin/pip install": "asks the registry; tests/test_wheel.py installs the wheel",
    "pip install": "asks the registry; tests/test_wheel.py installs the wheel",
    "./run.sh": "makes an environment; tests/test_run_sh.py runs it",
    "docker": "needs a machine with Docker; tests/test_docker.py reads its files",
    "curl -H": "asks a host that does not exist; tests/web/api asks a real server",
    "publisher figures": "asks hosts that do not exist; tests/services/figures has one",
    "publisher secret": "asks for a password on the terminal; tests/cli/test_secret.py answers",
    "publisher announce": "asks the servers of chats; tests/cli/test_announce.py has one",
    "openssl rand": "is no program of ours",
    "export PUBLISHER_STORE": "would be for all that follows; tests/recipes does it",
    "publisher issue postpone": "has a time to come; tests/services/test_editing.py postpones",
    "publisher subscribers import readers.csv": "has no file; tests/cli/test_subscribers.py has",
    "publisher store": "needs a remote; tests/recipes has one",
}
# What runs until it is stopped: it has to live for some seconds, and to end when it is asked to.
UNTIL_STOPPED = re.compile(r"publisher (?:serve|run)\b(?! --help)|publisher .*--(?:watch|serve)\b")
# What ends with 1 where it finds something wrong with the made-up newsletter.
FINDS = re.compile(r"publisher (?:check|doctor|preflight)\b")
# Their blocks are those of the English pages: tests/docs/test_chinese_docs.py.
CHINESE = re.compile(r"docs/zh/|README\.zh-CN\.md")
ALONE = re.compile(r"publisher init|python3 -m venv")  # begins in a folder without settings

SETTINGS = """\
[site]
url = "https://papers.example.org/"
[source]
folders = ["source/_posts"]
[newsletter]
frequencies = ["weekly", "monthly"]
[inbox]
maildir = "mail"
[web]
url = "https://papers.example.org/"
"""


def name_of_reason(command: str) -> str:
    """Return the entry of `NOT_RUN` that `command` begins with, "" where there is none."""
    return max((entry for entry in NOT_RUN if command.startswith(entry)), key=len, default="")


class Hub(BaseHTTPRequestHandler):
    """A WebSub hub that takes everything."""

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["Content-Length"]))
        self.send_response(204)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        return


class Desk:
    """A folder as somebody who reads the documents has it, with a mail server and arXiv near."""

    def __init__(self, folder: Path, program: Path, mail: dict[str, str], arxiv: FakeArxiv) -> None:
        self.folder = folder
        own = {k: v for k, v in os.environ.items() if not k.startswith(("PUBLISHER_", "GIT_"))}
        self.environment = (
            own
            | mail
            | {
                "PATH": f"{program.parent}:{os.environ['PATH']}",
                "HOME": str(folder),
                "SHELL": "/bin/bash",
                "PYTHONPATH": str(ROOT),
                "BROWSER": "true",
                "LANG": "C.UTF-8",
                "PUBLISHER_GATHER__ARXIV_URL": arxiv.url,
                "PUBLISHER_GATHER__API_URL": arxiv.api_url,
                "PUBLISHER_GATHER__PAUSE_SECONDS": "0",
            }
        )
        blog = folder / "blog"
        shutil.copytree(ROOT / "examples" / "digests", blog / "source" / "_posts")
        shutil.copytree(blog, blog / "my-blog")
        self.furnished = shutil.copytree(blog, folder / "furnished")
        (self.furnished / "publisher.toml").write_text(SETTINGS)
        (self.furnished / "old-list.csv").write_text("email\ngrace@example.org\n")
        for name in ("new", "cur", "tmp"):
            (self.furnished / "mail" / name).mkdir(parents=True)
        done = self.run(self.furnished, "publisher subscribers add kay@example.org --confirmed")
        assert done.returncode == 0, done.stdout

    def run(self, folder: Path, script: str, **variables: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            ["bash", "-e", "-c", script],
            cwd=folder,
            env=self.environment | variables,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=180,
        )

    def follow(self, blocks: list[Block], folder: Path) -> str:
        """Run the commands of a page in copies below `folder`; return what went wrong, or ""."""
        shutil.copytree(self.furnished, folder / "furnished")
        lines = ["set -o pipefail", f"cd {folder / 'furnished'}"]
        if any("--issue" in command.text for block in blocks for command in block.commands):
            lines.append("publisher publish")
        for number, block in enumerate(blocks):
            if any(ALONE.match(command.text) for command in block.commands):
                shutil.copytree(self.folder / "blog", folder / f"alone-{number}")
                lines.append(f"cd {folder / f'alone-{number}'}")
                if not any("--arxiv" in command.text for command in block.commands):
                    lines.append("""export PUBLISHER_SOURCE__FOLDERS='["source/_posts"]'""")
                else:
                    lines.append("unset PUBLISHER_SOURCE__FOLDERS")
            for command in block.commands:
                if name_of_reason(command.text):
                    continue
                lines.append(f"echo {command.line} > {folder / 'line'}")
                if UNTIL_STOPPED.search(command.text):
                    real = f"timeout -s INT 6 {sys.executable} -m publisher"
                    text = re.sub(r"\bpublisher", real, command.text, count=1)
                    lines.append(f"if {text}\nthen false; else test $? = 124; fi")
                elif FINDS.match(command.text):
                    lines.append('publisher() { command publisher "$@" || test $? = 1; }')
                    lines += [command.text, "unset -f publisher"]
                else:
                    lines.append(command.text)
        done = self.run(folder, "\n".join(lines))
        if done.returncode == 0:
            return ""
        return (
            f"line {(folder / 'line').read_text().strip()} ended with {done.returncode}:\n"
            + (done.stdout[-3000:])
        )


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory, forks: ForkServer) -> Iterator[Desk]:
    folder = tmp_path_factory.mktemp("desk")
    with (
        FakeArxiv(lambda: datetime.now(UTC)) as arxiv,
        mail_server(Sink()) as mail,
    ):
        now = datetime.now(UTC)
        for day in due_days(now, now.date() - timedelta(days=7)):
            arxiv.announce(day, "cs.CV", FakePaper("2611.00001", "Gaussian splatting of a town"))
        hub = ThreadingHTTPServer(("127.0.0.1", 0), Hub)
        threading.Thread(target=hub.serve_forever, daemon=True).start()
        mail["PUBLISHER_FEEDS__HUB"] = f"http://127.0.0.1:{hub.server_port}/"
        yield Desk(folder, forks.program, mail, arxiv)
        hub.shutdown()
        hub.server_close()


@pytest.mark.parametrize(
    "name",
    [
        name
        for name, blocks in BLOCKS.items()
        if any(block.commands for block in blocks) and not CHINESE.match(name)
    ],
)
def test_commands_run_as_they_stand(name: str, desk: Desk, tmp_path: Path) -> None:
    assert not desk.follow(BLOCKS[name], tmp_path), (
        f"{name}: where a command can't run here, name it in NOT_RUN with the reason"
    )


@pytest.mark.parametrize("name", TEXTS)
def test_scripts_are_shell(name: str) -> None:
    for block in BLOCKS[name]:
        assert not block.script or is_shell(block.script)


def parse(words: list[str]) -> None:
    """Have click parse the call without running it. Raises `click.UsageError`."""
    command: click.Command = app
    context = app.make_context("publisher", [], resilient_parsing=True)
    while isinstance(command, click.Group):
        if words[:1] in (["--version"], ["--help"], ["COMMAND"]):
            return
        if command.invoke_without_command and (not words or words[0].startswith("-")):
            break
        if not words:
            return  # the group by its name
        name, *words = words
        command = command.get_command(context, name) or pytest.fail(f"no command {name}")
    try:
        command.make_context(command.name, list(words), parent=context)
    except click.MissingParameter:
        pass  # prose names a command without what it needs
    except click.BadParameter:
        if not any(re.fullmatch(r"[A-Z_]{2,}|\.\.\.", word) for word in words):  # a placeholder
            raise
    except click.exceptions.Exit:
        pass  # --help, --version


@pytest.mark.parametrize("name", TEXTS)
def test_commands_that_are_mentioned_are_understood(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "changed.txt").touch()
    (tmp_path / "old-list.csv").touch()
    for words in mentioned_calls(TEXTS[name]):
        if "[OPTIONS]" in words:
            continue  # a usage line of the reference, which is made from the program
        try:
            parse(words)
        except click.UsageError as error:
            pytest.fail(f"publisher {' '.join(words)}: {error.format_message()}")


def test_what_is_not_run_is_in_the_documents() -> None:
    commands = [
        command.text for blocks in BLOCKS.values() for block in blocks for command in block.commands
    ]
    assert set(NOT_RUN) == {name_of_reason(command) for command in commands} - {""}


def test_extras_that_are_named_exist() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    extras = {
        extra
        for text in TEXTS.values()
        for match in re.findall(r"digest-publisher\[([\w, -]+)\]", text)
        for extra in re.split(r",\s*", match)
    }
    assert extras
    assert extras <= set(project["optional-dependencies"]) | {"NAME"}


def test_commands_that_are_wrong_are_noticed(desk: Desk, tmp_path: Path) -> None:
    page = "```sh\npublisher status\npublisher buidl\n```\n"
    assert "line 3 ended with 2" in desk.follow(list(shell_blocks(page)), tmp_path)
    with pytest.raises(click.UsageError):
        parse(["build", "--nonsense"])
    assert sum(len(list(mentioned_calls(text))) for text in TEXTS.values()) > 100
    assert sum(len(block.commands) for blocks in BLOCKS.values() for block in blocks) > 40
