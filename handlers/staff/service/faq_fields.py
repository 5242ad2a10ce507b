"""Fields of an entry of the FAQ besides its question, as an officer types them: a line each, the answer last."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from enum import StrEnum
from typing import assert_never

from handlers.questions.contact_answers import find_unknown_places
from handlers.questions.faq_messages import FaqEntry
from handlers.thai.dates import BUDDHIST_ERA, DatePrecision, parse_date
from handlers.thai.matching import normalize_for_matching
from handlers.thai.text import clean_text

MAX_TOPIC_LENGTH, MAX_LINK_LENGTH, MAX_WAY_LENGTH, MAX_WAYS, MAX_FAQ_ANSWER_LENGTH = 60, 500, 500, 40, 3000
"""Characters of a topic, a link, a way to ask and an answer, as in files of the FAQ; ways to ask of an entry."""

NOTHING = "-"
"""What stands for an empty topic or link, and for no last day."""


class FaqField(StrEnum):
    """A field of an entry; its value is how it is typed in English."""

    TOPIC = "topic"
    LINK = "link"
    UNTIL = "until"
    ASK = "ask"  # another way to ask it
    UNASK = "unask"  # a way to ask it that is taken out
    ANSWER = "answer"  # the rest of the text, whatever stands in it


FAQ_FIELD_NAMES: Mapping[FaqField, str] = {
    FaqField.TOPIC: "หัวข้อ",
    FaqField.LINK: "ลิงก์",
    FaqField.UNTIL: "ใช้ถึง",
    FaqField.ASK: "ถามว่า",
    FaqField.UNASK: "ไม่ถามว่า",
    FaqField.ANSWER: "คำตอบ",
}
"""How each field is typed in Thai."""

_FIELDS = {name: one for one, thai in FAQ_FIELD_NAMES.items() for name in (thai, one.value)}
_LINE = re.compile(rf"[ \t]*({'|'.join(sorted(_FIELDS, key=len, reverse=True))})[ \t]*:[ \t]*", re.IGNORECASE)
_LINK = re.compile(r"https?://\S+")


@dataclass(frozen=True, slots=True)
class FaqFieldProblem:
    """What cannot be taken. reason: last part of its wording key; text: what was typed."""

    reason: str
    text: str = field(default="", repr=False)


def has_faq_fields(text: str) -> bool:
    """Whether a text begins with the name of a field."""
    return _LINE.match(text) is not None


def change_faq_fields(entry: FaqEntry, text: str, today: date) -> FaqEntry | FaqFieldProblem:
    """Return an entry with the fields of a text; those that are not in it stay."""
    for name, words in _split_fields(text):
        if name is None:
            return FaqFieldProblem("unknown", words)
        changed = _change_field(entry, name, words, today)
        if isinstance(changed, FaqFieldProblem):
            return changed
        entry = changed
    return entry


def format_faq_fields(entry: FaqEntry, after: FaqEntry) -> str:
    """Return the text that makes the fields of an entry those of another; empty where they are the same."""
    lines = []
    if entry.topic != after.topic:
        lines.append((FaqField.TOPIC, after.topic or NOTHING))
    if entry.link != after.link:
        lines.append((FaqField.LINK, after.link or NOTHING))
    if entry.until != after.until:
        lines.append((FaqField.UNTIL, after.until.isoformat() if after.until else NOTHING))
    lines += [(FaqField.UNASK, one) for one in entry.also if one not in after.also]
    lines += [(FaqField.ASK, one) for one in after.also if one not in entry.also]
    if entry.answer != after.answer:
        lines.append((FaqField.ANSWER, after.answer))
    return "\n".join(f"{FAQ_FIELD_NAMES[name]}: {words}" for name, words in lines)


def _split_fields(text: str) -> Iterator[tuple[FaqField | None, str]]:
    """Split a text into its fields; None for a line that names none."""
    lines = text.strip().splitlines()
    for place, line in enumerate(lines):
        found = _LINE.match(line)
        if found is None:
            if line.strip():
                yield None, line.strip()
            continue
        name, words = _FIELDS[found[1].casefold()], line[found.end() :].strip()
        if name is FaqField.ANSWER:
            yield name, "\n".join((words, *lines[place + 1 :])).strip()
            return
        yield name, words


def _change_field(entry: FaqEntry, name: FaqField, words: str, today: date) -> FaqEntry | FaqFieldProblem:
    told = "" if words == NOTHING else clean_text(words).text
    match name:
        case FaqField.TOPIC:
            too_long = len(told) > MAX_TOPIC_LENGTH
            return FaqFieldProblem("topic", told) if too_long else replace(entry, topic=told)
        case FaqField.LINK:
            is_link = not told or (_LINK.fullmatch(told) and len(told) <= MAX_LINK_LENGTH)
            return replace(entry, link=told) if is_link else FaqFieldProblem("link", told)
        case FaqField.UNTIL:
            return _change_last_day(entry, told, today)
        case FaqField.ASK:
            return _add_way(entry, " ".join(told.split()))
        case FaqField.UNASK:
            left = tuple(one for one in entry.also if not _is_same(one, told))
            return replace(entry, also=left) if left != entry.also else FaqFieldProblem("unask", told)
        case FaqField.ANSWER:
            if not told or len(told) > MAX_FAQ_ANSWER_LENGTH:
                return FaqFieldProblem("answer", told[:MAX_TOPIC_LENGTH])
            return (
                FaqFieldProblem("places", told) if find_unknown_places(told) else replace(entry, answer=told)
            )
        case _:
            assert_never(name)


def _change_last_day(entry: FaqEntry, told: str, today: date) -> FaqEntry | FaqFieldProblem:
    if not told:
        return replace(entry, until=None)
    day = _read_day(told, today)
    if day is None:
        return FaqFieldProblem("until", told)
    return FaqFieldProblem("until_past", told) if day < today else replace(entry, until=day)


def _read_day(told: str, today: date) -> date | None:
    """Return the one day that a text names."""
    if re.fullmatch(r"2\d{3}-\d{2}-\d{2}", told):
        try:
            day = date.fromisoformat(told)
            return day if day.year < today.year + 300 else day.replace(year=day.year - BUDDHIST_ERA)
        except ValueError:
            return None
    found = parse_date(told, today)
    if found is None or found.precision is not DatePrecision.DAY or found.first_day != found.last_day:
        return None
    day = found.first_day
    if found.is_year_assumed and day < today:  # a last day without a year is the next one of its name
        return find_same_day(day, day.year + 1)
    return day


def find_same_day(day: date, year: int) -> date | None:
    """Return the day of the same name in another year; None for 29 February of a year that has none."""
    try:
        return day.replace(year=year)
    except ValueError:
        return None


def _add_way(entry: FaqEntry, words: str) -> FaqEntry | FaqFieldProblem:
    if not words or len(words) > MAX_WAY_LENGTH or len(entry.also) >= MAX_WAYS:
        return FaqFieldProblem("ask", words[:MAX_TOPIC_LENGTH])
    if any(_is_same(one, words) for one in (entry.question, *entry.also)):
        return entry
    return replace(entry, also=(*entry.also, words))


def _is_same(one: str, other: str) -> bool:
    return normalize_for_matching(one) == normalize_for_matching(other)
