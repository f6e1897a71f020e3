"""Secrets in files beside the settings."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from publisher.errors import SettingsError
from publisher.settings import load
from publisher.settings.secret_files import secret_file, secret_names, write_secret

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def config(tmp_path: Path) -> Path:
    path = tmp_path / "publisher.toml"
    path.write_text('[mail]\npassword = "of the file"\n')
    return path


def test_every_secret_setting_can_be_kept(config: Path) -> None:
    names = secret_names()
    assert {"mail.password", "inbox.password", "gather.model.api_key", "store.url"} <= set(names)
    for name in names:
        write_secret(config.parent, name, "sqlite:///kept.db" if name == "store.url" else "kept")
    settings = load(config, {})
    assert settings.mail.password.reveal() == "kept"
    assert settings.gather.model.api_key.reveal() == "kept"
    assert settings.store.url.reveal() == "sqlite:///kept.db"


def test_a_kept_secret_goes_before_the_file_and_the_environment_before_it(config: Path) -> None:
    assert load(config, {}).mail.password.reveal() == "of the file"
    write_secret(config.parent, "mail.password", "kept")
    assert load(config, {}).mail.password.reveal() == "kept"
    environment = {"PUBLISHER_MAIL__PASSWORD": "of the environment"}
    assert load(config, environment).mail.password.reveal() == "of the environment"


def test_settings_in_another_folder_have_their_own(config: Path, tmp_path: Path) -> None:
    write_secret(config.parent, "mail.password", "kept")
    (tmp_path / "other").mkdir()
    other = tmp_path / "other" / "publisher.toml"
    other.write_text("")
    assert not load(other, {}).mail.password


def test_only_its_owner_reads_a_secret_and_git_ignores_it(config: Path) -> None:
    write_secret(config.parent, "mail.password", "first")
    path = write_secret(config.parent, "mail.password", "second")
    assert path.read_text() == "second\n"
    assert list(path.parent.iterdir()) == [path]
    if os.name == "posix":
        assert path.stat().st_mode & 0o777 == 0o600
        assert path.parent.stat().st_mode & 0o777 == 0o700
    assert (config.parent / ".publisher/.gitignore").read_text().splitlines()[-1] == "*"


@pytest.mark.parametrize(
    ("content", "reason"), [(b"\xff\xfe", "is not UTF-8"), (None, "can't be read: Is a directory")]
)
def test_a_file_that_is_no_secret_is_named(
    config: Path, content: bytes | None, reason: str
) -> None:
    path = secret_file(config.parent, "mail.password")
    path.parent.mkdir(parents=True)
    if content is None:
        path.mkdir()
    else:
        path.write_bytes(content)
    with pytest.raises(SettingsError, match=f"mail.password {reason}"):
        load(config, {})


def test_what_editors_leave_is_no_secret(config: Path) -> None:
    path = write_secret(config.parent, "mail.password", "kept")
    (path.parent / "mail.password~").write_text("old")
    (path.parent / "mail.host").write_text("not a secret")
    path.write_bytes(b"\xef\xbb\xbfof Notepad\r\n")
    settings = load(config, {})
    assert settings.mail.password.reveal() == "of Notepad"
    assert settings.mail.host == "smtp.gmail.com"
