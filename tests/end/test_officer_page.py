"""The officers' page over real HTTP: who comes in, what they see, and how it ends."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from hashlib import sha256
from pathlib import Path
from urllib.parse import urlencode

import pytest
from pyotp import HOTP
from sqlalchemy import update

from bot.web.officer import session as seats
from handlers import thai
from handlers.complaints.exclusions import Exclusion, ExclusionGround, SetExclusion
from handlers.complaints.lifecycle import NonAcceptanceReason, Transition, TransitionRequest
from handlers.dialog.events import Channel, Event, TurnResult
from handlers.dialog.receipt import made_of
from handlers.staff.members import FindInvitation, JoinStaff
from handlers.staff.page_access import NewAccessLink, RedeemAccessLink
from handlers.staff.permissions import Role
from storage import tables
from storage.errors import ConflictError
from storage.staff.page_access import keyhole_mark
from tests.end.officer_page import LINK, HttpResponse, OfficerServer
from tests.end.officers import Officer

STORY = "คานารี"


@pytest.fixture
def office(tmp_path: Path) -> Iterator[OfficerServer]:
    one = OfficerServer(tmp_path / "var")
    yield one
    one.close()


def shut(seen: HttpResponse) -> bool:
    return seen.status == 410 and "หน้านี้ปิดแล้ว" in seen.text and STORY not in seen.text


def test_a_link_opens_its_case_once_and_a_look_does_not_use_it_up(office: OfficerServer) -> None:
    office.files()
    officer = office.hires("สมหญิง")
    path = office.link(officer)
    for _ in range(3):  # previews of chats
        looked = office.browser().asks(path)
        assert looked.status == 200
        assert "กดเพื่อเปิด" in looked.text
        assert STORY not in looked.text
        assert "1/" not in looked.text
    assert office.browser().asks(path, method="HEAD").status == 200
    browser = office.browser()
    seen = browser.sends(browser.asks(path), office.code(officer))
    assert seen.status == 200
    for words in ("เรื่อง 1/", STORY, "ห้องพัสดุ", "ประวัติ", "แจ้งเรื่อง"):
        assert words in seen.text
    assert shut(office.browser().asks(path))
    other = office.browser()
    form = other.asks(office.link(officer))
    assert shut(other.sends(form, office.code(officer), path=path))
    assert STORY in browser.asks(seen.path).text  # who sits there goes on
    whats = [what for who, what in office.audit() if who == f"staff:{officer.id}"]
    assert whats.count("opened-case") == 1
    assert whats.count("read-page") == 2
    assert whats.count("proved") == 1


def test_a_link_is_late_after_a_quarter_of_an_hour_and_so_is_the_seat(office: OfficerServer) -> None:
    office.files()
    officer = office.hires("สมหญิง")
    browser = office.browser()
    form = browser.asks(office.link(officer))
    seat = office.browser()
    seen = office.opens(officer, seat)
    office.desk.away += timedelta(minutes=15)
    assert shut(browser.asks(form.path))
    assert shut(browser.sends(form, officer.code()))
    assert shut(seat.asks(seen.path))
    late = seat.sends(seen, "ข้อความที่พิมพ์นาน", "reply")
    assert late.status == 410
    assert late.typed == "ข้อความที่พิมพ์นาน"
    assert office.server.run(office.desk.store.personnel.forget(office.desk.now())) >= 2


@pytest.mark.parametrize("how", ["removed", "barred", "given away", "left", "demoted"])
def test_rights_end_at_once(office: OfficerServer, how: str) -> None:
    office.files()
    chief = office.hires("มาลี", Role.SUPERVISOR)
    officer, other = office.hires("สมหญิง"), office.hires("วิชัย")
    browser = office.browser()
    seen = office.opens(officer, browser)
    link = office.link(officer)
    assert STORY in seen.text
    if how == "removed":
        office.server.run(office.desk.dismiss("สมหญิง"))
    elif how == "barred":
        case = office.server.run(office.desk.case_of(made_of(1).shown))
        assert case is not None
        act = SetExclusion(
            case,
            Exclusion(officer.id, ExclusionGround.BARRED, chief.id, "เป็นญาติของผู้ถูกร้อง"),
            thai.day(office.desk.now()),
        )
        office.server.run(office.desk.office(act))
    elif how == "given away":
        assert "มอบเรื่อง" in office.says(chief, f"/assign 1 {other.name}")
    elif how == "demoted":
        office.server.run(demoted(office, officer.id))
    else:
        office.says(officer, "/leave yes")
    assert shut(browser.asks(seen.path))
    assert shut(browser.asks(f"{seen.path}/file/1"))
    assert shut(browser.sends(seen, "สวัสดี", "reply"))
    assert shut(office.browser().asks(link))
    assert shut(browser.sends(browser.asks(link), officer.code(), path=link))


async def demoted(office: OfficerServer, staff: str) -> None:
    """A role changes, in another program."""
    changed = update(tables.staff).where(tables.staff.c.id == staff).values(role=Role.AUDITOR.value)
    async with office.desk.store.committer.transaction() as connection:
        await connection.execute(changed)


def test_five_wrong_codes_close_the_way_in_the_chat_too(office: OfficerServer) -> None:
    office.files()
    officer = office.hires("สมหญิง")
    browser = office.browser()
    path = office.link(officer)
    for _ in range(5):
        wrong = browser.sends(browser.asks(path), "000000")
        assert wrong.status == 403
        assert "รหัสไม่ถูกต้อง" in wrong.text
    assert "ลองใหม่ได้หลังเวลา" in browser.sends(browser.asks(path), office.code(officer)).text
    office.says(officer, "/facts 1")
    assert "ลองใหม่ได้หลังเวลา" in office.says(officer, officer.code())


def test_a_code_opens_once_and_a_form_sent_twice_is_one_seat(office: OfficerServer) -> None:
    office.files()
    officer = office.hires("สมหญิง")
    browser = office.browser()
    form = browser.asks(office.link(officer))
    code = office.code(officer)
    seen = browser.sends(form, code)
    cookie = browser.jar[seen.path, seats.SEAT]
    again = browser.sends(form, code)
    assert STORY in again.text
    assert browser.jar[seen.path, seats.SEAT] == cookie
    other = office.browser()
    assert "ใช้ไปแล้ว" in other.sends(other.asks(office.link(officer)), code).text
    planted = office.browser()
    planted.jar[seats.OPENING, seats.BEFORE] = "0" * 32
    form = planted.asks(office.link(officer))
    assert planted.sends(form, office.code(officer)).status == 200
    assert "0" * 32 not in [v for (_, name), v in planted.jar.items() if name == seats.SEAT]


def test_a_colleague_cannot_use_a_link_that_was_passed_on(office: OfficerServer) -> None:
    office.files()
    officer, other = office.hires("สมหญิง"), office.hires("วิชัย")
    factor = "KRSXG5CTMVRXEZLUKRSXG5CTMVRXEZLU"
    office.server.run(office.desk.office(resecreted(office, other, factor)))
    browser = office.browser()
    form = browser.asks(office.link(officer))
    theirs = HOTP(factor).at(int(office.desk.now().timestamp()) // 30)
    assert "รหัสไม่ถูกต้อง" in browser.sends(form, theirs).text
    assert STORY in browser.sends(browser.asks(form.path), office.code(officer)).text


def resecreted(office: OfficerServer, officer: Officer, factor: str) -> JoinStaff:
    """The same person, with a second factor of their own."""
    code = office.server.run(office.desk.employ(f"{officer.name}ใหม่", Role.OFFICER))
    now = office.desk.now()
    person = office.server.run(office.desk.store.answer(FindInvitation(code), now))
    who, day = office.desk.who(code), thai.day(now)
    return JoinStaff(person.id, code, who, factor, (), Channel.TERMINAL, None, "th", day)


def test_two_tabs_have_two_cases(office: OfficerServer) -> None:
    office.files(1)
    office.files(2)
    officer = office.hires("สมหญิง")
    browser = office.browser()
    one = office.opens(officer, browser, "/page 1")
    two = office.opens(officer, browser, "/page 2")
    assert "เรื่องที่ 1" in browser.asks(one.path).text
    assert "เรื่องที่ 2" in browser.asks(two.path).text
    mixed = browser.sends(one, "ถึงเรื่องแรก", "reply", path=two.path)
    assert mixed.status == 403
    assert "ยังไม่ได้ทำอะไร" in mixed.text


def test_a_reply_is_seen_confirmed_and_can_be_taken_back(office: OfficerServer) -> None:
    office.files()
    officer = office.hires("สมหญิง")
    browser = office.browser()
    seen = office.opens(officer, browser)
    assert "พิมพ์ข้อความถึงผู้แจ้ง" in browser.sends(seen, "  ", "reply").text
    long = browser.sends(seen, "ก" * 3001, "reply")
    assert "ยาวเกินไป" in long.text
    assert long.typed == "ก" * 3001
    asked = browser.sends(seen, "ขอบคุณ <b>ครับ</b>", "reply")
    assert "ผู้แจ้งจะเห็นดังนี้" in asked.text
    assert b"<b>" not in asked.content
    assert browser.sends(asked, asked.typed, "edit").typed == "ขอบคุณ <b>ครับ</b>"
    sent = browser.sends(asked, asked.typed, "send")
    assert "รอส่งถึงผู้แจ้ง" in sent.text
    assert sent.status == 200
    assert browser.sends(asked, asked.typed, "send").status == 200  # the button pressed twice
    assert "มีข้อความรอส่งอยู่แล้ว" in browser.sends(sent, "อีกข้อความ", "reply").text
    assert "เรียกคืนแล้ว" in browser.sends(sent, choice="undo").text
    again = browser.sends(seen, "ขอบคุณที่แจ้ง", "reply")
    browser.sends(again, again.typed, "send")
    office.server.run(office.desk.store.sendings.send(office.desk.now() + timedelta(seconds=61)))
    shown = browser.asks(seen.path)
    assert "ขอบคุณที่แจ้ง" in shown.text
    assert 'value="undo"' not in shown.text
    view = office.server.run(office.desk.view(made_of(1).shown))
    assert view is not None
    assert [entry.text for entry in view.entries].count("ขอบคุณที่แจ้ง") == 1


def test_a_form_without_its_ticket_does_nothing_and_gives_the_words_back(office: OfficerServer) -> None:
    office.files()
    officer = office.hires("สมหญิง")
    browser = office.browser()
    form = browser.asks(office.link(officer))
    refused = browser.sends(form, "123456", csrf="")
    assert refused.status == 403
    assert 'value="123456"' in refused.text
    seen = browser.sends(refused, office.code(officer), path=form.path)
    assert seen.status == 200
    for ticket in ("", "x", f"{seen.csrf}0", form.csrf):
        back = browser.sends(seen, "ข้อความสำคัญ", "send", csrf=ticket)
        assert back.status == 403
        assert back.typed == "ข้อความสำคัญ"
    foreign = browser.asks(seen.path, b"choice=leave", Sec_Fetch_Site="cross-site")
    assert foreign.status == 403
    assert STORY in browser.asks(seen.path).text
    case = office.server.run(office.desk.view(made_of(1).shown))
    assert case is not None
    assert all("ข้อความสำคัญ" not in entry.text for entry in case.entries)


def test_leaving_ends_the_seat(office: OfficerServer) -> None:
    office.files()
    officer = office.hires("สมหญิง")
    browser = office.browser()
    seen = office.opens(officer, browser)
    jar = dict(browser.jar)
    left = browser.sends(seen, choice="leave")
    assert "ออกแล้ว" in left.text
    assert (seen.path, seats.SEAT) not in browser.jar
    browser.jar = jar  # the cookie alone brings nobody back
    assert shut(browser.asks(seen.path))
    assert shut(browser.sends(seen, "สวัสดี", "reply"))


def test_headers_and_cookies(office: OfficerServer) -> None:
    office.files()
    officer = office.hires("สมหญิง")
    browser = office.browser()
    form = browser.asks(office.link(officer))
    seen = browser.sends(form, office.code(officer))
    for page in (form, seen, browser.asks("/officer/0000000000000000"), browser.sends(seen, "ก", "reply")):
        assert page.headers["cache-control"] == "no-store"
        assert page.headers["referrer-policy"] == "no-referrer"
        assert page.headers["x-frame-options"] == "DENY"
        assert page.headers["x-content-type-options"] == "nosniff"
        assert page.headers["cross-origin-opener-policy"] == "same-origin"
        policy = page.headers["content-security-policy"]
        assert "default-src 'none'" in policy
        assert "frame-ancestors 'none'" in policy
        assert "script-src" not in policy
        assert b"<script" not in page.content
    assert len(browser.set_cookies) >= 2
    for cookie in browser.set_cookies:
        assert "HttpOnly" in cookie
        assert "SameSite=strict" in cookie
        assert "Path=/officer" in cookie
        assert "Max-Age" not in cookie  # nothing of it is written to the browser's disk
    secure = office.browser().asks(office.link(officer), X_Forwarded_Proto="https")
    assert "Secure" in secure.headers["set-cookie"]
    assert not any(path in {"/", "/report", "/track"} for path, _ in browser.jar)


def test_the_page_speaks_the_officers_language(office: OfficerServer) -> None:
    office.files()
    officer = office.hires("สมหญิง")
    office.says(officer, "/en")
    browser = office.browser()
    form = browser.asks(office.link(officer))
    assert "Press to open" in form.text
    assert "Reply to the reporter" in browser.sends(form, office.code(officer)).text


def test_an_erased_case_and_a_role_without_content(office: OfficerServer) -> None:
    office.files()
    auditor = office.hires("ผู้ตรวจ", Role.AUDITOR)
    assert "ไม่อยู่ในหน้าที่" in office.says(auditor, "/page 1")
    assert "ไม่พบเรื่อง" in office.says(office.hires("สมหญิง"), "/page 7")


def test_a_recovery_code_opens_once(office: OfficerServer) -> None:
    office.files()
    code = office.server.run(office.desk.employ("อรุณ", Role.OFFICER))
    now, who = office.desk.now(), office.desk.who("อรุณ")
    person = office.server.run(office.desk.store.answer(FindInvitation(code), now))
    assert person is not None
    factor, day = "KRSXG5CTMVRXEZLUKRSXG5CTMVRXEZLU", thai.day(now)
    joined = JoinStaff(person.id, code, who, factor, ("ABCDE-12345",), Channel.TERMINAL, None, "th", day)
    office.server.run(office.desk.office(joined))
    officer = Officer(office.desk, "อรุณ", person.id, who)
    browser = office.browser()
    assert STORY in browser.sends(browser.asks(office.link(officer)), "abcde12345").text
    assert "รหัสไม่ถูกต้อง" in browser.sends(browser.asks(office.link(officer)), "ABCDE-12345").text


def test_two_who_open_one_link_at_once(office: OfficerServer) -> None:
    office.files()
    officer = office.hires("สมหญิง")
    path = office.link(officer)
    browsers = [office.browser() for _ in range(6)]
    forms = [browser.asks(path) for browser in browsers]
    codes = [officer.code(after) for after in (-1, 0, 1)] * 2
    with ThreadPoolExecutor(6) as together:
        seen = list(
            together.map(lambda one: one[0].sends(one[1], one[2]), zip(browsers, forms, codes, strict=True))
        )
    assert [STORY in page.text for page in seen].count(True) == 1
    assert [what for _, what in office.audit()].count("opened-case") == 1


def test_guesses_at_once_are_counted_one_by_one(office: OfficerServer) -> None:
    office.files()
    officer = office.hires("สมหญิง")
    path = office.link(officer)
    browsers = [office.browser() for _ in range(8)]
    forms = [browser.asks(path) for browser in browsers]
    with ThreadPoolExecutor(8) as together:
        seen = list(
            together.map(lambda one: one[0].sends(one[1], "00000x"), zip(browsers, forms, strict=True))
        )
    assert ["ลองใหม่ได้หลังเวลา" in page.text for page in seen].count(True) == 3
    assert not any(STORY in page.text for page in seen)


def test_a_network_that_writes_too_fast_waits(office: OfficerServer) -> None:
    office.files()
    officer, browser = office.hires("สมหญิง"), office.browser()
    form = browser.asks(office.link(officer))
    body = urlencode({"csrf": "x", "text": "123456"}).encode()
    for _ in range(400):
        answer = browser.asks(form.path, body, X_Forwarded_For="203.0.113.9")
        if answer.status == 429:
            break
    assert answer.status == 429
    assert 'value="123456"' in answer.text
    assert browser.asks(form.path, body).status == 403


def test_what_is_no_form_is_told_kindly(office: OfficerServer) -> None:
    office.files()
    officer, browser = office.hires("สมหญิง"), office.browser()
    form = browser.asks(office.link(officer))
    assert browser.asks(form.path, b"x", kind="text/plain").status == 400
    assert browser.asks(form.path, b"x", kind="multipart/form-data; boundary=a").status == 400
    seen = browser.sends(form, office.code(officer))
    assert browser.asks(seen.path, b"x", kind="application/json").status == 400
    assert browser.asks("/officer").status == 404
    assert browser.asks(f"{seen.path}/file/x/y").status == 404


def test_files_are_offered_on_the_page_and_without_a_page_it_is_said(office: OfficerServer) -> None:
    office.files()
    office.attaches(1, "ก.txt", b"hello")
    officer, chief = office.hires("สมหญิง"), office.hires("มาลี", Role.SUPERVISOR)
    office.says(officer, "/files 1")
    said = office.says(officer, office.code(officer))
    assert "ก.txt" in said
    assert LINK.search(said) is not None
    del office.desk.engine.answers[NewAccessLink]  # type: ignore[attr-defined]
    for who, words in (
        (officer, "/page 1"),
        (officer, "/export 1"),
        (chief, "/import"),
        (officer, "/files 1"),
    ):
        said = office.says(who, words)
        assert LINK.search(said) is None
        assert "ยังไม่เปิด" in said


def test_who_sits_at_a_case_that_was_erased(office: OfficerServer) -> None:
    receipt = office.files()
    officer, browser = office.hires("สมหญิง"), office.browser()
    seen = office.opens(officer, browser)
    for step in (
        TransitionRequest(Transition.SCREEN),
        TransitionRequest(Transition.NOT_ACCEPT, reason=NonAcceptanceReason.POLICY),
    ):
        office.server.run(office.desk.step(receipt.shown, step))
    later = office.desk.now() + timedelta(days=4000)
    assert office.server.run(office.desk.store.retention.erase_cases(later, timedelta(days=1))) == 1
    assert shut(browser.asks(seen.path))
    assert shut(browser.sends(seen, "สวัสดี", "reply"))


def test_a_link_is_turned_once_in_time_and_by_its_owner(office: OfficerServer) -> None:
    office.files()
    officer, other = office.hires("สมหญิง"), office.hires("วิชัย")
    path = office.link(officer)
    link = keyhole_mark(office.desk.store.seals, path.rpartition("/")[2])

    def turned(name: str, staff: str, mark: bytes = link) -> bool:
        act = RedeemAccessLink(mark, sha256(name.encode()).digest(), staff)
        event, turn = Event(name, b"x" * 32, Channel.WEB), TurnResult(None, (), (act,))
        try:
            office.server.run(office.desk.store.commit(event, None, turn, office.desk.now()))
        except ConflictError:
            return False
        return True

    assert not turned("a", other.id)
    assert not turned("b", officer.id, b"?" * 32)
    office.desk.away += timedelta(minutes=15)
    assert not turned("c", officer.id)
    office.desk.away -= timedelta(minutes=15)
    assert turned("d", officer.id)
    assert not turned("e", officer.id)
    assert not turned("f", officer.id, sha256(b"d").digest())  # a seat is no link
