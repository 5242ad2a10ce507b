"""Small documents as Office 97 to 2003 wrote them, made by the published descriptions of their formats."""

import struct
from collections.abc import Mapping, Sequence

_SECTOR, _SMALL, _CUTOFF = 512, 64, 4096
_END, _FREE = 0xFFFFFFFE, 0xFFFFFFFF
SECOND_SHEET_LETTERS = 3000
"""Letters of a text that goes over the end of a record of a sheet."""


def _fill(content: bytes, size: int) -> bytes:
    return content + bytes(-len(content) % size)


def _chain(start: int, count: int) -> list[int]:
    return [*range(start + 1, start + count), _END] if count else []


def make_compound_file(streams: Mapping[tuple[str, ...], bytes]) -> bytes:
    """A compound file with these streams, small ones in the stream of small ones; a path may have one folder."""
    folders = list(dict.fromkeys(path[0] for path in streams if len(path) > 1))
    small, small_table, starts = b"", list[int](), dict[tuple[str, ...], int]()
    for path, content in streams.items():
        if len(content) < _CUTOFF:
            starts[path] = len(small_table)
            small_table += _chain(len(small_table), -(-len(content) // _SMALL))
            small += _fill(content, _SMALL)
    large = [path for path, content in streams.items() if len(content) >= _CUTOFF]
    entry_count = 1 + len(folders) + len(streams)
    sizes = [
        -(-entry_count * 128 // _SECTOR),
        -(-len(small_table) * 4 // _SECTOR),
        -(-len(small) // _SECTOR),
        *(-(-len(streams[path]) // _SECTOR) for path in large),
    ]
    tables = 1
    while (sum(sizes) + tables) * 4 > tables * _SECTOR:
        tables += 1
    table, places = [0xFFFFFFFD] * tables, list[int]()
    for size in sizes:
        places.append(len(table))
        table += _chain(len(table), size)
    starts |= dict(zip(large, places[3:], strict=True))
    names: list[tuple[str, ...]] = [(folder,) for folder in folders] + list(streams)
    entries = [_make_entry("Root Entry", 5, child=1, start=places[2], size=len(small))]
    for number, path in enumerate(names, start=1):
        beside = [other for other, one in enumerate(names, 1) if other > number and one[:-1] == path[:-1]]
        inside = [other for other, one in enumerate(names, 1) if one[:-1] == path]
        is_folder = number <= len(folders)
        entries.append(
            _make_entry(
                path[-1],
                1 if is_folder else 2,
                right=beside[0] if beside else _FREE,
                child=inside[0] if inside else _FREE,
                start=0 if is_folder else starts[path],
                size=0 if is_folder else len(streams[path]),
            )
        )
    header = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(16) + struct.pack("<HHHHH", 0x3E, 3, 0xFFFE, 9, 6)
    header = header.ljust(44, b"\0") + struct.pack(
        "<IIIIIIII", tables, places[0], 0, _CUTOFF, places[1] if small_table else _END, sizes[1], _END, 0
    )
    header += struct.pack("<109I", *range(tables), *[_FREE] * (109 - tables))
    parts = [
        struct.pack(f"<{len(table)}I", *table) + b"\xff" * (tables * _SECTOR - len(table) * 4),
        _fill(b"".join(entries), _SECTOR),
        struct.pack(f"<{len(small_table)}I", *small_table) + b"\xff" * (-len(small_table) * 4 % _SECTOR),
        _fill(small, _SECTOR),
        *(_fill(streams[path], _SECTOR) for path in large),
    ]
    return header + b"".join(parts)


def _make_entry(
    name: str, kind: int, *, right: int = _FREE, child: int = _FREE, start: int = 0, size: int = 0
) -> bytes:
    written = name.encode("utf-16-le")
    head = written.ljust(64, b"\0") + struct.pack("<HBBIII", len(written) + 2, kind, 1, _FREE, right, child)
    return head.ljust(116, b"\0") + struct.pack("<IQ", start, size)


def make_old_word(text: str, plain: str = "", *, flags: int = 0x0200) -> bytes:
    """A Word document of a text in two pieces: one in wide letters, one in narrow ones."""
    document = bytearray(0x400)
    struct.pack_into("<HH", document, 0, 0xA5EC, 0x00C1)
    struct.pack_into("<H", document, 10, flags)
    struct.pack_into("<I", document, 0x4C, len(text) + len(plain))
    wide, narrow = text.encode("utf-16-le"), plain.encode("cp1252")
    first = len(document)
    body = bytes(document) + wide + narrow
    ends = struct.pack("<III", 0, len(text), len(text) + len(plain))
    pieces = ends + struct.pack("<HIHHIH", 0, first, 0, 0, (first + len(wide)) * 2 | 0x40000000, 0)
    listed = b"\x01\x02\x00ab" + b"\x02" + struct.pack("<I", len(pieces)) + pieces
    body = body[:0x01A2] + struct.pack("<II", 0, len(listed)) + body[0x01AA:]
    return make_compound_file({("WordDocument",): body, ("1Table",): listed})


def _record(kind: int, body: bytes) -> bytes:
    return struct.pack("<HH", kind, len(body)) + body


def make_old_sheets(said: str, *, locked: bool = False) -> bytes:
    """A workbook of one sheet: a text, a long one over two records, a number, a day, what a formula came to."""
    long = "ก" * SECOND_SHEET_LETTERS
    first = struct.pack("<IIHB", 2, 2, len(said), 1) + said.encode("utf-16-le")
    first += struct.pack("<HB", len(long), 1) + long[:1000].encode("utf-16-le")
    shared = _record(0x00FC, first) + _record(0x003C, b"\1" + long[1000:].encode("utf-16-le"))
    name = "แผ่น".encode("utf-16-le")
    whole = _record(0x0809, struct.pack("<HHII", 0x0600, 0x0005, 0, 0))
    whole += _record(0x002F, bytes(6)) if locked else b""
    whole += _record(0x00E0, struct.pack("<HH", 0, 0)) + _record(0x00E0, struct.pack("<HH", 0, 14))
    whole += _record(0x0085, struct.pack("<IBBBB", 0, 0, 0, 4, 1) + name) + shared + _record(0x000A, b"")
    cells = _record(0x0809, struct.pack("<HHII", 0x0600, 0x0010, 0, 0))
    cells += _record(0x00FD, struct.pack("<HHHI", 0, 0, 0, 0))
    cells += _record(0x027E, struct.pack("<HHHI", 0, 2, 0, 12345 << 2 | 3))
    cells += _record(0x0203, struct.pack("<HHHd", 1, 0, 1, 45000.0))
    cells += _record(0x0006, struct.pack("<HHHBBBBBBH", 1, 1, 0, 0, 0, 0, 0, 0, 0, 0xFFFF))
    cells += _record(0x0207, struct.pack("<HB", 3, 0) + b"sum")
    cells += _record(0x00BD, struct.pack("<HHHIHIH", 2, 0, 0, 7 << 2 | 2, 0, 8 << 2 | 2, 1))
    cells += _record(0x00FD, struct.pack("<HHHI", 3, 0, 0, 1)) + _record(0x000A, b"")
    return make_compound_file({("Workbook",): whole + cells})


def make_sheet_with_chart() -> bytes:
    """A workbook of one sheet with a chart in it, whose points have numbers of their own."""
    whole = _record(0x0809, struct.pack("<HHII", 0x0600, 0x0005, 0, 0)) + _record(0x00E0, bytes(4))
    whole += _record(0x0085, struct.pack("<IBBBB", 0, 0, 0, 1, 0) + b"x") + _record(0x000A, b"")
    cells = _record(0x0809, struct.pack("<HHII", 0x0600, 0x0010, 0, 0))
    for line, (name, baht) in enumerate([("A", 90_000.0), ("B", 10_000.0)]):
        cells += _record(0x0204, struct.pack("<HHHHB", line, 0, 0, 1, 0) + name.encode())
        cells += _record(0x0203, struct.pack("<HHHd", line, 1, 0, baht))
    cells += _record(0x0205, struct.pack("<HHHBB", 2, 0, 0, 1, 0))
    cells += _record(0x0205, struct.pack("<HHHBB", 2, 1, 0, 0x2A, 1))
    chart = _record(0x0809, struct.pack("<HHII", 0x0600, 0x0020, 0, 0)) + _record(0x00E0, bytes(4))
    cells += _record(0x0203, b"\0")  # one that is cut off
    chart += _record(0x0203, struct.pack("<HHHd", 0, 0, 0, 1.0)) + _record(0x000A, b"")
    last = _record(0x0203, struct.pack("<HHHd", 3, 0, 0, 5.0)) + _record(0x000A, b"")
    return make_compound_file({("Workbook",): whole + cells + chart + last})


def _slide_record(kind: int, body: bytes, version: int = 0) -> bytes:
    return struct.pack("<HHI", version, kind, len(body)) + body


def make_old_slides(texts: Sequence[str], *, saved: int = 1) -> bytes:
    """Slides, each with a text, and a master whose text belongs to none. saved: how often they stand in the file."""
    master = _slide_record(0x03F8, _slide_record(0x0FA0, "แม่แบบ".encode("utf-16-le")), 0xF)
    listed = b"".join(
        _slide_record(0x03F3, bytes(20)) + _slide_record(0x0FA0, text.encode("utf-16-le")) for text in texts
    )
    whole = _slide_record(0x03E8, master + _slide_record(0x0FF0, listed, 0xF), 0xF)
    return make_compound_file({("Current User",): b"x", ("PowerPoint Document",): whole * saved})


def make_outlook_mail(subject: str, body: str, attached: str) -> bytes:
    """A mail of Outlook with one file attached."""
    texts = {
        ("__substg1.0_0037001F",): subject,
        ("__substg1.0_0C1A001F",): "มาลี",
        ("__substg1.0_1000001F",): body,
        ("__attach_version1.0_#00000000", "__substg1.0_3707001F"): attached,
    }
    streams = {path: text.encode("utf-16-le") for path, text in texts.items()}
    return make_compound_file({("__properties_version1.0",): bytes(32), **streams})
