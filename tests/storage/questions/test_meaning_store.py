"""Vectors of the FAQ: made once, kept encrypted, gone with what they are of."""

from collections.abc import Sequence
from datetime import date
from pathlib import Path

from sqlalchemy import delete, select, update

from handlers.questions.faq_messages import FaqEntry
from handlers.questions.messages import FindKnownAnswers
from storage import tables
from storage.questions.meaning import MeaningUnavailableError, SimilarText, pack_vectors, unpack_vectors
from tests.end_to_end.desk_harness import DeskHarness
from tests.storage.questions.test_store import run_service_scenario

TODAY = date(2026, 11, 30)
ENTRIES = (
    FaqEntry("renew", "ต่ออายุใบอนุญาตประกอบวิชาชีพ", "ยื่นที่คุรุสภา", also=("ใบอนุญาตหมดอายุ",)),
    FaqEntry("scholar", "ขอทุนการศึกษา", "แจ้งครูประจำชั้น"),
)


class ListedMeanings:
    """Knows which words mean the same; counts what it was asked."""

    model = "listed 1"

    def __init__(self) -> None:
        self.generation = 1
        self.embedded = list[str]()
        self.loaded: Sequence[bytes] = ()
        self.is_gone = False

    async def embed(self, texts: Sequence[str]) -> list[bytes]:
        if self.is_gone:
            raise MeaningUnavailableError("gone")
        self.embedded += texts
        return [text.encode()[:4].ljust(8, b".") for text in texts]

    async def load(self, vectors: Sequence[bytes]) -> int:
        if self.is_gone:
            raise MeaningUnavailableError("gone")
        self.loaded = vectors
        return self.generation

    async def find_nearest(self, question: str, most: int) -> list[SimilarText]:
        if self.is_gone:
            raise MeaningUnavailableError("gone")
        near = {"ตั๋วครูจะขาด": 0, "ตังค์เรียนไม่พอ": 3}.get(question)
        others = [SimilarText(place, 0.1) for place in range(len(self.loaded)) if place != near]
        return others if near is None else [SimilarText(near, 0.9), *others]


async def search(desk: DeskHarness, text: str) -> list[str]:
    return [match.id for match in await desk.store.faq.search(FindKnownAnswers(text, TODAY))]


async def prepare(desk: DeskHarness, meaning: ListedMeanings) -> int:
    desk.store.faq.meaning = meaning
    return await desk.store.meanings.prepare(TODAY)


def test_vectors_are_made_once_and_used_when_somebody_asks(tmp_path: Path) -> None:
    async def scene(desk: DeskHarness) -> None:
        meaning = ListedMeanings()
        await desk.store.replace_faq(ENTRIES, desk.now())
        assert await prepare(desk, meaning) == 2
        assert len(meaning.embedded) == len(meaning.loaded) == 5
        assert (await search(desk, "ตั๋วครูจะขาด"))[0] == "k.renew"
        assert (await search(desk, "ตังค์เรียนไม่พอ"))[0] == "k.scholar"
        assert await search(desk, "ไปเที่ยวทะเล") == []
        assert await prepare(desk, meaning) == 0
        again = (
            ListedMeanings()
        )  # after a restart: nothing is made, and nothing is loaded until somebody asks
        desk.store.faq._meanings_of = None
        assert await prepare(desk, again) == 0
        assert not again.loaded
        assert await search(desk, "ตั๋วครูจะขาด") == []
        assert await prepare(desk, again) == 0
        assert len(again.loaded) == 5
        assert not again.embedded
        assert (await search(desk, "ตั๋วครูจะขาด"))[0] == "k.renew"

    run_service_scenario(tmp_path, scene)


def test_a_changed_entry_is_read_again_and_only_that(tmp_path: Path) -> None:
    async def scene(desk: DeskHarness) -> None:
        meaning = ListedMeanings()
        await desk.store.replace_faq(ENTRIES, desk.now())
        await prepare(desk, meaning)
        meaning.embedded.clear()
        await desk.store.replace_faq((ENTRIES[0], FaqEntry("hours", "เปิดกี่โมง", "08.30 น.")), desk.now())
        assert await prepare(desk, meaning) == 1
        assert meaning.embedded == ["เปิดกี่โมง", "08.30 น."]
        async with desk.store.faq.reader.connect() as connection:
            kept = {row.id for row in await connection.execute(select(tables.meanings.c.id))}
        assert kept == {"k.renew", "k.hours"}

    run_service_scenario(tmp_path, scene)


def test_where_nobody_reads_meanings_letters_answer(tmp_path: Path) -> None:
    async def scene(desk: DeskHarness) -> None:
        meaning = ListedMeanings()
        await desk.store.replace_faq(ENTRIES, desk.now())
        meaning.is_gone = True
        assert await prepare(desk, meaning) == 0
        assert await search(desk, "ต่ออายุใบอนุญาตประกอบวิชาชีพ") == ["k.renew"]
        meaning.is_gone = False
        await prepare(desk, meaning)
        meaning.is_gone = True
        assert await search(desk, "ต่ออายุใบอนุญาตประกอบวิชาชีพ") == ["k.renew"]
        assert desk.store.faq.wants_meanings.is_set()
        meaning.is_gone, meaning.generation = False, 2  # another process, which has nothing loaded
        assert await search(desk, "ตั๋วครูจะขาด") == []
        await prepare(desk, meaning)
        assert (await search(desk, "ตั๋วครูจะขาด"))[0] == "k.renew"

    run_service_scenario(tmp_path, scene)


def test_an_answer_is_of_the_entries_that_were_searched(tmp_path: Path) -> None:
    async def scene(desk: DeskHarness) -> None:
        meaning = ListedMeanings()
        await desk.store.replace_faq(ENTRIES, desk.now())
        await prepare(desk, meaning)

        async def load_others_first(question: str, most: int) -> list[SimilarText]:
            """As where a changed base is loaded between two questions."""
            state = desk.store.faq._meanings_of
            assert state is not None
            desk.store.faq.use_meanings(state, 1, ["k.scholar", "k.scholar", "k.renew", "k.renew", "k.renew"])
            return [SimilarText(0, 0.9)]

        meaning.find_nearest = load_others_first  # type: ignore[method-assign]
        assert await search(desk, "ตั๋วครูจะขาด") == []  # by letters alone

    run_service_scenario(tmp_path, scene)


def test_no_vector_stands_in_clear_and_a_damaged_one_is_made_anew(tmp_path: Path) -> None:
    async def scene(desk: DeskHarness) -> None:
        meaning = ListedMeanings()
        await desk.store.replace_faq(ENTRIES, desk.now())
        await prepare(desk, meaning)
        async with desk.store.faq.reader.connect() as connection:
            rows = list(await connection.execute(select(tables.meanings)))
        assert rows
        assert not any(vector in row.sealed for row in rows for vector in meaning.loaded)
        async with desk.store.committer.transaction() as connection:
            await connection.execute(update(tables.meanings).values(sealed=b"damaged"))
        desk.store.faq._meanings_of = desk.store.meanings._whole_for = None
        assert await prepare(desk, meaning) == 2

    run_service_scenario(tmp_path, scene)


def test_a_published_question_that_is_taken_back_takes_its_vectors_along(tmp_path: Path) -> None:
    async def scene(desk: DeskHarness) -> None:
        async with desk.store.committer.transaction() as connection:
            await connection.execute(
                tables.board.insert(),
                [{"id": name, "asked_on": TODAY, "answered_on": TODAY, "sealed": b""} for name in ("a", "b")],
            )
            await connection.execute(
                tables.meanings.insert(), [{"id": f"b.{name}", "sealed": b"v"} for name in ("a", "b")]
            )
            await connection.execute(delete(tables.board).where(tables.board.c.id == "a"))
        async with desk.store.faq.reader.connect() as connection:
            kept = {row.id for row in await connection.execute(select(tables.meanings.c.id))}
        assert kept == {"b.b"}
        async with desk.store.committer.transaction() as connection:
            await connection.execute(delete(tables.board))

    run_service_scenario(tmp_path, scene)


def test_vectors_belong_to_their_model_and_their_texts() -> None:
    texts, vectors = ("ก", "ข"), [b"1" * 8, b"2" * 8]
    packed = pack_vectors("m", texts, vectors)
    assert unpack_vectors("m", texts, packed) == vectors
    assert unpack_vectors("other", texts, packed) is None
    assert unpack_vectors("m", ("ก", "ค"), packed) is None
    assert unpack_vectors("m", texts, packed[:-1]) is None
    assert unpack_vectors("m", texts, b"") is None
