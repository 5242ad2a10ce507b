"""Draws pages and chats as pictures, for the README and the guides."""

from base64 import b64encode
from io import BytesIO

from PIL import Image
from playwright.sync_api import Browser, Page

from tests.in_memory_desk import ROOT

GAP = 24
PHONE_VIEW = {"width": 360, "height": 740}

CHAT_STYLE = """
body { margin: 0; padding: 16px; width: 328px; background: #e7ecf2; font: 16px/1.6 Sarabun; color: #1d2430; }
p { margin: 0 0 8px; padding: 8px 12px; border-radius: 12px; background: #fff; white-space: pre-wrap;
  max-width: 290px; }
p.way { display: inline-block; margin-right: 8px; color: #1a4b96; border: 1px solid #1f3f77; }
p.mine { background: #1f3f77; color: #fff; margin-left: auto; width: fit-content; }
"""


def take_picture(page: Page) -> tuple[Image.Image, str]:
    """A page as it stands in its window, and its text."""
    page.evaluate("document.fonts.ready")
    return Image.open(BytesIO(page.screenshot())), page.inner_text("main")


def draw_html(browser: Browser, content: str, width: int, height: int = 0) -> tuple[Image.Image, str]:
    """A page of some HTML, as high as it is where no height is given, and its text."""
    window = browser.new_page(viewport={"width": width, "height": height or 100})
    window.set_content(content)
    window.evaluate("document.fonts.ready")
    shot = window.screenshot(full_page=not height)
    text = window.inner_text("main")
    window.close()
    return Image.open(BytesIO(shot)), text


def put_side_by_side(shots: list[Image.Image]) -> Image.Image:
    """Pictures of one height beside each other."""
    whole = Image.new(
        "RGB", (sum(s.width for s in shots) + GAP * (len(shots) - 1), shots[0].height), "#c9ced6"
    )
    at = 0
    for shot in shots:
        whole.paste(shot, (at, 0))
        at += shot.width + GAP
    return whole


def build_font_style() -> str:
    """The style that brings the font of the pages along."""
    fonts = ROOT / "bot" / "static" / "fonts"
    return "".join(
        f"@font-face {{ font-family: Sarabun; src: url(data:font/woff2;base64,"
        f"{b64encode((fonts / f'sarabun-{script}-400-normal.woff2').read_bytes()).decode()}); unicode-range: {span}; }}"
        for script, span in (("thai", "U+0E00-0E7F"), ("latin", "U+0000-00FF, U+2000-206F"))
    )
