"""The lists of the inbox: what is in each, for whom, and how many statements a page takes."""

from collections import Counter
from datetime import timedelta

import pytest

from handlers.complaints.lifecycle import CaseOutcome, CaseStatus, Transition, TransitionRequest
from handlers.complaints.messages import (
    ActorKind,
    AddHistoryEntry,
    ApplyTransition,
    Exclusion,
    ExclusionGround,
    FileCase,
    HistoryEntryKind,
    SetExclusion,
)
from handlers.dialog.events import Channel
from handlers.dialog.receipt import make_receipt
from handlers.staff.absences.messages import Absence, SetAbsence
from handlers.staff.complaints.matters.messages import MergeCases
from handlers.staff.complaints.messages import AssignCase, FindCaseByNumber
from handlers.staff.workspace.messages import INBOX_PAGE, InboxTab, ListInbox
from handlers.thai.dates import to_bangkok_date
from storage.store import Store
from tests.counted_work import count_statements
from tests.storage.conftest import NOW, StoredDesk
from tests.storage.staff.test_members import add_joined_staff

TODAY = to_bangkok_date(NOW)


async def file_cases(ground: StoredDesk, one: Store, numbers: range) -> None:
    for number in numbers:
        due = TODAY + timedelta(days=number)
        act = FileCase(
            make_receipt(number), "corruption", Channel.WEB, TODAY, due, "2570-1", answers={"story": "คานารี"}
        )
        await ground.commit_acts(one, act)


async def find_id(one: Store, number: int) -> str:
    found = await one.answer_query(FindCaseByNumber(number, 2570, ""), NOW)
    return str(found.id)


async def read(
    one: Store, staff: str, tab: InboxTab, page: int = 1, *, chief: bool = False, kinds: bool = False
) -> list[str]:
    query = ListInbox(staff, tab, page, chief, TODAY + timedelta(days=7), kinds)
    listed = await one.answer_query(query, NOW)
    return [f"{case.number}{'?' if case.hidden else ''}{case.category and '!'}" for case in listed.cases] + [
        "…"
    ] * listed.has_more


def test_each_case_is_in_the_lists_that_it_belongs_to(ground: StoredDesk) -> None:
    async def scene(one: Store) -> None:
        me = await add_joined_staff(ground, one)
        other = await add_joined_staff(ground, one, b"v" * 32)
        await file_cases(ground, one, range(1, 10))
        for number, staff in ((2, me), (3, other), (4, me), (5, me), (9, me)):
            await ground.commit_acts(one, AssignCase(await find_id(one, number), 2, TODAY, staff, other))
        fifth, ninth = await find_id(one, 5), await find_id(one, 9)
        step = TransitionRequest(Transition.CLOSE, CaseOutcome.INSUFFICIENT)
        await ground.commit_acts(
            one, ApplyTransition(fifth, 3, TODAY, step, CaseStatus.CLOSED, ActorKind.OFFICE, staff=me)
        )
        for case in (await find_id(one, 4), ninth):
            asked = AddHistoryEntry(case, 3, TODAY, HistoryEntryKind.ASKED, ActorKind.OFFICE, "ถาม", staff=me)
            await ground.commit_acts(one, asked)
        wrote = AddHistoryEntry(ninth, 4, TODAY, HistoryEntryKind.REPORTER, ActorKind.REPORTER, "ตอบ")
        await ground.commit_acts(one, wrote)
        barred = Exclusion(me, ExclusionGround.BARRED, other, "เหตุผล")
        await ground.commit_acts(one, SetExclusion(await find_id(one, 6), barred, TODAY))
        assert await read(one, me, InboxTab.NEW) == ["1", "7", "8", "6?"]
        assert await read(one, me, InboxTab.NEW, kinds=True) == ["1!", "7!", "8!", "6?"]
        assert await read(one, me, InboxTab.MINE) == ["2", "4", "9"]
        assert await read(one, me, InboxTab.DUE) == ["1", "2", "4", "7"]
        assert await read(one, me, InboxTab.DUE, chief=True) == ["1", "2", "3", "4", "7"]
        assert await read(one, me, InboxTab.WAITING) == ["4"]
        assert await read(one, other, InboxTab.WAITING) == []
        assert await read(one, other, InboxTab.WAITING, chief=True) == ["4"]
        assert await read(one, other, InboxTab.ASSIGNED, chief=True) == ["2", "4", "9"]
        assert await read(one, me, InboxTab.CLOSED) == ["5"]
        assert await read(one, other, InboxTab.CLOSED) == []

    ground.run_scenario(scene)


def test_who_stands_in_has_the_cases_of_who_is_away_on_these_days(ground: StoredDesk) -> None:
    async def scene(one: Store) -> None:
        away = await add_joined_staff(ground, one)
        friend = await add_joined_staff(ground, one, b"v" * 32)
        await file_cases(ground, one, range(1, 4))
        second = await find_id(one, 2)
        await ground.commit_acts(one, AssignCase(second, 2, TODAY, away, away))
        asked = AddHistoryEntry(second, 3, TODAY, HistoryEntryKind.ASKED, ActorKind.OFFICE, "ถาม", staff=away)
        await ground.commit_acts(one, asked)
        assert await read(one, friend, InboxTab.MINE) == []
        await ground.commit_acts(one, SetAbsence(Absence(away, TODAY, TODAY, friend), away, TODAY))
        assert await read(one, friend, InboxTab.NEW) == ["1", "3"]
        assert await read(one, friend, InboxTab.MINE) == ["2"]
        assert await read(one, friend, InboxTab.DUE) == ["1", "2", "3"]
        assert await read(one, friend, InboxTab.WAITING) == ["2"]
        listed = await one.answer_query(ListInbox(friend, InboxTab.MINE, 1, False, TODAY, False), NOW)
        assert [case.stand_in for case in listed.cases] == [friend]

    ground.run_scenario(scene)


def test_a_report_whose_reporter_was_asked_waits_in_its_matter(ground: StoredDesk) -> None:
    async def scene(one: Store) -> None:
        me = await add_joined_staff(ground, one)
        await file_cases(ground, one, range(1, 3))
        first, second = await find_id(one, 1), await find_id(one, 2)
        await ground.commit_acts(one, AssignCase(first, 2, TODAY, me, me))
        await ground.commit_acts(one, AssignCase(second, 2, TODAY, me, me))
        await ground.commit_acts(one, MergeCases(first, second, me, TODAY))
        seq = (await one.answer_query(FindCaseByNumber(2, 2570, ""), NOW)).seq + 1
        asked = AddHistoryEntry(second, seq, TODAY, HistoryEntryKind.ASKED, ActorKind.OFFICE, "ถาม", staff=me)
        await ground.commit_acts(one, asked)
        assert await read(one, me, InboxTab.MINE) == ["1"]
        assert await read(one, me, InboxTab.WAITING) == ["2"]

    ground.run_scenario(scene)


@pytest.mark.parametrize("tab", InboxTab)
def test_a_page_takes_as_many_statements_however_many_cases_there_are(
    ground: StoredDesk, tab: InboxTab
) -> None:
    async def scene(one: Store) -> None:
        me = await add_joined_staff(ground, one)
        counts = []
        for upto in (range(1, INBOX_PAGE), range(INBOX_PAGE, 3 * INBOX_PAGE)):
            await file_cases(ground, one, upto)
            counted: Counter[str] = Counter()
            with count_statements(counted):
                await read(one, me, tab, chief=True, kinds=True)
            counts.append(counted.total())
        assert counts[1] <= counts[0]
        assert counts[0] <= 5

    ground.run_scenario(scene)


def test_pages_follow_each_other_without_a_gap_and_what_is_kept_comes_last(ground: StoredDesk) -> None:
    async def scene(one: Store) -> None:
        me = await add_joined_staff(ground, one)
        await file_cases(ground, one, range(1, INBOX_PAGE + 4))
        for number in (3, 7):
            barred = Exclusion(me, ExclusionGround.BARRED, me, "เหตุผล")
            await ground.commit_acts(one, SetExclusion(await find_id(one, number), barred, TODAY))
        shown = await read(one, me, InboxTab.NEW) + await read(one, me, InboxTab.NEW, 2)
        readable = [str(n) for n in range(1, INBOX_PAGE + 4) if n not in {3, 7}]
        assert [one for one in shown if one != "…"] == [*readable, "3?", "7?"]
        assert await read(one, me, InboxTab.NEW, 3) == []

    ground.run_scenario(scene)
