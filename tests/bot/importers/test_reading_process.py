"""A register is read in a process of its own, which answers with its rows or with why it is none."""

import asyncio
import io
import sys
from pathlib import Path

import openpyxl
import pytest

from bot.importers import reading_process
from bot.importers.reading_process import ROWS_PER_LINE, encode_table, read_table_apart
from bot.importers.spreadsheet import RegisterFileError, read_table
from handlers.dialog.replies import Phrase

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
    table = asyncio.run(read_table_apart(Path(name), content))
    assert table == read_table(Path(name), content)
    assert [len(sheet.rows) for sheet in table.sheets] == [251]


def test_a_file_that_is_no_table_is_named_as_such() -> None:
    with pytest.raises(RegisterFileError) as trouble:
        asyncio.run(read_table_apart(NAME, b'a,b\n"1,2\n3,4\n'))
    assert trouble.value.reason == Phrase("import.quotes", {"line": 2})


def test_an_answer_that_grows_too_long_is_cut_off(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading_process, "MAX_OUTPUT_BYTES", 1000)
    with pytest.raises(RegisterFileError) as trouble:
        asyncio.run(read_table_apart(NAME, CSV.encode()))
    assert trouble.value.reason.key == "import.large"


@pytest.mark.parametrize("content", [CSV.encode(), write_spreadsheet()])
def test_the_process_has_no_environment_another_folder_and_is_confined(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, content: bytes
) -> None:
    program = tmp_path / "python"
    # In place of the interpreter: it runs `main` as it is called, and tells afterwards what it runs in, as an error.
    program.write_text(f"""#!{sys.executable} -I
import json, os, sys
from bot.importers import reading_process
environment, folder = dict(os.environ), os.getcwd()
sys.argv = ["", *sys.argv[-2:]]
confine, limits = reading_process.confine_process, dict()
reading_process.confine_process = lambda **given: (limits.update(given), confine(**given))
reading_process.main()
refused = 0
for attempt in (lambda: open("/etc/passwd"), os.fork, lambda: os.dup(1)):
    try:
        attempt()
    except OSError as error:
        refused += 1
told = dict(names=sorted(environment), folder=folder, limits=limits, refused=refused)
print(json.dumps(dict(key="told", args=told)))
""")
    program.chmod(0o700)
    monkeypatch.setenv("ITA_CANARY", "secret")
    monkeypatch.setattr(sys, "executable", str(program))
    with pytest.raises(RegisterFileError) as told:
        asyncio.run(read_table_apart(Path("a.csv"), content))
    found = told.value.reason
    assert found.key == "told"  # else the file was not read
    assert set(found.args["names"]) <= {"LC_CTYPE"}  # which the interpreter sets itself
    assert found.args["folder"] == "/"
    assert found.args["limits"] == {
        "address_bytes": reading_process.MAX_ADDRESS_BYTES,
        "cpu_seconds": reading_process.MAX_CPU_SECONDS,
    }
    assert found.args["refused"] == 3


def test_a_line_has_few_rows() -> None:
    _, *lines = encode_table(NAME, CSV.encode())
    assert [line.count(b'"line":') for line in lines] == [ROWS_PER_LINE, ROWS_PER_LINE, 251 % ROWS_PER_LINE]
    assert not any(b"\n" in line for line in lines)
