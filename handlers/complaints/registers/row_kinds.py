"""What a row of a register is: a case, or one of the things that stand between and below them."""

import re
from collections.abc import Sequence
from datetime import date
from enum import StrEnum

from handlers.complaints.registers.columns import RegisterColumn, RegisterHeader, read_heading
from handlers.table_files import CellKind, TableRow
from handlers.thai.dates import DatePrecision, parse_date
from handlers.thai.matching import normalize_for_matching


class RegisterRowKind(StrEnum):
    """Kinds of rows. All but CASE are left out, and named."""

    CASE = "case"
    EMPTY = "empty"  # a line that was numbered ahead, dots, dashes
    HEADER = "header"  # the header again, or its columns numbered
    MONTH = "month"  # a month or a year that heads what follows
    TITLE = "title"
    TOTAL = "total"
    SIGNATURE = "signature"
    NOTE = "note"
    NOTHING = "nothing"  # says that no complaint came
    CONTINUED = "continued"  # another line of the case above, whose number is one merged cell
    COPY = "copy"  # stands on another sheet, cell for cell


_TOTAL = re.compile(r"^(?:รวม|ยอดรวม|ผลรวม|สรุป|ทั้งหมด|ทั้งสิ้น|จำนวน|total|sum\b|grand total)")
_SIGNATURE = re.compile(
    r"ลงชื่อ|ลายมือชื่อ|^\(.*\)$|^ผู้(?:จัดทำ|รายงาน|ตรวจสอบ|บันทึก|รับรอง|อนุมัติ|สรุป)|^ตำแหน่ง|^(?:นาย|นาง|นางสาว|ว่าที่)\s?[ก-๎]"
)
_NOTE = re.compile(r"^(?:หมายเหตุ|ข้อมูล\s?ณ|ที่มา\s?:|\*|ณ วันที่|อ้างอิง|พิมพ์เมื่อ|พิมพ์วันที่|หน้า|page)")
_NOTHING = re.compile(r"^[-\s]*ไม่มี(?:เรื่อง|การ|ผู้|ข้อ)?ร้องเรียน|^[-\s]*ไม่มีเรื่อง|^[-\s]*ไม่มี[-\s]*$")
_SPAN = re.compile(r"^(?:ประจำ)?(?:เดือน|ปีงบประมาณ|ปี|พศ|พ\.ศ|ไตรมาส|รอบ|ครึ่งปี|งวด)")
_TITLE = re.compile(r"^(?:ทะเบียน|บัญชี|รายงาน|แบบ|สถิติ|ตาราง|หน่วยงาน|สำนัก|เทศบาล|องค์การ|กรม|กอง|ส่วนที่)")
_DOTS = re.compile(r"^[\s.…_\-–—*/()]+$")
_WHOLE_NUMBER = re.compile(r"^\(?\d{1,6}\)?$")
_REGISTER_NUMBER = re.compile(r"\d+\s*/\s*\d{2,4}")
MAX_MONTH_LENGTH = 40
"""Characters of a row that is nothing but a month."""

MOST_TEXTS = 3
"""Different texts in a row that is no case; a total may have more, of which all but the first are counts."""

_TEXT_KINDS = (
    (RegisterRowKind.SIGNATURE, _SIGNATURE),
    (RegisterRowKind.NOTE, _NOTE),
    (RegisterRowKind.NOTHING, _NOTHING),
    (RegisterRowKind.MONTH, _SPAN),
    (RegisterRowKind.TITLE, _TITLE),
)


def classify_row(row: TableRow, header: RegisterHeader, today: date) -> RegisterRowKind:
    """Tell what a row without a day of receipt is. CASE where it may be one: it is then read, or named as wrong."""
    filled = row.list_filled()
    texts = [normalize_for_matching(row.texts[at]) or row.texts[at] for at in filled]
    counted = [at for at in row.kinds if row.kinds[at] is CellKind.FORMULA]
    if not filled and not counted:
        return RegisterRowKind.EMPTY
    if all(_DOTS.match(text) for text in texts) and not counted:
        return RegisterRowKind.EMPTY
    if _repeats_header(row, filled) or _is_numbered_header(texts, row, header):
        return RegisterRowKind.HEADER
    if texts and _TOTAL.match(texts[0]) and all(_is_count(text) for text in texts[1:]):
        return RegisterRowKind.TOTAL
    if _is_line_numbered_ahead(row, filled, texts, header):
        return RegisterRowKind.EMPTY
    if counted and not texts:
        return (
            RegisterRowKind.TOTAL
            if len(counted) > 1 or not _is_sequence(counted[0], header)
            else RegisterRowKind.EMPTY
        )
    return _classify_texts(list(dict.fromkeys(texts)), today)


def _classify_texts(texts: Sequence[str], today: date) -> RegisterRowKind:
    is_short = len(texts) == 1 and len(texts[0]) <= MAX_MONTH_LENGTH and not texts[0][:1].isdigit()
    span = parse_date(texts[0], today) if is_short else None
    if span is not None and span.precision is DatePrecision.MONTH:
        return RegisterRowKind.MONTH
    if len(texts) <= MOST_TEXTS and not any(_REGISTER_NUMBER.search(text) for text in texts[:1]):
        for kind, pattern in _TEXT_KINDS:
            limit = MOST_TEXTS if kind in {RegisterRowKind.SIGNATURE, RegisterRowKind.NOTE} else 2
            if len(texts) <= limit and pattern.search(texts[0]):
                return kind
    return RegisterRowKind.CASE


def _is_count(text: str) -> bool:
    return bool(re.match(r"^[\d,.\s]+(?:เรื่อง|ราย|%)?$", text) or _DOTS.match(text) or text == "เรื่อง")


def _is_sequence(place: int, header: RegisterHeader) -> bool:
    columns = (RegisterColumn.SEQUENCE, RegisterColumn.NUMBER)
    return any(header.places.get(column) == place for column in columns)


def _is_line_numbered_ahead(
    row: TableRow, filled: Sequence[int], texts: Sequence[str], header: RegisterHeader
) -> bool:
    """Whether only the number of the line stands there, and marks that say nothing."""
    own = [at for at, text in zip(filled, texts, strict=True) if not _DOTS.match(text)]
    return len(own) == 1 and _is_sequence(own[0], header) and bool(_WHOLE_NUMBER.match(row.texts[own[0]]))


def _repeats_header(row: TableRow, filled: Sequence[int]) -> bool:
    known = [read_heading(row.texts[at]) for at in filled]
    return len(filled) >= 2 and sum(column is not None for column in known) * 2 > len(filled)


def _is_numbered_header(texts: Sequence[str], row: TableRow, header: RegisterHeader) -> bool:
    """Whether the columns are numbered, (1) (2) (3), in the first rows below the header."""
    numbers = [re.sub(r"[^\d]", "", text) for text in texts]
    if row.line > header.last_line + 2 or len(texts) < 3 or not all(map(_WHOLE_NUMBER.match, texts)):
        return False
    return [int(number) for number in numbers] == list(range(int(numbers[0]), int(numbers[0]) + len(numbers)))
