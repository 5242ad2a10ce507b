"""Exclusions: stored with the case, effective at once, lifted only by others, and found by rescans."""

import pytest
from sqlalchemy import select

from bot.jobs.housekeeping import rescan_conflicts
from handlers.complaints.messages import Exclusion, ExclusionGround, ListExclusions, SetExclusion
from handlers.dialog.effects import Act
from handlers.staff.members import StaffProfile
from handlers.staff.permissions import Role
from storage import tables
from storage.cases.exclusions import build_hidden_condition, is_case_hidden
from storage.errors import ConflictError
from storage.store import Store
from tests.in_memory_desk import OFFICE
from tests.storage.conftest import NOW, StoredDesk, load_reporter_case, make_entry
from tests.storage.staff.test_members import add_joined_staff

DAY = NOW.date()


def make_exclusion_act(case: str, staff: str, why: ExclusionGround, by: str) -> Act:
    return SetExclusion(case, Exclusion(staff, why, by, "ชื่อซ้ำกัน คนละคนคานารี"), DAY)


async def is_hidden_from(one: Store, case: str, staff: str) -> bool:
    async with one.committer.transaction() as connection:
        listed = select(tables.cases.c.id).where(~build_hidden_condition(staff))
        shown = (await connection.execute(listed)).scalars().all()
        found = await is_case_hidden(case, staff, connection)
    assert found is (case not in shown)
    return found


def test_hidden_from_the_first_moment_lifted_and_barred(ground: StoredDesk) -> None:
    async def scene(one: Store) -> None:
        receipt = await ground.file_complaint(
            one, exclusions=(Exclusion("a", ExclusionGround.NAMED), Exclusion("b", ExclusionGround.COMMAND))
        )
        case = (await load_reporter_case(one, receipt)).id
        assert [await is_hidden_from(one, case, who) for who in "abc"] == [True, True, False]
        with pytest.raises(ConflictError):  # an excluded officer cannot lift an exclusion
            await ground.commit_acts(one, make_exclusion_act(case, "a", ExclusionGround.LIFTED, "b"))
        await ground.commit_acts(one, make_exclusion_act(case, "b", ExclusionGround.LIFTED, "c"))
        await ground.commit_acts(one, make_exclusion_act(case, "d", ExclusionGround.BARRED, "c"))
        assert [await is_hidden_from(one, case, who) for who in "abcd"] == [True, False, False, True]
        told = await one.answer_query(ListExclusions(case), NOW)
        assert [(e.staff, e.ground, e.decided_by) for e in told] == [
            ("a", ExclusionGround.NAMED, ""),
            ("b", ExclusionGround.LIFTED, "c"),
            ("d", ExclusionGround.BARRED, "c"),
        ]
        assert told[1].reason == "ชื่อซ้ำกัน คนละคนคานารี"
        assert await one.verify_audit() == []

    ground.run_scenario(scene)
    rows = [(actor, what) for actor, what in ground.execute_sql("SELECT actor, what FROM audit ORDER BY seq")]
    assert rows[-4:] == [
        ("clock", "hidden:a"),
        ("clock", "hidden:b"),
        ("staff:c", "lifted:b"),
        ("staff:c", "barred:d"),
    ]
    assert "คานารี".encode() not in ground.read_all_bytes()


def test_a_later_message_may_name_somebody_and_takes_the_case_from_them(ground: StoredDesk) -> None:
    async def scene(one: Store) -> None:
        receipt = await ground.file_complaint(one)
        case = await load_reporter_case(one, receipt)
        async with one.committer.transaction() as connection:
            await connection.execute(tables.cases.update().values(officer="a"))
        await ground.commit_acts(
            one, make_entry(case, "ต่อ", exclusions=(Exclusion("a", ExclusionGround.NAMED),))
        )
        assert await is_hidden_from(one, case.id, "a")

    ground.run_scenario(scene)
    assert ground.execute_sql("SELECT officer FROM cases") == [(None,)]


def test_who_joins_later_is_hidden_from_too(ground: StoredDesk) -> None:
    async def scene(one: Store) -> None:
        receipt = await ground.file_complaint(one, answers={"story": "นายสมชาย ใจดีคานารี เรียกเงิน"})
        case = (await load_reporter_case(one, receipt)).id
        assert await rescan_conflicts(one, OFFICE, NOW) == 0
        staff = await add_joined_staff(ground, one)
        assert await rescan_conflicts(one, OFFICE, NOW) == 1
        assert await is_hidden_from(one, case, staff)
        await ground.commit_acts(one, make_exclusion_act(case, staff, ExclusionGround.LIFTED, "c"))
        await one.staff_admin.add(Role.OFFICER, StaffProfile("คนใหม่ มาทีหลัง"), NOW)
        assert await rescan_conflicts(one, OFFICE, NOW) == 0  # a rescan restores no lifted exclusion
        assert not await is_hidden_from(one, case, staff)
        standings, _ = await one.reminders.load_deadlines_and_recipients()
        assert standings[0].excluded_staff == frozenset()

    ground.run_scenario(scene)
