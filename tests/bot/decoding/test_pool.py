"""Decoding processes: what one that was taken over can do, and that no file stops the next one."""

import asyncio
import errno
import os
import resource
import signal
import sys
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path
from typing import TypeVar

import pytest

from bot.decoding.confinement import MAX_ADDRESS_BYTES, MAX_CPU_SECONDS
from bot.decoding.messages import Confinement, DecodingFailure, DecodingLibrary, Pixels, Readiness
from bot.decoding.pool import MAX_PARALLEL_DECODINGS, DecoderPool, DecoderUnavailableError, DecodingProcess
from bot.decoding.worker import WITHOUT_FILTER
from tests.bot.decoding.taken_over import ATTEMPTS

T = TypeVar("T")

TAKEN_OVER = (sys.executable, "-I", str(Path(__file__).with_name("taken_over.py")))
ONLY_LIMITS = (*TAKEN_OVER, WITHOUT_FILTER)
REFUSED_BY_LIMITS = (*ATTEMPTS,)[: (*ATTEMPTS,).index("run a program")]
HEADER = b"GIF89a\1\0\1\0\0\0\0"


def make_order(word: str) -> bytes:
    """A picture, by its header, that tells a process that was taken over what to try."""
    return HEADER + b"\n" + word.encode()


def run_with_pool(work: Callable[[DecoderPool], Awaitable[T]], *command: str, seconds: float = 60.0) -> T:
    async def run() -> T:
        pool = DecoderPool(command or TAKEN_OVER, seconds)
        try:
            return await work(pool)
        finally:
            await pool.close()

    return asyncio.run(run())


async def give_order(pool: DecoderPool, word: str, lane: str = "") -> Pixels | DecodingFailure:
    async with pool.open_slot(lane) as slot:
        return await slot.decode("image/gif", make_order(word))


async def get_number(pool: DecoderPool, word: str) -> int:
    answer = await give_order(pool, word)
    assert isinstance(answer, Pixels)
    return int.from_bytes(answer.data, "big")


def is_filtered() -> bool:
    async def ask(pool: DecoderPool) -> bool:
        return (await pool.start_ahead()).readiness == Readiness(Confinement.SYSCALLS)

    return run_with_pool(ask)


@pytest.mark.parametrize("attempt", ATTEMPTS)
def test_what_a_process_that_was_taken_over_tries_is_refused_by_the_filter(attempt: str) -> None:
    if not is_filtered():
        pytest.skip("this kernel refuses the filter of system calls")
    assert run_with_pool(lambda pool: get_number(pool, attempt)) == errno.EPERM


@pytest.mark.parametrize("attempt", REFUSED_BY_LIMITS)
def test_limits_alone_refuse_to_open_and_to_start_anything(attempt: str) -> None:
    number = run_with_pool(lambda pool: get_number(pool, attempt), *ONLY_LIMITS)
    assert number in {errno.EMFILE, errno.EAGAIN, errno.EACCES, errno.EPERM, errno.EINVAL}


def test_who_is_held_by_limits_alone_says_so() -> None:
    async def ask(pool: DecoderPool) -> Readiness | None:
        return (await pool.start_ahead()).readiness

    assert run_with_pool(ask, *ONLY_LIMITS) == Readiness(Confinement.LIMITS)


@pytest.mark.parametrize(
    ("limit", "value"),
    [
        (resource.RLIMIT_AS, MAX_ADDRESS_BYTES // 1024),
        (resource.RLIMIT_CPU, MAX_CPU_SECONDS),
        (resource.RLIMIT_NOFILE, 0),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_NPROC, 0),
        (resource.RLIMIT_CORE, 0),
    ],
)
def test_limits_are_set_and_cannot_be_raised(limit: int, value: int) -> None:
    async def ask(pool: DecoderPool) -> tuple[int, int]:
        return await get_number(pool, f"limit {limit}"), await get_number(pool, "leave its limits")

    told, left = run_with_pool(ask, *ONLY_LIMITS)
    assert told == value
    assert left != 0


def test_memory_ends_where_the_limit_says() -> None:
    assert 0 < run_with_pool(lambda pool: get_number(pool, "take memory")) <= MAX_ADDRESS_BYTES >> 20


def test_a_process_has_no_environment_and_none_of_our_modules(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ITA_CANARY", "secret")
    assert run_with_pool(lambda pool: get_number(pool, "count what it knows")) == 0


@pytest.mark.parametrize("word", ["end", "fault", "kill itself", "say nonsense", "promise more"])
def test_a_file_that_ends_its_process_has_no_pixels_and_the_next_one_is_decoded(word: str) -> None:
    async def give_two(pool: DecoderPool) -> tuple[Pixels | DecodingFailure, int]:
        return await give_order(pool, word), await get_number(pool, "count what it knows")

    assert run_with_pool(give_two) == (DecodingFailure.STOPPED, 0)


@pytest.mark.parametrize("word", ["spin", "wait"])
def test_a_file_that_takes_too_long_is_given_up(word: str) -> None:
    assert run_with_pool(lambda pool: give_order(pool, word), seconds=0.05) is DecodingFailure.STOPPED


def test_a_process_that_was_killed_while_it_waited_is_given_no_file() -> None:
    async def kill_and_decode(pool: DecoderPool) -> list[int]:
        waiting = await pool.start_ahead()
        os.kill(waiting.process_id, signal.SIGKILL)
        numbers = [await get_number(pool, "count what it knows")]
        following = await pool.start_ahead()
        assert following.process_id != waiting.process_id
        os.kill(following.process_id, signal.SIGKILL)
        return [*numbers, await get_number(pool, "count what it knows")]

    assert run_with_pool(kill_and_decode) == [0, 0]


def test_a_process_that_does_not_answer_is_given_no_file(monkeypatch: pytest.MonkeyPatch) -> None:
    async def stop_and_decode(pool: DecoderPool) -> tuple[int, bool]:
        waiting = await pool.start_ahead()
        os.kill(waiting.process_id, signal.SIGSTOP)
        monkeypatch.setattr("bot.decoding.pool.ALIVE_TIMEOUT_SECONDS", 1.0)
        return await get_number(pool, "count what it knows"), waiting.has_ended

    assert run_with_pool(stop_and_decode) == (0, True)


def test_each_file_has_a_process_of_its_own_that_ends_with_it() -> None:
    async def decode_three(pool: DecoderPool) -> list[DecodingProcess]:
        used = []
        for _ in range(3):
            used.append(await pool.start_ahead())
            await get_number(pool, "count what it knows")
        return used

    used = run_with_pool(decode_three)
    assert len({one.process_id for one in used}) == 3
    assert all(one.has_ended for one in used)


def test_a_photo_waits_for_no_start(monkeypatch: pytest.MonkeyPatch) -> None:
    """One process is started ahead of the first file, and the next when that is done: two pipes are all it costs."""
    start, started = DecodingProcess.start, list[int]()

    def start_and_count(command: Sequence[str]) -> DecodingProcess:
        started.append(1)
        return start(command)

    monkeypatch.setattr(DecodingProcess, "start", start_and_count)
    take, counts = DecoderPool.take_process, list[int]()

    async def take_and_count(pool: DecoderPool, library: DecodingLibrary) -> DecodingProcess:
        taken = await take(pool, library)
        counts.append(len(started))
        return taken

    monkeypatch.setattr(DecoderPool, "take_process", take_and_count)

    async def decode_three(pool: DecoderPool) -> None:
        for _ in range(3):
            await pool.start_ahead()
            await get_number(pool, "count what it knows")

    run_with_pool(decode_three)
    assert counts == [1, 2, 3]  # each taken when no more than it had been started


def test_closing_ends_the_process_that_waits() -> None:
    async def start(pool: DecoderPool) -> object:
        return await pool.start_ahead()

    assert run_with_pool(start).has_ended  # type: ignore[attr-defined]
    assert run_with_pool(lambda pool: asyncio.sleep(0)) is None  # nothing was started


def test_a_lane_that_is_held_up_does_not_stop_another() -> None:
    async def hold_up(pool: DecoderPool) -> int:
        held = [asyncio.create_task(give_order(pool, "wait", "a")) for _ in range(MAX_PARALLEL_DECODINGS + 1)]
        await asyncio.sleep(0)
        number = await get_number_in(pool, "b")
        assert not any(task.done() for task in held)
        for task in held:
            task.cancel()
        await asyncio.wait(held)
        return number + await get_number_in(pool, "a")

    async def get_number_in(pool: DecoderPool, lane: str) -> int:
        answer = await give_order(pool, "count what it knows", lane)
        assert isinstance(answer, Pixels)
        return int.from_bytes(answer.data, "big")

    assert run_with_pool(hold_up) == 0


def test_no_more_files_than_slots_are_decoded_at_a_time() -> None:
    async def crowd(pool: DecoderPool) -> None:
        held = [asyncio.create_task(give_order(pool, "wait", f"{n}")) for n in range(MAX_PARALLEL_DECODINGS)]
        late = asyncio.create_task(give_order(pool, "end", "late"))
        for _ in range(50):
            await asyncio.sleep(0)
        assert not late.done()
        held[0].cancel()
        assert await late is DecodingFailure.STOPPED
        for task in held:
            task.cancel()
        await asyncio.wait(held)

    run_with_pool(crowd)


@pytest.mark.parametrize("command", [("/bin/false",), ("/no/such/program",)])
def test_where_no_process_can_be_started_that_is_said(command: tuple[str, ...]) -> None:
    async def ask(pool: DecoderPool) -> None:
        with pytest.raises(DecoderUnavailableError):
            await pool.start_ahead()
        with pytest.raises(DecoderUnavailableError):
            await give_order(pool, "count what it knows")

    run_with_pool(ask, *command)
