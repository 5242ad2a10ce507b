"""Labels, figures, periods and notes of results in Thai and English, the same in every form."""

from collections.abc import Iterator

from ita_stats.calendar import format_calendar_date, to_bangkok_date
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
    get_dated_heading,
    get_opinion_heading,
    get_opinion_text,
)
from ita_stats.render.document import SUPPRESSED_DASH
from ita_stats.render.sanitize import strip_invisible
from ita_stats.strings import BilingualText

ACCOUNT_AND_WEB = ("account", "web")


def format_open_period(found: PublishedResults | CountedConsultation) -> BilingualText:
    """Return the first and the last day in Bangkok on which a consultation was open."""
    first, last = to_bangkok_date(found.opens), to_bangkok_date(found.closes)
    return get_opinion_heading(
        "period",
        from_th=format_calendar_date(first),
        to_th=format_calendar_date(last),
        from_en=format_calendar_date(first, "en"),
        to_en=format_calendar_date(last, "en"),
    )


def sanitize_link(link: str) -> str:
    """Return a link if it is http(s), else an empty text."""
    found = strip_invisible(link)
    return found if found.startswith(("https://", "http://")) else ""


def get_answer_label(row: AnswerRow) -> BilingualText:
    """Return an answer's label: from the question, or ours for agree, disagree and pass."""
    if row.label:
        return row.label, row.label
    return (
        get_opinion_text("stance", row.code)
        if row.code in OPINION_STRINGS["stance"]
        else (row.code, row.code)
    )


def format_count(figure: float | None) -> str:
    """Format a figure: thousands separated with commas, a suppressed one as a dash."""
    if figure is None:
        return SUPPRESSED_DASH
    return f"{figure:,}" if isinstance(figure, int) else f"{figure:,.1f}"


def format_mean(figure: float | None) -> str:
    """Format a mean to two decimals."""
    return SUPPRESSED_DASH if figure is None else f"{figure:.2f}"


def compute_bar_share(row: AnswerRow, part: QuestionPart, found: PublishedResults) -> float:
    """Return a bar's length from 0 to 100: share of those who answered, or of all where that is suppressed."""
    of = part.answered.all or (found.voices.all if found.voices else None)
    return 100 * row.voices.all / of if row.voices.all and of else 0.0


def format_decision(theme: PublishedTheme) -> BilingualText:
    """Return the office's decision on a theme."""
    return get_opinion_text("taken", theme.taken.value) if theme.taken else get_opinion_heading("waiting")


def format_decision_date(theme: PublishedTheme) -> BilingualText | None:
    """Return the date on which a promise was kept, or is due; None where there is none."""
    if theme.done:
        return get_dated_heading("done", theme.done)
    return get_dated_heading("by", theme.by) if theme.by else None


def list_question_parts(found: PublishedResults) -> Iterator[tuple[QuestionResult, QuestionPart]]:
    """Yield every question part that has figures."""
    for question in found.questions:
        for part in question.parts:
            yield question, part


def build_results_notes(found: PublishedResults) -> tuple[BilingualText, ...]:
    """Return the notes on method and suppression."""
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
