from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import sqlalchemy as sa

from publisher.errors import StoreError, SubscriberError
from publisher.store.database import open_store
from publisher.store.tables import metadata
from publisher.store.tables.people import suppressions

if TYPE_CHECKING:
    from collections.abc import Callable

    from support.databases import Postgres

NOW = datetime(2024, 12, 9, tzinfo=UTC)


def test_a_new_database_gets_its_folder_tables_and_one_key(tmp_path: Path) -> None:
    path = tmp_path / "a" / "b" / "publisher.db"
    with open_store(f"sqlite:///{path}") as store:
        first = dict(store.keys)
    with open_store(f"sqlite:///{path}") as store:
        assert store.keys == first
    assert [len(secret) for secret in first.values()] == [32]
    assert path.stat().st_mode & 0o077 == 0


def test_the_id_of_an_erased_person_is_never_given_again(url: str) -> None:
    with open_store(url) as store, store._database.reading() as connection:
        statement = "SELECT sql FROM sqlite_master WHERE name = 'subscribers'"
        assert "AUTOINCREMENT" in str(connection.scalar(sa.text(statement)))


def test_the_pragmas_that_the_promise_rests_on(url: str) -> None:
    with open_store(url) as store, store._database.reading() as connection:
        assert connection.scalar(sa.text("PRAGMA journal_mode")) == "wal"
        assert connection.scalar(sa.text("PRAGMA synchronous")) == 2
        assert connection.scalar(sa.text("PRAGMA foreign_keys")) == 1


def test_alembic_is_not_imported_for_a_database_that_is_up_to_date(url: str) -> None:
    open_store(url).close()
    program = (
        "import sys; from publisher.store.database import open_store;"
        f"open_store({url!r}).close(); sys.exit('alembic' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0


def test_processes_that_open_a_new_postgresql_at_once_agree(postgres: Postgres) -> None:
    with postgres.new_database() as url:
        test_processes_that_open_a_new_database_at_once_agree(url)
        with_its_scheme_alone = url.replace("postgresql+psycopg:", "postgresql:")
        with open_store(with_its_scheme_alone) as store:
            assert store.subscribers.count()


def test_processes_that_open_a_new_database_at_once_agree(url: str) -> None:
    program = (
        "from publisher.store.database import open_store;"
        f"s = open_store({url!r}); print(s.keys[1].hex()); s.close()"
    )

    def run(_: int) -> str:
        return subprocess.run(
            [sys.executable, "-c", program], check=True, capture_output=True, text=True
        ).stdout

    with ThreadPoolExecutor(4) as pool:
        assert len(set(pool.map(run, range(4)))) == 1


def write_garbage(path: Path) -> None:
    path.write_bytes(b"this is a text file, and quite a long one at that\n" * 100)


def make_newer(path: Path) -> None:
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("CREATE TABLE alembic_version (version_num VARCHAR(32))")
        connection.execute("INSERT INTO alembic_version VALUES ('9999')")
        connection.commit()


def make_folder(path: Path) -> None:
    path.mkdir()


def block_parent(path: Path) -> None:
    path.parent.rmdir()
    path.parent.write_text("a file where the folder should be")


@pytest.mark.parametrize(
    ("prepare", "message"),
    [
        (write_garbage, "not an SQLite database"),
        (make_newer, "newer version of this program"),
        (make_folder, "is a folder"),
        (block_parent, "can't be created"),
    ],
)
def test_what_can_be_wrong_is_one_clear_line(tmp_path: Path, prepare: object, message: str) -> None:
    path = tmp_path / "sub" / "publisher.db"
    path.parent.mkdir()
    prepare(path)  # type: ignore[operator]
    with pytest.raises(StoreError, match=message) as caught:
        open_store(f"sqlite:///{path}")
    assert str(path) in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("url", ["", "nonsense", "nodb://x/y", "postgresql+nodriver://u:hush@h/d"])
def test_a_wrong_url_is_named_without_its_password(url: str) -> None:
    with pytest.raises(StoreError) as caught:
        open_store(url)
    assert "hush" not in str(caught.value)


def test_a_database_that_another_holds_is_reported_as_locked(url: str, tmp_path: Path) -> None:
    with (
        open_store(url, busy_seconds=0.1) as store,
        closing(sqlite3.connect(tmp_path / "publisher.db", isolation_level=None)) as other,
    ):
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(StoreError, match="another program holds it"):
            store.subscribers.add("a@example.org", "", (), now=NOW)
        other.execute("ROLLBACK")
        store.subscribers.add("a@example.org", "", (), now=NOW)


def as_nobody(action: Callable[[], str]) -> str:
    """Run `action` in a child process that may not write what only its owner may."""
    reading, writing = os.pipe()
    pid = os.fork()
    if pid == 0:
        try:
            if os.geteuid() == 0:
                os.setgroups([])
                os.setgid(65534)
                os.setuid(65534)
            os.write(writing, action().encode())
        finally:
            os._exit(0)
    os.close(writing)
    with os.fdopen(reading) as answers:
        answer = answers.read()
    os.waitpid(pid, 0)
    return answer


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
def test_a_read_only_database_is_reported() -> None:
    # Not below pytest's own folder, which is closed to others.
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "publisher.db"
        url = f"sqlite:///{path}"
        open_store(url).close()

        def add() -> str:
            try:
                with open_store(url) as store:
                    store.subscribers.add("a@example.org", "", (), now=NOW)
            except StoreError as error:
                return str(error)
            return "it was written"

        path.chmod(0o444)
        path.parent.chmod(0o555)
        read_only = as_nobody(add)
        path.parent.chmod(0o755)
        path.chmod(0o000)
        unreadable = as_nobody(add)
    assert "it can't be written" in read_only
    assert "it can't be opened" in unreadable
    assert "\n" not in read_only + unreadable


FULL_DISK = """
import resource, signal, sys
from datetime import UTC, datetime
from publisher.errors import StoreError
from publisher.store.database import open_store
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
store = open_store(sys.argv[1])
resource.setrlimit(resource.RLIMIT_FSIZE, (200_000, 200_000))
try:
    for number in range(10_000):
        store.subscribers.add(f"a{number}@example.org", "x" * 200, (), now=datetime.now(UTC))
except StoreError as error:
    print(number, error)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="has no such limit")
def test_a_full_disk_is_reported_and_loses_nothing(url: str) -> None:
    done = subprocess.run(
        [sys.executable, "-c", FULL_DISK, url], check=True, capture_output=True, text=True
    )
    number, _, message = done.stdout.partition(" ")
    assert "full" in message, done
    with open_store(url) as store:
        assert sum(store.subscribers.count().values()) == int(number)


def test_an_error_of_ours_inside_a_transaction_undoes_it(url: str) -> None:
    with open_store(url) as store:

        def change_and_fail() -> None:
            with store._database.writing() as connection:
                connection.execute(
                    sa.insert(suppressions).values(email_hash="x", reason="", created_at=0)
                )
                raise SubscriberError("no")

        with pytest.raises(SubscriberError):
            change_and_fail()
        with store._database.reading() as connection:
            assert connection.execute(sa.select(suppressions)).all() == []


@pytest.mark.parametrize("table", sorted(metadata.tables))
def test_the_statements_compile_for_postgresql_too(table: str) -> None:
    from sqlalchemy.dialects import postgresql
    from sqlalchemy.schema import CreateTable

    from publisher.store.ledger import transitions

    dialect = postgresql.dialect()  # type: ignore[no-untyped-call]
    assert "CREATE TABLE" in str(CreateTable(metadata.tables[table]).compile(dialect=dialect))
    claim = str(transitions.claim.compile(dialect=dialect))
    assert "FOR UPDATE SKIP LOCKED" in claim
    assert "RETURNING" in claim
