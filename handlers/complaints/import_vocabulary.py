"""Words that offices use in their registers, in Thai and English, and the values they stand for."""

from collections.abc import Mapping
from typing import assert_never

from handlers.complaints.lifecycle import CaseOutcome, CaseSource, CaseStatus

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
"""Column headings and the columns they name. Compared without spaces and case."""


def list_source_words(source: CaseSource) -> tuple[str, ...]:  # noqa: C901 - a row for each source
    """What registers call a source."""
    match source:
        case CaseSource.LETTER:
            return (
                "letter", "mail", "post", "หนังสือ", "จดหมาย", "ไปรษณีย์", "หนังสือร้องเรียน", "บัตรสนเท่ห์",
                "ทางไปรษณีย์", "ตู้รับเรื่องร้องเรียน", "ตู้ปณ.",
            )  # fmt: skip
        case CaseSource.WALK_IN:
            return (
                "walk_in", "walkin", "walk-in", "ด้วยตนเอง", "มาด้วยตนเอง", "ร้องเรียนด้วยตนเอง", "ยื่นด้วยตนเอง",
            )  # fmt: skip
        case CaseSource.CALL:
            return ("call", "phone", "telephone", "โทรศัพท์", "ทางโทรศัพท์", "สายด่วน")
        case CaseSource.DELEGATED:
            return (
                "delegated", "ป.ป.ช.", "ป.ป.ท.", "ปปช", "ปปท", "หน่วยงานอื่น", "หน่วยงานอื่นส่งมา",
                "ป.ป.ช.มอบหมาย", "ป.ป.ช.ส่งเรื่อง", "ได้รับมอบหมาย", "ศูนย์ดำรงธรรม",
            )  # fmt: skip
        case CaseSource.WEB:
            return ("web", "website", "เว็บ", "เว็บไซต์", "ทางเว็บไซต์", "หน้าเว็บ")
        case CaseSource.LINE:
            return ("line", "ไลน์")
        case CaseSource.TELEGRAM:
            return ("telegram", "เทเลแกรม")
        case CaseSource.TERMINAL:
            return ("terminal",)
        case _:
            assert_never(source)


def list_status_words(status: CaseStatus) -> tuple[str, ...]:
    """List the words that registers use for a status."""
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
    """List the words that registers use for an outcome."""
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


SOURCE_WORDS: Mapping[str, CaseSource] = {
    word: source for source in CaseSource for word in list_source_words(source)
}
STATUS_WORDS: Mapping[str, CaseStatus] = {
    word: status for status in CaseStatus for word in list_status_words(status)
}
OUTCOME_WORDS: Mapping[str, CaseOutcome] = {
    word: outcome for outcome in CaseOutcome for word in list_outcome_words(outcome)
}
NO_OUTCOME_WORDS = frozenset(
    {"", "-", "–", "—", "ยุติเรื่อง", "ยุติ", "จำหน่ายเรื่อง", "แล้วเสร็จ", "ไม่รับเรื่อง", "ไม่ระบุ"}
)
"""Entries in the outcome column that state no outcome."""
