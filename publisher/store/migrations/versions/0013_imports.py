"""Files of people that operators import."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    row_id = sa.BigInteger().with_variant(sa.Integer, "sqlite")
    op.create_table(
        "imports",
        sa.Column("id", row_id, nullable=False),
        sa.Column("created_at", sa.BigInteger, nullable=False),
        sa.Column("operator", sa.String(320), nullable=False),
        sa.Column("file_name", sa.Text, nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("consent", sa.String(16), nullable=False),
        sa.Column("note", sa.Text, nullable=False),
        sa.Column("lines", sa.Integer, nullable=False),
        sa.Column("line", sa.Integer, nullable=False),
        sa.Column("columns", sa.Text, nullable=False, server_default=""),
        sa.Column("counts", sa.Text, nullable=False, server_default=""),
        sa.Column("problem", sa.Text, nullable=False, server_default=""),
        sa.PrimaryKeyConstraint("id", name="pk_imports"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_imports_created_at", "imports", ["created_at"])
    op.create_table(
        "import_files",
        sa.Column("import_id", sa.BigInteger, nullable=False),
        sa.Column("content", sa.LargeBinary, nullable=False),
        sa.PrimaryKeyConstraint("import_id", name="pk_import_files"),
        sa.ForeignKeyConstraint(
            ["import_id"],
            ["imports.id"],
            name="fk_import_files_import_id_imports",
            ondelete="CASCADE",
        ),
    )
    op.create_table(
        "import_remarks",
        sa.Column("id", row_id, nullable=False),
        sa.Column("import_id", sa.BigInteger, nullable=False),
        sa.Column("line", sa.Integer, nullable=False),
        sa.Column("message", sa.Text, nullable=False),
        sa.Column("rejected", sa.Integer, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_import_remarks"),
        sa.ForeignKeyConstraint(
            ["import_id"],
            ["imports.id"],
            name="fk_import_remarks_import_id_imports",
            ondelete="CASCADE",
        ),
    )
    op.create_index("ix_import_remarks_import_id", "import_remarks", ["import_id"])


def downgrade() -> None:
    for name in ("import_remarks", "import_files", "imports"):
        op.drop_table(name)
