"""The results as a PDF for the file, in Sarabun: evidence that people were asked, and of what came of it."""

from collections.abc import Iterable, Mapping
from datetime import UTC

from ita_stats.opinions import labels as printed
from ita_stats.opinions.results import (
    AnswerRow,
    PublishedResults,
    PublishedTheme,
    QuestionPart,
    QuestionResult,
)
from ita_stats.opinions.strings import Words, heading
from ita_stats.render import typst as press

Data = Mapping[str, object]
BAR = "#1f3f77"
COLOURS = {"disagree": "#a8620a", "pass": "#6b7688"}
"""Of the bars of stances; they differ in lightness as well as in hue."""


def as_pdf(found: PublishedResults) -> bytes:
    """The report, PDF/A-2b and PDF/UA-1. Its time is that of the closing: the same results give the same bytes."""
    return press.pdf("results.typ", _report(found), found.closes)


def as_pages(found: PublishedResults, ppi: float = 80.0) -> list[bytes]:
    """The report's pages as PNG pictures, to be looked at."""
    return press.pictures("results.typ", _report(found), found.closes, ppi)


def _report(found: PublishedResults) -> Data:
    at = found.closes.astimezone(UTC)  # Typst writes a time of day as UTC's
    notes = printed.notes(found)
    few = notes[1] if found.voices is None else None
    return {
        "title": found.title,
        "kind": heading("title"),
        "office": (found.office_th, found.office_en),
        "period": printed.period(found),
        "code": heading("code", code=found.code),
        "date": [at.year, at.month, at.day, at.hour, at.minute, at.second],
        "few": few,
        "background": found.background.splitlines(),
        "background_title": heading("background"),
        "link": found.link,
        "link_title": heading("link"),
        "totals": _totals(found),
        "apart": found.apart,
        "columns": [heading(name) for name in _columns(found)],
        "questions": [_question(one, found) for one in found.questions],
        "in_words": heading("in_words"),
        "questions_title": heading("questions"),
        "themes": [_theme(one) for one in found.themes],
        "themes_title": heading("themes"),
        "themes_head": [heading(name) for name in ("theme", "wrote_head", "taken", "reason")],
        "notes": [note for note in notes if note != few],
        "notes_title": heading("method"),
        "page": heading("page"),
    }


def _columns(found: PublishedResults) -> Iterable[str]:
    return ("answer", "number", "percent", *(printed.SIDES if found.apart else ()))


def _totals(found: PublishedResults) -> list[tuple[Words, str]]:
    if found.voices is None:
        return []
    sides = ("all", *printed.SIDES) if found.apart else ("all",)
    names = {"all": "voices"}
    return [(heading(names.get(side, side)), printed.number(getattr(found.voices, side))) for side in sides]


def _question(question: QuestionResult, found: PublishedResults) -> Data:
    return {"title": question.title, "parts": [_part(part, found) for part in question.parts]}


def _part(part: QuestionPart, found: PublishedResults) -> Data:
    mean = None if part.mean.all is None else _said(heading("mean"), printed.mean(part.mean.all))
    return {
        "label": part.label,
        "answered": _answered(part, found),
        "mean": mean,
        "rows": [_row(row, part, found) for row in part.rows],
    }


def _answered(part: QuestionPart, found: PublishedResults) -> Words:
    """Of whom the percentages are."""
    if part.answered.all is None:
        return heading("of_all", count=printed.number(found.voices.all if found.voices else None))
    return _said(heading("answered"), printed.number(part.answered.all))


def _said(words: Words, figure: str) -> Words:
    return f"{words[0]} {figure}", f"{words[1]} {figure}"


def _row(row: AnswerRow, part: QuestionPart, found: PublishedResults) -> Data:
    sides = (row.voices.account, row.voices.web) if found.apart else ()
    return {
        "label": printed.label(row),
        "share": round(printed.share(row, part, found), 2),
        "colour": BAR if row.label else COLOURS.get(row.code, BAR),
        "figures": [printed.number(n) for n in (row.voices.all, row.percent, *sides)],
    }


def _theme(theme: PublishedTheme) -> Data:
    return {
        "name": theme.name,
        "quotes": theme.quotes,
        "voices": printed.number(theme.voices),
        "taken": printed.taken(theme),
        "reason": theme.reason,
        "when": printed.when(theme),
    }
