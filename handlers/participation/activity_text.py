"""Read what an officer types of an activity: a line each, with its label.

    ประชุม 12 พ.ย. 2569
    เรื่อง: ร่วมคิดแผนปฏิบัติการ
    ผู้เข้าร่วม: ครู 20, ผู้ปกครอง 15
    ผล: เพิ่มโครงการสองโครงการ

The first line without a label names kind and day; a line after the last label goes on with it. All of it may also be
typed in one line.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from handlers.dialog.events import Lang
from handlers.dialog.replies import Phrase
from handlers.i18n import WORDING, render_text
from handlers.participation.messages import ActivityKind, ActivityTakers, ActivityText
from handlers.questions.pii import find_pii, redact_pii
from handlers.thai.date_spans import find_date_span
from handlers.thai.dates import format_date, to_arabic_digits
from handlers.thai.grammar.particles import PARTICLES, repeat_words
from handlers.thai.matching import normalize_for_matching
from handlers.thai.text import clean_text

MAX_TITLE_LENGTH, MAX_OUTCOME_LENGTH, MAX_KIND_LENGTH = 200, 2_000, 60
MAX_KINDS, MAX_PEOPLE = 12, 1_000_000
_COUNT = re.compile(
    r"(.*?)[\s:]*([0-9][0-9,]*)\s*(?:คน|ราย|ท่าน|people|persons)?" + repeat_words(PARTICLES, signs=r"\s"),
    re.IGNORECASE,
)


class ActivityPart(StrEnum):
    """A part that every activity has, in the order in which they are shown."""

    KIND = "kind"
    DAY = "day"
    TITLE = "title"
    TAKERS = "takers"
    OUTCOME = "outcome"


class ActivityProblem(StrEnum):
    """What is wrong with a part that was told."""

    MISSING = "missing"
    FUTURE = "future"
    TOO_LONG = "too_long"
    NO_COUNT = "no_count"
    TOO_MANY = "too_many"


@dataclass(frozen=True, slots=True)
class ActivityIssue:
    """A part that is not as it must be, and why. words: of the part that are meant, where it has several."""

    part: ActivityPart
    problem: ActivityProblem
    words: str = ""


def parse_activity(text: str, today: date) -> ActivityText | tuple[ActivityIssue, ...]:
    """Return the activity that a text tells, personal data marked; or all that is wrong with it."""
    told = _split_parts(text)
    issues: list[ActivityIssue] = []
    day = _read_day(told.get(ActivityPart.DAY, ""), today, issues)
    kind = _find_kind(told.get(ActivityPart.KIND, ""))
    if kind is None:
        issues.append(ActivityIssue(ActivityPart.KIND, ActivityProblem.MISSING))
    title = _read_text(told, ActivityPart.TITLE, MAX_TITLE_LENGTH, issues)
    outcome = _read_text(told, ActivityPart.OUTCOME, MAX_OUTCOME_LENGTH, issues)
    takers = _read_takers(told.get(ActivityPart.TAKERS, ""), issues)
    if issues or kind is None or day is None:
        return tuple(sorted(issues, key=lambda one: list(ActivityPart).index(one.part)))
    return ActivityText(kind, day, title, takers, outcome)


def join_activity_text(before: str, added: str, today: date) -> str:
    """Return what was told of an activity in two messages: a part that is told again replaces the one before.

    Words without a label that name a kind or a day replace that; others go on with the part that was told last.
    """
    told = _split_parts(before)
    loose, labelled = _split_labelled(added)
    has_kind, has_day = _find_kind(loose) is not None, find_date_span(loose, today) is not None
    if has_kind or not told:
        told[ActivityPart.KIND] = loose
    if has_day or not told:
        told[ActivityPart.DAY] = loose
    if loose and not has_kind and not has_day:
        last = list(told)[-1]
        told[last] = f"{told[last]}\n{loose}".strip()
    told |= labelled
    return _format_parts(told)


def _format_parts(told: Mapping[ActivityPart, str]) -> str:
    """Return parts as they are typed, each with its label."""
    return "\n".join(
        f"{_list_words(f'activity.labels.{part}', 'th')[0]}: {value}" for part, value in told.items() if value
    )


def format_activity(text: ActivityText) -> str:
    """Return an activity as an officer types it, to be corrected."""
    kind = _list_words(f"activity.kinds.{text.kind}", "th")[0]
    told = {
        ActivityPart.KIND: kind,
        ActivityPart.DAY: format_date(text.day, "th"),
        ActivityPart.TITLE: text.title,
        ActivityPart.TAKERS: ", ".join(f"{one.kind} {one.count}" for one in text.takers),
        ActivityPart.OUTCOME: text.outcome,
    }
    return _format_parts(told)


def find_marked_data(text: str) -> tuple[str, ...]:
    """Return the personal data that was marked in a text that an officer typed."""
    return find_pii(text)


def _split_parts(text: str) -> dict[ActivityPart, str]:
    """Return the parts that a text tells, in their order. Lines before the first label name kind and day."""
    loose, labelled = _split_labelled(text)
    if not loose:
        return labelled
    named = {
        part: "\n".join(filter(None, (loose, labelled.pop(part, ""))))
        for part in (ActivityPart.KIND, ActivityPart.DAY)
    }
    return {**named, **labelled}


def _split_labelled(text: str) -> tuple[str, dict[ActivityPart, str]]:
    """Return the lines before the first label, and the parts that have one."""
    loose: list[str] = []
    told: dict[ActivityPart, list[str]] = {}
    current: ActivityPart | None = None
    for line in filter(None, (line.strip() for line in _split_lines(clean_text(text).text))):
        part, value = _split_label(line)
        current = part or current
        if current is None:
            loose.append(line)
        else:
            told.setdefault(current, []).append(value)
    return "\n".join(loose), {part: "\n".join(lines).strip() for part, lines in told.items()}


def _split_lines(text: str) -> list[str]:
    """Return the lines of a text; of one that was typed in a single line, a line for each label."""
    lines = text.strip().splitlines()
    if len(lines) != 1:
        return lines
    words = [
        re.escape(word)
        for lang in WORDING
        for part in ActivityPart
        for word in _list_words(f"activity.labels.{part}", lang)
    ]
    return re.sub(rf"\s(?=(?:{'|'.join(words)}) ?:)", "\n", lines[0]).splitlines()


def _split_label(line: str) -> tuple[ActivityPart | None, str]:
    label, colon, value = line.partition(":")
    if colon:
        wanted = normalize_for_matching(label)
        for part in ActivityPart:
            words = [word for lang in WORDING for word in _list_words(f"activity.labels.{part}", lang)]
            if wanted in {normalize_for_matching(word) for word in words}:
                return part, value.strip()
    return None, line


def _list_words(key: str, lang: Lang) -> list[str]:
    return [word.strip() for word in render_text(Phrase(key), lang).split("|")]


def _find_kind(text: str) -> ActivityKind | None:
    """Return the kind whose word stands in a text; the first of the enum whose word does."""
    plain = text.casefold()
    for kind in ActivityKind:
        if any(
            word and word.casefold() in plain
            for lang in WORDING
            for word in _list_words(f"activity.kinds.{kind}", lang)
        ):
            return kind
    return None


def _read_day(text: str, today: date, issues: list[ActivityIssue]) -> date | None:
    span = find_date_span(text, today) if text else None
    # A day told from today, or without its year, is taken too: the officer sees which it is before it is published.
    day = span.first_day if span is not None and span.first_day == span.last_day else None
    if day is None:
        issues.append(ActivityIssue(ActivityPart.DAY, ActivityProblem.MISSING))
    elif day > today:
        issues.append(ActivityIssue(ActivityPart.DAY, ActivityProblem.FUTURE))
    return day


def _read_text(
    told: dict[ActivityPart, str], part: ActivityPart, limit: int, issues: list[ActivityIssue]
) -> str:
    text = redact_pii(told.get(part, "").strip())
    if not text:
        issues.append(ActivityIssue(part, ActivityProblem.MISSING))
    elif len(text) > limit:
        issues.append(ActivityIssue(part, ActivityProblem.TOO_LONG))
    return text


def _read_takers(text: str, issues: list[ActivityIssue]) -> tuple[ActivityTakers, ...]:
    """Read kinds and counts, apart by commas or lines: “ครู 20, ผู้ปกครอง 15”."""
    found: list[ActivityTakers] = []
    problem, words = None if text.strip() else ActivityProblem.MISSING, ""
    for piece in filter(None, (one.strip() for one in re.split(r"[;\n]|,(?!\d{3})", to_arabic_digits(text)))):
        read = _COUNT.fullmatch(piece)
        kind = redact_pii(read[1].strip(" :-–")) if read else ""
        count = int(read[2].replace(",", "")[:9]) if read else 0
        if not kind or not 1 <= count <= MAX_PEOPLE:
            problem, words = ActivityProblem.NO_COUNT, piece
        elif len(kind) > MAX_KIND_LENGTH:
            problem, words = ActivityProblem.TOO_LONG, piece
        else:
            found.append(ActivityTakers(kind, count))
    if len(found) > MAX_KINDS:
        problem = ActivityProblem.TOO_MANY
    if problem is not None:
        issues.append(ActivityIssue(ActivityPart.TAKERS, problem, words[:MAX_KIND_LENGTH]))
    return tuple(found)
