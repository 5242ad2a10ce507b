"""The instants at which something comes due are those that the rows name."""

from datetime import UTC, datetime, timedelta

import pytest

from handlers.dialog.events import Channel
from handlers.dialog.session import SESSION_IDLE_TIMEOUT
from storage.db.epoch_minutes import to_epoch_minutes
from storage.schedule.due_times import RowDuty, load_due_times
from storage.serialization import QueuedTask
from storage.store import Store
from tests.storage.conftest import NOW, StoredDesk

MINUTE = to_epoch_minutes(NOW)
ROWS = {
    RowDuty.REPLIES: (
        "held_answers (question_id, staff, due, sealed) VALUES ('q', 's', {second}, x'00')",
        NOW,
    ),
    RowDuty.CODES: ("spent (mark, until) VALUES (x'00', {minute})", NOW),
    RowDuty.DRAFT_FILES: ("files (id, place, until, sealed) VALUES ('f', '', {minute}, x'00')", NOW),
    RowDuty.ANSWERS: (
        "answers (id, day, until, sealed) VALUES (1, '2026-11-22', {minute}, x'00')",
        NOW,
    ),
    RowDuty.FILES_OF_THE_DAY: (
        "files (id, place, day, until, sealed) VALUES ('f', '', '2026-11-22', 0, x'00')",
        datetime(2026, 11, 22, 17, tzinfo=UTC),  # midnight in Bangkok
    ),
    RowDuty.DRAFTS: (
        "sessions (who, version, touched, drafting) VALUES (x'00', 1, {minute}, 0)",
        NOW + SESSION_IDLE_TIMEOUT + timedelta(minutes=1),
    ),
    RowDuty.IMPORT: ("import_rows (place, digest, sealed) VALUES (1, x'00', x'00')", NOW),
}


def test_nothing_comes_due_at_a_new_desk_but_that_its_key_of_the_day_ends(ground: StoredDesk) -> None:
    async def scene(one: Store) -> None:
        due = await load_due_times(one, NOW)
        assert due == {RowDuty.ANSWERS: datetime(2026, 11, 24, tzinfo=UTC)}  # 24 hours after its day, in UTC

    ground.run_scenario(scene)


@pytest.mark.parametrize("duty", ROWS)
def test_a_row_names_its_instant(ground: StoredDesk, duty: RowDuty) -> None:
    row, due = ROWS[duty]

    async def scene(one: Store) -> None:
        values = row.format(minute=MINUTE, second=int(NOW.timestamp()))
        ground.execute_sql(f"INSERT INTO {values}")
        assert (await load_due_times(one, NOW))[duty] == due

    ground.run_scenario(scene)


def test_the_earliest_of_several_counts(ground: StoredDesk) -> None:
    async def scene(one: Store) -> None:
        for hours in (3, 1, 2):
            task = QueuedTask(Channel.LINE, {})
            await one.task_queue.add(Channel.LINE, task, NOW + timedelta(hours=hours))
        assert (await load_due_times(one, NOW))[RowDuty.TASKS] == NOW + timedelta(hours=1)

    ground.run_scenario(scene)
