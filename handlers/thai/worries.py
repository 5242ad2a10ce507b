"""Fear and calls for help in what people type: whether a text asks who will know, is afraid, or tells of danger.

A table of phrases. Questions, fear and bare calls are known by the whole text only, so that an account in which such
words occur stays an account; danger to somebody is found inside an account too, and then leaves it one.
"""

import re
from enum import StrEnum

from handlers.thai.grammar.particles import PLAIN_PARTICLES, POLITE_ALONE, join_particles
from handlers.thai.grammar.spelling import correct_spelling
from handlers.thai.matching import normalize_for_matching

MAX_WORRY_LENGTH = 70
"""Characters. A longer text is an account, of which only danger is looked for."""

MAX_DANGER_TEXT = 4000
"""Characters in which danger is looked for."""


class Worry(StrEnum):
    """What somebody worries about."""

    WHO_KNOWS = "who_knows"
    """Asks who will know of the report, or that it was theirs."""
    HARM = "harm"
    """Asks whether something will be done to them for reporting, or what they will have to do."""
    AFRAID = "afraid"
    HELP = "help"
    """Calls for help, or says that they are not safe."""
    THREAT = "threat"
    """Tells that somebody was attacked or threatened with it."""
    CHILD = "child"
    """Tells of being a child, or of violence against a child or in the family."""

    @property
    def tells_something(self) -> bool:
        """Whether the text is part of an account, and not only a question or a call."""
        return self in {Worry.THREAT, Worry.CHILD}


_ME = "(?:ผม|หนู|ดิฉัน|ดิชั้น|ฉัน|ชั้น|เรา|พี่|น้อง|กู|กระผม|ข้าพเจ้า)"
_IF = "ไหม|มั้ย|มั๊ย|ไม๊|หรือเปล่า|รึเปล่า|หรือป่าว|รึป่าว|ป่าว|เปล่า|หรือไม่"
_POLITE = f"(?:{join_particles(PLAIN_PARTICLES)})*"
_POLITE_END = f"(?:{join_particles(PLAIN_PARTICLES, POLITE_ALONE)})+"
_ASKS_IF, _ASKS = f"(?:{_IF}){_POLITE}", f"(?:{_IF}|บ้าง|มั่ง){_POLITE}"
_END = (
    f"(?:{join_particles(PLAIN_PARTICLES, POLITE_ALONE, 'เลย มากๆ มาก จัง จริงๆ อ่ะ อะ ล่ะ เนี่ย แล้ว ตอนนี้ ๆ')}"
    "|[?!.…:()ㅠTt_]|😭|😢|😨|😰|🙏)*"
)
_WHO = "(?:คนอื่น|เขา|เค้า|ผอ|ผู้อำนวยการ|หัวหน้า|นาย|เจ้านาย|ที่ทำงาน|ครู|โรงเรียน)"
_KNOWS = "(?:จะ|จะได้|ได้)?(?:รู้|ทราบ|เห็น|อ่าน|เปิดดู)"
_THAT_IT_WAS_ME = f"(?:(?:ว่า|เรื่อง)?(?:เป็น|คือ)?(?:คน)?(?:{_ME}|ใคร|ตัวจริง|นี้|คนแจ้ง|คนร้อง|ผู้แจ้ง|แจ้ง|ร้องเรียน|เป็น)*)"

_ONCE_TOLD = "(?:แล้ว|ถ้า){0,2}(?:(?:แจ้ง|บอกชื่อ|บอก|ส่ง|เล่า|พิมพ์|ร้องเรียน)(?:ไป)?)?(?:แล้ว)?"

_OF_MINE = f"(?:เรื่อง|ข้อมูล|ชื่อ|ข้อความ)(?:ของ)?{_ME}"
_WHO_KNOWS = (
    rf"{_ONCE_TOLD}(?:มี)?ใคร(?:ๆ)?{_KNOWS}(?:ข้อความนี้|เรื่องนี้|ที่พิมพ์|ที่เล่า|เรื่องที่แจ้ง|{_OF_MINE})?{_THAT_IT_WAS_ME}{_ASKS}{_THAT_IT_WAS_ME}",
    rf"{_ONCE_TOLD}{_WHO}{_KNOWS}{_THAT_IT_WAS_ME}{_ASKS_IF}{_THAT_IT_WAS_ME}",
    rf"(?:แล้ว)?(?:จะ)?มี(?:ใคร|คน){_KNOWS}{_THAT_IT_WAS_ME}{_ASKS}{_THAT_IT_WAS_ME}",
    rf"(?:จะ)?รู้{_ASKS}ว่า(?:เป็น)?(?:{_ME}|ใคร)(?:เป็นคน)?(?:แจ้ง|ร้องเรียน|ส่ง)?",
    rf"(?:แล้ว)?(?:เรื่อง|ข้อมูล|ชื่อ)?(?:ของ)?{_ME}?(?:จะ)?(?:เป็น|เก็บเป็น)?ความลับ(?:จริง|แน่)?(?:ใช่)?{_ASKS}",
    rf"{_ONCE_TOLD}(?:ที่นี่|แบบนี้|ช่องทางนี้|{_OF_MINE}|{_ME})?(?:จะ)?ปลอดภัย(?:จริง|แน่)?(?:ใช่)?{_ASKS}",
    rf"(?:จะ)?(?:ตาม|สืบ|หา)(?:หา)?(?:ตัว|มา|ถึง)*{_ME}?(?:เจอ|ได้|ถึงตัว)*{_ASKS}",
    rf"(?:ชื่อ|ข้อมูล)(?:ของ)?{_ME}?(?:จะ)?(?:ถูก)?(?:เปิดเผย|หลุด|รั่ว){_ASKS}",
    rf"(?:แล้ว)?(?:ต้อง|จะต้อง)(?:บอก|แจ้ง|ใส่|ให้)ชื่อ(?:จริง)?(?:ด้วย)?{_ASKS}",
)
_TOLD = "(?:แจ้ง|บอก|ส่ง|เล่า|ร้องเรียน|พิมพ์|ฟ้อง|ให้ชื่อ|ใส่ชื่อ)"
_FOUND_OUT = f"(?:{_WHO}|ใคร)?(?:สืบ|ตาม|หา)?(?:จน)?(?:รู้|ทราบ|เจอ|จับได้)(?:ว่า)?{_THAT_IT_WAS_ME}"
_CASE = (
    f"(?:(?:แล้ว)?(?:ถ้า|หาก|สมมติ|พอ|เกิด|หลังจาก|การ)?(?:ว่า)?{_ME}?{_TOLD}(?:แบบนี้|เรื่องนี้|เรื่อง|ที่นี่|ชื่อ|เข้ามา|ไป|แล้ว|จริง|มา)*"
    f"|(?:ถ้า|หาก|เกิด|สมมติ)(?:ว่า)?{_FOUND_OUT}|(?:ถ้า|หาก)ไม่มีหลักฐาน(?:อะไร)?)(?:{_POLITE_END})?"
)
"""The condition of a question of fear: “ถ้าแจ้งไปแล้ว”, “ถ้าเขารู้ว่าเป็นผม”."""
_DONE_TO_ME = (
    "(?:ไล่ออก|ย้าย|ฟ้อง|แกล้ง|กลั่นแกล้ง|เล่นงาน|เอาคืน|เพ่งเล็ง|ลงโทษ|ปลด|ทำร้าย|จับ|เอาเรื่อง|สอบสวน|สอบ|ดำเนินคดี"
    "|ตามตัว|ตามหา|อะไร)"
)
_MINE = f"(?:ชื่อ|เบอร์|ไลน์|ข้อมูล|รูป|โปรไฟล์|บัญชี|ตัวตน|หน้า)(?:จริง|โปรไฟล์)?(?:ของ)?{_ME}?"
_READERS = f"(?:{_WHO}|เจ้าหน้าที่|แอดมิน|คนอ่าน|คนรับเรื่อง|สำนักงาน|ใคร)"
_WHO_KNOWS_LONGER = (
    rf"(?:{_CASE}){{0,2}}{_MINE}(?:ให้)?{_READERS}?(?:จะ)?(?:เห็น|รู้|ดู|หลุด|รั่ว|ถูกเปิดเผย)(?:ได้)?{_ASKS_IF}(?:{_CASE})?",
    rf"(?:{_CASE}){{0,2}}{_READERS}(?:จะ)?(?:เห็น|รู้จัก|รู้|ดู)(?:{_MINE})+{_ASKS_IF}(?:{_CASE})?",
    rf"(?:{_CASE}){{0,2}}{_READERS}(?:จะ)?(?:รู้|ทราบ|จับได้|สืบได้|สืบเจอ|ตาม(?:ตัว)?(?:เจอ|ได้|ถึง)){_THAT_IT_WAS_ME}{_ASKS}"
    rf"{_THAT_IT_WAS_ME}(?:ที่)?(?:แจ้ง|ส่ง|บอก|เล่า)?(?:{_CASE})?",
)
_HARM = (
    rf"(?:{_CASE}){{0,2}}{_ME}?(?:จะ)?{_ME}?(?:โดน|ถูก){_WHO}?(?:{_DONE_TO_ME}|กลับ|ออก)+(?:จากงาน|ตามมา|ด้วย)?{_ASKS_IF}(?:{_CASE})?",
    rf"(?:{_CASE}){{0,2}}{_ME}?(?:จะ)?(?:เดือดร้อน|มีปัญหา|ซวย|มีความผิด|ผิด|ติดคุก|ตกงาน|เป็นอะไร|เป็นไร|ลำบาก"
    rf"|(?:มี)?(?:ผล)?กระทบ(?:ต่อ|กับ|ถึง)?)(?:กฎหมาย|งาน|การงาน|ตามมา|ชีวิต|ลูก|ครอบครัว|ทีหลัง|{_ME}|ของ)*{_ASKS_IF}(?:{_CASE})?",
    rf"(?:{_CASE}){{0,2}}{_WHO}(?:จะ)?(?:มา)?{_DONE_TO_ME}(?:{_ME}|กลับ|ออก)*{_ASKS_IF}(?:{_CASE})?",
    rf"(?:{_CASE}){{0,2}}(?:จะ)?มีใคร(?:จะ)?(?:มา)?(?:คุ้มครอง|ปกป้อง|ตามมา|มาหา|หา|ช่วย|{_DONE_TO_ME}){_ME}?(?:ถึง|ที่|บ้าน)*{_ASKS}(?:{_CASE})?",
    rf"(?:{_CASE}){{0,2}}{_ME}?(?:จะ)?ต้อง(?:ไป)?(?:ให้ปากคำ|ขึ้นศาล|ไปศาล|เป็นพยาน|แสดงตัว|โรงพัก|ไปโรงพัก|ให้การ|เจอหน้า(?:เขา|กัน)?)(?:ด้วย)?{_ASKS_IF}(?:{_CASE})?",
    rf"(?:ถ้า|หาก){_FOUND_OUT}(?:แล้ว)?(?:{_ME})?(?:จะ|ต้อง)?(?:ทำ)?(?:ยังไง|ไง|อย่างไร|โดนอะไร|เป็นยังไง)(?:ดี|บ้าง)?",
)
_HARM_ENGLISH = (
    r"(?:will|would|can|could) (?:i|they|he|she|my boss) (?:get |be |lose )?"
    r"(?:fired|sued|punished|fire me|sue me|hurt me|my job)(?: (?:for this|if i report(?: this)?))?",
    r"(?:if i report(?: this)?,? )?will i (?:be|get) (?:fired|sued|punished|in trouble)",
)
_WHO_KNOWS_ENGLISH = (
    r"who (?:will|would|can|could|gets to) (?:know|see|read)(?: (?:this|it|that it(?:'s| is| was) me))?",
    r"(?:will|can|does|would) (?:anyone|anybody|someone|they|he|she|my boss) (?:know|see|find out|trace)"
    r"(?: (?:it's me|it is me|it was me|that it was me|who i am|me|this))?",
    r"is (?:this|it) (?:really )?(?:anonymous|safe|secret|confidential)",
    r"am i safe(?: here)?",
)
_SECOND_THOUGHTS = (
    f"(?:เอ่อ|เออ|เอิ่ม|อืม|คือ|งั้น|โทษที|ขอโทษ){{0,3}}{_POLITE}{_ME}?(?:ขอ)?"
    f"เปลี่ยนใจ(?:แล้ว|ละ|ดีกว่า|ได้ไหม)*(?:{_POLITE_END})?"
)
_AFRAID = (
    rf"{_ME}?(?:ก็)?(?:รู้สึก)?(?:กลัว|หวาดกลัว|หวั่นใจ)(?:มาก|จัง|อยู่)?{_ME}?",
    rf"{_ME}?(?:ก็)?(?:กลัว|เกรง)(?:ว่า)?(?:{_WHO}|ใคร|คน)?(?:จะ)?(?:มา)?"
    rf"(?:รู้|ทราบ|เห็น|จับได้|ตามเจอ|ตามตัว|สืบ|เอาเรื่อง|เล่นงาน|แก้แค้น|กลั่นแกล้ง|แกล้ง|ทำร้าย|ฆ่า)"
    rf"(?:ตัว|มา|ถึง|ได้|เจอ|เอา)*{_THAT_IT_WAS_ME}",
    rf"{_ME}?(?:กลัว|เกรง)(?:ว่า)?{_ME}?(?:จะ)?(?:โดน|ถูก){_WHO}?"
    r"(?:ไล่ออก|ย้าย|แกล้ง|กลั่นแกล้ง|เล่นงาน|ฟ้อง|จับได้|รู้|เอาคืน|เพ่งเล็ง|ตามตัว|ทำร้าย|ฆ่า|เก็บ)",
    rf"{_ME}?(?:กลัว|เกรง)(?:ว่า)?{_CASE}(?:แล้ว)?(?:{_FOUND_OUT}|(?:{_ME})?(?:จะ)?(?:โดน|ถูก){_WHO}?{_DONE_TO_ME})",
    rf"{_ME}?(?:กลัว|เกรง)(?:ว่า)?(?:จะ)?(?:โดน|ถูก)?{_WHO}?(?:จะ)?{_DONE_TO_ME}{_ME}?{_POLITE}(?:{_CASE})?",
    rf"ไม่(?:เอา|บอก|แจ้ง|ส่ง)(?:แล้ว|ดีกว่า)?{_POLITE}(?:เพราะ)?(?:หนู|ผม|ฉัน)?กลัว",
    r"(?:ผม|หนู|ฉัน|เรา)?ไม่รู้(?:ว่า)?(?:จะ|ต้อง)ทำ(?:ยังไง|ไง|อย่างไร)(?:ดี)?",
    rf"{_ME}?(?:ยัง)?ไม่กล้า(?:แจ้ง|บอก|เล่า|พูด|ส่ง|ร้องเรียน)?(?:เลย|ต่อ|ใคร)*",
    rf"{_SECOND_THOUGHTS}(?:เพราะ|คือ|ก็)*{_ME}?(?:ก็)?(?:ยัง)?(?:ไม่กล้า(?:แจ้ง|บอก|เล่า|พูด|ส่ง|ร้องเรียน)?|กลัว)",
    rf"{_ME}?(?:ยัง)?(?:ไม่กล้า(?:แจ้ง|บอก|เล่า|พูด|ส่ง|ร้องเรียน)?|กลัว)(?:จัง|มาก)*(?:แล้ว)?{_POLITE}{_SECOND_THOUGHTS}",
)
_AFRAID_ENGLISH = (
    r"i(?:'m| am) (?:so |very |really )?(?:afraid|scared|frightened)",
    r"i(?:'m| am) (?:afraid|scared) (?:that )?(?:they|he|she|my boss|someone)(?:'ll| will| might)? "
    r"(?:know|find out)(?: (?:it's me|it is me|it was me))?",
)
_HELP = (
    rf"(?:ใครก็ได้)?ช่วย{_ME}?ด้วย",
    r"(?:ขอ|ต้องการ|อยากได้)(?:ความช่วยเหลือ)(?:ด่วน|ที)?",
    rf"ช่วย(?:{_ME})(?:ที|หน่อย)",
    rf"{_ME}?(?:รู้สึก)?ไม่(?:ค่อย)?ปลอดภัย",
    rf"{_ME}?(?:กำลัง)?(?:ตกอยู่ใน|อยู่ใน|มี)?อันตราย",
    rf"{_ME}?(?:ไม่อยากมีชีวิตอยู่|อยากตาย|ไม่ไหวแล้ว|จะฆ่าตัวตาย|อยากฆ่าตัวตาย)",
)
_HELP_ENGLISH = (
    r"(?:please )?help me",
    r"help",
    r"i(?:'m| am) (?:not safe|in danger|unsafe)",
    r"i want to die",
)
_NOT = r"(?<!ไม่ได้)(?<!ไม่เคย)(?<!ไม่)(?<!ไม่มีใคร)(?<!เปล่า)"
_THREAT = (
    rf"{_NOT}(?:มา|ตาม(?:มา)?)(?:ข่ม)?ขู่(?:ผม|หนู|ดิฉัน|ฉัน|เรา|ครอบครัว|ลูก|แม่|พ่อ)?(?:ถึง|ที่|ใน)+บ้าน",
    rf"{_NOT}(?:ข่ม)?ขู่(?:ว่า|จะ|ผม|หนู|ฉัน|เรา|เข็ญ|ให้|กัน)*(?:ฆ่า|ทำร้าย|ยิง|เอาชีวิต|เอาถึงตาย|เอาให้ตาย|กระทืบ|อุ้ม)",
    rf"{_NOT}จะ(?:มา)?(?:ฆ่า|ยิง|ทำร้าย|กระทืบ|อุ้ม)(?:ผม|หนู|ดิฉัน|ฉัน|เรา|ครอบครัว|ลูก)",
    rf"{_NOT}(?:โดน|ถูก)(?:เขา|เค้า|มัน|ครู|นาย|หัวหน้า|ผอ)?"
    r"(?:ทำร้าย(?!จิตใจ)|ซ้อม|กระทืบ|ตบตี|ทุบตี|ข่มขืน|ลวนลาม|ล่วงละเมิด|อนาจาร|ขู่ฆ่า|ขู่ทำร้าย|ยิง|แทง)",
    rf"{_NOT}ทำร้าย(?:ร่างกาย)?(?:ผม|หนู|ดิฉัน|ฉัน|เรา)(?!จิตใจ)",
    rf"{_NOT}(?:เอา|ใช้|ชัก)(?:ปืน|มีด)(?:มา)?(?:จ่อ|ขู่|จี้|ไล่)",
)
_THREAT_ENGLISH = (
    r"threaten(?:s|ed|ing)? to (?:kill|hurt|beat|shoot)",
    r"(?:will|going to|gonna|tried to) (?:kill|hurt|shoot) (?:me|us|my)",
    r"\b(?:beat|attacked|raped|assaulted|molested) me\b",
)
_GROWN = "(?:ครู|อาจารย์|ผอ|ผู้อำนวยการ|ภารโรง|พ่อเลี้ยง|พ่อ|แม่เลี้ยง|แม่|ลุง|น้า|อา|ตา|ปู่|ญาติ|พี่ชาย)"
_CHILD = (
    r"(?:หนู|ผม|ดิฉัน|ฉัน|เรา)(?:เพิ่ง)?อายุ(?:แค่)?(?:[1-9]|1[0-7])(?![0-9])",
    r"(?:หนู|ผม|ดิฉัน|ฉัน|เรา)(?:เพิ่ง)?อายุ(?:แค่)?(?:แปด|เก้า|สิบเอ็ด|สิบสอง|สิบสาม|สิบสี่|สิบห้า|สิบหก|สิบเจ็ด|สิบ)(?:ขวบ|ปี)?",
    r"หนู(?:เรียน|อยู่|เป็นนักเรียน)(?:อยู่)?(?:ชั้น)?(?:ม\.?[1-6]|ป\.?[1-6]|ประถม|มัธยม)",
    rf"{_NOT}{_GROWN}(?:เขา|เค้า|มัน|ชอบ)?"
    r"(?:ทำ|จับ|ตี|แตะ|ลูบ|ทำร้าย|ลวนลาม|ล่วงละเมิด|ข่มขืน|กอด|ขู่)(?:ตัว|ก้น|นม)?หนู(?!นา|น้อย)",
    rf"{_NOT}{_GROWN}(?:เขา|เค้า|มัน|ชอบ)?"
    r"(?:ตี|ทำร้าย|ลวนลาม|ล่วงละเมิด|ข่มขืน)(?:ร่างกาย)?(?:ผม|เด็ก|นักเรียน|ลูกศิษย์|น้อง|ลูก)",
    rf"{_NOT}(?:ผัว|สามี|แฟน|เมีย|ภรรยา|พ่อ|แม่)(?:เขา|เค้า|มัน)?(?:ตี|ตบ|ซ้อม|ทำร้าย|กระทืบ)(?:ผม|หนู|ดิฉัน|ฉัน|เรา|ลูก)",
)
_CHILD_ENGLISH = (
    r"\bi(?:'m| am) (?:only )?(?:[1-9]|1[0-7])(?: years old| y/?o)?(?![0-9%])(?=$|[ .,!]*$)",
    r"my (?:teacher|father|stepfather|mother|uncle) (?:hit|hits|beat|beats|touched|touches|hurt|hurts) me",
)


_WISHES_TO_REPORT = (
    f"(?:(?:ขอบคุณ|ขอบคุน|ขอบใจ|โอเค){_END}|(?:{_ME}|คือ|เอ่อ|สวัสดี|{join_particles(PLAIN_PARTICLES)})*(?:อยาก|จะ|ขอ|ต้องการ|กำลังจะ)+(?:มา)?"
    f"(?:แจ้ง|ร้องเรียน|เล่า|บอก|ปรึกษา)(?:เรื่อง|อะไร|เบาะแส)?(?:นึง|หนึ่ง|นี้)?{_END})(?:แต่ว่า|แต่|แล้ว)?(?:ก็)?"
)
"""What comes before fear and tells nothing yet: “อยากจะแจ้งเรื่องนึงอะค่ะ แต่กลัว”, “ขอบคุณค่ะ แล้วใครจะรู้บ้าง”."""


def _compile_whole(
    thai: tuple[str, ...], english: tuple[str, ...]
) -> tuple[re.Pattern[str], re.Pattern[str]]:
    either, other = "|".join(f"(?:{one})" for one in thai), "|".join(f"(?:{one})" for one in english)
    after = "|".join(f"(?:{one})" for one in (*_WHO_KNOWS, *_WHO_KNOWS_LONGER, *_AFRAID))
    return (
        re.compile(
            f"(?:{_WISHES_TO_REPORT})?(?:(?:{either}){_END}){{1,3}}(?:(?:แล้ว|แต่)?(?:{after}){_END}){{0,2}}"
        ),
        re.compile(f"(?:{other})[ ?!.]*(?:please)?[ ?!.]*"),
    )


_WHOLE_TEXTS = (
    (Worry.HELP, _compile_whole(_HELP, _HELP_ENGLISH)),
    (Worry.WHO_KNOWS, _compile_whole((*_WHO_KNOWS, *_WHO_KNOWS_LONGER), _WHO_KNOWS_ENGLISH)),
    (Worry.HARM, _compile_whole(_HARM, _HARM_ENGLISH)),
    (Worry.AFRAID, _compile_whole(_AFRAID, _AFRAID_ENGLISH)),
)
_PARTS = (
    (Worry.CHILD, re.compile("|".join(_CHILD)), re.compile("|".join(_CHILD_ENGLISH))),
    (Worry.THREAT, re.compile("|".join(_THREAT)), re.compile("|".join(_THREAT_ENGLISH))),
)


_WHOLE_SECOND_THOUGHTS = re.compile(f"{_SECOND_THOUGHTS}{_END}")


def has_second_thoughts(text: str) -> bool:
    """Whether a text says no more than that somebody changed their mind: “เอ่อ เปลี่ยนใจแล้วค่ะ”."""
    compact = normalize_for_matching(text[: MAX_WORRY_LENGTH + 1]).replace(" ", "").replace(".", "")
    return len(text) <= MAX_WORRY_LENGTH and _WHOLE_SECOND_THOUGHTS.fullmatch(compact) is not None


def find_worry(text: str) -> Worry | None:
    """Find fear, a call for help, danger, or the question who will know; None for any other text.

    Several calls and fears in one text are the first of them: help goes before a question, a question before fear.
    """
    plain = normalize_for_matching(text[:MAX_DANGER_TEXT])
    compact = plain.replace(" ", "").replace(".", "")
    if 0 < len(text) <= MAX_WORRY_LENGTH:
        corrected = correct_spelling(plain).replace(" ", "").replace(".", "")
        for worry, (thai, english) in _WHOLE_TEXTS:
            if thai.fullmatch(compact) or thai.fullmatch(corrected) or english.fullmatch(plain):
                return worry
    for worry, thai, english in _PARTS:
        if thai.search(compact) or english.search(plain):
            return worry
    return None
