"""Whatever goes wrong at the rim is reported, and everything after it goes on."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from bot.guard import iterate_guarded, run_guarded, run_periodically, try_work


async def _succeed() -> int:
    return 7


async def _fail() -> int:
    raise ZeroDivisionError


def test_work_gives_its_value_or_its_error() -> None:
    async def scene() -> None:
        assert (await try_work(_succeed())).value == 7
        failed = await try_work(_fail())
        assert failed.value is None
        assert isinstance(failed.error, ZeroDivisionError)

    asyncio.run(scene())


def test_an_error_is_reported_once_and_success_never() -> None:
    errors: list[Exception] = []

    async def scene() -> None:
        await run_guarded(_succeed(), errors.append)
        await run_guarded(_fail(), errors.append)

    asyncio.run(scene())
    assert [type(one) for one in errors] == [ZeroDivisionError]


def test_cancelling_is_no_error() -> None:
    errors: list[Exception] = []

    async def scene() -> None:
        task = asyncio.create_task(run_guarded(asyncio.sleep(60), errors.append))
        await asyncio.sleep(0)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    asyncio.run(scene())
    assert errors == []


def test_items_come_until_the_error() -> None:
    errors: list[Exception] = []

    async def items(*, good: bool) -> AsyncIterator[int]:
        yield 1
        yield 2
        if not good:
            raise ZeroDivisionError

    async def scene(*, good: bool) -> list[int]:
        return [one async for one in iterate_guarded(items(good=good), errors.append)]

    assert asyncio.run(scene(good=True)) == [1, 2]
    assert errors == []
    assert asyncio.run(scene(good=False)) == [1, 2]
    assert [type(one) for one in errors] == [ZeroDivisionError]


def test_a_loop_goes_on_after_an_error() -> None:
    errors: list[Exception] = []
    rounds = 0

    async def fail_first() -> None:
        nonlocal rounds
        rounds += 1
        if rounds == 1:
            raise ZeroDivisionError
        if rounds == 3:
            raise asyncio.CancelledError

    async def scene() -> None:
        with pytest.raises(asyncio.CancelledError):
            await run_periodically(fail_first, 0, errors.append)

    asyncio.run(scene())
    assert rounds == 3
    assert [type(one) for one in errors] == [ZeroDivisionError]
