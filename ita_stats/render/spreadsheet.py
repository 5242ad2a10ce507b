"""The tables for spreadsheets: CSV that Excel opens in Thai, and XLSX with a chart of its own."""

import csv
import io
from collections.abc import Iterator

import xlsxwriter
from xlsxwriter.format import Format
from xlsxwriter.workbook import Workbook
from xlsxwriter.worksheet import Worksheet

from ita_stats.render.document import Cell, PrintedTable, StatisticsDocument, Words, both, heading, shown
from ita_stats.render.svg_chart import COLOURS, letters

FONT = "TH SarabunPSK"
"""The official typeface of Thai offices (Cabinet resolution of 7 September 2010); Excel substitutes where it lacks."""
LINE = 27
"""Points that a line of 16 or 18 points takes, in Sarabun too, which stands in where the official typeface is not."""
NAME, WIDE, TEXT = 18, 60, 110
"""Widths of the columns of names, and of the notes, in characters."""
MONTHS = 24
"""Rows that stand on one page with their chart."""
HEAD = 11
"""Letters of a column's name that surely stand in one line."""
_DANGEROUS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")


def as_csv(document: StatisticsDocument) -> bytes:
    """All tables one under the other, UTF-8 with BOM, every line of one width.

    A cell that a spreadsheet would run as a formula begins with an apostrophe (OWASP, "CSV Injection").
    """
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    width = max(len(grid.head) for grid in (document.main, *document.others))
    for line in _lines(document):
        writer.writerow([*map(harmless, line), *[""] * (width - len(line))])
    return b"\xef\xbb\xbf" + out.getvalue().encode()


def harmless(cell: Cell) -> Cell:
    """A cell that no spreadsheet runs as a formula (OWASP, "CSV Injection"); figures stay figures."""
    if isinstance(cell, int | float):
        return cell
    text = shown(cell)
    return f"'{text}" if text.lstrip(" ").startswith(_DANGEROUS) else text


def _lines(document: StatisticsDocument) -> Iterator[tuple[Cell, ...]]:
    for line in _top(document):
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
    for line in _bottom(document):
        yield (line,)


def _top(document: StatisticsDocument) -> Iterator[str]:
    """What stands above the tables: title, office, period, cut-off, number, and that there was nothing."""
    tables = document.tables
    yield both(document.title)
    yield both((tables.office_th, tables.office_en))
    yield both(document.period)
    yield f"{both(document.as_of)} · {both(document.numbered)}"
    if tables.statement:
        yield tables.statement


def _bottom(document: StatisticsDocument) -> Iterator[str]:
    """The notes, and what was corrected."""
    for note in (*document.tables.notes, *document.issue.changes):
        yield both((note.th, note.en))
    if document.issue.why:
        yield document.issue.why


def as_xlsx(document: StatisticsDocument) -> bytes:
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
        styles = WorkbookStyles(book)
        _main_sheet(book, document, styles)
        _other_sheet(book, document, styles)
        _notes_sheet(book, document, styles)
    return out.getvalue()


class WorkbookStyles:
    """The formats of a workbook, all in the official typeface."""

    def __init__(self, book: Workbook) -> None:
        self.text = _style(book, text_wrap=True, valign="top")
        self.line = _style(book)
        self.title = _style(book, bold=True, font_size=18)
        self.head = _style(
            book, bold=True, border=1, bg_color="#DCE4F2", text_wrap=True, align="center", valign="vcenter"
        )
        cell = {"border": 1, "valign": "vcenter"}
        self.name = _style(book, text_wrap=True, **cell)
        self.figure = _style(book, num_format="#,##0", align="right", **cell)
        self.share = _style(book, num_format="#,##0.0", align="right", **cell)
        self.total = _style(book, bold=True, num_format="#,##0", align="right", **cell)
        self.total_name = _style(book, bold=True, **cell)

    def of(self, cell: Cell) -> Format:
        """How a cell of a table looks."""
        if isinstance(cell, str | tuple):
            return self.name
        return self.share if isinstance(cell, float) else self.figure


def _style(book: Workbook, **how: object) -> Format:
    return book.add_format({"font_name": FONT, "font_size": 16, **how})


def _main_sheet(book: Workbook, document: StatisticsDocument, styles: WorkbookStyles) -> None:
    sheet, grid = book.add_worksheet("สถิติ Statistics"), document.main
    for number, line in enumerate(_top(document)):
        sheet.write_string(number, 0, line, styles.title if number == 0 else styles.line)
        sheet.set_row(number, LINE)
        first = number + 2
    if grid.span:
        sheet.merge_range(first, 1, first, 1 + grid.spanned, _stacked(grid.span), styles.head)
        sheet.set_row(first, 2 * LINE)
        first += 1
    last = _write_grid(sheet, grid, first, styles, NAME)
    sheet.freeze_panes(first + 1, 1)
    sheet.set_column(0, 0, NAME)
    sheet.set_column(1, len(grid.head) - 1, 15)
    sheet.set_landscape()
    sheet.set_paper(9)  # A4
    sheet.fit_to_pages(1, 1 if len(grid.body) <= MONTHS else 0)
    sheet.repeat_rows(first)
    sheet.set_footer("&C&P / &N")
    if document.tables.total.received:
        _insert_chart(book, sheet, grid, first, last + 2)


def _insert_chart(book: Workbook, sheet: Worksheet, grid: PrintedTable, first: int, place: int) -> None:
    """The rows as stacked columns, of the cells themselves. first: the row of the names; place: where to."""
    chart = book.add_chart({"type": "column", "subtype": "stacked"})
    last = first + len(grid.body)
    for column, (name, colour) in enumerate(COLOURS.items(), start=2 + grid.spanned):
        chart.add_series(
            {
                "name": both(heading(name)),
                "categories": [sheet.name, first + 1, 0, last, 0],
                "values": [sheet.name, first + 1, column, last, column],
                "fill": {"color": colour},
            }
        )
    font = {"name": FONT, "size": 14}
    chart.set_title({"name": both(heading("chart_rows")), "name_font": {**font, "size": 16}})
    chart.set_legend({"position": "bottom", "font": font})
    chart.set_x_axis({"num_font": font})
    chart.set_y_axis({"num_font": font, "num_format": "#,##0"})
    chart.set_size({"width": 960, "height": 420})
    sheet.insert_chart(place, 0, chart, {"description": _told(grid)})


def _told(grid: PrintedTable) -> str:
    """The chart in words, for who cannot see it."""
    return ", ".join(f"{line[0]} {shown(line[1 + grid.spanned])}" for line in grid.body)


def _other_sheet(book: Workbook, document: StatisticsDocument, styles: WorkbookStyles) -> None:
    sheet, row = book.add_worksheet("แยกตาม Splits"), 0
    sheet.set_column(0, 0, WIDE)
    sheet.set_column(1, 4, 18)
    sheet.set_paper(9)
    sheet.fit_to_pages(1, 0)
    for grid in document.others:
        sheet.write_string(row, 0, both(grid.title), styles.title)
        sheet.set_row(row, LINE)
        row = _write_grid(sheet, grid, row + 1, styles, WIDE) + 2


def _notes_sheet(book: Workbook, document: StatisticsDocument, styles: WorkbookStyles) -> None:
    sheet = book.add_worksheet("หมายเหตุ Notes")
    sheet.set_column(0, 0, TEXT, styles.text)
    sheet.set_paper(9)
    sheet.fit_to_pages(1, 0)
    for number, line in enumerate((*_top(document), "", *_bottom(document))):
        sheet.write_string(number, 0, line, styles.text)
        sheet.set_row(number, LINE * _depth(line, TEXT))


def _write_grid(sheet: Worksheet, grid: PrintedTable, row: int, styles: WorkbookStyles, width: int) -> int:
    """Write a table from a row on; answers its last row. width: letters that a name has in a line."""
    sheet.set_row(row, LINE * max(_depth(_stacked(words), HEAD) for words in grid.head))
    for column, words in enumerate(grid.head):
        sheet.write_string(row, column, _stacked(words), styles.head)
    for line in grid.body:
        row += 1
        sheet.set_row(row, LINE * _depth(line[0], width))
        for column, cell in enumerate(line):
            _write(sheet, row, column, cell, styles.of(cell))
    if grid.foot:
        row += 1
        sheet.set_row(row, LINE)
        for column, cell in enumerate(grid.foot):
            _write(sheet, row, column, cell, styles.total if column else styles.total_name)
    return row


def _depth(cell: Cell, most: int) -> int:
    """Lines that a text takes in a column: LibreOffice does not find out by itself."""
    shown = both(cell) if isinstance(cell, tuple) else str(cell)
    return sum(max(1, -(-letters(line) // most)) for line in shown.split("\n"))


def _stacked(words: Words) -> str:
    return "\n".join(dict.fromkeys(words))


def _write(sheet: Worksheet, row: int, column: int, cell: Cell, style: Format) -> None:
    if isinstance(cell, int | float):
        sheet.write_number(row, column, cell, style)
    else:
        sheet.write_string(row, column, shown(cell), style)
