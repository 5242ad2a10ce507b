"""Signing in to the workspace, staying there, and what ends it."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from bot.web.workspace.addresses import WORKSPACE_COOKIE
from handlers.staff.permissions import Role
from handlers.staff.workspace.messages import MAX_WORKSPACE_LINKS
from handlers.thai.dates import to_bangkok_date
from tests.end_to_end.officer.officer_server import HttpResponse
from tests.end_to_end.workspace.workspace_server import WorkspaceServer, give

pytestmark = pytest.mark.full("servers of the workspace")
HOME, INBOX = "/staff/complaints", "/staff/complaints/inbox"


@pytest.fixture
def office(tmp_path: Path) -> Iterator[WorkspaceServer]:
    one = WorkspaceServer(tmp_path / "var")
    yield one
    one.close()


def is_signed_out(seen: HttpResponse) -> bool:
    return "พิมพ์ หน้างาน" in seen.text and "คุณ" not in seen.text and 'name="given"' not in seen.text


def test_the_choice_of_a_desk_reads_no_cookie_and_is_the_same_for_everybody(office: WorkspaceServer) -> None:
    signed_in = office.sign_in(office.add_officer("สมหญิง"))
    chosen = signed_in.request("/staff")
    assert chosen.status == 200
    assert chosen.content == office.new_browser().request("/staff").content
    assert all(path.startswith("/staff/complaints") for path, _ in signed_in.cookie_jar)


def test_a_link_signs_in_once_and_a_look_does_not_use_it_up(office: WorkspaceServer) -> None:
    officer = office.add_officer("สมหญิง")
    path = office.request_sign_in(officer)
    for _ in range(3):  # link previews of chat apps
        looked = office.new_browser().request(path)
        assert looked.status == 200
        assert "สมหญิง" not in looked.text
    browser = office.new_browser()
    assert browser.submit_form(browser.request(path), office.next_totp_code(officer)).status == 303
    assert browser.request(HOME).headers["location"] == INBOX
    home = browser.request(INBOX)
    assert home.status == 200
    assert "สมหญิง" in home.text
    assert home.headers["cache-control"] == "no-store"
    title = home.text.partition("<title>")[2].partition("</title>")[0]
    assert "สมหญิง" not in title
    again = office.new_browser().request(path)
    assert again.status == 410
    assert is_signed_out(again)


def test_wrong_codes_close_the_link_and_no_other_way(office: WorkspaceServer) -> None:
    officer = office.add_officer("สมหญิง")
    browser, path = office.new_browser(), office.request_sign_in(officer)
    shown = browser.request(path)
    for wrong in range(5):
        refused = browser.submit_form(shown, f"00000{wrong}")
        assert refused.status == (403 if wrong < 4 else 410)
    assert "ใส่รหัสผิดครบห้าครั้ง" in refused.text
    locked = browser.submit_form(shown, office.next_totp_code(officer))
    assert locked.status == 410
    assert browser.request(path).status == 410
    assert WORKSPACE_COOKIE not in {name for _, name in browser.cookie_jar}
    office.sign_in(officer)
    assert "ใส่รหัสผิด" not in office.send_chat_text(officer, "/search ทดสอบ")


def test_a_person_has_few_links_at_once(office: WorkspaceServer) -> None:
    officer = office.add_officer("สมหญิง")
    for _ in range(MAX_WORKSPACE_LINKS):
        office.request_sign_in(officer)
    assert "/open/" not in office.send_chat_text(officer, "/workspace")
    office.desk.clock_offset += timedelta(minutes=16)
    office.request_sign_in(officer)


def test_a_removed_officer_with_an_open_page_does_nothing_more(office: WorkspaceServer) -> None:
    office.file_case()
    officer = office.add_officer("สมหญิง")
    browser = office.sign_in(officer)
    page = browser.request(INBOX)
    office.server.run(
        office.desk.store.staff_admin.remove(
            officer.id, to_bangkok_date(office.desk.now()), office.desk.now()
        )
    )
    refused = give(browser, page, "/take 1", "ข้อความที่พิมพ์ไว้")
    assert refused.status == 401
    assert is_signed_out(refused)
    assert "ข้อความที่พิมพ์ไว้" in refused.textbox_text
    assert is_signed_out(browser.request(INBOX))
    assert ("staff." + officer.id, "assigned") not in office.load_audit_lines()


def test_the_day_ends_after_eight_hours(office: WorkspaceServer) -> None:
    browser = office.sign_in(office.add_officer("สมหญิง"))
    office.desk.clock_offset += timedelta(hours=7, minutes=50)
    assert "สมหญิง" in browser.request(INBOX).text
    office.desk.clock_offset += timedelta(minutes=11)
    assert is_signed_out(browser.request(INBOX))


def test_signing_out_ends_every_tab_and_a_copied_cookie(office: WorkspaceServer) -> None:
    browser = office.sign_in(office.add_officer("สมหญิง"))
    copied = office.new_browser()
    copied.cookie_jar.update(browser.cookie_jar)
    first, second = browser.request(INBOX), browser.request(INBOX)
    left = browser.submit_form(first, path=f"{HOME}/leave")
    assert is_signed_out(left)
    assert is_signed_out(give(browser, second, "/take 1"))
    assert is_signed_out(copied.request(INBOX))


def test_an_owner_sees_where_they_are_signed_in_and_ends_it(office: WorkspaceServer) -> None:
    officer, other = office.add_officer("สมหญิง"), office.add_officer("สมชาย")
    here, there, others = office.sign_in(officer), office.sign_in(officer), office.sign_in(other)
    page = here.request(f"{HOME}/sessions")
    assert page.text.count('name="end"') == 2
    foreign = others.request(f"{HOME}/sessions").text.partition('name="end" value="')[2][:32]
    assert give(here, page, "", end=foreign).status == 200
    assert others.request(INBOX).status == 200
    names = [part[:32] for part in page.text.split('name="end" value="')[1:]]
    own = there.request(f"{HOME}/sessions").text
    stolen = next(n for n in names if "เครื่องนี้" in own.partition(n)[0].rpartition("<li>")[2])
    give(here, page, "", end=stolen)
    assert is_signed_out(there.request(INBOX))
    assert here.request(INBOX).status == 200


def test_a_form_of_another_session_does_nothing(office: WorkspaceServer) -> None:
    office.file_case()
    own, other = office.sign_in(office.add_officer("สมหญิง")), office.sign_in(office.add_officer("สมชาย"))
    foreign = other.request(INBOX)
    refused = give(own, foreign, "/take 1", "ที่พิมพ์ไว้")
    assert refused.status == 403
    assert "ที่พิมพ์ไว้" in refused.textbox_text
    assert "assigned" not in {what for _, what in office.load_audit_lines()}


@pytest.mark.parametrize("role", Role)
def test_every_role_has_a_home_and_no_view_of_another(office: WorkspaceServer, role: Role) -> None:
    browser = office.sign_in(office.add_officer("คน", role))
    home = browser.request(browser.request(HOME).headers["location"])
    assert home.status == 200
    allowed = role in {Role.OFFICER, Role.SUPERVISOR}
    assert browser.request(INBOX).status == (200 if allowed else 403)
    assert browser.request(f"{HOME}/nothing").status == 403


def test_what_is_new_is_a_number_and_keeps_no_session_alive(office: WorkspaceServer) -> None:
    office.file_case(1)
    officer = office.add_officer("สมหญิง")
    browser, auditor = office.sign_in(officer), office.sign_in(office.add_officer("ผู้ตรวจ", Role.AUDITOR))
    asked = browser.request(f"{HOME}/news")
    assert (asked.status, asked.content) == (200, b'{"count":1}')
    assert asked.headers["cache-control"] == "no-store"
    assert auditor.request(f"{HOME}/news").content == b'{"count":0}'
    assert 'id="news"' not in auditor.request(auditor.request(HOME).headers["location"]).text
    assert office.new_browser().request(f"{HOME}/news").status == 401
    for _ in range(9):  # it is asked all day long: content closes and the day ends as without it
        office.desk.clock_offset += timedelta(minutes=50)
        browser.request(f"{HOME}/news")
        assert 'name="code"' in browser.request(f"{HOME}/case/2570/1").text
    office.desk.clock_offset += timedelta(minutes=40)
    assert browser.request(f"{HOME}/news").status == 401


def test_a_case_that_is_kept_from_somebody_is_not_counted_for_them(office: WorkspaceServer) -> None:
    office.file_case(1)
    officer, chief = office.add_officer("สมหญิง"), office.add_officer("หัวหน้า", Role.SUPERVISOR)
    browser, other = office.sign_in(officer), office.sign_in(office.add_officer("สมชาย"))
    office.send_chat_text(chief, "/bar 1 สมหญิง มีชื่อในเรื่องนี้ชัดเจน")
    assert browser.request(f"{HOME}/news").content == b'{"count":0}'
    assert other.request(f"{HOME}/news").content == b'{"count":1}'
