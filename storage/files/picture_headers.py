"""The size that a picture claims, read from its first markers or chunks without any decoder.

Every reader looks at a bounded number of places, whatever the file says of itself, and returns None where it finds no
size within them. Sources: ITU-T T.81 annex B (JPEG), the PNG, GIF89a and WebP container specifications.
"""

import re
import struct
import zlib
from collections.abc import Callable, Mapping

MAX_JPEG_SEGMENTS = 1_000
"""Segments before the frame header. 20 MB of full metadata segments are 320; a camera writes up to about 60."""

_FRAME_HEADERS = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
"""Second bytes of the markers SOF0 to SOF15, without DHT, JPG and DAC, which stand between them."""

_END_OR_SCAN = frozenset({0xD9, 0xDA})
_MARKERS_WITHOUT_LENGTH = frozenset({0x01, *range(0xD0, 0xD9)})
_MARKER = re.compile(rb"\xff+([^\xff])", re.DOTALL)


def read_picture_size(content: bytes, kind: str) -> tuple[int, int] | None:
    """Return width and height in pixels, as the header claims them; None where no header can be read.

    Raises KeyError for a media type that is not in `PICTURE_KINDS`.
    """
    size = _READERS[kind](content)
    return size if size is not None and all(size) else None


def _read_jpeg_size(content: bytes) -> tuple[int, int] | None:
    at = 2
    for _ in range(MAX_JPEG_SEGMENTS):
        marker = _MARKER.match(content, at)  # a marker may be preceded by any number of FF
        if marker is None:
            return None
        at, code = marker.end(), marker[1][0]
        if code in _MARKERS_WITHOUT_LENGTH:
            continue
        if code in _END_OR_SCAN or at + 2 > len(content):
            return None
        if code in _FRAME_HEADERS:
            return _unpack_size(">HH", content, at + 3, swapped=True)
        at += max(2, int.from_bytes(content[at : at + 2], "big"))
    return None


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
}
PICTURE_KINDS = frozenset(_READERS)
"""Media types whose size can be read."""
