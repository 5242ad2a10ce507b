"""Results as CSV: one line for each answer, so that they can be sorted and summed."""

import csv
import io
from collections.abc import Iterator

from ita_stats.calendar import format_calendar_date
from ita_stats.opinions.labels import (
    build_results_notes,
    format_decision,
    format_open_period,
    get_answer_label,
    list_question_parts,
)
from ita_stats.opinions.results import PublishedResults, PublishedTheme, QuestionPart, QuestionResult
from ita_stats.opinions.strings import get_opinion_heading, get_opinion_text
from ita_stats.render.document import join_languages
from ita_stats.render.spreadsheet import escape_formula

CSV_COLUMNS = 9
CsvCell = str | int | float | None


def render_results_csv(found: PublishedResults) -> bytes:
    """Render as UTF-8 with BOM, all lines of the same number of cells; a suppressed figure is a dash.

    A cell that a spreadsheet would run as a formula is prefixed with an apostrophe.
    """
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    for line in _list_lines(found):
        cells = [escape_formula(cell) for cell in line]
        writer.writerow([*cells, *[""] * (CSV_COLUMNS - len(cells))])
    return b"\xef\xbb\xbf" + out.getvalue().encode()


def _list_lines(found: PublishedResults) -> Iterator[tuple[CsvCell, ...]]:
    yield join_languages(get_opinion_heading("title")), found.title
    yield join_languages(get_opinion_heading("office")), join_languages((found.office_th, found.office_en))
    yield (join_languages(format_open_period(found)),)
    yield (join_languages(get_opinion_heading("code", code=found.code)),)
    yield ()
    if found.voices is not None:
        columns = ("question", "statement", "answer", "voices", "percent", "account", "web", "mean")
        yield (
            join_languages(get_opinion_heading("section")),
            *(join_languages(get_opinion_heading(name)) for name in columns),
        )
        yield (
            join_languages(get_opinion_heading("voices")),
            "",
            "",
            "",
            found.voices.all,
            "",
            found.voices.account,
            found.voices.web,
        )
        for question, part in list_question_parts(found):
            yield from _list_part_lines(question, part)
        yield ()
        yield from _list_theme_lines(found.themes)
    for note in build_results_notes(found):
        yield (join_languages(note),)


def _list_part_lines(question: QuestionResult, part: QuestionPart) -> Iterator[tuple[CsvCell, ...]]:
    section, asked = (
        join_languages(get_opinion_text("kind", question.kind.value)),
        (question.title, part.label),
    )
    for row in part.rows:
        n = row.voices
        yield (
            section,
            *asked,
            join_languages(get_answer_label(row)),
            n.all,
            row.percent,
            n.account,
            n.web,
        )
    n = part.answered
    mean = part.mean.all if part.mean.all is not None else ""
    yield section, *asked, join_languages(get_opinion_heading("answered")), n.all, "", n.account, n.web, mean


def _list_theme_lines(themes: tuple[PublishedTheme, ...]) -> Iterator[tuple[CsvCell, ...]]:
    if not themes:
        return
    names = ("theme", "voices", "taken", "reason", "due", "done_on")
    yield (
        join_languages(get_opinion_heading("themes")),
        *(join_languages(get_opinion_heading(name)) for name in names),
    )
    for theme in themes:
        days = (format_calendar_date(day) if day else "" for day in (theme.by, theme.done))
        yield (
            "",
            theme.name,
            theme.voices,
            join_languages(format_decision(theme)),
            theme.reason,
            *days,
        )
    yield ()
