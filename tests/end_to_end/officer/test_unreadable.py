"""Unreadable rows on the officers' side: lists open and name the row, and so does the case itself."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import text

from storage.errors import UnreadableRowError
from tests.end_to_end.officer.officer_server import OfficerServer
from tests.end_to_end.officers import Officer

UNKNOWN = "คานารีไม่รู้จัก"


@pytest.fixture
def office(tmp_path: Path) -> Iterator[OfficerServer]:
    one = OfficerServer(tmp_path / "var")
    yield one
    one.close()


def damage_row(office: OfficerServer, *statements: str) -> None:
    """Change rows as a newer version, or a broken disk, would."""

    async def work() -> None:
        async with office.desk.store.committer.transaction() as connection:
            for statement in statements:
                await connection.execute(text(statement))

    office.server.run(work())


def hear_answer(office: OfficerServer, officer: Officer, words: str) -> str:
    """Send a text; returns the answer, which may be an error message."""
    answer = office.server.run(office.desk.engine.handle(officer.new_event(text=words)))
    return "\n".join(message.text for message in answer.messages)


def test_a_case_in_a_state_that_this_version_does_not_know(office: OfficerServer) -> None:
    for number in (1, 2):
        office.file_case(number)
    officer = office.add_officer("สมหญิง")
    damage_row(office, f"UPDATE cases SET status = '{UNKNOWN}' WHERE number = 1")
    for words in ("/inbox", "/search คานารี"):
        office.send_chat_text(officer, words)
        seen = office.send_chat_text(officer, office.next_totp_code(officer)) if "search" in words else ""
        seen = seen or office.send_chat_text(officer, words)
        assert "อ่านไม่ได้" in seen
        assert "• 2/" in seen
        assert "• 1/" not in seen
        assert "1/" in seen
        assert UNKNOWN not in seen
    assert "อ่านไม่ได้" in hear_answer(office, officer, "/case 1")
    assert [str(error).partition("/")[0] for error in office.desk.errors] == ["cases 1"]
    assert isinstance(office.desk.errors.pop(), UnreadableRowError)
    assert "เรื่องเลขที่ 2/" in hear_answer(office, officer, "/case 2")


def test_a_line_of_history_of_a_kind_that_this_version_does_not_know(office: OfficerServer) -> None:
    receipt = office.file_case()
    office.server.run(office.desk.send_office_message(receipt.formatted, "รับไว้แล้ว"))
    officer, browser = office.add_officer("สมหญิง"), office.new_browser()
    damage_row(
        office, "DROP TRIGGER history_no_update", f"UPDATE history SET kind = '{UNKNOWN}' WHERE seq = 2"
    )
    page = office.open_page(officer, browser)
    assert page.status == 200
    assert "#2" in page.text
    assert UNKNOWN not in page.text
    office.send_chat_text(officer, "/history 1")
    history = office.send_chat_text(officer, office.next_totp_code(officer))
    assert "#2" in history
    assert "รับไว้แล้ว" not in history
    assert UNKNOWN not in history
