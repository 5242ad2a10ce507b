"""Text of PowerPoint slides (MS-PPT): the texts of their records, as they stand, without those of the masters."""

import struct

from bot.decoding.old_office.compound import CompoundFile

_LETTERS, _BYTES, _MASTER, _MARK = 0x0FA0, 0x0FA8, 0x03F8, 0x03F3
_LIST, _PAGES = 0x0FF0, frozenset({0x03EE, 0x03F0})
_OF_MASTERS, _OF_NOTES = 1, 2
"""Instances of a list of texts: that of slides is 0."""
_CONTAINER = 0xF


def read_old_slides(content: bytes) -> str:
    """Return the texts of slides and notes. Raises ValueError.

    A text that stands twice is shown twice: amounts and names repeat. What was saved anew stands beside what it
    replaced, so that a list or a page of the same bytes as one before is left out.
    """
    stream = CompoundFile(content).find("PowerPoint Document")
    shown, has_text = list[str](), False
    met, at, known_to, slide, is_numbered = set[bytes](), 0, 0, 0, True
    while at + 8 <= len(stream):
        version, kind, size = struct.unpack_from("<HHI", stream, at)
        at += 8
        goes_in = version & 0xF == _CONTAINER and kind != _MASTER
        if goes_in and at >= known_to and (kind == _LIST or kind in _PAGES):
            known_to, whole = at + size, stream[at : at + size]
            goes_in = whole not in met and (kind, version >> 4) != (_LIST, _OF_MASTERS)
            met.add(whole)
            if kind == _LIST:
                slide, is_numbered = 0, version >> 4 != _OF_NOTES
        elif kind == _MARK and is_numbered:
            slide += 1
            shown.append(f"— {slide} —")
        elif kind in {_LETTERS, _BYTES} and size:
            text = stream[at : at + size].decode("utf-16-le" if kind == _LETTERS else "cp1252", "replace")
            shown.append(text.replace("\r", "\n").replace("\x0b", "\n"))
            has_text = True
        at += 0 if goes_in else size
    return "\n".join(shown) if has_text else ""
