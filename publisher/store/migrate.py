"""Upgrades of a database to the revision that this program knows."""

from __future__ import annotations

import secrets
from pathlib import Path
from typing import TYPE_CHECKING

import sqlalchemy as sa

from publisher.errors import OutdatedStore, StoreError
from publisher.store.tables import REVISION, metadata
from publisher.store.tables.keys import keys
from publisher.translation import _

if TYPE_CHECKING:
    from alembic.config import Config

    from publisher.store.engine import Database

KEY_BYTES = 32
# Any number will do, if no other program on the same server takes the same.
_LOCK = 7_402_210
# As Alembic makes it.
_VERSION_TABLE = sa.Table(
    "alembic_version",
    sa.MetaData(),
    sa.Column("version_num", sa.String(32), nullable=False),
    sa.PrimaryKeyConstraint("version_num", name="alembic_version_pkc"),
)


def ensure_schema(database: Database, label: str, now_ms: int) -> None:
    """Make or upgrade the tables of `database` where needed, and its first key.

    Safe with several processes at once: the work is done in one transaction that holds the write
    lock, and looks again once it has the lock. `now_ms` is the time written beside a new key.

    Raises `StoreError`; the tables are then as before.
    """
    with database.reading() as connection:
        if _revision(connection) == REVISION:
            return
    with database.writing() as connection:
        if database.dialect == "postgresql":
            connection.execute(sa.text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _LOCK})
        revision = _revision(connection)
        if revision != REVISION:
            _upgrade(connection, revision, label)
        if connection.scalar(sa.select(sa.func.count()).select_from(keys)) == 0:
            secret = secrets.token_bytes(KEY_BYTES)
            connection.execute(sa.insert(keys).values(id=1, secret=secret, created_at=now_ms))


def check_schema(database: Database, label: str) -> bool:
    """Return whether `database` has this program's tables: False where it has none yet.

    Raises `OutdatedStore` for those of an earlier version, `StoreError` for those of a newer one.
    """
    with database.reading() as connection:
        revision = _revision(connection)
    if revision not in (None, REVISION):
        _refuse_newer(revision, label)
        raise OutdatedStore(f"{label}: made by an earlier version (revision {revision})")
    return revision is not None


def _revision(connection: sa.Connection) -> str | None:
    """Return the database's revision, None where it has no table yet."""
    names = sa.inspect(connection).get_table_names()
    if "alembic_version" not in names:
        return None
    value = connection.scalar(sa.text("SELECT version_num FROM alembic_version"))
    return None if value is None else str(value)


def _upgrade(connection: sa.Connection, revision: str | None, label: str) -> None:
    if revision is None:
        # All migrations, and Alembic itself, would take a second.
        metadata.create_all(connection, checkfirst=False)
        _VERSION_TABLE.create(connection)
        connection.execute(sa.insert(_VERSION_TABLE).values(version_num=REVISION))
        return
    # Half a second, which a database of the right revision never pays.
    from alembic import command  # noqa: PLC0415 - slow

    config = _refuse_newer(revision, label)
    config.attributes["connection"] = connection
    command.upgrade(config, "head")


def _refuse_newer(revision: str | None, label: str) -> Config:
    """Return the configuration of the migrations. Raises `StoreError` for an unknown revision."""
    from alembic.config import Config  # noqa: PLC0415 - slow
    from alembic.script import ScriptDirectory  # noqa: PLC0415 - slow

    config = Config()
    folder = str(Path(__file__).parent / "migrations")
    config.set_main_option("script_location", folder.replace("%", "%%"))
    revisions = {script.revision for script in ScriptDirectory.from_config(config).walk_revisions()}
    if revision is not None and revision not in revisions:
        raise StoreError(
            _(
                "{store}: made by a newer version of this program (revision {revision}); "
                "upgrade the program"
            ).format(store=label, revision=revision)
        )
    return config
