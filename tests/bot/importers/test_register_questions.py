"""What a register leaves open is asked once, by numbers, and what was answered is understood from then on."""

from collections.abc import Sequence
from datetime import date

import pytest

from bot.importers.register import RegisterImportRequest
from bot.importers.register_questions import ask_in_turn, list_questions
from bot.importers.spreadsheet import RegisterFileError
from handlers.complaints.lifecycle import CaseStatus
from handlers.complaints.messages import ToldWord, WordKind
from handlers.complaints.registers.reading import RegisterReading, read_register
from handlers.complaints.registers.word_meanings import RegisterWords
from handlers.table_files import TableEncoding, TableFile, TableRow, TableSheet
from tests.in_memory_desk import OFFICE

ROWS = (
    ("เลขรับ", "วันเข้า", "สถานะ", "ส่งทาง", "โต๊ะ"),
    ("1/2567", "3/10/2566", "กขค", "โทรเลขด่วน", "ก"),
    ("2/2567", "4/10/2566", "ก.ข.ค", "หนังสือ", "ข"),
)
TODAY = date(2026, 11, 22)


def read(told: Sequence[ToldWord] = (), head: Sequence[str] = ROWS[0]) -> RegisterReading:
    """Read the rows with what was told."""
    rows = tuple(TableRow(line, tuple(texts)) for line, texts in enumerate((head, *ROWS[1:]), 1))
    table = TableFile(TableEncoding.UTF_8, (TableSheet("", is_hidden=False, rows=rows),))
    reading = RegisterReading()
    known = {(one.kind, one.word): one.value for one in told}
    read_register(table, RegisterWords(OFFICE, lambda *key: known.get(key)), TODAY, reading)
    return reading


KNOWN_HEAD = ("เลขรับ", "วันที่รับ", *ROWS[0][2:])


def answer(lines: Sequence[str], reading: RegisterReading) -> tuple[list[ToldWord], str]:
    """Answer the questions of a reading on a terminal; return what was told, and what stood there."""
    written, typed = list[str](), iter([*(f"{line}\n" for line in lines), ""])
    words = RegisterWords(OFFICE)
    questions = list_questions(reading, (), words)
    told = ask_in_turn(questions, words, written.append, lambda: next(typed, ""))
    return told, "".join(written)


def test_each_word_and_heading_is_asked_once_with_numbered_answers() -> None:
    reading = read(head=KNOWN_HEAD)
    questions = list_questions(reading, (), RegisterWords(OFFICE))
    assert [(one.kind, one.text, one.count) for one in questions] == [
        (WordKind.COLUMN, "ส่งทาง", 0),
        (WordKind.COLUMN, "โต๊ะ", 0),
        (WordKind.PROGRESS, "กขค", 2),
    ]
    told, shown = answer(["๓", "", "99", "ยุติ", "3"], reading)
    assert told == [
        ToldWord(WordKind.COLUMN, "ส่งทาง", "source"),
        ToldWord(WordKind.COLUMN, "โต๊ะ", "unread"),
        ToldWord(WordKind.PROGRESS, "กขค", "investigating"),
    ]
    assert "ไม่รู้จักหัวคอลัมน์ “ส่งทาง”" in shown
    assert "  3 ช่องทาง (source)" in shown
    again = read(told, KNOWN_HEAD)
    assert [case.status for case in again.cases] == [CaseStatus.INVESTIGATING] * 2
    assert list_questions(again, (), RegisterWords(OFFICE)) == ()


def test_the_end_of_the_input_leaves_the_rest_open() -> None:
    assert answer([], read(head=KNOWN_HEAD))[0] == []


def test_a_heading_of_a_column_that_is_needed_can_be_named() -> None:
    told = ToldWord(WordKind.COLUMN, "วันเข้า", "received_on")
    assert read([told]).cases == []  # its words are not known yet
    assert [one.text for one in read([told]).words] == ["กขค"]


@pytest.mark.parametrize(
    ("pair", "told"),
    [
        ("ยกเลิก=closed", {(WordKind.PROGRESS, "closed")}),
        ("ยกเลิก=ยุติเรื่อง", {(WordKind.PROGRESS, "closed")}),
        ("วันเข้า=วันที่รับ", {(WordKind.COLUMN, "received_on")}),
        ("นกพิราบ=หนังสือ", {(WordKind.SOURCE, "letter")}),
        ("ไม่รู้=none", {(WordKind.SOURCE, "none"), (WordKind.PROGRESS, "none")}),
    ],
)
def test_a_word_of_the_command_may_be_told_by_code_or_in_thai(
    pair: str, told: set[tuple[WordKind, str]]
) -> None:
    found = RegisterImportRequest(words=(pair,)).list_told(OFFICE)
    assert {(one.kind, one.value) for one in found} == told


@pytest.mark.parametrize("pair", ["ยกเลิก", "ยกเลิก=", "=closed", "ยกเลิก=xyz"])
def test_a_pair_that_says_nothing_is_refused(pair: str) -> None:
    with pytest.raises(RegisterFileError):
        RegisterImportRequest(words=(pair,)).list_told(OFFICE)
