"""Text of an Excel sheet (MS-XLS, and Excel 5 and 95): its rows, a tab between cells."""

import struct
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field

from bot.decoding.old_office.compound import CompoundFile
from bot.decoding.sheet_days import is_day_format, write_day

_BEGIN, _END, _CONTINUE, _LOCKED, _SHEET, _STRINGS = 0x0809, 0x000A, 0x003C, 0x002F, 0x0085, 0x00FC
_OF_BOOK, _OF_CELLS = 0x0005, 0x0010
"""What a part of the stream is of. A chart in a sheet is a part within it, with numbers of its own at places that are
no cells; so is a sheet of macros."""
_EPOCH, _FORMAT, _STYLE = 0x0022, 0x041E, 0x00E0
_UNICODE_VERSION = 0x0600
_MAX_CELLS, _MAX_STRINGS = 500_000, 500_000
_MAX_COLUMN = 255


@dataclass(slots=True)
class OldWorkbook:
    """What is known of a workbook so far. sheets: rows of each, by line and column."""

    is_unicode: bool = True
    from_1904: bool = False
    names: list[str] = field(default_factory=list)
    strings: list[str] = field(default_factory=list)
    formats: dict[int, str] = field(default_factory=dict)
    styles: list[int] = field(default_factory=list)
    sheets: list[dict[int, dict[int, str]]] = field(default_factory=list)
    count: int = 0
    waiting: tuple[int, int] | None = None

    def put(self, line: int, column: int, text: str) -> None:
        """Write a cell of the sheet that is being read."""
        self.count += 1
        if self.sheets and self.count <= _MAX_CELLS and column <= _MAX_COLUMN:
            self.sheets[-1].setdefault(line, {})[column] = text

    def put_number(self, line: int, column: int, style: int, value: float) -> None:
        """Write a number, as a day where its style says so."""
        shown = str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)
        number = self.styles[style] if style < len(self.styles) else 0
        if is_day_format(number, self.formats.get(number)):
            shown = write_day(shown, from_1904=self.from_1904)
        self.put(line, column, shown)


def read_old_sheets(content: bytes) -> str:
    """Return the rows of all sheets. Raises ValueError."""
    stream = CompoundFile(content).find("Workbook", "Book")
    book, inside = OldWorkbook(), list[int]()
    for kind, pieces in _list_records(stream):
        body = pieces[0]
        if kind == _LOCKED:
            raise ValueError("damaged, or encrypted")
        if kind == _BEGIN:
            version, what = struct.unpack_from("<HH", body)
            book.is_unicode = version >= _UNICODE_VERSION
            inside.append(what)
            if what == _OF_CELLS:
                book.sheets.append({})
        elif kind == _END:
            inside = inside[:-1]
        elif inside[-1:] == [_OF_BOOK] and kind == _STRINGS:
            book.strings = _read_strings(pieces)
        elif reader := _READERS.get((*inside[-1:], kind)):
            with suppress(struct.error, IndexError):  # one record is cut off: the others are read
                reader(body, book)
    return "\n\n".join(_write_sheet(number, rows, book) for number, rows in enumerate(book.sheets))


def _write_sheet(number: int, rows: Mapping[int, Mapping[int, str]], book: OldWorkbook) -> str:
    name = book.names[number] if number < len(book.names) else str(number + 1)
    lines = ["\t".join(row.get(at, "") for at in range(max(row) + 1)) for _, row in sorted(rows.items())]
    return "\n".join((f"— {name} —", *lines))


def _list_records(stream: bytes) -> Iterator[tuple[int, list[bytes]]]:
    """Yield each record with those that continue it."""
    at, kind, pieces = 0, 0, list[bytes]()
    while at + 4 <= len(stream):
        following, size = struct.unpack_from("<HH", stream, at)
        body = stream[at + 4 : at + 4 + size]
        at += 4 + size
        if following == _CONTINUE and pieces:
            pieces.append(body)
            continue
        if pieces:
            yield kind, pieces
        kind, pieces = following, [body]
    if pieces:
        yield kind, pieces


class _Letters:
    """Reads strings that may go on in the next record, where their letters are told anew how wide they are."""

    def __init__(self, pieces: list[bytes]) -> None:
        self._pieces, self._piece, self._at = pieces, 0, 8

    @property
    def is_over(self) -> bool:
        return self._piece >= len(self._pieces)

    def _turn(self) -> bool:
        """Go on to the next record where this one is read; return whether it was so."""
        if self.is_over or self._at < len(self._pieces[self._piece]):
            return False
        self._piece, self._at = self._piece + 1, 0
        return True

    def take(self, count: int) -> bytes:
        """Take bytes, over the ends of records."""
        taken = bytearray()
        while len(taken) < count and not self.is_over:
            if not self._turn():
                piece = self._pieces[self._piece][self._at : self._at + count - len(taken)]
                taken += piece
                self._at += len(piece)
        return bytes(taken)

    def take_letters(self, count: int, *, is_wide: bool) -> str:
        """Take so many letters."""
        pieces = list[str]()
        while count > 0 and not self.is_over:
            if self._turn():
                if not self.is_over:
                    is_wide, self._at = bool(self._pieces[self._piece][:1] > b"\0"), 1
                continue
            width = 1 + is_wide
            piece = self._pieces[self._piece][self._at : self._at + count * width]
            self._at += max(1, len(piece))
            pieces.append(piece.decode("utf-16-le" if is_wide else "cp1252", "replace"))
            count -= max(1, len(piece) // width)
        return "".join(pieces)


def _read_strings(pieces: list[bytes]) -> list[str]:
    letters, found = _Letters(pieces), list[str]()
    (total,) = struct.unpack_from("<4xI", pieces[0])
    while len(found) < min(total, _MAX_STRINGS) and not letters.is_over:
        head = letters.take(3)
        if len(head) < 3:
            break
        count, flags = struct.unpack("<HB", head)
        runs = int.from_bytes(letters.take(2), "little") if flags & 8 else 0
        more = int.from_bytes(letters.take(4), "little") if flags & 4 else 0
        found.append(letters.take_letters(count, is_wide=bool(flags & 1)))
        letters.take(runs * 4 + min(more, 1 << 20))
    return found


def _read_text(body: bytes, at: int, book: OldWorkbook, *, is_short: bool = False) -> str:
    """Read a string that stands in one record. is_short: its length is told in one byte."""
    count = body[at] if is_short else struct.unpack_from("<H", body, at)[0]
    at += 1 if is_short else 2
    if not book.is_unicode:
        return body[at : at + count].decode("cp874", "replace")
    is_wide = bool(body[at] & 1)
    text = body[at + 1 : at + 1 + count * (1 + is_wide)]
    return text.decode("utf-16-le" if is_wide else "cp1252", "replace")


def _note_sheet(body: bytes, book: OldWorkbook) -> None:
    if body[5] == 0:  # a sheet of cells, not a chart
        book.names.append(_read_text(body, 6, book, is_short=True))


def _note_format(body: bytes, book: OldWorkbook) -> None:
    (number,) = struct.unpack_from("<H", body)
    book.formats[number] = _read_text(body, 2, book, is_short=not book.is_unicode)


def _note_style(body: bytes, book: OldWorkbook) -> None:
    book.styles.append(struct.unpack_from("<2xH", body)[0])


def _note_epoch(body: bytes, book: OldWorkbook) -> None:
    book.from_1904 = body[:1] == b"\1"


def _put_shared(body: bytes, book: OldWorkbook) -> None:
    line, column, place = struct.unpack_from("<HH2xI", body)
    book.put(line, column, book.strings[place] if place < len(book.strings) else "")


def _put_text(body: bytes, book: OldWorkbook) -> None:
    line, column = struct.unpack_from("<HH", body)
    book.put(line, column, _read_text(body, 6, book))


def _put_number(body: bytes, book: OldWorkbook) -> None:
    line, column, style, value = struct.unpack_from("<HHHd", body)
    book.put_number(line, column, style, value)


def _unpack_short_number(packed: int) -> float:
    """Return a number that is packed in four bytes: half a float or an integer, perhaps in hundredths."""
    value = (
        float((packed - (1 << 32) if packed >> 31 else packed) >> 2)
        if packed & 2
        else struct.unpack("<d", struct.pack("<II", 0, packed & ~3))[0]
    )
    return float(value / 100 if packed & 1 else value)


def _put_short_number(body: bytes, book: OldWorkbook) -> None:
    line, column, style, packed = struct.unpack_from("<HHHI", body)
    book.put_number(line, column, style, _unpack_short_number(packed))


def _put_short_numbers(body: bytes, book: OldWorkbook) -> None:
    line, first = struct.unpack_from("<HH", body)
    for number in range((len(body) - 6) // 6):
        style, packed = struct.unpack_from("<HI", body, 4 + number * 6)
        book.put_number(line, first + number, style, _unpack_short_number(packed))


def _put_result(body: bytes, book: OldWorkbook) -> None:
    """Write what a formula came to; a text stands in the record that follows."""
    line, column, style = struct.unpack_from("<HHH", body)
    if body[12:14] == b"\xff\xff":
        book.waiting = (line, column) if body[6] == 0 else None
        return
    book.put_number(line, column, style, struct.unpack_from("<d", body, 6)[0])


def _put_result_text(body: bytes, book: OldWorkbook) -> None:
    if book.waiting is not None:
        book.put(*book.waiting, _read_text(body, 0, book))
        book.waiting = None


def _put_truth(body: bytes, book: OldWorkbook) -> None:
    """Write true or false, or why a formula came to nothing."""
    line, column, value, is_error = struct.unpack_from("<HH2xBB", body)
    truth = "TRUE" if value else "FALSE"
    book.put(line, column, _ERRORS.get(value, "#?") if is_error else truth)


_ERRORS = {
    0x00: "#NULL!",
    0x07: "#DIV/0!",
    0x0F: "#VALUE!",
    0x17: "#REF!",
    0x1D: "#NAME?",
    0x24: "#NUM!",
    0x2A: "#N/A",
}

_READERS: Mapping[tuple[int, ...], Callable[[bytes, OldWorkbook], None]] = {
    (_OF_BOOK, _SHEET): _note_sheet,
    (_OF_BOOK, _FORMAT): _note_format,
    (_OF_BOOK, _STYLE): _note_style,
    (_OF_BOOK, _EPOCH): _note_epoch,
    (_OF_CELLS, 0x00FD): _put_shared,
    (_OF_CELLS, 0x0204): _put_text,
    (_OF_CELLS, 0x00D6): _put_text,
    (_OF_CELLS, 0x0203): _put_number,
    (_OF_CELLS, 0x027E): _put_short_number,
    (_OF_CELLS, 0x00BD): _put_short_numbers,
    (_OF_CELLS, 0x0205): _put_truth,
    (_OF_CELLS, 0x0006): _put_result,
    (_OF_CELLS, 0x0207): _put_result_text,
}
