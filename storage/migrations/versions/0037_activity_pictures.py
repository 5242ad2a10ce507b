"""Published pictures of activities."""

import sqlalchemy as sa
from alembic import op

revision = "0037"
down_revision = "0036"


def upgrade() -> None:
    """Add the table, and how many pictures an activity ever had: no place is given twice."""
    op.add_column(
        "activities", sa.Column("pictures_made", sa.Integer(), nullable=False, server_default=sa.text("0"))
    )
    op.create_table(
        "activity_pictures",
        sa.Column("fiscal_year", sa.Integer(), primary_key=True),
        sa.Column("number", sa.Integer(), primary_key=True),
        sa.Column("place", sa.Integer(), primary_key=True),
        sa.Column("words", sa.String(), nullable=False),
        sa.Column("width", sa.Integer(), nullable=False),
        sa.Column("height", sa.Integer(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sqlite_with_rowid=False,
    )
