"""Counting of what each transaction of a store writes."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from sqlalchemy.ext.asyncio import AsyncConnection

from storage.db.sqlite import get_driver
from storage.store import Store


def count_rows_written(store: Store) -> list[int]:
    """Return a list to which each transaction from now on adds the number of rows that it wrote."""
    counts, inner = list[int](), store.committer.transaction

    @asynccontextmanager
    async def counted() -> AsyncIterator[AsyncConnection]:
        async with inner() as connection:
            driver = await get_driver(connection)
            before = driver.total_changes
            yield connection
            counts.append(driver.total_changes - before)

    store.committer.transaction = counted  # type: ignore[method-assign]
    return counts
