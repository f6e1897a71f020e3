"""The registry of all tables, the names of constraints, and the type of row numbers."""

from __future__ import annotations

from sqlalchemy import BigInteger, Integer, MetaData

# Names of constraints, so that a later migration can change them in every database.
metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
        "pk": "pk_%(table_name)s",
    }
)

# SQLite numbers rows by itself only in a column declared as INTEGER.
RowId = BigInteger().with_variant(Integer, "sqlite")
