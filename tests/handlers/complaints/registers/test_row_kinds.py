"""What stands between and below the cases of a register, and where its header is."""

from datetime import date

import pytest

from handlers.complaints.registers.columns import RegisterColumn, find_header, read_heading
from handlers.complaints.registers.row_kinds import RegisterRowKind, classify_row
from handlers.table_files import CellKind, TableRow

TODAY = date(2026, 11, 22)
HEADINGS = ("ที่", "เลขรับ", "วันที่รับ", "ช่องทาง", "สถานะ")
HEADER = find_header([TableRow(1, HEADINGS)])


@pytest.mark.parametrize(
    ("texts", "kind"),
    [
        (("รวมทั้งสิ้น 2 เรื่อง",), RegisterRowKind.TOTAL),
        (("", "รวม", "12", "", "-"), RegisterRowKind.TOTAL),
        (("", "", "", "", "ลงชื่อ........"), RegisterRowKind.SIGNATURE),
        (("", "", "", "", "(นายทดสอบ ระบบ)"), RegisterRowKind.SIGNATURE),
        (("หมายเหตุ : ข้อมูล ณ วันที่ 30 กันยายน 2567",), RegisterRowKind.NOTE),
        (("ตุลาคม 2566",), RegisterRowKind.MONTH),
        (("เดือนตุลาคม พ.ศ. 2566",), RegisterRowKind.MONTH),
        (("ต.ค. 66",), RegisterRowKind.MONTH),
        (("ปีงบประมาณ 2567",), RegisterRowKind.MONTH),
        (("- ไม่มีเรื่องร้องเรียน -",), RegisterRowKind.NOTHING),
        (("7",), RegisterRowKind.EMPTY),
        (("7", "", "-", "....", ""), RegisterRowKind.EMPTY),
        (("....", "-"), RegisterRowKind.EMPTY),
        (HEADINGS, RegisterRowKind.HEADER),
        (("(1)", "(2)", "(3)", "(4)", "(5)"), RegisterRowKind.HEADER),
        (("7", "7/2567", "", "หนังสือ", "ยุติเรื่อง"), RegisterRowKind.CASE),
        (("7", "", "", "หนังสือ", ""), RegisterRowKind.CASE),
        (("", "7/2567"), RegisterRowKind.CASE),
        (("รวมเรื่องของ นาย ก", "1/2567", "", "หนังสือ", "ยุติ"), RegisterRowKind.CASE),
    ],
)
def test_a_row_without_a_day(texts: tuple[str, ...], kind: RegisterRowKind) -> None:
    assert HEADER is not None
    assert classify_row(TableRow(3, texts), HEADER, TODAY) is kind


def test_a_row_of_formulas_is_a_total() -> None:
    assert HEADER is not None
    row = TableRow(9, ("", "", "", ""), {1: CellKind.FORMULA, 3: CellKind.FORMULA})
    assert classify_row(row, HEADER, TODAY) is RegisterRowKind.TOTAL


@pytest.mark.parametrize(
    ("heading", "column"),
    [
        ("วัน/เดือน/ปี ที่รับเรื่อง", RegisterColumn.RECEIVED_ON),
        ("ว.ด.ป. ที่รับ", RegisterColumn.RECEIVED_ON),
        ("วันที่รับเรื่อง (ว/ด/ป)", RegisterColumn.RECEIVED_ON),
        ("ทะเบียนรับ\nเลขที่", RegisterColumn.NUMBER),
        ("ผลการดำเนินการ*", RegisterColumn.RESULT),
        ("ผู้ร้อง", RegisterColumn.UNREAD),
        ("อะไรก็ไม่รู้", None),
    ],
)
def test_a_heading_is_known_however_it_is_written(heading: str, column: RegisterColumn | None) -> None:
    assert read_heading(heading) is column


def test_a_header_of_two_rows_is_read_together() -> None:
    upper = TableRow(
        2, ("ที่", "การรับเรื่อง", "การรับเรื่อง", "เรื่อง", "ผลการดำเนินการ", "ผลการดำเนินการ"), {2: CellKind.ACROSS}
    )
    lower = TableRow(3, ("", "เลขที่", "วันที่", "", "สถานะ", "วันที่แล้วเสร็จ"))
    header = find_header([TableRow(1, ("ทะเบียนรับเรื่อง",)), upper, lower])
    assert header is not None
    assert (header.first_line, header.last_line) == (2, 3)
    assert header.places == {
        RegisterColumn.SEQUENCE: 0,
        RegisterColumn.NUMBER: 1,
        RegisterColumn.RECEIVED_ON: 2,
        RegisterColumn.SUBJECT: 3,
        RegisterColumn.STATUS: 4,
        RegisterColumn.CLOSED_ON: 5,
    }
