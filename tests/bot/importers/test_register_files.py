"""Registers as offices have them (`registers/`): each is read as a person reads it, or what is odd in it is named."""

from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pytest

from bot.importers.spreadsheet import read_table
from handlers.complaints.lifecycle import CaseOutcome, CaseSource, CaseStatus
from handlers.complaints.registers.reading import RegisterReading, read_register
from handlers.complaints.registers.word_meanings import RegisterWords
from handlers.table_files import TableEncoding
from tests.in_memory_desk import OFFICE

FOLDER = Path(__file__).parent / "registers"
TODAY = date(2026, 11, 30)


def read_file(name: str) -> tuple[RegisterReading, TableEncoding]:
    """Read a register of the folder."""
    table = read_table(FOLDER / name, (FOLDER / name).read_bytes())
    reading = RegisterReading()
    read_register(table, RegisterWords(OFFICE), TODAY, reading)
    return reading, table.encoding


FIRST = (1, 2567, date(2023, 10, 3), CaseSource.LETTER, "corruption", CaseStatus.CLOSED,
         CaseOutcome.UNSUBSTANTIATED, date(2023, 11, 20))  # fmt: skip
SECOND = (2, 2567, date(2024, 1, 15), CaseSource.CALL, "misconduct", CaseStatus.INVESTIGATING, None, None)
THIRD = (1, 2568, date(2024, 10, 5), CaseSource.LETTER, "corruption", CaseStatus.INVESTIGATING, None, None)


@dataclass(frozen=True)
class Expected:
    """What of a file is right, beside its two cases. skipped: lines and kinds; doubts: kinds, each once."""

    skipped: tuple[tuple[int, str], ...] = ()
    doubts: tuple[str, ...] = ()
    encoding: TableEncoding = TableEncoding.SPREADSHEET
    cases: tuple[tuple[object, ...], ...] = (FIRST, SECOND)


FILES = {
    "i01_title_rows.xlsx": Expected(skipped=((1, "title"), (2, "title"))),
    "i02_tis620.csv": Expected(encoding=TableEncoding.WINDOWS_874),
    "i03_unicode.txt": Expected(encoding=TableEncoding.UTF_16),
    "i04_thai_months.csv": Expected(encoding=TableEncoding.UTF_8),
    "i05_two_digit.csv": Expected(encoding=TableEncoding.UTF_8),
    "i08_serials.xlsx": Expected(),
    "i09b_total_first.xlsx": Expected(skipped=((5, "total"),)),
    "i10_merged_data.xlsx": Expected(cases=(FIRST, (*SECOND[:2], FIRST[2], FIRST[3], *SECOND[4:]))),
    "i12_minimal_real.csv": Expected(
        doubts=("sequence", "no_source", "no_category", "no_end_day"),
        encoding=TableEncoding.UTF_8,
        cases=(
            (*FIRST[:3], None, "other", CaseStatus.CLOSED, None, date(2024, 9, 30)),
            (*SECOND[:3], None, "other", CaseStatus.INVESTIGATING, None, None),
        ),
    ),
    "i13_seq_and_number.csv": Expected(encoding=TableEncoding.UTF_8),
    "i14b_two_sheets.xlsx": Expected(cases=(FIRST, SECOND, THIRD)),
    "i16c_zwsp_header.csv": Expected(encoding=TableEncoding.UTF_8),
    "i16e_double_tone.csv": Expected(encoding=TableEncoding.UTF_8),
    "i21_number_became_date.xlsx": Expected(doubts=("number_day",)),
    "i22_stray_last_row.xlsx": Expected(),
    "i25_footer_sign.xlsx": Expected(skipped=((5, "note"), (6, "signature"), (7, "empty"))),
    "i29_sep_line.csv": Expected(encoding=TableEncoding.UTF_8),
}


@pytest.mark.parametrize("name", FILES)
def test_a_register_is_read_as_a_person_reads_it(name: str) -> None:
    expected = FILES[name]
    reading, encoding = read_file(name)
    assert [
        (c.number, c.fiscal_year, c.received_on, c.source, c.category, c.status, c.outcome, c.closed_on)
        for c in reading.cases
    ] == [*expected.cases]
    assert (reading.bad_rows, reading.words, encoding) == ([], [], expected.encoding)
    assert tuple((one.line, one.kind) for one in reading.skipped) == expected.skipped
    assert tuple(dict.fromkeys(one.row.kind for one in reading.doubts)) == expected.doubts


def test_words_of_channels_are_known_or_confirmed() -> None:
    reading, _ = read_file("i17_words_source.csv")
    assert (len(reading.cases), reading.bad_rows, reading.words) == (37, [], [])
    assert reading.list_guessed_words() == [
        ("ป.ป.ท. เขต 5", "delegated"),
        ("ส่งต่อจาก สพฐ.", "delegated"),
    ]


def test_words_of_outcomes_are_known_or_confirmed_and_a_contradiction_is_named() -> None:
    reading, _ = read_file("i17_words_outcome.csv")
    assert (len(reading.cases), reading.words) == (21, [])
    assert [(row.line, row.problems[0].reason.key) for row in reading.bad_rows] == [
        (23, "import.contradiction")
    ]
    by_outcome = {outcome: [c.line for c in reading.cases if c.outcome is outcome] for outcome in CaseOutcome}
    assert by_outcome == {
        CaseOutcome.SUBSTANTIATED: [2, 6, 9, 10, 11, 12, 13],
        CaseOutcome.UNSUBSTANTIATED: [3, 4, 5, 18, 19, 20],
        CaseOutcome.INSUFFICIENT: [8],
        CaseOutcome.FORWARDED: [14, 15, 16],
        CaseOutcome.WITHDRAWN: [17],
    }


def test_words_of_states_are_known_and_a_missing_day_of_the_end_is_confirmed() -> None:
    reading, _ = read_file("i17_words_status.csv")
    assert (len(reading.cases), reading.bad_rows, reading.words) == (20, [], [])
    assert {doubt.row.kind for doubt in reading.doubts} == {"no_end_day"}
    ended = {CaseStatus.CLOSED, CaseStatus.NOT_ACCEPTED}
    assert [case.line for case in reading.cases if case.status in ended] == [
        5, 6, 7, 8, 9, 10, 15, 16, 17, 18, 21,
    ]  # fmt: skip


def test_a_number_of_neither_year_is_named() -> None:
    reading, _ = read_file("i19_fiscal.csv")
    assert [(c.number, c.fiscal_year) for c in reading.cases] == [(50, 2566), (1, 2568)]
    assert [(row.line, row.problems[0].reason.key) for row in reading.bad_rows] == [(3, "import.year")]


def test_a_year_of_sixty_years_ago_is_refused_with_what_it_probably_means() -> None:
    reading, _ = read_file("i35b_no_year_number_1966.xlsx")
    assert reading.cases == []
    assert [row.problems[0].reason.args["meant"] for row in reading.bad_rows] == [
        "3 ตุลาคม 2566",
        "15 มกราคม 2567",
    ]
