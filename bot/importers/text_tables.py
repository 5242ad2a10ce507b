"""Read a table in a text file: CSV and its cousins, in the encodings that programs in Thailand write."""

import codecs
import csv
import io
import re
from collections.abc import Iterator

from bot.errors import ImportFileError
from handlers.dialog.replies import Phrase
from handlers.table_files import CellKind, TableEncoding, TableRow

DELIMITERS = ",;\t|"
SAMPLE_LINES = 50
"""Lines by which the delimiter is found: titles stand above the table."""

LEAST_SHARE_OF_THAI = 0.5
"""Of the letters beyond ASCII, as a share: in Windows-874 nearly all bytes mean something, also those of a picture."""

_SEPARATOR_LINE = re.compile(r"sep=(?P<sign>.)\r?\n?", re.IGNORECASE)
_THAI = re.compile("[ก-๛]")
_MARK_WITHOUT_LETTER = re.compile("(?:^|[^ก-๛])[ัิ-ฺ็-๎]")
"""A vowel or tone mark that stands on nothing, as é in Western encodings would be."""
_BEYOND_ASCII = re.compile("[^\x00-\x7f]")


class RegisterFileError(ImportFileError):
    """A file is no register. The person who uploaded it has to correct it. reason: what to tell them."""

    def __init__(self, reason: Phrase) -> None:
        self.reason = reason
        super().__init__(reason.key)


def decode_text(content: bytes) -> tuple[str, TableEncoding]:
    """Decode a text file: UTF-8, UTF-16 (which Excel calls Unicode text) or Windows-874. Raises RegisterFileError."""
    for mark in (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE):
        if content.startswith(mark):
            return _decode(content, "utf-16"), TableEncoding.UTF_16
    if b"\0" in content:
        # Of ASCII signs and Thai letters in UTF-16, one byte of the two is 0 or 0x0E: the other order has neither.
        low = sum(byte in {0, 0x0E} for byte in content[1:2000:2])
        high = sum(byte in {0, 0x0E} for byte in content[0:2000:2])
        if len(content) % 2 or max(low, high) < 0.9 * len(content[0:2000:2]):
            raise RegisterFileError(Phrase("import.unreadable"))
        return _decode(content, "utf-16-le" if low > high else "utf-16-be"), TableEncoding.UTF_16
    try:
        return content.decode("utf-8-sig"), TableEncoding.UTF_8
    except UnicodeDecodeError:
        text = _decode(content, "cp874")
    thai = len(_THAI.findall(text)) - len(_BEYOND_ASCII.findall(text)) * LEAST_SHARE_OF_THAI
    if thai <= len(_MARK_WITHOUT_LETTER.findall(text)):
        raise RegisterFileError(Phrase("import.encoding"))
    return text, TableEncoding.WINDOWS_874


def _decode(content: bytes, encoding: str) -> str:
    try:
        return content.decode(encoding)
    except UnicodeDecodeError:
        raise RegisterFileError(Phrase("import.encoding")) from None


def read_text_rows(text: str) -> Iterator[TableRow]:
    """Yield the rows of a text. A line `sep=,` of Excel at its beginning is followed, and is no row.

    Raises RegisterFileError where quotation marks do not fit: rows would be taken for part of a cell.
    """
    told = _SEPARATOR_LINE.match(text)
    delimiter = told["sign"] if told else _find_delimiter(text)
    stream = io.StringIO(text, newline="")
    skipped = 0
    if told:
        stream.readline()
        skipped = 1
    # Strict: a mark that is not closed would make the rest of the file one cell.
    reader = csv.reader(stream, delimiter=delimiter, strict=True)
    start = 1
    try:
        for row in reader:
            if any(_has_rows_inside(cell, delimiter, len(row)) for cell in row):
                raise RegisterFileError(Phrase("import.quotes", {"line": start + skipped}))
            runs = {
                place: CellKind.FORMULA for place, cell in enumerate(row) if cell.lstrip().startswith("=")
            }
            texts = tuple("" if place in runs else cell.strip() for place, cell in enumerate(row))
            yield TableRow(start + skipped, texts, runs)
            start = reader.line_num + 1
    except csv.Error:
        raise RegisterFileError(Phrase("import.quotes", {"line": start + skipped})) from None


def _has_rows_inside(cell: str, delimiter: str, width: int) -> bool:
    """Whether a cell of several lines holds what looks like another row of the table."""
    return "\n" in cell and any(line.count(delimiter) >= max(2, width - 2) for line in cell.split("\n")[1:])


def _find_delimiter(text: str) -> str:
    sample = re.sub('"[^"]*"', "", "\n".join(text.split("\n", SAMPLE_LINES)[:SAMPLE_LINES]))
    return max(DELIMITERS, key=sample.count)
