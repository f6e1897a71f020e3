"""`publisher doctor`, as people run it."""

from __future__ import annotations

import json
import os
import socket
import time
from typing import TYPE_CHECKING

from support.smtp_sink import Sink, mail_server

if TYPE_CHECKING:
    import subprocess
    from collections.abc import Callable
    from pathlib import Path

    Run = Callable[..., subprocess.CompletedProcess[str]]


def state_of(folder: Path) -> dict[str, tuple[int, int]]:
    """Return size and time of change of everything in `folder`."""
    return {
        str(path.relative_to(folder)): (path.stat().st_size, path.stat().st_mtime_ns)
        for path in (folder, *folder.rglob("*"))
    }


def write_settings(folder: Path, text: str = "") -> None:
    (folder / "publisher.toml").write_text(
        f'[source]\nfolders = ["digests"]\n{text}', encoding="utf-8"
    )


def test_an_empty_folder(publisher: Run, tmp_path: Path) -> None:
    done = publisher("doctor", code=1)
    assert "there is no publisher.toml" in done.stdout
    assert "`publisher init`" in done.stdout
    assert "1 thing to mend:" in done.stdout
    assert list(tmp_path.iterdir()) == []


def test_nothing_is_written(publisher: Run, examples: Path, tmp_path: Path) -> None:
    (tmp_path / "cache").mkdir()
    write_settings(tmp_path)
    (tmp_path / "digests").symlink_to(examples)
    home = {"XDG_CACHE_HOME": str(tmp_path / "cache")}
    before = state_of(tmp_path)
    done = publisher("doctor", **home)
    assert "25 papers in 10 digests" in done.stdout
    assert "none yet" in done.stdout
    assert state_of(tmp_path) == before
    publisher("build", **home)
    publisher("subscribers", "add", "ada@example.org", "--confirmed", **home)
    before = state_of(tmp_path)
    done = publisher("doctor", **home)
    assert "is sound; 1 active subscriber" in done.stdout
    assert "is not sent" in done.stdout
    assert {name for name in state_of(tmp_path) if "cache" not in name} == {
        name for name in before if "cache" not in name
    }


def test_json_and_areas(publisher: Run, tmp_path: Path) -> None:
    write_settings(tmp_path)
    done = publisher("doctor", "--json", "settings", "sources", code=1)
    report = json.loads(done.stdout)
    assert report["errors"] == 1
    assert {check["area"] for check in report["checks"]} == {"settings", "sources"}
    assert set(report["checks"][0]) == {"area", "status", "message", "advice", "setting"}
    done = publisher("doctor", "maill", code=2)
    assert "maill is no area; there are program, settings" in done.stderr


def test_a_wrong_setting(publisher: Run, tmp_path: Path) -> None:
    write_settings(tmp_path, '[mail]\ntransprot = "smtp"\n')
    done = publisher("doctor", code=1)
    assert "did you mean mail.transport?" in done.stdout


def test_marks_that_a_terminal_lacks(publisher: Run, tmp_path: Path) -> None:
    (tmp_path / "digests").mkdir()
    write_settings(tmp_path)
    done = publisher("doctor", "disk", "settings", PYTHONIOENCODING="ascii")
    assert "  ok " in done.stdout
    assert "  ! site.url" in done.stdout
    assert done.stdout.isascii()


def test_a_login_without_a_mail(publisher: Run, tmp_path: Path) -> None:
    write_settings(tmp_path)
    sink = Sink()
    with mail_server(sink) as server:
        done = publisher("doctor", "mail", **server)
        assert f"127.0.0.1:{server['PUBLISHER_MAIL__PORT']} answers; no login is set" in done.stdout
        login = {"PUBLISHER_MAIL__USERNAME": "me", "PUBLISHER_MAIL__PASSWORD": "horse battery"}
        done = publisher("doctor", "mail", code=1, **server, **login)
    assert "offers no login" in done.stdout
    assert "battery" not in done.stdout
    assert sink.got == []


def test_servers_that_never_answer(publisher: Run, tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        port = silent.getsockname()[1]
        write_settings(
            tmp_path,
            f"""
[mail]
transport = "smtp"
host = "127.0.0.1"
port = {port}
security = "none"
from_address = "news@papers.example.org"
[inbox]
host = "127.0.0.1"
port = {port}
security = "none"
username = "me"
password = "battery"
[web]
url = "http://localhost:{port}"
[gather]
arxiv_url = "http://127.0.0.1:{port}"
[[gather.topics]]
name = "Vision"
categories = ["cs.CV"]
[gather.model]
url = "http://127.0.0.1:{port}/v1"
name = "m"
""",
        )
        (tmp_path / "digests").mkdir()
        began = time.monotonic()
        done = publisher("doctor", "--json", code=1)
        seconds = time.monotonic() - began
    # The machine may be busy with other tests; by itself it takes about seven seconds.
    assert seconds < 10 * max(1.0, os.getloadavg()[0] / (os.cpu_count() or 1))
    checks = json.loads(done.stdout)["checks"]
    failed = {check["area"] for check in checks if check["status"] in ("error", "warning")}
    assert {"mail", "mailbox", "web", "gather"} <= failed
    assert "battery" not in done.stdout
