"""Passkeys of the staff."""

import sqlalchemy as sa
from alembic import op

revision = "0034"
down_revision = "0033"


def upgrade() -> None:
    """Add the table. Nobody has a passkey."""
    op.create_table(
        "passkeys",
        sa.Column("mark", sa.LargeBinary(32), primary_key=True),
        sa.Column("staff_id", sa.String(32), sa.ForeignKey("staff.id"), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_passkeys_staff_id", "passkeys", ["staff_id"])
