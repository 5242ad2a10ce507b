"""A register is read in a process of its own, which answers with its rows or with why it is none."""

import asyncio
import io
from pathlib import Path

import openpyxl
import pytest

from bot.importers.reading_process import ROWS_PER_LINE, encode_rows, read_rows_apart
from bot.importers.spreadsheet import RegisterFileError, read_register_rows

HEADER = "number,received_on,source,category,status\n"
CSV = HEADER + "".join(f"{n}/2560,1/1/2560,หนังสือ,corruption,รับเรื่อง\n" for n in range(1, 251))
NAME = Path("เก่า.csv")


def write_spreadsheet() -> bytes:
    """The same register as a spreadsheet."""
    book, out = openpyxl.Workbook(), io.BytesIO()
    assert book.active is not None
    for line in CSV.splitlines():
        book.active.append(line.split(","))
    book.save(out)
    return out.getvalue()


@pytest.mark.parametrize(("name", "content"), [("a.csv", CSV.encode()), ("b.xlsx", write_spreadsheet())])
def test_rows_come_as_they_are_read_here(name: str, content: bytes) -> None:
    rows = asyncio.run(read_rows_apart(Path(name), content))
    assert rows == [*read_register_rows(Path(name), content)]
    assert len(rows) == 250


def test_a_file_that_is_no_register_is_named_as_such() -> None:
    with pytest.raises(RegisterFileError) as trouble:
        asyncio.run(read_rows_apart(NAME, b"number,secret\n"))
    assert trouble.value.reason.key == "import.columns"
    assert trouble.value.reason.args == {"names": "received_on, source, category, status"}


def test_a_line_has_few_rows() -> None:
    lines = [*encode_rows(NAME, CSV.encode())]
    assert [line.count(b'"line":') for line in lines] == [ROWS_PER_LINE, ROWS_PER_LINE, 250 % ROWS_PER_LINE]
    assert not any(b"\n" in line for line in lines)
