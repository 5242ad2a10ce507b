"""Sanitize pictures for officers: re-encode only the pixels, upright, without metadata."""

import io

from PIL import Image, ImageOps

SHOWABLE_IMAGE_TYPES = frozenset({"image/jpeg", "image/png", "image/gif", "image/webp"})
"""Types that are shown as pictures; others are offered as downloads."""

MAX_SIDE_PIXELS = 2400
"""Pixels of the longer side: enough to read a photographed page."""

_MAX_PIXELS = {"JPEG": 50_000_000, "PNG": 40_000_000, "GIF": 16_000_000, "WEBP": 16_000_000}
"""Largest picture that is decoded, by format: decoding takes at most about 250 MB, one picture at a time."""


def sanitize_image(content: bytes) -> tuple[bytes, str] | None:
    """Return a copy without metadata, and its media type; None if it is no picture or too large."""
    try:
        with Image.open(io.BytesIO(content), formats=tuple(_MAX_PIXELS)) as opened:
            if opened.width * opened.height > _MAX_PIXELS[opened.format or ""]:
                return None
            has_alpha = "A" in opened.getbands() or "transparency" in opened.info
            # Shrink first, and decode a JPEG no larger: so a picture of 50 megapixels is in memory once, not thrice.
            opened.thumbnail((MAX_SIDE_PIXELS, MAX_SIDE_PIXELS), reducing_gap=2.0)
            pixels = ImageOps.exif_transpose(opened).convert("RGBA" if has_alpha else "RGB")
    except Exception:  # Pillow fails in many ways on crafted files
        return None
    pixels.info.clear()  # otherwise comments and profiles would be written too
    out = io.BytesIO()
    if has_alpha:
        pixels.save(out, "PNG", optimize=False)
        return out.getvalue(), "image/png"
    pixels.save(out, "JPEG", quality=88)
    return out.getvalue(), "image/jpeg"
