"""A receipt to take away: as a picture and as a text, under names and with words that tell a stranger nothing."""

from base64 import b64encode
from dataclasses import dataclass
from functools import cache
from io import BytesIO
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont

FONTS_DIR = Path(__file__).parents[2] / "static" / "fonts"
PICTURE_SIZE = (1080, 540)
PAPER_SHADE, INK_SHADE, SOFT_SHADE = 255, 0, 90
"""Shades of grey, which the palette turns into the colours of the pages: a drawing with so few is made quickly."""
DARK_COLOR, BRIGHT_COLOR = (0x1D, 0x24, 0x30), (0xFF, 0xFF, 0xFF)
PALETTE = [
    dark + (bright - dark) * shade // 255
    for shade in range(256)
    for dark, bright in zip(DARK_COLOR, BRIGHT_COLOR, strict=True)
]


@dataclass(frozen=True)
class ReceiptDownload:
    """The two forms of a receipt, as addresses that a link can hold: nothing is fetched and nothing is stored."""

    picture_url: str
    text_url: str


def build_receipt_download(receipt: str, title: str, until: str) -> ReceiptDownload:
    """A receipt as a PNG picture and as a UTF-8 text. title: what it is called; until: when to come back."""
    picture = b64encode(_draw_receipt(receipt, title, until)).decode()
    words = b64encode(f"\ufeff{title}\r\n{receipt}\r\n{until}\r\n".encode()).decode()
    return ReceiptDownload(
        f"data:image/png;base64,{picture}", f"data:text/plain;charset=utf-8;base64,{words}"
    )


def _draw_receipt(receipt: str, title: str, until: str) -> bytes:
    image = Image.new("L", PICTURE_SIZE, PAPER_SHADE)
    draw = ImageDraw.Draw(image)
    draw.rectangle((0, 0, PICTURE_SIZE[0], 16), fill=INK_SHADE)
    middle = PICTURE_SIZE[0] // 2
    _draw_mixed_text(draw, title, (middle, 140))
    draw.text((middle, 260), receipt, INK_SHADE, _load_font("latin-700", 84), anchor="mm")
    _draw_mixed_text(draw, until, (middle, 400))
    made = BytesIO()
    image.putpalette(PALETTE)
    image.save(made, "PNG", compress_level=6)
    return made.getvalue()


def _draw_mixed_text(draw: ImageDraw.ImageDraw, words: str, middle: tuple[int, int]) -> None:
    """A line of Thai and digits, which stand in fonts of their own, side by side."""
    runs: list[tuple[str, ImageFont.FreeTypeFont]] = []
    for letter in words:
        font = _load_font("latin-400" if letter.isascii() else "thai-400", 40)
        if runs and runs[-1][1] is font:
            runs[-1] = (runs[-1][0] + letter, font)
        else:
            runs.append((letter, font))
    at = middle[0] - sum(font.getlength(run) for run, font in runs) / 2
    for run, font in runs:
        draw.text((at, middle[1]), run, SOFT_SHADE, font, anchor="ls")
        at += font.getlength(run)


@cache
def _load_font(name: str, size: int) -> ImageFont.FreeTypeFont:
    # The files that the pages use: FreeType reads woff2 too.
    return ImageFont.truetype(FONTS_DIR / f"sarabun-{name}-normal.woff2", size)
