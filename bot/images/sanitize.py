"""Write decoded pixels as a picture: nothing of the file that was sent is in it but its pixels."""

import io
from dataclasses import dataclass, field

from PIL import Image

from bot.decoding.messages import Pixels

PUBLIC_SIDE_PIXELS = 960
"""The longest side of a picture on a public page: sharp on a telephone and on half a page of A4, about 100 KB."""


@dataclass(frozen=True, slots=True)
class PublicPicture:
    """A picture for a public page: a JPEG, with its size in pixels."""

    content: bytes = field(repr=False)
    width: int
    height: int


def encode_public_picture(pixels: Pixels) -> PublicPicture:
    """Return a picture for a public page, on white where it is transparent. Takes a tenth of a second: in a thread."""
    picture = Image.frombytes(pixels.mode, (pixels.width, pixels.height), pixels.data)
    picture.thumbnail((PUBLIC_SIDE_PIXELS, PUBLIC_SIDE_PIXELS))
    if picture.mode == "RGBA":
        ground = Image.new("RGB", picture.size, "white")
        ground.paste(picture, mask=picture.getchannel("A"))
        picture = ground
    out = io.BytesIO()
    picture.save(out, "JPEG", quality=80, optimize=True)
    return PublicPicture(out.getvalue(), picture.width, picture.height)


def encode_picture(pixels: Pixels) -> tuple[bytes, str]:
    """Return a picture without metadata and its media type: PNG where something may be transparent, else JPEG."""
    picture, out = Image.frombytes(pixels.mode, (pixels.width, pixels.height), pixels.data), io.BytesIO()
    if pixels.mode == "RGBA":
        picture.save(out, "PNG", optimize=False)
        return out.getvalue(), "image/png"
    picture.save(out, "JPEG", quality=88)
    return out.getvalue(), "image/jpeg"
