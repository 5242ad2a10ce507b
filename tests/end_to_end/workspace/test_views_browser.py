"""The views of the service desk and the office in a real Chromium: phone and desktop, light and dark, with axe."""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page

from handlers.staff.permissions import Role
from handlers.staff.workspace.views import WORKSPACE_VIEWS, WorkspaceDesk, get_view_address
from tests.end_to_end.browser_driver import CHROMIUM
from tests.end_to_end.page_audit import AXE_RULES
from tests.end_to_end.workspace.service_server import CODE, ServiceWorkspaceServer
from tests.end_to_end.workspace.workspace_server import WorkspaceServer

pytestmark = [
    pytest.mark.skipif(not CHROMIUM.exists(), reason="there is no Chromium on this machine"),
    pytest.mark.full("pages in a browser"),
]
SIZES = {"phone": {"width": 390, "height": 844}, "desk": {"width": 1280, "height": 900}}
LONG = "ขอทราบขั้นตอนการขอยืมเต็นท์และเก้าอี้ของสำนักงานสำหรับงานบุญของหมู่บ้าน โทร 081-234-5678 นายสมชาย ใจดี"


@pytest.fixture
def service(tmp_path: Path) -> Iterator[ServiceWorkspaceServer]:
    one = ServiceWorkspaceServer(tmp_path / "var")
    yield one
    one.close()


@pytest.fixture
def complaints(tmp_path: Path) -> Iterator[WorkspaceServer]:
    one = WorkspaceServer(tmp_path / "var")
    yield one
    one.close()


def sign_in(office: WorkspaceServer, browser: Browser, role: Role, size: str, scheme: Any) -> Page:
    """A page of somebody who is signed in, without JavaScript."""
    officer = office.add_officer(f"นางสาวสมหญิง ใจกล้า {role}", role)
    page = browser.new_context(
        viewport=SIZES[size],  # type: ignore[arg-type]
        color_scheme=scheme,
        locale="th",
    ).new_page()
    page.goto(office.server.address + office.request_sign_in(officer))
    page.fill("[name=text]", office.next_totp_code(officer))
    page.click("button.chief")
    page.wait_for_selector(".views")
    return page


def look_at(page: Page, name: str) -> None:
    """Nothing that axe finds, nothing that is wider than the screen."""
    wrong = Axe().run(page, options=AXE_RULES).response["violations"]
    assert [(found["id"], [node["html"][:120] for node in found["nodes"]]) for found in wrong] == [], name
    assert not page.evaluate("document.documentElement.scrollWidth > window.innerWidth"), name
    if folder := os.environ.get("ITA_PICTURES"):
        page.screenshot(path=f"{folder}/{name.replace('/', '-')}.png", full_page=True)


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("size", SIZES)
def test_every_view_of_the_service_desk_is_read_by_everybody(
    service: ServiceWorkspaceServer, browser: Browser, size: str, scheme: Any
) -> None:
    service.ask(1, "สำนักงานเปิดทำการกี่โมง วันไหนบ้าง", days=-2)
    service.ask(2, LONG)
    service.give_opinion(1, "คิวยาวมาก รอนานกว่าสองชั่วโมง", "053-999-999")
    service.hold_consultation("ขอรถรับส่ง โทร 081-234-5678")
    page = sign_in(service, browser, Role.SUPERVISOR, size, scheme)
    desk = f"{service.server.address}/staff/service"
    for view in (
        "questions",
        "faq",
        "entry?id=hours",
        "consultations",
        f"consultation?code={CODE}",
        "opinions",
        "trail",
    ):
        page.goto(f"{desk}/{view}")
        look_at(page, view)
    page.goto(f"{desk}/faq")
    entry = page.locator(".list a").first.get_attribute("href")
    page.goto(f"{service.server.address}{entry}")
    look_at(page, "entry")
    page.fill("[name=answer]", "เปิดทุกวัน")
    page.click("text=ดูก่อน")
    look_at(page, "entry with a preview")
    page.goto(f"{desk}/questions")
    page.locator(".list a").nth(1).click()
    look_at(page, "question")
    page.fill("#text", "ยืมได้ ทำหนังสือถึงผู้อำนวยการก่อนวันงานเจ็ดวัน")
    page.locator(".write-form").first.locator("button").click()
    look_at(page, "question to confirm")
    page.goto(f"{desk}/consultations")
    page.click("text=ร่างประกาศใหม่")
    look_at(page, "draft")


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("size", SIZES)
def test_every_view_of_the_office_is_read_by_everybody(
    complaints: WorkspaceServer, browser: Browser, size: str, scheme: Any
) -> None:
    for number in (1, 2, 3):
        complaints.file_case(number)
    complaints.add_officer("นายสมชาย ใจดี")
    for role in (Role.SUPERVISOR, Role.ADMIN, Role.AUDITOR):
        page = sign_in(complaints, browser, role, size, scheme)
        desk = f"{complaints.server.address}/staff/complaints"
        page.goto(f"{desk}/figures")
        look_at(page, f"figures {role}")
        for view, roles in (
            ("trail", {Role.SUPERVISOR, Role.AUDITOR}),
            ("people", {Role.SUPERVISOR, Role.ADMIN}),
        ):
            if role in roles:
                page.goto(f"{desk}/{view}")
                look_at(page, f"{view} {role}")


def look_at_all(office: WorkspaceServer, page: Page, desk: WorkspaceDesk, name: str) -> None:
    """Look at every view of a desk, of the first case or question where it is of one."""
    for view, row in WORKSPACE_VIEWS.items():
        if desk in row.desks:
            page.goto(f"{office.server.address}/staff/{desk}/{get_view_address(view, 2570, 1)}")
            look_at(page, f"{desk}-{view}-{name}")
            assert not page.is_visible("#news"), view  # nothing came meanwhile


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("size", SIZES)
def test_no_view_of_either_desk_is_left_out(
    service: ServiceWorkspaceServer, tmp_path: Path, browser: Browser, size: str, scheme: Any
) -> None:
    """Of every view that there is, also of one that is added later; with `ITA_PICTURES` it makes a picture of each."""
    name = f"{size}-{scheme}"
    service.ask(1, LONG)
    service.give_opinion(1, "คิวยาวมาก รอนานกว่าสองชั่วโมง", "053-999-999")
    service.hold_consultation("ขอรถรับส่ง โทร 081-234-5678")
    page = sign_in(service, browser, Role.SUPERVISOR, size, scheme)
    look_at_all(service, page, "service", name)
    complaints = WorkspaceServer(tmp_path / "complaints")
    try:
        complaints.file_case(1)
        complaints.attach_file(1, "ใบส่งของ.txt", "คานารี".encode())
        page = sign_in(complaints, browser, Role.SUPERVISOR, size, scheme)
        look_at_all(complaints, page, "complaints", name)
        page.goto(f"{complaints.server.address}/staff/complaints/case/2570/1")
        page.evaluate("document.querySelectorAll('details').forEach((one) => (one.open = true))")
        look_at(page, f"complaints-case-open-{name}")
        page.fill("#text", "3 วัน สัญญาเลขที่เท่าใด")
        page.click(".composer [value^='/ask']")
        look_at(page, f"complaints-case-asked-{name}")
        page.click("#notes button.chief")
        look_at(page, f"complaints-case-sent-{name}")
        page.go_back()
        look_at(page, f"complaints-case-back-{name}")
        page.goto(f"{complaints.server.address}/staff/complaints/case/2570/1")
        page.click("[value^='/undo'] ~ button")
        look_at(page, f"complaints-case-taken-back-{name}")
    finally:
        complaints.close()
