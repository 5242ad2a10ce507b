"""Steps through the report in a browser window."""

from playwright.sync_api import Page

from tests.end_to_end.browser_driver import PHONE, SEND_BUTTON, BrowserDriver, press_button

PHONE_WITHOUT_SCRIPT = {**PHONE, "java_script_enabled": False}
STORY = "เจ้าหน้าที่พัสดุเรียกรับเงินร้อยละสิบจากผู้รับเหมาก่อนตรวจรับงาน"


def open_story_question(door: BrowserDriver, path: str = "/report") -> Page:
    """Open a window at the question for the story."""
    page = door.get_page("ก")
    page.goto(door.server.address + path)
    pick_choice(page, "รับทราบ เริ่มแจ้งเรื่อง")
    pick_choice(page, "ทุจริตต่อหน้าที่")
    return page


def pick_choice(page: Page, label: str) -> None:
    """Press a button and wait for the next page."""
    old = page.get_attribute("[name=csrf]", "value")
    page.locator("button[name=choice]", has_text=label).first.click()
    page.wait_for_selector(f'[name=csrf]:not([value="{old}"])', state="attached")


def press_send(page: Page) -> None:
    """Press the button that sends what was typed and chosen, and wait for nothing."""
    press_button(page, SEND_BUTTON)


def file_report(page: Page) -> str:
    """Go from the story question to the receipt, answering only required questions."""
    page.fill("[name=text]", STORY)
    pick_choice(page, "เสร็จแล้ว")
    for label in ("ข้าม", "ข้าม", "ข้าม", "ไม่มีหลักฐาน", "ข้าม", "ข้าม", "ข้าม", "ไม่ใช่", "ไม่บอกชื่อ", "ส่งเรื่อง"):
        pick_choice(page, label)
    return page.inner_text("[data-receipt]")
