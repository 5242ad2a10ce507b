"""Streams of a compound file (MS-CFB). Only a confined process may import this: a file may take its reader over.

Every chain of sectors is followed at most as far as the file is long, each entry of its folders is seen once.
"""

import struct
from collections.abc import Mapping
from dataclasses import dataclass

_ENTRY_BYTES = 128
_LAST_SECTOR = 0xFFFFFFFA
"""Numbers from here on are marks, not sectors."""

_FOLDER, _STREAM, _ROOT = 1, 2, 5
_MAX_ENTRIES = 20_000


@dataclass(frozen=True, slots=True)
class _Entry:
    """A stream or folder: its name, what it is, its neighbours, and where its bytes begin."""

    name: str
    kind: int
    left: int
    right: int
    child: int
    start: int
    size: int


class CompoundFile:
    """A compound file. Raises ValueError, or struct.error where it ends early."""

    def __init__(self, content: bytes) -> None:
        self._content = content
        self._shift, self._small_shift = struct.unpack_from("<HH", content, 30)
        if self._shift not in {9, 12} or self._small_shift != 6:
            raise ValueError("damaged, or encrypted")
        first_folder, self._cutoff, first_small = struct.unpack_from("<I4xII", content, 48)
        self._table = self._read_table(content)
        self._small_table = self._unpack(self._read_chain(first_small, self._table))
        entries = self._read_entries(self._read_chain(first_folder, self._table))
        self._small = b""
        self.streams: Mapping[tuple[str, ...], bytes] = self._read_streams(entries)

    def find(self, *names: str) -> bytes:
        """Return the first stream of the root with one of these names. Raises ValueError."""
        for name in names:
            if (name,) in self.streams:
                return self.streams[name,]
        raise ValueError("damaged, or encrypted")

    def _read_table(self, content: bytes) -> tuple[int, ...]:
        """Return the number of the sector that follows each sector."""
        listed = list(struct.unpack_from("<109I", content, 76))
        following, count = struct.unpack_from("<II", content, 68)
        while following < _LAST_SECTOR and count > 0 and len(listed) < len(content) >> self._shift:
            more = self._unpack(self._read_sector(following))
            listed += more[:-1]
            following, count = more[-1] if more else _LAST_SECTOR, count - 1
        return self._unpack(b"".join(self._read_sector(one) for one in listed if one < _LAST_SECTOR))

    def _read_sector(self, number: int) -> bytes:
        at = (number + 1) << self._shift
        return self._content[at : at + (1 << self._shift)]

    @staticmethod
    def _unpack(content: bytes) -> tuple[int, ...]:
        return struct.unpack(f"<{len(content) // 4}I", content[: len(content) // 4 * 4])

    def _read_chain(self, start: int, table: tuple[int, ...]) -> bytes:
        pieces, left = list[bytes](), (len(self._content) >> self._shift) + 1
        while start < _LAST_SECTOR and left > 0:
            pieces.append(self._read_sector(start))
            start, left = table[start] if start < len(table) else _LAST_SECTOR, left - 1
        return b"".join(pieces)

    def _read_entries(self, content: bytes) -> list[_Entry]:
        found = list[_Entry]()
        for at in range(0, min(len(content), _MAX_ENTRIES * _ENTRY_BYTES) - _ENTRY_BYTES + 1, _ENTRY_BYTES):
            length, kind, left, right, child = struct.unpack_from("<HBxIII", content, at + 64)
            name = content[at : at + max(0, min(length, 64) - 2)].decode("utf-16-le", "replace")
            start, size = struct.unpack_from("<II", content, at + 116)
            found.append(_Entry(name, kind, left, right, child, start, size))
        return found

    def _read_streams(self, entries: list[_Entry]) -> dict[tuple[str, ...], bytes]:
        if not entries or entries[0].kind != _ROOT:
            raise ValueError("damaged, or encrypted")
        self._small = self._read_chain(entries[0].start, self._table)
        found, seen = dict[tuple[str, ...], bytes](), {0}
        waiting: list[tuple[int, tuple[str, ...]]] = [(entries[0].child, ())]
        left = len(self._content)
        while waiting:
            number, folder = waiting.pop()
            if number >= len(entries) or number in seen:
                continue
            seen.add(number)
            one = entries[number]
            path: tuple[str, ...] = (*folder, one.name)
            waiting += [(one.left, folder), (one.right, folder)]
            if one.kind == _FOLDER:
                waiting.append((one.child, path))
            elif one.kind == _STREAM and left > 0:
                found[path] = self._read_stream(one)
                left -= len(found[path])
        return found

    def _read_stream(self, one: _Entry) -> bytes:
        if one.size >= self._cutoff:
            return self._read_chain(one.start, self._table)[: one.size]
        pieces, number = list[bytes](), one.start
        left = (min(one.size, len(self._small)) >> self._small_shift) + 1
        while number < _LAST_SECTOR and left > 0:
            at = number << self._small_shift
            pieces.append(self._small[at : at + (1 << self._small_shift)])
            number, left = (
                self._small_table[number] if number < len(self._small_table) else _LAST_SECTOR,
                left - 1,
            )
        return b"".join(pieces)[: one.size]
