"""What migrations say otherwise to SQLite than to PostgreSQL: triggers, wide numbers, bytes.

PostgreSQL has no trigger without a function, which gets the trigger's name. Its integers end at 2^31.
"""

import sqlalchemy as sa
from alembic import op

WIDE_INTEGER = sa.Integer().with_variant(sa.BigInteger(), "postgresql")
"""A whole number of up to 63 bits. SQLite has no other."""


def is_postgresql() -> bool:
    """Whether the migration runs on PostgreSQL."""
    return op.get_context().dialect.name == "postgresql"


def refuse(name: str, event: str, table: str, why: str, when: str = "") -> None:
    """Make a trigger that refuses an event of a table, such as `UPDATE OF number`. when: only where this holds."""
    if not is_postgresql():
        condition = f" WHEN {when}" if when else ""
        op.execute(
            f"CREATE TRIGGER {name} BEFORE {event} ON {table}{condition} BEGIN SELECT RAISE(ABORT, '{why}'); END"
        )
        return
    body = f"RAISE EXCEPTION '{why}' USING ERRCODE = 'integrity_constraint_violation';"
    _create_function(name, body)
    _create_trigger(name, f"BEFORE {event}", table, when)


def follow(name: str, event: str, table: str, statement: str, when: str = "") -> None:
    """Make a trigger that executes a statement after an event of a table. when: only where this holds."""
    if not is_postgresql():
        condition = f" WHEN {when}" if when else ""
        op.execute(f"CREATE TRIGGER {name} AFTER {event} ON {table}{condition} BEGIN {statement}; END")
        return
    _create_function(name, f"{statement}; RETURN NULL;")
    _create_trigger(name, f"AFTER {event}", table, when)


def _create_function(name: str, body: str) -> None:
    op.execute(f"CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN {body} END $$")


def _create_trigger(name: str, event: str, table: str, when: str) -> None:
    condition = f" WHEN ({when})" if when else ""
    op.execute(f"CREATE TRIGGER {name} {event} ON {table} FOR EACH ROW{condition} EXECUTE FUNCTION {name}()")


def write_hex(column: str) -> str:
    """Return the SQL of a column of bytes in small hexadecimal digits."""
    return f"encode({column}, 'hex')" if is_postgresql() else f"lower(hex({column}))"


def write_distinct(one: str, other: str) -> str:
    """Return the SQL of whether two values differ, of which each may be null."""
    return f"{one} IS DISTINCT FROM {other}" if is_postgresql() else f"{one} IS NOT {other}"


def write_random_id() -> str:
    """Return the SQL of 32 random hexadecimal digits."""
    return "replace(gen_random_uuid()::text, '-', '')" if is_postgresql() else "lower(hex(randomblob(16)))"


def write_zero_byte() -> str:
    """Return the SQL of one byte that is zero."""
    return r"'\x00'::bytea" if is_postgresql() else "X'00'"
