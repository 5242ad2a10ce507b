"""The lines of an announcement: what each says, what is missing, and the consultation that they make."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time

from handlers.consultations.messages import Consultation, ConsultationQuestion, ConsultationQuestionKind
from handlers.dialog.events import Lang, select_by_lang
from handlers.staff.state import ConsultationDraft
from handlers.thai import BANGKOK, BUDDHIST_ERA, parse_number

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
"""How a line begins, and what it is of. `ลบ: 2` takes the second question out again."""

QUESTION_KIND_LABELS: Mapping[str, ConsultationQuestionKind] = {
    "เลือกหนึ่ง": ConsultationQuestionKind.CHOICE, "one": ConsultationQuestionKind.CHOICE,
    "เลือกหลาย": ConsultationQuestionKind.CHOICES, "several": ConsultationQuestionKind.CHOICES,
    "คะแนน": ConsultationQuestionKind.SCALE, "scale": ConsultationQuestionKind.SCALE,
    "ข้อความ": ConsultationQuestionKind.TEXT, "text": ConsultationQuestionKind.TEXT,
    "เห็นด้วย": ConsultationQuestionKind.STATEMENTS, "statements": ConsultationQuestionKind.STATEMENTS,
}  # fmt: skip

_LABELLED_LINE = re.compile(r"\s*([^:：]{2,12}?)\s*[:：]\s*(.*)")
_DATE_AND_TIME = re.compile(r"(\d{1,2})/(\d{1,2})/(\d{4})(?:\s+(\d{1,2})[.:](\d{2}))?")
_THAI_DIGITS = str.maketrans("๐๑๒๓๔๕๖๗๘๙", "0123456789")


@dataclass(frozen=True, slots=True)
class DraftIssue:
    """A mistake in an announcement: a wording key, and the line that it is in."""

    key: str
    line: str = ""


def add_draft_lines(draft: ConsultationDraft, text: str) -> tuple[ConsultationDraft, tuple[DraftIssue, ...]]:
    """A draft with further lines: those that are understood, and what is wrong in others.

    A line takes the place of an earlier one that begins like it; questions are added.
    """
    wrong: list[DraftIssue] = []
    for line in filter(str.strip, text.split("\n")):
        said = _add_line(line, draft)
        if isinstance(said, DraftIssue):
            wrong.append(said)
        else:
            draft = said
    return draft, tuple(wrong)


def format_draft(draft: ConsultationDraft, lang: Lang) -> str:
    """A draft as its lines, to be read by its author."""
    ascii_names = select_by_lang(lang, th=False, en=True)
    names = {place: name for name, place in LINE_LABELS.items() if name.isascii() == ascii_names}
    return "\n".join(f"{names[place]}: {said}" for place, said in draft)


def list_missing_fields(draft: ConsultationDraft) -> tuple[str, ...]:
    """The places that an announcement needs and this one does not have yet, as wording keys."""
    there = {place for place, _ in draft}
    return tuple(place for place in ("title", "closes", "ask") if place not in there)


def build_consultation(draft: ConsultationDraft, now: datetime) -> Consultation | DraftIssue:
    """The consultation of a draft from which nothing is missing, without a code; or why its times are wrong."""
    said = dict(draft)
    opens = parse_bangkok_time(said["opens"], time(0, 0)) if "opens" in said else now
    closes = parse_bangkok_time(said["closes"], time(23, 59))
    if opens is None or closes is None or closes <= max(opens, now):
        return DraftIssue("order", said["closes"])
    asks = [text for place, text in draft if place == "ask"]
    questions = tuple(_parse_question(text, f"q{n}") for n, text in enumerate(asks, start=1))
    whole = tuple(one for one in questions if isinstance(one, ConsultationQuestion))
    return Consultation(
        "", said["title"], said.get("background", ""), said.get("link", ""), opens, closes, whole
    )


def _add_line(line: str, draft: ConsultationDraft) -> ConsultationDraft | DraftIssue:
    """A draft with one more line, or what is wrong with it."""
    found = _LABELLED_LINE.fullmatch(line)
    place = LINE_LABELS.get(found[1].strip().casefold()) if found else None
    if found is None or place is None:
        return DraftIssue("line", line)
    said = found[2].strip()
    why = _check_line(place, said, sum(other == "ask" for other, _ in draft))
    if why:
        return DraftIssue(why, line)
    if place == "ask":
        return (*draft, (place, said))
    if place == "drop":
        gone = [at for at, (other, _) in enumerate(draft) if other == "ask"][int(parse_number(said) or 0) - 1]
        return (*draft[:gone], *draft[gone + 1 :])
    return (*(other for other in draft if other[0] != place), *([(place, said)] if said else ()))


def _check_line(place: str, said: str, questions: int) -> str:
    """What is wrong with what a line says; empty where nothing is. questions: how many there are before it."""
    if len(said) > MAX_LINE_LENGTH:
        return "long"
    if place == "ask":
        own = _parse_question(said, "")
        return own.key if isinstance(own, DraftIssue) else "questions" if questions == MOST_QUESTIONS else ""
    if place == "drop":
        return "" if 1 <= (parse_number(said) or 0) <= questions else "drop"
    if place == "link":
        return "" if said.startswith(("https://", "http://")) or not said else "link"
    return (
        "when"
        if place in {"opens", "closes"} and said and parse_bangkok_time(said, time(0, 0)) is None
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
    """A day, with its time of day or without, as people write it; Buddhist or Christian years. Bangkok's."""
    found = _DATE_AND_TIME.fullmatch(text.strip().translate(_THAI_DIGITS))
    if found is None:
        return None
    year = int(found[3])
    year -= BUDDHIST_ERA if year > 2400 else 0
    try:
        at = time(int(found[4]), int(found[5])) if found[4] else otherwise
        return datetime.combine(date(year, int(found[2]), int(found[1])), at, BANGKOK)
    except ValueError:
        return None
