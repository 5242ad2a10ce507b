"""What an import can be reversed by, and the words of registers that somebody explained."""

import sqlalchemy as sa
from alembic import op

revision = "0032"
down_revision = "0031"


def upgrade() -> None:
    """Add the columns and tables. Imports of earlier versions have no number: they cannot be reversed."""
    for column in (
        sa.Column("id", sa.Integer(), nullable=True),
        sa.Column("state", sa.String(10), nullable=True),
        sa.Column("counters", sa.String(), nullable=True),
        sa.Column("last_release", sa.Integer(), nullable=True),
        sa.Column("kept", sa.Integer(), nullable=True),
        sa.Column("undone_on", sa.Date(), nullable=True),
    ):
        op.add_column("imports", column)
    op.create_table(
        "imported_cases",
        sa.Column("case_id", sa.String(32), sa.ForeignKey("cases.id"), primary_key=True),
        sa.Column("import_id", sa.Integer(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_imported_cases_import_id", "imported_cases", ["import_id"])
    op.create_table(
        "register_words",
        sa.Column("kind", sa.String(20), primary_key=True),
        sa.Column("mark", sa.LargeBinary(32), primary_key=True),
        sa.Column("value", sa.String(60), nullable=False),
        sqlite_with_rowid=False,
    )
