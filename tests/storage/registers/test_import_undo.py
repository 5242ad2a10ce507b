"""An import is reversed whole, once, and only while nothing was built on it; wherever that is killed it goes on."""

import asyncio
from contextlib import suppress
from dataclasses import replace
from typing import Any

import pytest

from handlers.staff.registers.messages import GetImport, ImportState, ListImports, UndoImport, UndoObstacle
from ita_stats.cases.fact import FactField
from storage.cases.import_register import RegisterImporter
from storage.db.batch import WriteBatch
from storage.db.pieces import MAX_PIECE_ROWS
from storage.errors import ConflictError
from storage.registers.import_undo import undo_import
from storage.registers.undo_pieces import CASES_PER_UNDO_PIECE
from storage.store import Store
from tests.storage.cases.test_import_register import (
    CLOSED,
    FILE,
    OPEN,
    StoppedError,
    bring,
    count_imported,
    make_register,
    stop_at_transaction,
)
from tests.storage.conftest import NOW, StoredDesk
from tests.storage.test_releases import KEPT
from tests.storage.transactions import count_rows_written


def list_counted(facts: list[Any]) -> list[str]:
    """The cases that statistics count: of several days of receipt the last counts."""
    last = {fact.about: fact.value for fact in facts if fact.field is FactField.RECEIVED}
    return [about for about, value in last.items() if value == "1"]


def test_reversing_leaves_no_case_and_no_figure_and_the_file_can_come_again(ground: StoredDesk) -> None:
    async def scene(one: Store) -> None:
        importer = one.register_importer
        await bring(one, OPEN, CLOSED)
        assert len(list_counted(await one.load_facts())) == 2
        before = await importer.count_imports()
        undone = await importer.undo_import(1, NOW)
        assert (undone.state, undone.kept, undone.undone_on) == (ImportState.UNDONE, 0, NOW.date())
        assert list_counted(await one.load_facts()) == []
        assert await importer.find_import_date(FILE) is None
        assert await importer.count_imports() != before, "releases are compared anew"
        again = await importer.undo_import(1, NOW)
        assert again.obstacle is UndoObstacle.UNDONE
        await bring(one, OPEN, CLOSED)
        assert len(list_counted(await one.load_facts())) == 2
        listed: Any = await one.answer_query(ListImports(), NOW)
        assert [(found.id, found.rows, found.state) for found in listed] == [
            (2, 2, ImportState.DONE),
            (1, 2, ImportState.UNDONE),
        ]
        assert await one.verify_audit() == []

    ground.run_scenario(scene)
    assert ground.execute_sql("SELECT count(*) FROM audit WHERE what = 'import-undone'") == [(2,)]


def test_no_release_is_kept_while_an_import_is_being_reversed(ground: StoredDesk) -> None:
    async def scene(one: Store) -> None:
        await bring(one, OPEN)
        await ground.commit_acts(one, UndoImport(1, "s1"))
        with pytest.raises(ConflictError, match="reversed"):
            await one.releases.save(KEPT, "clock", "2026-11-01")
        await one.register_importer.finish_interrupted(NOW)
        await one.releases.save(KEPT, "clock", "2026-11-01")

    ground.run_scenario(scene)


def test_counters_go_back_only_where_nobody_has_a_number_since(ground: StoredDesk) -> None:
    async def scene(one: Store) -> None:
        await bring(one, OPEN, CLOSED)  # 7/2570 and 40/2569
        await ground.file_complaint(one)  # 8/2570
        await one.register_importer.undo_import(1, NOW)

    ground.run_scenario(scene)
    assert ground.execute_sql("SELECT fiscal_year, last FROM counters") == [(2570, 8)]
    assert ground.execute_sql("SELECT fiscal_year, number FROM cases") == [(2570, 8)]


def test_cases_are_numbered_on_after_a_gap_was_filled_and_the_first_import_is_reversed(
    ground: StoredDesk,
) -> None:
    async def scene(one: Store) -> None:
        rows = {number: replace(OPEN, line=number, number=number) for number in (1, 2, 3, 4, 5)}
        await bring(one, *(rows[number] for number in (1, 2, 4, 5)))
        await bring(one, rows[3], content=b"what the first file lacked")
        assert (await one.register_importer.undo_import(1, NOW)).state is ImportState.UNDONE
        for which in (1, 2, 3):
            await ground.file_complaint(one, which)

    ground.run_scenario(scene)
    assert ground.execute_sql("SELECT number FROM cases ORDER BY number") == [(3,), (4,), (5,), (6,)]


_OF_A_CASE = "INSERT INTO {table} VALUES ((SELECT id FROM cases WHERE number = 7), {rest})"


@pytest.mark.parametrize(
    ("statement", "obstacle"),
    [
        ("UPDATE cases SET officer = 's1' WHERE number = 7", UndoObstacle.WORKED_ON),
        ("UPDATE cases SET seq = seq + 1 WHERE number = 40", UndoObstacle.WORKED_ON),
        ("UPDATE cases SET appointed_by = 's1' WHERE number = 7", UndoObstacle.WORKED_ON),
        (_OF_A_CASE.format(table="matters", rest="'m'"), UndoObstacle.WORKED_ON),
        ("UPDATE imports SET last_release = -1", None),
        ("UPDATE imports SET id = NULL", UndoObstacle.OLD),
        ("UPDATE imports SET state = 'undoing'", UndoObstacle.UNDOING),
        ("DELETE FROM imported_cases WHERE seq = 1", UndoObstacle.ERASED),
    ],
)
def test_what_was_built_on_an_import_keeps_it(
    ground: StoredDesk, statement: str, obstacle: UndoObstacle | None
) -> None:
    async def scene(one: Store) -> None:
        await bring(one, OPEN, CLOSED)
        ground.execute_sql(statement)
        found: Any = await one.answer_query(GetImport(1), NOW)
        assert found.obstacle is obstacle
        if obstacle is not None:
            async with one.committer.transaction() as connection:
                batch = WriteBatch(connection, one.committer.keyring, one.committer.daily_keys, NOW)
                with pytest.raises(ConflictError):
                    await undo_import(UndoImport(1, "s1"), batch)

    ground.run_scenario(scene)
    assert count_imported(ground)[0] == 2


def test_a_release_since_keeps_an_import(ground: StoredDesk) -> None:
    async def scene(one: Store) -> None:
        await bring(one, OPEN)
        columns = "fiscal_year, number, seq, period, layout, as_of, made_at, held, manifest, figures"
        ground.execute_sql(
            f"INSERT INTO releases ({columns}) VALUES (2570, 1, 1, '2569-10', 'month', date(), 0, 0, x'', x'')"
        )
        found = await one.register_importer.undo_import(1, NOW)
        assert (found.obstacle, found.count) == (UndoObstacle.RELEASED, 1)

    ground.run_scenario(scene)


def test_no_transaction_of_reversing_writes_many_rows(ground: StoredDesk) -> None:
    async def scene(one: Store) -> None:
        await bring(one, *make_register(400))
        counts = count_rows_written(one)
        await one.register_importer.undo_import(1, NOW)
        assert max(counts) <= MAX_PIECE_ROWS
        assert len(counts) > 400 / CASES_PER_UNDO_PIECE

    ground.run_scenario(scene)
    assert count_imported(ground)[:2] == (0, 0)
    assert ground.execute_sql("SELECT count(*) FROM imported_cases") == [(0,)]


@pytest.mark.parametrize("number", range(1, 8))
def test_wherever_reversing_is_killed_the_next_start_goes_on(ground: StoredDesk, number: int) -> None:
    cases = make_register(3 * CASES_PER_UNDO_PIECE)

    async def scene(one: Store) -> None:
        await bring(one, *cases)
        stop_at_transaction(one, number)
        with suppress(StoppedError):
            await one.register_importer.undo_import(1, NOW)

    async def start_again(one: Store) -> None:
        await one.register_importer.finish_interrupted(NOW)
        assert await one.verify_audit() == []
        found = await one.register_importer.find_import(1)
        assert found.state in {ImportState.DONE, ImportState.UNDONE}
        assert len(list_counted(await one.load_facts())) == (45 if found.state is ImportState.DONE else 0)

    ground.run_scenario(scene)
    ground.run_scenario(start_again)
    (state,) = ground.execute_sql("SELECT state FROM imports")[0]
    assert count_imported(ground)[0] == (45 if state == "done" else 0)
    assert (state == "done") == (number == 1), "from the decision on it goes on"


def test_a_case_that_is_taken_while_an_import_is_reversed_stays(ground: StoredDesk) -> None:
    async def scene(one: Store) -> None:
        await bring(one, OPEN, CLOSED)
        stop_at_transaction(one, 3)  # decided; no piece
        with suppress(StoppedError):
            await one.register_importer.undo_import(1, NOW)

    async def start_again(one: Store) -> None:
        await one.register_importer.finish_interrupted(NOW)
        found = await one.register_importer.find_import(1)
        assert (found.state, found.kept) == (ImportState.UNDONE, 1)
        assert len(list_counted(await one.load_facts())) == 1

    ground.run_scenario(scene)
    ground.execute_sql(
        "UPDATE imports SET state = 'undoing'", "UPDATE cases SET officer = 's1' WHERE number = 7"
    )
    ground.run_scenario(start_again)
    assert ground.execute_sql("SELECT number FROM cases") == [(7,)]
    assert ground.execute_sql("SELECT last FROM counters WHERE fiscal_year = 2570") == [(7,)]


def test_of_two_at_once_one_hears_that_it_is_done(ground: StoredDesk) -> None:
    async def scene(one: Store) -> None:
        await bring(one, *make_register(40))
        importer = one.register_importer
        other = RegisterImporter(importer.committer, importer.reader, importer.lock_file)
        found = await asyncio.gather(importer.undo_import(1, NOW), other.undo_import(1, NOW))
        assert {one.obstacle for one in found} == {None, UndoObstacle.UNDONE}

    ground.run_scenario(scene)
    assert count_imported(ground)[0] == 0


def test_an_import_that_is_not_there_is_said(ground: StoredDesk) -> None:
    async def scene(one: Store) -> None:
        assert (await one.register_importer.undo_import(3, NOW)).obstacle is UndoObstacle.UNKNOWN

    ground.run_scenario(scene)
