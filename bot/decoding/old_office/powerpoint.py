"""Text of PowerPoint slides (MS-PPT): the texts of their records, as they stand, without those of the masters."""

import struct

from bot.decoding.old_office.compound import CompoundFile

_LETTERS, _BYTES, _MASTER, _SLIDE = 0x0FA0, 0x0FA8, 0x03F8, 0x03F3
_CONTAINER = 0xF


def read_old_slides(content: bytes) -> str:
    """Return the texts of slides and notes. Raises ValueError."""
    stream = CompoundFile(content).find("PowerPoint Document")
    found, at, slide = dict[str, None](), 0, 0
    while at + 8 <= len(stream):
        version, kind, size = struct.unpack_from("<HHI", stream, at)
        at += 8
        body = stream[at : at + size] if kind in {_LETTERS, _BYTES} else b""
        if kind == _SLIDE:
            slide += 1
            found[f"— {slide} —"] = None
        elif body:
            text = body.decode("utf-16-le" if kind == _LETTERS else "cp1252", "replace")
            # What was saved anew stands beside what it replaced.
            found[text.replace("\r", "\n").replace("\x0b", "\n")] = None
        at += 0 if version & 0xF == _CONTAINER and kind != _MASTER else size
    return "\n".join(found) if any(not text.startswith("— ") for text in found) else ""
