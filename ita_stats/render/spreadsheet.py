"""Statistics as spreadsheets: CSV that Excel opens in Thai, and XLSX with a chart."""

import csv
import io
from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from ita_stats.formulas import is_formula
from ita_stats.render.document import (
    BlankCell,
    CellValue,
    PrintedTable,
    StatisticsDocument,
    format_cell,
    join_languages,
)
from ita_stats.render.svg_chart import STATUS_COLOURS, count_letters
from ita_stats.strings import BilingualText

if TYPE_CHECKING:
    from xlsxwriter.format import Format
    from xlsxwriter.workbook import Workbook
    from xlsxwriter.worksheet import Worksheet

OFFICIAL_FONT = "TH SarabunPSK"
"""The official typeface of Thai offices (Cabinet resolution of 7 September 2010). Excel substitutes it if missing."""
LINE_HEIGHT = 27
"""Row height in points for text of 16 or 18 points, also in Sarabun, the usual substitute."""
NAME_WIDTH, BREAKDOWN_NAME_WIDTH, NOTES_WIDTH = 18, 60, 110
"""Column widths of names and notes, in characters."""
BREAKDOWN_NAME_LETTERS, NOTES_LETTERS = 50, 92
"""Letters of these that certainly fit in a line."""
REMARK_WIDTH, REMARK_LETTERS = 45, 36
"""Width of the column of remarks where there are any, in characters, and the letters that certainly fit in a line."""
MAX_ROWS_PER_PAGE = 24
"""Rows that fit on one page together with the chart."""
HEADER_LETTERS = 11
"""Letters of a heading that certainly fit in one line."""


def render_statistics_csv(document: StatisticsDocument) -> bytes:
    """Render all tables below each other: UTF-8 with BOM, all lines of the same number of cells.

    A cell that a spreadsheet would run as a formula is prefixed with an apostrophe (OWASP, "CSV Injection").
    """
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    width = max(len(grid.head) for grid in (document.main, *document.others))
    for line in _list_lines(document):
        writer.writerow([*map(escape_formula, line), *[""] * (width - len(line))])
    return b"\xef\xbb\xbf" + out.getvalue().encode()


def escape_formula(cell: CellValue) -> CellValue:
    """Return a cell that no spreadsheet runs as a formula (OWASP, "CSV Injection"). Figures stay figures."""
    if isinstance(cell, int | float):
        return cell
    text = format_cell(cell)
    return f"'{text}" if is_formula(text) else text


def _list_lines(document: StatisticsDocument) -> Iterator[tuple[CellValue, ...]]:
    for line in _list_top_lines(document):
        yield (line,)
    for grid in (document.main, *document.others):
        yield ()
        yield (grid.title,)
        if grid.span:
            yield ("", grid.span)
        yield grid.head
        yield from grid.body
        if grid.foot:
            yield grid.foot
    yield ()
    for line in _list_bottom_lines(document):
        yield (line,)


def _list_top_lines(document: StatisticsDocument) -> Iterator[str]:
    """Yield the lines above the tables: title, office, period, cut-off, number, and the statement of no cases."""
    tables = document.tables
    yield join_languages(document.title)
    yield join_languages((tables.office_th, tables.office_en))
    yield join_languages(document.period)
    yield f"{join_languages(document.as_of)} · {join_languages(document.number_label)}"
    if tables.statement:
        yield tables.statement


def _list_bottom_lines(document: StatisticsDocument) -> Iterator[str]:
    """Yield the footnotes, and what a correction changed."""
    for note in (*document.tables.notes, *document.issue.changes):
        yield join_languages((note.th, note.en))
    if document.issue.why:
        yield document.issue.why


def render_statistics_xlsx(document: StatisticsDocument) -> bytes:
    """Render a workbook: the main table with its chart, a sheet with the other tables, a sheet of notes."""
    import xlsxwriter  # takes 13 MB, so only when a workbook is written

    out = io.BytesIO()
    tables = document.tables
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(out, options) as book:
        book.set_properties(
            {
                "title": document.title[0],
                "author": tables.office_th,
                "created": tables.cutoff.replace(tzinfo=None),
            }
        )
        styles = WorkbookStyles(book)
        _write_main_sheet(book, document, styles)
        _write_breakdown_sheet(book, document, styles)
        _write_notes_sheet(book, document, styles)
    return out.getvalue()


def render_list_xlsx(
    lines: Sequence[Sequence[str | int]],
    created: datetime,
    head_lines: int = 0,
    widths: Sequence[int] = (),
) -> bytes:
    """Render a plain list as a workbook of one sheet: numbers as numbers, all texts as texts, which nothing runs.

    head_lines: lines that stay in view, in bold; widths: of the columns, in characters.
    """
    import xlsxwriter  # takes 13 MB, so only when a workbook is written

    out = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(out, options) as book:
        book.set_properties({"created": created.replace(tzinfo=None)})
        sheet = book.add_worksheet()
        for column, width in enumerate(widths):
            sheet.set_column(column, column, width)
        bold = book.add_format({"bold": True}) if head_lines else None
        if head_lines:
            sheet.freeze_panes(head_lines, 0)
        for row, line in enumerate(lines):
            style = bold if row < head_lines else None
            for column, cell in enumerate(line):
                if isinstance(cell, int):
                    sheet.write_number(row, column, cell, style)
                else:
                    sheet.write_string(row, column, str(escape_formula(cell)), style)
    return out.getvalue()


class WorkbookStyles:
    """The formats of a workbook, all in the official typeface."""

    def __init__(self, book: "Workbook") -> None:
        self.text = _add_format(book, text_wrap=True, valign="top")
        self.line = _add_format(book)
        self.title = _add_format(book, bold=True, font_size=18)
        self.head = _add_format(
            book, bold=True, border=1, bg_color="#DCE4F2", text_wrap=True, align="center", valign="vcenter"
        )
        cell = {"border": 1, "valign": "vcenter"}
        self.name = _add_format(book, text_wrap=True, **cell)
        self.figure = _add_format(book, num_format="#,##0", align="right", **cell)
        self.share = _add_format(book, num_format="#,##0.0", align="right", **cell)
        self.total = _add_format(book, bold=True, num_format="#,##0", align="right", **cell)
        self.total_name = _add_format(book, bold=True, **cell)

    def get_format(self, cell: CellValue) -> "Format":
        if isinstance(cell, str | tuple):
            return self.name
        return self.share if isinstance(cell, float) else self.figure


def _add_format(book: "Workbook", **how: object) -> "Format":
    return book.add_format({"font_name": OFFICIAL_FONT, "font_size": 16, **how})


def _write_main_sheet(book: "Workbook", document: StatisticsDocument, styles: WorkbookStyles) -> None:
    sheet, grid = book.add_worksheet("สถิติ Statistics"), document.main
    for number, line in enumerate(_list_top_lines(document)):
        sheet.write_string(number, 0, line, styles.title if number == 0 else styles.line)
        sheet.set_row(number, LINE_HEIGHT)
        first = number + 2
    if grid.span:
        sheet.merge_range(first, 1, first, 1 + grid.spanned, _stack_languages(grid.span), styles.head)
        sheet.set_row(first, 2 * LINE_HEIGHT)
        first += 1
    last = _write_table(sheet, grid, first, styles, NAME_WIDTH)
    sheet.freeze_panes(first + 1, 1)
    sheet.set_column(0, 0, NAME_WIDTH)
    sheet.set_column(1, len(grid.head) - 1, 15)
    if any(line[-1] for line in (*grid.body, grid.foot)):
        sheet.set_column(len(grid.head) - 1, len(grid.head) - 1, REMARK_WIDTH)
    sheet.set_landscape()
    sheet.set_paper(9)  # A4
    sheet.fit_to_pages(1, 1 if len(grid.body) <= MAX_ROWS_PER_PAGE else 0)
    sheet.repeat_rows(first)
    sheet.set_footer("&C&P / &N")
    if document.tables.total.received:
        _insert_chart(book, sheet, document, first, last + 2)


def _insert_chart(
    book: "Workbook", sheet: "Worksheet", document: StatisticsDocument, first: int, place: int
) -> None:
    """Insert stacked columns that refer to the cells. `first`: row of the headings; `place`: row to insert at."""
    grid = document.main
    chart = book.add_chart({"type": "column", "subtype": "stacked"})
    last = first + len(grid.body)
    for column, (name, colour) in enumerate(STATUS_COLOURS.items(), start=2 + grid.spanned):
        chart.add_series(
            {
                "name": join_languages(document.get_heading(name)),
                "categories": [sheet.name, first + 1, 0, last, 0],
                "values": [sheet.name, first + 1, column, last, column],
                "fill": {"color": colour},
            }
        )
    font = {"name": OFFICIAL_FONT, "size": 14}
    chart.set_title(
        {"name": join_languages(document.get_heading("chart_rows")), "name_font": {**font, "size": 16}}
    )
    chart.set_legend({"position": "bottom", "font": font})
    chart.set_x_axis({"num_font": font})
    chart.set_y_axis({"num_font": font, "num_format": "#,##0"})
    chart.set_size({"width": 960, "height": 420})
    sheet.insert_chart(place, 0, chart, {"description": _describe_chart(grid)})


def _describe_chart(grid: PrintedTable) -> str:
    """Return the chart's alternative text."""
    reached = (line for line in grid.body if not isinstance(line[1], BlankCell))
    return ", ".join(f"{line[0]} {format_cell(line[1 + grid.spanned])}" for line in reached)


def _write_breakdown_sheet(book: "Workbook", document: StatisticsDocument, styles: WorkbookStyles) -> None:
    sheet, row = book.add_worksheet("แยกตาม Splits"), 0
    sheet.set_column(0, 0, BREAKDOWN_NAME_WIDTH)
    sheet.set_column(1, 4, 18)
    sheet.set_paper(9)
    sheet.fit_to_pages(1, 0)
    for grid in document.others:
        sheet.write_string(row, 0, join_languages(grid.title), styles.title)
        sheet.set_row(row, LINE_HEIGHT)
        row = _write_table(sheet, grid, row + 1, styles, BREAKDOWN_NAME_LETTERS) + 2


def _write_notes_sheet(book: "Workbook", document: StatisticsDocument, styles: WorkbookStyles) -> None:
    sheet = book.add_worksheet("หมายเหตุ Notes")
    sheet.set_column(0, 0, NOTES_WIDTH, styles.text)
    # LibreOffice shrinks no single column that is wider than the page.
    sheet.set_landscape()
    sheet.set_paper(9)
    sheet.fit_to_pages(1, 0)
    for number, line in enumerate((*_list_top_lines(document), "", *_list_bottom_lines(document))):
        sheet.write_string(number, 0, line, styles.text)
        sheet.set_row(number, LINE_HEIGHT * _count_text_lines(line, NOTES_LETTERS))


def _write_table(sheet: "Worksheet", grid: PrintedTable, row: int, styles: WorkbookStyles, width: int) -> int:
    """Write a table from a row on; return its last row. `width`: letters that fit in a line of the first column."""
    sheet.set_row(
        row,
        LINE_HEIGHT * max(_count_text_lines(_stack_languages(words), HEADER_LETTERS) for words in grid.head),
    )
    for column, words in enumerate(grid.head):
        sheet.write_string(row, column, _stack_languages(words), styles.head)
    for line in grid.body:
        row += 1
        named = [_count_text_lines(cell, HEADER_LETTERS) for cell in line[1:] if isinstance(cell, tuple)]
        lines = max(_count_text_lines(line[0], width), _count_remark_lines(line), *named)
        sheet.set_row(row, LINE_HEIGHT * lines)
        for column, cell in enumerate(line):
            _write_cell(sheet, row, column, cell, styles.get_format(cell))
    if grid.foot:
        row += 1
        sheet.set_row(row, LINE_HEIGHT * _count_remark_lines(grid.foot))
        for column, cell in enumerate(grid.foot):
            style = styles.name if isinstance(cell, str) and cell else styles.total
            _write_cell(sheet, row, column, cell, style if column else styles.total_name)
    return row


def _count_remark_lines(line: tuple[CellValue, ...]) -> int:
    """Return the lines that a remark at the end of a line of the table takes; 1 where there is none."""
    return _count_text_lines(line[-1], REMARK_LETTERS) if isinstance(line[-1], str) else 1


def _count_text_lines(cell: CellValue, most: int) -> int:
    """Return the lines that a text takes in a column, since LibreOffice does not compute row heights itself."""
    shown = join_languages(cell) if isinstance(cell, tuple) else str(cell)
    return sum(max(1, -(-count_letters(line) // most)) for line in shown.split("\n"))


def _stack_languages(words: BilingualText) -> str:
    return "\n".join(dict.fromkeys(words))


def _write_cell(sheet: "Worksheet", row: int, column: int, cell: CellValue, style: "Format") -> None:
    if isinstance(cell, BlankCell):
        sheet.write_blank(row, column, None, style)
    elif isinstance(cell, int | float):
        sheet.write_number(row, column, cell, style)
    else:
        sheet.write_string(row, column, format_cell(cell), style)
