"""Negation: “not”, “not yet” and “do not” before the phrase of an action, and what both together mean.

Composed by rule: a negation, up to three words such as “want to”, then the phrase. It never means the action itself.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from handlers.thai.phrases import Meaning

_THAI_WORDS_BETWEEN = """
จะ ที่จะ ทีจะ ทีจ่ะ ที่จ่ะ อยาก อยากจะ ต้อง ต้องการ ขอ ประสงค์ มีความประสงค์ สะดวก สะดวกใจ ได้ ให้ กด พิมพ์ ยอม ยินดี ยินยอม เต็มใจ
กล้า พร้อม ควร น่า คิด คิดว่า คิดจะ เคย เพิ่ง พึ่ง ค่อย ถึงกับ ใช่ ใช่ว่า มีเจตนา ตั้งใจ รีบ ทัน จำเป็นต้อง อนุญาตให้
"""
_ENGLISH_WORDS_BETWEEN = "wantto wanna wishto liketo needto haveto to yet readyto ready it be been just"


def _join_words(words: str) -> str:
    return "|".join(sorted(words.split(), key=len, reverse=True))


_THAI_NEGATION = re.compile(f"(?:ยัง|ก็)?(?:ไม่|มิ|บ่|อย่า|ห้าม|งด)(?:{_join_words(_THAI_WORDS_BETWEEN)})*")
_BARE_THAI_NEGATION = re.compile("(?:ยัง|ก็)?(?:ไม่|มิ|บ่|อย่า|ห้าม|งด)")
_ENGLISH_NEGATION = re.compile(
    "(?:i|im|iam|we|please|pls)?(?:do|did|will|would|can|should|have|had|rather)?"
    f"(?:nt|not|dont|wont|cant|cannot|never|no)(?:{_join_words(_ENGLISH_WORDS_BETWEEN)})*"
)
_NOT_YET = re.compile("^(?:ก็)?ยัง|เพิ่ง|พึ่ง|yet")
_NOT_SO_FAR = re.compile("^(?:ก็)?ยัง|ได้|เคย|yet|did|have|had|never")
_NEGATIVE_PHRASE = re.compile("ไม่|^(?:มิ|บ่|อย่า|ยัง|เปล่า|ป่าว|โน|ห้าม|งด|no|i?dont|never|without|cannot|unsure)")

NO_LONGER = "แล้ว"
"""After what is denied: no longer."""
_UNREAD = "ตอบ ตอบข้อนี้ ตอบคำถาม ตอบคำถามนี้ ระบุ ให้คะแนน ลงคะแนน ให้คะแนนข้อนี้ ประเมิน กรอก กรอกข้อนี้ ใส่ ให้ข้อมูล"
_VERBS: Mapping[Meaning, str] = {
    Meaning.SKIP: f"{_UNREAD} ให้ความเห็น ออกความเห็น แสดงความเห็น แสดงความคิดเห็น ให้ความคิดเห็น ออกเสียง พูดถึง เลือก",
    Meaning.ANONYMOUS: """
บอก บอกชื่อ บอกชื่อจริง บอกใคร บอกว่าเป็นใคร ระบุชื่อ ระบุชื่อจริง ระบุนาม ระบุตัวตน ระบุชื่อตัวเอง เปิดเผย เปิดเผยชื่อ
เปิดเผยชื่อจริง เปิดเผยตัว เปิดเผยตัวตน เปิดเผยข้อมูล เปิดชื่อ เปิดตัว เปิดหน้า แจ้งชื่อ ให้ชื่อ ใส่ชื่อ ลงชื่อ ออกชื่อ
ออกนาม ออกตัว ออกหน้า แสดงตัว แสดงตน แสดงชื่อ ใช้ชื่อ เอาชื่อ กรอกชื่อ ตอบชื่อ รู้ชื่อ ใครรู้ ใครรู้ชื่อ เขารู้ คนรู้
""",
    Meaning.NONE: "ถ่าย ถ่ายรูป ถ่ายไว้ ถ่ายรูปไว้ ถ่ายคลิป เก็บ เก็บหลักฐาน บันทึก บันทึกไว้ อัด อัดไว้ อัดเสียง อัดเสียงไว้ อัดคลิปไว้",
    Meaning.CANCEL: "เล่า เล่าต่อ เอาเรื่อง กรอกต่อ ทำต่อ แจ้งต่อ ทำ",
    Meaning.KEEP: "ทิ้ง ถอน ถอนเรื่อง ถอนคำร้อง",
    Meaning.NO: "พร้อม เอาด้วย แน่ใจว่าใช่",
    Meaning.UNSURE: "แน่ แน่ๆ แน่นอน ชัวร์ จำ",
    Meaning.HELP: "เข้าใจ เข้าใจแล้ว เก็ท",
    Meaning.UNFINISHED: "อ่าน อ่านจบ อ่านหมด ครบ หมด เสร็จ จบ พอ เรียบร้อย",
}
"""What the negation of a verb means, where the verb alone means nothing, or its negation something of its own."""

_REPORT = ("แจ้ง", "แจ้งเรื่อง", "แจ้งเรื่องทุจริต", "แจ้งความ", "ร้องเรียน", "ร้องทุกข์", "ร้อง")
_TO_WHOM = ("", "ใคร", "ที่ไหน", "ที่อื่น", "หน่วยงานไหน", "หน่วยงานอื่น", "ไป", "ไว้", "เรื่องนี้")
_REPORTING = frozenset(go + verb + whom for go in ("", "ไป") for verb in _REPORT for whom in _TO_WHOM)
"""Not so far, these are “never”; else whoever denies them gives up."""
_TELLING = frozenset({"บอก", "บอกใคร"})
"""Not so far, these are “never” too; else whoever denies them stays unnamed."""

VERBS: Mapping[str, Meaning] = {
    **{verb: meaning for meaning, verbs in _VERBS.items() for verb in verbs.split()},
    **dict.fromkeys(_REPORTING, Meaning.CANCEL),
}

_OPPOSITES: Mapping[Meaning, Meaning] = {
    Meaning.YES: Meaning.NO,
    Meaning.OKAY: Meaning.NO,
    Meaning.START: Meaning.NOT_YET,
    Meaning.SEND: Meaning.NOT_YET,
    Meaning.DONE: Meaning.UNFINISHED,
    Meaning.CANCEL: Meaning.KEEP,
    Meaning.DELETE: Meaning.KEEP,
    Meaning.LEAVE: Meaning.KEEP,
    Meaning.KEEP: Meaning.CANCEL,
    Meaning.NAMED: Meaning.ANONYMOUS,
    Meaning.ANONYMOUS: Meaning.NAMED,
    Meaning.CONTACT: Meaning.NO,
    Meaning.ANSWER: Meaning.NO,
}
"""The plain opposite of a meaning. The denial of any other is ambiguous."""


@dataclass(frozen=True, slots=True)
class Negation:
    """A negation at a place of a text: its words, and where what it denies begins."""

    words: str
    end: int

    def negate(self, phrase: str, meaning: Meaning | None, *, no_longer: bool = False) -> Meaning:
        """Return what the denial of a phrase means. meaning: of the phrase alone; no_longer: แล้ว stands after it."""
        if phrase in _REPORTING:
            so_far = _NOT_SO_FAR.search(self.words) is not None
            return Meaning.NEVER if so_far and not no_longer else Meaning.CANCEL
        if meaning is Meaning.START and not _NOT_YET.search(self.words):
            return Meaning.REFUSE
        if meaning is Meaning.ANONYMOUS and "ลับ" in phrase:  # “it is not secret” gives no name
            return Meaning.AMBIGUOUS
        if meaning is Meaning.SEND:
            return Meaning.CANCEL if no_longer and not _NOT_YET.search(self.words) else Meaning.NOT_YET
        if phrase in _TELLING and _NOT_SO_FAR.search(self.words) and not no_longer:
            return Meaning.NEVER
        if phrase in VERBS:
            return VERBS[phrase]
        return _OPPOSITES.get(meaning, Meaning.AMBIGUOUS) if meaning is not None else Meaning.AMBIGUOUS


def list_negations(text: str, at: int) -> list[Negation]:
    """Return the negations that begin at a place of a squeezed text, one for each word it may end with."""
    ends: set[int] = set()
    for pattern in (_THAI_NEGATION, _ENGLISH_NEGATION):
        found = pattern.match(text, at)
        if found is None:
            continue
        bare = _BARE_THAI_NEGATION.match(text, at)
        ends |= _list_word_ends(text, bare.end(), found.end()) if bare else {found.end()}
    return [Negation(text[at:end], end) for end in sorted(ends, reverse=True)]


def _list_word_ends(text: str, start: int, last: int) -> set[int]:
    """Return the places at which the words between a negation and what it denies may end."""
    ends, fresh = {start}, [start]
    words = _THAI_WORDS_BETWEEN.split()
    while fresh:
        fresh = [
            place + len(word)
            for place in fresh
            for word in words
            if text.startswith(word, place) and place + len(word) <= last and place + len(word) not in ends
        ]
        ends.update(fresh)
    return ends


def is_negative_phrase(phrase: str) -> bool:
    """Whether a phrase denies something already: its denial is no plain opposite."""
    return _NEGATIVE_PHRASE.search(phrase) is not None
