"""The post in a story of whom it says that they did something wrong, as it was written."""

import re

from handlers.complaints.accused.agent_phrases import list_clause_keys, list_mentions
from handlers.complaints.accused.wording import expand_abbreviations
from handlers.complaints.name_matching import compute_text_keys
from handlers.complaints.review.doubt import is_certain

MAX_CANDIDATES = 50
"""Posts that are looked at in a story."""

_POSTS = (
    "รองผู้อำนวยการ", "ผู้อำนวยการ", "ผู้ช่วยผู้อำนวยการ", "ครูใหญ่", "ครูประจำชั้น", "ครูพละ", "ครูฝ่ายปกครอง", "ครูเวร", "ครู",
    "อาจารย์", "หัวหน้าฝ่าย", "หัวหน้ากลุ่ม", "หัวหน้างาน", "หัวหน้า", "เจ้าหน้าที่", "พนักงาน", "นักวิชาการ", "นายกเทศมนตรี",
    "นายกอบต", "นายก อบต.", "ปลัด", "กำนัน", "ผู้ใหญ่บ้าน", "ตำรวจ", "ธุรการ", "ภารโรง", "คนขับรถ", "กรรมการ", "เสมียน",
    "นายช่าง", "นิติกร", "ศึกษานิเทศก์", "คนตรวจงาน",
)  # fmt: skip
_FIELDS = (
    "พัสดุ", "การเงิน", "บัญชี", "ธุรการ", "จัดซื้อ", "โยธา", "ทะเบียน", "คลัง", "บุคคล", "วิชาการ", "โรงเรียน", "โรงพยาบาล",
    "รับสมัครสอบ", "รับสมัคร", "รับเอกสาร", "ตรวจรับ", "ตรวจงาน", "ของหน่วยงาน", "ของโรงเรียน", "ของสำนักงาน", "คุมสอบ",
)  # fmt: skip
_POST = re.compile(rf"(?:{'|'.join(_POSTS)})\s?(?:{'|'.join(_FIELDS)}){{0,2}}(?: ?ป\.\s?\d)?")

_SELF = re.compile(r"(?:ดิฉัน|ผม|หนู|ฉัน|กระผม|เรา|ข้าพเจ้า)\s?(?:เอง)?\s?(?:ก็)?เป็น\s?$")
"""What makes the post after it the writer's own."""


_DEPUTY = re.compile(
    r"(?:รอง|ผู้ช่วย|อดีต|รักษาการ|รักษาราชการแทน|เลขา(?:นุการ)?|ลูกน้อง|ญาติ|เพื่อน|แฟน|ภรรยา|สามี|เมีย|ลูก)(?:ของ)?\s?$"
)
"""Whose post it is not: somebody beside or below its holder."""


def find_accused_post(story: str) -> str:
    """Return the first post in a story whose holder did something wrong by its words; empty for none.

    Of who is told, asked, a witness or the writer, nothing is understood. Abbreviations are written out.
    """
    text = expand_abbreviations(story)
    clauses = list_clause_keys(text)
    for number, match in enumerate(_POST.finditer(text)):
        if number == MAX_CANDIDATES:
            break
        post = match[0].strip()
        mentions = list_mentions(compute_text_keys(post), clauses)
        is_agent = any(one.is_subject_of_wrong() or one.is_named_as_agent() for one in mentions)
        if is_agent and not _SELF.search(text[: match.start()]):
            certain = is_certain(text, match.start(), match.end()) and not _DEPUTY.search(
                text[: match.start()]
            )
            return post if certain else ""
    return ""
