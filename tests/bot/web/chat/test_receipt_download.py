"""The receipt to save: a picture and a text, in neutral words, within the page itself."""

import io
from base64 import b64decode

import pytest
from PIL import Image

from bot.web.chat.receipt_download import DARK_COLOR, PICTURE_SIZE, build_receipt_download

CODE = "0123-4567-89AB-CDEF-V"


def test_the_text_has_the_code_on_a_line_of_its_own_and_opens_on_windows() -> None:
    head, _, data = build_receipt_download(CODE, "รหัสของฉัน", "กลับมาดูภายใน 7 ธันวาคม 2569").text_url.partition(
        ","
    )
    assert head == "data:text/plain;charset=utf-8;base64"
    assert b64decode(data).decode("utf-8-sig") == f"รหัสของฉัน\r\n{CODE}\r\nกลับมาดูภายใน 7 ธันวาคม 2569\r\n"
    assert b64decode(data).startswith(b"\xef\xbb\xbf")


@pytest.mark.parametrize(
    ("title", "until"), [("รหัสของฉัน", "กลับมาดูภายใน 7 ธันวาคม 2569"), ("My code", ""), ("", "")]
)
def test_the_picture_is_small_and_carries_no_metadata(title: str, until: str) -> None:
    head, _, data = build_receipt_download(CODE, title, until).picture_url.partition(",")
    assert head == "data:image/png;base64"
    picture = Image.open(io.BytesIO(b64decode(data)))
    assert (picture.format, picture.size, picture.info) == ("PNG", PICTURE_SIZE, {})
    assert len(data) < 40_000


def test_the_code_is_drawn_dark_in_the_middle_and_each_code_differently() -> None:
    def draw(code: str) -> Image.Image:
        url = build_receipt_download(code, "", "").picture_url
        return Image.open(io.BytesIO(b64decode(url.partition(",")[2]))).convert("RGB")

    code, other, none = draw(CODE), draw("ZZZZ-ZZZZ-ZZZZ-ZZZZ-0"), draw("")
    assert code.tobytes() != other.tobytes()
    band = code.crop((0, 200, PICTURE_SIZE[0], 320))
    assert DARK_COLOR in {color for _, color in band.getcolors(100_000) or []}
    left, top, right, bottom = (band.point(lambda v: 255 - v)).getbbox() or (0, 0, 0, 0)
    assert abs((left + right) / 2 - PICTURE_SIZE[0] / 2) < 5
    assert bottom - top > 40
    assert none.crop((0, 200, PICTURE_SIZE[0], 320)).point(lambda v: 255 - v).getbbox() is None
