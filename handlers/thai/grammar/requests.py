"""Requests about the form itself, as a whole short text: to see what was written, to begin anew, to think first.

And wishes to change or add one thing by its name: “ขอแก้ที่เล่า”, “เพิ่มพยานค่ะ”. What they name is of the form, so that
no answer looks like one: “ขอให้แก้ไขระเบียบ” asks the office for something.
"""

import re
from enum import Enum

from handlers.thai.grammar.composed import join_words
from handlers.thai.grammar.particles import PLAIN_PARTICLES, POLITE_ALONE, join_particles

MAX_REQUEST = 50
"""Letters of a squeezed text. A longer one tells something."""


class Request(Enum):
    """What a person asks of the form."""

    REVIEW = "review"
    """To see what was written, or to send it now."""
    RETELL = "retell"
    """To tell anew what happened."""
    TELL_MORE = "tell_more"
    START_OVER = "start_over"
    PAUSE = "pause"
    """To think or ask somebody first."""


_POLITE = f"(?:{join_particles(PLAIN_PARTICLES, POLITE_ALONE, 'อะ อ่ะ ล่ะ ละ เลย ที นิดนึง นิดหนึ่ง นิด ด้วย สิ')})"
_ME = "(?:ผม|หนู|ดิฉัน|ฉัน|เรา|กระผม|พี่|ป้า|ลุง|ยาย)"
_ASK = f"(?:ขออนุญาต|ขอ|อยากจะ|อยาก|ต้องการจะ|ต้องการ|ช่วย|รบกวน|กรุณา|จะ|เดี๋ยว|งั้น|แล้ว|ก็|{_ME}|{_POLITE}){{0,5}}"
_MAY = "(?:ได้ไหม|ได้มั้ย|ได้มัย|ได้ป่ะ|ได้ปะ|ได้หรือเปล่า|ได้หรือไม่|ได้เปล่า|ได้บ่)"
_END = (
    f"(?:{_POLITE}|{_MAY}|ก่อน|อีกที|อีกครั้ง|อีกรอบ|อีก|ใหม่|หน่อย|แป๊บ|แป๊ป|แปป|แป๊บนึง|สักครู่|แล้ว|ดีกว่า|บ้าง"
    "|เมื่อกี้|เมื่อตะกี้|ตะกี้){0,6}"
)
_WRITTEN = join_words(
    "ที่พิมพ์ไป ที่พิมพ์ไว้ ที่พิมพ์ ที่กรอกไป ที่กรอกไว้ ที่กรอก ที่เล่าไป ที่เล่าไว้ ที่เล่า ที่ตอบไป ที่ตอบไว้ ที่ตอบ ที่เขียน คำตอบ"
    " ทั้งหมด สรุป หน้าตรวจ หน้าสรุป ข้อมูล หน้าเดิม ภาพรวม รายการ"
)
_REQUESTS = (
    (
        Request.REVIEW,
        f"{_ASK}(?:กลับไป|กลับ|ไป|ดู|ตรวจ|ทวน|อ่าน|เช็ค|เช็ก|แสดง|โชว์|ย้อน|แก้ไข|แก้|เปลี่ยน){{1,3}}(?:{_WRITTEN}){{1,3}}{_END}"
        f"|{_ASK}(?:พร้อม)?ส่ง(?:เรื่อง)?(?:ตอนนี้|เลย|ทันที)?{_END}"
        f"|{_ASK}(?:ไม่เอา|ไม่ตอบ|ไม่เพิ่ม|ไม่ใส่|ไม่กรอก)ข้อนี้(?:แล้ว|ดีกว่า){{0,2}}{_END}",
    ),
    (
        Request.RETELL,
        f"(?:(?:เล่า|เขียน|พิมพ์|จำ)ผิด(?:ไป|หมด|เยอะ)?(?:{_POLITE}){{0,2}})?{_ASK}(?:เริ่ม|กลับไป|ย้อนกลับไป|ย้อนไป|ไป)?"
        f"(?:(?:เล่า|เขียน)(?:เรื่องราว|เรื่อง|เหตุการณ์)?|พิมพ์(?:เรื่องราว|เรื่อง|เหตุการณ์))(?:ที่เกิดขึ้น|นี้|ของผม|ของหนู)?"
        f"(?:ใหม่|อีกครั้ง|อีกรอบ|อีกที)(?:ทั้งหมด|ทั้งเรื่อง|หมด|ตั้งแต่ต้น|ตั้งแต่แรก|เลย){{0,2}}{_END}"
        "|(?:(?:i(?:want|wouldlike|d?like|need)to|please|canic?|let?me)?)(?:retell|rewrite)(?:it|the?story|mystory|everything)?"
        "|(?:(?:i(?:want|wouldlike|d?like|need)to|please)?)(?:tell|write)(?:it|the?story|mystory)(?:again|anew|over)",
    ),
    (
        Request.TELL_MORE,
        f"{_ASK}(?:เล่า|บอก|เขียน)(?:เรื่องราว|เรื่อง|เหตุการณ์|ข้อมูล|รายละเอียด)?(?:เพิ่มเติม|เพิ่ม)(?:อีก|นิด|หน่อย){{0,2}}{_END}",
    ),
    (
        Request.START_OVER,
        f"{_ASK}(?:เริ่ม|ทำ|กรอก|แจ้ง|พิมพ์)(?:เรื่อง)?(?:ใหม่|ใหม่ทั้งหมด|ใหม่หมด|ใหม่ตั้งแต่ต้น|ใหม่ตั้งแต่แรก|ตั้งแต่ต้นใหม่)(?:เลย)?{_END}",
    ),
    (
        Request.PAUSE,
        f"{_ASK}(?:เวลา)?(?:คิด|นึก|ทบทวน|พัก|ตั้งสติ){{1,2}}(?:ดู)?{_END}"
        f"|{_ASK}(?:ไป)?(?:ถาม|ปรึกษา|เช็ค|เช็ก|หา|ดู)(?:กับ)?(?:เพื่อน|แม่|พ่อ|แฟน|ที่บ้าน|สามี|ภรรยา|ลูก|วันที่|ข้อมูล|เอกสาร|ชื่อ|บิล)?(?:ก่อน|แป๊บ|แป๊ป|สักครู่){{1,2}}{_END}",
    ),
)
_PATTERNS = tuple((request, re.compile(pattern)) for request, pattern in _REQUESTS)
_ROW = re.compile(
    f"{_ASK}(?:กลับไป|ย้อนไป|ไป)?(?P<verb>แก้ไข|แก้|เปลี่ยน|เพิ่มเติม|เพิ่ม|บอกเพิ่ม|ใส่เพิ่ม|เติม|ใส่ไว้ใน|ใส่ใน|ไว้ใน|เก็บไว้ใน|เก็บใน|เป็นคำตอบ)(?:ข้อ|คำตอบ|ตรง|ข้อมูล|เรื่อง)?(?P<row>.{{1,30}}?){_END}"
)
_ADDITIONS = frozenset(
    {"เพิ่มเติม", "เพิ่ม", "บอกเพิ่ม", "ใส่เพิ่ม", "เติม", "ใส่ไว้ใน", "ใส่ใน", "ไว้ใน", "เก็บไว้ใน", "เก็บใน", "เป็นคำตอบ"}
)
_ROW_ENGLISH = re.compile(
    "(?:(?:i(?:want|wouldlike|d?like|need)to|please|canic?)?)(?:change|edit|fix|correct|add)(?:the|my|a)?(?P<row>[a-z]{2,30}?)(?:please)?"
)


def find_request(squeezed: str) -> Request | None:
    """Return what a squeezed short text asks of the form; None for any other text."""
    if len(squeezed) > MAX_REQUEST:
        return None
    return next((request for request, pattern in _PATTERNS if pattern.fullmatch(squeezed)), None)


def is_addition(squeezed: str) -> bool:
    """Whether a wish about a row is to add to it: “เพิ่ม ที่ไหน”."""
    found = _ROW.fullmatch(squeezed)
    return found["verb"] in _ADDITIONS if found is not None else squeezed.startswith("add")


def list_named_rows(squeezed: str) -> tuple[str, ...]:
    """List what a squeezed short text may wish to change or add, by the name as it was typed: “ขอแก้ที่ไหน” the place.

    Particles and what else may end a wish are told apart from the end of a name by whoever knows the names.
    """
    if len(squeezed) > MAX_REQUEST:
        return ()
    found = _ROW.fullmatch(squeezed) or _ROW_ENGLISH.fullmatch(squeezed)
    if found is None:
        return ()
    rest = squeezed[found.start("row") :]
    return tuple(dict.fromkeys((found["row"], rest)))
