"""The words of days: a text becomes tokens (numbers, months, units, “last”, “until” …); all else is unknown."""

import re
from dataclasses import dataclass
from enum import StrEnum

from handlers.thai.matching import normalize_for_matching
from ita_stats.calendar import ENGLISH_MONTHS, THAI_MONTHS

MAX_DATE_TEXT = 300
"""Characters in which a date is searched."""


class TokenKind(StrEnum):
    """What a token is; its value is the letter that stands for it in the patterns of `date_spans`."""

    NUMBER = "N"
    MONTH_NAME = "M"
    ENGLISH_MONTH = "J"
    WEEKDAY = "U"
    DAY = "d"
    WEEK = "w"
    MONTH = "m"
    YEAR = "y"
    FISCAL_YEAR = "f"
    PART = "p"
    LAST = "L"
    THIS = "H"
    NEXT = "X"
    ALREADY = "A"
    DAYS_AGO = "T"
    PRESENT = "P"
    """“These days”: no day by itself, but it can end a span."""
    EVERY = "E"
    NOT = "n"
    """“Not” and “after”: what follows is not the day."""
    UNTIL = ">"
    SINCE = "s"
    AND = ","
    DASH = "-"
    SLASH = "/"
    DOT = "."
    OF = "o"
    UNIT = "q"
    """What shows that the number before it is an hour, a sum or a count."""
    OTHER = "?"


@dataclass(frozen=True, slots=True)
class Token:
    """A word of a date. value: the number, month (1 to 12), weekday (Monday is 0), days ago, or part (0 to 2).

    digits: how many a number was written with; 0 for a word. LAST with the value 1 is “that has passed”, not “ago”.
    """

    kind: TokenKind
    value: int = 0
    digits: int = 0


_LETTER = "[ก-ฮะ-ฺเ-๎]"
_NO_LETTER_BEFORE = rf"(?:(?<!{_LETTER})|(?<=เดือน)|(?<=ต้น)|(?<=กลาง)|(?<=ปลาย)|(?<=ถึง))"

_STEMS = (
    "มะ?กค?รา", "ก[ุู]ม[ภพ]า", "ม[ีิ]นา(?!ย|ง|น|ที(?!่))", "เม[ษสศ]า", "พฤ(?:ษ|ศ|ก|กษ|ส)[ภพ]า", "ม[ิี][ถท]ุนา",
    "กร{1,2}ก[ฎฏด]า", "สิ[งฆ]หา", "กั[นญณ]ยา", "ตุลา(?!การ)", "พฤ[ศษส]?จ?ิ?จ?ิกา", "[ธท]ันวา",
)  # fmt: skip
_TAIL = r"(?:ค(?:ม|น|า)?|ย(?:น|ม)?|พันธ?์?|พันท์|พัน|ฯ)?(?:์)?"
_SHORT = ("มค", "กพ", "มีค", "เมย", "พค", "มิย", "กค", "สค", "กย", "ตค", "พย", "ธค")


def _match_short_name(letters: str) -> str:
    """Return the pattern of a short month: with dots anywhere, without them only where no letter is beside it."""
    first, last = letters[:-1], letters[-1]
    dotted = rf"{first}\.\s?{last}\.?|{first}\s?{last}\."
    return rf"(?:{dotted})|{_NO_LETTER_BEFORE}{first}{last}(?!{_LETTER})"


def _list_month_patterns() -> list[tuple[str, TokenKind, int]]:
    rows = list[tuple[str, TokenKind, int]]()
    for number in range(1, 13):
        english = ENGLISH_MONTHS[number - 1].lower()
        rows += [
            (THAI_MONTHS[number - 1], TokenKind.MONTH_NAME, number),
            (_STEMS[number - 1] + _TAIL, TokenKind.MONTH_NAME, number),
            (_match_short_name(_SHORT[number - 1]), TokenKind.MONTH_NAME, number),
            (rf"\b{english}\b|\b{english[:3]}t?\b\.?", TokenKind.ENGLISH_MONTH, number),
        ]
    return rows


_WEEKDAYS = (
    r"จันทร์?", "อังคาร", "พุธ", r"พฤหัส(?:บดี)?", r"ศุกร์?", r"เสาร์?", "อาทิตย์?",
)  # fmt: skip
_ENGLISH_WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_NUMBER_WORDS = (
    "หนึ่ง", "สอง", "สาม", "สี่", "ห้า", "หก", "เจ็ด", "แปด", "เก้า", "สิบ",
)  # fmt: skip
_ENGLISH_NUMBERS = ("one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")

_EVENTS = "เปิด|ปิด|สอบ|เลือก|งาน|เทศ|ปี|สง|ประ|จะ|ได้|มี|เข้า"
"""What follows ก่อน where it is “before”, as in “three days before the examination”, and not “ago”."""

_WORDS: list[tuple[str, TokenKind, int]] = [
    (r"ทุกวันนี้|ปัจจุบัน(?:นี้)?|บัดนี้|these days|nowadays|the present|present|now\b", TokenKind.PRESENT, 0),
    (r"(?:เมื่อ)?วานซืน(?:นี้)?|the day before yesterday", TokenKind.DAYS_AGO, 2),
    (r"(?:เมื่อ|มะ)วาน(?:นี้)?|วานนี้|yesterday", TokenKind.DAYS_AGO, 1),
    (r"เมื่อคืน(?:นี้)?(?!วาน)|last night", TokenKind.DAYS_AGO, 1),
    (r"วันนี้|เมื่อเช้า(?:นี้)?(?!วาน)|เช้านี้|เมื่อกี้|today|this morning", TokenKind.DAYS_AGO, 0),
    (r"พรุ่งนี้|พรุ้งนี้|tomorrow", TokenKind.DAYS_AGO, -1),
    (r"มะรืน(?:นี้)?", TokenKind.DAYS_AGO, -2),
    (r"ทุกๆ?|\bevery\b|\beach\b", TokenKind.EVERY, 0),
    (r"ไม่ใช่|มิใช่|\bnot\b|หลังจาก|หลัง(?=\s?(?:วันที่|\d))|\bafter\b|\bbefore\b", TokenKind.NOT, 0),
    *((rf"วัน{name}|(?<!{_LETTER}){name}(?=\s?(?:ที่|ก่อน|นี้|หน้า))", TokenKind.WEEKDAY, index)
      for index, name in enumerate(_WEEKDAYS[:6])),
    (rf"วัน{_WEEKDAYS[6]}", TokenKind.WEEKDAY, 6),
    *((rf"\b{name}\b", TokenKind.WEEKDAY, index) for index, name in enumerate(_ENGLISH_WEEKDAYS)),
    (r"ปีงบ(?:ประมาณ)?|fiscal year", TokenKind.FISCAL_YEAR, 0),
    (r"ปี(?!การ)|(?:พ|ค)\s?\.?\s?ศ\s?\.?(?=\s?\d)|\bb\.?e\.?|\ba\.?d\.?\b|\byears?\b", TokenKind.YEAR, 0),
    (r"เดือน|months?\b", TokenKind.MONTH, 0),
    (r"สัปดาห์|สัปดา|อาทิตย์?|weeks?\b", TokenKind.WEEK, 0),
    (r"วันที่(?=\s?\d)|วัน|days?\b", TokenKind.DAY, 0),
    (r"เป็นต้นมา", TokenKind.OF, 0),
    (r"ต้นๆ?|early|(?:the )?(?:beginning|start) of", TokenKind.PART, 0),
    (r"กลางๆ?|mid(?:dle of)?-?", TokenKind.PART, 1),
    (r"ปลายๆ?|สิ้น|ท้าย|\blate\b|(?:the )?end of", TokenKind.PART, 2),
    (r"ที่ผ่านมา(?:แล้ว)?|ที่ผ่าน", TokenKind.LAST, 1),
    (r"ที่\s?แล้ว|ที่\s?เเล้ว|ที่แลว|\blast\b|\bago\b|\bprevious\b", TokenKind.LAST, 0),
    (rf"ก่อน(?:หน้า)?(?:นี้)?(?!\s?(?:{_EVENTS}))", TokenKind.LAST, 0),
    (r"(?:มา)?\s?แล้ว|เเล้ว", TokenKind.ALREADY, 0),
    (r"นี้|\bthis\b", TokenKind.THIS, 0),
    (rf"หน้า(?!{_LETTER})|ถัดไป|\bnext\b", TokenKind.NEXT, 0),
    (r"ตั้งแต่|ระหว่าง|since|from|between", TokenKind.SINCE, 0),
    (r"จนถึง|มาถึง|ถึง|จน|\bto\b|\buntil\b|\btill\b", TokenKind.UNTIL, 0),
    (r"และ|กับ|,|&|\band\b", TokenKind.AND, 0),
    (r"ของ|เมื่อ|ใน|ช่วง|ประมาณ|ราวๆ?|น่าจะ|\bof\b|\bin\b|\bon\b|\babout\b|\bthe\b|\(|\)", TokenKind.OF, 0),
    (r"โมง|ทุ่ม|นาฬิกา|นาที|ชั่วโมง|น\.(?!\s?ส)|:|%|\bpm\b|\bam\b|baht", TokenKind.UNIT, 0),
    (rf"(?:คน|บาท|ครั้ง|ราย|เท่า)(?!{_LETTER})", TokenKind.UNIT, 0),
    *((word, TokenKind.NUMBER, index) for index, word in enumerate(_NUMBER_WORDS, 1)),
    *((rf"\b{word}\b", TokenKind.NUMBER, index) for index, word in enumerate(_ENGLISH_NUMBERS, 1)),
    (r"[-\u2010-\u2015]", TokenKind.DASH, 0),
    ("/", TokenKind.SLASH, 0),
    (r"\.", TokenKind.DOT, 0),
]  # fmt: skip

_RULES = [*_list_month_patterns(), *_WORDS]
_LEXER = re.compile(
    rf"(?P<digits>\d+)(?:st|nd|rd|th)?|{'|'.join(f'(?P<r{i}>{p})' for i, (p, _, _) in enumerate(_RULES))}|(?P<x>\S)"
)


MIN_MISTYPED_MONTH = 5
MAX_MISTYPED_MONTH = 14
"""Letters that a word between the day and the year has, to be compared with the names of months."""

MAX_TYPOS = 2


def split_into_tokens(text: str) -> list[Token]:
    """Return the tokens of the first `MAX_DATE_TEXT` characters; neighbouring unknown characters are one token."""
    tokens, unknown = list[Token](), dict[int, str]()
    for found in _LEXER.finditer(normalize_for_matching(text[:MAX_DATE_TEXT])):
        group = found.lastgroup or "x"
        if group == "digits":
            tokens.append(Token(TokenKind.NUMBER, int(found["digits"][:9]), len(found["digits"])))
        elif group == "x":
            if not tokens or tokens[-1].kind is not TokenKind.OTHER:
                tokens.append(Token(TokenKind.OTHER))
            unknown[len(tokens) - 1] = unknown.get(len(tokens) - 1, "") + found["x"]
        else:
            _, kind, value = _RULES[int(group[1:])]
            tokens.append(Token(kind, value))
    for index, word in unknown.items():
        around = [*tokens[max(0, index - 1) : index], *tokens[index + 1 : index + 2]]
        if len(around) == 2 and all(token.kind is TokenKind.NUMBER for token in around):
            month = _find_mistyped_month(word)
            tokens[index] = Token(TokenKind.MONTH_NAME, month) if month else tokens[index]
    return tokens


def _find_mistyped_month(word: str) -> int:
    """Return the month whose name has at most `MAX_TYPOS` letters more, less or other than a word; 0 for none."""
    if not MIN_MISTYPED_MONTH <= len(word) <= MAX_MISTYPED_MONTH:
        return 0
    typos = [_count_typos(word, name) for name in THAI_MONTHS]
    fewest = min(typos)
    return typos.index(fewest) + 1 if fewest <= MAX_TYPOS and typos.count(fewest) == 1 else 0


def _count_typos(word: str, name: str) -> int:
    """Return the edit distance (Levenshtein) of two short words."""
    row = list(range(len(name) + 1))
    for number, letter in enumerate(word, 1):
        previous, row = row, [number]
        for index, other in enumerate(name):
            row.append(min(previous[index] + (letter != other), previous[index + 1] + 1, row[index] + 1))
    return row[-1]
