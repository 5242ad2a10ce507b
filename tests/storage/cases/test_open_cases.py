"""A case is in every list of open cases exactly if the lifecycle rules define its state as open."""

import sqlite3
from contextlib import closing
from dataclasses import replace
from datetime import date, timedelta

import pytest
from sqlalchemy import select

from handlers.complaints.lifecycle import STATUS_RULES, CaseSource, CaseStatus, Transition, TransitionRequest
from handlers.complaints.messages import ActorKind, ApplyTransition, ImportedCase
from handlers.staff.complaints.messages import ListCases
from storage import tables
from storage.db.sqlite import compile_sql
from storage.store import Store
from tests.storage.conftest import NOW, StoredDesk, load_reporter_case

TODAY = date(2026, 11, 22)


async def count_open_cases(one: Store) -> list[int]:
    """The number of cases that each query for open cases finds."""
    listed = await one.answer_query(ListCases("a" * 32, all_officers=True), NOW)
    deadlines, _ = await one.reminders.load_deadlines_and_recipients()
    return [len(listed.cases), len(deadlines), len(await one.conflict_rescan.list_open_cases())]


async def move_case(ground: StoredDesk, one: Store, to: CaseStatus) -> None:
    """File a case and set its state, without checking the transition."""
    found = await load_reporter_case(one, await ground.file_complaint(one))
    step = TransitionRequest(Transition.SCREEN)
    await ground.commit_acts(one, ApplyTransition(found.id, found.seq + 1, TODAY, step, to, ActorKind.OFFICE))


@pytest.mark.parametrize("status", list(CaseStatus))
def test_a_state_that_is_written_decides_whether_the_case_is_listed(
    ground: StoredDesk, status: CaseStatus
) -> None:
    async def scene(one: Store) -> None:
        await move_case(ground, one, status)
        assert await count_open_cases(one) == [int(STATUS_RULES[status].is_open)] * 3
        erased = await one.retention.delete_ended_cases(NOW + timedelta(days=400), timedelta(days=90))
        assert bool(erased) != STATUS_RULES[status].is_open

    ground.run_scenario(scene)


@pytest.mark.parametrize("status", list(CaseStatus))
def test_so_does_a_state_that_an_old_register_brings(ground: StoredDesk, status: CaseStatus) -> None:
    case = ImportedCase(2, 2570, 1, TODAY, CaseSource.LETTER, "bribery", status)

    async def scene(one: Store) -> None:
        await one.register_importer.import_cases(b"a file", [case], lambda day: day, TODAY, NOW)
        assert await count_open_cases(one) == [int(STATUS_RULES[status].is_open)] * 3

    ground.run_scenario(scene)


def test_the_table_of_the_lifecycle_decides_and_nothing_else(
    ground: StoredDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    ended = replace(STATUS_RULES[CaseStatus.SCREENING], is_open=False)
    monkeypatch.setitem(STATUS_RULES, CaseStatus.SCREENING, ended)  # type: ignore[arg-type]

    async def scene(one: Store) -> None:
        await move_case(ground, one, CaseStatus.SCREENING)
        assert await count_open_cases(one) == [0, 0, 0]

    ground.run_scenario(scene)


@pytest.mark.parametrize(
    ("whose", "index"), [(None, "ix_cases_due"), (tables.cases.c.officer.is_(None), "ix_cases_open")]
)
def test_open_cases_are_found_by_their_index(ground: StoredDesk, whose: object, index: str) -> None:
    async def scene(one: Store) -> None:
        await ground.file_complaint(one)

    ground.run_scenario(scene)
    query = select(tables.cases.c.id).where(tables.IS_OPEN_CASE, tables.cases.c.answer_by <= TODAY)
    sql = compile_sql(query if whose is None else query.where(whose))  # type: ignore[arg-type]
    with closing(sqlite3.connect(ground.paths.database)) as raw:
        plan = raw.execute(f"EXPLAIN QUERY PLAN {sql}", [TODAY.isoformat()]).fetchall()
    assert any(index in str(line) for line in plan), plan
