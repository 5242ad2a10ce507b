"""Slow bodies are waited for until there are too many; who makes progress is never thrown out."""

import asyncio
from collections.abc import AsyncIterator, Coroutine

import pytest

from bot.web.limits import upload_limits
from bot.web.limits.upload_limits import (
    MAX_CONCURRENT_UPLOADS,
    MAX_UPLOADS_PER_NETWORK,
    PROGRESS_BYTES,
    STANDSTILL_SECONDS,
    Upload,
    UploadError,
    UploadLimiter,
)

KILOBYTE = b"x" * PROGRESS_BYTES


class HandClock:
    """The uploads of one limiter, under a clock that is set by hand."""

    def __init__(self, limiter: UploadLimiter) -> None:
        self.limiter, self.now = limiter, 100.0
        self.ended: dict[Upload, str] = {}
        self._feeds: dict[Upload, asyncio.Queue[bytes | None]] = {}
        self._tasks: list[asyncio.Task[None]] = []

    async def begin(self, address: str | None = None, *chunks: bytes | None, proven: bool = False) -> Upload:
        """A body of which these chunks come with its head; None is its end."""
        upload = self.limiter.open(address)
        upload.is_proven, self._feeds[upload] = proven, asyncio.Queue()
        for chunk in chunks:
            self._feeds[upload].put_nowait(chunk)
        self._tasks.append(asyncio.create_task(self._read(upload)))
        await self._settle()
        return upload

    async def feed(self, upload: Upload, chunk: bytes | None) -> None:
        """Send a chunk of a body, or its end."""
        self._feeds[upload].put_nowait(chunk)
        await self._settle()

    async def close(self) -> None:
        """Stop reading all of them."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _read(self, upload: Upload) -> None:
        async def take_chunks() -> AsyncIterator[bytes]:
            while (chunk := await self._feeds[upload].get()) is not None:
                yield chunk

        try:
            async for _ in self.limiter.limit(upload, take_chunks()):
                pass
            self.ended[upload] = "whole"
        except UploadError as error:
            self.ended[upload] = type(error).__name__

    async def _settle(self) -> None:
        for _ in range(8):
            await asyncio.sleep(0)


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> HandClock:
    """A limiter for four bodies; nobody is waited for."""
    monkeypatch.setattr(upload_limits, "ARRIVAL_SECONDS", 0.0)
    return HandClock(UploadLimiter(max_concurrent=4))


def run_with_clock(clock: HandClock, work: Coroutine[None, None, None]) -> None:
    """Run a test in a loop whose clock is the one that is set by hand."""

    async def play() -> None:
        asyncio.get_running_loop().time = lambda: clock.now  # type: ignore[method-assign]
        try:
            await work
        finally:
            await clock.close()

    asyncio.run(play())


def test_who_makes_progress_is_not_thrown_out_and_the_newcomer_is_told_to_wait(clock: HandClock) -> None:
    async def play() -> None:
        running = [await clock.begin() for _ in range(4)]
        for _ in range(5):
            clock.now += STANDSTILL_SECONDS
            for upload in running:
                await clock.feed(upload, KILOBYTE)
            came = await clock.begin()
            assert clock.ended.pop(came) == "TooManyUploadsError"
        assert clock.ended == {}

    run_with_clock(clock, play())


def test_the_one_that_stood_still_longest_makes_room(clock: HandClock) -> None:
    async def play() -> None:
        running = [await clock.begin() for _ in range(4)]
        clock.now += 1
        for upload in running[:2]:
            await clock.feed(upload, KILOBYTE)
        await clock.feed(running[3], b"crumbs")  # are no progress
        clock.now += 0.5
        await clock.feed(running[3], KILOBYTE)
        clock.now += 0.1
        await clock.begin()
        assert clock.ended == {running[2]: "SlowUploadError"}
        await clock.begin()
        assert len(clock.ended) == 2, "nobody else stands still"

    run_with_clock(clock, play())


def test_crumbs_are_no_progress_until_they_are_many(clock: HandClock) -> None:
    async def play() -> None:
        running = [await clock.begin() for _ in range(4)]
        for _ in range(30):
            clock.now += 0.1
            await clock.feed(running[0], b"x" * 32)
            await clock.feed(running[1], b"x" * 512)
            await clock.feed(running[2], KILOBYTE)
            await clock.feed(running[3], KILOBYTE)
        await clock.begin()
        assert clock.ended == {running[0]: "SlowUploadError"}

    run_with_clock(clock, play())


def test_with_a_form_token_a_pause_may_be_longer(clock: HandClock) -> None:
    async def play() -> None:
        proven = [await clock.begin(proven=True) for _ in range(3)]
        clock.now += 1
        unproven = await clock.begin()
        clock.now += 2
        await clock.begin()
        assert clock.ended == {unproven: "SlowUploadError"}
        clock.now += 3
        await clock.begin()
        await clock.begin()
        assert clock.ended.keys() & {*proven}

    run_with_clock(clock, play())


def test_a_form_that_comes_whole_needs_no_place(clock: HandClock) -> None:
    """All places are taken by bodies that make progress, and most people still send their forms."""

    async def play() -> None:
        for _ in range(4):
            await clock.begin(None, KILOBYTE)
        came = await clock.begin(None, b"csrf=1", b"&text=a", None)
        assert clock.ended == {came: "whole"}
        large = await clock.begin(None, KILOBYTE * 65, KILOBYTE, None, proven=True)
        assert clock.ended[large] == "TooManyUploadsError"

    run_with_clock(clock, play())


@pytest.mark.parametrize(
    ("addresses", "places"),
    [
        (["203.0.113.1", "203.0.113.200"], MAX_UPLOADS_PER_NETWORK),
        (["203.0.113.1", "203.0.112.1"], 2 * MAX_UPLOADS_PER_NETWORK),
        (["2001:db8:1:100::1", "2001:db8:1:1ff::1"], MAX_UPLOADS_PER_NETWORK),
        ([f"2001:db8:1:{n}00::1" for n in range(1, 9)], 4 * MAX_UPLOADS_PER_NETWORK),
        ([None, "127.0.0.1", "::1"], MAX_CONCURRENT_UPLOADS),
    ],
)
def test_bodies_of_one_network_take_a_part_of_the_places(
    clock: HandClock, addresses: list[str | None], places: int
) -> None:
    clock.limiter = UploadLimiter()

    async def play() -> None:
        for n in range(MAX_CONCURRENT_UPLOADS + 50):
            await clock.begin(addresses[n % len(addresses)])
        refused = len(clock.ended)
        assert MAX_CONCURRENT_UPLOADS + 50 - refused == places
        stranger = await clock.begin("198.51.100.1")
        assert (stranger in clock.ended) is (places == MAX_CONCURRENT_UPLOADS)

    run_with_clock(clock, play())


def test_within_a_network_the_idlest_makes_room_for_one_of_the_same(clock: HandClock) -> None:
    clock.limiter = UploadLimiter()

    async def play() -> None:
        other = await clock.begin("198.51.100.1")
        first = await clock.begin("203.0.113.1")
        clock.now += 0.1
        for _ in range(MAX_UPLOADS_PER_NETWORK - 1):
            await clock.begin("203.0.113.2")
        clock.now += STANDSTILL_SECONDS + 1
        await clock.begin("203.0.113.3")
        assert clock.ended == {first: "SlowUploadError"}
        assert other not in clock.ended

    run_with_clock(clock, play())


def test_the_attack_that_stopped_most_forms_stops_none(clock: HandClock) -> None:
    """120 bodies a second that never go on (17 KB/s), and a form each half second; formerly 9 of 24 were taken.

    benchmarks/slow_bodies.py is the same in time, on a real server.
    """
    clock.limiter = UploadLimiter()

    async def play() -> None:
        forms = []
        for step in range(600):
            clock.now += 1 / 120
            await clock.begin()
            if step % 60 == 59:
                forms.append(await clock.begin(None, b"csrf=1"))
                clock.now += 0.2  # seconds that a telephone takes for the rest
                await clock.feed(forms[-1], None)
        assert [clock.ended.get(form) for form in forms] == ["whole"] * 10

    run_with_clock(clock, play())


def test_nothing_is_counted_of_bodies_that_ended(clock: HandClock) -> None:
    async def play() -> None:
        for _ in range(20):
            await clock.begin("203.0.113.1", b"csrf=1", None)
            await clock.begin("2001:db8::1", KILOBYTE * 65, KILOBYTE, None)  # without a token
        assert {*clock.ended.values()} == {"whole", "UnprovenUploadError"}
        assert (clock.limiter._uploads, clock.limiter._network_counts) == (set(), {})

    run_with_clock(clock, play())
