"""The service desk's pages accept text only, and say so to a person who sends files."""

from collections.abc import Iterator
from urllib.parse import quote

import pytest

from tests.end_to_end.server_process import ServerProcess, Visitor, parse_log_events, start_server

pytestmark = pytest.mark.full("a server in its own process")

PICTURE = b"\xff\xd8\xff\xe0 canary picture"


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServerProcess]:
    """A server in which no error may occur."""
    one = start_server(tmp_path_factory.mktemp("service") / "var", has_own_office=False)
    yield one
    log = one.stop()
    assert set(parse_log_events(log)) <= {"started", "stopped", "ticked"}, log


@pytest.mark.parametrize("lang", ["", "?lang=en"])
def test_no_page_of_this_desk_offers_to_attach_a_file(served: ServerProcess, lang: str) -> None:
    visitor = Visitor(served.port)
    for path in ("/ask", "/opinion"):
        assert 'type="file"' not in visitor.open_page(path + lang).body
    asked = Visitor(served.port)
    asked.open_page(f"/ask{lang}")
    for words in ("ขอยืมเต็นท์ไปจัดงานวัดได้ไหม", "ขอยืมรถตู้"):
        assert 'type="file"' not in asked.submit_form(words).body
    assert (
        'type="file"' not in Visitor(served.port).open_page("/track").body
    )  # nor a page that asks for a code


def test_a_file_that_is_sent_all_the_same_is_answered_and_not_kept(served: ServerProcess) -> None:
    visitor = Visitor(served.port)
    visitor.open_page("/ask")
    page = visitor.submit_form(files={"ภาพ.jpg": PICTURE})
    assert page.status == 200
    assert "รับคำถามเป็นข้อความ" in page.visible_text
    page = visitor.submit_form("สำนักงานเปิดให้บริการวันและเวลาใด", files={"ภาพ.jpg": PICTURE})
    assert "08.30-16.30" in page.visible_text
    assert "รับคำถามเป็นข้อความ" in page.visible_text
    # What was sent is not stored, not even encrypted: the evidence folder has no file.
    kept = (served.home / "service" / "evidence").rglob("*")
    assert [one for one in kept if one.is_file()] == []


def test_a_page_at_which_one_asks_asks_for_a_question(served: ServerProcess) -> None:
    visitor = Visitor(served.port)
    page = visitor.open_page("/ask")
    assert "คำถามของท่าน" in page.visible_text
    assert "คำตอบของท่าน" not in page.visible_text
    page = visitor.submit_form("ใบประกอบวิชาชีพหมดอายุ")
    assert 'href="https://www.ksp.or.th/"' in page.body  # the link excludes the text after it
    assert "<textarea" not in page.body  # a page of choices has no text box
    page = visitor.submit_form(pick="ไม่ตรง")
    assert page.heading.startswith("คำถามที่ใกล้เคียง")
    titles = [label for label in page.buttons if "ใบอนุญาต" in label]
    assert titles
    assert all(page.visible_text.count(title) == 1 for title in titles)  # one button each, no additional list


def test_who_tells_of_corruption_is_shown_a_link_that_can_be_followed(served: ServerProcess) -> None:
    visitor = Visitor(served.port)
    visitor.open_page("/ask")
    visitor.submit_form("ผู้อำนวยการเรียกรับเงินค่าฝากเด็กเข้าเรียน")
    page = visitor.submit_form(pick="แจ้งทุจริต")
    assert page.heading == "แจ้งเรื่องทุจริตได้ที่ช่องทางที่แยกไว้ต่างหาก"
    assert '<p><a href="https://' in page.body
    assert "ไม่มีข้อความใดของเรื่องนี้ถูกเก็บไว้ที่นี่" in page.visible_text


def test_the_privacy_notices_of_both_desks_stand_on_one_page(served: ServerProcess) -> None:
    page = Visitor(served.port).open_page("/privacy")
    assert "ตรวจสอบเรื่องร้องเรียนการทุจริต" in page.visible_text
    assert "ประกาศความเป็นส่วนตัวของช่องทางถามตอบ" in page.visible_text


def test_what_was_typed_below_a_question_is_shown_when_it_is_asked_what_it_is(served: ServerProcess) -> None:
    visitor = Visitor(served.port)
    visitor.open_page("/ask")
    visitor.submit_form("ขอยืมเครื่องเสียงไปงานบวชได้ไหม")
    visitor.submit_form(visitor.submit_form(pick="ถามเจ้าหน้าที่").receipt)
    page = visitor.submit_form("ต้องวางเงินมัดจำไหม")
    assert "เป็นคำถามต่อในเรื่องเดิม" in page.heading
    assert "“ต้องวางเงินมัดจำไหม”" in page.visible_text


def test_what_was_found_on_the_board_stands_right_below_the_search(served: ServerProcess) -> None:
    visitor = Visitor(served.port)
    assert "?topic=" in visitor.open_page("/qna").body
    page = visitor.open_page(f"/qna?q={quote('เปิดกี่โมง')}")
    assert "08.30-16.30" in page.visible_text
    assert "?topic=" not in page.body


@pytest.mark.parametrize(("path", "numbers"), [("/ask", "8 / O3"), ("/opinion", "28")])
def test_a_page_says_which_item_it_serves_where_it_opens_and_not_to_who_is_writing(
    served: ServerProcess, path: str, numbers: str
) -> None:
    visitor = Visitor(served.port)
    small_print = f"ใช้ตอบการประเมิน ITA ข้อ {numbers}"
    assert visitor.open_page(path).visible_text.count(small_print) == 1
    assert "item " + numbers in Visitor(served.port).open_page(path + "?lang=en").visible_text
    assert "ITA" not in visitor.submit_form("เรื่องทดสอบ").visible_text
    # Who reports reads nothing that they need not; the landing page says it.
    assert "ITA" not in Visitor(served.port).open_page("/report").visible_text
    assert "ITA" not in Visitor(served.port).open_page("/track").visible_text
