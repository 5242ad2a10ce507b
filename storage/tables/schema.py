"""Where every table is listed, and how most are kept."""

from sqlalchemy import Column, Index, MetaData, Table, UniqueConstraint

metadata = MetaData()


def define_unordered_table(name: str, *columns: Column[object] | UniqueConstraint | Index) -> Table:
    """A table that is stored by its random keys, so that the order of its rows tells nothing."""
    return Table(name, metadata, *columns, sqlite_with_rowid=False)
