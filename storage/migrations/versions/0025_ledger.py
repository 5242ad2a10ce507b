"""The ledger of the keys under which backups seal what may be erased, and the triggers that erase them with it."""

import sqlalchemy as sa
from alembic import op

from storage.migrations.dialects import follow, write_distinct, write_hex

revision = "0025"
down_revision = "0024"

OWNERS = (
    ("cases", "id"),
    ("envelopes", "case_id"),
    ("files", "id"),
    ("questions", "id"),
    ("opinions", "id"),
    ("ballots", "code"),
    ("addresses", "mark"),
    ("hearers", "mark"),
)
"""The things that have a key, by the table of their rows, and the column by which the ledger names them."""

NAMED_BY_BYTES = frozenset({"addresses", "hearers"})

EMPTIED = (("opinions", "sealed"), ("ballots", "key"), ("addresses", "person"), ("hearers", "person"))
"""Those that are erased while their row stays, by the column that is emptied, or names somebody else."""

REPLACED = frozenset({"person"})


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
    names = {table: _write_name(table, column) for table, column in OWNERS}
    for table, name in names.items():
        follow(f"{table}_erased", "DELETE", table, _write_erasure(table, name))
    for table, column in EMPTIED:
        is_replaced = write_distinct(f"NEW.{column}", f"OLD.{column}")
        when = is_replaced if column in REPLACED else f"NEW.{column} IS NULL"
        erasure = _write_erasure(table, names[table])
        follow(f"{table}_emptied", f"UPDATE OF {column}", table, erasure, when)


def _write_name(table: str, column: str) -> str:
    return write_hex(f"OLD.{column}") if table in NAMED_BY_BYTES else f"OLD.{column}"


def _write_erasure(kind: str, name: str) -> str:
    return f"DELETE FROM ledger WHERE kind = '{kind}' AND id = {name}"  # noqa: S608 - names of this file
