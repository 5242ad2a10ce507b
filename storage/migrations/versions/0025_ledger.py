"""The ledger of the keys under which backups seal what may be erased, and the triggers that erase them with it."""

import sqlalchemy as sa
from alembic import op

revision = "0025"
down_revision = "0024"

OWNERS = (
    ("cases", "OLD.id"),
    ("envelopes", "OLD.case_id"),
    ("files", "OLD.id"),
    ("questions", "OLD.id"),
    ("opinions", "OLD.id"),
    ("ballots", "OLD.code"),
    ("addresses", "lower(hex(OLD.mark))"),
    ("hearers", "lower(hex(OLD.mark))"),
)
"""The things that have a key, by the table of their rows, and how the ledger names them."""

EMPTIED = (
    ("opinions", "OLD.id", "sealed", "NEW.sealed IS NULL"),
    ("ballots", "OLD.code", "key", "NEW.key IS NULL"),
    ("addresses", "lower(hex(OLD.mark))", "person", "NEW.person IS NOT OLD.person"),
    ("hearers", "lower(hex(OLD.mark))", "person", "NEW.person IS NOT OLD.person"),
)
"""Those that are erased while their row stays: the column, and when."""


def upgrade() -> None:
    """Make the table and the triggers. The first backup makes the keys."""
    op.create_table(
        "ledger",
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("kind", "id"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "number_floors",
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("fiscal_year", sa.Integer(), nullable=False),
        sa.Column("last", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("kind", "fiscal_year"),
        sqlite_with_rowid=False,
    )
    for table, name in OWNERS:
        _erase_key(f"{table}_erased AFTER DELETE ON {table}", table, name)
    for table, name, column, is_empty in EMPTIED:
        _erase_key(f"{table}_emptied AFTER UPDATE OF {column} ON {table} WHEN {is_empty}", table, name)


def _erase_key(trigger: str, kind: str, name: str) -> None:
    erase = f"DELETE FROM ledger WHERE kind = '{kind}' AND id = {name}"  # noqa: S608 - names of this file
    op.execute(f"CREATE TRIGGER {trigger} BEGIN {erase}; END")
