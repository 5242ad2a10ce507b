"""Decode HEIC, where a safe library is installed: it is not by default (docs/decisions/0027-hostile-files.md)."""

from bot.decoding.messages import DecodingFailure, DecodingRequest, Pixels
from bot.decoding.pictures import decode_format

try:
    import pillow_heif
except ImportError:
    HAS_SAFE_LIBHEIF = False
else:
    SAFE_LIBHEIF = (1, 23, 5)
    """Releases before have holes that are known (GHSA-v8qw-hwjv-44hw, GHSA-vg7w-rp49-4fc2 and others)."""

    HAS_SAFE_LIBHEIF = tuple(map(int, pillow_heif.libheif_version().split("."))) >= SAFE_LIBHEIF
    if HAS_SAFE_LIBHEIF:
        pillow_heif.options.DECODE_THREADS = 1
        pillow_heif.register_heif_opener(thumbnails=False)


def decode_heic(request: DecodingRequest) -> Pixels | DecodingFailure:
    """Decode the picture of a phone."""
    known = HAS_SAFE_LIBHEIF and request.kind == "image/heic"
    return decode_format(request, "HEIF") if known else DecodingFailure.UNREADABLE
