"""Who of the staff is notified of what: in their language, and never with content."""

from datetime import date

import pytest

from handlers.complaints.messages import (
    ActorKind,
    AddHistoryEntry,
    Exclusion,
    ExclusionGround,
    HistoryEntryKind,
    SetExclusion,
)
from handlers.dialog.effects import Act
from handlers.dialog.events import Channel
from handlers.dialog.replies import Phrase
from handlers.staff.complaints.messages import AssignCase, SetAppointment, SubscribeGroup
from handlers.staff.members import LeaveStaff
from handlers.staff.permissions import Role
from storage.staff.absences import notify_of_reporter_message
from storage.staff.notifications import (
    is_active_staff,
    list_active_staff,
    notify_case_workers,
    notify_of_new_case,
    notify_staff_member,
)
from storage.staff.pushes import PushKind, StaffPush
from storage.store import Store
from tests.storage.conftest import NOW, StoredDesk, load_reporter_case
from tests.storage.staffed_desk import join_staff, list_letters, write_batch

DUE = date(2026, 12, 7)
GROUP = b"g" * 32
WROTE = StaffPush(PushKind.REPORTER_WROTE, Phrase("staff.notice.wrote"))


def test_of_a_new_case_those_who_handle_cases_are_notified_in_their_language(ground: StoredDesk) -> None:
    async def scene(one: Store) -> None:
        await join_staff(ground, one, "officer")
        await join_staff(ground, one, "boss", Role.SUPERVISOR, lang="en")
        await join_staff(ground, one, "auditor", Role.AUDITOR)
        await join_staff(ground, one, "admin", Role.ADMIN)
        await join_staff(ground, one, "silent", back=None)
        async with write_batch(one) as batch:
            await notify_of_new_case(2570, 12, DUE, batch)
        assert await list_letters(one) == [
            (b"boss", "en", "staff.notice.new", {"number": "12/2570", "due": "7 December 2026 (B.E. 2569)"}),
            (b"officer", "th", "staff.notice.new", {"number": "12/2570", "due": "7 ธันวาคม 2569"}),
        ]

    ground.run_scenario(scene)


def test_a_group_is_notified_until_it_is_unsubscribed_and_a_damaged_one_holds_up_nobody(
    ground: StoredDesk,
) -> None:
    async def scene(one: Store) -> None:
        staff = await join_staff(ground, one, "officer", back=None)
        for mark, back in ((GROUP, b"group"), (b"h" * 32, b"damaged")):
            await ground.commit_acts(one, SubscribeGroup(mark, back, Channel.TELEGRAM, staff))
        ground.execute_sql(f"UPDATE groups SET address = zeroblob(40) WHERE mark = x'{(b'h' * 32).hex()}'")
        async with write_batch(one) as batch:
            await notify_of_new_case(2570, 1, DUE, batch)
        assert [back for back, *_ in await list_letters(one)] == [b"group"]
        await ground.commit_acts(one, SubscribeGroup(GROUP, None, Channel.TELEGRAM, staff))
        async with write_batch(one) as batch:
            await notify_of_new_case(2570, 2, DUE, batch)
        assert len(await list_letters(one)) == 1

    ground.run_scenario(scene)


def test_without_staff_nobody_is_notified(ground: StoredDesk) -> None:
    async def scene(one: Store) -> None:
        receipt = await ground.file_complaint(one)
        case = await load_reporter_case(one, receipt)
        async with write_batch(one) as batch:
            await notify_of_new_case(2570, 1, DUE, batch)
            await notify_of_reporter_message(case.id, batch)
            assert await notify_case_workers(WROTE, batch) == 0
            assert [*await list_active_staff(batch)] == []

    ground.run_scenario(scene)
    assert ground.execute_sql("SELECT count(*) FROM outbox") == [(0,)]


def test_of_a_message_of_the_reporter_the_assigned_officer_is_notified(ground: StoredDesk) -> None:
    async def scene(one: Store) -> None:
        mine, other = await join_staff(ground, one, "mine"), await join_staff(ground, one, "other")
        receipt = await ground.file_complaint(one)
        case = await load_reporter_case(one, receipt)
        await one.outbox.complete([item.id for item in await one.outbox.list_all("telegram")])

        async with write_batch(one) as batch:
            await notify_of_reporter_message(case.id, batch)
        assert await list_letters(one) == []  # nobody has the case yet
        await ground.commit_acts(one, AssignCase(case.id, 2, NOW.date(), mine, other))
        assert [key for _, _, key, _ in await list_letters(one)] == ["staff.notice.assigned"]
        for hidden, count in (((), 2), ({other}, 3), ({mine}, 3)):
            async with write_batch(one) as batch:
                await notify_of_reporter_message(case.id, batch, hidden)
            assert len(await list_letters(one)) == count
        assert (await list_letters(one))[-1] == (b"mine", "th", "staff.notice.wrote", {"number": "1/2570"})

    ground.run_scenario(scene)


@pytest.mark.parametrize("reason", ["assigned", "appointed", "named", "barred"])
def test_whose_case_goes_hears_the_same_words_for_whatever_reason(ground: StoredDesk, reason: str) -> None:
    async def scene(one: Store) -> None:
        mine, other = await join_staff(ground, one, "mine"), await join_staff(ground, one, "other")
        boss = await join_staff(ground, one, "boss", Role.SUPERVISOR)
        case = await load_reporter_case(one, await ground.file_complaint(one))
        await ground.commit_acts(one, AssignCase(case.id, 2, NOW.date(), mine, mine))
        await one.outbox.complete([item.id for item in await one.outbox.list_all("telegram")])
        named = Exclusion(mine, ExclusionGround.NAMED)
        gone = Exclusion(mine, ExclusionGround.BARRED, boss, "ญาติกับผู้ถูกร้อง")
        acts: dict[str, tuple[Act, ...]] = {
            "assigned": (AssignCase(case.id, 3, NOW.date(), other, boss),),
            "appointed": (AssignCase(case.id, 3, NOW.date(), other, boss), SetAppointment(case.id, other, boss)),
            "named": (
                AddHistoryEntry(
                    case.id, 3, NOW.date(), HistoryEntryKind.REPORTER, ActorKind.REPORTER, "คือ mine",
                    exclusions=(named,),
                ),
            ),
            "barred": (SetExclusion(case.id, gone, NOW.date()),),
        }  # fmt: skip
        await ground.commit_acts(one, *acts[reason])
        (heard,) = [letter for letter in await list_letters(one) if letter[0] == b"mine"]
        assert heard == (b"mine", "th", "staff.notice.taken_away", {"number": "1/2570"})

    ground.run_scenario(scene)


def test_one_person_is_notified_with_the_day_in_their_language(ground: StoredDesk) -> None:
    async def scene(one: Store) -> None:
        staff = await join_staff(ground, one, "boss", Role.SUPERVISOR, lang="en")
        await join_staff(ground, one, "other")
        notice = StaffPush(PushKind.NEW, Phrase("staff.notice.again", {"number": "1/2570"}))
        async with write_batch(one) as batch:
            await notify_staff_member(staff, notice, batch, due=DUE)
            await notify_staff_member("unknown", notice, batch)
        args = {"number": "1/2570", "due": "7 December 2026 (B.E. 2569)"}
        assert await list_letters(one) == [(b"boss", "en", "staff.notice.again", args)]

    ground.run_scenario(scene)


@pytest.mark.parametrize(
    ("roles", "count"), [((Role.SUPERVISOR,), 1), ((Role.OFFICER, Role.SUPERVISOR), 2), ((), 0)]
)
def test_those_of_a_role_are_counted(ground: StoredDesk, roles: tuple[Role, ...], count: int) -> None:
    async def scene(one: Store) -> None:
        await join_staff(ground, one, "boss", Role.SUPERVISOR)
        await join_staff(ground, one, "officer")
        await join_staff(ground, one, "silent", back=None)
        async with write_batch(one) as batch:
            assert await notify_case_workers(WROTE, batch, roles) == count

    ground.run_scenario(scene)


def test_who_left_is_no_longer_active(ground: StoredDesk) -> None:
    async def scene(one: Store) -> None:
        staff = await join_staff(ground, one, "officer")
        async with write_batch(one) as batch:
            assert await is_active_staff(staff, batch)
            assert not await is_active_staff("unknown", batch)
        await ground.commit_acts(one, LeaveStaff(staff, NOW.date()))
        async with write_batch(one) as batch:
            assert not await is_active_staff(staff, batch)
            await notify_of_new_case(2570, 1, DUE, batch)
        assert await list_letters(one) == []

    ground.run_scenario(scene)
