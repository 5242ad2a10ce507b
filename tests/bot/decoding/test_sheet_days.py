"""Days of a sheet are shown as days, by the styles of cells; repeated cells of OpenDocument keep their columns."""

import io
from datetime import date, datetime

import openpyxl
import pytest

from bot.decoding.sheet_days import SheetStyles, write_day
from bot.decoding.xml_text import XmlText
from handlers.evidence.file_kinds import FileKind
from tests.bot.decoding.test_texts import read
from tests.file_samples import make_parts


def test_days_of_a_book_are_shown_as_days_and_numbers_as_numbers() -> None:
    book, out = openpyxl.Workbook(), io.BytesIO()
    sheet = book.active
    assert sheet is not None
    moment = datetime(2024, 10, 15, 13, 5)  # noqa: DTZ001 - a sheet has no zone
    sheet.append([date(2024, 10, 15), moment, 45580, 1.5])
    sheet.append([date(2024, 10, 15), 45580])
    sheet["A2"].number_format = '[$-1070000]d" day "mmmm bbbb'
    sheet["B2"].number_format = '0.00" days"'
    book.save(out)
    lines = read(FileKind.XLSX, out.getvalue()).splitlines()
    assert lines[1:] == ["15/10/2024\t15/10/2024 13:05\t45580\t1.5", "15/10/2024\t45580"]


@pytest.mark.parametrize(
    ("number", "said"),
    [
        ("45580", "15/10/2024"),
        ("x", "x"),
        ("", ""),
        ("0.5", "0.5"),
        ("1e300", "1e300"),
        ("nan", "nan"),
        ("-3", "-3"),
    ],
)
def test_what_is_no_day_stays_as_it_is(number: str, said: str) -> None:
    assert write_day(number, from_1904=False) == said


def test_books_of_old_macintoshes_count_from_1904() -> None:
    assert write_day("44118", from_1904=True) == "15/10/2024"


@pytest.mark.parametrize("styles", [b"", b"<styleSheet><cellXfs><xf numFmtId='14'/>", b"<a></b>"])
def test_a_book_with_damaged_styles_is_read_still(styles: bytes) -> None:
    sheet = f'<worksheet><row><c r="A1" s="{"9" * 5000}"><v>7</v></c></row></worksheet>'
    parts = {"xl/workbook.xml": b"<workbook/>", "xl/styles.xml": styles, "xl/worksheets/sheet1.xml": sheet}
    assert read(FileKind.XLSX, make_parts(parts)).splitlines()[1:] == ["7"]


def test_a_format_of_very_many_digits_is_no_day() -> None:
    styles = f"<styleSheet><cellXfs><xf numFmtId='{'9' * 5000}'/><xf numFmtId='14'/></cellXfs></styleSheet>"
    assert SheetStyles().parse(styles.encode()) == (False, True)


def test_styles_without_cells_are_none() -> None:
    assert (
        SheetStyles().parse(b"<styleSheet><cellStyleXfs><xf numFmtId='14'/></cellStyleXfs></styleSheet>")
        == ()
    )


def test_repeated_cells_of_a_sheet_stand_in_their_columns_and_never_fill_the_memory() -> None:
    cells = "".join(
        f'<table:table-cell table:number-columns-repeated="{times}">{text}</table:table-cell>'
        for times, text in ((2, "<text:p>ก</text:p>"), (3, ""), (1, "<text:p>ข</text:p>"), (16380, ""))
    )
    rows = f"<table:table-row>{cells}</table:table-row>" * 300
    names = 'xmlns:table="t" xmlns:text="x"'
    made = make_parts({"content.xml": f"<d {names}><table:table>{rows}</table:table></d>"})
    lines = read(FileKind.ODS, made).splitlines()
    assert lines == ["ก\tก\t\t\t\tข"] * 300


def test_what_stands_before_a_fault_is_read() -> None:
    assert XmlText(frozenset({"t"}), {}, {}).parse(b"<r><t>a</t><t>b</r>") == "ab"
