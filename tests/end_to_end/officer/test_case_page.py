"""The officers' page over real HTTP: sign-in, content, and the end of a session."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from hashlib import sha256
from pathlib import Path
from urllib.parse import urlencode

import pytest
from pyotp import HOTP
from sqlalchemy import update

from bot.web.officer.session import OFFICER_LINK_COOKIE, OFFICER_LINK_PATH, OFFICER_SESSION_COOKIE
from handlers.complaints.lifecycle import NonAcceptanceReason, Transition, TransitionRequest
from handlers.complaints.messages import Exclusion, ExclusionGround, SetExclusion
from handlers.dialog.effects import TurnResult
from handlers.dialog.events import Channel, Event
from handlers.dialog.receipt import make_receipt
from handlers.staff.members import FindInvitation, JoinStaff
from handlers.staff.page_access import NewAccessLink, RedeemAccessLink
from handlers.staff.permissions import Role
from handlers.thai.dates import to_bangkok_date
from storage import tables
from storage.errors import ConflictError
from storage.staff.page_access import hash_access_secret
from tests.end_to_end.officer.officer_server import LINK_PATTERN, HttpResponse, OfficerServer
from tests.end_to_end.officers import Officer

STORY = "คานารี"


@pytest.fixture
def office(tmp_path: Path) -> Iterator[OfficerServer]:
    one = OfficerServer(tmp_path / "var")
    yield one
    one.close()


def is_closed_page(seen: HttpResponse) -> bool:
    return seen.status == 410 and "หน้านี้ปิดแล้ว" in seen.text and STORY not in seen.text


def test_a_link_opens_its_case_once_and_a_look_does_not_use_it_up(office: OfficerServer) -> None:
    office.file_case()
    officer = office.add_officer("สมหญิง")
    path = office.request_link(officer)
    for _ in range(3):  # link previews of chat apps
        looked = office.new_browser().request(path)
        assert looked.status == 200
        assert "กดเพื่อเปิด" in looked.text
        assert STORY not in looked.text
        assert "1/" not in looked.text
    assert office.new_browser().request(path, method="HEAD").status == 200
    browser = office.new_browser()
    seen = browser.submit_form(browser.request(path), office.next_totp_code(officer))
    assert seen.status == 200
    for words in ("เรื่อง 1/", STORY, "ห้องพัสดุ", "ประวัติ", "แจ้งเรื่อง"):
        assert words in seen.text
    assert is_closed_page(office.new_browser().request(path))
    other = office.new_browser()
    form = other.request(office.request_link(officer))
    assert is_closed_page(other.submit_form(form, office.next_totp_code(officer), path=path))
    assert STORY in browser.request(seen.path).text  # the open session stays valid
    whats = [what for who, what in office.load_audit_lines() if who == f"staff:{officer.id}"]
    assert whats.count("opened-case") == 1
    assert whats.count("read-page") == 2
    assert whats.count("proved") == 1


def test_links_and_sessions_expire_after_a_quarter_of_an_hour(office: OfficerServer) -> None:
    office.file_case()
    officer = office.add_officer("สมหญิง")
    browser = office.new_browser()
    form = browser.request(office.request_link(officer))
    seat = office.new_browser()
    seen = office.open_page(officer, seat)
    office.desk.clock_offset += timedelta(minutes=15)
    assert is_closed_page(browser.request(form.path))
    assert is_closed_page(browser.submit_form(form, officer.totp_code()))
    assert is_closed_page(seat.request(seen.path))
    late = seat.submit_form(seen, "ข้อความที่พิมพ์นาน", "reply")
    assert late.status == 410
    assert late.textbox_text == "ข้อความที่พิมพ์นาน"
    assert office.server.run(office.desk.store.staff_admin.delete_expired_codes(office.desk.now())) >= 2


@pytest.mark.parametrize("how", ["removed", "barred", "given away", "left", "demoted"])
def test_rights_end_at_once(office: OfficerServer, how: str) -> None:
    office.file_case()
    chief = office.add_officer("มาลี", Role.SUPERVISOR)
    officer, other = office.add_officer("สมหญิง"), office.add_officer("วิชัย")
    browser = office.new_browser()
    seen = office.open_page(officer, browser)
    link = office.request_link(officer)
    assert STORY in seen.text
    if how == "removed":
        office.server.run(office.desk.remove_staff("สมหญิง"))
    elif how == "barred":
        case = office.server.run(office.desk.find_case_id(make_receipt(1).formatted))
        assert case is not None
        act = SetExclusion(
            case,
            Exclusion(officer.id, ExclusionGround.BARRED, chief.id, "เป็นญาติของผู้ถูกร้อง"),
            to_bangkok_date(office.desk.now()),
        )
        office.server.run(office.desk.commit_office_act(act))
    elif how == "given away":
        assert "มอบเรื่อง" in office.send_chat_text(chief, f"/assign 1 {other.name}")
    elif how == "demoted":
        office.server.run(demote_to_auditor(office, officer.id))
    else:
        office.send_chat_text(officer, "/leave yes")
    assert is_closed_page(browser.request(seen.path))
    assert is_closed_page(browser.request(f"{seen.path}/file/1"))
    assert is_closed_page(browser.submit_form(seen, "สวัสดี", "reply"))
    assert is_closed_page(office.new_browser().request(link))
    assert is_closed_page(browser.submit_form(browser.request(link), officer.totp_code(), path=link))


async def demote_to_auditor(office: OfficerServer, staff: str) -> None:
    """Change a role in another program."""
    changed = update(tables.staff).where(tables.staff.c.id == staff).values(role=Role.AUDITOR.value)
    async with office.desk.store.committer.transaction() as connection:
        await connection.execute(changed)


def test_five_wrong_codes_close_the_way_in_the_chat_too(office: OfficerServer) -> None:
    office.file_case()
    officer = office.add_officer("สมหญิง")
    browser = office.new_browser()
    path = office.request_link(officer)
    for _ in range(5):
        wrong = browser.submit_form(browser.request(path), "000000")
        assert wrong.status == 403
        assert "รหัสไม่ถูกต้อง" in wrong.text
    assert (
        "ลองใหม่ได้หลังเวลา" in browser.submit_form(browser.request(path), office.next_totp_code(officer)).text
    )
    office.send_chat_text(officer, "/facts 1")
    assert "ลองใหม่ได้หลังเวลา" in office.send_chat_text(officer, officer.totp_code())


def test_a_code_opens_once_and_a_form_sent_twice_is_one_seat(office: OfficerServer) -> None:
    office.file_case()
    officer = office.add_officer("สมหญิง")
    browser = office.new_browser()
    form = browser.request(office.request_link(officer))
    code = office.next_totp_code(officer)
    seen = browser.submit_form(form, code)
    cookie = browser.cookie_jar[seen.path, OFFICER_SESSION_COOKIE]
    again = browser.submit_form(form, code)
    assert STORY in again.text
    assert browser.cookie_jar[seen.path, OFFICER_SESSION_COOKIE] == cookie
    other = office.new_browser()
    assert "ใช้ไปแล้ว" in other.submit_form(other.request(office.request_link(officer)), code).text
    planted = office.new_browser()
    planted.cookie_jar[OFFICER_LINK_PATH, OFFICER_LINK_COOKIE] = "0" * 32
    form = planted.request(office.request_link(officer))
    assert planted.submit_form(form, office.next_totp_code(officer)).status == 200
    assert "0" * 32 not in [
        v for (_, name), v in planted.cookie_jar.items() if name == OFFICER_SESSION_COOKIE
    ]


def test_a_colleague_cannot_use_a_link_that_was_passed_on(office: OfficerServer) -> None:
    office.file_case()
    officer, other = office.add_officer("สมหญิง"), office.add_officer("วิชัย")
    factor = "KRSXG5CTMVRXEZLUKRSXG5CTMVRXEZLU"
    office.server.run(office.desk.commit_office_act(rejoin_with_secret(office, other, factor)))
    browser = office.new_browser()
    form = browser.request(office.request_link(officer))
    theirs = HOTP(factor).at(int(office.desk.now().timestamp()) // 30)
    assert "รหัสไม่ถูกต้อง" in browser.submit_form(form, theirs).text
    assert STORY in browser.submit_form(browser.request(form.path), office.next_totp_code(officer)).text


def rejoin_with_secret(office: OfficerServer, officer: Officer, factor: str) -> JoinStaff:
    """The same person, with a second factor of their own."""
    code = office.server.run(office.desk.add_staff(f"{officer.name}ใหม่", Role.OFFICER))
    now = office.desk.now()
    person = office.server.run(office.desk.store.answer_query(FindInvitation(code), now))
    who, day = office.desk.person_id(code), to_bangkok_date(now)
    return JoinStaff(person.id, code, who, factor, (), Channel.TERMINAL, None, "th", day)


def test_two_tabs_have_two_cases(office: OfficerServer) -> None:
    office.file_case(1)
    office.file_case(2)
    officer = office.add_officer("สมหญิง")
    browser = office.new_browser()
    one = office.open_page(officer, browser, "/page 1")
    two = office.open_page(officer, browser, "/page 2")
    assert "เรื่องที่ 1" in browser.request(one.path).text
    assert "เรื่องที่ 2" in browser.request(two.path).text
    mixed = browser.submit_form(one, "ถึงเรื่องแรก", "reply", path=two.path)
    assert mixed.status == 403
    assert "ยังไม่ได้ทำอะไร" in mixed.text


def test_a_reply_is_seen_confirmed_and_can_be_taken_back(office: OfficerServer) -> None:
    office.file_case()
    officer = office.add_officer("สมหญิง")
    browser = office.new_browser()
    seen = office.open_page(officer, browser)
    assert "พิมพ์ข้อความถึงผู้แจ้ง" in browser.submit_form(seen, "  ", "reply").text
    long = browser.submit_form(seen, "ก" * 3001, "reply")
    assert "ยาวเกินไป" in long.text
    assert long.textbox_text == "ก" * 3001
    asked = browser.submit_form(seen, "ขอบคุณ <b>ครับ</b>", "reply")
    assert "ผู้แจ้งจะเห็นดังนี้" in asked.text
    assert b"<b>" not in asked.content
    assert browser.submit_form(asked, asked.textbox_text, "edit").textbox_text == "ขอบคุณ <b>ครับ</b>"
    sent = browser.submit_form(asked, asked.textbox_text, "send")
    assert "รอส่งถึงผู้แจ้ง" in sent.text
    assert sent.status == 200
    assert browser.submit_form(asked, asked.textbox_text, "send").status == 200  # the button pressed twice
    assert 'value="edit"' in browser.submit_form(sent, "อีกข้อความ", "reply").text  # it would follow
    assert "เรียกคืนแล้ว" in browser.submit_form(sent, choice="undo").text
    again = browser.submit_form(seen, "ขอบคุณที่แจ้ง", "reply")
    browser.submit_form(again, again.textbox_text, "send")
    office.server.run(office.desk.store.scheduled_replies.send_due(office.desk.now() + timedelta(seconds=61)))
    shown = browser.request(seen.path)
    assert "ขอบคุณที่แจ้ง" in shown.text
    assert 'value="undo"' not in shown.text
    view = office.server.run(office.desk.find_reporter_case(make_receipt(1).formatted))
    assert view is not None
    assert [entry.text for entry in view.entries].count("ขอบคุณที่แจ้ง") == 1


def test_a_form_without_its_token_does_nothing_and_returns_the_text(office: OfficerServer) -> None:
    office.file_case()
    officer = office.add_officer("สมหญิง")
    browser = office.new_browser()
    form = browser.request(office.request_link(officer))
    refused = browser.submit_form(form, "123456", csrf="")
    assert refused.status == 403
    assert 'value="123456"' in refused.text
    seen = browser.submit_form(refused, office.next_totp_code(officer), path=form.path)
    assert seen.status == 200
    for ticket in ("", "x", f"{seen.form_token}0", form.form_token):
        back = browser.submit_form(seen, "ข้อความสำคัญ", "send", csrf=ticket)
        assert back.status == 403
        assert back.textbox_text == "ข้อความสำคัญ"
    foreign = browser.request(seen.path, b"choice=leave", Sec_Fetch_Site="cross-site")
    assert foreign.status == 403
    assert STORY in browser.request(seen.path).text
    case = office.server.run(office.desk.find_reporter_case(make_receipt(1).formatted))
    assert case is not None
    assert all("ข้อความสำคัญ" not in entry.text for entry in case.entries)


def test_logging_out_ends_the_session(office: OfficerServer) -> None:
    office.file_case()
    officer = office.add_officer("สมหญิง")
    browser = office.new_browser()
    seen = office.open_page(officer, browser)
    jar = dict(browser.cookie_jar)
    left = browser.submit_form(seen, choice="leave")
    assert "ออกแล้ว" in left.text
    assert (seen.path, OFFICER_SESSION_COOKIE) not in browser.cookie_jar
    browser.cookie_jar = jar  # the cookie alone does not restore the session
    assert is_closed_page(browser.request(seen.path))
    assert is_closed_page(browser.submit_form(seen, "สวัสดี", "reply"))


def test_headers_and_cookies(office: OfficerServer) -> None:
    office.file_case()
    officer = office.add_officer("สมหญิง")
    browser = office.new_browser()
    form = browser.request(office.request_link(officer))
    seen = browser.submit_form(form, office.next_totp_code(officer))
    for page in (
        form,
        seen,
        browser.request("/officer/0000000000000000"),
        browser.submit_form(seen, "ก", "reply"),
    ):
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
        assert "Max-Age" not in cookie  # session cookie: the browser does not write it to disk
    secure = office.new_browser().request(office.request_link(officer), X_Forwarded_Proto="https")
    assert "Secure" in secure.headers["set-cookie"]
    assert not any(path in {"/", "/report", "/track"} for path, _ in browser.cookie_jar)


def test_the_page_speaks_the_officers_language(office: OfficerServer) -> None:
    office.file_case()
    officer = office.add_officer("สมหญิง")
    office.send_chat_text(officer, "/en")
    browser = office.new_browser()
    form = browser.request(office.request_link(officer))
    assert "Press to open" in form.text
    assert "Reply to the reporter" in browser.submit_form(form, office.next_totp_code(officer)).text


def test_an_erased_case_and_a_role_without_content(office: OfficerServer) -> None:
    office.file_case()
    auditor = office.add_officer("ผู้ตรวจ", Role.AUDITOR)
    assert "ไม่อยู่ในหน้าที่" in office.send_chat_text(auditor, "/page 1")
    assert "ไม่พบเรื่อง" in office.send_chat_text(office.add_officer("สมหญิง"), "/page 7")


def test_a_recovery_code_opens_once(office: OfficerServer) -> None:
    office.file_case()
    code = office.server.run(office.desk.add_staff("อรุณ", Role.OFFICER))
    now, who = office.desk.now(), office.desk.person_id("อรุณ")
    person = office.server.run(office.desk.store.answer_query(FindInvitation(code), now))
    assert person is not None
    factor, day = "KRSXG5CTMVRXEZLUKRSXG5CTMVRXEZLU", to_bangkok_date(now)
    joined = JoinStaff(person.id, code, who, factor, ("ABCDE-12345",), Channel.TERMINAL, None, "th", day)
    office.server.run(office.desk.commit_office_act(joined))
    officer = Officer(office.desk, "อรุณ", person.id, who)
    browser = office.new_browser()
    assert STORY in browser.submit_form(browser.request(office.request_link(officer)), "abcde12345").text
    assert (
        "รหัสไม่ถูกต้อง" in browser.submit_form(browser.request(office.request_link(officer)), "ABCDE-12345").text
    )


def test_two_who_open_one_link_at_once(office: OfficerServer) -> None:
    office.file_case()
    officer = office.add_officer("สมหญิง")
    path = office.request_link(officer)
    browsers = [office.new_browser() for _ in range(6)]
    forms = [browser.request(path) for browser in browsers]
    codes = [officer.totp_code(after) for after in (-1, 0, 1)] * 2
    with ThreadPoolExecutor(6) as together:
        seen = list(
            together.map(
                lambda one: one[0].submit_form(one[1], one[2]), zip(browsers, forms, codes, strict=True)
            )
        )
    assert [STORY in page.text for page in seen].count(True) == 1
    assert [what for _, what in office.load_audit_lines()].count("opened-case") == 1


def test_guesses_at_once_are_counted_one_by_one(office: OfficerServer) -> None:
    office.file_case()
    officer = office.add_officer("สมหญิง")
    path = office.request_link(officer)
    browsers = [office.new_browser() for _ in range(8)]
    forms = [browser.request(path) for browser in browsers]
    with ThreadPoolExecutor(8) as together:
        seen = list(
            together.map(lambda one: one[0].submit_form(one[1], "00000x"), zip(browsers, forms, strict=True))
        )
    assert ["ลองใหม่ได้หลังเวลา" in page.text for page in seen].count(True) == 3
    assert not any(STORY in page.text for page in seen)


def test_a_network_that_writes_too_fast_waits(office: OfficerServer) -> None:
    office.file_case()
    officer, browser = office.add_officer("สมหญิง"), office.new_browser()
    form = browser.request(office.request_link(officer))
    body = urlencode({"csrf": "x", "text": "123456"}).encode()
    for _ in range(400):
        answer = browser.request(form.path, body, X_Forwarded_For="203.0.113.9")
        if answer.status == 429:
            break
    assert answer.status == 429
    assert 'value="123456"' in answer.text
    assert browser.request(form.path, body).status == 403


def test_what_is_no_form_is_told_kindly(office: OfficerServer) -> None:
    office.file_case()
    officer, browser = office.add_officer("สมหญิง"), office.new_browser()
    form = browser.request(office.request_link(officer))
    assert browser.request(form.path, b"x", kind="text/plain").status == 400
    assert browser.request(form.path, b"x", kind="multipart/form-data; boundary=a").status == 400
    seen = browser.submit_form(form, office.next_totp_code(officer))
    assert browser.request(seen.path, b"x", kind="application/json").status == 400
    assert browser.request("/officer").status == 404
    assert browser.request(f"{seen.path}/file/x/y").status == 404


def test_files_are_offered_on_the_page_and_without_a_page_it_is_said(office: OfficerServer) -> None:
    office.file_case()
    office.attach_file(1, "ก.txt", b"hello")
    officer, chief = office.add_officer("สมหญิง"), office.add_officer("มาลี", Role.SUPERVISOR)
    office.send_chat_text(officer, "/files 1")
    said = office.send_chat_text(officer, office.next_totp_code(officer))
    assert "ก.txt" in said
    assert LINK_PATTERN.search(said) is not None
    del office.desk.engine.query_handlers[NewAccessLink]  # type: ignore[attr-defined]
    for who, words in (
        (officer, "/page 1"),
        (officer, "/export 1"),
        (chief, "/import"),
        (officer, "/files 1"),
    ):
        said = office.send_chat_text(who, words)
        assert LINK_PATTERN.search(said) is None
        assert "ยังไม่เปิด" in said


def test_an_open_session_of_an_erased_case(office: OfficerServer) -> None:
    receipt = office.file_case()
    officer, browser = office.add_officer("สมหญิง"), office.new_browser()
    seen = office.open_page(officer, browser)
    for step in (
        TransitionRequest(Transition.SCREEN),
        TransitionRequest(Transition.NOT_ACCEPT, reason=NonAcceptanceReason.POLICY),
    ):
        office.server.run(office.desk.move_case(receipt.formatted, step))
    later = office.desk.now() + timedelta(days=4000)
    assert office.server.run(office.desk.store.retention.delete_ended_cases(later, timedelta(days=1))) == 1
    assert is_closed_page(browser.request(seen.path))
    assert is_closed_page(browser.submit_form(seen, "สวัสดี", "reply"))


def test_a_link_is_turned_once_in_time_and_by_its_owner(office: OfficerServer) -> None:
    office.file_case()
    officer, other = office.add_officer("สมหญิง"), office.add_officer("วิชัย")
    path = office.request_link(officer)
    link = hash_access_secret(office.desk.store.keyring, path.rpartition("/")[2])

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
    office.desk.clock_offset += timedelta(minutes=15)
    assert not turned("c", officer.id)
    office.desk.clock_offset -= timedelta(minutes=15)
    assert turned("d", officer.id)
    assert not turned("e", officer.id)
    assert not turned("f", officer.id, sha256(b"d").digest())  # a session path is not an access link
