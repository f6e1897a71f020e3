"""Private files: kept out of repositories and of the published folder."""

from __future__ import annotations

import os
import shlex
import shutil
import stat
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from publisher.errors import SettingsError
from publisher.private_folder import make_private_folder
from publisher.services import private_files
from publisher.services.private_files import exposed, extend_ignore_file, refuse_to_publish
from publisher.services.store import open_store
from publisher.settings import load
from publisher.store.database import open_store as open_database

if TYPE_CHECKING:
    from collections.abc import Mapping

    from publisher.settings import Settings

FORMER = {"store": {"url": "sqlite:///publisher.db"}, "mail": {"outbox": "outbox"}}


def git(folder: Path, *arguments: str) -> str:
    command = ["git", "-c", "user.name=T", "-c", "user.email=t@example.org", *arguments]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.fixture
def blog(tmp_path: Path) -> Path:
    folder = tmp_path / "my blog"
    folder.mkdir()
    git(folder, "init", "-q")
    return folder


def settings_in(
    folder: Path, flags: Mapping[str, Mapping[str, object]] | None = None, toml: str = ""
) -> Settings:
    config = folder / "publisher.toml"
    config.write_text(toml)
    return load(config, {}, flags)


def with_files(settings: Settings) -> Settings:
    """Write what a while of publishing leaves, and leave the store open after a crash."""
    with open_store(settings) as store:
        store.subscribers.iterate()
    (settings.base / "publisher.db-wal").touch()
    outbox = settings.path(settings.mail.outbox)
    make_private_folder(outbox)
    (outbox / "a.eml").write_text("To: ada@example.org")
    return settings


def codes(settings: Settings, environment: Mapping[str, str] | None = None) -> list[str]:
    found = exposed(settings, environment or {})
    return [f"{finding.code} {Path(finding.path).name}" for finding in found]


def test_new_installations_are_private_without_any_step(blog: Path) -> None:
    settings = with_files(settings_in(blog))
    (blog / "publisher.db-wal").unlink()
    (blog / "publisher.toml").unlink()
    data = blog / ".publisher"
    assert (data / "publisher.db").is_file()
    assert git(blog, "status", "--porcelain", "--untracked-files=all") == ""
    for path, mode in (
        (data, 0o700),
        (data / "publisher.db", 0o600),
        (data / "outbox", 0o700),
    ):
        assert stat.S_IMODE(path.stat().st_mode) == mode, path
    assert codes(settings) == []


def test_a_repository_that_is_made_later(tmp_path: Path) -> None:
    settings = with_files(settings_in(tmp_path, {"store": {"url": "sqlite:///data/s/a.db"}}))
    git(tmp_path, "init", "-q")
    (tmp_path / "publisher.db-wal").unlink()
    git(tmp_path, "add", "-A")
    assert git(tmp_path, "ls-files") == "publisher.toml\n"
    assert codes(settings) == []


def test_what_git_tracks_or_would_add_is_found(blog: Path) -> None:
    settings = with_files(settings_in(blog, FORMER))
    (blog / "outbox" / ".gitignore").unlink()
    assert codes(settings) == ["S102 outbox", "S102 publisher.db"]
    git(blog, "add", "-A")
    assert codes(settings) == ["S101 outbox", "S101 publisher.db"]
    git(blog, "commit", "-qm", "all")
    assert codes(settings) == ["S101 outbox", "S101 publisher.db"]

    for finding in exposed(settings, {}):
        command = finding.message.partition("`")[2].partition("`")[0]
        subprocess.run(shlex.split(command), check=True, capture_output=True, cwd=blog.parent)
        line = finding.message.partition("add the line ")[2].partition(" to ")[0]
        with (blog / ".gitignore").open("a") as file:
            file.write(line + "\n")
    assert codes(settings) == []
    assert (blog / "publisher.db").is_file()
    git(blog, "add", "-A")
    assert git(blog, "ls-files").split() == [".gitignore", "publisher.toml"]


def test_a_store_of_an_earlier_version_is_found_and_can_be_moved(blog: Path) -> None:
    before = with_files(settings_in(blog, FORMER))
    assert before.store.url.reveal() == "sqlite:///publisher.db"
    settings = settings_in(blog)
    assert settings.store.url.reveal() == "sqlite:///publisher.db"
    (message,) = (found.message for found in exposed(settings, {}) if "store.url" in found.message)
    assert f"move {blog}/publisher.db* into {blog}/.publisher" in message
    assert 'set store.url to "sqlite:///.publisher/publisher.db"' in message

    make_private_folder(blog / ".publisher")
    for path in blog.glob("publisher.db*"):
        path.rename(blog / ".publisher" / path.name)
    settings = settings_in(blog)
    assert settings.store.url.reveal() == "sqlite:///.publisher/publisher.db"
    assert codes(settings) == []


def test_passwords_keys_and_mails_are_private_too(blog: Path) -> None:
    names = {"mail": {"oauth2_file": "o.json", "dkim_key_file": "keys/dkim [1].pem"}}
    toml = '[mail]\npassword = "correct horse"\n[inbox]\nmaildir = "Maildir"\n'
    settings = settings_in(blog, names, toml)
    (blog / "keys").mkdir()
    (blog / "Maildir" / "new").mkdir(parents=True)
    for name in ("o.json", "keys/dkim [1].pem", "Maildir/new/1", "app-password"):
        (blog / name).write_text("x")
    environment = {"PUBLISHER_MAIL__PASSWORD_FILE": str(blog / "app-password")}
    assert sorted(codes(settings, environment)) == [
        "S102 Maildir", "S102 app-password", "S102 dkim [1].pem", "S102 o.json",
        "S102 publisher.toml",
    ]  # fmt: skip
    advice = {Path(found.path).name: found.message for found in exposed(settings, environment)}
    assert "set PUBLISHER_MAIL__PASSWORD instead" in advice["publisher.toml"]

    assert extend_ignore_file(settings, environment) == blog / ".gitignore"
    assert codes(settings, environment) == ["S102 publisher.toml"]


def test_secrets_of_the_environment_do_not_make_the_settings_private(blog: Path) -> None:
    (blog / "publisher.toml").write_text('[mail]\nhost = "mail.example.org"\n')
    settings = load(blog / "publisher.toml", {"PUBLISHER_MAIL__PASSWORD": "correct horse"})
    git(blog, "add", "-A")
    assert codes(settings) == []


@pytest.mark.parametrize("place", ["a folder", "a link", "a hook", "another's"])
def test_the_repository_above(blog: Path, place: str, monkeypatch: pytest.MonkeyPatch) -> None:
    home = blog / "sites" / "papers"
    home.mkdir(parents=True)
    settings = with_files(settings_in(home, FORMER))
    if place == "a link":
        link = blog.parent / "link"
        link.symlink_to(home)
        settings = settings_in(link, FORMER)
    if place == "a hook":
        monkeypatch.setenv("GIT_DIR", str(blog.parent))
        monkeypatch.setenv("GIT_INDEX_FILE", "nowhere")
    if place == "another's" and os.geteuid() == 0:
        os.chown(blog, 12345, 12345)
        os.chown(blog / ".git", 12345, 12345)
    shutil.rmtree(home / "outbox")
    assert codes(settings) == ["S102 publisher.db"]
    (message,) = (found.message for found in exposed(settings, {}))
    assert f"add the line /sites/papers/publisher.db* to {blog}/.gitignore" in message
    monkeypatch.undo()
    extend_ignore_file(settings, {})
    assert codes(settings) == []


def test_no_repository_no_git_no_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    settings = with_files(settings_in(tmp_path, FORMER))
    assert codes(settings) == []
    git(tmp_path, "init", "-q")
    assert "S102 publisher.db" in codes(settings)
    server = load(None, {}, {"store": {"url": "postgresql://u:p@host/name"}})
    assert private_files.warnings(server) == []
    monkeypatch.setenv("PATH", "")
    assert codes(settings) == []


GITIGNORES = {
    "none": b"",
    "windows": b"node_modules/\r\npublic/\r\n",
    "unfinished": b"node_modules/\n*.log",
    "not text": b"caf\xe9/\n\xff\xfe",
    "allows": b"*\n!publisher.db\n!.publisher/\n!*.md\n",
    "a part": b"/outbox/\n/publisher.db*\n",
}


@pytest.mark.parametrize("before", GITIGNORES.values(), ids=GITIGNORES.keys())
def test_an_ignore_file_is_extended(blog: Path, before: bytes) -> None:
    settings = with_files(settings_in(blog, FORMER))
    file = blog / ".gitignore"
    if before:
        file.write_bytes(before)
        file.chmod(0o640)
    assert extend_ignore_file(settings, {}) == file
    after = file.read_bytes()
    assert after.startswith(before)
    ending = b"\r\n" if b"\r\n" in before else b"\n"
    assert after.count(b"\n") == after.count(ending)
    assert after.splitlines().count(b"/outbox/") == 1
    if before:
        assert stat.S_IMODE(file.stat().st_mode) == 0o640
    git(blog, "add", "-A")
    assert not {"publisher.db", "outbox/a.eml"} & set(git(blog, "ls-files").split())
    assert extend_ignore_file(settings, {}) is None
    assert file.read_bytes() == after


@pytest.mark.parametrize(
    ("folder", "url"),
    [
        (".", "sqlite:///publisher.db"),
        (".", "sqlite:///.publisher/publisher.db"),
        ("site", "sqlite:///site/data/publisher.db"),
        ("linked", "sqlite:///site/publisher.db"),
    ],
)
def test_what_is_published_holds_nothing_private(tmp_path: Path, folder: str, url: str) -> None:
    (tmp_path / "linked").symlink_to("site")
    settings = settings_in(tmp_path, {"output": {"folder": folder}, "store": {"url": url}})
    refuse_to_publish(settings, {})
    open_store(settings).close()
    with pytest.raises(SettingsError, match=r"^output\.folder: .*setting store\.url"):
        refuse_to_publish(settings, {})


def test_a_store_where_its_folder_exists_already(tmp_path: Path) -> None:
    tmp_path.chmod(0o755)
    open_database(f"sqlite:///{tmp_path}/a.db").close()
    assert stat.S_IMODE(tmp_path.stat().st_mode) == 0o755
    assert not (tmp_path / ".gitignore").exists()
