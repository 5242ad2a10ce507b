"""The pictures of the README, drawn from the running product: `python -m tests.end_to_end.web.pictures` writes them.

Each PNG carries the text that stood on its pages, so that a test can tell whether they still say it.
"""

import tomllib
from base64 import b64encode
from collections.abc import Callable, Mapping
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryDirectory

from markupsafe import escape
from PIL import Image
from PIL.PngImagePlugin import PngInfo
from playwright.sync_api import Browser, Page

from handlers.complaints.lifecycle import Transition, TransitionRequest
from handlers.complaints_desk import ComplaintsDesk
from handlers.dialog.events import Channel
from handlers.office import Office
from ita_stats.render.html import STATISTICS_STYLE, render_statistics_fragment
from tests.end_to_end.browser_driver import BrowserDriver, launch_chromium
from tests.end_to_end.web.report_steps import pick_choice
from tests.in_memory_desk import ROOT, SHORT_OFFICE, SHORT_OFFICE_TOML, InMemoryDesk
from tests.ita_stats.render.sample_documents import make_document

PICTURES_DIR = ROOT / "docs" / "pictures"
TEXT_KEY = "Text"
"""The text chunk of a PNG that holds what stood on the page."""

MAX_PICTURE_BYTES = 150_000
COLOURS, GAP = 64, 24
PHONE_VIEW = {"width": 360, "height": 740}
STORY = "เจ้าหน้าที่พัสดุเรียกรับเงินสามหมื่นจากผู้รับเหมาก่อนตรวจรับงาน เมื่อเดือนมีนาคม 2569 ที่ห้องพัสดุ"
SAID = ("แจ้งเรื่อง", "[รับทราบ เริ่มแจ้งเรื่อง]", STORY, "[ไม่ใช่]", "[ส่งเรื่อง]")

_CHAT_STYLE = """
body { margin: 0; padding: 16px; width: 328px; background: #e7ecf2; font: 16px/1.6 Sarabun; color: #1d2430; }
p { margin: 0 0 8px; padding: 8px 12px; border-radius: 12px; background: #fff; white-space: pre-wrap;
  max-width: 290px; }
p.way { display: inline-block; margin-right: 8px; color: #1a4b96; border: 1px solid #1f3f77; }
p.mine { background: #1f3f77; color: #fff; margin-left: auto; width: fit-content; }
"""


def draw_report_on_a_phone(browser: Browser) -> tuple[Image.Image, str]:
    """Draw the landing page and the review of a report, side by side, as on a phone."""
    with TemporaryDirectory() as folder:
        home = Path(folder)
        (home / "office.toml").write_text(SHORT_OFFICE_TOML, "utf-8")
        office = Office.model_validate(tomllib.loads(SHORT_OFFICE_TOML))
        door = BrowserDriver(browser, home / "var", {"viewport": PHONE_VIEW}, office=office)
        try:
            page = door.get_page("ก")
            page.goto(door.server.address)
            shots = [_take_picture(page)]
            page.goto(f"{door.server.address}/report")
            pick_choice(page, "รับทราบ เริ่มแจ้งเรื่อง")
            page.fill("[name=text]", STORY)
            pick_choice(page, "เสร็จแล้ว")
            pick_choice(page, "ไม่ใช่")
            shots.append(_take_picture(page))
        finally:
            door.close()
    return _put_side_by_side([shot for shot, _ in shots]), "\n".join(text for _, text in shots)


def draw_case_in_a_chat(browser: Browser) -> tuple[Image.Image, str]:
    """Draw a chat in which somebody follows a case with its code."""
    desk = InMemoryDesk(ComplaintsDesk(SHORT_OFFICE), channel=Channel.LINE)
    person = desk.new_user()
    for line in SAID:
        person.say(line)
    code = person.receipt
    person.say(code.replace("-", "")[-5:])
    desk.move_case(code, TransitionRequest(Transition.SCREEN))
    said = [("mine", code)]
    person.say(code)
    said += [("", message.text) for message in person.messages[-len(person.replies) :]]
    said += [("way", label) for label in person.labels]
    bubbles = "".join(f'<p class="{whose}">{escape(text)}</p>' for whose, text in said)
    return _draw_html(
        browser, f"<style>{_build_font_style()}{_CHAT_STYLE}</style><main>{bubbles}</main>", 360
    )


def draw_table_of_a_month(browser: Browser) -> tuple[Image.Image, str]:
    """Draw the first table of the published statistics."""
    fragment = render_statistics_fragment(make_document())
    style = (
        f"{STATISTICS_STYLE.css} {_build_font_style()} * {{ font-family: Sarabun; }} body {{ padding: 8px; }}"
    )
    return _draw_html(browser, f"<style>{style}</style><main class=statistics>{fragment}</main>", 1000, 680)


PICTURES: Mapping[str, Callable[[Browser], tuple[Image.Image, str]]] = {
    "report.png": draw_report_on_a_phone,
    "chat.png": draw_case_in_a_chat,
    "statistics.png": draw_table_of_a_month,
}


def draw_picture(browser: Browser, name: str) -> tuple[bytes, str]:
    """Draw one of `PICTURES` as a PNG. Returns it with the text that stands in it."""
    drawn, text = PICTURES[name](browser)
    content, about = BytesIO(), PngInfo()
    about.add_itxt(TEXT_KEY, text)
    drawn.convert("RGB").quantize(COLOURS).save(content, "PNG", optimize=True, pnginfo=about)
    return content.getvalue(), text


def read_text_of_picture(path: Path) -> str:
    """Return the text that stood on the pages that a picture was made from; empty for another picture."""
    with Image.open(path) as picture:
        picture.load()
        return str(picture.info.get(TEXT_KEY, ""))


def _take_picture(page: Page) -> tuple[Image.Image, str]:
    page.evaluate("document.fonts.ready")
    return Image.open(BytesIO(page.screenshot())), page.inner_text("main")


def _draw_html(browser: Browser, content: str, width: int, height: int = 0) -> tuple[Image.Image, str]:
    window = browser.new_page(viewport={"width": width, "height": height or 100})
    window.set_content(content)
    window.evaluate("document.fonts.ready")
    shot = window.screenshot(full_page=not height)
    text = window.inner_text("main")
    window.close()
    return Image.open(BytesIO(shot)), text


def _put_side_by_side(shots: list[Image.Image]) -> Image.Image:
    whole = Image.new(
        "RGB", (sum(s.width for s in shots) + GAP * (len(shots) - 1), shots[0].height), "#c9ced6"
    )
    at = 0
    for shot in shots:
        whole.paste(shot, (at, 0))
        at += shot.width + GAP
    return whole


def _build_font_style() -> str:
    fonts = ROOT / "bot" / "static" / "fonts"
    return "".join(
        f"@font-face {{ font-family: Sarabun; src: url(data:font/woff2;base64,"
        f"{b64encode((fonts / f'sarabun-{script}-400-normal.woff2').read_bytes()).decode()}); unicode-range: {span}; }}"
        for script, span in (("thai", "U+0E00-0E7F"), ("latin", "U+0000-00FF, U+2000-206F"))
    )


if __name__ == "__main__":
    PICTURES_DIR.mkdir(exist_ok=True)
    with launch_chromium() as chromium:
        for picture_name in PICTURES:
            (PICTURES_DIR / picture_name).write_bytes(draw_picture(chromium, picture_name)[0])
