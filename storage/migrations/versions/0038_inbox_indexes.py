"""Indexes that the lists of the inbox are read from, so that a list of few cases looks at few rows."""

import sqlalchemy as sa
from alembic import op

revision = "0038"
down_revision = "0037"


def upgrade() -> None:
    """Open cases by day with their officer, and closed ones by number with theirs."""
    op.drop_index("ix_cases_due", "cases")
    is_open, is_closed = sa.text("open"), sa.text("NOT open")
    op.create_index(
        "ix_cases_due",
        "cases",
        ["answer_by", "officer", "open"],
        sqlite_where=sa.text("open = 1"),
        postgresql_where=is_open,
    )
    op.create_index(
        "ix_cases_closed",
        "cases",
        ["fiscal_year", "number", "officer"],
        sqlite_where=sa.text("open = 0"),
        postgresql_where=is_closed,
    )
