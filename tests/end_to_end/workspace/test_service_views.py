"""The service desk worked from its pages: questions, the FAQ, opinions, consultations, and what the chat sees of it."""

import html
import re
from collections import Counter
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from handlers.questions.messages import QuestionState
from handlers.staff.permissions import Role
from tests.counted_work import count_statements
from tests.end_to_end.officer.officer_server import HttpBrowser, HttpResponse
from tests.end_to_end.workspace.service_server import CODE, ServiceWorkspaceServer
from tests.end_to_end.workspace.workspace_server import SIGN_IN_LINK, give
from tests.in_memory_desk import OFFICE

pytestmark = pytest.mark.full("servers of the workspace")
DESK = "/staff/service"
WORDS = "ถามแทนนายสมชาย ใจดี ยืมเต็นท์ได้ไหม โทร 081-234-5678"


@pytest.fixture
def office(tmp_path: Path) -> Iterator[ServiceWorkspaceServer]:
    one = ServiceWorkspaceServer(tmp_path / "var")
    yield one
    one.close()


def find_given(page: HttpResponse, label: str) -> str:
    """The command of the button with a label."""
    forms = re.findall(r"<form.*?</form>", page.content.decode(), re.DOTALL)
    found = {
        given[1]
        for form in map(html.unescape, forms)
        if f">{label}</button>" in form and (given := re.search(r'name="given" value="([^"]*)"', form))
    }
    assert len(found) == 1, page.text
    return found.pop()


def open_view(browser: HttpBrowser, view: str) -> HttpResponse:
    page = browser.request(f"{DESK}/{view}")
    assert page.status == 200
    assert page.headers["cache-control"] == "no-store"
    assert page.headers["content-security-policy"].count("script") == 1
    assert "script-src 'self'" in page.headers["content-security-policy"]
    title = page.text.partition("<title>")[2].partition("</title>")[0]
    assert title == OFFICE.name.th
    return page


def test_the_page_of_an_invitations_digits_says_whose_they_are(office: ServiceWorkspaceServer) -> None:
    admin, officer = office.add_officer("ผู้ดูแล", Role.ADMIN), office.add_officer("สมหญิง")
    assert "เลข 6 หลักจากแอป" in office.send_chat_text(admin, "/เชิญ เจ้าหน้าที่ วิชัย ดีงาม")
    invited = office.send_chat_text(admin, office.next_totp_code(admin))
    found = SIGN_IN_LINK.search(invited)
    assert found is not None
    assert re.search(r"(?<!\d)\d{6}(?!\d)", invited) is None  # the digits are in no chat
    browser = office.new_browser()
    entered = browser.submit_form(browser.request(found[1]), office.next_totp_code(admin))
    assert entered.path == f"{DESK}/digits"
    page = open_view(browser, "digits")
    assert "ของ วิชัย ดีงาม" in page.text
    assert re.search(r"<pre[^>]*>\d{6}</pre>", page.content.decode())
    assert "ซึ่งผู้ที่เชิญได้รับในแชต" in page.text
    assert office.sign_in(officer).request(f"{DESK}/digits").status == 403


def test_a_question_is_answered_from_its_page_confirmed_and_taken_back(
    office: ServiceWorkspaceServer,
) -> None:
    office.ask(1, WORDS)
    officer = office.add_officer("สมหญิง")
    browser = office.sign_in(officer)
    listed = open_view(browser, "questions")
    (path,) = re.findall(rf"{DESK}/question/\d+/\d+", listed.text)
    page = browser.request(path)
    assert "<mark>นายสมชาย ใจดี</mark>" in page.text
    assert "<mark>081-234-5678</mark>" in page.text
    number = "/".join(reversed(path.split("/")[-2:]))
    asked = give(browser, page, f"/answer {number}", "ยืมได้ ทำหนังสือมาก่อน")
    assert "ผู้ถามจะเห็นดังนี้" in asked.text
    waits = give(browser, asked, find_given(asked, "ส่ง"))
    assert "60 วินาที" in waits.text
    assert "คำตอบกำลังจะถึงผู้ถาม" in waits.text
    back = give(browser, waits, find_given(waits, "เรียกคืน"))
    assert "เรียกคืนแล้ว" in back.text
    assert "ยืมได้ ทำหนังสือมาก่อน" in back.text
    # The text is typed again and sent; the chat of a colleague sees it wait.
    again = give(browser, back, f"/answer {number}", "ยืมได้ ทำหนังสือมาก่อน")
    give(browser, again, find_given(again, "ส่ง"))
    colleague = office.add_officer("สมชาย")
    assert "⏳" in office.send_chat_text(colleague, "/คำถาม")


def test_a_page_loaded_again_after_the_answer_went_offers_no_way_to_take_it_back(
    office: ServiceWorkspaceServer,
) -> None:
    office.ask(1, "ยืมเต็นท์ได้ไหม")
    browser = office.sign_in(office.add_officer("สมหญิง"))
    (path,) = re.findall(rf"{DESK}/question/\d+/\d+", open_view(browser, "questions").text)
    assert 'id="news-count"> (1)' in browser.request(path).content.decode()
    number = "/".join(reversed(path.split("/")[-2:]))
    asked = give(browser, browser.request(path), f"/answer {number}", "ยืมได้")
    waits = give(browser, asked, find_given(asked, "ส่ง"))
    assert 'id="news-count"> (1)' not in waits.content.decode()  # written: nobody needs to look at it
    assert "เรียกคืน" in browser.request(waits.path).text
    office.send_what_waits()
    late = browser.request(waits.path)
    assert "ไม่มีคำตอบรอส่งในข้อนี้แล้ว" in late.text
    assert 'value="/undo' not in late.text
    assert "60 วินาที" not in late.text


def test_known_answers_stand_beside_and_are_used_with_one_look(office: ServiceWorkspaceServer) -> None:
    office.ask(1, "ใบประกอบวิชาชีพครูหมดอายุ ต้องต่ออายุที่ไหน")
    browser = office.sign_in(office.add_officer("สมหญิง"))
    (path,) = re.findall(rf"{DESK}/question/\d+/\d+", open_view(browser, "questions").text)
    page = browser.request(path)
    use = re.search(r'name="given" value="(/answer [^"]*=[^"]*)"', page.text)
    assert use is not None
    assert "ผู้ถามจะเห็นดังนี้" in give(browser, page, use[1]).text


def test_an_answer_is_published_with_personal_data_hidden(office: ServiceWorkspaceServer) -> None:
    receipt = office.ask(1, WORDS)
    browser = office.sign_in(office.add_officer("สมหญิง"))
    (path,) = re.findall(rf"{DESK}/question/\d+/\d+", open_view(browser, "questions").text)
    number = "/".join(reversed(path.split("/")[-2:]))
    asked = give(browser, browser.request(path), f"/answer {number}", "ยืมได้")
    give(browser, asked, find_given(asked, "ส่ง"))
    office.send_what_waits()
    thread = office.server.run(office.desk.load_thread(receipt.formatted))
    assert thread.state is QuestionState.ANSWERED
    answered = browser.request(path)
    looked = give(browser, answered, f"/publish {number}", f"ถาม: {WORDS}\nตอบ: ยืมได้ ที่ห้องพัสดุ")
    assert "[ปิดบัง]" in looked.text
    done = give(browser, looked, find_given(looked, "เผยแพร่ตามนี้"))
    assert "บนกระดานแล้ว" in done.text
    board = office.new_browser().request("/qna")
    assert "ที่ห้องพัสดุ" in board.text
    assert "081-234-5678" not in board.text
    assert "สมชาย" not in board.text


def test_two_questions_are_merged_and_a_text_that_is_none_is_closed(office: ServiceWorkspaceServer) -> None:
    first, second = office.ask(1, "ยืมเต็นท์ได้ไหม"), office.ask(2, "เต็นท์ให้ยืมหรือเปล่า")
    office.ask(3, "ทดสอบ")
    browser = office.sign_in(office.add_officer("สมหญิง"))
    paths = re.findall(rf"{DESK}/question/\d+/\d+", open_view(browser, "questions").text)
    numbers = ["/".join(reversed(path.split("/")[-2:])) for path in paths]
    asked = give(browser, browser.request(paths[0]), f"/answer {numbers[0]}", "ยืมได้")
    give(browser, asked, find_given(asked, "ส่ง"))
    office.send_what_waits()
    merged = give(browser, browser.request(paths[1]), f"/merge {numbers[1]}", numbers[0])
    give(browser, merged, find_given(merged, "ส่ง"))
    office.send_what_waits()
    for receipt in (first, second):
        assert office.server.run(office.desk.load_thread(receipt.formatted)).answer == "ยืมได้"
    closed = give(browser, browser.request(paths[2]), f"/close {numbers[2]}")
    assert "โดยไม่ตอบแล้ว" in closed.text


def test_two_officers_at_once_the_second_is_told_what_happened(office: ServiceWorkspaceServer) -> None:
    office.ask(1, "ยืมเต็นท์ได้ไหม")
    one, two = (office.sign_in(office.add_officer(name)) for name in ("สมหญิง", "สมชาย"))
    (path,) = re.findall(rf"{DESK}/question/\d+/\d+", open_view(one, "questions").text)
    number = "/".join(reversed(path.split("/")[-2:]))
    pages = [give(b, b.request(path), f"/answer {number}", f"คำตอบของ {n}") for n, b in enumerate((one, two))]
    assert "60 วินาที" in give(one, pages[0], find_given(pages[0], "ส่ง")).text
    late = give(two, pages[1], find_given(pages[1], "ส่ง"))
    assert "มีคำตอบรอส่งอยู่แล้ว" in late.text
    assert "คำตอบของ 1" in late.text


def test_the_faq_is_searched_by_form_previewed_changed_and_added_to(office: ServiceWorkspaceServer) -> None:
    browser = office.sign_in(office.add_officer("สมหญิง"))
    listed = open_view(browser, "faq")
    found = give(browser, listed, "", words="เปิด", state="")
    assert "เปิด" in found.text
    (entry, *_) = re.findall(rf"{DESK}/entry\?id=[^\"]+", found.text)
    page = browser.request(entry)
    looked = give(browser, page, "", look="yes", answer="เปิดทุกวัน 08.30-16.30 น.")
    assert "ประชาชนจะอ่านดังนี้" in looked.text
    changed = give(browser, looked, find_given(looked, "ใช้ตามนี้"), "คำตอบ: เปิดทุกวัน 08.30-16.30 น.")
    assert "แก้ข้อ" in changed.text
    assert "เปิดทุกวัน 08.30-16.30 น." in browser.request(entry).text
    new = give(browser, listed, "", look="yes", question="มีที่จอดรถไหม", answer="มี 20 คัน")
    added = give(browser, new, find_given(new, "เพิ่มตามนี้"), "มีที่จอดรถไหม | มี 20 คัน")
    if "ใกล้เคียง" in added.text:
        added = give(browser, added, find_given(added, "เพิ่มเป็นข้อใหม่"))
    assert "เพิ่มข้อ own-1" in added.text
    assert "มี 20 คัน" in browser.request(f"{DESK}/entry?id=own-1").text
    assert browser.request(f"{DESK}/entry?id=none").status == 200


def find_text(page: HttpResponse, given: str) -> str:
    """The text that the button of a command sends along."""
    found = re.search(
        rf'value="{re.escape(given)}">\s*<input type="hidden" name="text" value="([^"]*)"',
        page.content.decode(),
    )
    assert found is not None, given
    return html.unescape(found[1])


def test_an_entry_has_a_topic_a_link_a_last_day_and_other_ways_to_ask(office: ServiceWorkspaceServer) -> None:
    browser = office.sign_in(office.add_officer("สมหญิง"))
    new = give(
        browser, open_view(browser, "faq"), "", look="yes", question="มีที่จอดรถไหม", answer="มี 20 คัน โทร {phone}",
        topic="สถานที่", link="https://www.example.com/park", until="31 ธ.ค. 2570", ways="จอดรถตรงไหน\nที่จอดรถเต็มไหม",
    )  # fmt: skip
    assert "053 000 000" in new.text.partition('id="preview"')[2].partition("<form")[0]  # as citizens read it
    added = give(browser, new, "/faq add", find_text(new, "/faq add"))
    if "ใกล้เคียง" in added.text:
        added = give(browser, added, find_given(added, "เพิ่มเป็นข้อใหม่"))
    entry = browser.request(f"{DESK}/entry?id=own-1")
    for words in ("สถานที่", "https://www.example.com/park", "31 ธันวาคม 2570", "จอดรถตรงไหน\nที่จอดรถเต็มไหม"):
        assert words in entry.text.replace("\r", ""), words
    same = {
        "topic": "สถานที่", "link": "", "until": "31 ธันวาคม 2570", "ways": "จอดรถตรงไหน\nมีที่จอดไหม",
        "answer": "มี 30 คัน โทร {phone}",
    }  # fmt: skip
    looked = give(browser, entry, "", look="yes", **same)
    change = find_text(looked, "/faq set own-1")
    assert "หัวข้อ" not in change
    assert "ลิงก์: -" in change
    assert "ไม่ถามว่า: ที่จอดรถเต็มไหม" in change
    give(browser, looked, "/faq set own-1", change)
    entry = browser.request(f"{DESK}/entry?id=own-1")
    assert "มีที่จอดไหม" in entry.text
    assert "example.com/park" not in entry.text
    wrong = give(browser, entry, "", look="yes", **{**same, "until": "เมื่อวาน"})
    assert "ผ่านไปแล้ว" in wrong.text
    assert "มีที่จอดไหม" in wrong.text  # what was typed stays in the form
    assert "/faq set" not in wrong.text
    office.send_chat_text(office.add_officer("สมชาย"), "/faq set own-1 หัวข้อ: รถ")
    assert "รถ" in browser.request(f"{DESK}/entry?id=own-1").text


def test_similar_questions_are_answered_together_and_one_is_opened_by_its_number(
    office: ServiceWorkspaceServer,
) -> None:
    first, second = office.ask(1, "ยืมเต็นท์ได้ไหม"), office.ask(2, "ยืมเต็นท์ได้ไหมครับ")
    browser = office.sign_in(office.add_officer("สมหญิง"))
    listed = open_view(browser, "questions")
    page = give(browser, listed, "/question", "๑")
    assert re.fullmatch(rf"{DESK}/question/\d+/1", page.path)
    assert "คล้ายกัน" in page.text
    together = re.search(r'name="given" value="(/answer [^"+]*\+[^"]*)"', page.text)
    assert together is not None
    asked = give(browser, page, together[1], "ยืมได้ ทำหนังสือมาก่อน")
    give(browser, asked, find_given(asked, "ส่ง"))
    assert "⏳" not in browser.request(page.path).text
    office.send_what_waits()
    for receipt in (first, second):
        assert office.server.run(office.desk.load_thread(receipt.formatted)).answer == "ยืมได้ ทำหนังสือมาก่อน"


def test_a_consultation_goes_from_draft_to_results(office: ServiceWorkspaceServer) -> None:
    office.hold_consultation("ขอรถรับส่ง โทร 081-234-5678")
    browser = office.sign_in(office.add_officer("สมหญิง", Role.SUPERVISOR))
    page = open_view(browser, f"consultation?code={CODE}")
    assert "<mark>081-234-5678</mark>" in page.text
    put = give(browser, page, f"/theme {CODE}", "การเดินทาง: 1")
    assert "การเดินทาง" in put.text
    quoted = give(browser, put, f"/quote {CODE} 1 1")
    assert "[ปิดบัง]" in quoted.text
    give(browser, quoted, find_given(quoted, "ยกคำนี้"))
    taken = give(browser, quoted, f"/taken {CODE} 1", "รับ 30/09/2570 จะจัดรถ")
    assert "จะจัดรถ" in taken.text
    shown = give(browser, taken, f"/results {CODE}")
    out = give(browser, shown, find_given(shown, "ประกาศผล"))
    assert "ประกาศผลแล้ว" in browser.request(page.path).text, out.text
    draft = give(browser, open_view(browser, "consultations"), "/consult new")
    more = give(browser, draft, "/consult more", "ชื่อ: ปรับเวลา\nปิด: 31/12/2579 16.30\nถาม: คะแนน | พอใจเพียงใด")
    assert "ประชาชนจะเห็นดังนี้" in more.text
    assert "ประกาศแล้ว" in give(browser, more, find_given(more, "ประกาศ")).text


def test_statements_wait_to_be_read_and_opinions_show_a_contact_only_when_asked(
    office: ServiceWorkspaceServer,
) -> None:
    office.hold_consultation("ดี", closed=False)
    office.give_opinion(1, "คิวยาวมาก", "053-999-999")
    browser = office.sign_in(office.add_officer("สมหญิง"))
    page = open_view(browser, "consultations")
    assert "ขอที่จอดรถ" in page.text
    assert "นำขึ้นแล้ว" in give(browser, page, find_given(page, "นำขึ้น")).text
    opinions = open_view(browser, "opinions")
    assert "คิวยาวมาก" in opinions.text
    assert "053-999-999" not in opinions.text
    contact = give(browser, opinions, find_given(opinions, "ดูช่องทางติดต่อ"))
    assert "053-999-999" in contact.text
    assert "contact-opened" in {what for _, what in office.load_audit_lines()}


def test_words_of_citizens_close_after_30_minutes_and_lists_do_not(office: ServiceWorkspaceServer) -> None:
    office.ask(1, WORDS)
    office.give_opinion(1, "คิวยาวมาก")
    office.hold_consultation("ขอรถรับส่ง")
    officer = office.add_officer("สมหญิง")
    browser = office.sign_in(officer)
    (path,) = re.findall(rf"{DESK}/question/\d+/\d+", open_view(browser, "questions").text)
    office.desk.clock_offset += timedelta(minutes=31)
    for view in (
        "questions",
        "opinions",
        f"consultation?code={CODE}",
        path.removeprefix(f"{DESK}/"),
    ):
        page = open_view(browser, view)
        assert 'name="code"' in page.text, view
        for words in ("สมชาย", "คิวยาวมาก", "ขอรถรับส่ง", "ขอที่จอดรถ"):
            assert words not in page.text, view
    listed = open_view(browser, "questions")
    assert browser.submit_form(listed, code=office.next_totp_code(officer)).status == 200
    assert "สมชาย" in open_view(browser, "questions").text


@pytest.mark.parametrize("role", [Role.ADMIN, Role.AUDITOR])
def test_who_does_not_answer_questions_opens_none_of_it(office: ServiceWorkspaceServer, role: Role) -> None:
    office.ask(1, WORDS)
    browser = office.sign_in(office.add_officer("ผู้อื่น", role))
    for view in ("questions", "question/2570/1", "faq", "entry?id=x", "consultations", "opinions"):
        page = browser.request(f"{DESK}/{view}")
        assert page.status == 403, view
        assert WORDS not in page.text


def test_a_page_has_as_many_statements_however_much_there_is(office: ServiceWorkspaceServer) -> None:
    browser, counts = office.sign_in(office.add_officer("สมหญิง", Role.SUPERVISOR)), list[dict[str, int]]()
    for last in (22, 60):
        for number in range(1 if last == 22 else 23, last + 1):
            office.ask(number, f"ขอทราบเรื่องที่ {number}")
            office.give_opinion(number, f"ความเห็นที่ {number}")
        found = dict[str, int]()
        for view in ("questions", "question/2570/1", "faq", "opinions", "trail"):
            browser.request(f"{DESK}/{view}")  # what is loaded once
            with count_statements(counted := Counter()):
                open_view(browser, view)
            found[view] = sum(counted.values())
        counts.append(found)
    assert counts[0] == counts[1]
    assert max(counts[0].values()) < 30
