"""Sessions of the officers' workspace."""

import sqlalchemy as sa
from alembic import op

revision = "0030"
down_revision = "0029"


def upgrade() -> None:
    """Add the table. Nobody is signed in."""
    op.create_table(
        "staff_sessions",
        sa.Column("mark", sa.LargeBinary(32), primary_key=True),
        sa.Column("staff_id", sa.String(32), sa.ForeignKey("staff.id"), nullable=False),
        sa.Column("until", sa.Integer(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_staff_sessions_staff_id", "staff_sessions", ["staff_id"])
