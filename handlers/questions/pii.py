"""Personal data in a text that is to be published: found by shape, and covered."""

import re
from collections.abc import Iterator

REDACTION_MARK = "[ปิดบัง]"

_THAI_DIGITS = str.maketrans("๐๑๒๓๔๕๖๗๘๙", "0123456789")
_NATIONAL_ID = re.compile(r"(?<!\d)\d(?:[ \-]?\d){12}(?!\d)")
_PHONE = re.compile(r"(?<!\d)(?:\+66[ \-]?|0)\d(?:[ \-.]?\d){7,8}(?!\d)")
_EMAIL = re.compile(r"[\w.+\-]+@[\w\-]+(?:\.[\w\-]+)+")
# What begins as a title does and is none: always ("นายจ้าง"), or only as a word that ends there ("นายก ", not "นายกิตติ").
_JOB_TITLES = "จ้าง|ทะเบียน|อำเภอ|แพทย์|ทหาร|กรัฐมนตรี|กเทศมนตรี|กองค์การ|กสมาคม|กสภา|กอบต|กอบจ|กเหล่า|ช่างไฟ|ช่างโยธา"
_SHORT_EXCEPTIONS = "(?:ก|หน้า|ทุน|ช่าง|ท้าย)(?![ก-๙])"
_NAME = re.compile(
    r"(?:(?:น\.ส\.|ด\.ช\.|ด\.ญ\.|นางสาว|เด็กชาย|เด็กหญิง)"
    rf"|นาย(?!{_JOB_TITLES}|{_SHORT_EXCEPTIONS})|นาง(?!สาว|งาม|พยาบาล|ฟ้า|เอก))"
    r"\s?[ก-ฮเแโใไ][ก-๙]{1,24}(?:\s[ก-ฮเแโใไ][ก-๙]{1,30})?"
)


def find_pii(text: str) -> tuple[str, ...]:
    """What may tell who somebody is: national ids with a right check digit, phones, e-mails, names after a title."""
    return tuple(dict.fromkeys(text[start:end] for start, end in _find_spans(text)))


def redact_pii(text: str) -> str:
    """The text with all of it covered."""
    made, last = list[str](), 0
    for start, end in _find_spans(text):
        made += [text[last:start], REDACTION_MARK]
        last = end
    return "".join((*made, text[last:]))


def is_national_id(digits: str) -> bool:
    """Whether 13 digits are a Thai national id: the last one checks the others (weights 13 to 2, modulo 11)."""
    if len(digits) != 13 or not digits.isdigit():
        return False
    total = sum(int(digit) * weight for digit, weight in zip(digits, range(13, 1, -1), strict=False))
    return (11 - total % 11) % 10 == int(digits[12])


def _find_spans(text: str) -> list[tuple[int, int]]:
    """Where it stands: in order, none within another."""
    taken: list[tuple[int, int]] = []
    for start, end in sorted(_iterate_matches(text), key=lambda span: (span[0], -span[1])):
        if not taken or start >= taken[-1][1]:
            taken.append((start, end))
    return taken


def _iterate_matches(text: str) -> Iterator[tuple[int, int]]:
    plain = text.translate(_THAI_DIGITS)
    for one in _NATIONAL_ID.finditer(plain):
        if is_national_id(re.sub(r"\D", "", one[0])):
            yield one.span()
    for pattern in (_PHONE, _EMAIL, _NAME):
        for one in pattern.finditer(plain):
            yield one.span()
