"""Pictures for officers: nothing in them but pixels."""

import io

import pytest
from PIL import Image

from bot.decoding.messages import Pixels
from bot.images.sanitize import encode_picture


@pytest.mark.parametrize(("mode", "kind"), [("RGB", "image/jpeg"), ("RGBA", "image/png")])
def test_a_copy_holds_the_pixels_and_nothing_else(mode: str, kind: str) -> None:
    data = bytes([200, 30, 30, 90][: len(mode)]) * 40 * 20
    content, made = encode_picture(Pixels(mode, 40, 20, data))
    assert made == kind
    with Image.open(io.BytesIO(content)) as copy:
        assert (copy.mode, copy.size) == (mode, (40, 20))
        assert not copy.getexif()
        assert not set(copy.info) - {"jfif", "jfif_version", "jfif_unit", "jfif_density"}
        assert copy.tobytes() == data or mode == "RGB"
