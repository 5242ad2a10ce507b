"""On a wrong clock nothing is erased, closed, reminded of or published; an admin hears of it once and may say yes."""

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from bot.clock.decision import ClockDoubt
from bot.clock.gate import ClockVerdict, check_clock, confirm_clock, find_doubted_clock, tell_staff
from bot.jobs.housekeeping import run_due_jobs
from handlers.complaints.lifecycle import CaseOutcome, CaseStatus, Transition
from handlers.complaints.messages import ActorKind
from handlers.dialog.events import Channel
from handlers.staff.clock.messages import ConfirmClock, DoubtedClock
from handlers.staff.permissions import Role
from ita_stats.calendar import to_bangkok_date
from storage.db.batch import WriteBatch
from storage.db.clock_marks import ClockMark, replace_mark
from storage.store import Store
from tests.in_memory_desk import OFFICE
from tests.storage.conftest import NOW, StoredDesk, load_reporter_case, make_move
from tests.storage.staffed_desk import join_staff, list_letters

YEAR = timedelta(days=366)
BUDDHIST = datetime(2569, 11, 22, 3, tzinfo=UTC)
WRONG = [
    pytest.param(BUDDHIST, NOW - BUDDHIST, ClockDoubt.DIFFERS, id="2569 typed as CE, Telegram heard"),
    pytest.param(BUDDHIST, None, ClockDoubt.JUMPED, id="2569 typed as CE, nothing heard"),
    pytest.param(NOW + 2 * YEAR, -2 * YEAR, ClockDoubt.DIFFERS, id="two years ahead"),
    pytest.param(NOW + 2 * YEAR, None, ClockDoubt.JUMPED, id="a jump while it was stopped"),
]


@pytest.fixture
def ground(tmp_path: Path) -> StoredDesk:
    return StoredDesk(tmp_path)


async def run_jobs(ground: StoredDesk, one: Store, now: datetime, difference: timedelta | None) -> set[str]:
    verdict = await check_clock(one, now, difference)
    believed = verdict.doubt is None
    at = verdict.date_messages(now)
    jobs = run_due_jobs(
        ground.paths,
        one,
        OFFICE,
        now,
        is_clock_believed=believed,
        messages_at=at,
        has_tried_delivery=True,
    )
    return {result.job async for result in jobs}


async def close_a_case(ground: StoredDesk, one: Store) -> None:
    case = await load_reporter_case(one, await ground.file_complaint(one))
    move = make_move(case, CaseStatus.CLOSED, Transition.WITHDRAW, outcome=CaseOutcome.WITHDRAWN)
    assert move.by is ActorKind.OFFICE
    await ground.commit_acts(one, move)


@pytest.mark.parametrize(("now", "difference", "doubt"), WRONG)
def test_a_wrong_year_erases_nothing(
    ground: StoredDesk, now: datetime, difference: timedelta | None, doubt: ClockDoubt
) -> None:
    async def scene(one: Store) -> None:
        await join_staff(ground, one, "admin", Role.ADMIN)
        await join_staff(ground, one, "officer")
        await close_a_case(ground, one)
        await run_jobs(ground, one, NOW, None)
        before = len(await list_letters(one))
        assert (await check_clock(one, now, difference)).doubt is doubt
        done = await run_jobs(ground, one, now, difference)
        assert done.isdisjoint({"cases-erased", "officers-reminded"})
        if (
            doubt is ClockDoubt.DIFFERS
        ):  # after a jump nobody knows better, and messages do not wait for a yes
            assert "letters-forgotten" not in done
            assert len(await list_letters(one)) == before
        for _ in range(2):  # told once
            await tell_staff(one, await check_clock(one, now, difference), now)
        told = [letter for letter in await list_letters(one) if letter[2].startswith("staff.notice.clock")]
        assert [(back, key) for back, _, key, _ in told] == [(b"admin", f"staff.notice.clock_{doubt}")]
        # The clock is mended, and all goes on by itself.
        assert (await check_clock(one, NOW, None if difference is None else timedelta())).doubt is None

    ground.run_scenario(scene)
    assert ground.execute_sql("SELECT count(*) FROM cases") == [(1,)]


def test_a_yes_lets_go_on_what_waited(ground: StoredDesk) -> None:
    late = NOW + 2 * YEAR

    async def scene(one: Store) -> None:
        await close_a_case(ground, one)
        await run_jobs(ground, one, NOW, None)
        assert "cases-erased" not in await run_jobs(ground, one, late, None)
        await confirm_clock(one, late, None)
        assert "cases-erased" in await run_jobs(ground, one, late, None)
        assert (await check_clock(one, late + timedelta(days=1), None)).doubt is None

    ground.run_scenario(scene)


async def ask_for_doubt(one: Store, now: datetime, difference: timedelta | None) -> DoubtedClock:
    """What staff are shown now."""
    found = await find_doubted_clock(one, now, difference)
    assert found is not None
    return found


@pytest.mark.parametrize("difference", [None, -2 * YEAR])
def test_a_yes_in_the_chat_lets_go_on_what_waited_and_says_who(
    ground: StoredDesk, difference: timedelta | None
) -> None:
    late = NOW + 2 * YEAR

    async def scene(one: Store) -> None:
        await close_a_case(ground, one)
        await run_jobs(ground, one, NOW, None)
        assert await find_doubted_clock(one, NOW, None) is None
        assert "cases-erased" not in await run_jobs(ground, one, late, difference)
        shown = await ask_for_doubt(one, late, difference)
        await ground.commit_acts(one, ConfirmClock(shown, "s1"), at=late)
        assert await find_doubted_clock(one, late, difference) is None
        assert "cases-erased" in await run_jobs(ground, one, late, difference)
        if difference is not None:  # set once more: asked once more
            assert (await ask_for_doubt(one, late, -3 * YEAR)) != shown

    ground.run_scenario(scene, late)
    rows = ground.execute_sql("SELECT actor, ref FROM audit WHERE what = 'clock-confirmed'")
    assert rows == [("staff:s1", to_bangkok_date(late).isoformat())]


def test_of_each_mark_there_is_one(ground: StoredDesk) -> None:
    async def scene(one: Store) -> None:
        for due in ("2026-01-01", "2026-01-02"):
            async with one.committer.transaction() as connection:
                await replace_mark(connection, ClockMark.LAST_DAY, due)
        assert (await one.clock_record.load()).last_day == date(2026, 1, 2)

    ground.run_scenario(scene)
    assert ground.execute_sql("SELECT due FROM chores WHERE name = 'clock-day'") == [("2026-01-02",)]


def test_the_notice_has_a_button_with_what_it_shows(ground: StoredDesk) -> None:
    async def scene(one: Store) -> None:
        await join_staff(ground, one, "admin", Role.ADMIN)
        verdict = await check_clock(one, NOW, timedelta(minutes=90))
        assert await tell_staff(one, verdict, NOW) == 1
        shown = await ask_for_doubt(one, NOW, timedelta(minutes=90))
        (told,) = await one.outbox.list_all(Channel.TELEGRAM.value)
        buttons = [choice.data for reply in told.payload.says for choice in reply.choices]
        assert buttons == [f"/clock {shown.code}"]

    ground.run_scenario(scene)


def test_what_a_server_measured_holds_for_a_command_beside_it(ground: StoredDesk) -> None:
    async def scene(one: Store) -> None:
        drifted = timedelta(minutes=-6)
        assert (await check_clock(one, NOW, drifted)).doubt is ClockDoubt.DIFFERS
        assert (await check_clock(one, NOW, None)).doubt is ClockDoubt.DIFFERS
        await confirm_clock(one, NOW, None)
        assert (await check_clock(one, NOW, None)).doubt is None
        assert (await check_clock(one, NOW, drifted)).doubt is None
        assert (await check_clock(one, NOW, timedelta(hours=-1))).doubt is ClockDoubt.DIFFERS

    ground.run_scenario(scene)


def test_a_yes_ends_once_others_clocks_agree(ground: StoredDesk) -> None:
    async def scene(one: Store) -> None:
        hour = timedelta(hours=-1)
        await check_clock(one, NOW, hour)
        for _ in range(2):  # a second yes, when nothing is remembered any more, takes the first not back
            await confirm_clock(one, NOW, None)
            assert (await check_clock(one, NOW, hour)).doubt is None
        assert (await check_clock(one, NOW, timedelta(minutes=5))).doubt is None
        assert (await one.clock_record.load()).confirmed_day is None
        assert (await check_clock(one, NOW, hour)).doubt is ClockDoubt.DIFFERS

    ground.run_scenario(scene)


def test_an_upgraded_desk_takes_its_newest_audit_line_for_the_last_day(ground: StoredDesk) -> None:
    async def scene(one: Store) -> None:
        await ground.file_complaint(one)
        assert (await check_clock(one, NOW + timedelta(days=11), None)).doubt is ClockDoubt.JUMPED
        assert (await check_clock(one, NOW + timedelta(days=9), None)).doubt is None

    ground.run_scenario(scene)


def test_the_day_of_the_last_check_is_noted_and_no_line_of_a_doubted_day_takes_its_place(
    ground: StoredDesk,
) -> None:
    async def write_line(one: Store, now: datetime) -> None:
        async with one.committer.transaction() as connection:
            batch = WriteBatch(connection, one.keyring, one.committer.daily_keys, now)
            await batch.audit("o", "factor", "")
            await batch.flush()

    async def scene(one: Store) -> None:
        await write_line(one, NOW)
        assert (await check_clock(one, NOW, None)).doubt is None
        later = NOW + timedelta(days=14)
        assert (await check_clock(one, later, None)).doubt is ClockDoubt.JUMPED
        await write_line(one, later)
        assert (await check_clock(one, later, None)).doubt is ClockDoubt.JUMPED

    ground.run_scenario(scene)


def test_a_doubt_that_nobody_could_be_told_of_is_told_to_who_joins_later(ground: StoredDesk) -> None:
    async def scene(one: Store) -> None:
        verdict = await check_clock(one, NOW, timedelta(hours=1))
        assert await tell_staff(one, verdict, NOW) == 0
        await join_staff(ground, one, "officer")
        await join_staff(ground, one, "supervisor", Role.SUPERVISOR)
        assert [await tell_staff(one, verdict, NOW) for _ in range(2)] == [1, 0]
        told = [back for back, _, key, _ in await list_letters(one) if key == "staff.notice.clock_differs"]
        assert told == [b"supervisor"]

    ground.run_scenario(scene)


@pytest.mark.parametrize(
    ("doubt", "hours", "dated"),
    [
        (None, 0, NOW),
        (ClockDoubt.JUMPED, 0, NOW),
        (ClockDoubt.DIFFERS, -1, NOW - timedelta(hours=1)),  # ours is ahead: nothing goes before its time
        (ClockDoubt.DIFFERS, 1, NOW),
        (ClockDoubt.UNHEARD, 0, None),
        (ClockDoubt.FAILED, 0, None),
    ],
)
def test_messages_are_old_by_the_earlier_clock(
    doubt: ClockDoubt | None, hours: int, dated: datetime | None
) -> None:
    assert ClockVerdict(doubt, timedelta(hours=hours)).date_messages(NOW) == dated


@pytest.mark.parametrize(("hours_since", "kept"), [(72.9, True), (73.1, False)])
def test_a_clock_an_hour_ahead_keeps_messages_72_hours_and_no_weeks(
    ground: StoredDesk, hours_since: float, kept: bool
) -> None:
    async def scene(one: Store) -> None:
        await join_staff(ground, one, "officer")
        await ground.file_complaint(one)
        before = len(await list_letters(one))
        assert before > 0
        await run_jobs(ground, one, NOW + timedelta(hours=hours_since), timedelta(hours=-1))
        assert len(await list_letters(one)) == (before if kept else 0)

    ground.run_scenario(scene)


def test_just_after_a_start_it_waits_for_the_first_answer_and_tells_nobody(ground: StoredDesk) -> None:
    async def scene(one: Store) -> None:
        await join_staff(ground, one, "admin", Role.ADMIN)
        verdict = await check_clock(one, NOW, None, will_hear=True)
        assert verdict.doubt is ClockDoubt.UNHEARD
        assert await tell_staff(one, verdict, NOW) == 0
        assert (await check_clock(one, NOW, timedelta(), will_hear=True)).doubt is None

    ground.run_scenario(scene)
