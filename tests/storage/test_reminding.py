"""A year of clock in seconds: each reminder reaches the outbox once, whatever the clock did meanwhile."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

from bot.jobs import housekeeping as clock
from handlers.complaints import deadlines
from handlers.complaints.messages import FindCase
from handlers.staff.permissions import Role
from storage.store import Store
from tests.play import OFFICE
from tests.storage.conftest import NOW, StoredDesk, close, filing, view
from tests.storage.test_staff import joined

RULES = OFFICE.deadlines.model_copy(update={"counted_in": "working", "days_off": (date(2027, 4, 16),)})
WORKING = OFFICE.model_copy(update={"deadlines": RULES})


def reminders(ground: StoredDesk) -> list[Any]:
    return ground.sql('SELECT name, "on" FROM reminders ORDER BY "on", name')


def test_a_year_of_clock(ground: StoredDesk) -> None:
    """Filed before Songkran, the year's end and the fiscal year's end: told on working days that come after them."""
    start = datetime(2026, 12, 15, 2, 0, tzinfo=UTC)

    async def scene(one: Store) -> None:
        await joined(ground, one, b"o" * 32)
        await joined(ground, one, b"s" * 32, Role.SUPERVISOR)
        filed = [start, datetime(2027, 3, 25, 2, tzinfo=UTC), datetime(2027, 9, 20, 2, tzinfo=UTC)]
        given = 0
        for day in range(365):
            at = start + timedelta(days=day)
            for number, when in enumerate(filed):
                if when == at:
                    on = when.date()
                    by = deadlines.answer_by(on, RULES)
                    await ground.do(one, replace(filing(number + 1, when), answer_by=by), at=at)
            given += await clock.remind(one, WORKING, at)
            assert await clock.remind(one, WORKING, at + timedelta(hours=1)) == 0
        assert given == len(reminders(ground))

    ground.play(scene, start)
    told = dict(reminders(ground))
    on_time = sorted(name.removeprefix("answer/")[:10] for name in told if name.endswith("="))
    assert on_time == ["2027-01-07", "2027-04-22", "2027-10-11"]
    assert all(told[f"answer/{day}="] == day for day in on_time)
    # 7 working days after 22 April 2570: Saturday, Sunday and Labour Day (with its substitute) do not count.
    assert told["answer/2027-04-22+7"] == "2027-05-05"


def test_a_week_of_silence_then_all_at_once_and_never_again(ground: StoredDesk) -> None:
    async def scene(one: Store) -> None:
        await joined(ground, one)
        await ground.file(one)
        late = NOW + timedelta(days=18)
        assert await clock.remind(one, OFFICE, late.replace(hour=0)) == 0  # 07:00 in Bangkok: too early
        assert await clock.remind(one, OFFICE, late) == 1
        assert await clock.remind(one, OFFICE, late + timedelta(hours=3)) == 0
        standings, staff = await one.reminding.known()
        (standing,) = standings
        assert len(standing.told) == 3
        assert list(deadlines.reminders(standing, OFFICE.deadlines, staff, late.date())) == []

    ground.play(scene)
    assert ground.sql("SELECT count(*) FROM outbox") == [(2,)]  # with that of the new case


def test_two_clocks_at_once_tell_once(ground: StoredDesk) -> None:
    async def scene(one: Store) -> None:
        await joined(ground, one)
        await ground.file(one)
        late = NOW + timedelta(days=15)
        standings, staff = await one.reminding.known()
        due = list(deadlines.reminders(standings[0], OFFICE.deadlines, staff, late.date()))
        assert [await one.reminding.remind(due, late), await one.reminding.remind(due, late)] == [1, 0]

    ground.play(scene)
    assert ground.sql("SELECT count(*) FROM outbox") == [(2,)]  # with that of the new case


def test_what_ended_is_told_of_no_more_and_is_erased_whole(ground: StoredDesk) -> None:
    async def scene(one: Store) -> None:
        await joined(ground, one)
        receipt = await ground.file(one)
        assert await clock.remind(one, OFFICE, NOW + timedelta(days=15)) == 1
        await close(ground, one, receipt)
        assert (await view(one, receipt)).status.value == "not_accepted"
        assert await clock.remind(one, OFFICE, NOW + timedelta(days=40)) == 0
        assert await one.retention.erase_cases(NOW + timedelta(days=400), timedelta(days=365)) == 1
        assert await one.answer(FindCase(receipt), NOW) is None

    ground.play(scene)
    assert reminders(ground) == []


def test_notices_carry_number_and_day_and_nothing_else(ground: StoredDesk) -> None:
    async def scene(one: Store) -> None:
        await joined(ground, one)
        await ground.file(one)
        standings, staff = await one.reminding.known()
        due = NOW + timedelta(days=15)
        (remind,) = deadlines.reminders(standings[0], OFFICE.deadlines, staff, due.date())
        assert remind.say.args == {"number": "1/2570", "due": "7 ธันวาคม 2569", "days": 0}

    ground.play(scene)
