"""Words that offices use in their registers, in Thai and English, and the values they stand for."""

from collections.abc import Mapping
from typing import assert_never

from handlers.complaints.lifecycle import CaseOutcome, CaseSource, CaseStatus

COLUMN_WORDS: Mapping[str, str] = {
    "number": "number", "เลขที่": "number", "เลขรับ": "number", "เลขที่รับ": "number", "ที่": "number",
    "ทะเบียนเลขที่": "number", "เลขที่เรื่อง": "number", "ลำดับที่": "number", "ลำดับ": "number", "no": "number",
    "เลขทะเบียน": "number", "เลขรับที่": "number", "เลขทะเบียนรับ": "number", "เลขที่ทะเบียน": "number",
    "เลขรับเรื่อง": "number", "เลขที่รับเรื่อง": "number", "เลขเรื่อง": "number", "ทะเบียนรับ": "number",
    "ทะเบียนรับเลขที่": "number", "เลขที่ร้องเรียน": "number", "เลขที่เรื่องร้องเรียน": "number",
    "รับเรื่องเลขที่": "number", "การรับเรื่องเลขที่": "number",
    "received_on": "received_on", "วันที่รับ": "received_on", "วันรับ": "received_on",
    "วันที่รับเรื่อง": "received_on", "วันที่ร้องเรียน": "received_on", "วันที่": "received_on",
    "วันรับเรื่อง": "received_on", "วันที่รับเรื่องร้องเรียน": "received_on", "วันที่รับแจ้ง": "received_on",
    "วันที่ได้รับเรื่อง": "received_on", "วันที่ลงรับ": "received_on", "วันที่แจ้ง": "received_on",
    "วันที่รับหนังสือ": "received_on", "วันลงรับ": "received_on", "รับเรื่องวันที่": "received_on",
    "การรับเรื่องวันที่": "received_on", "รับวันที่": "received_on", "วันที่รับเข้า": "received_on",
    "วันที่รับคำร้อง": "received_on", "วันที่ยื่นเรื่อง": "received_on",
    "source": "source", "ช่องทาง": "source", "ทาง": "source", "รับทาง": "source", "ช่องทางที่แจ้ง": "source",
    "ช่องทางการร้องเรียน": "source", "ที่มา": "source",
    "ช่องทางร้องเรียน": "source", "ช่องทางที่รับ": "source", "ช่องทางการรับเรื่อง": "source",
    "ช่องทางรับเรื่อง": "source", "วิธีการร้องเรียน": "source", "ที่มาของเรื่อง": "source",
    "ช่องทางการแจ้ง": "source", "แหล่งที่มา": "source", "รับเรื่องช่องทาง": "source", "ร้องเรียนผ่าน": "source",
    "ช่องทางการแจ้งเรื่อง": "source", "ช่องทางที่ร้องเรียน": "source", "การรับเรื่องช่องทาง": "source",
    "category": "category", "ประเภท": "category", "ประเภทเรื่อง": "category",
    "ประเภทเรื่องร้องเรียน": "category", "หมวด": "category", "ประเภทการร้องเรียน": "category",
    "ประเภทข้อร้องเรียน": "category", "หมวดหมู่": "category", "ลักษณะเรื่อง": "category", "หมวดเรื่อง": "category",
    "เรื่องประเภท": "category",
    "status": "status", "สถานะ": "status", "การดำเนินการ": "result", "สถานะการดำเนินการ": "status",
    "สถานะเรื่อง": "status", "สถานะการดำเนินงาน": "status", "สถานะปัจจุบัน": "status", "ความคืบหน้า": "status",
    "สถานะของเรื่อง": "status", "ผลการดำเนินการสถานะ": "status", "การดำเนินการสถานะ": "status",
    "outcome": "outcome", "ผล": "result", "ผลการพิจารณา": "outcome", "ผลการดำเนินการ": "result",
    "ผลการดำเนินงาน": "result", "ผลดำเนินการ": "result", "ผลการตรวจสอบ": "outcome", "ผลพิจารณา": "outcome",
    "ผลการสอบสวน": "outcome", "ผลการตรวจสอบข้อเท็จจริง": "outcome", "ผลการวินิจฉัย": "outcome",
    "ผลการสืบสวน": "outcome", "ผลสรุป": "outcome", "สรุปผล": "outcome", "การดำเนินการผล": "outcome",
    "สรุปผลการดำเนินการ": "result", "ผลการดำเนินการผล": "outcome", "ผลการดำเนินการผลการพิจารณา": "outcome",
    "closed_on": "closed_on", "วันที่ยุติ": "closed_on", "วันเสร็จ": "closed_on", "วันยุติ": "closed_on",
    "เสร็จวันที่": "closed_on", "วันเสร็จสิ้น": "closed_on", "วันที่ปิด": "closed_on", "วันปิดเรื่อง": "closed_on",
    "วันที่ยุติเรื่อง": "closed_on",
    "วันที่แล้วเสร็จ": "closed_on", "วันที่ปิดเรื่อง": "closed_on", "วันที่สิ้นสุด": "closed_on",
    "วันแล้วเสร็จ": "closed_on", "วันที่เสร็จ": "closed_on", "วันที่เสร็จสิ้น": "closed_on",
    "วันที่ดำเนินการแล้วเสร็จ": "closed_on", "วันยุติเรื่อง": "closed_on", "แล้วเสร็จวันที่": "closed_on",
    "แล้วเสร็จเมื่อ": "closed_on", "วันที่ได้ข้อยุติ": "closed_on", "ยุติเรื่องวันที่": "closed_on",
    "วันที่ดำเนินการเสร็จ": "closed_on", "วันที่ดำเนินการเสร็จสิ้น": "closed_on", "วันที่สิ้นสุดเรื่อง": "closed_on",
    "ผลการดำเนินการวันที่แล้วเสร็จ": "closed_on", "การดำเนินการวันที่แล้วเสร็จ": "closed_on",
    "เรื่อง": "subject", "เรื่องร้องเรียน": "subject", "รายละเอียด": "subject", "ชื่อเรื่อง": "subject",
    "ข้อร้องเรียน": "subject", "เรื่องที่ร้องเรียน": "subject", "ประเด็น": "subject", "ประเด็นร้องเรียน": "subject",
    "รายละเอียดเรื่องร้องเรียน": "subject", "เรื่องโดยย่อ": "subject", "เนื้อหา": "subject", "สาระสำคัญ": "subject",
    "date": "received_on", "datereceived": "received_on", "receiveddate": "received_on", "channel": "source",
    "type": "category", "closeddate": "closed_on", "closedon": "closed_on", "dateclosed": "closed_on",
    "subject": "subject", "result": "result", "remark": "unread", "remarks": "unread",
    "หมายเหตุ": "unread", "ผู้ร้อง": "unread", "ผู้ร้องเรียน": "unread", "ผู้ถูกร้อง": "unread",
    "ผู้ถูกร้องเรียน": "unread", "ผู้รับผิดชอบ": "unread", "หน่วยงาน": "unread", "ลงวันที่": "unread",
    "หน่วยงานที่รับผิดชอบ": "unread", "เจ้าหน้าที่": "unread", "ผู้รับเรื่อง": "unread", "ระยะเวลา": "unread",
}  # fmt: skip
"""Column headings and the columns they name. Compared without spaces, case, signs and what stands in brackets."""

NUMBER_WORDS_OF_THE_LINE = ("ที่", "ลำดับที่", "ลำดับ", "no")
"""Headings of a number that counts the lines of a list: beside another number it is none."""


def list_source_words(source: CaseSource) -> tuple[str, ...]:  # noqa: C901 - a row for each source
    """What registers call a source."""
    match source:
        case CaseSource.LETTER:
            return (
                "letter", "mail", "post", "หนังสือ", "จดหมาย", "ไปรษณีย์", "หนังสือร้องเรียน", "บัตรสนเท่ห์",
                "ทางไปรษณีย์", "ตู้รับเรื่องร้องเรียน", "ตู้ปณ.",
                "หนังสือราชการ", "จดหมายร้องเรียน", "ตู้ ปณ", "ตู้รับฟังความคิดเห็น", "ตู้รับความคิดเห็น", "กล่องรับเรื่องร้องเรียน",
                "โทรสาร", "แฟกซ์", "fax", "ทางหนังสือ", "ทางจดหมาย", "ตู้แดง", "ตู้ร้องเรียน", "ตู้รับเรื่อง", "ตู้ไปรษณีย์",
            )  # fmt: skip
        case CaseSource.WALK_IN:
            return (
                "walk_in", "walkin", "walk-in", "ด้วยตนเอง", "มาด้วยตนเอง", "ร้องเรียนด้วยตนเอง", "ยื่นด้วยตนเอง",
                "เดินทางมาด้วยตนเอง", "แจ้งด้วยตนเอง", "ร้องเรียนด้วยวาจา", "ด้วยวาจา", "ยื่นเรื่องด้วยตนเอง", "มาเอง",
                "ศูนย์บริการประชาชน (OSCC)", "ศูนย์บริการประชาชน", "walk in", "มายื่นด้วยตนเอง", "มาติดต่อด้วยตนเอง",
            )  # fmt: skip
        case CaseSource.CALL:
            return (
                "call", "phone", "telephone", "โทรศัพท์", "ทางโทรศัพท์", "สายด่วน", "โทร", "ร้องเรียนทางโทรศัพท์",
                "แจ้งทางโทรศัพท์", "โทรศัพท์แจ้ง",
            )  # fmt: skip
        case CaseSource.DELEGATED:
            return (
                "delegated", "ป.ป.ช.", "ป.ป.ท.", "ปปช", "ปปท", "หน่วยงานอื่น", "หน่วยงานอื่นส่งมา",
                "ป.ป.ช.มอบหมาย", "ป.ป.ช.ส่งเรื่อง", "ได้รับมอบหมาย", "ศูนย์ดำรงธรรม",
                "สำนักงาน ป.ป.ช.", "สำนักงาน ป.ป.ท.", "สำนักงาน ป.ป.ช.ประจำจังหวัด", "ศูนย์ดำรงธรรมจังหวัด", "ศูนย์ดำรงธรรมอำเภอ",
                "สปน.", "สตง.", "1111", "สายด่วนรัฐบาล 1111", "1567", "สายด่วน 1567", "ผู้ตรวจการแผ่นดิน", "จังหวัด", "อำเภอ",
                "สำนักนายกรัฐมนตรี", "ต้นสังกัด", "หน่วยงานอื่นส่งเรื่องมา", "ส่งต่อจากหน่วยงานอื่น",
            )  # fmt: skip
        case CaseSource.WEB:
            return (
                "web", "website", "เว็บ", "เว็บไซต์", "ทางเว็บไซต์", "หน้าเว็บ", "เว็บไซต์หน่วยงาน", "เวบไซต์", "เว็บไซด์",
                "facebook", "เฟซบุ๊ก", "เฟสบุ๊ค", "เพจ", "อีเมล", "e-mail", "email", "อีเมล์", "qr code", "google form",
                "ออนไลน์", "แบบฟอร์มออนไลน์", "traffy fondue", "จดหมายอิเล็กทรอนิกส์", "ทางอีเมล", "เพจ facebook",
            )  # fmt: skip
        case CaseSource.LINE:
            return (
                "line",
                "ไลน์",
                "line official",
                "line oa",
                "ทางไลน์",
                "line official account",
                "แอปพลิเคชันไลน์",
            )
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
            return (
                "received", "pending", "รับเรื่อง", "รับเรื่องแล้ว", "รับเรื่องไว้แล้ว", "รอดำเนินการ", "ยังไม่ดำเนินการ", "รับไว้",
                "รับเรื่องไว้", "ยังไม่ได้ดำเนินการ", "รอพิจารณา",
            )  # fmt: skip
        case CaseStatus.SCREENING:
            return (
                "screening", "ตรวจสอบ", "ตรวจสอบข้อเท็จจริง", "ตรวจสอบข้อเท็จจริงเบื้องต้น", "อยู่ระหว่างตรวจสอบ",
                "อยู่ระหว่างตรวจสอบข้อเท็จจริง",
                "อยู่ระหว่างการตรวจสอบ", "กำลังตรวจสอบ", "อยู่ระหว่างการตรวจสอบข้อเท็จจริง", "ตรวจสอบเบื้องต้น",
            )  # fmt: skip
        case CaseStatus.INVESTIGATING:
            return (
                "investigating", "in_progress", "inprogress", "in process", "อยู่ระหว่างดำเนินการ", "กำลังดำเนินการ",
                "ระหว่างดำเนินการ", "สืบสวน", "อยู่ระหว่างสืบสวน", "อยู่ระหว่างการดำเนินการ", "อยู่ระหว่างสอบสวน",
                "ตั้งกรรมการสอบสวน", "แต่งตั้งคณะกรรมการสืบสวนข้อเท็จจริง", "แต่งตั้งคณะกรรมการสอบสวน", "สอบสวนทางวินัย", "รอผล",
                "ตั้งคณะกรรมการสอบสวน", "ตั้งกรรมการสืบสวนข้อเท็จจริง", "ยังไม่ได้ข้อยุติ", "ยังไม่แล้วเสร็จ", "ยังไม่ยุติ", "ยังไม่เสร็จ",
                "อยู่ระหว่างดำเนินการทางวินัย", "อยู่ระหว่างพิจารณา", "อยู่ระหว่างการพิจารณา", "ดำเนินการอยู่", "สอบสวน",
                "อยู่ระหว่างการสอบสวน", "อยู่ระหว่างการสืบสวน", "รอผลการสอบสวน", "รอผลการตรวจสอบ", "อยู่ในระหว่างดำเนินการ",
                "สืบสวนข้อเท็จจริง", "อยู่ระหว่างสืบสวนข้อเท็จจริง",
            )  # fmt: skip
        case CaseStatus.CLOSED:
            return (
                "closed", "done", "completed", "แล้วเสร็จ", "เสร็จสิ้น", "เสร็จแล้ว", "ดำเนินการแล้วเสร็จ", "ดำเนินการเสร็จสิ้น",
                "ยุติ", "ยุติเรื่อง", "ยุติเรื่องแล้ว", "ปิดเรื่อง", "จำหน่ายเรื่อง", "จำหน่าย",
                "ดำเนินการแล้ว", "เสร็จสิ้นแล้ว", "เรียบร้อยแล้ว", "ดำเนินการเรียบร้อยแล้ว", "ได้ข้อยุติ", "ได้ข้อยุติแล้ว",
                "แล้วเสร็จสิ้น", "ดำเนินการเสร็จสิ้นแล้ว", "ปิดเรื่องแล้ว", "เสร็จ", "สิ้นสุด", "ดำเนินการเสร็จแล้ว", "ยุติการดำเนินการ",
                "เรียบร้อย", "ดำเนินการเรียบร้อย", "ยุติแล้ว",
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
            return (
                "substantiated", "มีมูล", "มีมูลความผิด", "พบมูล", "เป็นความจริง", "มีมูลความจริง", "ว่ากล่าวตักเตือน",
                "ลงโทษภาคทัณฑ์", "ภาคทัณฑ์", "ตัดเงินเดือน", "ลดเงินเดือน", "ปลดออก", "ไล่ออก", "ให้ออก", "ลงโทษทางวินัย",
                "ลงโทษตัดเงินเดือน", "ลงโทษไล่ออก", "ลงโทษปลดออก", "มีความผิด", "ผิดวินัย", "พบการกระทำผิด",
            )  # fmt: skip
        case CaseOutcome.UNSUBSTANTIATED:
            return (
                "unsubstantiated", "unfounded", "ไม่มีมูล", "ไม่พบมูล", "ไม่มีมูลความผิด", "ไม่มีมูลความจริง", "ไม่เป็นความจริง",
                "ไม่พบการกระทำผิด", "ไม่พบการทุจริต", "เป็นเรื่องเข้าใจผิด", "ไม่มีความผิด", "ไม่พบความผิด", "ไม่ผิด", "เข้าใจผิด",
                "ไม่พบการกระทำความผิด", "ยุติเรื่องเนื่องจากไม่มีมูล", "ยุติเรื่องไม่มีมูล",
            )  # fmt: skip
        case CaseOutcome.INSUFFICIENT:
            return (
                "insufficient", "ข้อมูลไม่เพียงพอ", "หลักฐานไม่เพียงพอ", "พยานหลักฐานไม่เพียงพอ",
                "ไม่มีหลักฐานเพียงพอ",
            )  # fmt: skip
        case CaseOutcome.FORWARDED:
            return (
                "forwarded", "ส่งต่อ", "ส่งต่อหน่วยงานอื่น", "ส่งหน่วยงานอื่น", "ส่งต่อหน่วยงานที่มีอำนาจ",
                "ส่งเรื่องให้หน่วยงานอื่น", "ส่งต่อหน่วยงานที่เกี่ยวข้อง", "ส่งป.ป.ช.", "ส่งป.ป.ท.",
                "ส่งเรื่องให้ ป.ป.ช. ดำเนินการ", "ส่งเรื่องให้ ป.ป.ช.", "ส่งต้นสังกัด", "ส่งเรื่องให้หน่วยงานที่เกี่ยวข้อง", "ส่งเรื่องต่อ",
                "ส่งหน่วยงานที่เกี่ยวข้อง", "ส่งต่อ ป.ป.ช.", "ส่งต่อ ป.ป.ท.", "ส่งเรื่องให้ต้นสังกัด", "ส่งต่อต้นสังกัด", "ส่งให้ ป.ป.ช.",
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
