"""Rows of an old register: what each column may hold, and why a row is rejected."""

from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handlers.complaints.import_rows import (
    COLUMN_NAMES,
    MAX_CELL_LENGTH,
    CellProblem,
    ImportRow,
    RejectedRow,
    match_columns,
    parse_rows,
    reject_duplicate_row,
)
from handlers.complaints.lifecycle import CaseOutcome, CaseSource, CaseStatus
from handlers.complaints.messages import ImportedCase
from handlers.dialog.replies import Phrase
from tests.in_memory_desk import OFFICE

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


def parse(*cells: dict[str, str], formula: str = "") -> list[ImportedCase | RejectedRow]:
    rows = [ImportRow(line, one, formula) for line, one in enumerate(cells, 2)]
    return [*parse_rows(rows, OFFICE, TODAY)]


def parse_one(**changes: str) -> ImportedCase | RejectedRow:
    (found,) = parse({**GOOD, **changes})
    return found


def problems(**changes: str) -> list[tuple[str, str]]:
    found = parse_one(**changes)
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
        ("12/2570", 12, 2570),
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
    ],
)
def test_a_day_as_offices_write_it(written: str) -> None:
    assert parse_one(received_on=written) == CASE


@pytest.mark.parametrize(
    ("written", "problem"),
    [
        ("", "missing"),
        ("-", "missing"),
        ("15 ม.ค. 2569", "date"),
        ("15/01/69", "date"),
        ("01/2569", "date"),
        ("2026-01-15 08:30", "date"),
        ("31/02/2569", "no_such_day"),
        ("15/13/2569", "no_such_day"),
        ("23/11/2569", "future"),
        ("15/01/2499", "ancient"),
        ("0/0/0000", "no_such_day"),
    ],
)
def test_what_is_no_day(written: str, problem: str) -> None:
    assert ("received_on", problem) in problems(received_on=written)


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
    found = parse_one(**{column: "ย" * 100})
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
        ("number", "number"),
        ("received_on", "date"),
        ("source", "source"),
    ]


@pytest.mark.parametrize("column", COLUMN_NAMES)
def test_no_cell_holds_a_long_text(column: str) -> None:
    assert column in [name for name, _ in problems(**{column: "ก" * (MAX_CELL_LENGTH + 1)})]


def test_a_missing_column_of_a_row_is_missing() -> None:
    (found,) = parse({key: value for key, value in GOOD.items() if key != "status"})
    assert found == RejectedRow(2, (CellProblem("status", Phrase("import.missing")),))


def test_a_formula_is_not_what_the_office_wrote() -> None:
    assert parse(GOOD, formula="number") == [
        RejectedRow(2, (CellProblem("number", Phrase("import.formula")),))
    ]


def test_a_number_stands_once_in_a_year() -> None:
    again, other_year = GOOD, {**GOOD, "number": "12/2570"}
    found = parse(GOOD, again, other_year)
    assert [type(one) for one in found] == [ImportedCase, RejectedRow, ImportedCase]
    assert found[1] == RejectedRow(3, (CellProblem("number", Phrase("import.twice", {"line": 2})),))


def test_a_number_of_the_register_is_taken() -> None:
    assert reject_duplicate_row(CASE) == RejectedRow(
        2, (CellProblem("number", Phrase("import.taken", {"number": "12/2569"})),)
    )


@pytest.mark.parametrize(
    ("header", "found", "wrong"),
    [
        (COLUMN_NAMES, [*COLUMN_NAMES], []),
        (
            ("เลขที่รับ", "วันที่รับเรื่อง", "ช่องทาง", "ประเภท เรื่อง", "สถานะ"),
            ["number", "received_on", "source", "category", "status"],
            [],
        ),
        (
            ("\ufeffnumber", "RECEIVED_ON", "source", "category", "status"),
            ["number", "received_on", "source", "category", "status"],
            [],
        ),
        (
            ("number", "เลขรับ", "received_on", "source", "category", "status"),
            ["number", "number", "received_on", "source", "category", "status"],
            ["number"],
        ),
        (("number", "ผู้ร้อง"), ["number", ""], ["received_on", "source", "category", "status"]),
        ((), [], ["number", "received_on", "source", "category", "status"]),
    ],
)
def test_columns_are_known_by_their_headings(
    header: tuple[str, ...], found: list[str], wrong: list[str]
) -> None:
    assert match_columns(header) == (found, wrong)


@given(st.dictionaries(st.sampled_from([*COLUMN_NAMES, "other"]), st.text(max_size=30)))
def test_no_cell_whatever_breaks_the_import(changes: dict[str, str]) -> None:
    (found,) = parse({**GOOD, **changes})
    assert found.line == 2
