"""Slow uploads are waited for until there are too many."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from bot.web import upload_limits
from bot.web.upload_limits import SlowUploadError, TooManyUploadsError, UploadLimiter


async def drip_forever(size: int, interval: float) -> AsyncIterator[bytes]:
    """An endless body."""
    while True:
        yield b"x" * size
        await asyncio.sleep(interval)


async def read_upload(bodies: UploadLimiter, chunks: AsyncIterator[bytes]) -> str:
    """How reading a body ended."""
    try:
        async for _ in bodies.limit(chunks):
            pass
    except (SlowUploadError, TooManyUploadsError) as trouble:
        return type(trouble).__name__
    return "whole"


async def make_short_body() -> AsyncIterator[bytes]:
    """A body as most are."""
    yield b"csrf=1"


def test_the_slowest_upload_is_aborted_for_a_new_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(upload_limits, "UPLOAD_SETTLING_SECONDS", 0.05)

    async def played() -> tuple[str, str, bool]:
        bodies = UploadLimiter(max_concurrent=3)
        quick = [asyncio.create_task(read_upload(bodies, drip_forever(1000, 0.01))) for _ in range(2)]
        slow = asyncio.create_task(read_upload(bodies, drip_forever(1, 0.03)))
        await asyncio.sleep(0.15)
        came = await read_upload(bodies, make_short_body())
        gone = await slow
        left = not any(task.done() for task in quick)
        for task in quick:
            task.cancel()
        await asyncio.gather(*quick, return_exceptions=True)
        return came, gone, left

    assert asyncio.run(played()) == ("whole", "SlowUploadError", True)


def test_a_new_upload_is_refused_while_none_can_be_judged_slow() -> None:
    async def played() -> str:
        bodies = UploadLimiter(max_concurrent=1)
        first = asyncio.create_task(read_upload(bodies, drip_forever(1, 0.01)))
        await asyncio.sleep(0.03)
        came = await read_upload(bodies, make_short_body())
        first.cancel()
        await asyncio.gather(first, return_exceptions=True)
        return came

    assert asyncio.run(played()) == "TooManyUploadsError"


def test_each_finished_body_frees_its_slot() -> None:
    async def played() -> list[str]:
        bodies = UploadLimiter(max_concurrent=1)
        return [await read_upload(bodies, make_short_body()) for _ in range(3)]

    assert asyncio.run(played()) == ["whole"] * 3
