"""A year of daily job runs in seconds: each reminder reaches the outbox once."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

from bot.jobs.housekeeping import remind_of_deadlines
from handlers.complaints.deadlines import compute_answer_by, select_reminders
from handlers.complaints.messages import FindCase
from handlers.staff.permissions import Role
from storage.store import Store
from tests.in_memory_desk import OFFICE
from tests.storage.conftest import NOW, StoredDesk, close_case, load_reporter_case, make_file_case
from tests.storage.staff.test_members import add_joined_staff

RULES = OFFICE.deadlines.model_copy(update={"counted_in": "working", "days_off": (date(2027, 4, 16),)})
WORKING = OFFICE.model_copy(update={"deadlines": RULES})


def reminders(ground: StoredDesk) -> list[Any]:
    return ground.execute_sql('SELECT name, "on" FROM reminders ORDER BY "on", name')


def test_a_year_of_clock(ground: StoredDesk) -> None:
    """Filed before Songkran, the year's end and the fiscal year's end: reminders come on the next working days."""
    start = datetime(2026, 12, 15, 2, 0, tzinfo=UTC)

    async def scene(one: Store) -> None:
        await add_joined_staff(ground, one, b"o" * 32)
        await add_joined_staff(ground, one, b"s" * 32, Role.SUPERVISOR)
        filed = [start, datetime(2027, 3, 25, 2, tzinfo=UTC), datetime(2027, 9, 20, 2, tzinfo=UTC)]
        given = 0
        for day in range(365):
            at = start + timedelta(days=day)
            for number, when in enumerate(filed):
                if when == at:
                    on = when.date()
                    by = compute_answer_by(on, RULES)
                    await ground.commit_acts(
                        one, replace(make_file_case(number + 1, when), answer_by=by), at=at
                    )
            given += await remind_of_deadlines(one, WORKING, at)
            assert await remind_of_deadlines(one, WORKING, at + timedelta(hours=1)) == 0
        assert given == len(reminders(ground))

    ground.run_scenario(scene, start)
    told = dict(reminders(ground))
    on_time = sorted(name.removeprefix("answer/")[:10] for name in told if name.endswith("="))
    assert on_time == ["2027-01-07", "2027-04-22", "2027-10-11"]
    assert all(told[f"answer/{day}="] == day for day in on_time)
    # 7 working days after 22 April 2570: Saturday, Sunday and Labour Day (with its substitute) do not count.
    assert told["answer/2027-04-22+7"] == "2027-05-05"


def test_a_week_of_silence_then_all_at_once_and_never_again(ground: StoredDesk) -> None:
    async def scene(one: Store) -> None:
        await add_joined_staff(ground, one)
        await ground.file_complaint(one)
        late = NOW + timedelta(days=18)
        assert (
            await remind_of_deadlines(one, OFFICE, late.replace(hour=0)) == 0
        )  # 07:00 in Bangkok: too early
        assert await remind_of_deadlines(one, OFFICE, late) == 1
        assert await remind_of_deadlines(one, OFFICE, late + timedelta(hours=3)) == 0
        standings, staff = await one.reminders.load_deadlines_and_recipients()
        (standing,) = standings
        assert len(standing.sent_reminders) == 3
        assert list(select_reminders(standing, OFFICE.deadlines, staff, late.date())) == []

    ground.run_scenario(scene)
    assert ground.execute_sql("SELECT count(*) FROM outbox") == [(2,)]  # including that of the new case


def test_two_clocks_at_once_tell_once(ground: StoredDesk) -> None:
    async def scene(one: Store) -> None:
        await add_joined_staff(ground, one)
        await ground.file_complaint(one)
        late = NOW + timedelta(days=15)
        standings, staff = await one.reminders.load_deadlines_and_recipients()
        due = list(select_reminders(standings[0], OFFICE.deadlines, staff, late.date()))
        assert [
            await one.reminders.send_reminders(due, late),
            await one.reminders.send_reminders(due, late),
        ] == [1, 0]

    ground.run_scenario(scene)
    assert ground.execute_sql("SELECT count(*) FROM outbox") == [(2,)]  # including that of the new case


def test_what_ended_is_told_of_no_more_and_is_erased_whole(ground: StoredDesk) -> None:
    async def scene(one: Store) -> None:
        await add_joined_staff(ground, one)
        receipt = await ground.file_complaint(one)
        assert await remind_of_deadlines(one, OFFICE, NOW + timedelta(days=15)) == 1
        await close_case(ground, one, receipt)
        assert (await load_reporter_case(one, receipt)).status.value == "not_accepted"
        assert await remind_of_deadlines(one, OFFICE, NOW + timedelta(days=40)) == 0
        assert await one.retention.delete_ended_cases(NOW + timedelta(days=400), timedelta(days=365)) == 1
        assert await one.answer_query(FindCase(receipt), NOW) is None

    ground.run_scenario(scene)
    assert reminders(ground) == []


def test_notices_carry_number_and_day_and_nothing_else(ground: StoredDesk) -> None:
    async def scene(one: Store) -> None:
        await add_joined_staff(ground, one)
        await ground.file_complaint(one)
        standings, staff = await one.reminders.load_deadlines_and_recipients()
        due = NOW + timedelta(days=15)
        (remind,) = select_reminders(standings[0], OFFICE.deadlines, staff, due.date())
        assert remind.notice.args == {"number": "1/2570", "due": "7 ธันวาคม 2569", "days": 0}

    ground.run_scenario(scene)
