"""Open questions near one: by their meaning where somebody reads it, else by letters; nothing of it is kept."""

import asyncio
from array import array
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from handlers.dialog.events import Channel, Event
from handlers.questions.messages import FindQuestionByNumber, ListOpenQuestions, QuestionThread
from handlers.questions.similar import FindSimilarQuestions
from storage.questions.meaning import MeaningReader, MeaningUnavailableError, SimilarText
from storage.questions.similar_questions import (
    MAX_CHARACTERS_COMPARED,
    TEXTS_AT_ONCE,
    SimilarQuestions,
    rank_by_letters,
)
from tests.end_to_end.desk_harness import DeskHarness, open_desk

TENT, TENTS, BUS = "ขอยืมเต็นท์ไปจัดงานวัดได้ไหม", "ขอยืมเต็นท์ไปจัดงานบวชได้ไหม", "รถรับส่งออกกี่โมง"
VECTORS = {TENT: (1.0, 0.0), TENTS: (0.0, 1.0), BUS: (0.9, 0.1)}
"""Of a reader that knows what no letters tell: the first and the last are near."""


class FakeReader(MeaningReader):
    """Reads the meaning of three texts. requests: the texts of each."""

    model, generation = "fake", 1

    def __init__(self, *, fails: bool = False) -> None:
        self.fails, self.requests = fails, list[list[str]]()

    async def embed(self, texts: Sequence[str]) -> list[bytes]:
        if self.fails:
            raise MeaningUnavailableError("gone")
        self.requests.append([*texts])
        return [array("f", VECTORS[text]).tobytes() for text in texts]

    async def load(self, vectors: Sequence[bytes]) -> int:
        return len(vectors)

    async def find_nearest(self, question: str, most: int) -> list[SimilarText]:
        return [SimilarText(0, 0.0)][: most and len(question)]


async def ask(desk: DeskHarness, name: str, words: str) -> None:
    event = Event(f"{name}-1", desk.person_id(name), Channel.TELEGRAM, text=words, reply_to=b"to")
    picks = dict((await desk.handle(event))[-1].choices)
    await desk.handle(replace(event, id=f"{name}-2", text=None, choice=picks["ถามเจ้าหน้าที่"]))


async def find_thread(desk: DeskHarness, number: int) -> QuestionThread:
    thread = await desk.store.answer_query(FindQuestionByNumber(number, 0), desk.now())
    assert thread is not None
    return thread


async def list_near(desk: DeskHarness, number: int) -> list[int]:
    near = await desk.store.answer_query(FindSimilarQuestions(await find_thread(desk, number)), desk.now())
    return [one.number for one in near]


def test_questions_near_one_are_found_by_letters_and_by_meaning(tmp_path: Path) -> None:
    async def scene() -> None:
        async with asyncio.timeout(60), open_desk(tmp_path, "service") as desk:
            for name, words in (("ก", TENT), ("ข", TENTS), ("ค", BUS)):
                await ask(desk, name, words)
            assert len((await desk.store.answer_query(ListOpenQuestions(0, 9), desk.now())).rows) == 3
            assert [await list_near(desk, number) for number in (1, 2, 3)] == [[2], [1], []]
            desk.store.faq.meaning = reader = FakeReader()
            assert [await list_near(desk, number) for number in (1, 2, 3)] == [[3], [], [1]]
            assert [len(texts) for texts in reader.requests] == [3]
            assert max(map(len, reader.requests)) <= TEXTS_AT_ONCE
            assert await list_near(desk, 1) == [3]
            more = await find_thread(desk, 1)
            waits = FindSimilarQuestions(replace(more, scheduled_by="s1"))
            assert await desk.store.answer_query(waits, desk.now()) == ()
            desk.store.faq.similar.vectors.clear()
            desk.store.faq.meaning = FakeReader(fails=True)
            assert await list_near(desk, 1) == [2]

    asyncio.run(scene())


def test_the_loop_goes_on_while_long_questions_are_compared_by_their_beginning(tmp_path: Path) -> None:
    async def scene() -> None:
        async with asyncio.timeout(60), open_desk(tmp_path, "service") as desk:
            for name, words in (("ก", TENT), ("ข", TENTS), ("ค", BUS)):
                await ask(desk, name, words)
            first, *others = [await find_thread(desk, number) for number in (1, 2, 3)]
            for meaning, near in ((None, [2]), (FakeReader(), [3])):
                turns = 0
                finding = asyncio.create_task(SimilarQuestions().find(first, others, meaning))
                while not finding.done():
                    await asyncio.sleep(0)
                    turns += 1
                assert turns > 1  # what never lets others run is done after one
                assert [one.number for one in await finding] == near
            head = (TENT * 20)[:MAX_CHARACTERS_COMPARED]
            long = [_replace_question(one, head + BUS[at] * 2000) for at, one in enumerate((first, *others))]
            assert rank_by_letters(long[0], long[1:]) == (*long[1:],)

    asyncio.run(scene())


def _replace_question(thread: QuestionThread, words: str) -> QuestionThread:
    return replace(thread, lines=(replace(thread.lines[0], text=words),))
