"""How results are said, the same in every form: labels, figures, periods and notes, in Thai and English."""

from collections.abc import Iterator

from ita_stats.calendar import day_in_bangkok, format_calendar_date
from ita_stats.opinions.model import AnswerKind, CountedConsultation
from ita_stats.opinions.results import (
    AnswerRow,
    PublishedResults,
    PublishedTheme,
    QuestionPart,
    QuestionResult,
)
from ita_stats.opinions.strings import (
    OPINION_STRINGS,
    BilingualText,
    get_dated_heading,
    get_opinion_heading,
    get_opinion_text,
)
from ita_stats.render.document import SUPPRESSED_DASH
from ita_stats.render.sanitize import strip_invisible

ACCOUNT_AND_WEB = ("account", "web")


def format_open_period(found: PublishedResults | CountedConsultation) -> BilingualText:
    """From which Bangkok day to which it was open."""
    first, last = day_in_bangkok(found.opens), day_in_bangkok(found.closes)
    return get_opinion_heading(
        "period",
        from_th=format_calendar_date(first),
        to_th=format_calendar_date(last),
        from_en=format_calendar_date(first, "en"),
        to_en=format_calendar_date(last, "en"),
    )


def sanitize_link(link: str) -> str:
    """A link that may be followed, of the web only; empty for any other."""
    found = strip_invisible(link)
    return found if found.startswith(("https://", "http://")) else ""


def get_answer_label(row: AnswerRow) -> BilingualText:
    """What an answer is called: in the question's words, or in ours for agree, disagree and pass."""
    if row.label:
        return row.label, row.label
    return (
        get_opinion_text("stance", row.code)
        if row.code in OPINION_STRINGS["stance"]
        else (row.code, row.code)
    )


def format_count(figure: float | None) -> str:
    """A figure as it is read: thousands with commas, one that is not shown as a dash."""
    if figure is None:
        return SUPPRESSED_DASH
    return f"{figure:,}" if isinstance(figure, int) else f"{figure:,.1f}"


def format_mean(figure: float | None) -> str:
    """A mean to two places."""
    return SUPPRESSED_DASH if figure is None else f"{figure:.2f}"


def compute_bar_share(row: AnswerRow, part: QuestionPart, found: PublishedResults) -> float:
    """How long a bar is, from 0 to 100: of those who answered, or of all where that is not shown."""
    of = part.answered.all or (found.voices.all if found.voices else None)
    return 100 * row.voices.all / of if row.voices.all and of else 0.0


def format_decision(theme: PublishedTheme) -> BilingualText:
    """What the office answers to a theme."""
    return get_opinion_text("taken", theme.taken.value) if theme.taken else get_opinion_heading("waiting")


def format_decision_date(theme: PublishedTheme) -> BilingualText | None:
    """When what was promised was done, or is to be done; None where nothing is promised."""
    if theme.done:
        return get_dated_heading("done", theme.done)
    return get_dated_heading("by", theme.by) if theme.by else None


def list_question_parts(found: PublishedResults) -> Iterator[tuple[QuestionResult, QuestionPart]]:
    """Everything that was asked and has figures."""
    for question in found.questions:
        for part in question.parts:
            yield question, part


def build_results_notes(found: PublishedResults) -> tuple[BilingualText, ...]:
    """How people were heard and counted, and what is not shown."""
    return tuple(_list_notes(found))


def _list_notes(found: PublishedResults) -> Iterator[BilingualText]:
    yield get_opinion_text("note", "online")
    if found.voices is None:
        yield get_opinion_text("note", "few", least=found.least)
        return
    yield get_opinion_text("note", "once")
    if found.voices.account is None:
        yield get_opinion_text("note", "together")
    if any(row.percent is not None for _, part in list_question_parts(found) for row in part.rows):
        yield get_opinion_text("note", "percent")
    if any(question.kind is AnswerKind.CHOICES for question in found.questions):
        yield get_opinion_text("note", "several")
    if found.has_hidden:
        yield get_opinion_text("note", "hidden", most=found.least - 1)
    if found.themes:
        yield get_opinion_text("note", "themes")
