"""The pictures of the officers' guide: a chat of an officer, and a case on the officers' pages, as on a phone."""

from datetime import UTC, datetime, timedelta
from html import escape
from pathlib import Path
from tempfile import TemporaryDirectory

from PIL import Image
from playwright.sync_api import Browser

from handlers.complaints.messages import FileCase
from handlers.dialog.events import Channel
from handlers.dialog.receipt import make_receipt
from handlers.dialog.replies import Message
from handlers.staff.permissions import Role
from handlers.thai.dates import to_bangkok_date
from tests.end_to_end.web.drawing import CHAT_STYLE, PHONE_VIEW, build_font_style, draw_html, take_picture
from tests.end_to_end.workspace.workspace_server import WorkspaceServer

MORNING = datetime(2026, 11, 24, 2, 0, tzinfo=UTC)
"""09:00 in Bangkok on the Tuesday on which the pictures were taken, whenever they are drawn."""

OFFICER = "สมหญิง ใจดี"
STORIES = (
    "เจ้าหน้าที่พัสดุเรียกรับเงินสามหมื่นจากผู้รับเหมาก่อนตรวจรับงาน",
    "ครูเก็บค่าเรียนพิเศษในเวลาราชการ เดือนละห้าร้อยบาท",
)


def open_office(folder: Path) -> WorkspaceServer:
    """An office on that morning, to which two reports have come."""
    office = WorkspaceServer(folder / "var")
    office.desk.clock_offset = MORNING - datetime.now(UTC)
    for number, story in enumerate(STORIES, start=1):
        today = to_bangkok_date(MORNING) - timedelta(days=len(STORIES) - number)
        answers = {"story": story, "where": "ห้องพัสดุ ชั้นสอง"}
        case = FileCase(
            make_receipt(number),
            "corruption",
            Channel.WEB,
            today,
            today + timedelta(days=15),
            "2570-1",
            answers=answers,
        )
        office.server.run(office.desk.commit_office_act(case))
    return office


def draw_officer_in_a_chat(browser: Browser) -> tuple[Image.Image, str]:
    """Draw a chat in which an officer looks into the inbox, takes a case and answers its reporter."""
    with TemporaryDirectory() as folder:
        office = open_office(Path(folder))
        answer: tuple[Message, ...] = ()
        try:
            officer = office.add_officer(OFFICER, Role.OFFICER)
            said = list[tuple[str, str]]()
            for words in ("งาน", "/รับ 1", "/ตอบ 1 รับเรื่องไว้แล้ว กำลังตรวจสอบ"):
                said.append(("mine", words))
                answer = office.server.run(officer.say(words))
                said += format_messages(answer)
            send = answer[-1].choices[0]
            said.append(("mine", send[0]))
            said += format_messages(office.server.run(officer.pick(send[1])))
        finally:
            office.close()
    bubbles = "".join(f'<p class="{whose}">{escape(text)}</p>' for whose, text in said)
    return draw_html(browser, f"<style>{build_font_style()}{CHAT_STYLE}</style><main>{bubbles}</main>", 360)


def format_messages(messages: tuple[Message, ...]) -> list[tuple[str, str]]:
    """The bubbles of an answer, and the buttons under it."""
    bubbles = [("", message.text) for message in messages]
    return bubbles + [("way", label) for message in messages for label, _ in message.choices]


def draw_officer_on_pages(browser: Browser) -> tuple[Image.Image, str]:
    """Draw the inbox on the officers' pages on a phone."""
    with TemporaryDirectory() as folder:
        office = open_office(Path(folder))
        try:
            officer = office.add_officer(OFFICER, Role.OFFICER)
            page = browser.new_context(viewport=PHONE_VIEW, locale="th").new_page()  # type: ignore[arg-type]
            page.goto(office.server.address + office.request_sign_in(officer))
            page.fill("[name=text]", office.next_totp_code(officer))
            page.click("button.chief")
            page.wait_for_selector(".views")
            shot = take_picture(page)
            page.context.close()
        finally:
            office.close()
    return shot
