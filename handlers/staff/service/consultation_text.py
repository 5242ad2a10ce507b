"""Parse the lines of an announcement into a consultation, and say what is missing or wrong."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time

from handlers.consultations.messages import Consultation, ConsultationQuestion, ConsultationQuestionKind
from handlers.dialog.events import Lang, select_by_lang
from handlers.staff.state import ConsultationDraft
from handlers.thai.dates import BANGKOK, to_arabic_digits, to_christian_year
from handlers.thai.matching import parse_number

MOST_QUESTIONS = 20
MOST_OPTIONS = 12
MAX_LINE_LENGTH = 2000
"""Characters of a line."""

LINE_LABELS: Mapping[str, str] = {
    "ชื่อ": "title", "title": "title",
    "ความเป็นมา": "background", "background": "background",
    "ลิงก์": "link", "link": "link",
    "เปิด": "opens", "opens": "opens",
    "ปิด": "closes", "closes": "closes",
    "ถาม": "ask", "ask": "ask",
    "ลบ": "drop", "drop": "drop",
}  # fmt: skip
"""The field of a line by its label. `ลบ: 2` removes the second question."""

QUESTION_KIND_LABELS: Mapping[str, ConsultationQuestionKind] = {
    "เลือกหนึ่ง": ConsultationQuestionKind.CHOICE, "one": ConsultationQuestionKind.CHOICE,
    "เลือกหลาย": ConsultationQuestionKind.CHOICES, "several": ConsultationQuestionKind.CHOICES,
    "คะแนน": ConsultationQuestionKind.SCALE, "scale": ConsultationQuestionKind.SCALE,
    "ข้อความ": ConsultationQuestionKind.TEXT, "text": ConsultationQuestionKind.TEXT,
    "เห็นด้วย": ConsultationQuestionKind.STATEMENTS, "statements": ConsultationQuestionKind.STATEMENTS,
}  # fmt: skip

_LABELLED_LINE = re.compile(r"\s*([^:：]{2,12}?)\s*[:：]\s*(.*)")
_DATE_AND_TIME = re.compile(r"(\d{1,2})/(\d{1,2})/(\d{4})(?:\s+(\d{1,2})[.:](\d{2}))?")


@dataclass(frozen=True, slots=True)
class DraftIssue:
    """A mistake in an announcement. key: of the wording; line: where it is, as typed."""

    key: str
    line: str = ""


def add_draft_lines(draft: ConsultationDraft, text: str) -> tuple[ConsultationDraft, tuple[DraftIssue, ...]]:
    """Return the draft with further lines, and the issues of lines that were not understood.

    A line replaces an earlier one with the same label; questions are appended.
    """
    wrong: list[DraftIssue] = []
    for line in filter(str.strip, text.split("\n")):
        changed = _add_line(line, draft)
        if isinstance(changed, DraftIssue):
            wrong.append(changed)
        else:
            draft = changed
    return draft, tuple(wrong)


def format_draft(draft: ConsultationDraft, lang: Lang) -> str:
    """Return a draft as lines with labels, for its author."""
    ascii_names = select_by_lang(lang, th=False, en=True)
    names = {place: name for name, place in LINE_LABELS.items() if name.isascii() == ascii_names}
    return "\n".join(f"{names[place]}: {value}" for place, value in draft)


def list_missing_fields(draft: ConsultationDraft) -> tuple[str, ...]:
    """Return the required fields that a draft lacks: their names are part of wording keys."""
    there = {place for place, _ in draft}
    return tuple(place for place in ("title", "closes", "ask") if place not in there)


def build_consultation(draft: ConsultationDraft, now: datetime) -> Consultation | DraftIssue:
    """Build the consultation of a complete draft, without a code; or return the issue with its times.

    Without an opening time it opens at `now`. It must close later than that.
    """
    fields = dict(draft)
    opens = parse_bangkok_time(fields["opens"], time(0, 0)) if "opens" in fields else now
    closes = parse_bangkok_time(fields["closes"], time(23, 59))
    if opens is None or closes is None or closes <= max(opens, now):
        return DraftIssue("order", fields["closes"])
    asks = [text for place, text in draft if place == "ask"]
    questions = tuple(_parse_question(text, f"q{n}") for n, text in enumerate(asks, start=1))
    whole = tuple(one for one in questions if isinstance(one, ConsultationQuestion))
    return Consultation(
        "", fields["title"], fields.get("background", ""), fields.get("link", ""), opens, closes, whole
    )


def _add_line(line: str, draft: ConsultationDraft) -> ConsultationDraft | DraftIssue:
    """Return a draft with one more line, or the issue with that line."""
    found = _LABELLED_LINE.fullmatch(line)
    place = LINE_LABELS.get(found[1].strip().casefold()) if found else None
    if found is None or place is None:
        return DraftIssue("line", line)
    value = found[2].strip()
    why = _check_line(place, value, sum(other == "ask" for other, _ in draft))
    if why:
        return DraftIssue(why, line)
    if place == "ask":
        return (*draft, (place, value))
    if place == "drop":
        gone = [at for at, (other, _) in enumerate(draft) if other == "ask"][
            int(parse_number(value) or 0) - 1
        ]
        return (*draft[:gone], *draft[gone + 1 :])
    return (*(other for other in draft if other[0] != place), *([(place, value)] if value else ()))


def _check_line(place: str, value: str, questions: int) -> str:
    """Return the issue key of a line; empty where it is valid. questions: how many the draft has already."""
    if len(value) > MAX_LINE_LENGTH:
        return "long"
    if place == "ask":
        own = _parse_question(value, "")
        return own.key if isinstance(own, DraftIssue) else "questions" if questions == MOST_QUESTIONS else ""
    if place == "drop":
        return "" if 1 <= (parse_number(value) or 0) <= questions else "drop"
    if place == "link":
        return "" if value.startswith(("https://", "http://")) or not value else "link"
    return (
        "when"
        if place in {"opens", "closes"} and value and parse_bangkok_time(value, time(0, 0)) is None
        else ""
    )


def _parse_question(text: str, key: str) -> ConsultationQuestion | DraftIssue:
    kind, *parts = [part.strip() for part in text.split("|")]
    own = QUESTION_KIND_LABELS.get(kind.casefold())
    if own is None or not parts or not parts[0]:
        return DraftIssue("kind", text)
    title, *options = parts
    picks = own in {
        ConsultationQuestionKind.CHOICE,
        ConsultationQuestionKind.CHOICES,
        ConsultationQuestionKind.STATEMENTS,
    }
    least = 2 if own is not ConsultationQuestionKind.STATEMENTS else 1
    if (picks and not least <= len(options) <= MOST_OPTIONS) or (not picks and options) or "" in options:
        return DraftIssue("options", text)
    letter = "s" if own is ConsultationQuestionKind.STATEMENTS else "o"
    return ConsultationQuestion(
        key, own, title, {f"{letter}{n}": label for n, label in enumerate(options, start=1)}
    )


def parse_bangkok_time(text: str, otherwise: time) -> datetime | None:
    """Parse `day/month/year [hour:minute]` in Bangkok time; None where it is no date.

    The year may be Buddhist or Christian. otherwise: the time of day where none is given.
    """
    found = _DATE_AND_TIME.fullmatch(to_arabic_digits(text.strip()))
    if found is None:
        return None
    year = to_christian_year(int(found[3]))
    try:
        at = time(int(found[4]), int(found[5])) if found[4] else otherwise
        return datetime.combine(date(year, int(found[2]), int(found[1])), at, BANGKOK)
    except ValueError:
        return None
