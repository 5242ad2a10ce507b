"""Questions of citizens about the channel itself, which have one answer at any step: a table of patterns.

A question is known as a whole text, with what people put round it (“งั้น … คะ”). At the end of a longer text it is known
too, where a space or a line stands before it; the text is then an account as well.
"""

import re
from enum import StrEnum

from handlers.thai.grammar.particles import PARTICLES, PLAIN_PARTICLES, join_particles, repeat_words
from handlers.thai.matching import normalize_for_matching

MAX_QUESTION_LENGTH = 90
"""Characters. A longer text is an account, at the end of which a question may stand."""

MAX_QUESTION_PARTS = 5
"""Parts between spaces of a question at the end of an account."""


class ChannelQuestion(StrEnum):
    """What citizens ask about the channel, and not of their matter."""

    TERMS = "terms"
    """Whether it costs anything, or takes a card or a registration."""
    LOST_CODE = "lost_code"
    """What to do without the tracking code."""
    CONTACT_BACK = "contact_back"
    """Whether, and how, somebody will get in touch."""
    WHEN_ANSWERED = "when_answered"
    """When there is an answer."""
    READ_YET = "read_yet"
    """Whether somebody has read it yet, or begun."""
    WITHOUT_EVIDENCE = "without_evidence"
    """Whether one may report without evidence, or without being sure."""
    CHANGE_LATER = "change_later"
    """Whether what was sent can be changed or taken back."""
    FOR_ANOTHER = "for_another"
    """Whether one may report for somebody else, or what happened to others."""

    @property
    def may_end_an_account(self) -> bool:
        """Whether it is looked for at the end of a longer text: not where its words tell of what happened, too."""
        return self not in {ChannelQuestion.TERMS, ChannelQuestion.LOST_CODE}


_IF = r"(?:ใช่)?(?:ไหม|มั้ย|มั๊ย|มัย|ไม๊|ป่าว|เปล่า|หรือเปล่า|รึเปล่า|หรือป่าว|รึป่าว|หรือไม่)"
"""What makes a sentence a question. บ้าง and ยัง end statements too: “ต้องเสียเงินบ้าง” is told."""
_END = repeat_words(PARTICLES, "เหรอ หรอ เอ่ย อะ ๆ", signs=r"[\s?!.…🙏]")
_ME = "(?:ผม|หนู|ดิฉัน|ดิชั้น|ฉัน|เรา|กระผม|พี่|ลุง|ป้า|ยาย|ตา|แม่|พ่อ|น้อง)"
_BEFORE = repeat_words(
    PLAIN_PARTICLES,
    "แล้ว งั้น คือ ถ้า เอ่อ เออ อ้อ อ๋อ ขอถามว่า อยากถามว่า สงสัยว่า ถามหน่อย ขอบคุณ โอเค",
    "ผม หนู ดิฉัน ดิชั้น ฉัน เรา กระผม พี่ ลุง ป้า ยาย แม่ พ่อ น้อง",
)
_ONCE_SENT = (
    r"(?:(?:ถ้า|หลังจาก|หลัง|พอ)?(?:แจ้งเรื่อง|แจ้ง|ส่งเรื่อง|ส่ง|ร้องเรียน|กดส่ง)"
    + repeat_words("เรื่อง ไป เสร็จ แล้ว เข้ามา แบบนี้")
    + ")?"
)
_STAFF_WORDS = "ใคร คน เจ้าหน้าที่ จนท ทางหน่วยงาน หน่วยงาน ทางสำนักงาน สำนักงาน แอดมิน เขา เค้า ทางนี้ ที่นี่"
_STAFF = f"(?>{join_particles(_STAFF_WORDS)})"

_PAY = r"(?:ฟรี|(?:ต้อง)?(?:เสีย|จ่าย|คิด)(?:ค่าใช้จ่าย|เงิน|ตังค์|ตัง|สตางค์)?|มีค่าใช้จ่าย)"
_CARD = r"(?:ใช้|มี|เอา|ส่ง|แนบ|ถ่าย)บัตร(?:ประชาชน|ประจำตัว(?:ประชาชน)?)?"
_JOIN = r"(?:ลงทะเบียน|สมัครสมาชิก|สมัคร|ล็อกอิน)"

_CODE = r"(?:รหัส|โค้ด|โค๊ด|หมายเลขติดตาม|เลขติดตาม|code)" + repeat_words(
    "ติดตามเรื่อง ติดตาม ลับ เดิม เก่า ที่ได้มา ที่ได้ไป ที่ได้ ที่ให้มา เรื่อง ของ นั้น ผม หนู ดิฉัน ฉัน เรา"
)
_LOSING = (
    rf"(?:ลืมจด|ลืมบันทึก|ลืม|ทำ|จำ|หา|ไม่ได้จด|ไม่ได้เก็บ|ไม่ได้บันทึก|จดไม่ทัน|ลบ|เผลอลบ|ทิ้ง){_CODE}"
    + repeat_words("ไว้ หาย ไม่ได้ ไม่เจอ ไม่พบ ตก ไป แล้ว ทิ้ง")
    + rf"|{_CODE}(?:มัน)?(?:หาย|จำไม่ได้|หาไม่เจอ|หาไม่พบ|ลืม|โดนลบ|ถูกลบ)"
    + repeat_words("ไป ไปไหน ไม่รู้ แล้ว")
    + rf"|(?:ถ้า)?(?:ไม่มี|ไม่เหลือ){_CODE}"
    + repeat_words("แล้ว อยู่")
    + rf"|(?:ขอ|อยากได้|ออก|ส่ง|ขอดู){{1,2}}{_CODE}(?:ให้|ใหม่|อีกครั้ง|อีกที|อีกรอบ|คืน)"
    + repeat_words("ให้ ใหม่ อีกครั้ง อีกที อีกรอบ คืน")
)
_NOW_WHAT = repeat_words(
    "แล้ว ต้อง จะ ควร ขอ ได้ ติดตาม ดูเรื่อง ดู เรื่อง ใหม่ ทำ ยังไง ไง อย่างไร ดี ต่อ ไหม มั้ย อะ อ่ะ คืน กู้ อีก บ้าง"
)
_REACH = r"(?:ติดต่อ(?:กลับ)?|โทร(?:มาหา|ไปหา|ไปบอก|หา|กลับ|มา|ไป)?|ทัก|ตอบกลับ|ตอบ|แจ้งกลับ|แจ้งผล|บอกผล|ส่งข่าว|แชตมา|แชทมา)"
_WHICH_WAY = r"(?:ยังไง|ไง|อย่างไร|ทางไหน|ที่ไหน|ช่องทางไหน|ทางใด)"
_WHEN = r"(?:เมื่อไหร่|เมื่อไร|เมื่อไหร|ตอนไหน|วันไหน|กี่วัน|นานไหม|นานมั้ย|นานแค่ไหน|นานเท่าไหร่|นานเท่าไร|อีกนานไหม|อีกกี่วัน)"
_RESULT_WORDS = "ผลการตรวจสอบ ผล คำตอบกลับ คำตอบ เรื่อง ความคืบหน้า"
_KNOW_WORDS = "รู้ ได้รับ ได้ ทราบ เห็น มี ออก ตอบกลับ ตอบ แจ้ง เสร็จ จบ คืบหน้า ตรวจสอบ ตรวจ ใช้เวลา รอ"
_KNOW = f"(?>{join_particles(_KNOW_WORDS)})"
_SAID_OF_IT = repeat_words(_STAFF_WORDS, _RESULT_WORDS, _KNOW_WORDS, "จะ ถึง ใน อีก ภายใน จึง กว่า กลับ")
_FEELING = repeat_words(PLAIN_PARTICLES, "จังเลย จัง มาก เลย")
_EVIDENCE = r"(?:หลักฐาน|รูป|คลิป|ภาพ|พยาน)" + repeat_words("อะไร เลย สักอย่าง ชัดเจน ด้วย")
_MAY_REPORT = r"(?:จะ)?(?:แจ้งเรื่อง|แจ้ง|ร้องเรียน|ส่งเรื่อง|ส่ง|ร้อง)(?:ได้)?(?:เลย|ไป)?"
_CHANGE = r"(?:แก้ไข|แก้|เปลี่ยน|ลบ|ถอนเรื่อง|ถอน|ยกเลิก|เพิ่มเติม|เพิ่ม|เล่าเพิ่ม|ส่งเพิ่ม)(?:ข้อความ|ข้อมูล|เรื่อง|คำตอบ)?"
_OTHERS = r"(?:คนอื่น|เพื่อนร่วมงาน|เพื่อนบ้าน|เพื่อน|แม่|พ่อ|ลูก|ญาติ|แฟน|พี่|น้อง|ยาย|ตา|ป้า|ลุง|ชาวบ้าน|เขา|เค้า|กัน)"

_PATTERNS: dict[ChannelQuestion, tuple[tuple[str, ...], tuple[str, ...]]] = {
    ChannelQuestion.TERMS: (
        (repeat_words("แล้ว ที่นี่ แจ้งเรื่อง แจ้ง ใช้") + rf"(?:{_PAY}|(?:จำเป็น)?ต้อง(?:{_CARD}|{_JOIN})){_IF}",),
        (
            r"is (?:it|this) free",
            r"do i (?:have|need) to (?:pay|register|sign up)",
            r"do i need (?:an |my )?id(?: card)?",
        ),
    ),
    ChannelQuestion.LOST_CODE: (
        (
            repeat_words(PLAIN_PARTICLES, "ถ้า คือ พอดี ผม หนู ดิฉัน ฉัน เรา ลุง ป้า ยาย")
            + rf"(?:{_LOSING}){_END}{_NOW_WHAT}",
        ),
        (
            r"(?:i(?:'ve| have)? )?(?:lost|forgot|forgotten) (?:(?:my|the) )?(?:tracking )?code",
            r"(?:my|the) (?:tracking )?code is (?:lost|gone)",
        ),
    ),
    ChannelQuestion.CONTACT_BACK: (
        (
            rf"{_ONCE_SENT}(?:จะ)?(?:มี)?{_STAFF}?(?:จะ)?(?:มี)?{_STAFF}?(?:จะ)?(?:มา)?{_REACH}{_ME}?(?:กลับ|มา|ไป)?(?:กลับ|มา|ไป)?{_IF}",
            rf"{_ONCE_SENT}(?:จะ|(?:มี)?{_STAFF}(?:จะ)?){{1,2}}{_REACH}{_ME}?(?:กลับ|มา)?(?:กลับ|มา)?(?:ได้)?{_WHICH_WAY}",
            rf"{_ONCE_SENT}{_REACH}{_ME}?(?:กลับ|มา){_WHICH_WAY}",
            rf"{_ONCE_SENT}(?:{_ME})?(?:จะ)?(?:รู้|ดู|ทราบ|อ่าน|ได้|รับ)(?:ผล|คำตอบ)(?:ได้)?{_WHICH_WAY}",
        ),
        (
            r"will (?:any|some)(?:one|body) (?:contact|call|reach|answer|write to|get back to) me(?: back)?",
            r"will you (?:contact|call|reach|answer|write to|get back to) me(?: back)?",
            r"how (?:will|do) (?:i|you) (?:get|see|send|hear|know) (?:the |an |my )?(?:answer|result|reply)",
        ),
    ),
    ChannelQuestion.WHEN_ANSWERED: (
        (
            rf"{_ONCE_SENT}(?:อีก)?(?:จะ)?(?:ต้อง)?(?=.*?{_KNOW}){_SAID_OF_IT}{_WHEN}",
            rf"{_ONCE_SENT}(?:อีก)?(?:จะ)?(?:อีก|ใน)?{_WHEN}(?=.*?{_KNOW}){_SAID_OF_IT}",
        ),
        (
            r"when (?:will|do|can) (?:i|you|they|there) (?:be |get |know |have |see |hear |expect )?"
            r"(?:an? |the |my )?(?:answer|result|reply|know)",
            r"how long (?:will|does|do) (?:it|this|that|an answer|i have to) (?:take|wait)",
        ),
    ),
    ChannelQuestion.READ_YET: (
        (
            rf"(?:กลัว{_FEELING})?(?:ตอนนี้)?(?:มี)?{_STAFF}(?:ได้|จะ|มา)?"
            r"(?:อ่าน|เห็น|เปิดอ่าน|เปิดดู|รับเรื่อง|ดู|ตรวจ|ทำ)(?:เรื่อง|ข้อความ)?(?:ผม|หนู|เรา|แล้ว)?(?:หรือ|รึ|แล้ว)?(?:ยัง)",
            r"(?:เรื่อง)(?:ผม|หนู|เรา|นี้|ที่แจ้ง)?(?:ไป)?(?:ถึง)(?:ไหน|มือใคร|เจ้าหน้าที่)(?:แล้ว|รึ|หรือ)?(?:ยัง)?",
        ),
        (
            r"(?:has|did) (?:any|some)(?:one|body) (?:read|see|seen|open|opened) (?:it|this|my report)(?: yet)?",
        ),
    ),
    ChannelQuestion.WITHOUT_EVIDENCE: (
        (
            rf"(?:ถ้า)?(?:ไม่มี|ไม่ได้เก็บ|ไม่เหลือ){_EVIDENCE}(?:ล่ะ|แล้ว|แต่)?(?:ก็)?(?:จะ)?{_MAY_REPORT}(?:อยู่)?{_IF}",
            rf"(?:ต้อง|จำเป็นต้อง|จะต้อง)(?:มี|ใช้|ส่ง|แนบ){_EVIDENCE}{_IF}",
            rf"(?:ถ้า)?(?:ไม่แน่ใจ|ไม่ชัวร์|ไม่รู้ชื่อ|ไม่รู้ว่าใคร|ไม่รู้ชื่อคนทำ)(?:แล้ว)?(?:ก็)?(?:จะ)?{_MAY_REPORT}{_IF}",
        ),
        (
            r"(?:can i report|is it ok(?:ay)?) (?:without|if i have no) (?:any )?(?:evidence|proof)",
            r"do i need (?:any )?(?:evidence|proof)",
        ),
    ),
    ChannelQuestion.CHANGE_LATER: (
        (
            rf"{_ONCE_SENT}(?:จะ)?(?:กลับมา|มา|ขอ|ค่อย)?(?:มา|ขอ)?{_CHANGE}(?:ทีหลัง|ภายหลัง|อีก)?(?:ได้)(?:อีก|อยู่|ทีหลัง|ภายหลัง)?{_IF}",
        ),
        (
            r"can i (?:change|edit|add to|withdraw|cancel|delete|take back) (?:it|this|that|my report)"
            r"(?: later| afterwards)?",
        ),
    ),
    ChannelQuestion.FOR_ANOTHER: (
        (
            rf"(?:ขอ)?{_MAY_REPORT}(?:แทน|ให้|เรื่องของ){_OTHERS}(?:ได้)?{_IF}",
            rf"(?:ถ้า)?(?:เป็น)?(?:เรื่องของ|ไม่ใช่เรื่องของเราแต่เป็นของ){_OTHERS}(?:ก็)?(?:จะ)?{_MAY_REPORT}{_IF}",
        ),
        (r"can i report (?:for|on behalf of) (?:someone|somebody|another person|a friend|others)(?: else)?",),
    ),
}


_COMPILED = {
    question: (
        re.compile(f"{_BEFORE}(?:{'|'.join(f'(?:{one})' for one in thai)}){_END}"),
        re.compile(f"(?:{'|'.join(english)})[ ?!.]*"),
    )
    for question, (thai, english) in _PATTERNS.items()
}


def find_channel_question(text: str) -> ChannelQuestion | None:
    """Return what a whole text asks about the channel; None for any other text."""
    if not 0 < len(text) <= MAX_QUESTION_LENGTH:
        return None
    plain = normalize_for_matching(text)
    compact = plain.replace(" ", "")
    for question, (thai, english) in _COMPILED.items():
        if thai.fullmatch(compact) or english.fullmatch(plain):
            return question
    return None


def find_question_after_account(text: str) -> ChannelQuestion | None:
    """Return what is asked about the channel at the end of a text that tells something; None where nothing is."""
    parts = text[-2 * MAX_QUESTION_LENGTH :].split()
    for count in range(1, min(len(parts), MAX_QUESTION_PARTS + 1)):
        found = find_channel_question(" ".join(parts[-count:]))
        if found is not None and found.may_end_an_account:
            return found
    return None
