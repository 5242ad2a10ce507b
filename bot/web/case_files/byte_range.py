"""The part of a file that a player asks for (RFC 9110, section 14)."""

import re
from dataclasses import dataclass

_RANGE = re.compile(r"bytes=(\d{0,15})-(\d{0,15})")


@dataclass(frozen=True, slots=True)
class ByteRange:
    """Bytes from `start` up to `stop`, which is not among them. is_part: asked for; else the whole file is meant."""

    start: int
    stop: int
    is_part: bool = True

    @property
    def length(self) -> int:
        """Its number of bytes."""
        return self.stop - self.start


def parse_range(header: str | None, size: int) -> ByteRange | None:
    """Return the part that a `Range` header asks for; None where no byte of the file is in it.

    Without a header, and for one that asks for several parts or is malformed, that is the whole file.
    """
    asked = _RANGE.fullmatch(header.strip()) if header is not None else None
    if asked is None or not any(asked.groups()):
        return ByteRange(0, size, is_part=False)
    first, last = asked.groups()
    if not first:  # the last bytes
        part = ByteRange(max(0, size - int(last)), size)
    else:
        part = ByteRange(int(first), min(size, int(last) + 1) if last else size)
    return part if 0 <= part.start < part.stop else None
