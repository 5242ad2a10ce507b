"""The size that a picture claims, read from its first markers or chunks without any decoder.

Every reader looks at a bounded number of places, whatever the file says of itself, and returns None where it finds no
size within them. Sources: ITU-T T.81 annex B (JPEG), the PNG, GIF89a, WebP, BMP and TIFF 6.0
specifications, ISO/IEC 23008-12 (HEIC).
"""

import re
import struct
import zlib
from collections.abc import Callable, Iterator, Mapping
from itertools import islice
from typing import Literal

MAX_JPEG_SEGMENTS = 1_000
"""Segments before the frame header. 20 MB of full metadata segments are 320; a camera writes up to about 60."""

MAX_JPEG_SCANS = 200
"""Passes over the pixels. Progressive files of phones and web sites have 10 to 30; each may visit every pixel."""

MAX_TIFF_TAGS = 200
MAX_HEIC_SIZES, MAX_HEIC_HEAD_BYTES = 1_000, 1_000_000
"""Sizes that are looked at, and bytes in which they are looked for; a phone's file begins with some thousand bytes."""

_TIFF_WIDTH, _TIFF_HEIGHT, _TIFF_SHORT = 256, 257, 3
_HEIC_SIZE = re.compile(rb"ispe....(.{8})", re.DOTALL)
"""The box of ISO/IEC 23008-12 6.5.3: version and flags, width, height."""

_FRAME_HEADERS = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
"""Second bytes of the markers SOF0 to SOF15, without DHT, JPG and DAC, which stand between them."""

_END, _SCAN = 0xD9, 0xDA
_MARKERS_WITHOUT_LENGTH = frozenset({0x01, *range(0xD0, 0xD9)})
_MARKER_AFTER_SCAN = re.compile(rb"\xff[^\x00\xff\xd0-\xd7]")
"""What follows the pixels of a scan, in which FF is followed by 00 or by a restart marker."""

_MARKER = re.compile(rb"\xff++([^\xff])", re.DOTALL)
"""A marker, which may be preceded by any number of FF."""


def read_picture_size(content: bytes, kind: str) -> tuple[int, int] | None:
    """Return width and height in pixels, as the header claims them; None where no header can be read.

    Raises KeyError for a media type that is not in `PICTURE_KINDS`.
    """
    size = _READERS[kind](content)
    return size if size is not None and all(size) else None


def has_too_many_scans(content: bytes, kind: str) -> bool:
    """Whether a picture wants its pixels visited more than `MAX_JPEG_SCANS` times.

    Only the first picture of a file is counted, up to its end marker: previews and films of phones follow after it.
    """
    if kind != "image/jpeg":
        return False
    scans = 0
    for code, _ in _iterate_segments(content):
        scans += code == _SCAN
        if code == _END or scans > MAX_JPEG_SCANS:
            break
    return scans > MAX_JPEG_SCANS


def is_cut_picture(content: bytes, kind: str) -> bool:
    """Whether a JPEG or PNG ends before its end marker, as where its way here was interrupted."""
    if kind == "image/png":
        return b"IEND" not in content
    return kind == "image/jpeg" and not any(code == _END for code, _ in _iterate_segments(content))


def _read_jpeg_size(content: bytes) -> tuple[int, int] | None:
    for code, at in _iterate_segments(content):
        if code in _FRAME_HEADERS:
            return _unpack_size(">HH", content, at + 3, swapped=True)
        if code in {_END, _SCAN}:
            return None
    return None


def _iterate_segments(content: bytes) -> Iterator[tuple[int, int]]:
    """Yield the code of each JPEG segment and the place of its length; `MAX_JPEG_SEGMENTS` at most."""
    at = 2
    for _ in range(MAX_JPEG_SEGMENTS):
        marker = _MARKER.match(content, at)
        if marker is None:
            return
        at, code = marker.end(), marker[1][0]
        if code not in _MARKERS_WITHOUT_LENGTH:
            yield code, at
            at += max(2, int.from_bytes(content[at : at + 2], "big"))
        if code == _SCAN:
            following = _MARKER_AFTER_SCAN.search(content, at)
            if following is None:
                return
            at = following.start()


def _read_png_size(content: bytes) -> tuple[int, int] | None:
    # Signature, length, the header chunk, its checksum: without the latter, damage would be taken for a huge picture.
    whole = content[12:16] == b"IHDR" and content[29:33] == zlib.crc32(content[12:29]).to_bytes(4, "big")
    return _unpack_size(">II", content, 16) if whole else None


def _read_gif_size(content: bytes) -> tuple[int, int] | None:
    return _unpack_size("<HH", content, 6) if len(content) >= 13 else None


def _read_webp_size(content: bytes) -> tuple[int, int] | None:
    chunk, start = content[12:16], content[20:30]
    if len(start) < 10:
        return None
    if chunk == b"VP8 " and start[3:6] == b"\x9d\x01\x2a":
        width, height = struct.unpack_from("<HH", start, 6)
        return width & 0x3FFF, height & 0x3FFF
    if chunk == b"VP8L" and start[0] == 0x2F:
        bits = int.from_bytes(start[1:5], "little")
        return (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1
    if chunk == b"VP8X":
        return int.from_bytes(start[4:7], "little") + 1, int.from_bytes(start[7:10], "little") + 1
    return None


def _read_bmp_size(content: bytes) -> tuple[int, int] | None:
    if content[14:18] == b"\x0c\0\0\0":  # the header of OS/2
        return _unpack_size("<HH", content, 18)
    size = _unpack_size("<ii", content, 18)
    return (
        (size[0], abs(size[1])) if size is not None and size[0] > 0 else None
    )  # a negative height: from the top


def _read_tiff_size(content: bytes) -> tuple[int, int] | None:
    order: Literal["little", "big"] = "little" if content[:2] == b"II" else "big"
    start = int.from_bytes(content[4:8], order)
    count = min(int.from_bytes(content[start : start + 2], order), MAX_TIFF_TAGS)
    sides = dict[int, int]()
    for at in range(start + 2, min(start + 2 + 12 * count, len(content) - 11), 12):
        tag, form = (
            int.from_bytes(content[at : at + 2], order),
            int.from_bytes(content[at + 2 : at + 4], order),
        )
        if tag in {_TIFF_WIDTH, _TIFF_HEIGHT}:
            sides[tag] = int.from_bytes(content[at + 8 : at + (10 if form == _TIFF_SHORT else 12)], order)
    return (sides[_TIFF_WIDTH], sides[_TIFF_HEIGHT]) if len(sides) == 2 else None


def _read_heic_size(content: bytes) -> tuple[int, int] | None:
    """The largest of the sizes that a file names: a phone's photo is a grid of tiles, and has previews."""
    found = islice(_HEIC_SIZE.finditer(content, 0, MAX_HEIC_HEAD_BYTES), MAX_HEIC_SIZES)
    sizes = [struct.unpack(">II", place[1]) for place in found]
    return max(sizes, key=lambda size: size[0] * size[1], default=None)


def _unpack_size(form: str, content: bytes, at: int, *, swapped: bool = False) -> tuple[int, int] | None:
    """Two numbers of a header; None where the file ends before them. swapped: the height comes first."""
    if at + struct.calcsize(form) > len(content):
        return None
    first, second = struct.unpack_from(form, content, at)
    return (second, first) if swapped else (first, second)


_READERS: Mapping[str, Callable[[bytes], tuple[int, int] | None]] = {
    "image/jpeg": _read_jpeg_size,
    "image/png": _read_png_size,
    "image/gif": _read_gif_size,
    "image/webp": _read_webp_size,
    "image/bmp": _read_bmp_size,
    "image/tiff": _read_tiff_size,
    "image/heic": _read_heic_size,
    "image/avif": _read_heic_size,
}
PICTURE_KINDS = frozenset(_READERS)
"""Media types whose size can be read."""
