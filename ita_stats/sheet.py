"""The tables for spreadsheets: CSV that Excel opens in Thai, and XLSX with a chart of its own."""

import csv
import io
from collections.abc import Iterator

import xlsxwriter
from xlsxwriter.format import Format
from xlsxwriter.workbook import Workbook
from xlsxwriter.worksheet import Worksheet

from ita_stats.chart import COLOURS
from ita_stats.grid import DASH, Cell, Document, Grid, heading, joined, shown

FONT = "TH SarabunPSK"
"""The official typeface of Thai offices (Cabinet resolution of 7 September 2010); Excel substitutes where it lacks."""
_DANGEROUS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
_NOTES = "หมายเหตุ Notes"


def as_csv(document: Document) -> bytes:
    """All tables one under the other, UTF-8 with BOM; a cell that a spreadsheet would run as a formula is quoted."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    for line in _lines(document):
        writer.writerow([_harmless(cell) for cell in line])
    return b"\xef\xbb\xbf" + out.getvalue().encode()


def _harmless(cell: Cell) -> Cell:
    if cell is None:
        return DASH
    dangerous = isinstance(cell, str) and cell.lstrip(" ").startswith(_DANGEROUS)
    return f"'{cell}" if dangerous else cell


def _lines(document: Document) -> Iterator[tuple[Cell, ...]]:
    for line in _top(document):
        yield (line,)
    for grid in (document.main, *document.others):
        yield ()
        yield (joined(grid.title),)
        yield tuple(joined(words) for words in grid.head)
        yield from grid.body
        if grid.foot:
            yield grid.foot
    yield ()
    for line in _bottom(document):
        yield (line,)


def _top(document: Document) -> Iterator[str]:
    """What stands above the tables: title, office, period, cut-off, number, and that there was nothing."""
    tables = document.tables
    yield joined(document.title)
    yield joined((tables.office_th, tables.office_en))
    yield joined(document.period)
    yield f"{joined(document.as_of)} · {joined(document.numbered)}"
    if tables.statement:
        yield tables.statement


def _bottom(document: Document) -> Iterator[str]:
    """The notes, and what was corrected."""
    for note in (*document.tables.notes, *document.issue.changes):
        yield joined((note.th, note.en))
    if document.issue.why:
        yield document.issue.why


def as_xlsx(document: Document) -> bytes:
    """A workbook: the main table with its chart, a sheet for the other tables, a sheet of notes."""
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
        styles = Styles(book)
        _main_sheet(book, document, styles)
        _other_sheet(book, document, styles)
        notes = book.add_worksheet(_NOTES)
        notes.set_column(0, 0, 110, styles.text)
        for number, line in enumerate((*_top(document), "", *_bottom(document))):
            notes.write_string(number, 0, line, styles.text)
    return out.getvalue()


class Styles:
    """The formats of a workbook, all in the official typeface."""

    def __init__(self, book: Workbook) -> None:
        self.text = _style(book, text_wrap=True, valign="top")
        self.title = _style(book, bold=True, font_size=18)
        self.head = _style(
            book, bold=True, border=1, bg_color="#DCE4F2", text_wrap=True, align="center", valign="vcenter"
        )
        self.name = _style(book, border=1, text_wrap=True, valign="top")
        self.figure = _style(book, border=1, num_format="#,##0", align="right")
        self.share = _style(book, border=1, num_format="#,##0.0", align="right")
        self.total = _style(book, border=1, bold=True, num_format="#,##0", align="right")
        self.total_name = _style(book, border=1, bold=True)


def _style(book: Workbook, **how: object) -> Format:
    return book.add_format({"font_name": FONT, "font_size": 16, **how})


def _main_sheet(book: Workbook, document: Document, styles: Styles) -> None:
    sheet, grid = book.add_worksheet("สถิติ Statistics"), document.main
    top = list(_top(document))
    for number, line in enumerate(top):
        sheet.write_string(number, 0, line, styles.title)
    first = len(top) + 1
    _write_grid(sheet, grid, first, styles)
    sheet.freeze_panes(first + 1, 1)
    sheet.set_column(0, 0, 26)
    sheet.set_column(1, len(grid.head) - 1, 17)
    sheet.set_landscape()
    sheet.set_paper(9)  # A4
    sheet.fit_to_pages(1, 0)
    sheet.repeat_rows(first)
    chart = book.add_chart({"type": "column", "subtype": "stacked"})
    state, last = 2 + grid.spanned, first + len(grid.body)
    for offset, (name, colour) in enumerate(COLOURS.items()):
        column = state + offset
        chart.add_series(
            {
                "name": joined(heading(name)),
                "categories": [sheet.name, first + 1, 0, last, 0],
                "values": [sheet.name, first + 1, column, last, column],
                "fill": {"color": colour},
            }
        )
    font = {"name": FONT, "size": 14}
    chart.set_title({"name": joined(heading("chart_rows")), "name_font": {**font, "size": 16}})
    chart.set_legend({"position": "bottom", "font": font})
    chart.set_x_axis({"num_font": font})
    chart.set_y_axis({"num_font": font, "num_format": "#,##0"})
    chart.set_size({"width": 960, "height": 420})
    sheet.insert_chart(last + 3, 0, chart, {"description": _told(grid)})


def _told(grid: Grid) -> str:
    """The chart in words, for who cannot see it."""
    return ", ".join(f"{line[0]} {shown(line[1 + grid.spanned])}" for line in grid.body)


def _other_sheet(book: Workbook, document: Document, styles: Styles) -> None:
    sheet, row = book.add_worksheet("แยกตาม Splits"), 0
    sheet.set_column(0, 0, 60)
    sheet.set_column(1, 4, 18)
    for grid in document.others:
        sheet.write_string(row, 0, joined(grid.title), styles.title)
        row = _write_grid(sheet, grid, row + 1, styles) + 2


def _write_grid(sheet: Worksheet, grid: Grid, row: int, styles: Styles) -> int:
    """Write a table from a row on; answers its last row."""
    for column, words in enumerate(grid.head):
        sheet.write_string(row, column, "\n".join(words), styles.head)
    for line in grid.body:
        row += 1
        for column, cell in enumerate(line):
            figure = styles.share if isinstance(cell, float) else styles.figure
            _write(sheet, row, column, cell, styles.name if isinstance(cell, str) else figure)
    if grid.foot:
        row += 1
        for column, cell in enumerate(grid.foot):
            _write(sheet, row, column, cell, styles.total_name if isinstance(cell, str) else styles.total)
    return row


def _write(sheet: Worksheet, row: int, column: int, cell: Cell, style: Format) -> None:
    if isinstance(cell, int | float):
        sheet.write_number(row, column, cell, style)
    else:
        sheet.write_string(row, column, DASH if cell is None else cell, style)
