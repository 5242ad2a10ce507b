"""Who plants a cookie in a citizen's browser learns nothing by it, and the citizen loses nothing to the protection."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.web.chat.routes import COMPLAINTS_COOKIE, COMPLAINTS_PATHS
from handlers.dialog.receipt import parse_receipt
from tests.end_to_end.server_process import ServerProcess, Visitor, parse_log_events, start_server
from tests.in_memory_desk import WHOLE_REPORT

ANSWERS, STORY = WHOLE_REPORT[2:], WHOLE_REPORT[4]
PLANTED = "0123456789abcdef" * 2
PAGES = ("/report", "/report?said", "/track", "/track?said")


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServerProcess]:
    """A server in which no error may occur."""
    one = start_server(tmp_path_factory.mktemp("planted") / "var")
    yield one
    log = one.stop()
    assert set(parse_log_events(log)) <= {"started", "stopped", "ticked"}, log


def plant(visitor: Visitor, cookie: str = PLANTED) -> Visitor:
    """A visitor whose browser has a cookie that somebody else knows."""
    for path in COMPLAINTS_PATHS:
        visitor.cookie_jar[path, COMPLAINTS_COOKIE] = cookie
    return visitor


def copy_cookie(visitor: Visitor) -> str:
    return visitor.cookie_jar["/report", COMPLAINTS_COOKIE]


def read_all(thief: Visitor) -> str:
    """Everything that a cookie opens: each page, and what its form leads to."""
    cookie, seen = copy_cookie(thief), ""
    for path in PAGES:
        plant(thief, cookie)
        seen += thief.open_page(path).body
        for choice in ("7.refresh", "1.stay", "/track", "7.review"):
            plant(thief, cookie)
            thief.open_page(path)
            seen += thief.submit_form("", choice=choice).body
    plant(thief, cookie)
    return seen


def test_the_planter_sees_nothing_at_any_step(served: ServerProcess) -> None:
    victim, thief = plant(Visitor(served.port)), plant(Visitor(served.port))
    victim.open_page("/report")
    for line in (*ANSWERS, "[ส่งเรื่อง]"):
        victim.say(line)
        for path in PAGES:
            page = thief.request(path)
            thief.cookie_jar.clear()
            plant(thief)
            assert STORY not in page.body, line
            assert "กรอกต่อ" not in page.buttons
    receipt = victim.page.receipt
    assert parse_receipt(receipt)
    seen = read_all(thief)
    assert receipt not in seen
    assert STORY not in seen
    victim.say("[ข้าม]")
    opened = plant(victim)
    opened.open_page("/track")
    assert "รับเรื่องเมื่อ" in opened.say(receipt).visible_text
    assert "รับเรื่องเมื่อ" not in read_all(thief)


def test_who_began_the_draft_of_another_does_not_get_its_code(served: ServerProcess) -> None:
    thief = Visitor(served.port)
    thief.open_page("/report")
    for line in ANSWERS[:2]:
        thief.say(line)
    victim = plant(Visitor(served.port), copy_cookie(thief))
    victim.open_page("/report")
    for line in ANSWERS[2:]:
        victim.say(line)
    thief.open_page("/report")  # the draft is shared; the page has a proof of its own
    victim.say("[ส่งเรื่อง]")
    stale = thief.submit_form(pick=next(b for b in thief.page.buttons if b.startswith("ส่งเรื่อง")))
    assert parse_receipt(victim.page.receipt)
    assert victim.page.receipt not in stale.body + read_all(thief)


def test_a_cookie_that_opened_the_menu_does_not_see_the_case_that_another_opens(
    served: ServerProcess,
) -> None:
    reporter = Visitor(served.port)
    reporter.open_page("/report")
    for line in (*ANSWERS, "[ส่งเรื่อง]"):
        reporter.say(line)
    receipt = reporter.page.receipt
    thief = Visitor(served.port)
    thief.open_page("/track")
    thief.submit_form("ABCD")
    cookie = copy_cookie(thief)
    victim = plant(Visitor(served.port), cookie)
    victim.open_page("/track")
    assert "รับเรื่องเมื่อ" in victim.submit_form(receipt).visible_text
    assert "รับเรื่องเมื่อ" not in read_all(thief)
    assert copy_cookie(victim).partition(".")[0] != cookie.partition(".")[0]


def file_until_review(visitor: Visitor) -> None:
    visitor.open_page("/report")
    for line in ANSWERS:
        visitor.say(line)


def test_the_answer_that_got_lost_is_shown_to_its_own_browser(served: ServerProcess) -> None:
    visitor = Visitor(served.port)
    file_until_review(visitor)
    cookie, review = copy_cookie(visitor), visitor.page
    visitor.post_form(pick="ส่งเรื่อง")
    plant(visitor, cookie)  # the answer never arrived: "back" asks for the page with the old cookie
    receipt = visitor.open_page("/report?said").receipt
    assert parse_receipt(receipt)
    plant(visitor, cookie)
    visitor.page = review
    assert visitor.submit_form(pick="ส่งเรื่อง").receipt == receipt  # or it is sent again
    late = Visitor(served.port)
    assert receipt not in plant(late, cookie).open_page("/report?said").body  # it has arrived


def test_another_button_of_the_page_pressed_beside_it_shows_the_code_too(served: ServerProcess) -> None:
    visitor = Visitor(served.port)
    file_until_review(visitor)
    cookie, review = copy_cookie(visitor), visitor.page
    receipt = visitor.submit_form(pick="ส่งเรื่อง").receipt
    for jar in (cookie, copy_cookie(visitor)):
        plant(visitor, jar)
        visitor.page = review
        page = visitor.submit_form(pick="แก้ไข")
        assert (page.status, page.receipt) == (200, receipt)


def test_a_page_from_before_the_first_form_works_once_it_was_left(served: ServerProcess) -> None:
    visitor = Visitor(served.port)
    notice = visitor.open_page("/report")
    asked = visitor.say("[รับทราบ")
    for _ in range(2):
        visitor.page = notice
        assert visitor.say("[รับทราบ").heading == asked.heading
    for _ in range(2):
        visitor.page = notice
        page = visitor.submit_form(pick="ยกเลิก")
        assert (page.status, page.heading) == (200, notice.heading)


def test_sent_again_after_the_program_was_killed(tmp_path: Path) -> None:
    served = start_server(tmp_path / "var")
    visitor = Visitor(served.port)
    file_until_review(visitor)
    cookie, review = copy_cookie(visitor), visitor.page
    visitor.post_form(pick="ส่งเรื่อง")
    served.kill()
    again = start_server(tmp_path / "var")
    visitor.port = again.port
    plant(visitor, cookie)
    visitor.page = review
    receipt = visitor.submit_form(pick="ส่งเรื่อง").receipt
    assert parse_receipt(receipt)
    assert visitor.open_page("/report?said").receipt == receipt
    thief = plant(Visitor(again.port), cookie)
    assert receipt not in read_all(thief)
    again.stop()
