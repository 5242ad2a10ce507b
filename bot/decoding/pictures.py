"""Decode a picture to upright pixels. Only a confined process may import this: a file may take its decoder over."""

import io

from PIL import (
    AvifImagePlugin,
    BmpImagePlugin,
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

from bot.decoding.messages import (
    KINDS_WITH_PAGES,
    MAX_DECODED_PIXELS,
    MAX_PAGES,
    MAX_SIDE_PIXELS,
    DecodingFailure,
    DecodingRequest,
    Pixels,
)

Image.MAX_IMAGE_PIXELS = None  # sizes are checked here, by format
AvifImagePlugin.DEFAULT_MAX_THREADS = 1  # this process may start none

_LOADED_BEFORE_CONFINEMENT = (
    AvifImagePlugin,
    BmpImagePlugin,
    GifImagePlugin,
    JpegImagePlugin,
    MpoImagePlugin,
    PngImagePlugin,
    TiffImagePlugin,
    WebPImagePlugin,
)
"""Modules that the library would load while it decodes, when nothing can be loaded any more; TIFF reads EXIF."""

_FORMATS = {
    "image/jpeg": "JPEG",
    "image/png": "PNG",
    "image/gif": "GIF",
    "image/webp": "WEBP",
    "image/bmp": "BMP",
    "image/tiff": "TIFF",
    "image/avif": "AVIF",
}
"""The format by media type: a content is opened as what it was found to be, and as nothing else."""


def decode_picture(request: DecodingRequest) -> Pixels | DecodingFailure:
    """Decode a picture, or a page of it, no larger than `MAX_SIDE_PIXELS`, upright by its EXIF data."""
    return (
        decode_format(request, _FORMATS[request.kind])
        if request.kind in _FORMATS
        else DecodingFailure.UNREADABLE
    )


def decode_format(request: DecodingRequest, name: str) -> Pixels | DecodingFailure:
    """Decode a picture of the format that the library knows by this name."""
    kind = request.kind
    # Of a photo that was cut on its way, what is there is shown; of a HEIC that would be a black picture.
    ImageFile.LOAD_TRUNCATED_IMAGES = kind != "image/heic"
    try:
        with Image.open(io.BytesIO(request.content), formats=(name,)) as opened:
            pages = min(getattr(opened, "n_frames", 1), MAX_PAGES) if kind in KINDS_WITH_PAGES else 1
            if 0 < request.page < pages:
                opened.seek(request.page)
            if opened.width * opened.height > MAX_DECODED_PIXELS[kind]:
                return DecodingFailure.TOO_LARGE
            has_alpha = "A" in opened.getbands() or "transparency" in opened.info
            # Shrink first, and decode a JPEG no larger: so a picture of 50 megapixels is in memory once, not thrice.
            opened.thumbnail((MAX_SIDE_PIXELS, MAX_SIDE_PIXELS), reducing_gap=2.0)
            upright = ImageOps.exif_transpose(opened).convert("RGBA" if has_alpha else "RGB")
            return Pixels(upright.mode, upright.width, upright.height, upright.tobytes(), pages)
    except MemoryError:
        return DecodingFailure.TOO_LARGE
    except Exception:  # Pillow fails in many ways on crafted files
        return DecodingFailure.UNREADABLE
