"""The metadata that every table registers with, and how most tables are defined."""

from sqlalchemy import Column, Index, MetaData, Table, UniqueConstraint

metadata = MetaData()


def define_unordered_table(name: str, *columns: Column[object] | UniqueConstraint | Index) -> Table:
    """Define a table that is stored by its random keys (WITHOUT ROWID), so that row order reveals nothing."""
    return Table(name, metadata, *columns, sqlite_with_rowid=False)
