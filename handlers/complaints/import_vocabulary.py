"""The words that offices use in their registers, Thai and English, and what they mean here."""

from collections.abc import Mapping
from typing import assert_never

from handlers.complaints.lifecycle import CaseOutcome, CaseStatus

COLUMN_WORDS: Mapping[str, str] = {
    "number": "number", "เลขที่": "number", "เลขรับ": "number", "เลขที่รับ": "number", "ที่": "number",
    "ทะเบียนเลขที่": "number", "เลขที่เรื่อง": "number", "ลำดับที่": "number",
    "received_on": "received_on", "วันที่รับ": "received_on", "วันรับ": "received_on",
    "วันที่รับเรื่อง": "received_on", "วันที่ร้องเรียน": "received_on", "วันที่": "received_on",
    "source": "source", "ช่องทาง": "source", "ช่องทางการร้องเรียน": "source", "ที่มา": "source",
    "category": "category", "ประเภท": "category", "ประเภทเรื่อง": "category",
    "ประเภทเรื่องร้องเรียน": "category", "หมวด": "category",
    "status": "status", "สถานะ": "status", "การดำเนินการ": "status", "สถานะการดำเนินการ": "status",
    "outcome": "outcome", "ผล": "outcome", "ผลการพิจารณา": "outcome", "ผลการดำเนินการ": "outcome",
    "closed_on": "closed_on", "วันที่ยุติ": "closed_on", "วันที่ยุติเรื่อง": "closed_on",
    "วันที่แล้วเสร็จ": "closed_on", "วันที่ปิดเรื่อง": "closed_on", "วันที่สิ้นสุด": "closed_on",
}  # fmt: skip
"""Names of columns, spaces and case aside."""

SOURCE_WORDS: Mapping[str, str] = {
    "letter": "letter", "mail": "letter", "post": "letter", "หนังสือ": "letter", "จดหมาย": "letter",
    "ไปรษณีย์": "letter", "หนังสือร้องเรียน": "letter", "บัตรสนเท่ห์": "letter", "ทางไปรษณีย์": "letter",
    "ตู้รับเรื่องร้องเรียน": "letter", "ตู้ปณ.": "letter",
    "walk_in": "walk_in", "walkin": "walk_in", "walk-in": "walk_in", "ด้วยตนเอง": "walk_in",
    "มาด้วยตนเอง": "walk_in", "ร้องเรียนด้วยตนเอง": "walk_in", "ยื่นด้วยตนเอง": "walk_in",
    "call": "call", "phone": "call", "telephone": "call", "โทรศัพท์": "call", "ทางโทรศัพท์": "call",
    "สายด่วน": "call",
    "delegated": "delegated", "ป.ป.ช.": "delegated", "ป.ป.ท.": "delegated", "ปปช": "delegated",
    "ปปท": "delegated", "หน่วยงานอื่น": "delegated", "หน่วยงานอื่นส่งมา": "delegated",
    "ป.ป.ช.มอบหมาย": "delegated", "ป.ป.ช.ส่งเรื่อง": "delegated", "ได้รับมอบหมาย": "delegated",
    "ศูนย์ดำรงธรรม": "delegated",
    "web": "web", "website": "web", "เว็บ": "web", "เว็บไซต์": "web", "ทางเว็บไซต์": "web", "หน้าเว็บ": "web",
    "line": "line", "ไลน์": "line", "telegram": "telegram", "เทเลแกรม": "telegram",
    "terminal": "terminal",
}  # fmt: skip


def list_status_words(status: CaseStatus) -> tuple[str, ...]:
    """What registers call a state."""
    match status:
        case CaseStatus.RECEIVED:
            return ("received", "รับเรื่อง", "รับเรื่องแล้ว", "รับเรื่องไว้แล้ว", "รอดำเนินการ")
        case CaseStatus.SCREENING:
            return (
                "screening", "ตรวจสอบ", "ตรวจสอบข้อเท็จจริง", "ตรวจสอบข้อเท็จจริงเบื้องต้น", "อยู่ระหว่างตรวจสอบ",
                "อยู่ระหว่างตรวจสอบข้อเท็จจริง",
            )  # fmt: skip
        case CaseStatus.INVESTIGATING:
            return (
                "investigating", "in_progress", "inprogress", "อยู่ระหว่างดำเนินการ", "กำลังดำเนินการ",
                "ระหว่างดำเนินการ", "สืบสวน", "อยู่ระหว่างสืบสวน", "อยู่ระหว่างการดำเนินการ", "อยู่ระหว่างสอบสวน",
            )  # fmt: skip
        case CaseStatus.CLOSED:
            return (
                "closed", "done", "แล้วเสร็จ", "เสร็จสิ้น", "เสร็จแล้ว", "ดำเนินการแล้วเสร็จ", "ดำเนินการเสร็จสิ้น",
                "ยุติ", "ยุติเรื่อง", "ยุติเรื่องแล้ว", "ปิดเรื่อง", "จำหน่ายเรื่อง", "จำหน่าย",
            )  # fmt: skip
        case CaseStatus.NOT_ACCEPTED:
            return (
                "not_accepted", "notaccepted", "ไม่รับเรื่อง", "ไม่รับ", "ไม่รับไว้พิจารณา", "ไม่รับพิจารณา",
                "ไม่รับเรื่องไว้พิจารณา",
            )  # fmt: skip
        case _:
            assert_never(status)


def list_outcome_words(outcome: CaseOutcome) -> tuple[str, ...]:
    """What registers call an outcome."""
    match outcome:
        case CaseOutcome.SUBSTANTIATED:
            return ("substantiated", "มีมูล", "มีมูลความผิด", "พบมูล")
        case CaseOutcome.UNSUBSTANTIATED:
            return ("unsubstantiated", "unfounded", "ไม่มีมูล", "ไม่พบมูล", "ไม่มีมูลความผิด")
        case CaseOutcome.INSUFFICIENT:
            return (
                "insufficient", "ข้อมูลไม่เพียงพอ", "หลักฐานไม่เพียงพอ", "พยานหลักฐานไม่เพียงพอ",
                "ไม่มีหลักฐานเพียงพอ",
            )  # fmt: skip
        case CaseOutcome.FORWARDED:
            return (
                "forwarded", "ส่งต่อ", "ส่งต่อหน่วยงานอื่น", "ส่งหน่วยงานอื่น", "ส่งต่อหน่วยงานที่มีอำนาจ",
                "ส่งเรื่องให้หน่วยงานอื่น", "ส่งต่อหน่วยงานที่เกี่ยวข้อง", "ส่งป.ป.ช.", "ส่งป.ป.ท.",
            )  # fmt: skip
        case CaseOutcome.WITHDRAWN:
            return ("withdrawn", "ถอนเรื่อง", "ผู้ร้องถอนเรื่อง", "ผู้แจ้งถอนเรื่อง", "ถอนคำร้อง")
        case _:
            assert_never(outcome)


STATUS_WORDS: Mapping[str, CaseStatus] = {
    word: status for status in CaseStatus for word in list_status_words(status)
}
OUTCOME_WORDS: Mapping[str, CaseOutcome] = {
    word: outcome for outcome in CaseOutcome for word in list_outcome_words(outcome)
}
NO_OUTCOME_WORDS = frozenset(
    {"", "-", "–", "—", "ยุติเรื่อง", "ยุติ", "จำหน่ายเรื่อง", "แล้วเสร็จ", "ไม่รับเรื่อง", "ไม่ระบุ"}
)
"""What stands in the column of outcomes and says no outcome."""
