"""Registers as offices keep them, each tried by hand once: what was taken wrongly in silence is told or read."""

import io
from datetime import date
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from bot.importers.spreadsheet import read_table
from handlers.complaints.lifecycle import CaseOutcome, CaseSource, CaseStatus
from handlers.complaints.registers.reading import RegisterReading, read_register
from handlers.complaints.registers.rows import DoubtKind
from handlers.complaints.registers.word_meanings import RegisterWords
from tests.in_memory_desk import OFFICE

TODAY = date(2026, 11, 30)


def read(name: str, content: bytes) -> RegisterReading:
    """Read a register."""
    reading = RegisterReading()
    read_register(read_table(Path(name), content), RegisterWords(OFFICE), TODAY, reading)
    return reading


def read_lines(*lines: str) -> RegisterReading:
    """Read a register of lines of text."""
    return read("own.csv", "\n".join(lines).encode())


def make_book(sheets: dict[str, list[list[Any]]], merged: tuple[str, ...] = ()) -> bytes:
    """A spreadsheet with such sheets; merged: cells of the first of them."""
    book, out = openpyxl.Workbook(), io.BytesIO()
    book.remove(book.worksheets[0])
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(row)
    for cells in merged:
        book.worksheets[0].merge_cells(cells)
    book.save(out)
    return out.getvalue()


TICKED = [
    ["ทะเบียนรับเรื่องร้องเรียนการทุจริต ประจำปีงบประมาณ พ.ศ. ๒๕๖๙"],
    ["ลำดับ", "วัน เดือน ปี", "ช่องทางการร้องเรียน", None, None, "เรื่อง", "ผลการดำเนินการ", None, "หมายเหตุ"],
    [None, None, "ด้วยตนเอง", "โทรศัพท์", "เว็บไซต์", None, "แล้วเสร็จ", "อยู่ระหว่างดำเนินการ", None],
    ["๑", "๕ พ.ย. ๒๕๖๘", "✓", None, "-", "จัดซื้อ", "✓", None, None],
    ["๒", "๑๒ ธ.ค. ๒๕๖๘", None, "/", None, "ถนน", None, "/", None],
]
MERGED = ("A1:I1", "A2:A3", "B2:B3", "C2:E2", "F2:F3", "G2:H2", "I2:I3")


def test_a_sign_in_a_column_of_several_says_its_word() -> None:
    found = read("own.xlsx", make_book({"ทะเบียน": TICKED}, MERGED))
    assert found.bad_rows == []
    assert [(case.source, case.status) for case in found.cases] == [
        (CaseSource.WALK_IN, CaseStatus.CLOSED),
        (CaseSource.CALL, CaseStatus.INVESTIGATING),
    ]


def test_signs_in_two_columns_of_several_are_asked_about() -> None:
    rows = [*TICKED[:-1], ["๒", "๑๒ ธ.ค. ๒๕๖๘", "/", "/", None, "ถนน", None, "/", None]]
    found = read("own.xlsx", make_book({"ทะเบียน": rows}, MERGED))
    assert [one.row.found for one in found.doubts if one.row.kind is DoubtKind.WORD] == ["ด้วยตนเอง / โทรศัพท์"]


@pytest.mark.parametrize(
    "words",
    [
        "ดำเนินการแล้ว 50%",
        "แล้วเสร็จ (บางส่วน)",
        "แล้วเสร็จ?",
        "ไม่มีมูล (อยู่ระหว่างอุทธรณ์)",
        "รับเรื่อง (ปิดเรื่องแล้ว)",
    ],
)
def test_what_stands_beside_a_word_is_not_passed_over_in_silence(words: str) -> None:
    found = read_lines("ที่,วันที่รับเรื่อง,ช่องทาง,สถานะ", f"1,5/11/2568,โทรศัพท์,{words}")
    assert found.words or [one for one in found.doubts if one.row.kind is DoubtKind.WORD]


def test_a_share_of_the_salary_says_nothing_more() -> None:
    found = read_lines("ที่,วันที่รับเรื่อง,ช่องทาง,สถานะ,วันที่แล้วเสร็จ", "1,5/11/2568,โทรศัพท์,ตัดเงินเดือน 5%,6/11/2568")
    assert not [one for one in found.doubts if one.row.kind is DoubtKind.WORD]
    assert found.cases[0].outcome is CaseOutcome.SUBSTANTIATED


def test_the_sheet_of_the_whole_year_counts_no_case_twice() -> None:
    head = ["ที่", "วันที่รับเรื่อง", "เรื่อง", "สถานะ"]
    first, second = [1, "5 ต.ค. 68", "ก", "รับเรื่อง"], [1, "5 พ.ย. 68", "ข", "รับเรื่อง"]
    year = [head, first, [2, *second[1:]]]
    found = read("own.xlsx", make_book({"ต.ค.": [head, first], "พ.ย.": [head, second], "สรุป": year}))
    assert len(found.cases) == 2
    assert [one.line for one in found.doubts if one.row.kind is DoubtKind.COPY] == [2, 3]


@pytest.mark.parametrize(
    ("days", "is_told"),
    [
        (("10/05/2025", "11/05/2025", "12/02/2025"), True),
        (("10/05/2025", "11/06/2025", "12/07/2025"), False),
        (("10/05/2025", "13/02/2025", "12/02/2025"), False),
    ],
)
def test_days_that_stand_in_order_only_month_first_are_told(days: tuple[str, ...], *, is_told: bool) -> None:
    found = read_lines("ที่,วันที่รับ,สถานะ", *(f"{at},{day},รับเรื่อง" for at, day in enumerate(days, 1)))
    assert any(one.row.kind is DoubtKind.MONTH_FIRST for one in found.doubts) is is_told


def test_the_day_in_the_words_of_the_state_is_that_of_the_end() -> None:
    found = read_lines(
        "ที่,วันที่รับเรื่อง,ช่องทาง,ผลการดำเนินการ",
        "1,5/11/2568,โทร,แล้วเสร็จ 10/11/2568",
        "2,6/11/2568,โทร,ยุติเรื่องเมื่อวันที่ 20 พ.ย. 2568",
        "3,7/11/2568,โทร,แล้วเสร็จ 5/11/2568",
    )
    assert [case.closed_on for case in found.cases] == [date(2025, 11, 10), date(2025, 11, 20)]
    assert [row.line for row in found.bad_rows] == [4]
    assert sum(one.row.kind is DoubtKind.DAY_WITHIN for one in found.doubts) == 3


def test_letters_of_the_office_before_a_number_with_its_year_are_no_fault() -> None:
    found = read_lines("เลขรับ,วันที่รับ,สถานะ", "รร.001/2569,5/11/2568,รับเรื่อง", "ศธ 0456/1234,6/11/2568,รับเรื่อง")
    assert [(case.number, case.fiscal_year) for case in found.cases] == [(1, 2569)]
    assert [row.line for row in found.bad_rows] == [3]


def test_headings_in_english_are_known() -> None:
    found = read_lines("No.,Date,Channel,Status,Date closed", "1,05/11/2025,Phone,Completed,10/11/2025")
    assert [(case.source, case.status, case.closed_on) for case in found.cases] == [
        (CaseSource.CALL, CaseStatus.CLOSED, date(2025, 11, 10))
    ]
