"""When the disk is full, the talk has moved on or somebody floods it: what was typed is not lost and not misfiled."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from storage.errors import DiskFullError
from tests.end.server import WebServer
from tests.end.web_server import HtmlPage, Visitor
from tests.play import WHOLE_REPORT

TYPED = "พิมพ์ไว้ยาว <b>มาก</b>\nบรรทัดสอง"
FILE = {"ก.txt": "พยาน".encode() * 100}


@pytest.fixture
def server(tmp_path: Path) -> Iterator[WebServer]:
    """A server of this process."""
    one = WebServer(tmp_path / "var")
    yield one
    one.close()


@pytest.fixture
def visitor(server: WebServer) -> Visitor:
    """Somebody new."""
    return Visitor(server.port)


def until(visitor: Visitor, lines: int) -> HtmlPage:
    """A report as far as the answer of that number."""
    visitor.opens("/report")
    for answer in WHOLE_REPORT[2 : 2 + lines]:
        visitor.says(answer)
    return visitor.page


def filed(server: WebServer, visitor: Visitor, frm: int) -> dict[str, str]:
    """Go on from the answer of that number and send the report; what its case holds."""
    for answer in WHOLE_REPORT[2 + frm :]:
        visitor.says(answer)
    receipt = visitor.says("[ส่งเรื่อง]").receipt

    async def work() -> dict[str, str]:
        case = await server.desk.case_of(receipt)
        assert case is not None
        return dict((await server.desk.store.report(case)).answers)

    return server.run(work())


def full(*_: Any, **__: Any) -> Any:
    """There is no room."""

    async def never() -> Any:
        raise DiskFullError("there is no room")

    return never()


def forgiven(server: WebServer) -> int:
    """How many faults there were, which the test wanted."""
    count = len(server.desk.faults)
    assert {type(fault) for fault in server.desk.faults} <= {DiskFullError}
    server.desk.faults.clear()
    return count


STORY, ACCUSED, EVIDENCE = 2, 4, 7


def test_a_full_disk_gives_back_what_was_typed(
    server: WebServer, visitor: Visitor, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = until(visitor, ACCUSED)
    monkeypatch.setattr(server.desk.store, "commit", full)
    page = visitor.sends(TYPED)
    assert (page.status, page.text, page.heading) == (503, TYPED, asked.heading)
    assert "ยังไม่ถูกบันทึก" in page.words
    assert page.header("cache-control") == "no-store"
    assert forgiven(server) == 1
    monkeypatch.undo()
    assert visitor.sends(page.text).heading != asked.heading


def test_a_full_disk_gives_back_the_words_beside_a_file_too(
    server: WebServer, visitor: Visitor, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = until(visitor, EVIDENCE)
    monkeypatch.setattr(server.desk.store.evidence, "take", full)
    page = visitor.sends(TYPED, files=FILE)
    assert (page.status, page.heading) == (503, asked.heading)
    assert "ยังไม่ถูกบันทึก" in page.words
    assert forgiven(server) == 1
    assert page.text == TYPED


def test_a_full_disk_answers_a_large_file_too(
    server: WebServer, visitor: Visitor, monkeypatch: pytest.MonkeyPatch
) -> None:
    until(visitor, EVIDENCE)
    monkeypatch.setattr(server.desk.store.evidence, "take", full)
    page = visitor.sends(files={"film.mp4": bytes(30 * 1024 * 1024)})
    assert page.status == 503
    assert forgiven(server) == 1


def test_an_old_form_sent_again_does_not_lead_to_an_old_question(server: WebServer, visitor: Visitor) -> None:
    """The page may show the old answer once more, but what is typed there must not answer another question."""
    asked = until(visitor, ACCUSED)
    visitor.sends("คนหนึ่ง")
    current = visitor.sends("เมื่อวาน")
    visitor.page = asked
    page = visitor.sends("คนหนึ่ง")  # back, back, and the same once more
    if page.heading != current.heading:
        visitor.sends("คำตอบของข้อเมื่อไร")
        kept = filed(server, visitor, 6)
        assert kept["where"] != "คำตอบของข้อเมื่อไร"


def test_an_old_menu_shown_again_does_not_answer_a_question(server: WebServer, visitor: Visitor) -> None:
    until(visitor, ACCUSED)
    leaving = visitor.says("[ยกเลิก]")
    visitor.says("[ลบร่าง]")
    asked = until(visitor, ACCUSED)
    visitor.page = leaving
    page = visitor.says("[ลบร่าง]")
    if page.heading != asked.heading:  # the menu of before
        page = visitor.sends(TYPED)
        assert visitor.opens("/report").heading == asked.heading
    assert visitor.sends("คนหนึ่ง").heading != asked.heading


def test_a_text_for_a_talk_that_lapsed_does_not_answer_the_next_one(
    server: WebServer, visitor: Visitor
) -> None:
    until(visitor, ACCUSED)
    server.later(31)
    other = visitor.other()
    until(other, STORY)
    asked = other.says("[ย้อนกลับ]")  # as many questions as before, and another one
    page = visitor.sends(TYPED)
    assert (page.heading, page.text) == (asked.heading, TYPED)


@pytest.mark.parametrize("path", ["/report", "/track"])
def test_what_was_typed_on_a_first_page_stays_in_another_language(visitor: Visitor, path: str) -> None:
    visitor.opens(path)
    assert visitor.sends("ABCD-1234", pick="English").text == "ABCD-1234"


def test_an_old_choice_sent_again_does_not_answer_anew(server: WebServer, visitor: Visitor) -> None:
    asked = until(visitor, 11)
    first = visitor.says("[ไม่ใช่]")
    second = visitor.says("[ไม่บอกชื่อ]")
    assert first.heading != second.heading
    visitor.page = asked
    page = visitor.says("[ไม่ใช่]")
    assert page.heading in (first.heading, second.heading)
    page = visitor.opens("/report")
    assert page.heading == second.heading
    assert visitor.says("[ส่งเรื่อง]").receipt


def test_a_reload_shows_the_same_page_and_its_form_still_holds(server: WebServer, visitor: Visitor) -> None:
    until(visitor, ACCUSED)
    for _ in range(3):
        again = visitor.opens("/report?said")
    visitor.sends("ผู้ถูกร้องหลังโหลดใหม่")
    assert again.heading != visitor.page.heading
    assert filed(server, visitor, 5)["accused"] == "ผู้ถูกร้องหลังโหลดใหม่"


@pytest.mark.parametrize("how", ["discarded", "lapsed"])
def test_what_was_typed_for_a_draft_that_is_gone_is_gone_too(
    server: WebServer, visitor: Visitor, how: str
) -> None:
    """Perhaps it is somebody else who begins a report at the same browser."""
    until(visitor, STORY)
    visitor.sends(TYPED, pick="ยกเลิก")
    if how == "discarded":
        visitor.says("[ลบร่าง]")
    else:
        server.later(31)
    page = until(visitor, STORY)
    assert page.text == ""
    assert TYPED not in page.words


def test_the_same_files_again_are_kept_once_and_others_are_kept_too(
    server: WebServer, visitor: Visitor
) -> None:
    asked = until(visitor, EVIDENCE)
    visitor.sends(files=FILE)
    visitor.page = asked
    visitor.sends(files=FILE)
    other = {"ก.txt": "อื่น ๆ".encode() * 80}
    assert "รวม 2 ไฟล์" in visitor.sends(files=other).words


def test_another_file_of_the_same_name_and_size_is_another(server: WebServer, visitor: Visitor) -> None:
    asked = until(visitor, EVIDENCE)
    assert "รวม 1 ไฟล์" in visitor.sends(files={"image.txt": b"a" * 1000}).words
    visitor.page = asked
    assert "รวม 2 ไฟล์" in visitor.sends(files={"image.txt": b"b" * 1000}).words


def test_two_people_at_one_server_never_see_each_other(server: WebServer) -> None:
    people = [Visitor(server.port) for _ in range(5)]
    for n, one in enumerate(people):
        until(one, 2)
        one.sends(f"เรื่องของคนที่ {n}")
    for n, one in enumerate(people):
        words = one.opens("/report").words
        assert f"เรื่องของคนที่ {n}" in words
        assert not [m for m in range(5) if m != n and f"เรื่องของคนที่ {m}" in words]
