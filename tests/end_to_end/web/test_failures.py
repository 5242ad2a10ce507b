"""Full disk, expired sessions, floods: what was typed is neither lost nor attached to the wrong question."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from storage.errors import DiskFullError
from tests.end_to_end.server_process import HtmlPage, Visitor
from tests.end_to_end.threaded_server import WebServer
from tests.in_memory_desk import WHOLE_REPORT

TYPED = "พิมพ์ไว้ยาว <b>มาก</b>\nบรรทัดสอง"
FILE = {"ก.txt": "พยาน".encode() * 100}


@pytest.fixture
def server(tmp_path: Path) -> Iterator[WebServer]:
    """A server in this process."""
    one = WebServer(tmp_path / "var")
    yield one
    one.close()


@pytest.fixture
def visitor(server: WebServer) -> Visitor:
    return Visitor(server.port)


def open_report_until(visitor: Visitor, lines: int) -> HtmlPage:
    """A report up to the answer of that number."""
    visitor.open_page("/report")
    for answer in WHOLE_REPORT[2 : 2 + lines]:
        visitor.say(answer)
    return visitor.page


def file_rest_of_report(server: WebServer, visitor: Visitor, frm: int) -> dict[str, str]:
    """Answer the rest from that number and file the report; returns the answers of its case."""
    for answer in WHOLE_REPORT[2 + frm :]:
        visitor.say(answer)
    receipt = visitor.say("[ส่งเรื่อง]").receipt

    async def work() -> dict[str, str]:
        case = await server.desk.find_case_id(receipt)
        assert case is not None
        return dict((await server.desk.store.load_report(case)).answers)

    return server.run(work())


def raise_disk_full(*_: Any, **__: Any) -> Any:

    async def never() -> Any:
        raise DiskFullError("there is no room")

    return never()


def clear_disk_full_errors(server: WebServer) -> int:
    """How many expected disk-full errors there were; they are cleared."""
    count = len(server.desk.errors)
    assert {type(fault) for fault in server.desk.errors} <= {DiskFullError}
    server.desk.errors.clear()
    return count


STORY, ACCUSED, EVIDENCE = 2, 4, 7


def test_a_full_disk_gives_back_what_was_typed(
    server: WebServer, visitor: Visitor, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = open_report_until(visitor, ACCUSED)
    monkeypatch.setattr(server.desk.store, "commit", raise_disk_full)
    page = visitor.submit_form(TYPED)
    assert (page.status, page.textbox_text, page.heading) == (503, TYPED, asked.heading)
    assert "ยังไม่ถูกบันทึก" in page.visible_text
    assert page.get_header("cache-control") == "no-store"
    assert clear_disk_full_errors(server) == 1
    monkeypatch.undo()
    assert visitor.submit_form(page.textbox_text).heading != asked.heading


def test_a_full_disk_gives_back_the_words_beside_a_file_too(
    server: WebServer, visitor: Visitor, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = open_report_until(visitor, EVIDENCE)
    monkeypatch.setattr(server.desk.store.evidence, "store", raise_disk_full)
    page = visitor.submit_form(TYPED, files=FILE)
    assert (page.status, page.heading) == (503, asked.heading)
    assert "ยังไม่ถูกบันทึก" in page.visible_text
    assert clear_disk_full_errors(server) == 1
    assert page.textbox_text == TYPED


def test_a_full_disk_answers_a_large_file_too(
    server: WebServer, visitor: Visitor, monkeypatch: pytest.MonkeyPatch
) -> None:
    open_report_until(visitor, EVIDENCE)
    monkeypatch.setattr(server.desk.store.evidence, "store", raise_disk_full)
    page = visitor.submit_form(files={"film.mp4": bytes(30 * 1024 * 1024)})
    assert page.status == 503
    assert clear_disk_full_errors(server) == 1


def test_an_old_form_sent_again_does_not_lead_to_an_old_question(server: WebServer, visitor: Visitor) -> None:
    """The page may show the old answer once more, but what is typed there must not answer another question."""
    asked = open_report_until(visitor, ACCUSED)
    visitor.submit_form("คนหนึ่ง")
    current = visitor.submit_form("เมื่อวาน")
    visitor.page = asked
    page = visitor.submit_form("คนหนึ่ง")  # go back two pages, then send the same answer again
    if page.heading != current.heading:
        visitor.submit_form("คำตอบของข้อเมื่อไร")
        kept = file_rest_of_report(server, visitor, 6)
        assert kept["where"] != "คำตอบของข้อเมื่อไร"


def test_an_old_menu_shown_again_does_not_answer_a_question(server: WebServer, visitor: Visitor) -> None:
    open_report_until(visitor, ACCUSED)
    leaving = visitor.say("[ยกเลิก]")
    visitor.say("[ลบร่าง]")
    asked = open_report_until(visitor, ACCUSED)
    visitor.page = leaving
    page = visitor.say("[ลบร่าง]")
    if page.heading != asked.heading:  # the earlier menu
        page = visitor.submit_form(TYPED)
        assert visitor.open_page("/report").heading == asked.heading
    assert visitor.submit_form("คนหนึ่ง").heading != asked.heading


def test_a_text_for_a_talk_that_lapsed_does_not_answer_the_next_one(
    server: WebServer, visitor: Visitor
) -> None:
    open_report_until(visitor, ACCUSED)
    server.advance_clock(31)
    other = visitor.open_second_tab()
    open_report_until(other, STORY)
    asked = other.say("[ย้อนกลับ]")  # as many questions as before, plus one
    page = visitor.submit_form(TYPED)
    assert (page.heading, page.textbox_text) == (asked.heading, TYPED)


@pytest.mark.parametrize("path", ["/report", "/track"])
def test_what_was_typed_on_a_first_page_stays_in_another_language(visitor: Visitor, path: str) -> None:
    visitor.open_page(path)
    assert visitor.submit_form("ABCD-1234", pick="English").textbox_text == "ABCD-1234"


def test_an_old_choice_sent_again_does_not_answer_anew(server: WebServer, visitor: Visitor) -> None:
    asked = open_report_until(visitor, 11)
    first = visitor.say("[ไม่ใช่]")
    second = visitor.say("[ไม่บอกชื่อ]")
    assert first.heading != second.heading
    visitor.page = asked
    page = visitor.say("[ไม่ใช่]")
    assert page.heading in (first.heading, second.heading)
    page = visitor.open_page("/report")
    assert page.heading == second.heading
    assert visitor.say("[ส่งเรื่อง]").receipt


def test_a_reload_shows_the_same_page_and_its_form_still_holds(server: WebServer, visitor: Visitor) -> None:
    open_report_until(visitor, ACCUSED)
    for _ in range(3):
        again = visitor.open_page("/report?said")
    visitor.submit_form("ผู้ถูกร้องหลังโหลดใหม่")
    assert again.heading != visitor.page.heading
    assert file_rest_of_report(server, visitor, 5)["accused"] == "ผู้ถูกร้องหลังโหลดใหม่"


@pytest.mark.parametrize("how", ["discarded", "lapsed"])
def test_what_was_typed_for_a_draft_that_is_gone_is_gone_too(
    server: WebServer, visitor: Visitor, how: str
) -> None:
    """Another person may start a report in the same browser."""
    open_report_until(visitor, STORY)
    visitor.submit_form(TYPED, pick="ยกเลิก")
    if how == "discarded":
        visitor.say("[ลบร่าง]")
    else:
        server.advance_clock(31)
    page = open_report_until(visitor, STORY)
    assert page.textbox_text == ""
    assert TYPED not in page.visible_text


def test_the_same_files_again_are_kept_once_and_others_are_kept_too(
    server: WebServer, visitor: Visitor
) -> None:
    asked = open_report_until(visitor, EVIDENCE)
    visitor.submit_form(files=FILE)
    visitor.page = asked
    visitor.submit_form(files=FILE)
    other = {"ก.txt": "อื่น ๆ".encode() * 80}
    assert "รวม 2 ไฟล์" in visitor.submit_form(files=other).visible_text


def test_another_file_of_the_same_name_and_size_is_another(server: WebServer, visitor: Visitor) -> None:
    asked = open_report_until(visitor, EVIDENCE)
    assert "รวม 1 ไฟล์" in visitor.submit_form(files={"image.txt": b"a" * 1000}).visible_text
    visitor.page = asked
    assert "รวม 2 ไฟล์" in visitor.submit_form(files={"image.txt": b"b" * 1000}).visible_text


def test_two_people_at_one_server_never_see_each_other(server: WebServer) -> None:
    people = [Visitor(server.port) for _ in range(5)]
    for n, one in enumerate(people):
        open_report_until(one, 2)
        one.submit_form(f"เรื่องของคนที่ {n}")
    for n, one in enumerate(people):
        words = one.open_page("/report").visible_text
        assert f"เรื่องของคนที่ {n}" in words
        assert not [m for m in range(5) if m != n and f"เรื่องของคนที่ {m}" in words]
