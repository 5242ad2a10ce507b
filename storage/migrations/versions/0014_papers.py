"""A consultation may bring the office's PDF."""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "papers",
        sa.Column("code", sa.String(length=6), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["code"], ["ballots.code"]),
        sa.PrimaryKeyConstraint("code"),
        sqlite_with_rowid=False,
    )
