"""What a person sends on the web is accepted once or shown to them again, whatever their browser does."""

import asyncio
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from handlers.dialog.receipt import parse_receipt
from tests.end_to_end.desk_harness import open_desk
from tests.end_to_end.server_process import HtmlPage, ServerProcess, Visitor, parse_log_events, start_server
from tests.end_to_end.threaded_server import WebServer
from tests.in_memory_desk import WHOLE_REPORT

TYPED = 'เขียนไว้ "นาน" <b>มาก</b> & ไม่อยากพิมพ์ใหม่\nบรรทัดสอง'
ANSWERS = WHOLE_REPORT[2:]


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServerProcess]:
    """A server; no error may occur, and nothing of a rejected form may be stored."""
    one = start_server(tmp_path_factory.mktemp("forms") / "var")
    yield one
    log = one.stop()
    assert set(parse_log_events(log)) <= {"started", "stopped", "ticked"}, log


@pytest.fixture
def visitor(served: ServerProcess) -> Visitor:
    return Visitor(served.port)


def load_stories(home: Path) -> list[str]:
    """The story of every case in the register."""

    async def work() -> list[str]:
        async with open_desk(home) as desk:
            assert await desk.check_integrity() == []
            return [*(await desk.load_stories()).values()]

    return asyncio.run(work())


def load_answers(home: Path, receipt: str) -> dict[str, str]:
    """The answers of a case."""

    async def work() -> dict[str, str]:
        async with open_desk(home) as desk:
            case = await desk.find_case_id(receipt)
            assert case is not None
            return dict((await desk.store.load_report(case)).answers)

    return asyncio.run(work())


def count_evidence_files(home: Path) -> int:
    """How many stored files there are."""
    return len([*(home / "complaints" / "evidence").glob("*")])


def open_report_until(visitor: Visitor, line: int, story: str = "") -> HtmlPage:
    """A report up to the answer of that number; its story can be given, to find it by."""
    page = visitor.open_page("/report")
    for answer in ANSWERS[:line]:
        page = visitor.say(story if story and answer == WHOLE_REPORT[4] else answer)
    assert page.status == 200
    return page


REVIEW = len(ANSWERS)
ACCUSED = 4


@pytest.mark.parametrize("proof", ["", "x", "0.0..th..0", None])
def test_a_form_without_proof_gives_back_what_was_typed(
    served: ServerProcess, visitor: Visitor, proof: str | None
) -> None:
    asked = open_report_until(visitor, ACCUSED)
    before = count_evidence_files(served.home)
    changed = {} if proof is None else {"csrf": proof}
    if proof is None:
        del visitor.page.fields["csrf"]
    page = visitor.submit_form(TYPED, files={"ภาพ.txt": b"x" * 1000}, **changed)
    assert (page.status, page.textbox_text, page.heading) == (403, TYPED, asked.heading)
    assert "ยังไม่ได้บันทึก" in page.visible_text
    assert count_evidence_files(served.home) == before
    assert visitor.open_page("/report").heading == asked.heading
    assert visitor.submit_form(TYPED).heading != asked.heading


def test_the_proof_of_somebody_else_is_none(served: ServerProcess, visitor: Visitor) -> None:
    other = Visitor(served.port)
    foreign = open_report_until(other, ACCUSED).fields["csrf"]
    asked = open_report_until(visitor, ACCUSED)
    page = visitor.submit_form(TYPED, csrf=foreign)
    assert (page.status, page.textbox_text) == (403, TYPED)
    assert visitor.open_page("/report").heading == asked.heading
    assert other.open_page("/report").heading == asked.heading


def test_a_browser_that_lost_its_cookie_can_send_what_stands_there(visitor: Visitor) -> None:
    open_report_until(visitor, ACCUSED)
    visitor.cookie_jar.clear()
    page = visitor.submit_form(TYPED)
    assert (page.status, page.textbox_text) == (403, TYPED)
    assert visitor.cookie_jar
    page = visitor.submit_form(TYPED)
    assert page.status == 200
    assert "ยังไม่ได้ส่งถึงใคร" in page.visible_text
    assert "ไม่อยากพิมพ์ใหม่" in page.visible_text  # from memory: the stored answer does not hold it
    visitor.say("[รับทราบ")
    page = visitor.say("[ทุจริตต่อหน้าที่]")
    assert TYPED in page.visible_text  # as the beginning of the story


def test_a_foreign_cookie_opens_nobody_elses_session(served: ServerProcess, visitor: Visitor) -> None:
    open_report_until(visitor, ACCUSED)
    for value in ("", "x", "0" * 32, "é" * 32, "0" * 32 + ".f.1." + "9" * 20, '"\\012"', "a.b.c.d.e"):
        thief = Visitor(served.port, headers={"Cookie": f"c={value}".encode().decode("latin-1")})
        for path in ("/report", "/report?said", "/track?said"):
            page = thief.request(path)
            assert page.status == 200, value
            assert page.fields["csrf"]
            assert WHOLE_REPORT[4] not in page.visible_text


def test_a_form_token_can_be_sent_url_encoded_too(visitor: Visitor) -> None:
    visitor.open_page("/track")
    body = f"csrf={visitor.page.fields['csrf']}&text=%E0%B8%81%00%FF".encode()
    page = visitor.request("/track", "POST", body, Content_Type="application/x-www-form-urlencoded")
    assert page.status == 303
    assert visitor.request(page.get_header("location")).status == 200


def test_two_tabs_and_each_text_stays_with_its_question(served: ServerProcess, visitor: Visitor) -> None:
    story = "เรื่องของสองหน้าต่าง"
    open_report_until(visitor, ACCUSED, story)
    other = visitor.open_second_tab()
    other.open_page("/report")
    assert other.page.heading == visitor.page.heading
    next_one = visitor.submit_form("ผู้ถูกร้องจากหน้าต่างแรก").heading
    late = other.submit_form(TYPED)
    assert (late.status, late.textbox_text, late.heading) == (200, TYPED, next_one)
    assert "ข้อก่อนหน้า" in late.visible_text or "คำถามก่อนหน้า" in late.visible_text
    for line in ANSWERS[ACCUSED + 1 :]:
        other.say(line)
    receipt = other.say("[ส่งเรื่อง]").receipt
    kept = load_answers(served.home, receipt)
    assert kept["accused"] == "ผู้ถูกร้องจากหน้าต่างแรก"
    assert TYPED not in kept.values()


def test_two_tabs_of_two_matters_do_not_mix(visitor: Visitor) -> None:
    asked = open_report_until(visitor, ACCUSED)
    other = visitor.open_second_tab()
    other.open_page("/track")
    wrong = other.submit_form("ABCD")
    assert wrong.status == 200
    page = visitor.submit_form(TYPED)
    assert TYPED in page.textbox_text or visitor.open_page("/report").heading != asked.heading


def test_the_back_button_leads_to_what_is_asked_now(visitor: Visitor) -> None:
    asked = open_report_until(visitor, ACCUSED)
    first = visitor.submit_form("ก")
    visitor.page = asked
    page = visitor.submit_form(TYPED)
    assert (page.heading, page.textbox_text) == (first.heading, TYPED)
    visitor.page = asked
    page = visitor.submit_form(pick="ข้าม")
    assert page.heading == first.heading
    assert "คำถามก่อนหน้า" in page.visible_text
    assert visitor.open_page("/report?said").heading == first.heading


@pytest.mark.parametrize(("aside", "again"), [("ย้อนกลับ", "[เสร็จแล้ว]"), ("ยกเลิก", "[กรอกต่อ]")])
def test_what_was_typed_beside_a_way_back_is_there_again(visitor: Visitor, aside: str, again: str) -> None:
    asked = open_report_until(visitor, ACCUSED)
    assert visitor.submit_form(TYPED, pick=aside).heading != asked.heading
    page = visitor.say(again)
    assert (page.heading, page.textbox_text) == (asked.heading, TYPED)


def test_a_mistyped_code_is_given_back_from_memory(visitor: Visitor) -> None:
    visitor.open_page("/track")
    page = visitor.submit_form("HD99-FDTG-J8YE-PFZX-7")
    assert (page.status, page.textbox_text) == (200, "HD99-FDTG-J8YE-PFZX-7")
    assert visitor.request("/track?said").textbox_text == "HD99-FDTG-J8YE-PFZX-7"
    assert visitor.submit_form("HD99-FDTG-J8YE-PFZX-6").textbox_text == ""


def test_what_was_typed_stays_in_another_language(visitor: Visitor) -> None:
    asked = open_report_until(visitor, ACCUSED)
    page = visitor.submit_form(TYPED, pick="English")
    assert (page.heading != asked.heading, page.textbox_text) == (True, TYPED)
    assert visitor.submit_form(page.textbox_text, pick="ภาษาไทย").textbox_text == TYPED


def test_a_text_beside_a_choice_is_asked_about(visitor: Visitor) -> None:
    open_report_until(visitor, 1)
    page = visitor.submit_form("ไม่รู้จะเลือกข้อไหน เขาเรียกเงิน", pick="ทุจริตต่อหน้าที่")
    assert "ยังไม่ได้เก็บ" in page.visible_text
    assert "เขาเรียกเงิน" in page.visible_text
    page = visitor.say("[เพิ่มในเหตุการณ์ที่เล่า")
    assert "เกิดอะไรขึ้น" in page.visible_text or "เล่าเพิ่มได้อีก" in page.visible_text
    assert "เขาเรียกเงิน" in page.visible_text


def test_a_form_sent_again_is_one_case_with_one_answer(served: ServerProcess, visitor: Visitor) -> None:
    story = "เรื่องที่ส่งซ้ำ"
    review = open_report_until(visitor, REVIEW, story)
    first = visitor.say("[ส่งเรื่อง]")
    assert parse_receipt(first.receipt)
    shown = [visitor.open_page("/report?said").receipt for _ in range(2)]
    for _ in range(3):
        visitor.page = review
        shown.append(visitor.say("[ส่งเรื่อง]").receipt)
    assert set(shown) == {first.receipt}
    assert load_stories(served.home).count(story) == 1


def test_a_form_sent_twice_at_the_same_moment_is_one_case(served: ServerProcess, visitor: Visitor) -> None:
    story = "เรื่องที่กดสองครั้ง"
    open_report_until(visitor, REVIEW, story)
    ready, shown = threading.Barrier(4), list[str]()

    def press() -> None:
        mine = visitor.open_second_tab()
        mine.page = visitor.page
        ready.wait(5)
        shown.append(mine.say("[ส่งเรื่อง]").receipt)

    threads = [threading.Thread(target=press) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(shown) == 4
    assert len(set(shown)) == 1
    assert parse_receipt(shown[0])
    assert load_stories(served.home).count(story) == 1


def test_words_and_a_choice_of_one_form_are_heard_once(served: ServerProcess, visitor: Visitor) -> None:
    story = "เรื่องที่เล่าแล้วกดต่อ"
    asked = open_report_until(visitor, 2)
    next_one = visitor.submit_form(story, pick=next(b for b in asked.buttons if b.startswith("เสร็จแล้ว")))
    visitor.page = asked
    again = visitor.submit_form(story, pick=next(b for b in asked.buttons if b.startswith("เสร็จแล้ว")))
    assert again.heading == next_one.heading
    for line in ANSWERS[4:]:
        visitor.say(line)
    visitor.say("[ส่งเรื่อง]")
    assert load_stories(served.home).count(story) == 1


@pytest.mark.full("a server in its own process")
def test_killed_between_the_form_and_its_answer(tmp_path: Path) -> None:
    served = start_server(tmp_path / "var")
    visitor, story = Visitor(served.port), "เรื่องก่อนไฟดับ"
    open_report_until(visitor, REVIEW, story)
    moved = visitor.post_form(pick="ส่งเรื่อง")
    served.kill()
    assert (moved.status, moved.get_header("location")) == (303, "/report?said")
    again = start_server(tmp_path / "var")
    visitor.port = again.port
    page = visitor.open_page("/report?said")
    assert parse_receipt(page.receipt)
    assert visitor.open_page("/report?said").receipt == page.receipt
    assert set(parse_log_events(again.stop())) <= {"started", "stopped", "ticked"}
    assert load_stories(tmp_path / "var") == [story]
    assert load_answers(tmp_path / "var", page.receipt)["story"] == story


@pytest.mark.full("a server in its own process")
def test_a_draft_survives_a_kill(tmp_path: Path) -> None:
    served = start_server(tmp_path / "var")
    visitor = Visitor(served.port)
    asked = open_report_until(visitor, ACCUSED)
    served.kill()
    again = start_server(tmp_path / "var")
    visitor.port = again.port
    page = visitor.submit_form(TYPED)  # the earlier form, filled in while the server was down
    assert (page.status, page.heading != asked.heading) == (200, True)
    again.stop()


def test_a_talk_that_lapsed_gives_back_what_was_typed(tmp_path: Path) -> None:
    server = WebServer(tmp_path / "var")
    try:
        visitor = Visitor(server.port)
        asked = open_report_until(visitor, ACCUSED)
        server.advance_clock(31)
        page = visitor.submit_form(TYPED)
        assert page.status == 200
        assert "30 นาที" in page.visible_text
        assert page.heading != asked.heading
        assert page.textbox_text == TYPED or "พักไว้" in page.visible_text
        assert WHOLE_REPORT[4] not in visitor.open_page("/report?said").visible_text
        assert visitor.open_page("/report").status == 200
    finally:
        server.close()


def test_several_files_to_a_case_are_all_kept(served: ServerProcess, visitor: Visitor) -> None:
    open_report_until(visitor, REVIEW)
    receipt = visitor.say("[ส่งเรื่อง]").receipt
    before = count_evidence_files(served.home)
    follower = Visitor(served.port)
    follower.open_page("/track")
    follower.say(receipt)
    asked = follower.say("[ส่งหลักฐานเพิ่ม]")
    files = {f"{name}.txt": f"{name} อื่น ๆ".encode() * 80 for name in "กขค"}
    page = follower.submit_form(files=files)
    assert all(f"แนบไฟล์ “{name}” ในเรื่องแล้ว" in page.visible_text for name in files)
    assert count_evidence_files(served.home) == before + 3
    follower.page = asked
    late = follower.submit_form(files={"ง.txt": b"late " * 80, "จ.txt": b"later " * 80})
    assert late.visible_text.count("ส่งมาสำหรับคำถามก่อนหน้า") == 2
