"""Write decoded pixels as a picture for officers: nothing of the file that was sent is in it but its pixels."""

import io

from PIL import Image

from bot.decoding.messages import Pixels


def encode_picture(pixels: Pixels) -> tuple[bytes, str]:
    """Return a picture without metadata and its media type: PNG where something may be transparent, else JPEG."""
    picture, out = Image.frombytes(pixels.mode, (pixels.width, pixels.height), pixels.data), io.BytesIO()
    if pixels.mode == "RGBA":
        picture.save(out, "PNG", optimize=False)
        return out.getvalue(), "image/png"
    picture.save(out, "JPEG", quality=88)
    return out.getvalue(), "image/jpeg"
