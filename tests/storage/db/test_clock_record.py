"""What a desk remembers of its clock."""

from datetime import date, timedelta

from storage.db.clock_record import ClockRecord, RememberedClock
from storage.store import Store
from tests.storage.conftest import StoredDesk

DAY = date(2026, 11, 30)


def test_each_mark_is_replaced_and_belief_ends_a_doubt(ground: StoredDesk) -> None:
    async def scene(one: Store) -> None:
        record = one.clock_record
        assert isinstance(record, ClockRecord)
        assert await record.load() == RememberedClock(None, None, None, None, is_last_day_noted=False)
        await record.save_believed(DAY - timedelta(days=1))
        await record.save_believed(DAY)
        await record.save_doubted(timedelta(minutes=-6, seconds=10))
        await record.confirm(DAY, timedelta(hours=1))
        minutes = timedelta(minutes=-6)
        assert await record.load() == RememberedClock(DAY, minutes, timedelta(hours=1), DAY)
        for what in ("a", "a", "b"):
            await record.mark_told(what)
        assert [await record.is_told(what) for what in ("a", "b")] == [False, True]
        await record.save_believed(DAY)
        assert await record.load() == RememberedClock(DAY, None, timedelta(hours=1), DAY)
        assert not await record.is_told("b")

    ground.run_scenario(scene)


def test_a_day_and_minutes_stand_in_the_rows_and_no_hour(ground: StoredDesk) -> None:
    async def scene(one: Store) -> None:
        await one.clock_record.save_believed(DAY)
        await one.clock_record.confirm(DAY, timedelta(hours=1))

    ground.run_scenario(scene)
    assert ground.execute_sql("SELECT name, due FROM chores WHERE name LIKE 'clock%' ORDER BY name") == [
        ("clock-day", "2026-11-30"), ("clock-day-ok", "2026-11-30"), ("clock-difference-ok", "60")
    ]  # fmt: skip
