"""Answers to questions wait for a minute, in which they can be taken back."""

import sqlalchemy as sa
from alembic import op

from storage.migrations.dialects import WIDE_INTEGER

revision = "0012"
down_revision = "0011"


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "held_answers",
        sa.Column("question_id", sa.String(length=32), nullable=False),
        sa.Column("staff", sa.String(length=32), nullable=False),
        sa.Column("due", WIDE_INTEGER, nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["question_id"], ["questions.id"]),
        sa.PrimaryKeyConstraint("question_id"),
        sqlite_with_rowid=False,
    )
    op.create_index(op.f("ix_held_answers_due"), "held_answers", ["due"], unique=False)
