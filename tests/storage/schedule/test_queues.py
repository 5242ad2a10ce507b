"""The queues of a channel are asked after a change, and when a row of theirs is due."""

from datetime import timedelta

from handlers.dialog.events import Channel
from storage.schedule.queues import WatchedQueues
from storage.serialization import QueuedTask
from storage.store import Store
from tests.storage.conftest import NOW, StoredDesk
from tests.storage.schedule.test_changes import age_log


def test_a_row_is_due_at_its_instant_and_only_for_its_channel(ground: StoredDesk) -> None:
    async def scene(one: Store) -> None:
        line, telegram = (WatchedQueues(one, channel) for channel in (Channel.LINE, Channel.TELEGRAM))
        assert not await line.is_due(NOW)
        task, later = QueuedTask(Channel.LINE, {}), NOW + timedelta(minutes=5)
        row = await one.task_queue.add(Channel.LINE, task, later)
        age_log(ground.paths.database)
        for _ in range(2):  # the second time from memory
            assert not await line.is_due(later - timedelta(seconds=1))
            assert await line.is_due(later)
            assert not await telegram.is_due(later)
        await one.task_queue.complete([row])
        assert not await line.is_due(later)

    ground.run_scenario(scene)


def test_a_row_that_another_program_adds_is_seen(ground: StoredDesk) -> None:
    async def scene(one: Store) -> None:
        queues = WatchedQueues(one, Channel.LINE)
        age_log(ground.paths.database)
        assert not await queues.is_due(NOW)
        ground.execute_sql(
            "INSERT INTO outbox (id, kind, due, attempts, sealed) VALUES ('x', 'line', 0, 0, x'00')"
        )
        assert await queues.is_due(NOW)

    ground.run_scenario(scene)
