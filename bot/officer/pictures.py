"""A picture as officers see it: its pixels alone, upright, and nothing of what else was in the file."""

import io

from PIL import Image, ImageOps

KINDS = frozenset({"image/jpeg", "image/png", "image/gif", "image/webp"})
"""What can be shown; other pictures are handed over as files."""

LONGEST = 2400
"""Pixels of the longer side: enough to read a page of paper by."""

_FORMATS = ("JPEG", "PNG", "GIF", "WEBP")


def cleaned(content: bytes) -> tuple[bytes, str] | None:
    """A copy without metadata, and its kind; None for what is no picture after all."""
    try:
        with Image.open(io.BytesIO(content), formats=_FORMATS) as opened:
            opened.draft("RGB", (LONGEST, LONGEST))  # a JPEG is decoded no larger than it is shown
            upright = ImageOps.exif_transpose(opened)
            clear = "A" in upright.getbands() or "transparency" in upright.info
            bare = upright.convert("RGBA" if clear else "RGB")
    except Exception:  # the library fails in many ways on what somebody made
        return None
    bare.thumbnail((LONGEST, LONGEST))
    bare.info.clear()  # a comment or a profile would be written along
    out = io.BytesIO()
    if clear:
        bare.save(out, "PNG", optimize=False)
        return out.getvalue(), "image/png"
    bare.save(out, "JPEG", quality=88)
    return out.getvalue(), "image/jpeg"
