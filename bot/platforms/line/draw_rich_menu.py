"""Draw the images of the rich menus: `python -m bot.platforms.line.draw_rich_menu`, after texts or looks changed.

The images are part of the source, since Thai vowel and tone marks need a text shaper that not every machine has.
"""

import re
from collections.abc import Sequence
from functools import cache

from PIL import Image, ImageDraw, ImageFont

from bot.desk_names import DESK_NAMES
from bot.platforms.line.rich_menu import (
    MENU_IMAGES_FOLDER,
    MENU_WIDTH,
    TAB_DATA_PREFIX,
    TAB_STRIP_HEIGHT,
    RichMenu,
    TapArea,
    build_rich_menus,
    build_tap_areas,
    get_menu_text,
)

FONTS_FOLDER = MENU_IMAGES_FOLDER.parent / "static" / "fonts"
TEXT_COLOR, BACKGROUND_COLOR, INACTIVE_TAB_COLOR, OUTLINE_COLOR, DOT_COLOR = (
    "#ffffff",
    "#0b5d3b",
    "#083f29",
    "#ffffff",
    "#d0021b",
)
"""White on these greens has a contrast of at least 7:1. The dot has a white rim, and text beside it."""

MAX_FONT_SIZE, FONT_SIZE_STEP, TAB_FONT_SIZE, NEWS_FONT_SIZE, MIN_FONT_SIZE = 76, 4, 50, 48, 40
"""Font sizes in pixels. The image is three times as wide as a phone's screen, so 76 look like a heading there."""

MARGIN = 48
"""Least number of pixels at the sides of a button's label."""

MAX_LINE_LETTERS = 13
"""Characters above which an English label is split into two lines."""

LEADING = 1.2
"""Distance between lines, in font sizes."""

THAI_LETTER = re.compile("[\u0e00-\u0e7f]")


@cache
def _load_font(script: str, size: int) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(FONTS_FOLDER / f"sarabun-{script}-700-normal.woff2", size)


def draw_rich_menu(menu: RichMenu) -> Image.Image:
    """Draw the image of a menu. All its buttons have the same font size, the largest in which each label fits."""
    image = Image.new("RGB", (MENU_WIDTH, menu.height), BACKGROUND_COLOR)
    pen = ImageDraw.Draw(image)
    buttons = [area for area in build_tap_areas(menu) if not area.data.startswith(TAB_DATA_PREFIX)]
    size = min(
        _fit_font_size(_split_label(get_menu_text(area.label_key, menu.lang)), area.box) for area in buttons
    )
    for area in build_tap_areas(menu):
        tab = area.data.startswith(TAB_DATA_PREFIX)
        _draw_box(pen, area, shaded=tab and not area.data.endswith(menu.tab))
        _draw_label(pen, area, menu, TAB_FONT_SIZE if tab else size)
    # The few colours fit into a palette, which keeps each file under 20 kB.
    return image.quantize(64)


def _split_label(text: str) -> list[str]:
    """Split a label into lines: a long English one into two, so that the font can be large."""
    if len(text) <= MAX_LINE_LETTERS or THAI_LETTER.search(text):
        return [text]
    spaces = [place for place, letter in enumerate(text) if letter == " "]
    middle = min(spaces, key=lambda place: abs(place - len(text) / 2), default=0)
    return [text[:middle], text[middle + 1 :]] if middle else [text]


def _fit_font_size(lines: Sequence[str], box: tuple[int, int, int, int]) -> int:
    """Return the largest font size in which lines fit into a button."""
    _, _, width, height = box
    size = min(MAX_FONT_SIZE, int((height - 1.5 * MARGIN) / len(lines) / LEADING))
    while size > MIN_FONT_SIZE and any(
        _load_font(_detect_script(t), size).getlength(t) > width - 2 * MARGIN for t in lines
    ):
        size -= FONT_SIZE_STEP
    return size


def _detect_script(text: str) -> str:
    return "thai" if THAI_LETTER.search(text) else "latin"


def _draw_box(pen: ImageDraw.ImageDraw, area: TapArea, *, shaded: bool) -> None:
    x, y, width, height = area.box
    pen.rectangle(
        (x, y, x + width - 1, y + height - 1), fill=INACTIVE_TAB_COLOR if shaded else BACKGROUND_COLOR
    )
    if not area.data.startswith(TAB_DATA_PREFIX):
        frame = (x + 12, y + 12, x + width - 13, y + height - 13)
        pen.rounded_rectangle(frame, radius=18, outline=OUTLINE_COLOR, width=3)
    elif not shaded:
        pen.rectangle(
            (x + 40, TAB_STRIP_HEIGHT - 14, x + width - 40, TAB_STRIP_HEIGHT - 8), fill=OUTLINE_COLOR
        )


def _draw_label(pen: ImageDraw.ImageDraw, area: TapArea, menu: RichMenu, size: int) -> None:
    x, y, width, height = area.box
    text, (middle, line) = get_menu_text(area.label_key, menu.lang), (x + width // 2, y + height // 2)
    if area.data.startswith(TAB_DATA_PREFIX):
        font = _load_font(_detect_script(text), size)
        pen.text((middle, line), text, font=font, fill=TEXT_COLOR, anchor="mm")
        if area.has_news:
            _draw_dot(pen, middle + int(font.getlength(text)) // 2 + 40, line)
        return
    lines = _split_label(text)
    line -= int(size * LEADING * (len(lines) - 1 + area.has_news) / 2)
    for text_line in lines:
        pen.text(
            (middle, line),
            text_line,
            font=_load_font(_detect_script(text_line), size),
            fill=TEXT_COLOR,
            anchor="mm",
        )
        line += int(size * LEADING)
    if area.has_news:
        news = get_menu_text("line.menu_news_bar", menu.lang)
        font = _load_font(_detect_script(news), NEWS_FONT_SIZE)
        pen.text((middle + 24, line), news, font=font, fill=TEXT_COLOR, anchor="mm")
        _draw_dot(pen, middle - int(font.getlength(news)) // 2 - 16, line)


def _draw_dot(pen: ImageDraw.ImageDraw, x: int, y: int) -> None:
    pen.ellipse((x - 20, y - 20, x + 20, y + 20), fill=DOT_COLOR, outline=OUTLINE_COLOR, width=5)


def main() -> None:
    """Draw the menus of both desks."""
    MENU_IMAGES_FOLDER.mkdir(exist_ok=True)
    for desk in DESK_NAMES:
        for menu in build_rich_menus(desk):
            draw_rich_menu(menu).save(menu.image_path, optimize=True)


if __name__ == "__main__":
    main()
