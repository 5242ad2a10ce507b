"""The kind of a compound file, as Word, Excel and Outlook wrote them before 2007: by the names of its streams alone.

Source: [MS-CFB]. Nothing is followed further than a file of 20 MB can be long, whatever it says of itself.
"""

import struct

from handlers.evidence.file_kinds import FileKind

COMPOUND_MAGIC = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
MAX_DIRECTORY_SECTORS = 2_000
"""Sectors of a directory that are read; each names four streams, and a mail with many attachments has some hundreds."""

_HEADER_BYTES = 512
_FAT_SECTORS_IN_HEADER = 109
_END_OF_CHAIN = 0xFFFFFFFA
"""Sector numbers from here on are marks: the end of a chain, a free sector."""

_ENTRY_BYTES = 128
_INSTALLER = bytes.fromhex("84100c0000000000c000000000000046")
"""Class of the root of an installer (MSI), whose streams have names that are no text."""

_KINDS_BY_STREAM: tuple[tuple[str, FileKind], ...] = (
    ("EncryptedPackage", FileKind.LOCKED_OFFICE),
    ("__nameid_version1.0", FileKind.MSG),
    ("__properties_version1.0", FileKind.MSG),
    ("WordDocument", FileKind.DOC),
    ("Workbook", FileKind.XLS),
    ("Book", FileKind.XLS),
    ("PowerPoint Document", FileKind.PPT),
    ("VisioDocument", FileKind.VISIO),
    ("HwpSummaryInformation", FileKind.HWP),
)
"""Names of streams of the root, by which kinds differ: what a document has embedded is deeper."""


def detect_compound_kind(content: bytes) -> FileKind:
    """Return the kind of a compound file; Word's where its streams tell none, as of a file that is damaged."""
    names, root_class = _list_root_streams(content)
    if root_class == _INSTALLER:
        return FileKind.PROGRAM
    if not names:  # a damaged file: what it has somewhere has to do
        found = (kind for name, kind in _KINDS_BY_STREAM if name.encode("utf-16-le") in content)
    else:
        found = (kind for name, kind in _KINDS_BY_STREAM if name in names)
    return next(found, FileKind.DOC)


def _list_root_streams(content: bytes) -> tuple[frozenset[str], bytes]:
    """Return the names that stand in the root of a compound file, and the root's class; empty where it is damaged."""
    if len(content) < _HEADER_BYTES or content[30:32] not in {b"\x09\0", b"\x0c\0"}:
        return frozenset(), b""
    sector = 1 << content[30]
    table = [
        number
        for place in struct.unpack_from(f"<{_FAT_SECTORS_IN_HEADER}I", content, 76)
        if place < _END_OF_CHAIN
        for number in struct.unpack(f"<{sector // 4}I", _read_sector(content, place, sector))
    ]
    directory, following = bytearray(), int.from_bytes(content[48:52], "little")
    for _ in range(MAX_DIRECTORY_SECTORS):
        if following >= _END_OF_CHAIN:
            break
        directory += _read_sector(content, following, sector)
        following = table[following] if following < len(table) else _END_OF_CHAIN
    entries = [directory[at : at + _ENTRY_BYTES] for at in range(0, len(directory), _ENTRY_BYTES)]
    return (_list_children(entries), bytes(entries[0][80:96])) if entries else (frozenset(), b"")


def _list_children(entries: list[bytearray]) -> frozenset[str]:
    """Return the names beneath the root: a tree of siblings, each of which is looked at once."""
    names, seen, waiting = set[str](), set[int](), [int.from_bytes(entries[0][76:80], "little")]
    while waiting:
        place = waiting.pop()
        if place >= len(entries) or place in seen:
            continue
        seen.add(place)
        entry = entries[place]
        length = min(int.from_bytes(entry[64:66], "little"), 64)
        names.add(entry[: max(0, length - 2)].decode("utf-16-le", "replace").lstrip("\x05"))
        waiting += [int.from_bytes(entry[at : at + 4], "little") for at in (68, 72)]
    return frozenset(names)


def _read_sector(content: bytes, number: int, size: int) -> bytes:
    """Return a sector, filled up with marks of free ones where the file ends before."""
    start = (number + 1) * size
    return content[start : start + size].ljust(size, b"\xff")
