"""A table file is read whatever program wrote it: encodings, delimiters, sheets, merged cells, days."""

import io
from collections.abc import Callable
from datetime import date
from pathlib import Path

import openpyxl
import pytest

from bot.importers.spreadsheet import RegisterFileError, read_table
from handlers.table_files import CellKind, TableEncoding, TableFile

LINES = (("เลขรับ", "วันที่รับ"), ("1/2567", "03/10/2566"))
TEXT = "\r\n".join(",".join(line) for line in LINES)


def read_text(content: bytes, name: str = "ก.csv") -> TableFile:
    """Read a text file of one sheet."""
    return read_table(Path(name), content)


@pytest.mark.parametrize(
    ("content", "encoding"),
    [
        (TEXT.encode(), TableEncoding.UTF_8),
        (TEXT.encode("utf-8-sig"), TableEncoding.UTF_8),
        (TEXT.encode("cp874"), TableEncoding.WINDOWS_874),
        (TEXT.encode("utf-16"), TableEncoding.UTF_16),
        (TEXT.encode("utf-16-le"), TableEncoding.UTF_16),
        (TEXT.encode("utf-16-be"), TableEncoding.UTF_16),
        (TEXT.replace(",", "\t").encode("utf-16"), TableEncoding.UTF_16),
        (TEXT.replace(",", ";").encode("cp874"), TableEncoding.WINDOWS_874),
        (("sep=|\r\n" + TEXT.replace(",", "|")).encode("utf-8-sig"), TableEncoding.UTF_8),
        (("ทะเบียน ประจำปี\n\n\n" + TEXT.replace(",", ";")).encode(), TableEncoding.UTF_8),
    ],
)
def test_a_text_file_in_any_encoding_and_with_any_delimiter(content: bytes, encoding: TableEncoding) -> None:
    table = read_text(content)
    assert table.encoding is encoding
    assert tuple(row.texts for row in table.sheets[0].rows)[-2:] == LINES


@pytest.mark.parametrize("content", [b"\xff\xd8\xff\xe0\0\x10JFIF", "café,naïve".encode("latin-1"), b"a,\0b"])
def test_what_is_no_text_is_refused(content: bytes) -> None:
    with pytest.raises(RegisterFileError):
        read_text(content)


@pytest.mark.parametrize(
    "text", ['a,b\n"1,2\n3,4\n', 'ที่,เรื่อง,ผล\n1,"ก\n2,ข,ค\n3,"ง",จ\n', 'a,b,c\n1,"x\n2,y,z\n3,w",v\n']
)
def test_a_quotation_mark_that_swallows_rows_is_named_with_its_line(text: str) -> None:
    with pytest.raises(RegisterFileError) as trouble:
        read_text(text.encode())
    assert trouble.value.reason.key == "import.quotes"
    assert trouble.value.reason.args == {"line": 2}


def write_book(fill: Callable[[openpyxl.Workbook], None]) -> bytes:
    """Write a spreadsheet that a function fills."""
    book, out = openpyxl.Workbook(), io.BytesIO()
    fill(book)
    book.save(out)
    return out.getvalue()


def test_all_sheets_are_read_with_their_names_and_whether_they_are_hidden() -> None:
    def fill(book: openpyxl.Workbook) -> None:
        book.worksheets[0].title = "2566"
        book.worksheets[0].append(["ก", 1.0, 1.5, date(2566, 10, 3), "=1+1", True])
        book.create_sheet("2567").sheet_state = "veryHidden"
        book["2567"].append([None, "ข"])

    first, second = read_table(Path("ก.xlsx"), write_book(fill)).sheets
    assert (first.name, first.is_hidden, second.name, second.is_hidden) == ("2566", False, "2567", True)
    assert first.rows[0].texts == ("ก", "1", "1.5", "2566-10-03", "", "True")
    assert first.rows[0].kinds == {
        1: CellKind.NUMBER,
        2: CellKind.NUMBER,
        3: CellKind.DAY,
        4: CellKind.FORMULA,
    }
    assert [(row.line, row.texts) for row in second.rows] == [(1, ("", "ข"))]


def test_a_merged_cell_holds_for_all_its_rows_and_columns() -> None:
    def fill(book: openpyxl.Workbook) -> None:
        sheet = book.worksheets[0]
        for row in (
            ["ทะเบียน"],
            ["1", "03/10/2566", "ก"],
            ["2", None, "ข"],
            [None, None, None],
            ["3", "x", "ค"],
        ):
            sheet.append(row)
        sheet.merge_cells("A1:C1")
        sheet.merge_cells("B2:B4")

    (sheet,) = read_table(Path("ก.xlsx"), write_book(fill)).sheets
    assert [row.line for row in sheet.rows] == [1, 2, 3, 5]  # nothing of its own stands in line 4
    assert sheet.rows[0].texts == ("ทะเบียน", "ทะเบียน", "ทะเบียน")
    assert [sheet.rows[0].get_text(place) for place in range(4)] == ["ทะเบียน", "", "", ""]
    assert (sheet.rows[2].texts, sheet.rows[2].kinds) == (("2", "03/10/2566", "ข"), {1: CellKind.DOWN})


@pytest.mark.full("a million rows are skipped")
def test_a_cell_in_the_last_row_makes_no_file_large() -> None:
    def fill(book: openpyxl.Workbook) -> None:
        book.worksheets[0].append(["ก"])
        book.worksheets[0].cell(1_048_576, 7).number_format = "0.00"

    assert [len(sheet.rows) for sheet in read_table(Path("ก.xlsx"), write_book(fill)).sheets] == [1]


def test_a_cell_is_cut_and_many_columns_are_too() -> None:
    (row,) = read_table(Path("ก.csv"), ("ก" * 5000 + "," * 1000).encode(), 300).sheets[0].rows
    assert (len(row.texts[0]), len(row.texts)) == (300, 200)
