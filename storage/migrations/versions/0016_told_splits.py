"""Splits that are told once, and how forwarded cases count: both by fiscal year, and both for ever."""

import sqlalchemy as sa
from alembic import op

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
        op.execute(
            f"CREATE TRIGGER split_spans_no_{event.lower()} BEFORE {event} ON split_spans WHEN OLD.settled"
            " BEGIN SELECT RAISE(ABORT, 'what is told once is frozen'); END"
        )
        op.execute(
            f"CREATE TRIGGER counting_years_no_{event.lower()} BEFORE {event} ON counting_years"
            " BEGIN SELECT RAISE(ABORT, 'how a year counts is frozen'); END"
        )
