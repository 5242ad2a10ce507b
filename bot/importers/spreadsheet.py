"""Read a register file, CSV or XLSX, as rows of text; formulas, zip bombs and files of other types are refused."""

import csv
import io
import zipfile
from collections.abc import Iterator, Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Any

from bot.errors import ImportFileError
from handlers.complaints.import_rows import COLUMN_NAMES, ImportRow, match_columns
from handlers.dialog.replies import Phrase

MAX_REGISTER_BYTES = 30 * 1024 * 1024
"""Largest file; a register of 100,000 cases has about 10 million bytes."""

MAX_UNZIPPED_BYTES = 400 * 1024 * 1024
"""Largest uncompressed size of an XLSX file (a zip archive)."""

MAX_REGISTER_ROWS = 200_000
DELIMITERS = ",;\t"


class RegisterFileError(ImportFileError):
    """A file is no register. The person who uploaded it has to correct it. reason: what to tell them."""

    def __init__(self, reason: Phrase) -> None:
        self.reason = reason
        super().__init__(reason.key)


def prepare_spreadsheet_library(content: bytes) -> None:
    """Import what reads a content, and let it read a file of ours, so that it need open nothing afterwards."""
    for _ in _read_csv(Path("own.csv"), ",".join(COLUMN_NAMES).encode("utf-8-sig")):
        pass
    if content[:2] == b"PK":
        import openpyxl  # takes 20 MB, so only where it is needed

        book, own = openpyxl.Workbook(), io.BytesIO()
        book.worksheets[0].append([*COLUMN_NAMES, 1.5, date(2026, 1, 1)])
        book.save(own)
        for _ in _read_xlsx(own.getvalue()):
            pass


def read_register_rows(path: Path, content: bytes) -> Iterator[ImportRow]:
    """Yield the rows of a register below its header, without empty ones. Raises RegisterFileError."""
    if len(content) > MAX_REGISTER_BYTES:
        raise RegisterFileError(Phrase("import.large"))
    rows = _read_xlsx(content) if content[:2] == b"PK" else _read_csv(path, content)
    header = next(rows, None)
    if header is None:
        raise RegisterFileError(Phrase("import.empty"))
    names, wrong = match_columns([text for text, _ in header[1]])
    if wrong:
        raise RegisterFileError(Phrase("import.columns", {"names": ", ".join(wrong)}))
    for count, (number, cells) in enumerate(rows):
        if count >= MAX_REGISTER_ROWS:
            raise RegisterFileError(Phrase("import.large"))
        if any(text for text, _ in cells):
            yield _build_register_line(number, names, cells)


SpreadsheetCell = tuple[str, bool]
"""The text of a cell, and whether it is a formula."""


def _build_register_line(number: int, names: Sequence[str], cells: Sequence[SpreadsheetCell]) -> ImportRow:
    known = [(name, *cell) for name, cell in zip(names, cells, strict=False) if name]
    formula = next((name for name, _, runs in known if runs), "")
    texts = {name: text for name, text, _ in known}
    return ImportRow(number, {name: texts.get(name, "") for name in COLUMN_NAMES}, formula)


def _read_csv(path: Path, content: bytes) -> Iterator[tuple[int, list[SpreadsheetCell]]]:
    if path.suffix.lower() not in {".csv", ".txt", ".tsv"} or b"\0" in content:
        raise RegisterFileError(Phrase("import.unreadable"))
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise RegisterFileError(Phrase("import.encoding")) from None
    first = text.partition("\n")[0]
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=max(DELIMITERS, key=first.count))
    start = 1
    try:
        for row in reader:
            yield start, [(cell.strip(), cell.lstrip().startswith("=")) for cell in row]
            start = reader.line_num + 1
    except csv.Error:
        raise RegisterFileError(Phrase("import.unreadable")) from None


def _read_xlsx(content: bytes) -> Iterator[tuple[int, list[SpreadsheetCell]]]:
    import openpyxl  # takes 20 MB, so only in the process that reads a spreadsheet

    try:
        _check_size(content)
        # data_only=False gives formulas instead of their cached values, so that they are detected.
        book = openpyxl.load_workbook(io.BytesIO(content), read_only=True, data_only=False, keep_links=False)
        try:
            for number, row in enumerate(book.worksheets[0].iter_rows(), start=1):
                yield number, [_read_cell(cell) for cell in row]
        finally:
            book.close()
    except RegisterFileError:
        raise
    except Exception as trouble:  # openpyxl fails in many ways on files that are no spreadsheet
        raise RegisterFileError(Phrase("import.unreadable")) from trouble


def _check_size(content: bytes) -> None:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        if sum(part.file_size for part in archive.infolist()) > MAX_UNZIPPED_BYTES:
            raise RegisterFileError(Phrase("import.large"))


def _read_cell(cell: Any) -> SpreadsheetCell:  # noqa: ANN401 - the library's own
    value = cell.value
    if cell.data_type == "f" or (isinstance(value, str) and value.lstrip().startswith("=")):
        return "", True
    if isinstance(value, datetime | date):
        return f"{value:%Y-%m-%d}", False
    if isinstance(value, float) and value.is_integer():
        return str(int(value)), False
    return ("" if value is None else str(value).strip()), False
