"""What a restored desk gets before it is used."""

from datetime import date, timedelta

import pytest

from handlers.feedback.messages import NewFeedbackNumber
from handlers.staff.complaints.messages import CountUnreadableCases
from handlers.staff.members import FindInvitation, StaffProfile
from handlers.staff.permissions import Role
from ita_stats.calendar import to_bangkok_date
from storage.backup.finish_restore import (
    FEWEST_SKIPPED,
    LONGEST_DELAY,
    RestoreFacts,
    count_skipped,
    finish_restore,
)
from storage.db.number_floors import NumberKind
from storage.split_spans import StoredSpan
from storage.store import Store
from tests.storage.conftest import NOW, StoredDesk, ground, load_reporter_case

__all__ = ["ground"]


def make_facts(**more: object) -> RestoreFacts:
    values = {"made_at": NOW, "now": NOW + timedelta(days=2), "stamp": "s", "erased": (), "numbers": {}}
    return RestoreFacts(**{**values, **more})  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("busiest", "days", "skipped"), [(0, 0, 100), (1, 3, 100), (50, 0, 150), (50, 2, 450)]
)
def test_more_numbers_are_skipped_than_can_have_been_given(busiest: int, days: int, skipped: int) -> None:
    assert count_skipped(busiest, days) == skipped
    assert skipped >= FEWEST_SKIPPED


def test_numbers_go_on_at_a_round_hundred_past_all_that_may_have_been_given(ground: StoredDesk) -> None:
    async def scene(store: Store) -> None:
        await ground.file_complaint(store, 1)
        done = await finish_restore(store, make_facts(numbers={NumberKind.REGISTER.value: {2570: 230}}), ())
        assert done.next_numbers[NumberKind.REGISTER.value] == {2570: 401}
        assert done.next_numbers[NumberKind.OPINION.value] == {2570: 101}
        await ground.file_complaint(store, 2)
        assert ground.execute_sql("SELECT max(number) FROM cases") == [(401,)]
        assert await store.feedback_numbers.allocate(NewFeedbackNumber(2570)) == 101
        assert await store.releases.load_number_floor(2570) == 1
        assert await store.releases.load_number_floor(2569) == 0

    ground.run_scenario(scene)


def test_a_fiscal_year_that_began_meanwhile_skips_too(ground: StoredDesk) -> None:
    async def scene(store: Store) -> None:
        facts = make_facts(made_at=NOW - timedelta(days=60))  # in fiscal year 2569
        done = await finish_restore(store, facts, ())
        assert done.next_numbers[NumberKind.REGISTER.value] == {2569: 101, 2570: 101}

    ground.run_scenario(scene)


def test_everybody_who_was_of_the_staff_joins_anew(ground: StoredDesk) -> None:
    async def scene(store: Store) -> None:
        await store.staff_admin.add(Role.OFFICER, StaffProfile("สมชาย"), NOW)
        await store.staff_admin.add(Role.AUDITOR, StaffProfile("สมหญิง"), NOW)
        ground.execute_sql(
            "UPDATE staff SET removed = '2026-11-01' WHERE role = 'auditor'", "DELETE FROM invitations"
        )
        [invited] = (await finish_restore(store, make_facts(), ())).invitations
        assert (invited.name, invited.role) == ("สมชาย", "officer")
        found = await store.answer_query(FindInvitation(invited.invitation.code), NOW + timedelta(days=2))
        assert found.name == "สมชาย"

    ground.run_scenario(scene)


def test_who_has_not_joined_anew_does_not_count_as_a_reader(ground: StoredDesk) -> None:
    async def scene(store: Store) -> None:
        await ground.file_complaint(store, 1)
        await store.staff_admin.add(Role.OFFICER, StaffProfile("สมชาย"), NOW)
        ground.execute_sql("UPDATE staff SET joined = '2026-11-01'")
        query = CountUnreadableCases("f" * 32)
        assert await store.answer_query(query, NOW) == 0
        await finish_restore(store, make_facts(), ())
        assert await store.answer_query(query, NOW) == 1
        assert ground.execute_sql("SELECT joined, removed FROM staff") == [(None, None)]

    ground.run_scenario(scene)


def test_the_trail_says_it_and_stays_whole(ground: StoredDesk) -> None:
    async def scene(store: Store) -> None:
        await ground.file_complaint(store, 1)
        await finish_restore(store, make_facts(erased=("a" * 32,)), ())
        assert await store.verify_audit() == []
        lines = ground.execute_sql("SELECT actor, what, ref FROM audit ORDER BY seq DESC LIMIT 2")
        assert lines == [("admin", "restored", "s"), ("clock", "erased", "a" * 32)]

    ground.run_scenario(scene)


def test_splits_that_may_have_been_told_are_told_no_more(ground: StoredDesk) -> None:
    async def scene(store: Store) -> None:
        first = date(2025, 10, 1)
        await store.split_spans.begin(StoredSpan(first, date(2026, 9, 30), 5, 15, ("a",), others=False))
        await finish_restore(store, make_facts(), (first,))
        [span] = await store.split_spans.list_all()
        assert (span.settled, span.told) == (True, "")

    ground.run_scenario(scene)


def test_a_span_in_which_a_backup_was_restored_tells_no_measures(ground: StoredDesk) -> None:
    """Neither the sums nor when a case was opened are in a backup. What has settled stays as it was told."""

    async def scene(store: Store) -> None:
        for year in (2025, 2026):
            span = date(year, 10, 1), date(year + 1, 9, 30)
            await store.split_spans.begin(StoredSpan(*span, 5, 15, ("a",), others=False, measured=True))
        await store.split_spans.settle(date(2025, 10, 1), "{}")
        await finish_restore(store, make_facts(), ())
        spans = await store.split_spans.list_all()
        assert [(span.settled, span.measured) for span in spans] == [(True, True), (False, False)]
        assert await store.split_spans.load_restore_day() == to_bangkok_date(make_facts().now)
        later = make_facts(now=make_facts().now + timedelta(days=30))
        await finish_restore(store, later, ())
        assert await store.split_spans.load_restore_day() == to_bangkok_date(later.now)

    ground.run_scenario(scene)


def test_links_to_cases_that_are_not_there_go(ground: StoredDesk) -> None:
    async def scene(store: Store) -> None:
        one = (await load_reporter_case(store, await ground.file_complaint(store, 1))).id
        ground.execute_sql("PRAGMA foreign_keys = OFF", f"INSERT INTO links VALUES ('{one}', '{'f' * 32}')")
        await finish_restore(store, make_facts(), ())
        assert ground.execute_sql("SELECT * FROM links") == []

    ground.run_scenario(scene)


def test_a_case_that_waited_to_be_told_waits_anew_and_gets_its_number_then(ground: StoredDesk) -> None:
    async def scene(store: Store) -> None:
        await ground.file_complaint(store, 1, announce_within=60)
        ground.execute_sql("UPDATE cases SET announce_at = x'00'")
        later = NOW + timedelta(days=2)
        await finish_restore(store, make_facts(), ())
        [(number, moment)] = ground.execute_sql("SELECT number, announce_at FROM cases")
        assert number < 0
        assert len(moment) > 1
        assert await store.announcements.announce_due(later + timedelta(minutes=LONGEST_DELAY + 1)) == 1
        assert ground.execute_sql("SELECT number FROM cases") == [(101,)]

    ground.run_scenario(scene)
