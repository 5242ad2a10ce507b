"""Officers: who they are and how they prove it, whose a case is, what is held back, linked and kept."""

import sqlalchemy as sa
from alembic import op

from storage.migrations.dialects import WIDE_INTEGER

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Make the tables, and the columns of a case that officers need."""
    op.add_column("cases", sa.Column("officer", sa.String(length=32)))
    op.add_column("cases", sa.Column("avoid", sa.String(length=32)))
    still_open = sa.text("status IN ('received', 'screening', 'investigating')")
    op.create_index(
        "ix_cases_due", "cases", ["answer_by"], sqlite_where=still_open, postgresql_where=still_open
    )
    op.create_index(
        "ix_cases_open",
        "cases",
        ["officer", "answer_by"],
        sqlite_where=still_open,
        postgresql_where=still_open,
    )
    _persons()
    _cases()
    op.create_table(
        "groups",
        sa.Column("mark", sa.LargeBinary(length=32), nullable=False),
        sa.Column("address", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("mark"),
        sqlite_with_rowid=False,
    )


def _persons() -> None:
    op.create_table(
        "staff",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("who", sa.LargeBinary(length=32)),
        sa.Column("role", sa.String(length=20), nullable=False),
        sa.Column("joined", sa.Date()),
        sa.Column("removed", sa.Date()),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("factor", sa.LargeBinary()),
        sa.Column("address", sa.LargeBinary()),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("who"),
        sqlite_with_rowid=False,
    )
    for name, until in (("invitations", True), ("recoveries", False)):
        op.create_table(
            name,
            sa.Column("mark", sa.LargeBinary(length=32), nullable=False),
            sa.Column("staff_id", sa.String(length=32), nullable=False),
            *([sa.Column("until", sa.Integer(), nullable=False)] if until else []),
            sa.ForeignKeyConstraint(["staff_id"], ["staff.id"]),
            sa.PrimaryKeyConstraint("mark"),
            sqlite_with_rowid=False,
        )
        op.create_index(op.f(f"ix_{name}_staff_id"), name, ["staff_id"], unique=False)
    op.create_table(
        "spent",
        sa.Column("mark", sa.LargeBinary(length=32), nullable=False),
        sa.Column("until", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("mark"),
        sqlite_with_rowid=False,
    )
    op.create_index(op.f("ix_spent_until"), "spent", ["until"], unique=False)


def _cases() -> None:
    op.create_table(
        "held",
        sa.Column("case_id", sa.String(length=32), nullable=False),
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("due", WIDE_INTEGER, nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"]),
        sa.PrimaryKeyConstraint("case_id"),
        sa.UniqueConstraint("id"),
        sqlite_with_rowid=False,
    )
    op.create_index(op.f("ix_held_due"), "held", ["due"], unique=False)
    op.create_table(
        "holds",
        sa.Column("case_id", sa.String(length=32), nullable=False),
        sa.Column("on", sa.Date(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"]),
        sa.PrimaryKeyConstraint("case_id"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "links",
        sa.Column("case_id", sa.String(length=32), nullable=False),
        sa.Column("other_id", sa.String(length=32), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"]),
        sa.ForeignKeyConstraint(["other_id"], ["cases.id"]),
        sa.PrimaryKeyConstraint("case_id", "other_id"),
        sqlite_with_rowid=False,
    )
    op.create_index(op.f("ix_links_other_id"), "links", ["other_id"], unique=False)
