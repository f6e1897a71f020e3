from __future__ import annotations

import sqlite3
from contextlib import ExitStack
from typing import TYPE_CHECKING, Any

import pytest
import sqlalchemy as sa
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.runtime.migration import MigrationContext

from publisher.models import NO_PREFERENCES
from publisher.store import migrate
from publisher.store.database import open_store
from publisher.store.tables import REVISION, metadata

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from support.databases import Postgres


def upgrade(connection: sa.Connection, revision: str) -> None:
    config = Config()
    folder = str(migrate.Path(migrate.__file__).parent / "migrations")
    config.set_main_option("script_location", folder.replace("%", "%%"))
    config.attributes["connection"] = connection
    command.upgrade(config, revision)


def test_people_of_an_older_database_have_no_preferences(tmp_path: Path) -> None:
    path = tmp_path / "old.db"
    engine = sa.create_engine(f"sqlite:///{path}")
    with engine.begin() as connection:
        upgrade(connection, "0001")
        connection.exec_driver_sql(
            "INSERT INTO subscribers (email, name, status, token_version, created_at)"
            " VALUES ('a@example.org', '', 'active', 1, 0)"
        )
        connection.exec_driver_sql("INSERT INTO keys VALUES (1, x'00', 0)")
    engine.dispose()

    with open_store(f"sqlite:///{path}") as store:
        (person,) = store.subscribers.iterate()
        assert (person.email, person.preferences) == ("a@example.org", NO_PREFERENCES)
        assert person.paused_until is None

    with sqlite3.connect(path) as raw:
        (statement,) = raw.execute("SELECT sql FROM sqlite_master WHERE name='subscribers'")
    raw.close()
    assert "AUTOINCREMENT" in statement[0]


@pytest.fixture
def migrated(url: str, tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[sa.Connection]:
    """A database that every migration went over, of the same kind as `url`."""
    with ExitStack() as stack:
        empty = f"sqlite:///{tmp_path}/migrated.db"
        if not url.startswith("sqlite"):
            server: Postgres = request.getfixturevalue("postgres")
            empty = stack.enter_context(server.new_database())
        engine = sa.create_engine(empty)
        stack.callback(engine.dispose)
        connection = stack.enter_context(engine.begin())
        upgrade(connection, "head")
        yield connection


@pytest.mark.both_databases
def test_the_migrations_make_just_the_tables_of_the_program(migrated: sa.Connection) -> None:
    context = MigrationContext.configure(migrated, opts={"compare_type": True})
    assert compare_metadata(context, metadata) == []
    assert context.get_current_revision() == REVISION


@pytest.mark.both_databases
def test_a_new_database_has_the_tables_that_the_migrations_make(
    url: str, migrated: sa.Connection
) -> None:
    with open_store(url) as store, store._database.reading() as connection:
        assert tables(connection) == tables(migrated)
        context = MigrationContext.configure(connection)
        assert context.get_current_revision() == REVISION


def tables(connection: sa.Connection) -> dict[str, Any]:
    """Return all that makes the tables of a database, whatever the order of columns."""
    look = sa.inspect(connection)
    return {name: table(connection, look, name) for name in look.get_table_names()}


def table(connection: sa.Connection, look: sa.Inspector, name: str) -> tuple[Any, ...]:
    columns = {
        # A default that only old rows needed is no part of the program's tables.
        column["name"]: (
            str(column["type"]),
            column["nullable"],
            default
            if (default := column["default"]) not in ("''", "''::character varying")
            else None,
        )
        for column in look.get_columns(name)
    }
    statement = (
        connection.scalar(
            sa.text("SELECT sql FROM sqlite_master WHERE type = 'table' AND name = :name"),
            {"name": name},
        )
        if connection.dialect.name == "sqlite"
        else ""
    )
    return (
        columns,
        look.get_pk_constraint(name),
        by_name(look.get_indexes(name)),
        by_name(look.get_unique_constraints(name)),
        by_name(look.get_foreign_keys(name)),
        by_name(look.get_check_constraints(name)),
        "AUTOINCREMENT" in statement,
    )


def by_name(parts: list[Any]) -> list[Any]:
    return sorted(parts, key=lambda part: str(part["name"]))
