"""Message ids of a chat: kept for as long as they can be deleted, encrypted, and then erased."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest

from storage.store import Store
from tests.storage.conftest import NOW, StoredDesk

ME, OTHER = b"m" * 32, b"o" * 32


def test_what_was_noted_is_given_once(ground: StoredDesk) -> None:
    async def scene(one: Store) -> None:
        one.chat_messages.record(ME, 7)
        one.chat_messages.record(OTHER, 8)
        await one.chat_messages.flush(NOW)
        one.chat_messages.record(ME, 9)
        assert await one.chat_messages.pop_all(ME) == [7, 9]
        assert await one.chat_messages.pop_all(ME) == []
        assert await one.chat_messages.pop_all(OTHER) == [8]

    ground.run_scenario(scene)


def test_what_was_noted_outlives_the_program(ground: StoredDesk) -> None:
    async def before(one: Store) -> None:
        one.chat_messages.record(ME, 770077007)

    async def after(one: Store) -> None:
        assert await one.chat_messages.pop_all(ME) == [770077007]

    ground.run_scenario(before)
    assert b"770077007" not in ground.read_all_bytes()
    assert ME not in ground.read_all_bytes()
    ground.run_scenario(after)


def test_it_is_forgotten_with_the_key_of_its_day(ground: StoredDesk) -> None:
    async def scene(one: Store) -> None:
        one.chat_messages.record(ME, 7)
        await one.chat_messages.flush(NOW)
        tomorrow, after = NOW + timedelta(days=1), NOW + timedelta(days=2)
        await one.committer.ensure_daily_key(tomorrow)
        await one.retention.expire_event_answers(tomorrow)
        assert ground.execute_sql("SELECT count(*) FROM traces") == [(1,)]
        await one.committer.ensure_daily_key(after)
        await one.retention.expire_event_answers(after)
        assert ground.execute_sql("SELECT count(*) FROM traces") == [(0,)]
        assert await one.chat_messages.pop_all(ME) == []

    ground.run_scenario(scene)


def test_what_is_being_written_is_waited_for(ground: StoredDesk, monkeypatch: pytest.MonkeyPatch) -> None:
    async def scene(one: Store) -> None:
        write = one.committer.write

        async def slowly(statement: Any, *rows: Any) -> None:
            await asyncio.sleep(0.1)
            await write(statement, *rows)

        monkeypatch.setattr(one.committer, "write", slowly)
        one.chat_messages.record(ME, 7)
        writing = asyncio.create_task(one.chat_messages.flush(NOW))
        await asyncio.sleep(0)
        one.chat_messages.record(ME, 8)
        assert await one.chat_messages.pop_all(ME) == [7, 8]
        await writing

    ground.run_scenario(scene)


def test_what_could_not_be_written_or_read_is_still_known(
    ground: StoredDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def broken(*_: Any) -> None:
        raise BrokenPipeError

    async def scene(one: Store) -> None:
        one.chat_messages.record(ME, 7)
        with monkeypatch.context() as trouble:
            trouble.setattr(one.committer, "write", broken)
            with pytest.raises(BrokenPipeError):
                await one.chat_messages.flush(NOW)
        await one.chat_messages.flush(NOW)
        one.chat_messages.record(ME, 8)
        with monkeypatch.context() as trouble:
            trouble.setattr(one.committer, "write", broken)
            with pytest.raises(BrokenPipeError):
                await one.chat_messages.pop_all(ME)
        assert await one.chat_messages.pop_all(ME) == [7, 8]

    ground.run_scenario(scene)
