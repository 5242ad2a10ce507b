"""Read a table file, CSV or XLSX, as sheets of text; zip bombs and files of other types are refused."""

import io
import re
import zipfile
from collections.abc import Iterator, Sequence
from datetime import date, datetime
from pathlib import Path, PurePosixPath
from typing import Any
from xml.etree import ElementTree

from bot.importers.text_tables import RegisterFileError, decode_text, read_text_rows
from handlers.dialog.replies import Phrase
from handlers.table_files import CellKind, TableEncoding, TableFile, TableRow, TableSheet

__all__ = [
    "MAX_REGISTER_BYTES",
    "MAX_REGISTER_ROWS",
    "RegisterFileError",
    "prepare_spreadsheet_library",
    "read_table",
]

MAX_REGISTER_BYTES = 30 * 1024 * 1024
"""Largest file; a register of 100,000 cases has about 10 million bytes."""

MAX_UNZIPPED_BYTES = 400 * 1024 * 1024
"""Largest uncompressed size of an XLSX file (a zip archive)."""

MAX_REGISTER_ROWS = 200_000
MAX_COLUMNS = 200
MAX_MERGED_CELLS = 200_000
"""Cells that are filled from the first of a merged one, in a whole sheet."""

TEXT_SUFFIXES = frozenset({".csv", ".txt", ".tsv"})
OLD_SPREADSHEET_HEAD = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_DOCUMENT_NAMESPACE = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}"
_MERGED_CELL = re.compile(rb'<(?:\w+:)?mergeCell\s[^>]*?ref="([A-Z]{1,3})(\d+):([A-Z]{1,3})(\d+)"')


def prepare_spreadsheet_library(content: bytes) -> None:
    """Import what reads a content, and let it read a file of ours, so that it need open nothing afterwards."""
    for encoded in ("ก,ข".encode(), "ก,ข".encode("cp874"), "ก,ข".encode("utf-16")):
        read_table(Path("own.csv"), encoded)
    if content[:2] == b"PK":
        import openpyxl  # takes 20 MB, so only where it is needed

        book, own = openpyxl.Workbook(), io.BytesIO()
        book.worksheets[0].append(["a", 1.5, date(2026, 1, 1)])
        book.worksheets[0].append(["b", None, True])
        book.worksheets[0].merge_cells("A2:B2")
        book.save(own)
        read_table(Path("own.xlsx"), own.getvalue())


def read_table(path: Path, content: bytes, cell_limit: int = 1000) -> TableFile:
    """Read all sheets of a file. cell_limit: characters of a cell that are kept. Raises RegisterFileError."""
    if len(content) > MAX_REGISTER_BYTES:
        raise RegisterFileError(Phrase("import.large"))
    if content[:2] == b"PK":
        return _read_xlsx(content, cell_limit)
    if content.startswith(OLD_SPREADSHEET_HEAD) or path.suffix.lower() in {".xls", ".ods"}:
        raise RegisterFileError(Phrase("import.old_spreadsheet"))
    if path.suffix.lower() not in TEXT_SUFFIXES:
        raise RegisterFileError(Phrase("import.unreadable"))
    text, encoding = decode_text(content)
    rows = _limit_rows(read_text_rows(text), cell_limit)
    return TableFile(encoding, (TableSheet("", is_hidden=False, rows=tuple(rows)),))


def _limit_rows(rows: Iterator[TableRow], cell_limit: int) -> Iterator[TableRow]:
    """Yield the rows that say something. Raises RegisterFileError where there are too many."""
    count = 0
    for row in rows:
        if row.is_empty:
            continue
        count += 1
        if count > MAX_REGISTER_ROWS or len(row.texts) > 16_384:
            raise RegisterFileError(Phrase("import.large"))
        texts = tuple(text[:cell_limit] for text in row.texts[:MAX_COLUMNS])
        yield TableRow(row.line, texts, {at: kind for at, kind in row.kinds.items() if at < MAX_COLUMNS})


def _read_xlsx(content: bytes, cell_limit: int) -> TableFile:
    import openpyxl  # takes 20 MB, so only in the process that reads a spreadsheet
    from openpyxl.utils.datetime import CALENDAR_MAC_1904

    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            _check_size(archive)
            merged = _find_merged_cells(archive)
        # data_only=False gives formulas instead of their cached values, so that they are detected.
        book = openpyxl.load_workbook(io.BytesIO(content), read_only=True, data_only=False, keep_links=False)
        try:
            sheets = []
            for sheet in book.worksheets:
                sheet.reset_dimensions()  # some programs write wrong ones
                rows = _fill_merged_cells(_read_sheet(sheet), merged.get(sheet.title, []))
                limited = tuple(_limit_rows(rows, cell_limit))
                sheets.append(TableSheet(sheet.title, sheet.sheet_state != "visible", limited))
            return TableFile(
                TableEncoding.SPREADSHEET, tuple(sheets), has_1904_days=book.epoch == CALENDAR_MAC_1904
            )
        finally:
            book.close()
    except RegisterFileError:
        raise
    except Exception as trouble:  # openpyxl fails in many ways on files that are no spreadsheet
        raise RegisterFileError(Phrase("import.unreadable")) from trouble


def _check_size(archive: zipfile.ZipFile) -> None:
    if sum(part.file_size for part in archive.infolist()) > MAX_UNZIPPED_BYTES:
        raise RegisterFileError(Phrase("import.large"))


def _read_sheet(sheet: Any) -> Iterator[TableRow]:  # noqa: ANN401 - the library's own
    for line, cells in enumerate(sheet.iter_rows(), start=1):
        if all(cell.value is None for cell in cells):
            continue
        read = [_read_cell(cell) for cell in cells]
        yield TableRow(
            line, tuple(text for text, _ in read), {at: kind for at, (_, kind) in enumerate(read) if kind}
        )


def _read_cell(cell: Any) -> tuple[str, CellKind | None]:  # noqa: ANN401 - the library's own
    value = cell.value
    if cell.data_type == "f" or (isinstance(value, str) and value.lstrip().startswith("=")):
        return "", CellKind.FORMULA
    if isinstance(value, datetime | date):
        return f"{value:%Y-%m-%d}", CellKind.DAY
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    if isinstance(value, int | float) and not isinstance(value, bool):
        return str(value), CellKind.NUMBER
    return ("" if value is None else str(value).strip()), None


MergedCell = tuple[int, int, int, int]
"""The first and last line, from 1, and the first and last place, from 0."""


def _find_merged_cells(archive: zipfile.ZipFile) -> dict[str, list[MergedCell]]:
    """Return the merged cells of each sheet by its title: the library tells them only with all cells in memory."""
    links = {
        link.get("Id"): str(link.get("Target"))
        for link in ElementTree.fromstring(archive.read("xl/_rels/workbook.xml.rels"))  # noqa: S314 - confined
    }
    found = dict[str, list[MergedCell]]()
    for sheet in ElementTree.fromstring(archive.read("xl/workbook.xml")).iter():  # noqa: S314 - confined
        target = links.get(sheet.get(f"{_DOCUMENT_NAMESPACE}id"))
        if not sheet.tag.endswith("}sheet") or target is None:
            continue
        name = target.lstrip("/") if target.startswith("/") else str(PurePosixPath("xl") / target)
        if name in archive.namelist():
            found[str(sheet.get("name"))] = [
                (int(top), int(bottom), _to_place(left), _to_place(right))
                for left, top, right, bottom in (
                    (one.decode() for one in groups) for groups in _MERGED_CELL.findall(archive.read(name))
                )
            ]
    return found


def _to_place(letters: str) -> int:
    """Return the place of a column, from 0."""
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - ord("A") + 1
    return number - 1


def _fill_merged_cells(rows: Iterator[TableRow], merged: Sequence[MergedCell]) -> Iterator[TableRow]:
    """Write the text of each merged cell into all its cells, in rows that say something else too."""
    beginning, budget = dict[int, list[MergedCell]](), MAX_MERGED_CELLS
    for one in merged:
        beginning.setdefault(one[0], []).append(one)
    running = list[tuple[MergedCell, str]]()
    for row in rows:
        running = [(cell, text) for cell, text in running if cell[1] >= row.line]
        running += [
            (cell, row.texts[cell[2]])
            for cell in beginning.get(row.line, [])
            if cell[2] < min(len(row.texts), MAX_COLUMNS)
        ]
        budget -= sum(cell[3] - cell[2] + 1 for cell, _ in running)
        if budget < 0:
            raise RegisterFileError(Phrase("import.large"))
        yield _fill_row(row, running) if running else row


def _fill_row(row: TableRow, merged: Sequence[tuple[MergedCell, str]]) -> TableRow:
    texts, kinds = list(row.texts), dict(row.kinds)
    for (top, _, left, right), text in merged:
        last = min(right, MAX_COLUMNS - 1)
        texts += [""] * (last + 1 - len(texts))
        for place in range(left + (top == row.line), last + 1):
            texts[place] = text
            kinds[place] = CellKind.DOWN if place == left else CellKind.ACROSS
    return TableRow(row.line, tuple(texts), kinds)
