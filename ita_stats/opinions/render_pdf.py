"""Results as PDF in Sarabun, for the files: evidence that people were asked, and of what came of it."""

from collections.abc import Iterable

from ita_stats.opinions.labels import (
    ACCOUNT_AND_WEB,
    build_results_notes,
    compute_bar_share,
    format_count,
    format_decision,
    format_decision_date,
    format_mean,
    format_open_period,
    get_answer_label,
)
from ita_stats.opinions.results import (
    AnswerRow,
    PublishedResults,
    PublishedTheme,
    QuestionPart,
    QuestionResult,
)
from ita_stats.opinions.strings import get_opinion_heading
from ita_stats.render.typst import TemplateData, format_typst_date, render_archival_pdf, render_png_pages
from ita_stats.strings import BilingualText

BAR_COLOUR = "#1f3f77"
STANCE_COLOURS = {"disagree": "#a8620a", "pass": "#6b7688"}
"""Colours of bars of stances; they differ in lightness as well as in hue."""


def render_results_pdf(found: PublishedResults) -> bytes:
    """Render the report (PDF/A-2b and PDF/UA-1). Dated at the closing, so the same results give the same bytes."""
    return render_archival_pdf("results.typ", _build_report_data(found), found.closes)


def render_results_png_pages(found: PublishedResults, ppi: float = 80.0) -> list[bytes]:
    """Render the report's pages as PNG, for visual checks."""
    return render_png_pages("results.typ", _build_report_data(found), found.closes, ppi)


def _build_report_data(found: PublishedResults) -> TemplateData:
    notes = build_results_notes(found)
    few = notes[1] if found.voices is None else None
    return {
        "title": found.title,
        "kind": get_opinion_heading("title"),
        "office": (found.office_th, found.office_en),
        "period": format_open_period(found),
        "code": get_opinion_heading("code", code=found.code),
        "date": format_typst_date(found.closes),
        "few": few,
        "background": found.background.splitlines(),
        "background_title": get_opinion_heading("background"),
        "link": found.link,
        "link_title": get_opinion_heading("link"),
        "totals": _build_totals(found),
        "apart": found.is_split,
        "columns": [get_opinion_heading(name) for name in _list_columns(found)],
        "questions": [_build_question_data(one, found) for one in found.questions],
        "in_words": get_opinion_heading("in_words"),
        "questions_title": get_opinion_heading("questions"),
        "themes": [_build_theme_data(one) for one in found.themes],
        "themes_title": get_opinion_heading("themes"),
        "themes_head": [get_opinion_heading(name) for name in ("theme", "wrote_head", "taken", "reason")],
        "notes": [note for note in notes if note != few],
        "notes_title": get_opinion_heading("method"),
        "page": get_opinion_heading("page"),
    }


def _list_columns(found: PublishedResults) -> Iterable[str]:
    return ("answer", "number", "percent", *(ACCOUNT_AND_WEB if found.is_split else ()))


def _build_totals(found: PublishedResults) -> list[tuple[BilingualText, str]]:
    if found.voices is None:
        return []
    sides = ("all", *ACCOUNT_AND_WEB) if found.is_split else ("all",)
    names = {"all": "voices"}
    return [
        (get_opinion_heading(names.get(side, side)), format_count(getattr(found.voices, side)))
        for side in sides
    ]


def _build_question_data(question: QuestionResult, found: PublishedResults) -> TemplateData:
    return {"title": question.title, "parts": [_build_part_data(part, found) for part in question.parts]}


def _build_part_data(part: QuestionPart, found: PublishedResults) -> TemplateData:
    mean = (
        None
        if part.mean.all is None
        else _append_figure(get_opinion_heading("mean"), format_mean(part.mean.all))
    )
    return {
        "label": part.label,
        "answered": _format_base(part, found),
        "mean": mean,
        "rows": [_build_row_data(row, part, found) for row in part.rows],
    }


def _format_base(part: QuestionPart, found: PublishedResults) -> BilingualText:
    """Return the base of the percentages."""
    if part.answered.all is None:
        return get_opinion_heading("of_all", count=format_count(found.voices.all if found.voices else None))
    return _append_figure(get_opinion_heading("answered"), format_count(part.answered.all))


def _append_figure(words: BilingualText, figure: str) -> BilingualText:
    return f"{words[0]} {figure}", f"{words[1]} {figure}"


def _build_row_data(row: AnswerRow, part: QuestionPart, found: PublishedResults) -> TemplateData:
    sides = (row.voices.account, row.voices.web) if found.is_split else ()
    return {
        "label": get_answer_label(row),
        "share": round(compute_bar_share(row, part, found), 2),
        "colour": BAR_COLOUR if row.label else STANCE_COLOURS.get(row.code, BAR_COLOUR),
        "figures": [format_count(n) for n in (row.voices.all, row.percent, *sides)],
    }


def _build_theme_data(theme: PublishedTheme) -> TemplateData:
    return {
        "name": theme.name,
        "quotes": theme.quotes,
        "voices": format_count(theme.voices),
        "taken": format_decision(theme),
        "reason": theme.reason,
        "when": format_decision_date(theme),
    }
