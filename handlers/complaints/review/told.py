"""What a story tells of the questions that nobody asked yet: whoever told it is not said to have left it out.

Only that something is told is decided here, never what: the story says it in the person's own words.
"""

import re
from collections.abc import Mapping

_NAME_START = r"[ก-ฮเแโใไ]"
_NO_NAME_AFTER = (
    r"ผม|หนู|ดิฉัน|ฉัน|เรา|ตัวเอง|โรงเรียน|บริษัท|ร้าน|หน่วยงาน|โครงการ|เสียง|ไม่|ใคร|อะไร|เขา|ผู้แจ้ง|เสีย|นามสกุล"
    r"|และ|ไว้|ใน|ลง"
)
_SEEING = r"(?:รู้)?เห็น(?!ว่า|ด้วยกับ|ใจ|แก่|ชอบ|ควร|สมควร|อกเห็นใจ|ต่าง|ผล)"
_WHO_SEES = (
    "คน", "ใคร", "ครู", "อาจารย์", "เพื่อน", "นักเรียน", "เด็ก", "ผู้ปกครอง", "ชาวบ้าน", "ลูกน้อง", "พนักงาน", "แม่บ้าน", "ภารโรง",
    "ยาม", "รปภ", "นาย", "นาง", "พี่", "น้อง", "ป้า", "ลุง", "พ่อ", "แม่",
)  # fmt: skip
_PROOFS = (
    "หลักฐาน", "ใบเสร็จ", "สลิป", "คลิป", "วิดีโอ", "รูปถ่าย", "ภาพถ่าย", "รูป", "ภาพ", "เสียง", "แชท", "แชต", "แคป",
    "เอกสาร", "สำเนา", "ใบโอน", "กล้องวงจรปิด",
)  # fmt: skip

_TOLD: Mapping[str, re.Pattern[str]] = {
    "accused": re.compile(
        rf"(?<!ราย)(?<!ไม่ทราบ)(?<!ไม่รู้)(?<!ไม่รู้จัก)(?<!บอก)(?<!ลง)(?<!เปลี่ยน)ชื่อ(?:ว่า|เล่น|จริง)?\s?"
        rf"(?!{_NO_NAME_AFTER}){_NAME_START}[ก-๎]+"
        rf"|(?:นางสาว|น\.ส\.|นาย(?!ก|จ้าง|อำเภอ|ทะเบียน|ช่าง|หน้า|ทุน|แพทย์)|นาง(?!สาว|พยาบาล))\s?{_NAME_START}[ก-๎]+"
    ),
    "witnesses": re.compile(
        rf"พยาน|เห็นกับตา|เห็นเหตุการณ์|อยู่ในเหตุการณ์|(?:{'|'.join(_WHO_SEES)})[ก-๎]{{0,16}} ?{_SEEING}"
    ),
    "evidence": re.compile(
        rf"ไม่มีหลักฐาน|(?<!ไม่)(?<!ไม่ได้)(?:มี|แนบ|เก็บ(?!เงิน|ค่า)|ถ่าย|อัด|บันทึก|ส่ง)"
        rf"(?:(?!ไม่)[ก-๎]){{0,8}} ?(?:{'|'.join(_PROOFS)})"
    ),
}
"""What tells of a question, by its field. A receipt that was never given is what happened, and no evidence."""


def list_told_in_story(story: str) -> frozenset[str]:
    """Return the fields of the form that a story tells of: who by a name, witnesses, evidence."""
    return frozenset(field for field, told in _TOLD.items() if told.search(story))
