"""The metadata that every table registers with, and how most tables are defined."""

from sqlalchemy import BigInteger, Column, Index, Integer, MetaData, Table, UniqueConstraint

metadata = MetaData()
WIDE_INTEGER = Integer().with_variant(BigInteger(), "postgresql")
"""A whole number of up to 63 bits: a random one, or seconds since 1970. SQLite has no other."""


def define_unordered_table(name: str, *columns: Column[object] | UniqueConstraint | Index) -> Table:
    """Define a table that is stored by its random keys (WITHOUT ROWID), so that row order reveals nothing."""
    return Table(name, metadata, *columns, sqlite_with_rowid=False)
