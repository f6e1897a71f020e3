"""The checks against real parts: servers, files, disks, databases, clocks."""

from __future__ import annotations

import shutil
import socket
import sqlite3
import subprocess
import sys
import threading
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from support.dns_server import serving as dns_serving
from support.fake_model import FakeModel
from support.fake_pages import FakePages
from support.https_front import https_front
from support.imap_server import imap_server
from support.ports import free_port
from support.smtp_sink import Sink, mail_server

from publisher.models.health import HealthStatus
from publisher.services.doctor import PROBES, Examination, output, run_probes
from publisher.services.store import open_store
from publisher.settings import load

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from publisher.models.health import HealthCheck

OK, WARNING, ERROR, SKIPPED = HealthStatus


def examined(
    tmp_path: Path,
    area: str,
    *,
    nameserver: str = "",
    now: datetime | None = None,
    **flags: dict[str, Any],
) -> list[HealthCheck]:
    """Return the checks of an area of the settings `flags` in `tmp_path`."""
    file = tmp_path / "publisher.toml"
    file.touch()
    sections = {name.replace("__", "."): keys for name, keys in flags.items()}
    cache = {"cache": str(tmp_path / "no cache")}
    sections["source"] = cache | sections.get("source", {})
    settings = load(file, {}, sections)
    examination = Examination(settings, now or datetime.now(UTC), nameserver=nameserver)
    probes = [probe for probe in PROBES if probe.area == area]
    return list(run_probes(probes, examination, seconds=60))


def problems(checks: list[HealthCheck]) -> list[tuple[HealthStatus, str]]:
    return [(check.status, check.setting) for check in checks if check.is_problem]


def smtp(port: int, **keys: object) -> dict[str, Any]:
    return {
        "transport": "smtp",
        "host": "localhost",
        "port": port,
        "security": "ssl",
        "from_address": "news@papers.dev",
        **keys,
    }


@contextmanager
def secure_mail_server(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, days: int
) -> Iterator[tuple[int, Sink]]:
    """Run a mail server whose certificate, which the system trusts, ends in `days`."""
    sink = Sink()
    with (
        mail_server(sink) as plain,
        https_front(tmp_path, "localhost", int(plain["PUBLISHER_MAIL__PORT"]), days) as port,
    ):
        monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "server.pem"))
        yield port, sink


@pytest.mark.parametrize(
    ("days", "status", "words"),
    [(90, OK, "answers"), (5, WARNING, "certificate of localhost ends in"), (-2, ERROR, "expired")],
)
def test_certificates_of_mail_servers(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    days: int,
    status: HealthStatus,
    words: str,
) -> None:
    with secure_mail_server(tmp_path, monkeypatch, days) as (port, sink):
        checks = examined(tmp_path, "mail", mail=smtp(port))
    assert checks[-1].status is status
    assert words in checks[-1].message
    assert sink.got == []


def test_a_mail_server_that_is_down(tmp_path: Path) -> None:
    checks = examined(tmp_path, "mail", mail=smtp(free_port()))
    assert problems(checks) == [(ERROR, "mail.host")]
    assert "refused" in checks[-1].message


def test_an_unknown_transport(tmp_path: Path) -> None:
    checks = examined(tmp_path, "mail", mail={"transport": "smpt"})
    assert {check.status for check in checks} == {ERROR}
    assert "did you mean smtp?" in checks[0].message


def test_dns(tmp_path: Path) -> None:
    mail = smtp(25, host="mail.papers.dev")
    zone = {
        ("papers.dev", "MX"): ["10 mail.papers.dev."],
        ("papers.dev", "TXT"): ['"v=spf1 include:elsewhere.dev +all"'],
        ("elsewhere.dev", "TXT"): ['"v=spf1 -all"'],
    }
    with dns_serving(zone) as server:
        checks = examined(tmp_path, "dns", nameserver=server.address, mail=mail)
    assert any("N301" in check.advice for check in checks if check.status is WARNING)
    with dns_serving({}, silent=True) as server:
        (check,) = examined(tmp_path, "dns", nameserver=server.address, mail=mail)
    assert check.status is SKIPPED


def test_an_imap_mailbox(tmp_path: Path) -> None:
    with imap_server(tmp_path) as server:
        inbox: dict[str, Any] = {
            "host": "127.0.0.1",
            "port": server.port,
            "security": "none",
            "username": "keeper",
            "password": "secret",
        }
        mail = server.mail / "new" / "1.host"
        mail.write_bytes(b"From: a@example.org\r\nSubject: help\r\n\r\n")
        (check,) = examined(tmp_path, "mailbox", inbox=inbox)
        assert (check.status, check.setting) == (OK, "inbox.host")
        assert "1 mail of the last 30 days" in check.message
        # Servers move a mail from `new` to `cur` for whoever looks; it is still unread.
        (left,) = [*(server.mail / "new").iterdir(), *(server.mail / "cur").iterdir()]
        assert "S" not in left.name.partition(":2,")[2]
        wrong = inbox | {"password": "horse battery"}
        (check,) = examined(tmp_path, "mailbox", inbox=wrong)
        assert problems([check]) == [(ERROR, "inbox.host")]
        assert "battery" not in check.message
        (check,) = examined(tmp_path, "mailbox", inbox=inbox | {"folder": "Elsewhere"})
        assert (check.status, "Elsewhere" in check.message) == (ERROR, True)


def test_a_maildir(tmp_path: Path) -> None:
    inbox = {"maildir": "mail"}
    (check,) = examined(tmp_path, "mailbox", inbox=inbox)
    assert problems([check]) == [(ERROR, "inbox.maildir")]
    for part in ("new", "cur", "tmp"):
        (tmp_path / "mail" / part).mkdir(parents=True)
    (check,) = examined(tmp_path, "mailbox", inbox=inbox)
    assert (check.status, "0 mails" in check.message) == (OK, True)


def store_in(tmp_path: Path) -> Path:
    (tmp_path / "publisher.toml").touch()
    with open_store(load(tmp_path / "publisher.toml", {})) as store:
        store.subscribers.add("ada@example.org", "", (), now=datetime.now(UTC))
    return tmp_path / ".publisher" / "publisher.db"


def test_a_sound_store(tmp_path: Path) -> None:
    path = store_in(tmp_path)
    before = sorted(path.parent.iterdir())
    (check,) = examined(tmp_path, "store")
    assert (check.status, "is sound; 0 active subscribers" in check.message) == (OK, True)
    assert sorted(path.parent.iterdir()) == before
    (backup,) = examined(tmp_path, "backups")
    assert backup.advice == f"""sqlite3 {path} ".backup '{path}.backup'\""""


def test_a_store_in_use(tmp_path: Path) -> None:
    store_in(tmp_path)
    with open_store(load(tmp_path / "publisher.toml", {})) as store:
        store.subscribers.add("bo@example.org", "", (), now=datetime.now(UTC))
        store.subscribers.confirm("bo@example.org", now=datetime.now(UTC))
        (check,) = examined(tmp_path, "store")
    assert "1 active subscriber" in check.message


def test_digests_that_are_missing_are_named_once(tmp_path: Path) -> None:
    store_in(tmp_path)
    with open_store(load(tmp_path / "publisher.toml", {})) as store:
        store.subscribers.confirm("ada@example.org", now=datetime.now(UTC))
    assert problems(examined(tmp_path, "automation")) == []
    assert problems(examined(tmp_path, "sources")) == [(ERROR, "source.folders")]


def test_a_damaged_store(tmp_path: Path) -> None:
    path = store_in(tmp_path)
    content = bytearray(path.read_bytes())
    content[40_000:90_000] = b"\x99" * 50_000
    path.write_bytes(content)
    assert problems(examined(tmp_path, "store"))[0][0] is ERROR
    path.write_bytes(b"no database at all" * 100)
    checks = examined(tmp_path, "store")
    assert checks[0].status is ERROR
    assert "not an SQLite database" in checks[0].message
    assert [check.status for check in examined(tmp_path, "automation")][1:] == [SKIPPED, SKIPPED]


@pytest.mark.parametrize(
    ("revision", "status", "words"),
    [("9999", ERROR, "newer version"), ("0009", WARNING, "earlier version")],
)
def test_stores_of_other_versions(
    tmp_path: Path, revision: str, status: HealthStatus, words: str
) -> None:
    path = store_in(tmp_path)
    with sqlite3.connect(path) as connection:
        connection.execute("UPDATE alembic_version SET version_num = ?", (revision,))
    connection.close()
    check = examined(tmp_path, "store")[0]
    assert check.status is status
    assert words in check.message


def test_a_database_server_that_is_down(tmp_path: Path) -> None:
    url = f"postgresql://me:horse@127.0.0.1:{free_port()}/papers"
    checks = examined(tmp_path, "store", store={"url": url})
    assert checks[0].status is ERROR
    assert "refused" in checks[0].message
    assert "horse" not in str(checks)


@pytest.mark.on_postgresql
def test_a_database_server(tmp_path: Path, url: str) -> None:
    (check,) = examined(tmp_path, "store", store={"url": url})
    assert (check.status, "is sound" in check.message) == (OK, True)


@pytest.mark.skipif(sys.platform == "win32", reason="has other permissions")
def test_private_files_that_others_can_read(tmp_path: Path) -> None:
    path = store_in(tmp_path)
    tmp_path.chmod(0o755)
    path.parent.chmod(0o755)
    checks = [check for check in examined(tmp_path, "store") if check.is_problem]
    assert [check.advice for check in checks] == [f"chmod -R u=rwX,go= {path.parent}"]
    done = subprocess.run(["sh", "-c", checks[0].advice], check=False)
    assert done.returncode == 0
    assert problems(examined(tmp_path, "store")) == []


def test_a_store_that_would_be_published(tmp_path: Path) -> None:
    path = store_in(tmp_path)
    checks = examined(tmp_path, "store", output={"folder": str(path.parent)})
    assert (ERROR, "output.folder") in problems(checks)


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="mounts a file system")
def test_a_full_disk(tmp_path: Path) -> None:
    from sender.delivery.test_disk_and_clock import small_disk

    with small_disk(tmp_path / "disk", "1m") as disk:
        checks = examined(tmp_path, "disk", output={"folder": str(disk / "site")})
    assert problems(checks)[0] == (ERROR, "output.folder")
    assert str(disk) in checks[0].message


def test_a_wrong_clock(tmp_path: Path) -> None:
    with FakePages() as pages:
        gather = {
            "arxiv_url": pages.url,
            "topics": [{"name": "Vision", "categories": ["cs.CV"]}],
        }
        for hours, status in ((0, OK), (3, ERROR)):
            now = datetime.now(UTC) + timedelta(hours=hours)
            checks = examined(tmp_path, "clock", now=now, gather=gather)
            assert checks[-1].status is status
    checks = examined(tmp_path, "clock", now=datetime.now(UTC) - timedelta(days=2))
    assert "still to come" in checks[1].message


@pytest.mark.skipif(shutil.which("faketime") is None, reason="needs faketime")
def test_a_clock_of_the_past(tmp_path: Path) -> None:
    (tmp_path / "publisher.toml").touch()
    command = ["faketime", "-f", "-3d", sys.executable, "-m", "publisher", "doctor", "clock"]
    done = subprocess.run(command, capture_output=True, text=True, cwd=tmp_path, timeout=120)
    assert "which is still to come" in done.stdout


def test_the_site_as_readers_get_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(output, "is_local", lambda _host: False)
    site = tmp_path / "paper-site"
    site.mkdir()
    feed = "<feed>tag:papers.example.org,2024:all</feed>"
    (site / "atom.xml").write_text(feed, encoding="utf-8")
    with FakePages() as pages:
        keys = {"url": f"{pages.url}/blog", "tag_domain": "papers.example.org"}
        for page, expected in (
            (feed, OK),
            (f"{feed} old", WARNING),
            ("<html>", ERROR),
            (404, ERROR),
        ):
            pages.pages["/blog/atom.xml"] = page
            checks = examined(tmp_path, "output", site=keys)
            assert checks[-1].status is expected, page


def test_folders_that_blogs_empty(tmp_path: Path) -> None:
    (tmp_path / "_config.yml").write_text("title: Blog\n", encoding="utf-8")
    checks = examined(tmp_path, "output", output={"folder": "public"})
    assert problems(checks) == [(ERROR, "output.folder")]
    checks = examined(tmp_path, "output", output={"folder": "source/papers"})
    assert [check.advice for check in checks if check.is_problem] == [
        'add to _config.yml: skip_render: "papers/**"'
    ]
    (tmp_path / "_config.yml").write_text('skip_render: "papers/**"\n', encoding="utf-8")
    assert problems(examined(tmp_path, "output", output={"folder": "source/papers"})) == []


def test_templates(tmp_path: Path) -> None:
    own = tmp_path / "mine" / "email"
    own.mkdir(parents=True)
    flags: dict[str, Any] = {"templates": {"folder": "mine"}}
    (own / "issue.txt.j2").write_text("{{ issue.title }}\n", encoding="utf-8")
    (check,) = examined(tmp_path, "templates", **flags)
    assert (check.status, check.message) == (OK, "1 template of yours compiles")
    (own / "issue.txt.j2").write_text("fine\n{{ issue.title | shout }}\n", encoding="utf-8")
    from publisher.formatter.templating.templates import forget_templates

    forget_templates()
    (check,) = examined(tmp_path, "templates", **flags)
    assert check.status is ERROR
    assert "issue.txt.j2:2: No filter named 'shout'" in check.message
    (check,) = examined(tmp_path, "templates", templates={"folder": "nowhere"})
    assert check.status is ERROR
    assert not (tmp_path / "no cache").exists()


@pytest.mark.skipif(shutil.which("git") is None, reason="needs git")
def test_repositories(tmp_path: Path) -> None:
    subprocess.run(["git", "init", "-q", "-b", "main", str(tmp_path / "repo")], check=True)
    author = ["-c", "user.name=T", "-c", "user.email=t@example.org"]
    commit = ["git", *author, "commit", "-q", "--allow-empty", "-m", "Begin"]
    subprocess.run(commit, cwd=tmp_path / "repo", check=True)

    def answers(**source: object) -> HealthCheck:
        return examined(tmp_path, "sources", source={"folders": (), **source})[-1]

    assert answers(git="repo").status is OK
    assert answers(git="repo", branch="elsewhere").setting == "source.branch"
    assert answers(git="nowhere").status is ERROR
    assert examined(tmp_path, "sources", source={"folders": (), "git": "repo"})[0].status is SKIPPED
    assert not (tmp_path / "no cache").exists()


def test_feeds(tmp_path: Path) -> None:
    with FakePages() as pages:
        pages.pages["/rss"] = "<rss/>"
        source = {"folders": (), "allow_private_hosts": True}
        urls = [f"{pages.url}/rss"]
        checks = examined(tmp_path, "sources", source={**source, "feeds": urls})
        assert checks[-1].message == "1 feed answers"
        urls = [f"{pages.url}/gone"]
        checks = examined(tmp_path, "sources", source={**source, "feeds": urls})
        assert problems(checks)[-1] == (WARNING, "source.feeds")


def test_models(tmp_path: Path) -> None:
    topics = [{"name": "Vision", "sources": ["huggingface"]}]
    flags: dict[str, Any] = {"gather": {"topics": topics}}

    def answer(url: str) -> HealthCheck:
        keys = {"url": url, "name": "m", "api_key": "sk-12345678"}
        return examined(tmp_path, "gather", gather__model=keys, **flags)[-1]

    with FakePages() as pages:
        for page, status in (
            ('{"data": [{"id": "m"}]}', OK),
            ('{"data": [{"id": "n"}]}', WARNING),
            ("[]", OK),
            (404, OK),
            (401, ERROR),
            (403, ERROR),
            (500, ERROR),
        ):
            pages.pages["/v1/models"] = page
            check = answer(f"{pages.url}/v1")
            assert check.status is status, page
            assert "sk-12345678" not in f"{check.message} {check.advice}"
    assert answer(f"http://127.0.0.1:{free_port()}/v1").status is ERROR
    with FakeModel() as model:
        answer(model.url)
        assert model.calls == []  # nothing was asked that costs money


def test_a_server_that_hangs_is_left_alone(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        port = silent.getsockname()[1]
        checks = examined(tmp_path, "mail", mail=smtp(port))
    assert checks[-1].status is ERROR
    assert threading.active_count() < 50
