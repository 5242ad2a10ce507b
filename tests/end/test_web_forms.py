"""What a person writes on the web is taken once or stands before them again, whatever their browser does."""

import asyncio
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from handlers.dialog.receipt import reads
from tests.end.desk import opened
from tests.end.server import WebServer
from tests.end.web_server import HtmlPage, ServerProcess, Visitor, events, start
from tests.play import WHOLE_REPORT

TYPED = 'เขียนไว้ "นาน" <b>มาก</b> & ไม่อยากพิมพ์ใหม่\nบรรทัดสอง'
ANSWERS = WHOLE_REPORT[2:]


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServerProcess]:
    """A server, in which nothing broke and nothing was kept of a form that was not taken."""
    one = start(tmp_path_factory.mktemp("forms") / "var")
    yield one
    log = one.ends()
    assert set(events(log)) <= {"started", "stopped", "ticked"}, log


@pytest.fixture
def visitor(served: ServerProcess) -> Visitor:
    """Somebody new."""
    return Visitor(served.port)


def stories(home: Path) -> list[str]:
    """What happened, in every case of the register."""

    async def work() -> list[str]:
        async with opened(home) as desk:
            assert await desk.findings() == []
            return [*(await desk.stories()).values()]

    return asyncio.run(work())


def answers(home: Path, receipt: str) -> dict[str, str]:
    """What a case holds."""

    async def work() -> dict[str, str]:
        async with opened(home) as desk:
            case = await desk.case_of(receipt)
            assert case is not None
            return dict((await desk.store.report(case)).answers)

    return asyncio.run(work())


def evidence(home: Path) -> int:
    """How many sealed files there are."""
    return len([*(home / "complaints" / "evidence").glob("*")])


def until(visitor: Visitor, line: int, story: str = "") -> HtmlPage:
    """A report, as far as the answer of that number; its story may be one's own, to be found by."""
    page = visitor.opens("/report")
    for answer in ANSWERS[:line]:
        page = visitor.says(story if story and answer == WHOLE_REPORT[4] else answer)
    assert page.status == 200
    return page


REVIEW = len(ANSWERS)
ACCUSED = 4


@pytest.mark.parametrize("proof", ["", "x", "0.0..th..0", None])
def test_a_form_without_proof_gives_back_what_was_typed(
    served: ServerProcess, visitor: Visitor, proof: str | None
) -> None:
    asked = until(visitor, ACCUSED)
    before = evidence(served.home)
    changed = {} if proof is None else {"csrf": proof}
    if proof is None:
        del visitor.page.fields["csrf"]
    page = visitor.sends(TYPED, files={"ภาพ.txt": b"x" * 1000}, **changed)
    assert (page.status, page.text, page.heading) == (403, TYPED, asked.heading)
    assert "ยังไม่ได้บันทึก" in page.words
    assert evidence(served.home) == before
    assert visitor.opens("/report").heading == asked.heading
    assert visitor.sends(TYPED).heading != asked.heading


def test_the_proof_of_somebody_else_is_none(served: ServerProcess, visitor: Visitor) -> None:
    other = Visitor(served.port)
    foreign = until(other, ACCUSED).fields["csrf"]
    asked = until(visitor, ACCUSED)
    page = visitor.sends(TYPED, csrf=foreign)
    assert (page.status, page.text) == (403, TYPED)
    assert visitor.opens("/report").heading == asked.heading
    assert other.opens("/report").heading == asked.heading


def test_a_browser_that_lost_its_cookie_can_send_what_stands_there(visitor: Visitor) -> None:
    until(visitor, ACCUSED)
    visitor.jar.clear()
    page = visitor.sends(TYPED)
    assert (page.status, page.text) == (403, TYPED)
    assert visitor.jar
    page = visitor.sends(TYPED)
    assert page.status == 200
    assert "เก็บข้อความนี้ไว้" in page.words
    visitor.says("[รับทราบ")
    page = visitor.says("[ทุจริตต่อหน้าที่]")
    assert TYPED in page.words  # as the beginning of the story


def test_a_foreign_cookie_is_no_seat_at_somebody_s_table(served: ServerProcess, visitor: Visitor) -> None:
    until(visitor, ACCUSED)
    for value in ("", "x", "0" * 32, "é" * 32, "0" * 32 + ".f.1." + "9" * 20, '"\\012"', "a.b.c.d.e"):
        thief = Visitor(served.port, headers={"Cookie": f"c={value}".encode().decode("latin-1")})
        for path in ("/report", "/report?said", "/track?said"):
            page = thief.asks(path)
            assert page.status == 200, value
            assert page.fields["csrf"]
            assert WHOLE_REPORT[4] not in page.words


def test_a_ticket_can_be_sent_plainly_too(visitor: Visitor) -> None:
    visitor.opens("/track")
    body = f"csrf={visitor.page.fields['csrf']}&text=%E0%B8%81%00%FF".encode()
    page = visitor.asks("/track", "POST", body, Content_Type="application/x-www-form-urlencoded")
    assert page.status == 303
    assert visitor.asks(page.header("location")).status == 200


def test_two_tabs_and_each_text_stays_with_its_question(served: ServerProcess, visitor: Visitor) -> None:
    story = "เรื่องของสองหน้าต่าง"
    until(visitor, ACCUSED, story)
    other = visitor.other()
    other.opens("/report")
    assert other.page.heading == visitor.page.heading
    next_one = visitor.sends("ผู้ถูกร้องจากหน้าต่างแรก").heading
    late = other.sends(TYPED)
    assert (late.status, late.text, late.heading) == (200, TYPED, next_one)
    assert "ข้อก่อนหน้า" in late.words or "คำถามก่อนหน้า" in late.words
    for line in ANSWERS[ACCUSED + 1 :]:
        other.says(line)
    receipt = other.says("[ส่งเรื่อง]").receipt
    kept = answers(served.home, receipt)
    assert kept["accused"] == "ผู้ถูกร้องจากหน้าต่างแรก"
    assert TYPED not in kept.values()


def test_two_tabs_of_two_matters_do_not_mix(visitor: Visitor) -> None:
    asked = until(visitor, ACCUSED)
    other = visitor.other()
    other.opens("/track")
    wrong = other.sends("ABCD")
    assert wrong.status == 200
    page = visitor.sends(TYPED)
    assert TYPED in page.text or visitor.opens("/report").heading != asked.heading


def test_the_back_button_leads_to_what_is_asked_now(visitor: Visitor) -> None:
    asked = until(visitor, ACCUSED)
    first = visitor.sends("ก")
    visitor.page = asked
    page = visitor.sends(TYPED)
    assert (page.heading, page.text) == (first.heading, TYPED)
    visitor.page = asked
    page = visitor.sends(pick="ข้าม")
    assert page.heading == first.heading
    assert "คำถามก่อนหน้า" in page.words
    assert visitor.opens("/report?said").heading == first.heading


@pytest.mark.parametrize(("aside", "again"), [("ย้อนกลับ", "[เสร็จแล้ว]"), ("ยกเลิก", "[กรอกต่อ]")])
def test_what_was_typed_beside_a_way_back_is_there_again(visitor: Visitor, aside: str, again: str) -> None:
    asked = until(visitor, ACCUSED)
    assert visitor.sends(TYPED, pick=aside).heading != asked.heading
    page = visitor.says(again)
    assert (page.heading, page.text) == (asked.heading, TYPED)


def test_what_was_typed_stays_in_another_language(visitor: Visitor) -> None:
    asked = until(visitor, ACCUSED)
    page = visitor.sends(TYPED, pick="English")
    assert (page.heading != asked.heading, page.text) == (True, TYPED)
    assert visitor.sends(page.text, pick="ภาษาไทย").text == TYPED


def test_a_form_sent_again_is_one_case_with_one_answer(served: ServerProcess, visitor: Visitor) -> None:
    story = "เรื่องที่ส่งซ้ำ"
    review = until(visitor, REVIEW, story)
    first = visitor.says("[ส่งเรื่อง]")
    assert reads(first.receipt)
    shown = [visitor.opens("/report?said").receipt for _ in range(2)]
    for _ in range(3):
        visitor.page = review
        shown.append(visitor.says("[ส่งเรื่อง]").receipt)
    assert set(shown) == {first.receipt}
    assert stories(served.home).count(story) == 1


def test_a_form_sent_twice_at_the_same_moment_is_one_case(served: ServerProcess, visitor: Visitor) -> None:
    story = "เรื่องที่กดสองครั้ง"
    until(visitor, REVIEW, story)
    ready, shown = threading.Barrier(4), list[str]()

    def press() -> None:
        mine = visitor.other()
        mine.page = visitor.page
        ready.wait(5)
        shown.append(mine.says("[ส่งเรื่อง]").receipt)

    threads = [threading.Thread(target=press) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(shown) == 4
    assert len(set(shown)) == 1
    assert reads(shown[0])
    assert stories(served.home).count(story) == 1


def test_words_and_a_choice_of_one_form_are_heard_once(served: ServerProcess, visitor: Visitor) -> None:
    story = "เรื่องที่เล่าแล้วกดต่อ"
    asked = until(visitor, 2)
    next_one = visitor.sends(story, pick=next(b for b in asked.buttons if b.startswith("เสร็จแล้ว")))
    visitor.page = asked
    again = visitor.sends(story, pick=next(b for b in asked.buttons if b.startswith("เสร็จแล้ว")))
    assert again.heading == next_one.heading
    for line in ANSWERS[4:]:
        visitor.says(line)
    visitor.says("[ส่งเรื่อง]")
    assert stories(served.home).count(story) == 1


def test_killed_between_the_form_and_its_answer(tmp_path: Path) -> None:
    served = start(tmp_path / "var")
    visitor, story = Visitor(served.port), "เรื่องก่อนไฟดับ"
    until(visitor, REVIEW, story)
    moved = visitor.posts(pick="ส่งเรื่อง")
    served.dies()
    assert (moved.status, moved.header("location")) == (303, "/report?said")
    again = start(tmp_path / "var")
    visitor.port = again.port
    page = visitor.opens("/report?said")
    assert reads(page.receipt)
    assert visitor.opens("/report?said").receipt == page.receipt
    assert set(events(again.ends())) <= {"started", "stopped", "ticked"}
    assert stories(tmp_path / "var") == [story]
    assert answers(tmp_path / "var", page.receipt)["story"] == story


def test_a_draft_survives_a_kill(tmp_path: Path) -> None:
    served = start(tmp_path / "var")
    visitor = Visitor(served.port)
    asked = until(visitor, ACCUSED)
    served.dies()
    again = start(tmp_path / "var")
    visitor.port = again.port
    page = visitor.sends(TYPED)  # the form of before, filled in while the server was away
    assert (page.status, page.heading != asked.heading) == (200, True)
    again.ends()


def test_a_talk_that_lapsed_gives_back_what_was_typed(tmp_path: Path) -> None:
    server = WebServer(tmp_path / "var")
    try:
        visitor = Visitor(server.port)
        asked = until(visitor, ACCUSED)
        server.later(31)
        page = visitor.sends(TYPED)
        assert page.status == 200
        assert "30 นาที" in page.words
        assert page.heading != asked.heading
        assert page.text == TYPED or "พักไว้" in page.words
        assert WHOLE_REPORT[4] not in visitor.opens("/report?said").words
        begun = time.monotonic()
        assert visitor.opens("/report").status == 200
        assert time.monotonic() - begun < 2
    finally:
        server.close()
