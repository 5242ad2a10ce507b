"""Work on many rows in pieces: a transaction each, so that nobody's message waits for more than one."""

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import TypeVar

from sqlalchemy import ColumnElement, Delete, Table, Update, delete, select, tuple_

from storage.db.group_commit import GroupCommitWriter

MAX_PIECE_ROWS = 200
"""Rows that one transaction of long work writes at most. A message that is sent meanwhile waits for one of them."""

T = TypeVar("T")


def iterate_pieces(things: Iterable[T], size: int) -> Iterator[list[T]]:
    """Yield things in lists of this size; the last may be shorter."""
    remaining = iter(things)
    while piece := list(islice(remaining, size)):
        yield piece


def first_rows(table: Table, condition: ColumnElement[bool]) -> ColumnElement[bool]:
    """Return a condition for the first `MAX_PIECE_ROWS` rows that meet another one."""
    keys = list(table.primary_key)
    first = select(*keys).where(condition).limit(MAX_PIECE_ROWS)
    return keys[0].in_(first) if len(keys) == 1 else tuple_(*keys).in_(first)


async def execute_in_pieces(committer: GroupCommitWriter, piece: Delete | Update) -> int:
    """Execute a statement on the `first_rows` of what it is for, until there are none left; return the number of rows.

    A row must no longer meet the condition once the statement was executed on it.
    """
    changed = 0
    while True:
        async with committer.transaction() as connection:
            rows = (await connection.execute(piece)).rowcount
        changed += rows
        if rows < MAX_PIECE_ROWS:
            return changed


async def delete_in_pieces(committer: GroupCommitWriter, table: Table, condition: ColumnElement[bool]) -> int:
    """Delete the rows that meet a condition, in pieces; return their number."""
    return await execute_in_pieces(committer, delete(table).where(first_rows(table, condition)))
