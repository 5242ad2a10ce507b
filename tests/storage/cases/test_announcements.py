"""Until its moment a case exists for its reporter alone; then it is told, and counted by the days it happened."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from handlers.complaints.lifecycle import CaseOutcome, CaseStatus, Transition
from handlers.complaints.messages import ActorKind, Exclusion, ExclusionGround
from handlers.staff.complaints.messages import FindCaseByNumber
from handlers.staff.permissions import Role
from ita_stats.calendar import to_bangkok_date
from storage.cases.announcements import LONGEST_WAIT, CaseAnnouncements
from storage.cases.writes import draw_moment, encrypt_moment
from storage.db.epoch_minutes import from_epoch_minutes, to_epoch_minutes
from storage.store import Store
from tests.storage.conftest import NOW, StoredDesk, load_reporter_case, make_entry, make_move
from tests.storage.staffed_desk import join_staff, list_letters

WITHIN = 90
TOLD = NOW + timedelta(minutes=WITHIN)
LATE = datetime(2026, 11, 22, 16, 50, tzinfo=UTC)  # 23:50 in Bangkok
AUDIT = "SELECT what, hour FROM audit ORDER BY seq"


def read_tells(ground: StoredDesk) -> tuple[object, ...]:
    """Rows that tell of a case: register numbers, counters, facts, audit lines, notices."""
    return (
        ground.execute_sql("SELECT number FROM cases WHERE number > 0"),
        ground.execute_sql("SELECT last FROM counters"),
        ground.execute_sql("SELECT field, value, effective, recorded FROM facts ORDER BY seq"),
        [row for row in ground.execute_sql(AUDIT) if row[0] not in {"staff-added", "joined"}],
        ground.execute_sql("SELECT kind FROM outbox"),
    )


def test_nothing_of_a_case_is_anywhere_before_its_moment(ground: StoredDesk) -> None:
    async def scene(one: Store) -> None:
        await join_staff(ground, one, "officer")
        receipt = await ground.file_complaint(one, announce_within=WITHIN)
        case = await load_reporter_case(one, receipt)
        assert case.status is CaseStatus.RECEIVED  # its reporter follows it at once
        await ground.commit_acts(one, make_entry(case, "ลืมบอกไปว่า", ActorKind.REPORTER))
        assert await one.announcements.announce_due(NOW - timedelta(minutes=1)) == 0
        assert await list_letters(one) == []
        assert await one.answer_query(FindCaseByNumber(1, 2570, staff="x"), NOW) is None

    ground.run_scenario(scene)
    assert read_tells(ground) == ([], [], [], [], [])
    ((number, moment),) = ground.execute_sql("SELECT number, announce_at FROM cases")
    assert number < 0
    assert moment is not None


def test_at_its_moment_it_has_a_number_and_is_told_counted_and_audited_once(ground: StoredDesk) -> None:
    async def scene(one: Store) -> None:
        barred = await join_staff(ground, one, "concerned")
        await join_staff(ground, one, "officer")
        hidden = (Exclusion(barred, ExclusionGround.NAMED),)
        receipt = await ground.file_complaint(one, announce_within=WITHIN, exclusions=hidden)
        case = await load_reporter_case(one, receipt)
        await ground.commit_acts(one, make_entry(case, "ลืมบอกไปว่า", ActorKind.REPORTER))
        assert [await one.announcements.announce_due(TOLD) for _ in range(2)] == [1, 0]
        letters = await list_letters(one)
        assert [back for back, *_ in letters] == [
            b"concerned",
            b"officer",
        ]  # who heard nothing would know why
        assert [(key, args["number"]) for _, _, key, args in letters] == [("staff.notice.new", "1/2570")] * 2
        found = await one.answer_query(FindCaseByNumber(1, 2570, staff="x"), TOLD)
        assert (found.received_on, found.answer_by) == (to_bangkok_date(NOW), date(2026, 12, 7))

    ground.run_scenario(scene)
    numbers, counters, facts, audit, _ = read_tells(ground)
    assert (numbers, counters) == ([(1,)], [(1,)])
    assert [(row[0], row[3]) for row in facts] == [
        (field, "2026-11-22") for field in ("received", "category", "source", "status")
    ]
    hour = int(TOLD.timestamp()) // 3600
    assert [(what.partition(":")[0], at) for what, at in audit] == [
        ("filed", hour), ("reporter", hour), ("hidden", hour)
    ]  # fmt: skip
    assert ground.execute_sql("SELECT announce_at FROM cases") == [(None,)]


def test_one_that_is_withdrawn_meanwhile_is_counted_and_nobody_is_sent_for(ground: StoredDesk) -> None:
    async def scene(one: Store) -> None:
        await join_staff(ground, one, "officer", Role.SUPERVISOR)
        receipt = await ground.file_complaint(one, at=LATE, announce_within=WITHIN)
        case = await load_reporter_case(one, receipt)
        late = LATE + timedelta(minutes=20)
        act = make_move(case, CaseStatus.CLOSED, Transition.WITHDRAW, late, outcome=CaseOutcome.WITHDRAWN)
        act = replace(act, by=ActorKind.REPORTER)
        await ground.commit_acts(one, act, at=late)
        assert await one.announcements.announce_due(LATE + timedelta(minutes=10 + WITHIN)) == 1
        assert await list_letters(one) == []

    ground.run_scenario(scene)
    facts = ground.execute_sql("SELECT seq, field, value, recorded FROM facts ORDER BY seq")
    assert [row[:3] for row in facts] == [
        (1, "received", "1"), (2, "category", "bribery"), (3, "source", "web"), (4, "status", "received"),
        (5, "status", "closed"), (6, "outcome", "withdrawn"),
    ]  # fmt: skip
    assert [row[3] for row in facts] == ["2026-11-22"] * 4 + ["2026-11-23"] * 2
    assert [row[0] for row in ground.execute_sql(AUDIT)][-2:] == ["filed", "withdraw"]


def test_numbers_follow_the_order_of_telling_and_have_no_gaps(ground: StoredDesk) -> None:
    async def scene(one: Store) -> None:
        for number in range(1, 31):
            await ground.file_complaint(one, number, announce_within=WITHIN)
        await ground.file_complaint(one, 31)  # one of an urgent kind does not show that others wait
        told = [await one.announcements.announce_due(NOW + timedelta(minutes=at)) for at in range(WITHIN + 1)]
        assert sum(told) == 30
        assert sum(1 for count in told if count) > 5

    ground.run_scenario(scene)
    assert ground.execute_sql("SELECT number FROM cases ORDER BY number") == [(n,) for n in range(1, 32)]
    assert ground.execute_sql("SELECT last FROM counters") == [(31,)]


@pytest.mark.parametrize("kind", ["damaged", "of a clock that was ahead"])
def test_no_moment_keeps_a_report_back_for_ever(ground: StoredDesk, kind: str) -> None:
    async def scene(one: Store) -> None:
        receipt = await ground.file_complaint(one, announce_within=WITHIN)
        case = (await load_reporter_case(one, receipt)).id
        far = to_epoch_minutes(NOW) + 543 * 366 * 1440
        blob = b"\x00" if kind == "damaged" else encrypt_moment(far, case, one.keyring)
        ground.execute_sql(f"UPDATE cases SET announce_at = x'{blob.hex()}'")
        assert isinstance(one.announcements, CaseAnnouncements)
        assert await one.announcements.announce_due(NOW) == 1

    ground.run_scenario(scene)


def test_a_case_that_cannot_be_read_is_told_all_the_same(ground: StoredDesk) -> None:
    async def scene(one: Store) -> None:
        await join_staff(ground, one, "officer")
        await ground.file_complaint(one, announce_within=WITHIN)
        ground.execute_sql("UPDATE cases SET report = x'00'")
        assert await one.announcements.announce_due(TOLD) == 1
        assert len(await list_letters(one)) == 1

    ground.run_scenario(scene)
    assert ground.execute_sql("SELECT number FROM cases") == [(1,)]
    assert ground.execute_sql("SELECT count(*) FROM facts") == [(0,)]


DAMAGED_LINE = (
    'INSERT INTO history SELECT case_id, 2, "on", {kind}, "by", {status}, outcome, reason, sealed'
    " FROM history"
)


@pytest.mark.parametrize(("kind", "status", "facts"), [("'damaged'", "NULL", 4), ("'moved'", "'damaged'", 0)])
def test_a_case_with_a_damaged_line_is_told_all_the_same(
    ground: StoredDesk, kind: str, status: str, facts: int
) -> None:
    async def scene(one: Store) -> None:
        await join_staff(ground, one, "officer")
        await ground.file_complaint(one, announce_within=WITHIN)
        ground.execute_sql(DAMAGED_LINE.format(kind=kind, status=status))
        assert await one.announcements.announce_due(TOLD) == 1
        assert len(await list_letters(one)) == 1

    ground.run_scenario(scene)
    assert ground.execute_sql("SELECT count(*) FROM facts") == [(facts,)]
    assert ("filed",) in ground.execute_sql("SELECT what FROM audit")


@pytest.mark.parametrize("damage", ["answer_by = 'no day'", "fiscal_year = 2571"])
def test_one_that_cannot_be_told_keeps_no_other_back(
    ground: StoredDesk, caplog: pytest.LogCaptureFixture, damage: str
) -> None:
    async def scene(one: Store) -> None:
        for number in (1, 2, 3):
            await ground.file_complaint(one, number, announce_within=WITHIN)
        ground.execute_sql(
            f"UPDATE cases SET {damage} WHERE id = (SELECT min(id) FROM cases)",
            # What a number of that year is given to already, without the counter knowing.
            "UPDATE cases SET number = 1, fiscal_year = 2571, announce_at = NULL"
            " WHERE id = (SELECT max(id) FROM cases)",
        )
        assert [await one.announcements.announce_due(TOLD) for _ in range(2)] == [1, 0]

    ground.run_scenario(scene)
    assert [record.getMessage() for record in caplog.records] == ["unreadable row: cases "] * 2


def test_moments_are_spread_over_the_whole_time() -> None:
    drawn = {draw_moment(WITHIN, NOW) - to_epoch_minutes(NOW) for _ in range(3000)}
    assert drawn == set(range(WITHIN + 1))


def test_after_midnight_the_moment_says_no_more_than_the_last_hour_and_a_half() -> None:
    midnight = to_epoch_minutes(LATE + timedelta(minutes=10))
    for before in (1, 60):
        moments = [draw_moment(WITHIN, from_epoch_minutes(midnight - before)) for _ in range(6000)]
        late = {moment - midnight for moment in moments if moment >= midnight}
        assert late == set(range(WITHIN + 1)), before
    assert LONGEST_WAIT >= 2 * 720
