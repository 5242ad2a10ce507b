"""Names of files that may tell who sent them: “สลิป สมชาย 081….jpg” does, “IMG_1234.jpg” does not."""

import re

_WORDS = """
img image images dsc dscn dscf pxl vid video mov movie mvi photo photos pic picture screenshot screen shot capture
recording record voice audio sound scan scanned doc document file line album received signal telegram whatsapp camera
copy edited page evidence story note text untitled
jpg jpeg png heic gif webp pdf docx xlsx pptx odt ods txt mp mp3 mp4 m4a wav ogg
ภาพถ่าย ภาพ รูป รูปภาพ รูปถ่าย ภาพหน้าจอ วิดีโอ คลิป เสียง เสียงพูด ไฟล์ เอกสาร สแกน หลักฐาน สลิป ใบเสร็จ บันทึก ข้อความ สำเนา
"""
_NEUTRAL_WORDS = frozenset(_WORDS.split())
"""Words that cameras, phones and people give to any file."""

_EXTENSION = re.compile(r"\.[A-Za-z0-9]{1,5}$")
_WORD = re.compile(r"[ก-๎]+|[A-Za-z]+")
_NUMBER_RUN = re.compile(r"\+?\d(?:[ .-]?\d){8,15}")
_CITIZEN_ID_DIGITS = 13
_MAX_MARK_LETTERS = 2
"""Letters of what is no word but a mark of a camera or an app, as in “WA0001” and “_n”."""


def is_neutral_name(name: str) -> bool:
    """Whether a file's name tells nothing of a person: only words of cameras and papers, and numbers of no person."""
    stem = _EXTENSION.sub("", name)
    if "@" in stem or any(_is_personal_number(found[0]) for found in _NUMBER_RUN.finditer(stem)):
        return False
    words = [word.lower() for word in _WORD.findall(stem)]
    is_machine_id = re.fullmatch(r"[0-9a-fA-F-]{12,}", stem) is not None
    return is_machine_id or all(
        word in _NEUTRAL_WORDS or (word.isascii() and len(word) <= _MAX_MARK_LETTERS) for word in words
    )


def get_extension(name: str) -> str:
    """Return the extension of a file's name with its dot; empty where it has none."""
    found = _EXTENSION.search(name)
    return found[0] if found else ""


def _is_personal_number(run: str) -> bool:
    """Whether a run of digits is a telephone number, or a citizen's number by its check digit."""
    digits = re.sub(r"\D", "", run)
    if run.startswith("+") or re.fullmatch(r"0[2-9]\d{7,8}|66[2-9]\d{7,8}", digits):
        return True
    if len(digits) != _CITIZEN_ID_DIGITS:
        return False
    weighed = sum(int(digit) * weight for digit, weight in zip(digits, range(13, 1, -1), strict=False))
    return (11 - weighed % 11) % 10 == int(digits[-1])
