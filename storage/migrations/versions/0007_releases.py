"""What was released of the statistics, frozen; and where each release was posted."""

import sqlalchemy as sa
from alembic import op

from storage.migrations.dialects import refuse

revision = "0007"
down_revision = "0005"

FROZEN = "fiscal_year, number, seq, period, layout, as_of, made_at, manifest, figures"


def upgrade() -> None:
    """Make the tables, and the triggers that keep a release as it is: only that it is held may change."""
    op.create_table(
        "releases",
        sa.Column("fiscal_year", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("period", sa.String(length=20), nullable=False),
        sa.Column("layout", sa.String(length=10), nullable=False),
        sa.Column("as_of", sa.Date(), nullable=False),
        sa.Column("made_at", sa.Integer(), nullable=False),
        sa.Column("held", sa.Boolean(), nullable=False),
        sa.Column("manifest", sa.LargeBinary(), nullable=False),
        sa.Column("figures", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("fiscal_year", "number"),
        sa.UniqueConstraint("seq"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "postings",
        sa.Column("fiscal_year", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("place", sa.String(length=20), nullable=False),
        sa.Column("due", sa.Integer(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("done", sa.Boolean(), nullable=False),
        sa.Column("trouble", sa.String(length=40), nullable=False),
        sa.PrimaryKeyConstraint("fiscal_year", "number", "place"),
        sqlite_with_rowid=False,
    )
    for name, event in (("deleted", "DELETE"), ("changed", f"UPDATE OF {FROZEN}")):
        refuse(f"releases_not_{name}", event, "releases", "a release is frozen")
