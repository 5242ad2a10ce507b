"""Enrolments on a page, and the digits of invitations that open it."""

import sqlalchemy as sa
from alembic import op

revision = "0026"
down_revision = "0025"


def upgrade() -> None:
    """Add the table and the column. Invitations without digits would open no page, so they are made anew."""
    op.execute("DELETE FROM invitations")
    op.add_column("invitations", sa.Column("digits", sa.LargeBinary(32), nullable=True))
    op.create_table(
        "enrolments",
        sa.Column("mark", sa.LargeBinary(32), primary_key=True),
        sa.Column("staff_id", sa.String(32), sa.ForeignKey("staff.id"), nullable=False),
        sa.Column("invitation", sa.LargeBinary(32), nullable=False),
        sa.Column("until", sa.Integer(), nullable=False),
        sa.Column("opened", sa.Boolean(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_enrolments_staff_id", "enrolments", ["staff_id"])
