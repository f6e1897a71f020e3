"""Statements that run for every message, compiled once.

SQLAlchemy takes longer to bind their values than the database takes to change the row.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

    import sqlalchemy as sa


class Prepared:
    """A statement in the dialect of one database."""

    def __init__(self, statement: sa.Update, dialect: sa.Dialect) -> None:
        """Compile `statement`, which holds no list and no type that converts values."""
        compiled = statement.compile(dialect=dialect)
        self._text = str(compiled)
        self._fixed = {name: value for name, value in compiled.params.items() if value is not None}
        self._order = tuple(getattr(compiled, "positiontup", None) or ())

    def run(self, connection: sa.Connection, values: Mapping[str, object]) -> int:
        """Execute it with `values` by name; return how many rows it changed."""
        bound = {**self._fixed, **values}
        if self._order:
            # SQLite, whose own errors are translated too (engine.Database.translating).
            ordered = tuple(bound[name] for name in self._order)
            driver: Any = connection.connection.driver_connection
            changed: int = driver.execute(self._text, ordered).rowcount
            return changed
        return connection.exec_driver_sql(self._text, bound).rowcount
