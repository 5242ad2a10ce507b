"""The report as PDF, and the picture for social media, both typeset by Typst in Sarabun.

Charts are drawn in Typst itself, since its SVG reader separates ำ from the letter that bears it.
"""

import re

from ita_stats.render.document import (
    BlankCell,
    CellValue,
    PrintedTable,
    StatisticsDocument,
    format_cell,
    get_heading,
)
from ita_stats.render.svg_chart import STATUS_COLOURS, BarChart, build_charts, count_letters
from ita_stats.render.typst import TemplateData, format_typst_date, render_archival_pdf, render_png_pages
from ita_stats.strings import BilingualText

_NOTES_IN_HEADER = {"cutoff"}
"""Footnotes that repeat the head of the report."""
MIN_COLUMN_LETTERS, MAX_COLUMN_LETTERS = 8, 12
"""A column is as wide as the longest word of its heading, within these bounds, in letters."""
REMARK_COLUMN_LETTERS = 30
"""The width of the column of remarks where there are any."""
_LONG_WORD = re.compile(f"[!-~]{{{REMARK_COLUMN_LETTERS},}}")
"""A word, such as an address, that may be wider than its column. Thai has its own places to break."""


def render_statistics_pdf(document: StatisticsDocument, signatory: str | None = None) -> bytes:
    """Render the report. `signatory`: title for a signature block; None leaves it out."""
    return render_archival_pdf("report.typ", _build_report_data(document, signatory), document.tables.cutoff)


def render_statistics_png_pages(
    document: StatisticsDocument, signatory: str | None = None, ppi: float = 80.0
) -> list[bytes]:
    """Render the report's pages as PNG, for visual checks."""
    return render_png_pages(
        "report.typ", _build_report_data(document, signatory), document.tables.cutoff, ppi
    )


def render_statistics_card(document: StatisticsDocument) -> bytes:
    """Render the picture: 1080 x 1080 pixels, with the total and its states."""
    total = document.tables.total
    states = [
        {
            "label": document.get_heading(name)[0],
            "text": format_cell(getattr(total, name)),
            "share": (getattr(total, name) or 0) / (total.received or 1),
            "colour": colour,
        }
        for name, colour in STATUS_COLOURS.items()
    ]
    received = {"label": document.get_heading("received")[0], "text": format_cell(total.received)}
    data = {
        **_build_common_data(document),
        "received": received,
        "states": states,
        "unit": document.get_heading("unit")[0],
    }
    return render_png_pages("card.typ", data, document.tables.cutoff)[0]


def _build_common_data(document: StatisticsDocument) -> TemplateData:
    tables = document.tables
    return {
        "title": document.title,
        "office": (tables.office_th, tables.office_en),
        "period": document.period,
        "as_of": document.as_of,
        "numbered": document.number_label,
        "statement": tables.statement,
        "date": format_typst_date(tables.cutoff),
    }


def _build_report_data(document: StatisticsDocument, signatory: str | None) -> TemplateData:
    issue, tables = document.issue, document.tables
    brought, carried = tables.brought_forward, tables.carried_over
    return {
        **_build_common_data(document),
        "main": _build_table_data(document.main),
        "weights": _compute_column_weights(document.main),
        "under": [
            (*document.get_heading("brought_forward"), format_cell(brought)),
            (*document.get_heading("carried_over"), format_cell(carried)),
        ],
        "others": [_build_table_data(grid) for grid in document.others],
        "charts": [_build_chart_data(one) for one in build_charts(document)],
        "notes": [(note.th, note.en) for note in tables.notes if note.code not in _NOTES_IN_HEADER],
        "changes": [(note.th, note.en) for note in issue.changes],
        "why": issue.why,
        "notes_title": get_heading("notes"),
        "changes_title": get_heading("changes", number=issue.corrected_number),
        "page": get_heading("page"),
        "signed": get_heading("signed"),
        "signatory": signatory,
    }


def _build_chart_data(one: BarChart) -> TemplateData:
    return {
        "title": one.title,
        "series": one.series if len(one.series) > 1 else (),
        "colours": [colour for _, colour in one.series],
        "bars": [{"label": bar.label, "parts": bar.parts, "text": bar.text} for bar in one.bars],
        "most": one.longest,
        "above": one.has_labels_above,
        "alt": f"{one.title[0]}: {one.description}",
    }


def _build_table_data(grid: PrintedTable) -> TemplateData:
    return {
        "title": grid.title,
        "head": grid.head,
        "body": [_build_line_data(line) for line in grid.body],
        "foot": [_build_cell_data(cell) for cell in grid.foot],
        "span": grid.span,
        "spanned": grid.spanned,
    }


def _compute_column_weights(grid: PrintedTable) -> list[int]:
    """Return the relative widths of the columns after the first, so that many headings fit on one sheet."""
    longest = [max(map(count_letters, re.split(r"\s+", thai))) for thai, _ in grid.head[1:]]
    weights = [min(max(width, MIN_COLUMN_LETTERS), MAX_COLUMN_LETTERS) for width in longest]
    if any(line[-1] for line in (*grid.body, grid.foot)):
        weights[-1] = REMARK_COLUMN_LETTERS
    return weights


def _build_line_data(line: tuple[CellValue, ...]) -> list[TemplateData]:
    """Build the cells of a line; of one that was not reached, a single cell over all blank ones."""
    if len(line) > 1 and isinstance(line[1], BlankCell):
        words = get_heading(line[1].value)
        blank = {"figure": False, "words": words, "columns": sum(isinstance(c, BlankCell) for c in line)}
        return [_build_cell_data(line[0]), blank, _build_cell_data(line[-1])]
    return [_build_cell_data(cell) for cell in line]


def _build_cell_data(cell: CellValue) -> TemplateData:
    shown = _LONG_WORD.sub(_allow_breaks, cell) if isinstance(cell, str) else format_cell(cell)
    words: BilingualText = cell if isinstance(cell, tuple) else (shown, shown)
    return {"figure": not isinstance(cell, str | tuple), "words": words, "columns": 1}


def _allow_breaks(word: re.Match[str]) -> str:
    """Return a long word with places (zero-width spaces) where its line may break."""
    step = REMARK_COLUMN_LETTERS // 2
    return "\u200b".join(word[0][place : place + step] for place in range(0, len(word[0]), step))
