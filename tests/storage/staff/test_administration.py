"""Staff administration in the chat: two persons reset somebody, cases go to who takes over, and everybody hears."""

from datetime import timedelta

import pytest

from handlers.complaints.messages import Exclusion, ExclusionGround
from handlers.staff.complaints.messages import AssignCase, SetAppointment
from handlers.staff.enrolment.messages import (
    DismissStaff,
    FindResetRequest,
    HandOverCases,
    HasCases,
    Invitation,
    InviteStaff,
    NewInvitation,
    RequestReset,
    ResetStaff,
)
from handlers.staff.members import FindInvitation, ListStaff
from handlers.staff.permissions import Role
from storage.errors import ConflictError
from storage.staff.administration import ADMINISTRATION_READERS, ADMINISTRATION_WRITERS
from storage.store import Store
from tests.storage.conftest import NOW, StoredDesk, load_reporter_case
from tests.storage.staffed_desk import join_staff, list_letters

DAY = NOW.date()
INVITATION = Invitation("ABCDE-FGHJK", "123456")


def test_what_is_read_and_written() -> None:
    assert {*ADMINISTRATION_READERS} == {NewInvitation, FindResetRequest, HasCases}
    assert len(ADMINISTRATION_WRITERS) == 5


def test_an_invitation_by_an_admin_is_told_to_those_who_answer_for_the_desk(ground: StoredDesk) -> None:
    async def scene(one: Store) -> None:
        admin = await join_staff(ground, one, "admin", Role.ADMIN)
        await join_staff(ground, one, "boss", Role.SUPERVISOR)
        await join_staff(ground, one, "officer")
        drawn = await one.answer_query(NewInvitation(), NOW)
        assert (len(drawn.code), len(drawn.digits), drawn.digits.isdigit()) == (11, 6, True)
        await ground.commit_acts(one, InviteStaff(INVITATION, Role.OFFICER, "สมหญิง", admin))
        found = await one.answer_query(FindInvitation(INVITATION.code), NOW)
        assert (found.name, found.role, found.active) == ("สมหญิง", Role.OFFICER, False)
        assert [(back, key) for back, _, key, _ in await list_letters(one)] == [
            (b"admin", "staff.notice.staff_invited"),
            (b"boss", "staff.notice.staff_invited"),
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


@pytest.mark.parametrize("reason", ["free", "accused", "appointed"])
def test_cases_go_to_who_takes_over_and_what_is_kept_from_them_waits(ground: StoredDesk, reason: str) -> None:
    async def scene(one: Store) -> None:
        admin = await join_staff(ground, one, "admin", Role.ADMIN)
        boss = await join_staff(ground, one, "boss", Role.SUPERVISOR)
        leaving, taking = await join_staff(ground, one, "leaving"), await join_staff(ground, one, "taking")
        accused = (Exclusion(taking, ExclusionGround.NAMED),) if reason == "accused" else ()
        case = (await load_reporter_case(one, await ground.file_complaint(one, exclusions=accused))).id
        await ground.commit_acts(one, AssignCase(case, 2, DAY, leaving, leaving))
        if reason == "appointed":
            await ground.commit_acts(one, SetAppointment(case, leaving, boss))
        await one.outbox.complete([item.id for item in await one.outbox.list_all("telegram")])
        await ground.commit_acts(one, HandOverCases(leaving, taking, DAY, admin))
        has_it = reason != "accused"
        expected = (taking if has_it else None, boss if reason == "appointed" else None)
        assert ground.execute_sql("SELECT officer, appointed_by FROM cases") == [expected]
        letters = [(back, key, dict(args)) for back, _, key, args in await list_letters(one)]
        assert letters == ([(b"taking", "staff.notice.handed_over", {"count": 1})] if has_it else [])
        assert await one.verify_audit() == []

    ground.run_scenario(scene)
