"""Detection and redaction of personal data in texts to be published."""

import re
from collections.abc import Iterator

from handlers.thai.dates import to_arabic_digits

REDACTION_MARK = "[ปิดบัง]"

_NATIONAL_ID = re.compile(r"(?<!\d)\d(?:[ \-]?\d){12}(?!\d)")
_PHONE = re.compile(r"(?<!\d)(?:\+66[ \-]?|0)\d(?:[ \-.]?\d){7,8}(?!\d)")
_EMAIL = re.compile(r"[\w.+\-]+@[\w\-]+(?:\.[\w\-]+)+")
# Words that begin like a title but are none: always ("นายจ้าง"), or only where the word ends ("นายก ", not "นายกิตติ").
_JOB_TITLES = "จ้าง|ทะเบียน|อำเภอ|แพทย์|ทหาร|กรัฐมนตรี|กเทศมนตรี|กองค์การ|กสมาคม|กสภา|กอบต|กอบจ|กเหล่า|ช่างไฟ|ช่างโยธา"
_SHORT_EXCEPTIONS = "(?:ก|หน้า|ทุน|ช่าง|ท้าย)(?![ก-๙])"
_NAME = re.compile(
    r"(?:(?:น\.ส\.|ด\.ช\.|ด\.ญ\.|นางสาว|เด็กชาย|เด็กหญิง)"
    rf"|นาย(?!{_JOB_TITLES}|{_SHORT_EXCEPTIONS})|นาง(?!สาว|งาม|พยาบาล|ฟ้า|เอก))"
    r"\s?[ก-ฮเแโใไ][ก-๙]{1,24}(?:\s[ก-ฮเแโใไ][ก-๙]{1,30})?"
)


def find_pii(text: str) -> tuple[str, ...]:
    """Return what may identify a person: national ids with valid check digit, phones, e-mails, names after a title."""
    return tuple(dict.fromkeys(text[start:end] for start, end in _find_spans(text)))


def find_contacts(text: str) -> tuple[str, ...]:
    """Return what reaches or names exactly one person: national ids with valid check digit, phones, e-mails."""
    plain = to_arabic_digits(text)
    spans = sorted(span for span, is_name in _iterate_matches(plain) if not is_name)
    return tuple(dict.fromkeys(text[start:end] for start, end in spans))


def redact_pii(text: str) -> str:
    """Replace everything that `find_pii` finds."""
    made, last = list[str](), 0
    for start, end in _find_spans(text):
        made += [text[last:start], REDACTION_MARK]
        last = end
    return "".join((*made, text[last:]))


def is_national_id(digits: str) -> bool:
    """Whether 13 digits are a Thai national id: the last is a check digit (weights 13 to 2, modulo 11)."""
    if len(digits) != 13 or not digits.isdigit():
        return False
    total = sum(int(digit) * weight for digit, weight in zip(digits, range(13, 1, -1), strict=False))
    return (11 - total % 11) % 10 == int(digits[12])


def _find_spans(text: str) -> list[tuple[int, int]]:
    """Return the spans of personal data, in order and without overlaps."""
    taken: list[tuple[int, int]] = []
    spans = (span for span, _ in _iterate_matches(to_arabic_digits(text)))
    for start, end in sorted(spans, key=lambda span: (span[0], -span[1])):
        if not taken or start >= taken[-1][1]:
            taken.append((start, end))
    return taken


def _iterate_matches(plain: str) -> Iterator[tuple[tuple[int, int], bool]]:
    """Yield each span of personal data in a text in Arabic digits, and whether it is a name."""
    for one in _NATIONAL_ID.finditer(plain):
        if is_national_id(re.sub(r"\D", "", one[0])):
            yield one.span(), False
    for pattern in (_PHONE, _EMAIL, _NAME):
        for one in pattern.finditer(plain):
            yield one.span(), pattern is _NAME
