"""Nameless facts about questions, so that statistics still count one that was erased."""

import sqlalchemy as sa
from alembic import op

from storage.migrations.dialects import refuse, write_random_id

revision = "0018"
down_revision = "0017"


def upgrade() -> None:
    """Make the table, and fill it from the questions that are kept: their lines, and the day they were closed."""
    op.create_table(
        "question_facts",
        sa.Column("about", sa.String(length=32), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("on", sa.Date(), nullable=False),
        sa.Column("step", sa.String(length=10), nullable=False),
        sa.PrimaryKeyConstraint("about", "seq"),
        sqlite_with_rowid=False,
    )
    # A column that may not be empty needs a default when it is added. The program always gives a value.
    op.add_column("questions", sa.Column("about", sa.String(length=32), nullable=False, server_default=""))
    op.execute(f"UPDATE questions SET about = {write_random_id()}")  # noqa: S608 - of this program
    op.execute(
        'INSERT INTO question_facts SELECT q.about, l.seq, l."on",'
        " CASE l.kind WHEN 'answer' THEN 'answered' ELSE 'asked' END"
        " FROM question_lines l JOIN questions q ON q.id = l.question_id"
    )
    op.execute(
        "INSERT INTO question_facts SELECT about, seq + 1, touched_on, 'closed' FROM questions"
        " WHERE state = 'closed'"
    )
    for event in ("DELETE", "UPDATE"):
        refuse(f"question_facts_no_{event.lower()}", event, "question_facts", "question_facts is append-only")
