"""The encrypted copy of the store in a git repository."""

from __future__ import annotations

import shutil
import subprocess
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from publisher.errors import SettingsError, StoreError
from publisher.services import remote_store
from publisher.services.remote_store import RemoteStore, decrypt, encrypt
from publisher.services.store import open_store, store_path
from publisher.settings import load

if TYPE_CHECKING:
    from pathlib import Path

    from publisher.settings import Settings

PASSPHRASE = "correct horse battery staple"


@pytest.fixture
def bare(tmp_path: Path) -> Path:
    subprocess.run(["git", "init", "-q", "--bare", tmp_path / "bare"], check=True)
    return tmp_path / "bare"


def settings_at(folder: Path, remote: object, **more: str) -> Settings:
    folder.mkdir(exist_ok=True)
    store = {"remote": str(remote), "passphrase": PASSPHRASE} | more
    lines = "".join(f'{key} = "{value}"\n' for key, value in store.items())
    (folder / "publisher.toml").write_text(f"[store]\n{lines}")
    return load(folder / "publisher.toml", {})


@pytest.fixture
def first(tmp_path: Path, bare: Path) -> Settings:
    settings = settings_at(tmp_path / "first", bare)
    add(settings, "ada@example.org")
    return settings


def add(settings: Settings, email: str) -> None:
    from datetime import UTC, datetime

    with open_store(settings) as store:
        store.subscribers.add(email, "", (), now=datetime.now(UTC))


def people(settings: Settings) -> list[str]:
    with open_store(settings) as store:
        return sorted(person.email for person in store.subscribers.iterate())


def copy(settings: Settings, **changes: Any) -> RemoteStore:
    return replace(
        RemoteStore.of(settings, store_path(settings)), **({"pause": lambda _: None} | changes)
    )


def test_a_copy_goes_round(tmp_path: Path, bare: Path, first: Settings) -> None:
    assert copy(first).push()
    assert not copy(first).push(), "nothing changed"
    second = settings_at(tmp_path / "second", bare)
    assert copy(second).pull()
    assert people(second) == ["ada@example.org"]
    add(second, "grace@example.org")
    assert copy(second).push()
    assert copy(first).pull()
    assert people(first) == ["ada@example.org", "grace@example.org"]
    log = subprocess.run(
        ["git", "rev-list", "--count", "publisher-store"], cwd=bare, capture_output=True, text=True
    )
    assert log.stdout.strip() == "1"


def test_who_is_second_is_refused(tmp_path: Path, bare: Path, first: Settings) -> None:
    copy(first).push()
    second = settings_at(tmp_path / "second", bare)
    copy(second).pull()
    for settings in (first, second):
        add(settings, "grace@example.org")
    assert copy(first).push()
    with pytest.raises(StoreError, match="another run has saved meanwhile"):
        copy(second).push()
    with pytest.raises(StoreError, match="has changes that were not saved"):
        copy(second).pull()
    assert people(second) == ["ada@example.org", "grace@example.org"], "it is left as it is"
    assert copy(second).pull(force=True)
    assert copy(second).push(force=True)


def test_a_store_that_was_never_pulled_replaces_nothing(
    tmp_path: Path, bare: Path, first: Settings
) -> None:
    copy(first).push()
    second = settings_at(tmp_path / "second", bare)
    add(second, "grace@example.org")
    with pytest.raises(StoreError, match="another run"):
        copy(second).push()


def test_a_lost_answer_is_no_failure(first: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    push = remote_store._StoreBranch.push

    def lose(self: Any, commit: str, base: str) -> None:
        push(self, commit, base)
        raise StoreError("the connection broke")

    monkeypatch.setattr(remote_store._StoreBranch, "push", lose)
    assert copy(first).push()
    monkeypatch.undo()
    add(first, "grace@example.org")
    assert copy(first).push()


def test_a_branch_that_is_gone_is_told(bare: Path, first: Settings) -> None:
    copy(first).push()
    subprocess.run(["git", "branch", "-D", "publisher-store"], cwd=bare, check=True)
    with pytest.raises(StoreError, match="is gone"):
        copy(first).pull()
    assert copy(first).push(force=True)


def test_a_server_out_of_reach_is_tried_again(first: Settings, bare: Path) -> None:
    pauses: list[float] = []
    shutil.rmtree(bare)
    with pytest.raises(StoreError, match=r"store\.remote: branch publisher-store of "):
        copy(first, pause=pauses.append).push()
    assert pauses == [1.0, 4.0, 0.0]


def test_nothing_saved_yet(tmp_path: Path, bare: Path) -> None:
    settings = settings_at(tmp_path / "new", bare)
    assert not copy(settings).pull()
    with pytest.raises(StoreError, match="there is no store yet"):
        copy(settings).push()


@pytest.mark.parametrize(
    ("content", "passphrase", "reason"),
    [
        (encrypt(b"data", PASSPHRASE), PASSPHRASE[1:], "does not open here"),
        (encrypt(b"data", PASSPHRASE)[:-1] + b"\0\0", PASSPHRASE, "does not open here"),
        (b"SQLite format 3", PASSPHRASE, "no store of this program"),
    ],
    ids=["another passphrase", "damaged", "no copy"],  # the first two differ in each process
)
def test_what_can_not_be_opened(content: bytes, passphrase: str, reason: str) -> None:
    with pytest.raises(StoreError, match=reason):
        decrypt(content, passphrase, "here")


def test_encryption_never_repeats_itself() -> None:
    assert decrypt(encrypt(b"data", PASSPHRASE), PASSPHRASE, "") == b"data"
    assert encrypt(b"data", PASSPHRASE) != encrypt(b"data", PASSPHRASE)


@pytest.mark.parametrize(
    ("settings", "reason"),
    [
        ({"passphrase": "short"}, "24 characters"),
        ({"url": "postgresql://localhost/papers"}, "for an SQLite file"),
        ({"remote": ""}, "is not set"),
    ],
)
def test_settings_that_can_not_work(tmp_path: Path, settings: dict[str, str], reason: str) -> None:
    loaded = settings_at(tmp_path / "x", settings.pop("remote", "origin"), **settings)
    with pytest.raises(SettingsError, match=reason):
        RemoteStore.of(loaded, store_path(loaded))


def test_a_token_in_the_address_is_not_shown(tmp_path: Path) -> None:
    loaded = settings_at(tmp_path / "x", "https://me:token@127.0.0.1:9/x.git")
    add(settings_at(tmp_path / "x", ""), "ada@example.org")
    with pytest.raises(StoreError) as error:
        copy(loaded).push()
    assert "token" not in str(error.value)
