"""The view of a slip: where an officer on LINE reads it out and prints it, since the code stands in no chat there."""

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pypdfium2
import pytest

from handlers.complaints.messages import HistoryEntryKind
from handlers.dialog.codes.code_finder import find_codes
from handlers.dialog.events import Channel, Event
from handlers.staff.permissions import Role
from tests.end_to_end.officer.officer_server import LINK_PATH, LINK_PATTERN, OfficerServer
from tests.end_to_end.officer.test_slips import enter_case
from tests.end_to_end.workspace.workspace_server import give


@pytest.fixture
def office(tmp_path: Path) -> Iterator[OfficerServer]:
    one = OfficerServer(tmp_path / "var")
    yield one
    one.close()


def test_the_code_is_on_the_page_and_on_paper_and_not_in_lines_chat(office: OfficerServer) -> None:
    office.server.run(enter_case(office.desk))
    officer = office.add_officer("สมหญิง", Role.OFFICER)
    event = Event("line-1", officer.who, Channel.LINE, text="/ใบรหัส 1")
    said = "\n".join(message.text for message in office.server.run(office.desk.handle(event)))
    assert find_codes(said) == ()
    found = LINK_PATTERN.search(said)
    assert found is not None
    browser = office.new_browser()
    form = browser.request(f"{LINK_PATH}/{found[1]}")
    assert find_codes(form.text) == ()
    seen = browser.submit_form(form, office.next_totp_code(officer))
    (shown,) = (one.one_time for one in find_codes(seen.text) if one.one_time)
    paper = browser.request(f"{seen.path}/print")
    assert paper.headers["content-type"] == "application/pdf"
    with closing(pypdfium2.PdfDocument(paper.content)) as pdf:
        text = pdf[0].get_textpage().get_text_bounded()
    assert [one.one_time for one in find_codes(text)] == [shown]
    assert office.new_browser().request(f"{seen.path}/print").status == 401
    assert shown.formatted in browser.request(seen.path).text  # a reload, or a button pressed twice
    assert office.new_browser().request(form.path).status == 410
    again = Event("line-2", officer.who, Channel.LINE, text="/ใบรหัส 1")
    office.server.run(office.desk.handle(again))
    assert browser.request(f"{seen.path}/print").status == 410
    assert shown.formatted not in browser.request(seen.path).text
    assert (f"staff:{officer.id}", "link-slip") in office.load_audit_lines()
    assert (f"staff:{officer.id}", "slip") in office.load_audit_lines()


def test_in_the_workspace_a_slip_needs_no_second_code(office: OfficerServer) -> None:
    office.server.run(enter_case(office.desk))
    officer, browser = office.add_officer("สมหญิง"), office.new_browser()
    case = office.open_page(officer, browser)
    seen = give(browser, case, f"/slip 1/{case.path.split('/')[-2]}")
    assert seen.path == "/staff/complaints/slip"
    (shown,) = (one.one_time for one in find_codes(seen.text) if one.one_time)
    assert shown is not None
    # A link that was asked for in a chat meanwhile opens with a button.
    office.send_chat_text(officer, "/ใบรหัส 1")
    office.send_chat_text(officer, office.next_totp_code(officer))
    link = office.request_link(officer, "/ใบรหัส 1")
    button = browser.request(link)
    assert find_codes(button.text) == ()
    opened = browser.submit_form(button)
    (newer,) = (one.one_time for one in find_codes(opened.text) if one.one_time)
    assert newer != shown
    assert (f"staff:{officer.id}", "opened-slip") in office.load_audit_lines()
    assert [one.one_time for one in find_codes(browser.submit_form(button).text)] == [newer]  # pressed twice
    assert browser.request(link).status == 410
    other = office.new_browser()
    office.open_page(office.add_officer("มาลี"), other, "/page 1")
    assert other.request("/staff/complaints/slip").status == 410


def test_a_slip_of_a_case_that_was_given_away_opens_no_more(office: OfficerServer) -> None:
    office.server.run(enter_case(office.desk))
    officer, other = office.add_officer("สมหญิง"), office.add_officer("มาลี")
    form = office.new_browser().request(office.request_link(officer, "/เปิดหน้า 1"))
    assert form.status == 200
    office.send_chat_text(other, "/รับ 1")
    said = office.send_chat_text(officer, "/ใบรหัส 1")
    assert find_codes(said) == ()
    assert HistoryEntryKind.SLIP.value not in dict.fromkeys(what for _, what in office.load_audit_lines())
