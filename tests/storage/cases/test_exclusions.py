"""Exclusions: stored with the case, effective at once, lifted only by others, and found by rescans."""

import pytest
from sqlalchemy import select

from bot.jobs.housekeeping import rescan_conflicts
from handlers.complaints.messages import Exclusion, ExclusionGround, ListExclusions, SetExclusion
from handlers.dialog.effects import Act
from handlers.office import Office
from handlers.staff.complaints.messages import AssignCase, CountUnreadableCases, SetAppointment
from handlers.staff.members import LeaveStaff, StaffProfile
from handlers.staff.permissions import Role
from storage import tables
from storage.cases.exclusions import build_hidden_condition, is_case_hidden, save_exclusions
from storage.errors import ConflictError
from storage.store import Store
from tests.in_memory_desk import OFFICE
from tests.storage.conftest import NOW, StoredDesk, close_case, load_reporter_case, make_entry
from tests.storage.staff.test_members import add_joined_staff
from tests.storage.staffed_desk import join_staff, write_batch

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


def make_office_naming(*officers: str) -> Office:
    return OFFICE.model_copy(update={"alternate": OFFICE.alternate.model_copy(update={"officers": officers})})


def test_a_case_about_the_head_opens_to_an_alternate_who_is_named_or_joins_later(ground: StoredDesk) -> None:
    async def scene(one: Store) -> None:
        there, other = [await join_staff(ground, one, name) for name in ("มาลี รักงาน", "วิชัย มั่นคง")]
        marked = tuple(Exclusion(who, ExclusionGround.MARKED) for who in (there, other))
        receipt = await ground.file_complaint(one, concerns_head=True, exclusions=marked)
        case = (await load_reporter_case(one, receipt)).id
        assert await rescan_conflicts(one, OFFICE, NOW) == 0
        assert [await is_hidden_from(one, case, who) for who in (there, other)] == [True, True]
        # Somebody who is on the staff already is named.
        assert await rescan_conflicts(one, make_office_naming("นางสาวมาลี รักงาน"), NOW) == 1
        assert [await is_hidden_from(one, case, who) for who in (there, other)] == [False, True]
        # Somebody who is named joins.
        both = make_office_naming("มาลี รักงาน", "อนันต์ บุญมา")
        new = await join_staff(ground, one, "อนันต์ บุญมา")
        await rescan_conflicts(one, both, NOW)
        assert [await is_hidden_from(one, case, who) for who in (there, other, new)] == [False, True, False]
        # Who is an alternate no longer reads it no longer; named once more, again.
        assert await rescan_conflicts(one, make_office_naming("อนันต์ บุญมา"), NOW) == 1
        assert await is_hidden_from(one, case, there)
        assert await rescan_conflicts(one, both, NOW) == 1
        assert not await is_hidden_from(one, case, there)
        assert await rescan_conflicts(one, both, NOW) == 0

    ground.run_scenario(scene)
    audited = [what for (what,) in ground.execute_sql("SELECT what FROM audit ORDER BY seq")]
    assert len([what for what in audited if what.startswith("lifted:")]) == 2


def test_an_alternate_stays_excluded_for_any_other_ground(ground: StoredDesk) -> None:
    async def scene(one: Store) -> None:
        grounds = [ExclusionGround.MARKED, ExclusionGround.NAMED, ExclusionGround.BARRED]
        names = ["มาลี รักงาน", "วิชัย มั่นคง", "อนันต์ บุญมา"]
        staff = [await join_staff(ground, one, name) for name in names]
        excluded = tuple(map(Exclusion, staff, grounds))
        receipt = await ground.file_complaint(
            one, concerns_head=True, exclusions=excluded, answers={"story": "มาลีกับท่าน"}
        )
        case = (await load_reporter_case(one, receipt)).id
        assert await rescan_conflicts(one, make_office_naming(*names), NOW) == 0
        assert all([await is_hidden_from(one, case, who) for who in staff])

    ground.run_scenario(scene)


def test_a_case_that_a_later_message_marked_stays_hidden_from_who_joins_after(ground: StoredDesk) -> None:
    async def scene(one: Store) -> None:
        there = await join_staff(ground, one, "มาลี รักงาน")
        receipt = await ground.file_complaint(one, exclusions=(Exclusion(there, ExclusionGround.MARKED),))
        case = (await load_reporter_case(one, receipt)).id
        new = await join_staff(ground, one, "อนันต์ บุญมา")
        assert await rescan_conflicts(one, OFFICE, NOW) == 1
        assert await is_hidden_from(one, case, new)

    ground.run_scenario(scene)


def test_open_cases_that_nobody_can_read_are_counted_for_who_is_not_accused(ground: StoredDesk) -> None:
    async def scene(one: Store) -> None:
        async def count(admin: str) -> int:
            counted: int = await one.answer_query(CountUnreadableCases(admin), NOW)
            return counted

        admin, accused = [await join_staff(ground, one, name, Role.ADMIN) for name in "กข"]
        await one.staff_admin.add(Role.OFFICER, StaffProfile("เชิญแล้ว ยังไม่เข้าร่วม"), NOW)
        officer = await join_staff(ground, one, "สมหญิง")
        assert await count(admin) == 0
        await ground.file_complaint(one, 1)
        everybody = (admin, accused, officer)
        by_head = tuple(Exclusion(who, ExclusionGround.MARKED) for who in everybody)
        await ground.file_complaint(one, 2, concerns_head=True, exclusions=by_head)
        named = (Exclusion(officer, ExclusionGround.NAMED), Exclusion(accused, ExclusionGround.UNIT))
        receipt = await ground.file_complaint(one, 3, exclusions=named)
        ended = await ground.file_complaint(one, 4, exclusions=named)
        await close_case(ground, one, ended)
        assert [await count(who) for who in (admin, accused)] == [2, 1]
        case = (await load_reporter_case(one, receipt)).id
        await ground.commit_acts(one, make_exclusion_act(case, officer, ExclusionGround.LIFTED, "c"))
        assert [await count(who) for who in (admin, accused)] == [1, 1]
        await one.staff_admin.remove(officer, DAY, NOW)
        assert await count(admin) == 3

    ground.run_scenario(scene)


@pytest.mark.parametrize("why", ["both left", "it concerns both", "closed by who appointed"])
def test_an_appointment_ends_where_nobody_appointed_can_open_the_case(ground: StoredDesk, why: str) -> None:
    async def scene(one: Store) -> None:
        boss, other = [await join_staff(ground, one, name, Role.SUPERVISOR) for name in ("boss", "other")]
        officer = await join_staff(ground, one, "officer")
        case = (await load_reporter_case(one, await ground.file_complaint(one))).id
        await ground.commit_acts(
            one, AssignCase(case, 2, DAY, officer, boss), SetAppointment(case, officer, boss)
        )
        assert [await is_hidden_from(one, case, who) for who in (boss, officer, other)] == [
            False,
            False,
            True,
        ]
        for who in (officer, boss):
            assert await is_hidden_from(one, case, other)
            if why == "both left":
                await ground.commit_acts(one, LeaveStaff(who, DAY))
            elif why == "it concerns both":
                await save_exclusions_of(one, case, who)
            elif who == boss:
                # The reporter wants another look at what the supervisor closed, and nobody has the case.
                async with write_batch(one) as batch:
                    await batch.connection.exec_driver_sql(
                        f"UPDATE cases SET avoid = '{boss}', officer = NULL"
                    )
        assert not await is_hidden_from(one, case, other)
        states, _ = await one.reminders.load_deadlines_and_recipients()
        assert other not in states[0].excluded_staff
        # It does not begin again when the case has an officer again.
        new = await join_staff(ground, one, "new")
        await ground.commit_acts(one, AssignCase(case, 3, DAY, new, other))
        assert not await is_hidden_from(one, case, other)

    ground.run_scenario(scene)
    assert ground.execute_sql("SELECT appointed_by FROM cases") == [(None,)]


async def save_exclusions_of(one: Store, case: str, who: str) -> None:
    async with write_batch(one) as batch:
        await save_exclusions(case, (Exclusion(who, ExclusionGround.NAMED),), batch)
