"""What was said to events that were written together lies sealed together.

Answers of the hour before are not taken over: they are sealed, and what is certain waits in the outbox all the same.
"""

import sqlalchemy as sa
from alembic import op

from storage.migrations.dialects import WIDE_INTEGER

revision = "0013"
down_revision = "0012"


def upgrade() -> None:
    """Make the table, and the one of the events anew without the answers."""
    op.create_table(
        "answers",
        sa.Column("id", WIDE_INTEGER, autoincrement=False, nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("until", sa.Integer(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sqlite_with_rowid=False,
    )
    op.rename_table("events", "events_before")
    op.create_table(
        "events",
        sa.Column("mark", sa.LargeBinary(length=32), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("answers", WIDE_INTEGER, nullable=True),
        sa.PrimaryKeyConstraint("mark"),
        sqlite_with_rowid=False,
    )
    op.execute("INSERT INTO events (mark, day) SELECT mark, day FROM events_before")
    op.drop_table("events_before")
