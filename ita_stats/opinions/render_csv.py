"""The results for spreadsheets: one line for each figure's answer, so that they can be sorted and summed."""

import csv
import io
from collections.abc import Iterator

from ita_stats.calendar import written
from ita_stats.opinions import labels as printed
from ita_stats.opinions.results import PublishedResults, PublishedTheme, QuestionPart, QuestionResult
from ita_stats.opinions.strings import heading, pair
from ita_stats.render.document import both
from ita_stats.render.spreadsheet import harmless

WIDTH = 9
Cell = str | int | float | None


def as_csv(found: PublishedResults) -> bytes:
    """UTF-8 with BOM, every line of one width; a figure that is not shown is a dash.

    A cell that a spreadsheet would run as a formula begins with an apostrophe.
    """
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    for line in _lines(found):
        cells = [harmless(cell) for cell in line]
        writer.writerow([*cells, *[""] * (WIDTH - len(cells))])
    return b"\xef\xbb\xbf" + out.getvalue().encode()


def _lines(found: PublishedResults) -> Iterator[tuple[Cell, ...]]:
    yield both(heading("title")), found.title
    yield both(heading("office")), both((found.office_th, found.office_en))
    yield (both(printed.period(found)),)
    yield (both(heading("code", code=found.code)),)
    yield ()
    if found.voices is not None:
        columns = ("question", "statement", "answer", "voices", "percent", "account", "web", "mean")
        yield (both(heading("section")), *(both(heading(name)) for name in columns))
        yield (
            both(heading("voices")),
            "",
            "",
            "",
            found.voices.all,
            "",
            found.voices.account,
            found.voices.web,
        )
        for question, part in printed.parts(found):
            yield from _part(question, part)
        yield ()
        yield from _themes(found.themes)
    for note in printed.notes(found):
        yield (both(note),)


def _part(question: QuestionResult, part: QuestionPart) -> Iterator[tuple[Cell, ...]]:
    section, asked = both(pair("kind", question.kind.value)), (question.title, part.label)
    for row in part.rows:
        n = row.voices
        yield section, *asked, both(printed.label(row)), n.all, row.percent, n.account, n.web
    n = part.answered
    mean = part.mean.all if part.mean.all is not None else ""
    yield section, *asked, both(heading("answered")), n.all, "", n.account, n.web, mean


def _themes(themes: tuple[PublishedTheme, ...]) -> Iterator[tuple[Cell, ...]]:
    if not themes:
        return
    names = ("theme", "voices", "taken", "reason", "due", "done_on")
    yield (both(heading("themes")), *(both(heading(name)) for name in names))
    for theme in themes:
        days = (written(day) if day else "" for day in (theme.by, theme.done))
        yield "", theme.name, theme.voices, both(printed.taken(theme)), theme.reason, *days
    yield ()
