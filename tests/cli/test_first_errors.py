"""The errors that a newcomer meets: each says what happened, where, and what to do next."""

from __future__ import annotations

import os
import shutil
import socket
import sqlite3
import subprocess
import sys
from contextlib import closing
from typing import TYPE_CHECKING

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult
from support.ports import free_port
from support.smtp_sink import Sink

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    Run = Callable[..., subprocess.CompletedProcess[str]]

# Of each: the settings, the command, and what the error has to say.
SETTINGS = [
    (
        "[site]\nurll = 'x'\n",
        "publisher.toml:2: site.urll: unknown setting; did you mean site.url?",
    ),
    ("[sight]\n", "publisher.toml:1: [sight]: unknown section; did you mean [site]?"),
    ("[zzz]\n", "[zzz]: unknown section; docs/reference/configuration.md has all"),
    ("url = 'https://a.org/'\n", "publisher.toml:1: url: unknown setting; did you mean"),
    ("[site]\n\nurl = 5\n", "publisher.toml:3: site.url: must be"),
    ("[site]\ntimezone = 'Mars/Olympus'\n", "publisher.toml:2: site.timezone: must be"),
    ("[mail]\nport = 'smtp'\n", "publisher.toml:2: mail.port: must be"),
    ("[site]\nurl = https://a.org\n", "publisher.toml: not valid TOML"),
    ("[newsletter]\nfrequencies = 'weekly'\n", "publisher.toml:2: newsletter.frequencies: must be"),
    ("[source]\nfolders = ['missing']\n", "or with --source"),
    ("[source]\nfolders = ['empty']\n", "name the folder of your digests with --source"),
    ("[[feeds.saved]]\nname = 'a'\n", "'a' names no topic, keyword or author"),
    ("[check]\nignore = ['D999']\n", "check.ignore: no finding has the code D999"),
]


@pytest.mark.parametrize(("settings", "text"), SETTINGS)
def test_wrong_settings(publisher: Run, tmp_path: Path, settings: str, text: str) -> None:
    (tmp_path / "publisher.toml").write_text(settings, encoding="utf-8")
    (tmp_path / "empty").mkdir()
    error = publisher("build", code=1).stderr
    assert text in error
    assert error.startswith("publisher: ")
    assert len(error.splitlines()) == 1


COMMANDS = [
    (["build", "--config", "nowhere.toml"], "nowhere.toml: no such file; `publisher init` writes"),
    (["build", "--source", "nowhere"], "nowhere: no such folder (setting source.folders)"),
    (["subscribers", "add", "ada"], "ada"),
    (["subscribers", "confirm", "ada@example.org"], "ada@example.org"),
    (["subscribers", "set", "ada@example.org", "--all-topics"], "`publisher subscribers list`"),
    (["subscribers", "import", "nowhere.csv"], "nowhere.csv: can't be read"),
    (["ping", "nowhere"], "feeds.hub: is not set, so there is no hub to tell"),
    (["tokens", "revoke", "ci"], "ci: no such token, or already revoked; see `publisher tokens"),
    (["login"], "web.url: is not set; the operator's pages are part of the web app"),
]


@pytest.mark.parametrize(("arguments", "text"), COMMANDS)
def test_wrong_commands(publisher: Run, arguments: list[str], text: str) -> None:
    assert text in publisher(*arguments, code=1).stderr


def test_nothing_to_send(publisher: Run, examples: Path) -> None:
    done = publisher("send", "--dry-run", "--issue", "2020-W02", "--source", examples, code=1)
    assert "issue 2020-W02: no papers" in done.stderr
    assert "`publisher papers` lists all with their days" in done.stderr


def test_the_store_is_none_or_newer(publisher: Run, tmp_path: Path) -> None:
    (tmp_path / "a.db").write_text("no database at all, but a longer text", encoding="utf-8")
    url = {"PUBLISHER_STORE__URL": "sqlite:///a.db"}
    assert "a.db: the file is not an SQLite database" in publisher("status", code=1, **url).stderr
    newer = {"PUBLISHER_STORE__URL": "sqlite:///b.db"}
    publisher("status", **newer)
    with sqlite3.connect(tmp_path / "b.db") as connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
    connection.close()
    shown = publisher("status", code=1, **newer).stderr
    assert "b.db: made by a newer version of this program" in shown
    assert "upgrade the program" in shown


def test_the_output_folder_can_not_be_made(publisher: Run, tmp_path: Path, examples: Path) -> None:
    (tmp_path / "public").touch()
    shown = publisher("build", "--source", examples, "--output", "public", code=1).stderr
    assert "public: can't be written" in shown


def test_the_mail_server_is_not_there(publisher: Run, examples: Path) -> None:
    mail = {
        "PUBLISHER_MAIL__TRANSPORT": "smtp",
        "PUBLISHER_MAIL__HOST": "127.0.0.1",
        "PUBLISHER_MAIL__PORT": str(free_port()),
        "PUBLISHER_MAIL__SECURITY": "none",
        "PUBLISHER_MAIL__FROM_ADDRESS": "list@example.org",
    }
    arguments = ("send", "--issue", "2024-W49", "--to", "ada@example.org", "--source", examples)
    assert "(is mail.port right?)" in publisher(*arguments, code=1, **mail).stderr


def test_another_program_has_the_store(publisher: Run, tmp_path: Path) -> None:
    publisher("status")
    with closing(sqlite3.connect(tmp_path / ".publisher/publisher.db")) as connection:
        connection.execute("BEGIN EXCLUSIVE")
        shown = publisher("subscribers", "add", "ada@example.org", code=1).stderr
    assert "publisher.db: another program holds it; try again when that has finished" in shown


def test_another_program_has_the_port(publisher: Run, examples: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = str(server.getsockname()[1])
        web = {"PUBLISHER_WEB__URL": "http://localhost:8000/"}
        shown = publisher("serve", "--port", port, code=1, **web).stderr
        assert f"web.port: 127.0.0.1:{port} can't be used: Address already in use" in shown
        assert "name another port with --port" in shown
        preview = publisher("preview", "--serve", "--port", port, "--source", examples, code=1)
        assert f"port {port} can't be used: Address already in use" in preview.stderr


@pytest.mark.parametrize(
    ("text", "reason"), [("{% if %}", "Expected an expression"), ("{{ a.b }}", "'a' is undefined")]
)
def test_a_template_is_broken(
    publisher: Run, tmp_path: Path, examples: Path, text: str, reason: str
) -> None:
    own = tmp_path / "own/pages/index.html.j2"
    own.parent.mkdir(parents=True)
    own.write_text(f"\n{text}", encoding="utf-8")
    folder = {"PUBLISHER_TEMPLATES__FOLDER": "own"}
    shown = publisher("build", "--source", examples, code=1, **folder).stderr
    assert f"{own}:2: {reason}" in shown
    assert "mend it, or remove it to have the program's own template" in shown


def test_the_disk_is_full(publisher: Run, tmp_path: Path, examples: Path) -> None:
    disk = tmp_path / "disk"
    disk.mkdir()
    mount = shutil.which("mount") or "mount"
    mounting = subprocess.run([mount, "-t", "tmpfs", "-o", "size=64k", "tmpfs", disk], check=False)
    if mounting.returncode:
        pytest.skip("no file system may be mounted")
    try:
        built = publisher("build", "--source", examples, "--output", "disk", code=1).stderr
        url = {"PUBLISHER_STORE__URL": "sqlite:///disk/a.db"}
        added = publisher("subscribers", "add", "ada@example.org", code=1, **url).stderr
    finally:
        subprocess.run(["umount", disk], check=True)
    assert "can't be written: No space left on device; make room, then run" in built
    assert "disk/a.db: the disk is full; make room" in added


def test_nothing_is_permitted(tmp_path: Path, examples: Path) -> None:
    locked = tmp_path / "locked"
    locked.mkdir(mode=0)
    command = [sys.executable, "-m", "publisher", "build", "--source", str(examples)]
    if os.geteuid() == 0:  # whom no mode keeps out
        if shutil.which("setpriv") is None:
            pytest.skip("root, and no setpriv")
        rights = "--bounding-set=-dac_override,-dac_read_search"
        command = ["setpriv", rights, "--inh-caps=-all", *command]
    done = subprocess.run(
        [*command, "--output", "locked/site"], cwd=tmp_path, capture_output=True, text=True
    )
    assert done.returncode == 1
    assert "locked/site: can't be written: Permission denied (setting output.folder)" in done.stderr


def test_an_extra_is_missing(publisher: Run, tmp_path: Path) -> None:
    (tmp_path / "starlette.py").write_text("raise ImportError(name='starlette')\n")
    shown = publisher("serve", code=1, PYTHONPATH=str(tmp_path)).stderr
    assert "starlette is missing: pip install 'digest-publisher[web]'" in shown


def test_the_login_is_refused(publisher: Run, examples: Path) -> None:
    controller = Controller(
        Sink(),
        hostname="127.0.0.1",
        port=free_port(),
        authenticator=lambda *_login: AuthResult(success=False, handled=False),
        auth_require_tls=False,
    )
    controller.start()
    mail = {
        "TRANSPORT": "smtp",
        "HOST": "127.0.0.1",
        "PORT": str(controller.port),
        "SECURITY": "none",
        "FROM_ADDRESS": "list@example.org",
        "USERNAME": "list@example.org",
        "PASSWORD": "wrong",
    }
    variables = {f"PUBLISHER_MAIL__{name}": value for name, value in mail.items()}
    arguments = ("send", "--issue", "2024-W49", "--to", "ada@example.org", "--source", examples)
    try:
        shown = publisher(*arguments, code=1, **variables).stderr
    finally:
        controller.stop()
    assert f"127.0.0.1:{controller.port}" in shown
    assert "535" in shown
    assert "check mail.username and mail.password" in shown
