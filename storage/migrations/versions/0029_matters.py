"""Reports of one matter, which officers work as one case."""

import sqlalchemy as sa
from alembic import op

revision = "0029"
down_revision = "0028"


def upgrade() -> None:
    """Add the table."""
    op.create_table(
        "matters",
        sa.Column("case_id", sa.String(32), sa.ForeignKey("cases.id"), primary_key=True, nullable=False),
        sa.Column("matter", sa.String(32), nullable=False),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_matters_matter", "matters", ["matter"])
