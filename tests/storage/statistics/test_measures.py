"""Sums of how well a desk works: who came back is read from the cases, and no sum belongs to a case."""

import sqlite3
from contextlib import closing
from dataclasses import replace
from datetime import date, timedelta

import pytest

from handlers.complaints.lifecycle import CaseSource
from handlers.complaints.messages import (
    ActorKind,
    AddHistoryEntry,
    CaseOpening,
    HistoryEntryKind,
    RecordCaseOpening,
)
from handlers.complaints.ratings.messages import RecordSatisfaction, Satisfaction
from handlers.dialog.events import Channel
from ita_stats.cases.fact import FactField
from storage.store import Store
from tests.storage.conftest import (
    NOW,
    StoredDesk,
    close_case,
    load_reporter_case,
    make_file_case,
)

DAY = date(2026, 11, 22)
SPAN = date(2025, 10, 1), date(2028, 9, 30)


def read_sums(ground: StoredDesk) -> list[tuple[int, str, int]]:
    with closing(sqlite3.connect(ground.paths.database)) as raw:
        return raw.execute("SELECT * FROM yearly_sums ORDER BY fiscal_year, name").fetchall()


async def open_again(ground: StoredDesk, one: Store, case: str) -> None:
    await ground.commit_acts(one, RecordCaseOpening(case, CaseOpening(DAY, Channel.WEB)))


def test_who_came_back_is_counted_from_the_cases_and_stays_counted_when_they_are_erased(
    ground: StoredDesk,
) -> None:
    async def scene(one: Store) -> None:
        receipts = [await ground.file_complaint(one, number) for number in (1, 2, 3)]
        cases = [await load_reporter_case(one, receipt) for receipt in receipts]
        assert await one.count_returns(*SPAN) == 0
        for case in cases[:2]:
            await open_again(ground, one, case.id)
            await open_again(ground, one, case.id)
        assert await one.count_returns(*SPAN) == 2
        assert await one.count_returns(date(2024, 10, 1), date(2025, 9, 30)) == 0
        assert read_sums(ground) == []  # nothing is written where somebody comes back, but at the case
        for receipt in (receipts[0], receipts[2]):
            await close_case(ground, one, receipt)
        assert await one.retention.delete_ended_cases(NOW + timedelta(400), timedelta(365)) == 2
        assert await one.count_returns(*SPAN) == 2

    ground.run_scenario(scene)
    assert read_sums(ground) == [(2570, "returned", 1)]


def test_a_case_that_an_officer_entered_is_not_one_that_was_told_online(ground: StoredDesk) -> None:
    async def scene(one: Store) -> None:
        await ground.commit_acts(one, replace(make_file_case(), source=CaseSource.WALK_IN))
        async with one.committer.transaction() as connection:
            case = (await connection.exec_driver_sql("SELECT id FROM cases")).scalar_one()
        await open_again(ground, one, case)
        assert await one.count_returns(*SPAN) == 0

    ground.run_scenario(scene)


def test_answers_are_a_sum_of_the_year_and_nothing_else_is_written(ground: StoredDesk) -> None:
    def read_other_rows() -> dict[str, list[tuple[object, ...]]]:
        with closing(sqlite3.connect(ground.paths.database)) as raw:
            names = [name for (name,) in raw.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
            # answers, events: what every event leaves for an hour; the sums themselves
            skipped = {"yearly_sums", "answers", "events", "day_keys", "tries"}
            return {name: raw.execute(f"SELECT * FROM {name}").fetchall() for name in set(names) - skipped}

    seen: list[dict[str, list[tuple[object, ...]]]] = []

    async def scene(one: Store) -> None:
        await ground.file_complaint(one)
        seen.append(read_other_rows())
        for answer, on in (
            (Satisfaction.SATISFIED, date(2026, 9, 30)),
            (Satisfaction.SATISFIED, DAY),
            (Satisfaction.DISSATISFIED, DAY),
            (Satisfaction.SATISFIED, DAY),
        ):
            await ground.commit_acts(one, RecordSatisfaction(answer, on))
        seen.append(read_other_rows())
        assert await one.load_yearly_sums(*SPAN) == {"satisfied": 3, "dissatisfied": 1}
        assert await one.load_yearly_sums(date(2026, 10, 1), SPAN[1]) == {"satisfied": 2, "dissatisfied": 1}

    ground.run_scenario(scene)
    assert seen[0] == seen[1]
    assert read_sums(ground) == [(2569, "satisfied", 1), (2570, "dissatisfied", 1), (2570, "satisfied", 2)]


@pytest.mark.parametrize(
    ("kinds", "answered"),
    [
        ((HistoryEntryKind.OFFICE, HistoryEntryKind.OFFICE), 1),
        ((HistoryEntryKind.ASKED, HistoryEntryKind.OFFICE), 1),
        ((HistoryEntryKind.ASKED,), 0),
        ((HistoryEntryKind.NOTE,), 0),
    ],
)
def test_the_first_message_of_the_office_is_a_fact(
    ground: StoredDesk, kinds: tuple[HistoryEntryKind, ...], answered: int
) -> None:
    async def scene(one: Store) -> None:
        receipt = await ground.file_complaint(one)
        case = await load_reporter_case(one, receipt)
        for place, kind in enumerate(kinds, start=case.seq + 1):
            day = DAY + timedelta(place)
            body = day.isoformat() if kind is HistoryEntryKind.ASKED else ""
            line = AddHistoryEntry(case.id, place, day, kind, ActorKind.OFFICE, "ข้อความ", body=body)
            await ground.commit_acts(one, line)
        found = [fact for fact in await one.load_facts() if fact.field is FactField.ANSWERED]
        assert len(found) == answered
        first = next((p for p, kind in enumerate(kinds) if kind is HistoryEntryKind.OFFICE), 0)
        assert all(fact.effective == DAY + timedelta(case.seq + 1 + first) for fact in found)

    ground.run_scenario(scene)
