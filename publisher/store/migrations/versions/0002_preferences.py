"""Preferences of subscribers; empty where they leave it to the list."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

_COLUMNS = ("language", "length", "frequency")


def upgrade() -> None:
    for name in _COLUMNS:
        # Added one by one: a table that is copied instead loses AUTOINCREMENT, and with it the
        # promise that no id is given twice.
        op.add_column(
            "subscribers", sa.Column(name, sa.String(16), nullable=False, server_default="")
        )


def downgrade() -> None:
    for name in _COLUMNS:
        op.drop_column("subscribers", name)
