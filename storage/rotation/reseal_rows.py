"""Encrypt rows anew under the newest key, in pieces, beside a server that writes."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import ColumnElement, Row, Table, select, tuple_, update
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.crypto.keyring import Keyring
from storage.db.pieces import MAX_PIECE_ROWS
from storage.errors import TamperedError
from storage.rotation.sealed_columns import SealedColumn
from storage.store import Store

PAUSE_SECONDS = 0.15
"""Pause between two pieces, longer than SQLite waits before it asks for a lock again (100 ms)."""


@dataclass(frozen=True, slots=True)
class ResealCount:
    """How many rows were encrypted anew, and how many of an older key do not open.

    damaged: cases of which a part does not open, so that their own key was not changed, only wrapped anew.
    """

    changed: int = 0
    unreadable: int = 0
    damaged: int = 0

    def __add__(self, other: "ResealCount") -> "ResealCount":
        return ResealCount(
            self.changed + other.changed, self.unreadable + other.unreadable, self.damaged + other.damaged
        )

    def add_pass(self, later: "ResealCount") -> "ResealCount":
        """Add another pass over the same rows, which finds again what does not open, and nothing that was changed."""
        return replace(self + later, unreadable=later.unreadable)


ResealPiece = Callable[[AsyncConnection, Sequence[Row[Any]]], Awaitable[ResealCount]]
"""Encrypts the rows of some primary keys anew, in one transaction."""


async def reseal_column(store: Store, column: SealedColumn, pause: float) -> ResealCount:
    """Encrypt the old values of a column anew. pause: seconds between two transactions."""

    async def reseal(connection: AsyncConnection, keys: Sequence[Row[Any]]) -> ResealCount:
        return await _reseal_piece(connection, store.keyring, column, keys)

    condition = column.build_condition(column.get_cipher(store.keyring))
    return await reseal_in_pieces(store, column.table, condition, MAX_PIECE_ROWS, reseal, pause)


async def reseal_in_pieces(
    store: Store,
    table: Table,
    condition: ColumnElement[bool],
    size: int,
    reseal: ResealPiece,
    pause: float,
) -> ResealCount:
    """Go through the rows of a condition once, by their primary keys, a transaction for each piece of them."""
    keys, total = list(table.primary_key), ResealCount()
    after: ColumnElement[bool] | None = None
    while True:
        query = select(*keys).where(condition).order_by(*keys).limit(size)
        async with store.open_read_context() as context:
            found = (await context.connection.execute(query if after is None else query.where(after))).all()
        if not found:
            return total
        async with store.committer.transaction() as connection:
            total += await reseal(connection, found)
        after = tuple_(*keys) > tuple_(*found[-1], types=[key.type for key in keys])
        if len(found) < size:
            return total
        await asyncio.sleep(pause)


async def _reseal_piece(
    connection: AsyncConnection, keyring: Keyring, column: SealedColumn, keys: Sequence[Row[Any]]
) -> ResealCount:
    table, cipher = column.table, column.get_cipher(keyring)
    primary, changed, unreadable = list(table.primary_key), 0, 0
    names = {*(key.name for key in primary), *column.row, column.column}
    wanted = tuple_(*primary).in_([tuple(key) for key in keys])
    rows = await connection.execute(
        select(*[table.c[name] for name in sorted(names)]).where(wanted, column.build_condition(cipher))
    )
    for row in rows.mappings().all():
        place = column.build_place(dict(row))
        try:
            opened = cipher.decrypt(row[column.column], *place)
        except TamperedError:
            unreadable += 1
            continue
        one = update(table).where(*[key == row[key.name] for key in primary])
        sealed = cipher.encrypt(opened, *place)
        await connection.execute(one.values({column.column: sealed, **column.also}))
        changed += 1
    return ResealCount(changed, unreadable)
