"""The pictures of the README and the officers' guide, drawn from the running product.

`python -m tests.end_to_end.web.pictures` writes them.

Each PNG carries the text that stood on its pages, so that a test can tell whether they still say it.
"""

import tomllib
from collections.abc import Callable, Mapping
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryDirectory

from markupsafe import escape
from PIL import Image
from PIL.PngImagePlugin import PngInfo
from playwright.sync_api import Browser

from handlers.complaints.lifecycle import Transition, TransitionRequest
from handlers.complaints_desk import ComplaintsDesk
from handlers.dialog.events import Channel
from handlers.office import Office
from ita_stats.render.html import STATISTICS_STYLE, render_statistics_fragment
from tests.end_to_end.browser_driver import BrowserDriver, launch_chromium
from tests.end_to_end.web.drawing import (
    CHAT_STYLE,
    PHONE_VIEW,
    build_font_style,
    draw_html,
    put_side_by_side,
    take_picture,
)
from tests.end_to_end.web.officer_pictures import draw_officer_in_a_chat, draw_officer_on_pages
from tests.end_to_end.web.report_steps import pick_choice
from tests.in_memory_desk import ROOT, SHORT_OFFICE, SHORT_OFFICE_TOML, InMemoryDesk
from tests.ita_stats.render.sample_documents import make_document

PICTURES_DIR = ROOT / "docs" / "pictures"
TEXT_KEY = "Text"
"""The text chunk of a PNG that holds what stood on the page."""

MAX_PICTURE_BYTES = 150_000
COLOURS = 64
STORY = "เจ้าหน้าที่พัสดุเรียกรับเงินสามหมื่นจากผู้รับเหมาก่อนตรวจรับงาน เมื่อเดือนมีนาคม 2569 ที่ห้องพัสดุ"
SAID = ("แจ้งเรื่อง", "[รับทราบ เริ่มแจ้งเรื่อง]", STORY, "[ไม่ใช่]", "[ส่งเรื่อง]")


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
            shots = [take_picture(page)]
            page.goto(f"{door.server.address}/report")
            pick_choice(page, "รับทราบ เริ่มแจ้งเรื่อง")
            page.fill("[name=text]", STORY)
            pick_choice(page, "เสร็จแล้ว")
            pick_choice(page, "ไม่ใช่")
            shots.append(take_picture(page))
        finally:
            door.close()
    return put_side_by_side([shot for shot, _ in shots]), "\n".join(text for _, text in shots)


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
    return draw_html(browser, f"<style>{build_font_style()}{CHAT_STYLE}</style><main>{bubbles}</main>", 360)


def draw_table_of_a_month(browser: Browser) -> tuple[Image.Image, str]:
    """Draw the first table of the published statistics."""
    fragment = render_statistics_fragment(make_document())
    style = (
        f"{STATISTICS_STYLE.css} {build_font_style()} * {{ font-family: Sarabun; }} body {{ padding: 8px; }}"
    )
    return draw_html(browser, f"<style>{style}</style><main class=statistics>{fragment}</main>", 1000, 680)


PICTURES: Mapping[str, Callable[[Browser], tuple[Image.Image, str]]] = {
    "officer-chat.png": draw_officer_in_a_chat,
    "officer-pages.png": draw_officer_on_pages,
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


if __name__ == "__main__":
    PICTURES_DIR.mkdir(exist_ok=True)
    with launch_chromium() as chromium:
        for picture_name in PICTURES:
            (PICTURES_DIR / picture_name).write_bytes(draw_picture(chromium, picture_name)[0])
