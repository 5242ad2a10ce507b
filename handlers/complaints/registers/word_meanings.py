"""What the words of a register mean: known ones, ones that the desk remembers, and guesses that somebody confirms."""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import assert_never

from handlers.complaints.import_vocabulary import NO_OUTCOME_WORDS, OUTCOME_WORDS, SOURCE_WORDS, STATUS_WORDS
from handlers.complaints.lifecycle import CaseOutcome, CaseSource, CaseStatus
from handlers.complaints.messages import ToldWord, WordKind
from handlers.complaints.registers.columns import RegisterColumn, fold_heading, read_heading
from handlers.office import Office
from handlers.thai.matching import normalize_for_matching

_BRACKETS = re.compile(r"\([^()]*\)")
_SIGNS = re.compile(r"[\s.,:;*'\"\-–ฯ]+")
_SHARE = re.compile(r"(?<=เงินเดือน)\s*(?:ร้อยละ)?\s*\d+(?:\.\d+)?\s*%?")
"""A part of the salary that somebody lost; “ดำเนินการแล้ว 50%” says something else."""
MAX_WORD_LENGTH = 80
"""Characters of a word that can be asked for: a longer text is a report, not a word."""

NAMED_COLUMNS = tuple(
    column.value
    for column in RegisterColumn
    if column not in {RegisterColumn.RESULT, RegisterColumn.SEQUENCE, RegisterColumn.SUBJECT}
)
"""What a heading that is not known can be said to be."""

NOTHING = "none"
"""The value of a word that says neither state nor outcome."""


def fold_word(text: str) -> str:
    """Return a word without what does not matter in it: case, spaces, signs, brackets, a share of the salary."""
    folded = _SIGNS.sub("", _SHARE.sub("", _BRACKETS.sub("", normalize_for_matching(text))))
    return folded or _SIGNS.sub("", normalize_for_matching(text))


def fold_for(kind: WordKind, text: str) -> str:
    """Return a word without what does not matter in it, as words of its kind are compared."""
    return fold_heading(text) if kind is WordKind.COLUMN else fold_word(text)


@dataclass(frozen=True, slots=True)
class Progress:
    """What a word says of a case: its state, its outcome, or nothing of either."""

    status: CaseStatus | None = None
    outcome: CaseOutcome | None = None


PROGRESS_BY_VALUE: Mapping[str, Progress] = {
    **{status.value: Progress(status) for status in CaseStatus},
    **{outcome.value: Progress(CaseStatus.CLOSED, outcome) for outcome in CaseOutcome},
    NOTHING: Progress(),
}
"""What can be answered when a word is asked, and what it means."""

_SOURCE_VALUES = {fold_word(word): source.value for word, source in SOURCE_WORDS.items()} | {
    fold_word(word): NOTHING for word in ("ไม่ระบุ", "ไม่ทราบ", "-")
}
_PROGRESS_VALUES = (
    {fold_word(word): NOTHING for word in NO_OUTCOME_WORDS}
    | {fold_word(word): outcome.value for word, outcome in OUTCOME_WORDS.items()}
    | {fold_word(word): status.value for word, status in STATUS_WORDS.items()}
)

_SOURCE_PARTS = (
    (
        CaseSource.DELEGATED,
        ("ปปช", "ปปท", "ดำรงธรรม", "ส่งต่อจาก", "มอบหมาย", "สตง", "สปน", "1111", "1567", "หน่วยงาน"),
    ),
    (CaseSource.LINE, ("ไลน์", "line")),
    (
        CaseSource.WEB,
        (
            "facebook",
            "เฟซ",
            "เฟส",
            "เว็บ",
            "เวบ",
            "เพจ",
            "เมล",
            "mail",
            "ออนไลน์",
            "qr",
            "form",
            "แอป",
            "tiktok",
        ),
    ),
    (CaseSource.CALL, ("โทรศัพท์", "สายด่วน", "โทร")),
    (CaseSource.WALK_IN, ("ด้วยตนเอง", "ตัวเอง", "วาจา", "มาพบ")),
    (CaseSource.LETTER, ("หนังสือ", "จดหมาย", "ไปรษณีย์", "ตู้", "กล่อง", "บัตรสนเท่ห์", "แฟกซ์")),
)
_PROGRESS_PARTS = (
    (
        CaseStatus.INVESTIGATING.value,
        (
            "ยังไม่",
            "ไม่แล้วเสร็จ",
            "ไม่เสร็จ",
            "ไม่ยุติ",
            "ไม่สามารถ",
            "ไม่ปิด",
            "อยู่ระหว่าง",
            "กำลัง",
            "รอ",
            "ตั้งกรรมการ",
            "ตั้งคณะกรรมการ",
            "ระหว่าง",
        ),
    ),
    (CaseStatus.NOT_ACCEPTED.value, ("ไม่รับ",)),
    (CaseOutcome.WITHDRAWN.value, ("ถอนเรื่อง", "ถอนคำร้อง")),
    (CaseOutcome.UNSUBSTANTIATED.value, ("ไม่มีมูล", "ไม่พบ", "ไม่เป็นความจริง", "ไม่ผิด", "เข้าใจผิด", "ไม่มีความผิด")),
    (CaseOutcome.INSUFFICIENT.value, ("ไม่เพียงพอ", "ไม่พอ")),
    (CaseOutcome.FORWARDED.value, ("ส่งต่อ", "ส่งเรื่อง", "ส่งให้", "ส่งต้นสังกัด")),
    (
        "substantiated",
        ("มีมูล", "ลงโทษ", "ภาคทัณฑ์", "ตัดเงินเดือน", "ลดเงินเดือน", "ปลดออก", "ไล่ออก", "ตักเตือน", "ผิดวินัย"),
    ),
    (
        CaseStatus.CLOSED.value,
        ("แล้วเสร็จ", "เสร็จสิ้น", "ยุติ", "ปิดเรื่อง", "เรียบร้อย", "ชี้แจงแล้ว", "แจ้งผู้ร้องแล้ว", "จำหน่าย"),
    ),
)
"""Parts of words by which a meaning is guessed, those first that hide another: ไม่มีมูล before มีมูล."""


def _has_part(word: str, part: str) -> bool:
    """Whether a word has a part of it, and not its contrary: “ไม่ลงโทษ” does not say ลงโทษ."""
    at = word.find(part)
    return at >= 0 and not word[:at].endswith(_NOT)


_NOT = ("ไม่", "ไม่ได้", "ไม่ต้อง", "มิ", "มิได้", "ยังไม่", "ไม่ขอ", "ไม่ควร", "ไม่สมควร", "งด")


def _fold_whole(text: str) -> str:
    """Return a word as `fold_word` does, with what stands in its brackets."""
    return _SIGNS.sub("", re.sub(r"[()]", "", _SHARE.sub("", normalize_for_matching(text))))


_WITH_BRACKETS = frozenset(_fold_whole(word) for word in SOURCE_WORDS if "(" in word)


def _has_remark(text: str, word: str) -> bool:
    """Whether a text has more than its word: another text in brackets, or a question mark."""
    whole = _fold_whole(text)
    return "?" in text or (whole != word and whole not in _WITH_BRACKETS)


@dataclass(frozen=True, slots=True)
class WordMeaning:
    """What a word means, or may mean. value: empty where nobody knows; is_guess: somebody has to confirm it.

    is_told: somebody of the desk said it, now or before.
    """

    value: str
    is_guess: bool = False
    is_told: bool = False


RecallWord = Callable[[WordKind, str], str | None]
"""Returns what a desk remembers of a folded word; None for one that it was never told."""


@dataclass(frozen=True, slots=True)
class RegisterWords:
    """The words that an office's registers may use."""

    office: Office
    recall: RecallWord = lambda _kind, _word: None
    _found: dict[tuple[WordKind, str], WordMeaning] = field(default_factory=dict)
    """What was found before: a register has the same few words in thousands of rows."""

    def find(self, kind: WordKind, text: str) -> WordMeaning:
        """Find what a word means; first what this desk was told."""
        key = kind, text
        if key not in self._found:
            self._found[key] = self._look_up(kind, text)
        return self._found[key]

    def _look_up(self, kind: WordKind, text: str) -> WordMeaning:
        word = fold_word(text)
        told = self.recall(kind, word)
        if told is not None and told in self.list_values(kind):
            return WordMeaning(told, is_told=True)
        match kind:
            case WordKind.SOURCE:
                known = _SOURCE_VALUES.get(word)
                parts: Iterable[tuple[str, tuple[str, ...]]] = _SOURCE_PARTS
            case WordKind.PROGRESS:
                known, parts = _PROGRESS_VALUES.get(word), _PROGRESS_PARTS
            case WordKind.CATEGORY:
                known = self._category_values().get(word)
                parts = [(value, (name,)) for name, value in self._category_values().items() if len(name) > 3]
            case WordKind.COLUMN:
                column = read_heading(text)
                return WordMeaning("" if column is None else column.value)
            case _:
                assert_never(kind)
        if known is not None:
            # What stands in brackets, or a question mark, may say the contrary: “แล้วเสร็จ (บางส่วน)”.
            return WordMeaning(known, is_guess=_has_remark(text, word))
        guesses = [value for value, several in parts if any(_has_part(word, part) for part in several)]
        return WordMeaning(str(guesses[0]) if guesses and len(text) <= MAX_WORD_LENGTH else "", is_guess=True)

    def read_heading(self, text: str) -> RegisterColumn | None:
        """Return what a heading names, as somebody said or as it is known; None where it is neither."""
        told = self.recall(WordKind.COLUMN, fold_heading(text))
        return RegisterColumn(told) if told in NAMED_COLUMNS else read_heading(text)

    def list_understood(self) -> list[tuple[WordKind, str, WordMeaning]]:
        """List the words that were met and need no yes, each once: its kind, how it is written, what it means."""
        found = {
            (kind, fold_word(text)): (kind, text, meaning)
            for (kind, text), meaning in self._found.items()
            if meaning.value and not meaning.is_guess and kind is not WordKind.COLUMN
        }
        return list(found.values())

    def list_guesses(self) -> list[ToldWord]:
        """List what was guessed of words: who confirms an import confirms them."""
        return [
            ToldWord(kind, fold_word(text), meaning.value)
            for (kind, text), meaning in self._found.items()
            if meaning.is_guess and meaning.value
        ]

    def read_value(self, kind: WordKind, text: str) -> str:
        """Return the value that somebody wrote for a word, as its code or in words of which it is known; else empty."""
        text = text.strip()
        if not text or text in self.list_values(kind):
            return text
        match kind:
            case WordKind.SOURCE:
                return _SOURCE_VALUES.get(fold_word(text), "")
            case WordKind.PROGRESS:
                return _PROGRESS_VALUES.get(fold_word(text), "")
            case WordKind.CATEGORY:
                return self._category_values().get(fold_word(text), "")
            case WordKind.COLUMN:
                column = read_heading(text)
                return column.value if column is not None and column.value in NAMED_COLUMNS else ""
            case _:
                assert_never(kind)

    def read_told(self, word: str, written: str) -> tuple[ToldWord, ...]:
        """Return what is told of a word, for each kind of word that can mean what was written; empty where none can."""
        meant = [(kind, self.read_value(kind, written)) for kind in WordKind if word.strip()]
        return tuple(ToldWord(kind, fold_for(kind, word), value) for kind, value in meant if value)

    def list_values(self, kind: WordKind) -> tuple[str, ...]:
        """List what a word of a kind can mean."""
        match kind:
            case WordKind.SOURCE:
                return (
                    *(source.value for source in CaseSource if source is not CaseSource.TERMINAL),
                    NOTHING,
                )
            case WordKind.CATEGORY:
                return tuple(one.code for one in self.office.categories)
            case WordKind.PROGRESS:
                return tuple(PROGRESS_BY_VALUE)
            case WordKind.COLUMN:
                return NAMED_COLUMNS
            case _:
                assert_never(kind)

    @property
    def other_category(self) -> str:
        """The kind of a case of which the register says none."""
        codes = self.list_values(WordKind.CATEGORY)
        return "other" if "other" in codes else codes[-1]

    def _category_values(self) -> dict[str, str]:
        return {
            fold_word(name): one.code
            for one in self.office.categories
            for name in (one.code, one.name.th, one.name.en or one.code)
        }
