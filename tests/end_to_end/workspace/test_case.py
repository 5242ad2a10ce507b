"""A case in the workspace: read, taken, answered and closed, beside the chat, and kept from whom it is kept."""

import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from handlers.staff.permissions import Role
from tests.end_to_end.officer.officer_server import HttpBrowser, HttpResponse
from tests.end_to_end.workspace.workspace_server import WorkspaceServer, give

pytestmark = pytest.mark.full("servers of the workspace")
INBOX, CASE = "/staff/complaints/inbox", "/staff/complaints/case/2570/1"
STORY, REASON = "คานารี", "ตรวจแล้วไม่พบหลักฐานเพียงพอ"


@pytest.fixture
def office(tmp_path: Path) -> Iterator[WorkspaceServer]:
    one = WorkspaceServer(tmp_path / "var")
    yield one
    one.close()


def find_case_path(office: WorkspaceServer, browser: HttpBrowser) -> str:
    found = re.search(r'href="(/staff/complaints/case/[0-9/]+)"', browser.request(INBOX).text)
    assert found is not None
    return found[1]


def find_given(page: HttpResponse, command: str) -> str:
    """What the button of a command brings."""
    found = re.search(rf'value="({re.escape(command)}[^"]*)"', page.text)
    assert found is not None, command
    return found[1]


def find_field(page: HttpResponse, name: str) -> str:
    """The value of a hidden field."""
    found = re.search(rf'name="{name}" value="([^"]*)"', page.text)
    assert found is not None, name
    return found[1]


def test_a_case_is_read_taken_answered_and_closed_beside_the_chat(office: WorkspaceServer) -> None:
    office.file_case()
    officer = office.add_officer("สมหญิง")
    browser = office.sign_in(officer)
    page = browser.request(find_case_path(office, browser))
    assert page.status == 200
    for words in (STORY, "ที่ผู้แจ้งเห็น", "เฉพาะเจ้าหน้าที่"):
        assert words in page.text
    taken = give(browser, page, find_given(page, "/take"))
    assert "สมหญิง" in taken.text
    asked = give(browser, taken, find_given(taken, "/ask"), "3 วัน สัญญาเลขที่เท่าใด")
    yes = find_given(asked, "/confirm y")
    sent = give(browser, asked, yes)
    assert "60" in sent.text
    assert give(browser, asked, yes).status == 200  # pressed twice: one question
    undone = give(browser, sent, find_given(sent, "/undo"))
    assert "/undo" not in undone.text
    office.send_chat_text(officer, "/screen 1")  # the chat goes on where the page was
    page = browser.request(page.path)
    assert "/investigate" in page.text
    closing = give(browser, page, find_given(page, "/close"))
    reason = give(browser, closing, find_given(closing, "/close 1/2570 insufficient"))
    given = find_given(reason, "/close 1/2570 insufficient")
    shown = give(browser, reason, given, REASON)
    late = give(browser, shown, yes)
    assert "/confirm" not in late.text
    done = give(browser, shown, find_given(shown, "/confirm y"))
    assert "60" in done.text
    office.desk.clock_offset += timedelta(seconds=61)
    whats = [what for _, what in office.load_audit_lines()]
    assert {"assigned", "read-page", "screen"} <= set(whats)
    assert whats.count("signed-in") == 1


def test_the_words_of_a_preview_are_given_back_after_another_tab_and_after_leaving(
    office: WorkspaceServer,
) -> None:
    office.file_case()
    browser = office.sign_in(office.add_officer("สมหญิง"))
    page = give(browser, browser.request(CASE), "/take 1/2570")
    one = give(browser, page, "/ask 1/2570", "3 วัน สัญญาเลขที่เท่าใด")
    give(browser, page, "/reply 1/2570", "ได้รับ\nเรื่องแล้ว")
    left = browser.request(CASE)
    assert re.search(r"<textarea[^>]*>\n*ได้รับ\nเรื่องแล้ว</textarea>", left.text)
    assert "ยังไม่ถูกส่ง" in left.text
    sent_along = {name: find_field(one, name) for name in ("previewed", "previewed_text")}
    assert sent_along == {"previewed": "/ask 1/2570", "previewed_text": "3 วัน สัญญาเลขที่เท่าใด"}
    late = give(browser, one, find_given(one, "/confirm y"), **sent_along)
    assert re.search(r"<textarea[^>]*>\n*3 วัน สัญญาเลขที่เท่าใด</textarea>", late.text)
    again = give(browser, late, "/ask 1/2570", "3 วัน สัญญาเลขที่เท่าใด")
    sent = give(browser, again, find_given(again, "/confirm y"), **sent_along)
    assert "60" in sent.text
    assert "60" in browser.request(sent.path).text  # reloaded
    left = browser.request(CASE).text
    assert "สัญญาเลขที่เท่าใด</textarea>" not in left
    assert "ได้รับ\nเรื่องแล้ว</textarea>" in left  # the text of the other tab waits still


def test_what_was_sent_is_not_offered_again_and_what_is_taken_back_is(office: WorkspaceServer) -> None:
    office.file_case()
    browser = office.sign_in(office.add_officer("สมหญิง"))
    words = "3 วัน สัญญาเลขที่เท่าใด"
    page = give(browser, browser.request(CASE), "/take 1/2570")
    asked = give(browser, page, "/ask 1/2570", words)
    along = {"previewed": "/ask 1/2570", "previewed_text": words}
    yes = find_given(asked, "/confirm y")
    sent = give(browser, asked, yes, **along)
    assert 'value="/undo' in sent.text
    back = browser.request(asked.path)  # Back
    assert "ไม่ต้องทำซ้ำ" in back.text
    assert "/confirm" not in back.text
    again = give(browser, back, yes, **along)  # a second tab, in which it stood still
    assert "ไม่ต้องทำซ้ำ" in again.text
    assert f"{words}</textarea>" not in again.text
    taken = give(browser, sent, find_given(sent, "/undo"))
    assert "/undo" not in taken.text
    for shown in (taken, browser.request(taken.path), browser.request(CASE)):
        assert shown.textbox_text == words
        assert "ข้อความสำหรับ “ถาม" in shown.text
        assert 'href="#text"' in shown.text  # the box is far down on a telephone
    instead = find_field(taken, "instead")
    asked = give(browser, taken, "/ask 1/2570", "5 วัน สัญญาเลขที่เท่าใด", instead=instead)
    sent = give(browser, asked, find_given(asked, "/confirm y"))
    assert browser.request(CASE).textbox_text == ""  # neither the words that went nor those before
    office.desk.clock_offset += timedelta(seconds=61)
    office.server.run(office.desk.store.scheduled_replies.send_due(office.desk.now()))
    late = browser.request(sent.path)
    assert "/undo" not in late.text
    assert "ไม่มีข้อความของท่านรอส่งแล้ว" in late.text
    assert 'href="#text"' not in late.text


def test_words_that_were_typed_wait_behind_the_second_factor(office: WorkspaceServer) -> None:
    office.file_case()
    officer = office.add_officer("สมหญิง")
    browser, words = office.sign_in(officer), "สัญญาเลขที่เท่าใด"
    office.desk.clock_offset += timedelta(minutes=25)
    first = give(browser, browser.request(CASE), "/ask 1/2570", words)
    sent_along = {"previewed": "/ask 1/2570", "previewed_text": words}
    give(browser, first, "/reply 1/2570", "ได้รับแล้ว")
    late = give(browser, first, find_given(first, "/confirm y"), **sent_along)
    assert f"{words}</textarea>" in late.text
    office.desk.clock_offset += timedelta(minutes=10)
    paths = (late.path, CASE)
    for path in paths:
        asked = browser.request(path)
        assert 'name="code"' in asked.text
        assert words not in asked.text
        assert "ได้รับแล้ว" not in asked.text
    give(browser, browser.request(CASE), "", code=office.next_totp_code(officer))
    shown = [browser.request(path).text for path in paths]
    assert f"{words}</textarea>" in shown[0]
    assert "ได้รับแล้ว</textarea>" in shown[1]


def test_every_form_leads_to_a_page_that_back_and_reload_find_again(office: WorkspaceServer) -> None:
    office.file_case()
    chief, officer = office.add_officer("หัวหน้า", Role.SUPERVISOR), office.add_officer("สมหญิง")
    other = office.add_officer("สมชาย")
    browser = office.sign_in(officer)
    shown = give(browser, browser.request(CASE), "/ask 1/2570", "สัญญาเลขที่เท่าใด")
    assert re.fullmatch(rf"{CASE}\?did=[0-9a-f]{{32}}", shown.path)
    dropped = give(
        browser,
        shown,
        find_given(shown, "/confirm n"),
        previewed="/ask 1/2570",
        previewed_text="สัญญาเลขที่เท่าใด",
    )
    assert "/confirm" not in dropped.text
    assert re.sub(r"[0-9a-f]{32}\.[0-9a-f]{32}", "", browser.request(dropped.path).text) == re.sub(
        r"[0-9a-f]{32}\.[0-9a-f]{32}", "", dropped.text
    )
    again = browser.request(shown.path).text
    assert "ท่านเลือกไม่ทำ" in again
    assert "/confirm" not in again
    assert "สัญญาเลขที่เท่าใด" not in browser.request(CASE).text  # it was dropped
    assert "สัญญาเลขที่เท่าใด" not in office.sign_in(other).request(shown.path).text  # of this session only
    office.desk.clock_offset += timedelta(minutes=20)
    give(browser, browser.request(INBOX), "/take 1/2570")
    office.desk.clock_offset += timedelta(minutes=15)
    assert "สัญญาเลขที่เท่าใด" not in browser.request(shown.path).text  # the factor was given half an hour ago
    give(browser, browser.request(shown.path), "", code=office.next_totp_code(officer))
    assert "สัญญาเลขที่เท่าใด" in browser.request(shown.path).text
    office.send_chat_text(chief, "/assign 1 สมชาย")
    office.send_chat_text(chief, "/bar 1 สมหญิง มีชื่อในเรื่องนี้ชัดเจน")
    assert "สัญญาเลขที่เท่าใด" not in browser.request(shown.path).text  # kept from them since


@pytest.mark.parametrize(
    ("typed", "to"), [("เรื่อง 1", "/1"), ("๑/๒๕๗๐", "/1"), ("เลขที่ 1/70", "/1"), ("abc", "")]
)
def test_a_number_is_found_among_words_and_where_there_is_none_that_is_said(
    office: WorkspaceServer, typed: str, to: str
) -> None:
    browser = office.sign_in(office.add_officer("สมหญิง"))
    shown = give(browser, browser.request(INBOX), "", open=typed)
    if to:
        assert (shown.status, shown.headers["location"].endswith(f"/2570{to}")) == (303, True)
    else:
        assert "ไม่พบเลขที่ในที่พิมพ์ “abc”" in shown.text


def test_two_officers_at_once_take_it_in_turn(office: WorkspaceServer) -> None:
    office.file_case()
    one, two = office.add_officer("สมหญิง"), office.add_officer("สมชาย")
    first, second = office.sign_in(one), office.sign_in(two)
    path = find_case_path(office, first)
    mine, other = first.request(path), second.request(path)
    give(first, mine, find_given(mine, "/take"))
    late = give(second, other, find_given(other, "/take"))
    assert STORY not in late.text
    assert "สมหญิง" in late.text  # who has it now, as in the chat
    assert 'value="/reply' not in late.text


def test_words_are_given_back_where_a_colleague_has_the_case_by_now(office: WorkspaceServer) -> None:
    office.file_case()
    browser = office.sign_in(office.add_officer("สมหญิง"))
    page = browser.request(find_case_path(office, browser))
    reply = find_given(page, "/reply")
    shown = give(browser, page, reply, "ได้รับเรื่องแล้วค่ะ")
    chief = office.sign_in(office.add_officer("มาลี", Role.SUPERVISOR))
    give(chief, chief.request(page.path), find_given(page, "/take"))
    yes = find_given(shown, "/confirm y")
    sent = give(browser, shown, yes, previewed=reply, previewed_text="ได้รับเรื่องแล้วค่ะ")
    for late, words in ((give(browser, page, reply, "โทรมาเมื่อเช้า"), "โทรมาเมื่อเช้า"), (sent, "ได้รับเรื่องแล้วค่ะ")):
        assert "อยู่กับ มาลี" in late.text
        assert late.text.count("ขอให้หัวหน้ามอบเรื่องให้") == 1
        assert words in late.text.partition("<textarea")[2].partition("</textarea>")[0]
        assert words in browser.request(late.path).text  # loaded again
    assert STORY not in sent.text


def test_content_closes_after_half_an_hour_and_opens_with_a_code(office: WorkspaceServer) -> None:
    office.file_case()
    officer = office.add_officer("สมหญิง")
    browser = office.sign_in(officer)
    path = find_case_path(office, browser)
    office.desk.clock_offset += timedelta(minutes=31)
    asked = browser.request(path)
    assert STORY not in asked.text
    assert 'name="code"' in asked.text
    refused = give(browser, asked, "", code="000000")
    assert STORY not in refused.text
    opened = give(browser, asked, "", code=office.next_totp_code(officer))
    assert STORY in opened.text
    assert opened.path == path
    office.desk.clock_offset += timedelta(minutes=31)
    page = browser.request(INBOX)
    assert page.status == 200  # numbers and days need no factor
    assert "ทุจริต" not in page.text


@pytest.mark.parametrize("why", ["barred", "appointed"])
def test_a_case_that_is_kept_reads_byte_for_byte_alike(tmp_path: Path, why: str) -> None:
    pages = []
    for reason in ("barred", "appointed") if why == "barred" else ("appointed", "barred"):
        office = WorkspaceServer(tmp_path / f"{why}-{reason}")
        office.file_case()
        officer, chief = office.add_officer("สมหญิง"), office.add_officer("หัวหน้า", Role.SUPERVISOR)
        other = office.add_officer("สมชาย")
        office.send_chat_text(chief, f"/appoint 1 {other.name}" if reason == "appointed" else "/inbox")
        if reason == "barred":
            office.send_chat_text(chief, "/assign 1 สมชาย")
            office.send_chat_text(chief, "/bar 1 สมหญิง มีชื่อในเรื่องนี้ชัดเจน")
        browser = office.sign_in(officer)
        page = browser.request(CASE)
        listed = browser.request(INBOX)
        assert "เรื่องที่ท่านเปิดดูไม่ได้" in listed.text.partition('class="number"')[0]
        tried = give(browser, page, "/take 1/2570")
        pages.append([_without_tokens(one) for one in (page, listed, tried)])
        office.close()
    assert pages[0] == pages[1]
    assert STORY not in "".join(pages[0])


def _without_tokens(page: HttpResponse) -> str:
    return re.sub(r'value="[0-9a-f.]{65}"', "", page.content.decode())


def test_files_are_opened_from_the_case_and_by_nobody_else(office: WorkspaceServer) -> None:
    office.file_case()
    office.attach_file(1, "บันทึก.txt", "คานารีในไฟล์".encode())
    officer = office.add_officer("สมหญิง")
    browser = office.sign_in(officer)
    page = browser.request(find_case_path(office, browser))
    (link,) = page.file_links
    assert "คานารีในไฟล์" in browser.request(link).content.decode()
    other = office.sign_in(office.add_officer("สมชาย"))
    give(browser, page, find_given(page, "/take"))
    assert "คานารี" not in other.request(link).content.decode(errors="replace")
    assert "คานารี" not in office.new_browser().request(link).content.decode(errors="replace")
    office.desk.clock_offset += timedelta(minutes=31)
    assert browser.request(link).status == 303
