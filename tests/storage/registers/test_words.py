"""What somebody said of a word is remembered with the import, changed by a later one, and not readable on disk."""

from handlers.complaints.messages import ToldWord, WordKind
from handlers.staff.registers.messages import TellRegisterWords
from storage.registers.imported_case import IMPORT_NOTICE_VERSION
from storage.registers.words import WordMemory
from storage.store import Store
from tests.storage.cases.test_import_register import OPEN, bring
from tests.storage.conftest import NOW, StoredDesk

WORD = ToldWord(WordKind.PROGRESS, "สมชายรับไปทำ", "investigating")


def test_words_are_remembered_with_an_import_and_by_their_kind(ground: StoredDesk) -> None:
    async def scene(one: Store) -> None:
        importer = one.register_importer
        assert (await importer.load_words()).recall(WORD.kind, WORD.word) is None
        await importer.import_cases(b"file", [OPEN], lambda day: day, NOW.date(), NOW, words=[WORD])
        memory = await importer.load_words()
        assert memory.recall(WORD.kind, WORD.word) == "investigating"
        assert memory.recall(WordKind.SOURCE, WORD.word) is None
        assert WORD.word.encode() not in ground.read_all_bytes()

    ground.run_scenario(scene)
    assert ground.execute_sql("SELECT notice FROM cases") == [(IMPORT_NOTICE_VERSION,)]


def test_a_later_answer_takes_the_place_of_an_earlier_one(ground: StoredDesk) -> None:
    async def scene(one: Store) -> None:
        importer = one.register_importer
        await importer.import_cases(b"file", [OPEN], lambda day: day, NOW.date(), NOW, words=[WORD])
        later = ToldWord(WORD.kind, WORD.word, "closed")
        await bring(one)  # nothing told: nothing changes
        assert (await importer.load_words()).recall(WORD.kind, WORD.word) == "investigating"
        await importer.import_cases(b"other", [], lambda day: day, NOW.date(), NOW, words=[later])
        assert (await importer.load_words()).recall(WORD.kind, WORD.word) == "closed"

    ground.run_scenario(scene)


def test_words_are_forgotten_with_the_import_that_they_came_with_and_no_others(ground: StoredDesk) -> None:
    other = ToldWord(WordKind.SOURCE, "ฟก", "letter")

    async def scene(one: Store) -> None:
        importer = one.register_importer
        await importer.import_cases(b"file", [OPEN], lambda day: day, NOW.date(), NOW, words=[WORD])
        await importer.import_cases(b"other", [], lambda day: day, NOW.date(), NOW, words=[other])
        await importer.undo_import(1, NOW)
        memory = await importer.load_words()
        assert memory.recall(WORD.kind, WORD.word) is None
        assert memory.recall(other.kind, other.word) == "letter"

    ground.run_scenario(scene)


def test_who_was_told_nothing_knows_nothing() -> None:
    assert WordMemory(b"salt", {}).recall(WordKind.SOURCE, "x") is None


def test_a_word_that_was_told_in_a_chat_is_remembered_without_an_import(ground: StoredDesk) -> None:
    async def scene(one: Store) -> None:
        await ground.commit_acts(one, TellRegisterWords((WORD,), "s1"))
        assert (await one.register_importer.load_words()).recall(WORD.kind, WORD.word) == "investigating"
        assert await one.verify_audit() == []

    ground.run_scenario(scene)
    assert ground.execute_sql("SELECT count(*) FROM audit WHERE what = 'import-word'") == [(1,)]
