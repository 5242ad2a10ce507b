"""Splits that are told once, and how forwarded cases count: both by fiscal year, and both for ever."""

import sqlalchemy as sa
from alembic import op

from storage.migrations.dialects import refuse

revision = "0016"
down_revision = "0015"


def upgrade() -> None:
    """Make the tables, and the triggers that keep what has settled as it is."""
    op.create_table(
        "split_spans",
        sa.Column("first", sa.Date(), nullable=False),
        sa.Column("last", sa.Date(), nullable=False),
        sa.Column("hide_below", sa.Integer(), nullable=False),
        sa.Column("deadline_days", sa.Integer(), nullable=False),
        sa.Column("categories", sa.String(), nullable=False),
        sa.Column("others", sa.Boolean(), nullable=False),
        sa.Column("settled", sa.Boolean(), nullable=False),
        sa.Column("told", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("first"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "counting_years",
        sa.Column("fiscal_year", sa.Integer(), nullable=False),
        sa.Column("forwarded_is_done", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("fiscal_year"),
        sqlite_with_rowid=False,
    )
    for event in ("DELETE", "UPDATE"):
        name = event.lower()
        refuse(f"split_spans_no_{name}", event, "split_spans", "what is told once is frozen", "OLD.settled")
        refuse(f"counting_years_no_{name}", event, "counting_years", "how a year counts is frozen")
