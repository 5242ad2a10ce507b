"""One lock per key: holders of a key wait for each other in turn, others do not, and nothing is left behind."""

import asyncio

import pytest

from bot.keyed_lock import KeyedLocks


async def hold(
    locks: KeyedLocks[str], key: str, log: list[str], name: str, until: asyncio.Event | None = None
) -> None:
    async with locks.lock(key):
        log.append(f"{name} in")
        if until is not None:
            await until.wait()
        log.append(f"{name} out")


async def let_others_run() -> None:
    for _ in range(5):
        await asyncio.sleep(0)


def test_the_same_key_is_held_by_one_at_a_time_first_come_first_served() -> None:
    async def scene() -> None:
        locks, log, gate = KeyedLocks[str](), list[str](), asyncio.Event()
        tasks = [asyncio.create_task(hold(locks, "a", log, name, gate)) for name in "123"]
        await let_others_run()
        assert log == ["1 in"]
        assert len(locks) == 1
        gate.set()
        await asyncio.gather(*tasks)
        assert log == [f"{name} {way}" for name in "123" for way in ("in", "out")]
        assert len(locks) == 0

    asyncio.run(scene())


def test_other_keys_do_not_wait() -> None:
    async def scene() -> None:
        locks, log, gate = KeyedLocks[str](), list[str](), asyncio.Event()
        first = asyncio.create_task(hold(locks, "a", log, "a", gate))
        await let_others_run()
        assert (locks.is_held("a"), locks.is_held("b")) == (True, False)
        await hold(locks, "b", log, "b")
        assert log == ["a in", "b in", "b out"]
        assert len(locks) == 1
        gate.set()
        await first

    asyncio.run(scene())


def test_who_is_cancelled_while_waiting_leaves_nothing_behind_and_lets_the_next_in() -> None:
    async def scene() -> None:
        locks, log, gate = KeyedLocks[str](), list[str](), asyncio.Event()
        tasks = [asyncio.create_task(hold(locks, "a", log, name, gate)) for name in "123"]
        await let_others_run()
        tasks[1].cancel()
        gate.set()
        await asyncio.gather(*tasks, return_exceptions=True)
        assert log == ["1 in", "1 out", "3 in", "3 out"]
        assert len(locks) == 0

    asyncio.run(scene())


def test_an_error_inside_releases_the_lock() -> None:
    async def scene() -> None:
        locks = KeyedLocks[str]()
        with pytest.raises(ZeroDivisionError):
            async with locks.lock("a"):
                raise ZeroDivisionError
        assert len(locks) == 0
        await asyncio.wait_for(hold(locks, "a", [], "again"), 1)

    asyncio.run(scene())
