"""Settings on the page: seen first, set by an admin, read by everybody on the first page and by the next stranger."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from handlers.staff.permissions import Role
from tests.end_to_end.workspace.workspace_server import WorkspaceServer, give

pytestmark = pytest.mark.full("servers of the workspace")
VIEW = "/staff/complaints/settings"
WORDS = "สำนักงานย้ายไปอาคารใหม่"


@pytest.fixture
def office(tmp_path: Path) -> Iterator[WorkspaceServer]:
    one = WorkspaceServer(tmp_path / "var")
    yield one
    one.close()


def find_given(page_text: str, start: str) -> str:
    """What a button of a page brings that begins so."""
    return page_text.split(f'value="{start}', 1)[1].split('"', 1)[0]


def test_an_admin_sets_a_notice_on_the_page_which_everybody_reads(office: WorkspaceServer) -> None:
    browser = office.sign_in(office.add_officer("ผู้ดูแล", Role.ADMIN))
    page = browser.request(VIEW)
    assert page.status == 200
    stranger = office.new_browser()
    assert WORDS not in stranger.request("/").text
    shown = give(browser, page, "/setting notice", WORDS)
    assert WORDS in shown.text
    assert WORDS not in stranger.request("/").text
    done = give(browser, shown, "/setting y" + find_given(shown.text, "/setting y"))
    assert "มีผลตั้งแต่ข้อความถัดไป" in done.text
    assert f"ประกาศ: {WORDS}" in stranger.request("/").text
    assert f"ประกาศ: {WORDS}" in stranger.request("/report").text
    put_back = give(browser, browser.request(VIEW), "/setting notice =")
    give(browser, put_back, "/setting y" + find_given(put_back.text, "/setting y"))
    assert WORDS not in stranger.request("/").text
    assert [what for _, what in office.load_audit_lines()].count("setting-notice") == 2


def test_a_supervisor_only_changes_ready_answers_and_an_officer_opens_nothing(
    office: WorkspaceServer,
) -> None:
    chief = office.sign_in(office.add_officer("หัวหน้า", Role.SUPERVISOR))
    page = chief.request(VIEW)
    assert 'value="/setting answers"' in page.text
    assert 'value="/setting notice"' not in page.text
    refused = give(chief, page, "/setting notice", WORDS)
    assert "/setting y" not in refused.text
    assert "refused" in [what for _, what in office.load_audit_lines()]
    assert office.sign_in(office.add_officer("สมชาย")).request(VIEW).status == 403
