"""A transaction that is cancelled, at whatever step, leaves nothing written and the connection usable."""

import asyncio
from collections.abc import Awaitable, Callable

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.db.sqlite import get_driver
from storage.store import Store
from tests.storage.conftest import StoredDesk

INSERT = "INSERT INTO counters (fiscal_year, last) VALUES (?, 1)"
STEPS = 40


async def write_with_the_driver(connection: AsyncConnection, year: int) -> None:
    """Write a row as batches are written."""
    driver = await get_driver(connection)
    await driver.executemany(INSERT, [(year,)])


async def write_with_the_library(connection: AsyncConnection, year: int) -> None:
    """Write a row as rare statements are."""
    await connection.execute(text(INSERT.replace("?", ":year")), {"year": year})


@pytest.mark.parametrize("write", [write_with_the_driver, write_with_the_library])
def test_a_cancelled_transaction_is_rolled_back(
    write: Callable[[AsyncConnection, int], Awaitable[None]], ground: StoredDesk
) -> None:
    written = []

    async def scene(one: Store) -> None:
        async def write_row(year: int) -> None:
            async with one.committer.transaction() as connection:
                await write(connection, year)
                await write(connection, year + 1)

        for steps in range(STEPS):
            task = asyncio.create_task(write_row(10 * steps))
            for _ in range(steps):
                await asyncio.sleep(0)
            task.cancel()
            await asyncio.wait([task])
            if not task.cancelled():
                written.append(10 * steps)
            await write_row(10 * steps + 5)

    ground.run_scenario(scene)
    years = {year for (year,) in ground.execute_sql("SELECT fiscal_year FROM counters")}
    assert {10 * steps + 5 for steps in range(STEPS)} <= years
    assert {year for year in years if year % 10 == 0} == {year - 1 for year in years if year % 10 == 1}
    assert {*written} <= years
    assert 0 not in years
