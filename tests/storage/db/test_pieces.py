"""Long work is written in pieces, and others write between two of them."""

import asyncio
from datetime import timedelta

import pytest
from sqlalchemy import text

from handlers.dialog.effects import TurnResult
from handlers.dialog.session import Session
from storage.db.pieces import MAX_PIECE_ROWS
from storage.store import Store
from tests.storage.conftest import NOW, StoredDesk, close_case
from tests.storage.transactions import count_rows_written

MANY = 450
LATER = NOW + timedelta(days=4000)


async def fill_table(store: Store, statement: str) -> None:
    """Insert rows by the numbers 1 to `MANY`, as `:n`."""
    async with store.committer.transaction() as connection:
        for number in range(1, MANY + 1):
            await connection.execute(text(statement), {"n": number, "key": number.to_bytes(32)})


EXPIRED_ROWS = {
    "sessions": "(who, version, touched, drafting, sealed) VALUES (:key, 1, 0, :n % 2, x'00')",
    "answers": "(id, day, until, sealed) VALUES (:n, '2000-01-01', 0, x'00')",
    "events": "(mark, day) VALUES (:key, '2000-01-01')",
    "files": "(id, place, until, sealed) VALUES (printf('%032d', :n), '', 0, x'00')",
    "errands": "(id, kind, due, attempts, sealed) VALUES (printf('%032d', :n), 'sent', 0, 0, x'00')",
}


@pytest.mark.parametrize("table", EXPIRED_ROWS)
def test_what_expired_goes_in_pieces(ground: StoredDesk, table: str) -> None:
    async def scene(one: Store) -> None:
        await fill_table(one, f"INSERT INTO {table} {EXPIRED_ROWS[table]}")
        counts = count_rows_written(one)
        gone = await one.retention.expire_sessions(LATER)
        gone += await one.retention.expire_event_answers(LATER)
        gone += await one.retention.delete_legacy_tasks()
        gone += await one.evidence.collect_garbage(LATER)
        assert gone >= MANY
        assert max(counts) <= MAX_PIECE_ROWS
        assert len(counts) > MANY // MAX_PIECE_ROWS

    ground.run_scenario(scene)
    assert ground.execute_sql(f"SELECT count(*) FROM {table}") == [(0,)]


def test_cases_are_erased_in_pieces_and_a_person_is_served_between(ground: StoredDesk) -> None:
    async def scene(one: Store) -> None:
        for number in range(1, 41):
            receipt = await ground.file_complaint(one, number)
            await close_case(ground, one, receipt)
        counts = count_rows_written(one)
        erasing = asyncio.create_task(one.retention.delete_ended_cases(LATER, timedelta(days=1)))
        while not counts:  # noqa: ASYNC110 - until the first piece is written
            await asyncio.sleep(0)
        await one.commit(ground.new_event(), None, TurnResult(Session(at=NOW)), NOW)
        assert not erasing.done()
        assert await erasing == 40
        assert max(counts) <= MAX_PIECE_ROWS
        assert len(counts) > 2

    ground.run_scenario(scene)
    assert ground.execute_sql("SELECT count(*) FROM cases") == [(0,)]
