from __future__ import annotations

import sqlite3
from typing import TYPE_CHECKING

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from sqlalchemy import create_engine

from publisher.models import NO_PREFERENCES
from publisher.store import migrate
from publisher.store.database import open_store
from publisher.store.tables import REVISION, metadata

if TYPE_CHECKING:
    from pathlib import Path


def test_people_of_an_older_database_have_no_preferences(tmp_path: Path) -> None:
    path = tmp_path / "old.db"
    config = Config()
    folder = str(migrate.Path(migrate.__file__).parent / "migrations")
    config.set_main_option("script_location", folder.replace("%", "%%"))
    engine = create_engine(f"sqlite:///{path}")
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "0001")
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


@pytest.mark.both_databases
def test_the_migrations_make_just_the_tables_of_the_program(url: str) -> None:
    with open_store(url) as store, store._database.reading() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, metadata) == []
        assert context.get_current_revision() == REVISION
