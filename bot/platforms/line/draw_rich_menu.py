"""Draws the pictures of the rich menus: `python -m bot.line_picture`, whenever words or looks of a menu change.

They are drawn once and kept beside the source, since Thai marks need a text shaper that not every machine has.
"""

import re
from collections.abc import Sequence
from functools import cache

from PIL import Image, ImageDraw, ImageFont

from bot.platforms.line.rich_menu import PICTURES, STRIP, TAB, WIDTH, RichMenu, TapArea, areas, sheets, words
from bot.settings import DESKS

FONTS = PICTURES.parent / "static" / "fonts"
INK, PAPER, SHADE, MARK, DOT = "#ffffff", "#0b5d3b", "#083f29", "#ffffff", "#d0021b"
"""White on these greens has a contrast of at least 7 to 1; the dot has a white rim, and words beside it."""

LARGEST, STEP, TAB_SIZE, TOLD_SIZE, SMALL = 76, 4, 50, 48, 40
"""Pixels of letters on a picture three times as wide as a phone: 76 are as large as a heading there."""

MARGIN = 48
"""Pixels beside the words of a button, at least."""

LONGEST_LINE = 13
"""Letters of English on one line of a button."""

LEADING = 1.2
"""From line to line, in sizes of letters."""

BROAD = re.compile("[\u0e00-\u0e7f]")


@cache
def _font(script: str, size: int) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(FONTS / f"sarabun-{script}-700-normal.woff2", size)


def draw(sheet: RichMenu) -> Image.Image:
    """The picture of a sheet: its buttons all in one size of letters, the largest in which each fits."""
    picture = Image.new("RGB", (WIDTH, sheet.height), PAPER)
    pen = ImageDraw.Draw(picture)
    buttons = [area for area in areas(sheet) if not area.data.startswith(TAB)]
    size = min(_fitting(_lines(words(area.key, sheet.lang)), area.box) for area in buttons)
    for area in areas(sheet):
        tab = area.data.startswith(TAB)
        _box(pen, area, shaded=tab and not area.data.endswith(sheet.tab))
        _words(pen, area, sheet, TAB_SIZE if tab else size)
    # Few colours and smooth edges: a palette keeps each picture under 20 kB.
    return picture.quantize(64)


def _lines(text: str) -> list[str]:
    """What stands on a button: long words of English on two lines, so that the letters can be large."""
    if len(text) <= LONGEST_LINE or BROAD.search(text):
        return [text]
    spaces = [place for place, letter in enumerate(text) if letter == " "]
    middle = min(spaces, key=lambda place: abs(place - len(text) / 2), default=0)
    return [text[:middle], text[middle + 1 :]] if middle else [text]


def _fitting(lines: Sequence[str], box: tuple[int, int, int, int]) -> int:
    """The largest size in which lines stand in a button."""
    _, _, width, height = box
    size = min(LARGEST, int((height - 1.5 * MARGIN) / len(lines) / LEADING))
    while size > SMALL and any(_font(_script(t), size).getlength(t) > width - 2 * MARGIN for t in lines):
        size -= STEP
    return size


def _script(text: str) -> str:
    return "thai" if BROAD.search(text) else "latin"


def _box(pen: ImageDraw.ImageDraw, area: TapArea, *, shaded: bool) -> None:
    x, y, width, height = area.box
    pen.rectangle((x, y, x + width - 1, y + height - 1), fill=SHADE if shaded else PAPER)
    if not area.data.startswith(TAB):
        frame = (x + 12, y + 12, x + width - 13, y + height - 13)
        pen.rounded_rectangle(frame, radius=18, outline=MARK, width=3)
    elif not shaded:
        pen.rectangle((x + 40, STRIP - 14, x + width - 40, STRIP - 8), fill=MARK)


def _words(pen: ImageDraw.ImageDraw, area: TapArea, sheet: RichMenu, size: int) -> None:
    x, y, width, height = area.box
    text, (middle, line) = words(area.key, sheet.lang), (x + width // 2, y + height // 2)
    if area.data.startswith(TAB):
        font = _font(_script(text), size)
        pen.text((middle, line), text, font=font, fill=INK, anchor="mm")
        if area.news:
            _dot(pen, middle + int(font.getlength(text)) // 2 + 40, line)
        return
    lines = _lines(text)
    line -= int(size * LEADING * (len(lines) - 1 + area.news) / 2)
    for part in lines:
        pen.text((middle, line), part, font=_font(_script(part), size), fill=INK, anchor="mm")
        line += int(size * LEADING)
    if area.news:
        told = words("line.menu_news_bar", sheet.lang)
        font = _font(_script(told), TOLD_SIZE)
        pen.text((middle + 24, line), told, font=font, fill=INK, anchor="mm")
        _dot(pen, middle - int(font.getlength(told)) // 2 - 16, line)


def _dot(pen: ImageDraw.ImageDraw, x: int, y: int) -> None:
    pen.ellipse((x - 20, y - 20, x + 20, y + 20), fill=DOT, outline=MARK, width=5)


def main() -> None:
    """Draw every sheet of both desks."""
    PICTURES.mkdir(exist_ok=True)
    for desk in DESKS:
        for sheet in sheets(desk):
            draw(sheet).save(sheet.picture, optimize=True)


if __name__ == "__main__":
    main()
