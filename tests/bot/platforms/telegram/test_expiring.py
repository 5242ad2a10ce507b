"""Messages with content are deleted from a chat after a quarter of an hour, or given up where that is refused."""

from datetime import timedelta
from pathlib import Path

import pytest

from bot.delivery.transport import MessageGoneError, PermanentError, PlatformUnavailableError, RejectedError
from bot.platforms.telegram.expiring import MESSAGE_TTL, ExpiringMessages
from storage.store import Store
from tests.storage.conftest import NOW, StoredDesk

DUE = NOW + MESSAGE_TTL


class Chat:
    """Takes deletions in place of Telegram, and refuses them where it is told to."""

    def __init__(self, *errors: Exception) -> None:
        self.deleted: list[tuple[int, list[int]]] = []
        self.errors = [*errors]

    async def delete(self, chat: int, messages: list[int]) -> None:
        if self.errors:
            raise self.errors.pop(0)
        self.deleted.append((chat, messages))


@pytest.fixture
def ground(tmp_path: Path) -> StoredDesk:
    """A desk that has not been opened yet."""
    return StoredDesk(tmp_path / "var")


def test_a_message_is_deleted_when_its_time_is_over_also_by_another_run(ground: StoredDesk) -> None:
    chat = Chat()

    async def scene(one: Store) -> None:
        first = ExpiringMessages(one, chat, pytest.fail)  # type: ignore[arg-type]
        await first.schedule_deletion(5, 70, NOW)
        await first.schedule_deletion(5, 71, NOW + timedelta(minutes=1))
        assert await first.delete_due(DUE - timedelta(seconds=1)) == 0

    async def after_a_restart(one: Store) -> None:
        again = ExpiringMessages(one, chat, pytest.fail)  # type: ignore[arg-type]
        assert [await again.delete_due(DUE + timedelta(minutes=n)) for n in (0, 1, 2)] == [1, 1, 0]

    ground.run_scenario(scene)
    ground.run_scenario(after_a_restart)
    assert chat.deleted == [(5, [70]), (5, [71])]


@pytest.mark.parametrize("error", [PermanentError(), RejectedError(), MessageGoneError()])
def test_what_is_refused_for_good_is_given_up_without_a_report(ground: StoredDesk, error: Exception) -> None:
    chat = Chat(error)

    async def scene(one: Store) -> None:
        messages = ExpiringMessages(one, chat, pytest.fail)  # type: ignore[arg-type]
        await messages.schedule_deletion(5, 70, NOW)
        assert [await messages.delete_due(DUE + timedelta(hours=n)) for n in (0, 1)] == [0, 0]

    ground.run_scenario(scene)
    assert chat.deleted == []
    assert ground.execute_sql("SELECT count(*) FROM errands") == [(0,)]


def test_what_fails_is_reported_and_tried_again_and_keeps_no_other_back(ground: StoredDesk) -> None:
    failure = PlatformUnavailableError()
    chat, reported = Chat(failure), list[BaseException]()

    async def scene(one: Store) -> None:
        messages = ExpiringMessages(one, chat, reported.append)  # type: ignore[arg-type]
        for message in (70, 71):
            await messages.schedule_deletion(5, message, NOW)
        assert await messages.delete_due(DUE) == 1
        assert await messages.delete_due(DUE + timedelta(hours=1)) == 1

    ground.run_scenario(scene)
    assert reported == [failure]
    assert sorted(messages for _, messages in chat.deleted) == [[70], [71]]
