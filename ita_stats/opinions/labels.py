"""How results are said, the same in every form: labels, figures, periods and notes, in Thai and English."""

from collections.abc import Iterator

from ita_stats.calendar import day_in_bangkok, written
from ita_stats.opinions.model import AnswerKind, CountedConsultation
from ita_stats.opinions.results import (
    AnswerRow,
    PublishedResults,
    PublishedTheme,
    QuestionPart,
    QuestionResult,
)
from ita_stats.opinions.strings import WORDS, Words, dated, heading, pair
from ita_stats.render import sanitize as legible
from ita_stats.render.document import DASH

SIDES = ("account", "web")


def period(found: PublishedResults | CountedConsultation) -> Words:
    """From which Bangkok day to which it was open."""
    first, last = day_in_bangkok(found.opens), day_in_bangkok(found.closes)
    return heading(
        "period",
        from_th=written(first),
        to_th=written(last),
        from_en=written(first, "en"),
        to_en=written(last, "en"),
    )


def address(link: str) -> str:
    """A link that may be followed, of the web only; empty for any other."""
    found = legible.text(link)
    return found if found.startswith(("https://", "http://")) else ""


def label(row: AnswerRow) -> Words:
    """What an answer is called: in the question's words, or in ours for agree, disagree and pass."""
    if row.label:
        return row.label, row.label
    return pair("stance", row.code) if row.code in WORDS["stance"] else (row.code, row.code)


def number(figure: float | None) -> str:
    """A figure as it is read: thousands with commas, one that is not shown as a dash."""
    if figure is None:
        return DASH
    return f"{figure:,}" if isinstance(figure, int) else f"{figure:,.1f}"


def mean(figure: float | None) -> str:
    """A mean to two places."""
    return DASH if figure is None else f"{figure:.2f}"


def share(row: AnswerRow, part: QuestionPart, found: PublishedResults) -> float:
    """How long a bar is, from 0 to 100: of those who answered, or of all where that is not shown."""
    of = part.answered.all or (found.voices.all if found.voices else None)
    return 100 * row.voices.all / of if row.voices.all and of else 0.0


def taken(theme: PublishedTheme) -> Words:
    """What the office answers to a theme."""
    return pair("taken", theme.taken.value) if theme.taken else heading("waiting")


def when(theme: PublishedTheme) -> Words | None:
    """When what was promised was done, or is to be done; None where nothing is promised."""
    if theme.done:
        return dated("done", theme.done)
    return dated("by", theme.by) if theme.by else None


def parts(found: PublishedResults) -> Iterator[tuple[QuestionResult, QuestionPart]]:
    """Everything that was asked and has figures."""
    for question in found.questions:
        for part in question.parts:
            yield question, part


def notes(found: PublishedResults) -> tuple[Words, ...]:
    """How people were heard and counted, and what is not shown."""
    return tuple(_notes(found))


def _notes(found: PublishedResults) -> Iterator[Words]:
    yield pair("note", "online")
    if found.voices is None:
        yield pair("note", "few", least=found.least)
        return
    yield pair("note", "once")
    if found.voices.account is None:
        yield pair("note", "together")
    if any(row.percent is not None for _, part in parts(found) for row in part.rows):
        yield pair("note", "percent")
    if any(question.kind is AnswerKind.CHOICES for question in found.questions):
        yield pair("note", "several")
    if found.hides:
        yield pair("note", "hidden", most=found.least - 1)
    if found.themes:
        yield pair("note", "themes")
