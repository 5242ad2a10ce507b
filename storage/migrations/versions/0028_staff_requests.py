"""Requests to reset an admin's access, which take a second person."""

import sqlalchemy as sa
from alembic import op

revision = "0028"
down_revision = "0027"


def upgrade() -> None:
    """Add the table."""
    op.create_table(
        "staff_requests",
        sa.Column("staff_id", sa.String(32), sa.ForeignKey("staff.id"), primary_key=True),
        sa.Column("asked_by", sa.String(32), nullable=False),
        sa.Column("until", sa.Integer(), nullable=False),
        sqlite_with_rowid=False,
    )
