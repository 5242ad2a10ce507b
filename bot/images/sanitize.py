"""A picture as officers see it: its pixels alone, upright, and nothing of what else was in the file."""

import io

from PIL import Image, ImageOps

SHOWABLE_IMAGE_TYPES = frozenset({"image/jpeg", "image/png", "image/gif", "image/webp"})
"""What can be shown; other pictures are handed over as files."""

MAX_SIDE_PIXELS = 2400
"""Pixels of the longer side: enough to read a page of paper by."""

_MAX_PIXELS = {"JPEG": 50_000_000, "PNG": 40_000_000, "GIF": 16_000_000, "WEBP": 16_000_000}
"""Pixels that are decoded, by what decoding costs: at most about 250 MB for one, which is opened at a time."""


def sanitize_image(content: bytes) -> tuple[bytes, str] | None:
    """A copy without metadata, and its kind; None for what is no picture after all."""
    try:
        with Image.open(io.BytesIO(content), formats=tuple(_MAX_PIXELS)) as opened:
            if opened.width * opened.height > _MAX_PIXELS[opened.format or ""]:
                return None
            clear = "A" in opened.getbands() or "transparency" in opened.info
            # Made small first, and a JPEG decoded no larger: a picture of 50 megapixels is held once, not thrice.
            opened.thumbnail((MAX_SIDE_PIXELS, MAX_SIDE_PIXELS), reducing_gap=2.0)
            bare = ImageOps.exif_transpose(opened).convert("RGBA" if clear else "RGB")
    except Exception:  # the library fails in many ways on what somebody made
        return None
    bare.info.clear()  # a comment or a profile would be written along
    out = io.BytesIO()
    if clear:
        bare.save(out, "PNG", optimize=False)
        return out.getvalue(), "image/png"
    bare.save(out, "JPEG", quality=88)
    return out.getvalue(), "image/jpeg"
