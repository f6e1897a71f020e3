"""Alembic's entry: runs the migrations on the connection that store/migrate.py hands over."""

from __future__ import annotations

from alembic import context

from publisher.store.tables import metadata

connection = context.config.attributes["connection"]
context.configure(
    connection=connection,
    target_metadata=metadata,
    # The caller's transaction holds the lock: all migrations succeed together, or none.
    transactional_ddl=True,
    render_as_batch=True,
)
with context.begin_transaction():
    context.run_migrations()
