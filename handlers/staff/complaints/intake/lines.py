"""Read what a clerk types of a letter, a visitor or a call: line by line, or all in one message.

Lines may have a label (“วันที่: 5 พ.ย. 2569”), in any order. Lines without one are, in this order, the day received, the
body and number of a letter, what happened, and the kind, where the last line is exactly the name of one.
"""

from dataclasses import dataclass, replace
from datetime import date, timedelta
from enum import StrEnum

from handlers.complaints.lifecycle import INTAKE_SOURCES, CaseSource
from handlers.dialog.events import Lang
from handlers.dialog.replies import Phrase
from handlers.i18n import WORDING, render_text
from handlers.office import Office
from handlers.staff.state import IntakeDraft
from handlers.thai.date_readings import DatePrecision
from handlers.thai.dates import parse_date
from handlers.thai.matching import normalize_for_matching
from handlers.thai.meanings import list_readings
from handlers.thai.text import count_letters_and_digits

LETTER_SOURCES = frozenset({CaseSource.LETTER, CaseSource.DELEGATED})
"""Sources that come in writing, from somebody, with a number and a day of their own."""

MAX_DAY_LENGTH = 40
"""Characters of a line that is read as a day."""

MAX_SOURCE_WORDS = 5
"""Words at the beginning of a text that may name the source."""

MAX_REFERENCE_LENGTH = 300
MAX_IDENTITY_LENGTH = 300
MIN_RECORD_LETTERS = 10
"""Letters and digits of what happened, below which nobody could examine it."""

OLDEST_INTAKE = timedelta(days=2 * 366)
"""How long ago something may have been received that is entered now: before, the year is likely mistyped."""

NO_REFERENCE = "-"
"""What is typed where a letter has no sender or number, or is not to tell them."""


class IntakeField(StrEnum):
    """A line of the clerk's form, in the order in which they are asked. Name and contact are never asked for."""

    SOURCE = "source"
    DAY = "day"
    REFERENCE = "reference"
    STORY = "story"
    KIND = "kind"
    NAME = "name"
    CONTACT = "contact"


class LineProblem(StrEnum):
    """Why a text was not taken. Nothing of it is kept then."""

    NO_DAY = "no_day"
    FUTURE = "future"
    TOO_OLD = "too_old"
    SHORT = "short"
    NO_KIND = "no_kind"
    TOO_LONG = "too_long"


@dataclass(frozen=True, slots=True)
class RejectedLine:
    """A line that was not taken, and why."""

    problem: LineProblem
    line: str


def find_next_field(draft: IntakeDraft) -> IntakeField | None:
    """Return the first line that is still to be told; None where all are."""
    if draft.received_on is None:
        return IntakeField.DAY
    if draft.reference is None and draft.source in LETTER_SOURCES:
        return IntakeField.REFERENCE
    if not draft.story:
        return IntakeField.STORY
    return IntakeField.KIND if draft.category is None else None


def parse_source(typed: str) -> CaseSource | None:
    """Return the source that a word or a button's label names."""
    wanted = normalize_for_matching(typed)
    for source in INTAKE_SOURCES:
        labels = [render_text(Phrase(f"staff.source.{source}"), lang) for lang in WORDING]
        words = [
            word for lang in WORDING for word in _list_words(f"staff.intake.source_words.{source}", lang)
        ]
        if wanted in {normalize_for_matching(word) for word in (source.value, *labels, *words)}:
            return source
    return None


def split_source(text: str) -> tuple[CaseSource | None, str]:
    """Return the source that the first words of a text name, and what stands after them, on the same line too."""
    first, _, later = text.strip().partition("\n")
    words = first.split()
    for count in range(min(len(words), MAX_SOURCE_WORDS), 0, -1):
        typed = " ".join(words[:count])
        for reading in (typed, *list_readings(typed)):
            source = parse_source(reading)
            if source is not None:
                return source, "\n".join(filter(None, (" ".join(words[count:]), later.strip())))
    return None, text


def has_labelled_line(text: str) -> bool:
    """Whether a line of a text has the label of a line of the form."""
    return any(_split_label(line.strip()) is not None for line in text.splitlines())


def parse_kind(typed: str, office: Office) -> str | None:
    """Return the code of the category that a text names exactly; None for any other text."""
    wanted = normalize_for_matching(typed)
    for category in office.categories:
        names = [category.code, *(category.name.in_lang(lang) for lang in WORDING)]
        if wanted and wanted in {normalize_for_matching(name) for name in names}:
            return category.code
    return None


def fill_lines(draft: IntakeDraft, text: str, office: Office, today: date) -> IntakeDraft | RejectedLine:
    """Return the draft with what a text tells; or the line that was not taken, with nothing of the text kept."""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    while lines:
        line = lines.pop(0)
        labelled = _split_label(line)
        if labelled is not None:
            field, value = labelled
        else:
            field, value = find_next_field(draft) or IntakeField.STORY, line
            if field is IntakeField.STORY:
                value, lines = _take_story(line, lines, office)
        filled = fill_field(draft, field, value, office, today)
        if isinstance(filled, RejectedLine):
            return filled
        draft = filled
    return draft


def _take_story(line: str, rest: list[str], office: Office) -> tuple[str, list[str]]:
    """Return what happened: the lines up to a labelled one, or up to the last where that names a kind."""
    told = [line]
    while rest and _split_label(rest[0]) is None:
        if len(rest) == 1 and parse_kind(rest[0], office) is not None:
            break
        told.append(rest.pop(0))
    return "\n".join(told), rest


def fill_field(
    draft: IntakeDraft, field: IntakeField, value: str, office: Office, today: date
) -> IntakeDraft | RejectedLine:
    """Return the draft with one line; or why it was not taken. An answer again replaces the one before."""
    match field:
        case IntakeField.SOURCE:
            source = parse_source(value)
            return draft if source is None else replace(draft, source=source)
        case IntakeField.DAY:
            return _fill_day(draft, value, today)
        case IntakeField.STORY:
            if count_letters_and_digits(value, MIN_RECORD_LETTERS) < MIN_RECORD_LETTERS:
                return RejectedLine(LineProblem.SHORT, value)
            return replace(draft, story=value)
        case IntakeField.KIND:
            kind = parse_kind(value, office)
            return RejectedLine(LineProblem.NO_KIND, value) if kind is None else replace(draft, category=kind)
        case IntakeField.REFERENCE | IntakeField.NAME | IntakeField.CONTACT:
            if len(value) > MAX_REFERENCE_LENGTH:
                return RejectedLine(LineProblem.TOO_LONG, value)
            kept = "" if value == NO_REFERENCE else value
            return _fill_text(draft, field, kept)


def _fill_text(draft: IntakeDraft, field: IntakeField, kept: str) -> IntakeDraft:
    if field is IntakeField.NAME:
        return replace(draft, name=kept)
    if field is IntakeField.CONTACT:
        return replace(draft, contact=kept)
    return replace(draft, reference=kept)


def _fill_day(draft: IntakeDraft, value: str, today: date) -> IntakeDraft | RejectedLine:
    """Return the draft with the day received: one day, not to come, and not years ago."""
    parsed = parse_date(value, today) if len(value) <= MAX_DAY_LENGTH else None
    if parsed is None or parsed.precision is not DatePrecision.DAY or parsed.first_day != parsed.last_day:
        return RejectedLine(LineProblem.NO_DAY, value)
    if parsed.first_day > today:
        return RejectedLine(LineProblem.FUTURE, value)
    if today - parsed.first_day > OLDEST_INTAKE:
        return RejectedLine(LineProblem.TOO_OLD, value)
    return replace(draft, received_on=parsed.first_day)


def _split_label(line: str) -> tuple[IntakeField, str] | None:
    """Return the line that a label names, and what stands after it; None for a line without one."""
    label, colon, value = line.partition(":")
    if not colon or len(label) > MAX_DAY_LENGTH or not value.strip():
        return None
    wanted = normalize_for_matching(label)
    for field in IntakeField:
        words = [word for lang in WORDING for word in _list_words(f"staff.intake.labels.{field}", lang)]
        if wanted in {normalize_for_matching(word) for word in words}:
            return field, value.strip()
    return None


def _list_words(key: str, lang: Lang) -> list[str]:
    return render_text(Phrase(key), lang).split("|")
