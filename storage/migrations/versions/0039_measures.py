"""How well a desk works: sums of a fiscal year, and which spans were measured from their beginning."""

import sqlalchemy as sa
from alembic import op

revision = "0039"
down_revision = "0038"


def upgrade() -> None:
    """Add the table and the column. A span that began under an earlier version was not measured."""
    op.create_table(
        "yearly_sums",
        sa.Column("fiscal_year", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(20), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("fiscal_year", "name"),
        sqlite_with_rowid=False,
    )
    op.add_column(
        "split_spans", sa.Column("measured", sa.Boolean(), server_default=sa.false(), nullable=False)
    )
