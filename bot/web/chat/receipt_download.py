"""Receipt downloads (PNG and text) with neutral file names and wording."""

from base64 import b64encode
from dataclasses import dataclass
from functools import cache
from io import BytesIO
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont

FONTS_DIR = Path(__file__).parents[2] / "static" / "fonts"
PICTURE_SIZE = (1080, 540)
PAPER_SHADE, INK_SHADE, SOFT_SHADE = 255, 0, 90
"""Shades of grey, mapped to the colours of the pages by the palette.

Drawing in greyscale with few shades is fast.
"""
DARK_COLOR, BRIGHT_COLOR = (0x1D, 0x24, 0x30), (0xFF, 0xFF, 0xFF)
PALETTE = [
    dark + (bright - dark) * shade // 255
    for shade in range(256)
    for dark, bright in zip(DARK_COLOR, BRIGHT_COLOR, strict=True)
]


@dataclass(frozen=True)
class ReceiptDownload:
    """The two forms of a receipt as `data:` URLs: nothing is fetched and nothing is stored."""

    picture_url: str
    text_url: str


def build_receipt_download(receipt: str, title: str, until: str) -> ReceiptDownload:
    """Build a receipt as a PNG picture and as a UTF-8 text.

    title: the heading; until: the date by which to come back.
    """
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
    buffer = BytesIO()
    image.putpalette(PALETTE)
    image.save(buffer, "PNG", compress_level=6)
    return buffer.getvalue()


def _draw_mixed_text(draw: ImageDraw.ImageDraw, words: str, middle: tuple[int, int]) -> None:
    """Draw one line of mixed Thai and Latin text: each script has a font of its own."""
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
    # The same font files that the pages use: FreeType reads woff2 too.
    return ImageFont.truetype(FONTS_DIR / f"sarabun-{name}-normal.woff2", size)
