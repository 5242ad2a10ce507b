"""Decode a picture to upright pixels. Only a confined process may import this: a file may take its decoder over."""

import io

from PIL import (
    GifImagePlugin,
    Image,
    ImageFile,
    ImageOps,
    JpegImagePlugin,
    MpoImagePlugin,
    PngImagePlugin,
    TiffImagePlugin,
    WebPImagePlugin,
)

from bot.decoding.messages import MAX_DECODED_PIXELS, MAX_SIDE_PIXELS, DecodingFailure, Pixels

Image.MAX_IMAGE_PIXELS = None  # sizes are checked here, by format
ImageFile.LOAD_TRUNCATED_IMAGES = True  # of a photo that was cut on its way, what is there is shown

_LOADED_BEFORE_CONFINEMENT = (
    GifImagePlugin,
    JpegImagePlugin,
    MpoImagePlugin,
    PngImagePlugin,
    TiffImagePlugin,
    WebPImagePlugin,
)
"""Modules that the library would load while it decodes, when nothing can be loaded any more; TIFF reads EXIF."""

_FORMATS = {"image/jpeg": "JPEG", "image/png": "PNG", "image/gif": "GIF", "image/webp": "WEBP"}
"""The format by media type: a content is opened as what it was found to be, and as nothing else."""


def decode_picture(kind: str, content: bytes) -> Pixels | DecodingFailure:
    """Decode the first picture of a file, no larger than `MAX_SIDE_PIXELS`, upright by its EXIF data."""
    if kind not in _FORMATS:
        return DecodingFailure.UNREADABLE
    try:
        with Image.open(io.BytesIO(content), formats=(_FORMATS[kind],)) as opened:
            if opened.width * opened.height > MAX_DECODED_PIXELS[kind]:
                return DecodingFailure.TOO_LARGE
            has_alpha = "A" in opened.getbands() or "transparency" in opened.info
            # Shrink first, and decode a JPEG no larger: so a picture of 50 megapixels is in memory once, not thrice.
            opened.thumbnail((MAX_SIDE_PIXELS, MAX_SIDE_PIXELS), reducing_gap=2.0)
            upright = ImageOps.exif_transpose(opened).convert("RGBA" if has_alpha else "RGB")
            return Pixels(upright.mode, upright.width, upright.height, upright.tobytes())
    except MemoryError:
        return DecodingFailure.TOO_LARGE
    except Exception:  # Pillow fails in many ways on crafted files
        return DecodingFailure.UNREADABLE
