"""Rows of an old register: what each column may hold, and why a row is rejected."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handlers.complaints.lifecycle import CaseOutcome, CaseSource, CaseStatus
from handlers.complaints.messages import ImportedCase
from handlers.complaints.registers.reading import (
    RegisterReading,
    UnreadableRegisterError,
    list_rows_without_yes,
    read_register,
)
from handlers.complaints.registers.rows import (
    MAX_CELL_LENGTH,
    CellProblem,
    RejectedRow,
    reject_duplicate_row,
)
from handlers.complaints.registers.word_meanings import RegisterWords, WordKind
from handlers.dialog.replies import Phrase
from handlers.i18n import render_text
from handlers.table_files import TableEncoding, TableFile, TableRow, TableSheet
from tests.in_memory_desk import OFFICE

COLUMN_NAMES = ("number", "received_on", "source", "category", "status", "outcome", "closed_on")
TODAY = date(2026, 11, 22)
GOOD = {
    "number": "12/2569",
    "received_on": "15/01/2569",
    "source": "letter",
    "category": "corruption",
    "status": "closed",
    "outcome": "substantiated",
    "closed_on": "2026-03-01",
}
CASE = ImportedCase(
    2,
    2569,
    12,
    date(2026, 1, 15),
    CaseSource.LETTER,
    "corruption",
    CaseStatus.CLOSED,
    CaseOutcome.SUBSTANTIATED,
    date(2026, 3, 1),
)


def read(*rows: Sequence[str], header: Sequence[str] = COLUMN_NAMES, name: str = "") -> RegisterReading:
    """Read a register of one sheet with these rows."""
    lines = (tuple(header), *map(tuple, rows))
    table_rows = tuple(TableRow(line, texts) for line, texts in enumerate(lines, 1))
    table = TableFile(TableEncoding.UTF_8, (TableSheet(name, is_hidden=False, rows=table_rows),))
    reading = RegisterReading()
    read_register(table, RegisterWords(OFFICE), TODAY, reading)
    return reading


def parse(*cells: dict[str, str]) -> list[ImportedCase | RejectedRow]:
    reading = read(*([one.get(column, "") for column in COLUMN_NAMES] for one in cells), name="ก")
    found: list[ImportedCase | RejectedRow] = [
        *(replace(case, sheet="") for case in reading.cases),
        *(replace(row, sheet="") for row in list_rows_without_yes(reading)),
    ]
    return sorted(found, key=lambda one: one.line)


def parse_one(**changes: str) -> ImportedCase | RejectedRow:
    return parse({**GOOD, **changes})[0]


def problems(**changes: str) -> list[tuple[str, str]]:
    found = parse({**GOOD, **changes})[-1]
    assert isinstance(found, RejectedRow), found
    return [(problem.column, problem.reason.key.removeprefix("import.")) for problem in found.problems]


def test_a_whole_row_is_a_case() -> None:
    assert parse_one() == CASE


@pytest.mark.parametrize(
    ("written", "number", "year"),
    [
        ("12/2569", 12, 2569),
        ("12/69", 12, 2569),
        ("๑๒/๒๕๖๙", 12, 2569),
        (" 12 / 2569 ", 12, 2569),
        ("ที่ 12/2569", 12, 2569),
        ("เลขที่12/2569", 12, 2569),
        ("No. 12/2569", 12, 2569),
        ("12/2026", 12, 2569),
        ("12", 12, 2569),  # the fiscal year of the day of receipt
        ("000012", 12, 2569),
    ],
)
def test_a_number_as_offices_write_it(written: str, number: int, year: int) -> None:
    found = parse_one(number=written)
    assert isinstance(found, ImportedCase)
    assert (found.number, found.fiscal_year) == (number, year)


@pytest.mark.parametrize(
    ("written", "problem"),
    [
        ("", "missing"),
        ("  ", "missing"),
        ("0", "number"),
        ("0/2569", "number"),
        ("1234567", "number"),
        ("12/256", "number"),
        ("12-2569", "number"),
        ("ศธ 12/2569", "number"),
        ("12/2568", "year"),
        ("12/2570", "year"),
        ("12/2571", "year"),
        ("12/1999", "year"),
    ],
)
def test_what_is_no_number(written: str, problem: str) -> None:
    assert problems(number=written) == [("number", problem)]


@pytest.mark.parametrize(
    "written",
    [
        "15/01/2569",
        "15/1/2569",
        "15-01-2569",
        "15.1.2569",
        "๑๕/๐๑/๒๕๖๙",
        "15/01/2026",
        "2026-01-15",
        "2569-01-15",
        "2026-01-15 00:00:00",
        "15 ม.ค. 2569",
        "15 มกราคม พ.ศ. 2569",
        "15-ม.ค.-69",
        "๑๕ ม.ค. ๖๙",
        "วันที่ 15 มกราคม 2569",
        "วันพฤหัสบดีที่ 15 มกราคม 2569",
        "15/01/69",
        "15/1/2569 09:30 น.",
        "2026-01-15 08:30",
        "46037",
        "46037.5",
        "244364",
    ],
)
def test_a_day_as_offices_write_it(written: str) -> None:
    assert parse_one(received_on=written) == CASE


@pytest.mark.parametrize(
    ("written", "problem"),
    [
        ("", "missing"),
        ("-", "missing"),
        ("01/2569", "date"),
        ("15 ม.ค.", "date"),
        ("15-16 ม.ค. 2569", "date"),
        ("หนังสือลงวันที่ 15 ม.ค. 2569", "date"),
        ("15 ม.ค. 2569 และ 16 ม.ค. 2569", "date"),
        ("123", "date"),
        ("15/01/26", "far"),
        ("15/01/2535", "ancient"),
        ("31/02/2569", "no_such_day"),
        ("15/13/2569", "no_such_day"),
        ("23/11/2569", "future"),
        ("15/01/2499", "ancient"),
        ("0/0/0000", "no_such_day"),
    ],
)
def test_what_is_no_day(written: str, problem: str) -> None:
    assert ("received_on", problem) in problems(received_on=written)


def test_what_a_year_of_long_ago_probably_means_is_said() -> None:
    found = parse_one(received_on="15/01/26")
    assert isinstance(found, RejectedRow)
    assert found.problems[0].reason == Phrase(
        "import.far", {"found": "15/01/26", "read": "15 มกราคม 2526", "meant": "15 มกราคม 2569"}
    )


@pytest.mark.parametrize(
    ("column", "written", "value"),
    [
        ("source", "จดหมาย", CaseSource.LETTER),
        ("source", " มาด้วย ตนเอง ", CaseSource.WALK_IN),
        ("source", "ป.ป.ช.", CaseSource.DELEGATED),
        ("source", "LINE", CaseSource.LINE),
        ("category", "ทุจริตต่อหน้าที่", "corruption"),
        ("category", "MISCONDUCT", "misconduct"),
        ("status", "ยุติเรื่อง", CaseStatus.CLOSED),
        ("outcome", "ไม่มีมูล", CaseOutcome.UNSUBSTANTIATED),
        ("outcome", "-", None),
        ("outcome", "", None),
        ("outcome", "ยุติเรื่อง", None),
    ],
)
def test_words_of_the_registers(column: str, written: str, value: Any) -> None:
    found = parse_one(**{column: written})
    assert isinstance(found, ImportedCase)
    assert getattr(found, column) == value


@pytest.mark.parametrize("column", ["source", "category", "status"])
def test_an_unknown_or_missing_word_is_quoted(column: str) -> None:
    assert problems(**{column: ""}) == [(column, "missing")]
    assert problems(**{column: "อะไรก็ไม่รู้"}) == [(column, column)]
    (found,) = parse({**GOOD, column: "ย" * 100})
    assert isinstance(found, RejectedRow)
    assert found.problems[0].reason.args["found"] == "ย" * 39 + "…"


def test_a_wrong_category_says_which_there_are() -> None:
    found = parse_one(category="อื่นๆ นะ")
    assert found == RejectedRow(
        2,
        (
            CellProblem(
                "category",
                Phrase("import.category", {"found": "อื่นๆ นะ", "allowed": "corruption, misconduct, other"}),
            ),
        ),
    )


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        ({"closed_on": ""}, ("closed_on", "end_without_day")),
        ({"closed_on": "-"}, ("closed_on", "end_without_day")),
        ({"closed_on": "14/01/2569"}, ("closed_on", "end_before_start")),
        ({"status": "screening", "outcome": ""}, ("closed_on", "open_with_day")),
        ({"status": "screening", "closed_on": ""}, ("outcome", "outcome_without_end")),
        ({"status": "not_accepted"}, ("outcome", "outcome_without_end")),
    ],
)
def test_columns_that_contradict_each_other(changes: dict[str, str], problem: tuple[str, str]) -> None:
    assert problems(**changes) == [problem]


def test_every_wrong_cell_of_a_row_is_named() -> None:
    assert problems(number="ก", received_on="ข", source="ค") == [
        ("received_on", "date"),
        ("number", "number"),
        ("source", "source"),
    ]


@pytest.mark.parametrize("column", COLUMN_NAMES)
def test_no_cell_holds_a_long_text(column: str) -> None:
    assert column in [name for name, _ in problems(**{column: "ก" * (MAX_CELL_LENGTH + 1)})]


def test_a_number_stands_once_in_a_year() -> None:
    found = parse(GOOD, GOOD, {**GOOD, "number": "12/2568", "received_on": "15/01/2568"})
    assert [type(one) for one in found] == [ImportedCase, RejectedRow, ImportedCase]
    assert found[1] == RejectedRow(3, (CellProblem("number", Phrase("import.twice", {"line": 2})),))


def test_a_number_of_the_register_is_taken() -> None:
    assert reject_duplicate_row(CASE) == RejectedRow(
        2, (CellProblem("number", Phrase("import.taken", {"number": "12/2569"})),)
    )


@pytest.mark.parametrize(
    ("header", "wrong"),
    [
        (("number", "เลขรับ", "received_on", "source", "category", "status"), "number"),
        (("number", "received_on", "source"), "status"),
        (("number", "status", "source"), "received_on"),
        (("number", "ผู้ร้อง"), "received_on, status"),
        (("รหัส", "ชื่อ"), "received_on, status"),
    ],
)
def test_what_a_header_lacks_or_repeats_is_named(header: tuple[str, ...], wrong: str) -> None:
    with pytest.raises(UnreadableRegisterError) as trouble:
        read(["1"] * len(header), header=header)
    assert wrong in render_text(trouble.value.reason, "en")


@given(st.dictionaries(st.sampled_from([*COLUMN_NAMES, "other"]), st.text(max_size=30)))
def test_no_cell_whatever_breaks_the_import(changes: dict[str, str]) -> None:
    assert {row.line for row in parse({**GOOD, **changes})} <= {2}


@pytest.mark.parametrize(
    ("word", "value"),
    [
        ("ยังดำเนินการไม่แล้วเสร็จ", "investigating"),
        ("ไม่สามารถยุติเรื่องได้", "investigating"),
        ("ไม่ลงโทษ", ""),
        ("ไม่ได้ถอนเรื่อง", ""),
        ("ลงโทษภาคทัณฑ์ผู้ถูกร้อง", "substantiated"),
        ("ไม่รับคำร้องฉบับนี้", "not_accepted"),
        ("เห็นควรยุติ", "closed"),
    ],
)
def test_no_guess_says_the_contrary_of_a_word(word: str, value: str) -> None:
    found = RegisterWords(OFFICE).find(WordKind.PROGRESS, word)
    assert (found.value, found.is_guess) == (value, True)
