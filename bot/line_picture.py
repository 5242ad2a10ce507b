"""Draws the pictures of the rich menus: `python -m bot.line_picture`, whenever words or looks of a menu change.

They are drawn once and kept beside the source, since Thai marks need a text shaper that not every machine has.
"""

from functools import cache

from PIL import Image, ImageDraw, ImageFont

from bot.line_menu import BUTTONS, HEIGHT, PICTURES, STRIP, WIDTH, Area, Sheet, areas, sheets, words
from bot.settings import DESKS

FONTS = PICTURES.parent / "static" / "fonts"
INK, PAPER, SHADE, MARK, DOT = "#ffffff", "#0b5d3b", "#083f29", "#ffffff", "#d0021b"
"""White on these greens has a contrast of at least 7 to 1; the dot has a white rim, and words beside it."""

LARGE, SMALL = 68, 40


@cache
def _font(script: str, size: int) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(FONTS / f"sarabun-{script}-700-normal.woff2", size)


def draw(sheet: Sheet) -> Image.Image:
    """The picture of a sheet."""
    picture = Image.new("RGB", (WIDTH, HEIGHT), PAPER)
    pen = ImageDraw.Draw(picture)
    for area in areas(sheet):
        tab = area.data.startswith("menu:")
        _box(pen, area, shaded=tab and not area.data.endswith(sheet.tab))
        _words(pen, area, SMALL if tab or len(BUTTONS[sheet.desk, sheet.tab]) > 2 else LARGE)
    # Few colours and smooth edges: a palette keeps each picture under 20 kB.
    return picture.quantize(64)


def _box(pen: ImageDraw.ImageDraw, area: Area, *, shaded: bool) -> None:
    x, y, width, height = area.box
    pen.rectangle((x, y, x + width - 1, y + height - 1), fill=SHADE if shaded else PAPER)
    if not area.data.startswith("menu:"):
        frame = (x + 12, y + 12, x + width - 13, y + height - 13)
        pen.rounded_rectangle(frame, radius=18, outline=MARK, width=3)
    elif not shaded:
        pen.rectangle((x + 40, STRIP - 14, x + width - 40, STRIP - 8), fill=MARK)


def _words(pen: ImageDraw.ImageDraw, area: Area, size: int) -> None:
    x, y, width, height = area.box
    text, middle = words(area.key), (x + width // 2, y + height // 2)
    font = _font("latin" if text.isascii() else "thai", size)
    pen.text(middle, text, font=font, fill=INK, anchor="mm")
    if not area.news:
        return
    edge = x + width // 2 + int(font.getlength(text)) // 2
    spot = (edge + 14, middle[1] - size // 2 - 8, edge + 54, middle[1] - size // 2 + 32)
    pen.ellipse(spot, fill=DOT, outline=MARK, width=5)
    if not area.data.startswith("menu:"):
        below = (middle[0], middle[1] + size)
        pen.text(below, words("line.menu_news"), font=_font("thai", SMALL), fill=INK, anchor="mm")


def main() -> None:
    """Draw every sheet of both desks."""
    PICTURES.mkdir(exist_ok=True)
    for desk in DESKS:
        for sheet in sheets(desk):
            draw(sheet).save(sheet.picture, optimize=True)


if __name__ == "__main__":
    main()
