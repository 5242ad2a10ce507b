"""Text of a Word document (MS-DOC): the pieces that its table lists, in the order of reading."""

import re
import struct
from collections.abc import Iterator

from bot.decoding.old_office.compound import CompoundFile

_WORD_MAGIC, _FIRST_UNICODE_VERSION = 0xA5EC, 0x00C1
_ENCRYPTED, _SECOND_TABLE = 0x0100, 0x0200
_LENGTHS_AT, _PIECES_AT = 0x004C, 0x01A2
_COMPRESSED = 0x40000000
_FIELD = re.compile("\x13[^\x13\x14\x15]*\x14?")
"""What a field is told to do; what it shows stands behind it."""

_SIGNS = str.maketrans(
    {"\r": "\n", "\x0b": "\n", "\x0c": "\n", "\x07": "\t", "\x1e": "-", "\xa0": " ", "\x15": None}
)


def read_old_word(content: bytes) -> str:
    """Return the text of a document, with its notes, headings of pages and text boxes. Raises ValueError."""
    file = CompoundFile(content)
    document = file.find("WordDocument")
    magic, version = struct.unpack_from("<HH", document)
    (flags,) = struct.unpack_from("<H", document, 10)
    if magic not in {_WORD_MAGIC, 0xA5DC} or flags & _ENCRYPTED:
        raise ValueError("damaged, or encrypted")
    if version < _FIRST_UNICODE_VERSION:
        first, last = struct.unpack_from("<II", document, 24)
        text = document[first:last].decode("cp874", "replace")
    else:
        table = file.find("1Table" if flags & _SECOND_TABLE else "0Table")
        text = "".join(_read_pieces(document, table))
    for _ in range(3):  # fields stand in fields
        text = _FIELD.sub("", text)
    return text.replace("\x07\x07", "\n").translate(_SIGNS)


def _read_pieces(document: bytes, table: bytes) -> Iterator[str]:
    lengths = struct.unpack_from("<8I", document, _LENGTHS_AT)
    at, size = struct.unpack_from("<II", document, _PIECES_AT)
    pieces = _find_pieces(table[at : at + size])
    count = (len(pieces) - 4) // 12
    ends = struct.unpack_from(f"<{count + 1}I", pieces)
    left = sum(lengths) + 8
    for number in range(count):
        letters = min(max(0, ends[number + 1] - ends[number]), left)
        (where,) = struct.unpack_from("<I", pieces, (count + 1) * 4 + number * 8 + 2)
        if where & _COMPRESSED:
            begin = (where & ~_COMPRESSED) // 2
            yield document[begin : begin + letters].decode("cp1252", "replace")
        else:
            yield document[where : where + letters * 2].decode("utf-16-le", "replace")
        left -= letters


def _find_pieces(listed: bytes) -> bytes:
    """Return the table of pieces, which stands behind changes that were saved beside."""
    at = 0
    while at < len(listed) and listed[at] == 1:
        at += 3 + struct.unpack_from("<H", listed, at + 1)[0]
    if at >= len(listed) or listed[at] != 2:
        raise ValueError("damaged, or encrypted")
    (size,) = struct.unpack_from("<I", listed, at + 1)
    return listed[at + 5 : at + 5 + size]
