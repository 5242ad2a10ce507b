"""Staff administration in the chat: two persons reset somebody, cases go to who takes over, and everybody hears."""

from datetime import timedelta

import pytest

from handlers.complaints.messages import Exclusion, ExclusionGround, SetExclusion
from handlers.staff.complaints.messages import AssignCase, SetAppointment
from handlers.staff.enrolment.messages import (
    HANDED_OVER_AT_ONCE,
    CountCasesToHandOver,
    DismissStaff,
    FindOtherChief,
    FindResetRequest,
    HandOverCases,
    HasCases,
    Invitation,
    InviteStaff,
    ListCaseHolders,
    NewInvitation,
    RequestReset,
    ResetStaff,
    TellDigits,
)
from handlers.staff.members import FindInvitation, ListStaff, StaffProfile
from handlers.staff.permissions import Role
from storage.errors import ConflictError
from storage.staff.administration import ADMINISTRATION_READERS, ADMINISTRATION_WRITERS
from storage.store import Store
from tests.storage.conftest import NOW, StoredDesk, load_reporter_case
from tests.storage.staffed_desk import join_staff, list_letters

DAY = NOW.date()
INVITATION = Invitation("ABCDE-FGHJK", "123456")


def test_what_is_read_and_written() -> None:
    assert {*ADMINISTRATION_READERS} == {
        *(NewInvitation, FindResetRequest, CountCasesToHandOver, HasCases, FindOtherChief, ListCaseHolders)
    }
    assert len(ADMINISTRATION_WRITERS) == 6


def test_an_invitation_by_an_admin_is_told_to_those_who_answer_for_the_desk(ground: StoredDesk) -> None:
    async def scene(one: Store) -> None:
        admin = await join_staff(ground, one, "admin", Role.ADMIN)
        await join_staff(ground, one, "boss", Role.SUPERVISOR)
        await join_staff(ground, one, "officer")
        drawn = await one.answer_query(NewInvitation(), NOW)
        assert (len(drawn.code), len(drawn.digits), drawn.digits.isdigit()) == (11, 6, True)
        await ground.commit_acts(
            one, InviteStaff(INVITATION, Role.OFFICER, StaffProfile("สมหญิง", units=("กองคลัง",)), admin)
        )
        found = await one.answer_query(FindInvitation(INVITATION.code), NOW)
        assert (found.name, found.role, found.active) == ("สมหญิง", Role.OFFICER, False)
        assert found.profile.units == ("กองคลัง",)
        assert [(back, key) for back, _, key, _ in await list_letters(one)] == [
            (b"admin", "staff.notice.staff_invited"),
            (b"boss", "staff.notice.staff_invited"),
        ]

    ground.run_scenario(scene)


def test_the_digits_are_told_to_another_who_can_be_told_an_admin_first(ground: StoredDesk) -> None:
    async def scene(one: Store) -> None:
        admin = await join_staff(ground, one, "admin", Role.ADMIN)
        assert await one.answer_query(FindOtherChief(admin), NOW) is None
        await join_staff(ground, one, "officer")
        boss = await join_staff(ground, one, "boss", Role.SUPERVISOR)
        other = await one.answer_query(FindOtherChief(admin), NOW)
        assert other is not None
        assert other.id == boss
        second = await join_staff(ground, one, "second", Role.ADMIN)
        assert (await one.answer_query(FindOtherChief(admin), NOW)).id == second
        assert (await one.answer_query(FindOtherChief(admin, boss), NOW)).id == boss
        await ground.commit_acts(one, TellDigits(boss, "วิชัย", "https://x/officer/open/s"))
        assert [(back, key) for back, _, key, _ in await list_letters(one)] == [
            (b"boss", "staff.notice.digits")
        ]

    ground.run_scenario(scene)


def test_who_is_dismissed_or_reset_has_no_access_in_the_next_moment(ground: StoredDesk) -> None:
    async def scene(one: Store) -> None:
        admin = await join_staff(ground, one, "admin", Role.ADMIN)
        gone, again = await join_staff(ground, one, "gone"), await join_staff(ground, one, "again")
        await ground.commit_acts(one, DismissStaff(gone, DAY, admin), ResetStaff(again, INVITATION, admin))
        staff = {person.id: person for person in await one.answer_query(ListStaff(), NOW)}
        assert gone not in staff
        assert (staff[again].active, staff[again].secret, staff[again].person_id) == (False, "", None)
        assert (await one.answer_query(FindInvitation(INVITATION.code), NOW)).id == again
        assert {back for back, *_ in await list_letters(one)} == {b"admin"}

    ground.run_scenario(scene)


def test_a_request_to_reset_an_admin_lasts_a_day_and_is_used_once(ground: StoredDesk) -> None:
    async def scene(one: Store) -> None:
        first = await join_staff(ground, one, "first", Role.ADMIN)
        second = await join_staff(ground, one, "second", Role.ADMIN)
        target = await join_staff(ground, one, "target", Role.ADMIN)
        assert await one.answer_query(FindResetRequest(target), NOW) == ""
        await ground.commit_acts(one, RequestReset(target, first))
        assert await one.answer_query(FindResetRequest(target), NOW + timedelta(hours=23)) == first
        assert await one.answer_query(FindResetRequest(target), NOW + timedelta(hours=25)) == ""
        await ground.commit_acts(one, ResetStaff(target, INVITATION, second))
        assert await one.answer_query(FindResetRequest(target), NOW) == ""

    ground.run_scenario(scene)


def test_a_request_of_somebody_who_is_gone_is_worth_nothing_also_where_they_go_meanwhile(
    ground: StoredDesk,
) -> None:
    async def scene(one: Store) -> None:
        first = await join_staff(ground, one, "first", Role.ADMIN)
        second = await join_staff(ground, one, "second", Role.ADMIN)
        target = await join_staff(ground, one, "target", Role.ADMIN)
        await ground.commit_acts(one, RequestReset(target, first))
        await ground.commit_acts(one, DismissStaff(first, DAY, second))
        assert await one.answer_query(FindResetRequest(target), NOW) == ""
        with pytest.raises(ConflictError):
            await ground.commit_acts(one, ResetStaff(target, INVITATION, second, first))
        staff = {person.id: person for person in await one.answer_query(ListStaff(), NOW)}
        assert staff[target].active

    ground.run_scenario(scene)


def test_who_has_a_case_or_appointed_who_has_it_has_cases(ground: StoredDesk) -> None:
    async def scene(one: Store) -> None:
        boss = await join_staff(ground, one, "boss", Role.SUPERVISOR)
        officer, other = await join_staff(ground, one, "officer"), await join_staff(ground, one, "other")
        case = (await load_reporter_case(one, await ground.file_complaint(one))).id
        await ground.commit_acts(one, AssignCase(case, 2, DAY, officer, officer))
        await ground.commit_acts(one, SetAppointment(case, officer, boss))
        has = {person: await one.answer_query(HasCases(person), NOW) for person in (boss, officer, other)}
        assert has == {boss: True, officer: True, other: False}

    ground.run_scenario(scene)


@pytest.mark.parametrize("reason", ["free", "accused", "appointed", "appointed by who is named"])
def test_cases_go_to_who_takes_over_or_who_appointed_and_what_is_kept_from_them_stays(
    ground: StoredDesk, reason: str
) -> None:
    async def scene(one: Store) -> None:
        admin = await join_staff(ground, one, "admin", Role.ADMIN)
        boss = await join_staff(ground, one, "boss", Role.SUPERVISOR)
        leaving, taking = await join_staff(ground, one, "leaving"), await join_staff(ground, one, "taking")
        accused = (Exclusion(taking, ExclusionGround.NAMED),) if reason == "accused" else ()
        case = (await load_reporter_case(one, await ground.file_complaint(one, exclusions=accused))).id
        await ground.commit_acts(one, AssignCase(case, 2, DAY, leaving, leaving))
        if reason.startswith("appointed"):
            await ground.commit_acts(one, SetAppointment(case, leaving, boss))
        if reason.endswith("named"):
            named = Exclusion(boss, ExclusionGround.BARRED, leaving, "-")
            await ground.commit_acts(one, SetExclusion(case, named, DAY))
        await one.outbox.complete([item.id for item in await one.outbox.list_all("telegram")])
        count = await one.answer_query(CountCasesToHandOver(leaving, taking), NOW)
        await ground.commit_acts(one, HandOverCases(leaving, taking, DAY, admin))
        letters = [(back, key) for back, _, key, _ in await list_letters(one)]
        officer, told = {
            "free": (taking, [(b"taking", "staff.notice.handed_over")]),
            "accused": (leaving, [(b"boss", "staff.notice.left_over")]),
            "appointed": (boss, [(b"boss", "staff.notice.assigned")]),
            "appointed by who is named": (leaving, []),
        }[reason]
        appointed_by = boss if reason.startswith("appointed") else None
        assert ground.execute_sql("SELECT officer, appointed_by FROM cases") == [(officer, appointed_by)]
        assert (count, letters) == (int(officer != leaving), told)
        assert await one.verify_audit() == []

    ground.run_scenario(scene)


def test_many_cases_are_handed_over_in_pieces_and_a_damaged_one_keeps_none_back(ground: StoredDesk) -> None:
    async def scene(one: Store) -> None:
        admin = await join_staff(ground, one, "admin", Role.ADMIN)
        leaving, taking = await join_staff(ground, one, "leaving"), await join_staff(ground, one, "taking")
        for number in range(1, HANDED_OVER_AT_ONCE + 3):
            await ground.file_complaint(one, number=number)
        async with one.committer.transaction() as connection:
            await connection.exec_driver_sql(f"UPDATE cases SET officer = '{leaving}'")
            await connection.exec_driver_sql("UPDATE cases SET report = x'00' WHERE number = 1")
        for left in (HANDED_OVER_AT_ONCE + 2, 3):
            assert await one.answer_query(CountCasesToHandOver(leaving, taking), NOW) in {left, left - 1}
            await ground.commit_acts(one, HandOverCases(leaving, taking, DAY, admin))
        kept = ground.execute_sql(f"SELECT officer, number FROM cases WHERE officer = '{leaving}'")
        assert kept == [(leaving, 1)]

    ground.run_scenario(scene)
