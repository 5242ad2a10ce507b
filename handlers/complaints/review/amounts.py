"""Sums of money in a story, in digits and in words: “50,000 บาท”, “สามหมื่น”, “๕ หมื่น”, “คนละห้าร้อย”."""

import re
from collections.abc import Mapping

from handlers.complaints.review.doubt import is_certain
from handlers.dialog.events import DEFAULT_LANG, Lang, select_by_lang
from handlers.thai.dates import to_arabic_digits

MAX_AMOUNTS = 3
"""Sums that are shown. Who tells of more tells a list, which nobody reads better than its reader."""

MAX_BAHT = 10**12

_EACH_IN_ENGLISH: Mapping[str, str] = {
    "เดือนละ": "a month",
    "ปีละ": "a year",
    "วันละ": "a day",
    "ครั้งละ": "each time",
}

_DIGITS: Mapping[str, int] = {
    "หนึ่ง": 1, "เอ็ด": 1, "สอง": 2, "ยี่": 2, "สาม": 3, "สี่": 4, "ห้า": 5, "หก": 6, "เจ็ด": 7, "แปด": 8, "เก้า": 9,
}  # fmt: skip
_TENS: Mapping[str, int] = {
    "สิบ": 10,
    "ร้อย": 100,
    "พัน": 1_000,
    "หมื่น": 10_000,
    "แสน": 100_000,
    "ล้าน": 1_000_000,
}
_SMALLEST_WITHOUT_BAHT = 1_000

_EACH = "(?P<each>(?:ราย|คน|หัว|เดือน|ปี|ครั้ง|ชุด|ใบ|วัน|มื้อ|เครื่อง|งวด|เทอม|ห้อง|ต้น|คัน)ละ)?"
_WORD = "|".join((*_DIGITS, *_TENS))
_FIGURE = r"\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d{1,9}(?:\.\d{1,2})?"
_SUM = re.compile(
    rf"{_EACH}\s*(?:(?P<figure>{_FIGURE})\s*(?P<times>{'|'.join(_TENS)})?|(?P<words>(?:{_WORD})+))"
    r"\s*(?P<baht>บาท|\.-|(?<=\d)-บาท|baht|thb)?",
    re.IGNORECASE,
)
_WORD_PATTERN = re.compile(_WORD)
_MONEY_BEFORE = re.compile(r"(?:เงิน|จ่าย|ราคา|ค่า|โอน|สินบน|เบิก|เก็บ|เรียก|ขอ|หัก|ซื้อ)[^\n]{0,40}$")
_RANGE_BEFORE = re.compile(r"(?:\d\s*(?:-|–|ถึง)|[,.\d])\s*$")
"""What makes a number the end of a range, or a part of a longer one."""

_COUNTED = re.compile(
    r"\s*(?:กว่า)?\s*(?:คน|ราย|ตัว|ชุด|ครั้ง|ปี|เดือน|วัน|ไร่|ต้น|แผ่น|กิโล|กก|ลิตร|เครื่อง|ชั่วโมง|นาที|โมง|ทุ่ม|เมตร|หน้า|ฉบับ|เปอร์|%|ธุ์|เอก|โท|ตรี)"
)


_FIGURE_GOES_ON = re.compile(rf"\s?(?:{_WORD})")
"""“3 พันห้า” is 3,500, and nothing certain."""

_MORE_FOLLOWS = re.compile(r"\s?กว่า")
"""“สองหมื่นกว่าบาท” is more than 20,000."""


def find_amounts(story: str, lang: Lang = DEFAULT_LANG) -> str:
    """Return the sums that a story names, as far as they are certain; empty for none.

    A number is a sum where “บาท” follows, or where it counts in thousands and money is spoken of right before it.
    lang: of the words beside the figure.
    """
    text = to_arabic_digits(story)
    found = dict[str, None]()
    for match in _SUM.finditer(text):
        baht = _read_sum(match)
        if baht is None and len(_WORD_PATTERN.findall(match["words"] or "")) > 1:
            return ""  # “หมื่นห้า” is a sum that is not read: the others would be a wrong list
        if baht is not None and _is_money(match, text, baht):
            if _FIGURE_GOES_ON.match(text, match.end()) or not is_certain(text, match.start(), match.end()):
                return ""
            is_more = _MORE_FOLLOWS.match(text, match.end()) is not None
            found[_format_sum(match["each"] or "", baht, lang, is_more=is_more)] = None
    return ", ".join([*found][:MAX_AMOUNTS]) if len(found) <= MAX_AMOUNTS else ""


def _is_money(match: re.Match[str], text: str, baht: float) -> bool:
    if _RANGE_BEFORE.search(text[: match.start()]):
        return False
    if match["baht"]:
        return True
    if not (match["times"] or match["words"]) or baht < _SMALLEST_WITHOUT_BAHT:
        return False
    return _COUNTED.match(text, match.end()) is None and bool(_MONEY_BEFORE.search(text[: match.start()]))


def _read_sum(match: re.Match[str]) -> float | None:
    """Return the sum in baht; None for words that are no number, or may mean two: “สองแสนห้า” is 250,000 to most."""
    if match["words"]:
        words = _WORD_PATTERN.findall(match["words"])
        # “ละหมื่น” is one; “หลายหมื่น” and “เป็นหมื่น” are nobody knows how many.
        return _read_words([*(["หนึ่ง"] if match["each"] and words[0] in _TENS else []), *words])
    baht = float(match["figure"].replace(",", "")) * _TENS.get(match["times"] or "", 1)
    return baht if 0 < baht <= MAX_BAHT else None


def _read_words(words: list[str]) -> float | None:
    """Return the number of words; None for a bare multiplier, one out of order, or a last digit without its place."""
    whole, part, digit, last = 0, 0, 0, 10**9
    for word in words:
        if word in _DIGITS:
            if digit:
                return None
            digit = _DIGITS[word]
            continue
        place = _TENS[word]
        if place == _TENS["ล้าน"]:
            whole, part, digit, last = (whole + part + digit) * place, 0, 0, place
            if not whole:
                return None
            continue
        if place >= last or (not digit and word != "สิบ"):
            return None
        part, digit, last = part + (digit or 1) * place, 0, place
    if digit and last > _TENS["สิบ"] and (whole or part):
        return None
    return whole + part + digit or None


def _format_sum(each: str, baht: float, lang: Lang, *, is_more: bool = False) -> str:
    """Return a sum as people write it: 5,000 บาท; รายละ 12.50 บาท; 500 baht a month."""
    figure = f"{baht:,.0f}" if baht == int(baht) else f"{baht:,.2f}"
    often = _EACH_IN_ENGLISH.get(each, "each") if each else ""
    th, en = f"{each} {figure} บาท".strip(), f"{figure} baht {often}".strip()
    return select_by_lang(lang, th=f"มากกว่า {th}" if is_more else th, en=f"more than {en}" if is_more else en)
