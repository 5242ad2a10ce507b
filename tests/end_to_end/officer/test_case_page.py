"""Links from a chat over real HTTP: each signs in to the workspace once, at its case, and opens no other way."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from urllib.parse import urlencode

import pytest
from pyotp import HOTP
from sqlalchemy import update

from bot.web.workspace.addresses import SIGN_IN_COOKIE, WORKSPACE_COOKIE
from handlers.complaints.lifecycle import NonAcceptanceReason, Transition, TransitionRequest
from handlers.complaints.messages import Exclusion, ExclusionGround, SetExclusion
from handlers.dialog.effects import TurnResult
from handlers.dialog.events import Channel, Event
from handlers.dialog.receipt import make_receipt
from handlers.staff.members import FindInvitation, JoinStaff
from handlers.staff.page_access import NewAccessLink, UseAccessLink
from handlers.staff.permissions import Role
from handlers.staff.workspace.messages import MAX_WORKSPACE_LINKS
from handlers.thai.dates import to_bangkok_date
from storage import tables
from storage.errors import ConflictError
from storage.staff.page_access import hash_access_secret
from tests.end_to_end.officer.officer_server import LINK_PATH, LINK_PATTERN, HttpResponse, OfficerServer
from tests.end_to_end.officers import Officer

STORY, HOME = "คานารี", "/staff/complaints"


@pytest.fixture
def office(tmp_path: Path) -> Iterator[OfficerServer]:
    one = OfficerServer(tmp_path / "var")
    yield one
    one.close()


def is_closed(seen: HttpResponse) -> bool:
    """Whether a page says how to sign in, and nothing of the case."""
    return "พิมพ์ หน้างาน" in seen.text and STORY not in seen.text and 'name="given"' not in seen.text


def test_a_link_opens_its_case_once_and_a_look_does_not_use_it_up(office: OfficerServer) -> None:
    office.file_case()
    officer = office.add_officer("สมหญิง")
    path = office.request_link(officer)
    for _ in range(3):  # link previews of chat apps
        looked = office.new_browser().request(path)
        assert looked.status == 200
        assert STORY not in looked.text
        assert "1/" not in looked.text
    assert office.new_browser().request(path, method="HEAD").status == 200
    browser = office.new_browser()
    seen = browser.submit_form(browser.request(path), office.next_totp_code(officer))
    assert seen.status == 200
    for words in ("เรื่อง 1/", STORY, "ห้องพัสดุ", "แจ้งเรื่อง"):
        assert words in seen.text
    assert is_closed(office.new_browser().request(path))
    other = office.new_browser()
    form = other.request(office.request_link(officer))
    assert is_closed(other.submit_form(form, office.next_totp_code(officer), path=path))
    assert STORY in browser.request(seen.path).text  # the open session stays valid
    whats = [what for who, what in office.load_audit_lines() if who == f"staff:{officer.id}"]
    assert whats.count("signed-in") == 1
    assert whats.count("read-page") == 2
    assert whats.count("proved") == 1


def test_a_link_ends_after_a_quarter_of_an_hour_and_content_after_half_of_one(office: OfficerServer) -> None:
    office.file_case()
    officer = office.add_officer("สมหญิง")
    browser = office.new_browser()
    form = browser.request(office.request_link(officer))
    seat = office.new_browser()
    seen = office.open_page(officer, seat)
    office.desk.clock_offset += timedelta(minutes=15)
    assert is_closed(browser.request(form.path))
    assert is_closed(browser.submit_form(form, officer.totp_code()))
    assert STORY in seat.request(seen.path).text
    office.desk.clock_offset += timedelta(minutes=15)
    assert STORY not in seat.request(seen.path).text
    office.desk.clock_offset += timedelta(hours=8)
    late = seat.submit_form(seen, "ข้อความที่พิมพ์นาน")
    assert late.status == 401
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
    assert STORY not in browser.request(seen.path).text
    for path in (f"{seen.path}/file/1", f"{seen.path}/picture/1", seen.path.replace("/case/", "/export/")):
        shown = browser.request(path)
        assert STORY not in shown.text
        assert 'id="password"' not in shown.text
    assert browser.request(seen.path.replace("/case/", "/export/") + "/paper").headers["content-type"] != (
        "application/pdf"
    )
    assert STORY not in browser.submit_form(seen, "สวัสดี", given="/reply 1").text
    late = office.new_browser()
    form = late.request(link)
    if how in {"removed", "left"}:
        assert is_closed(form)
        assert is_closed(late.submit_form(form, officer.totp_code(), path=link))
    else:
        assert STORY not in late.submit_form(form, office.next_totp_code(officer), path=link).text


async def demote_to_auditor(office: OfficerServer, staff: str) -> None:
    """Change a role in another program."""
    changed = update(tables.staff).where(tables.staff.c.id == staff).values(role=Role.AUDITOR.value)
    async with office.desk.store.committer.transaction() as connection:
        await connection.execute(changed)


def test_five_wrong_codes_close_this_link_and_no_other_way(office: OfficerServer) -> None:
    office.file_case()
    officer = office.add_officer("สมหญิง")
    browser = office.new_browser()
    path = office.request_link(officer)
    form = browser.request(path)
    for number in range(5):
        wrong = browser.submit_form(form, f"00000{number}")
        assert wrong.status == (403 if number < 4 else 410)
        assert ("รหัสไม่ถูกต้อง" if number < 4 else "ผิดครบห้าครั้ง") in wrong.text
    assert browser.submit_form(form, office.next_totp_code(officer)).status == 410
    office.send_chat_text(officer, "/facts 1")
    assert "ลองใหม่ได้หลังเวลา" not in office.send_chat_text(officer, officer.totp_code())
    assert STORY in office.open_page(officer, office.new_browser()).text


def test_who_has_the_phone_has_fifteen_guesses_in_a_quarter_of_an_hour(office: OfficerServer) -> None:
    """A link is asked for by any command; after three, a chat tells an address that asks who one is."""
    office.file_case()
    officer = office.add_officer("สมหญิง")
    asked = [
        office.send_chat_text(officer, words) for words in ("/page 1", "/export 1", "/page 1", "/page 1")
    ]
    assert [LINK_PATTERN.search(said) is not None for said in asked] == [True] * MAX_WORKSPACE_LINKS + [False]
    path = asked[-1].partition(office.server.address)[2].split()[0]
    assert path.startswith(f"{HOME}/case/")
    assert is_closed(office.new_browser().request(path))
    browser = office.new_browser()
    found = LINK_PATTERN.search(asked[0])
    assert found is not None
    browser.submit_form(browser.request(f"{LINK_PATH}/{found[1]}"), office.next_totp_code(officer))
    assert STORY in browser.request(path).text  # who is signed in goes on from there


def test_a_code_opens_once_and_a_form_sent_twice_is_one_session(office: OfficerServer) -> None:
    office.file_case()
    officer = office.add_officer("สมหญิง")
    browser = office.new_browser()
    form = browser.request(office.request_link(officer))
    code = office.next_totp_code(officer)
    seen = browser.submit_form(form, code)
    cookie = browser.cookie_jar[HOME, WORKSPACE_COOKIE]
    again = browser.submit_form(form, code)
    assert (STORY in again.text, again.path) == (True, seen.path)
    assert browser.cookie_jar[HOME, WORKSPACE_COOKIE] == cookie
    other = office.new_browser()
    assert "ใช้ไปแล้ว" in other.submit_form(other.request(office.request_link(officer)), code).text
    planted = office.new_browser()
    planted.cookie_jar[LINK_PATH, SIGN_IN_COOKIE] = "0" * 32
    form = planted.request(office.request_link(officer))
    assert planted.submit_form(form, office.next_totp_code(officer)).status == 200
    assert "0" * 32 not in [v for (_, name), v in planted.cookie_jar.items() if name == WORKSPACE_COOKIE]


def test_a_colleague_cannot_use_a_link_that_was_passed_on(office: OfficerServer) -> None:
    office.file_case()
    officer, other = office.add_officer("สมหญิง"), office.add_officer("วิชัย")
    factor = "KRSXG5CTMVRXEZLUKRSXG5CTMVRXEZLU"
    office.server.run(office.desk.commit_office_act(rejoin_with_secret(office, other, factor)))
    browser = office.new_browser()
    form = browser.request(office.request_link(officer))
    theirs = HOTP(factor).at(int(office.desk.now().timestamp()) // 30)
    assert "รหัสไม่ถูกต้อง" in browser.submit_form(form, theirs).text
    signed_in = office.new_browser()
    office.open_page(other, signed_in)
    assert 'name="text"' in signed_in.request(form.path).text  # another's session opens nothing with it
    assert STORY in browser.submit_form(browser.request(form.path), office.next_totp_code(officer)).text


def rejoin_with_secret(office: OfficerServer, officer: Officer, factor: str) -> JoinStaff:
    """The same person, with a second factor of their own."""
    code = office.server.run(office.desk.add_staff(f"{officer.name}ใหม่", Role.OFFICER))
    now = office.desk.now()
    person = office.server.run(office.desk.store.answer_query(FindInvitation(code), now))
    who, day = office.desk.person_id(code), to_bangkok_date(now)
    return JoinStaff(person.id, code, who, factor, (), Channel.TERMINAL, None, "th", day)


def test_in_a_session_a_link_asks_for_no_second_code(office: OfficerServer) -> None:
    office.file_case(1)
    office.file_case(2)
    officer, browser = office.add_officer("สมหญิง"), office.new_browser()
    office.open_page(officer, browser)
    two = browser.request(office.request_link(officer, "/page 2"))
    assert two.status == 303
    assert "เรื่อง 2/" in browser.request(two.headers["location"]).text
    export = browser.request(office.request_link(officer, "/export 2"))
    assert export.headers["location"] == two.headers["location"].replace("/case/", "/export/")
    office.desk.clock_offset += timedelta(minutes=30)
    assert 'name="text"' in browser.request(office.request_link(officer, "/page 2")).text


def test_logging_out_ends_the_session(office: OfficerServer) -> None:
    office.file_case()
    officer = office.add_officer("สมหญิง")
    browser = office.new_browser()
    seen = office.open_page(officer, browser)
    jar = dict(browser.cookie_jar)
    left = browser.submit_form(seen, path=f"{HOME}/leave")
    assert is_closed(left)
    assert (HOME, WORKSPACE_COOKIE) not in browser.cookie_jar
    browser.cookie_jar = jar  # the cookie alone does not restore the session
    assert is_closed(browser.request(seen.path))
    assert is_closed(browser.submit_form(seen, "สวัสดี"))


def test_headers_and_cookies(office: OfficerServer) -> None:
    office.file_case()
    officer = office.add_officer("สมหญิง")
    browser = office.new_browser()
    form = browser.request(office.request_link(officer))
    seen = browser.submit_form(form, office.next_totp_code(officer))
    for page in (
        form,
        seen,
        browser.request(f"{HOME}/open/0"),
        browser.submit_form(seen, "ก", given="/reply 1"),
    ):
        assert page.headers["cache-control"] == "no-store"
        assert page.headers["referrer-policy"] == "no-referrer"
        assert page.headers["x-frame-options"] == "DENY"
        assert page.headers["x-content-type-options"] == "nosniff"
        assert page.headers["cross-origin-opener-policy"] == "same-origin"
        policy = page.headers["content-security-policy"]
        assert "default-src 'none'" in policy
        assert "frame-ancestors 'none'" in policy
        assert "unsafe" not in policy
        assert "http" not in policy
    assert len(browser.set_cookies) >= 2
    for cookie in browser.set_cookies:
        assert "HttpOnly" in cookie
        assert "SameSite=strict" in cookie
        assert f"Path={HOME}" in cookie
        assert "Max-Age" not in cookie  # session cookie: the browser does not write it to disk
    secure = office.new_browser().request(office.request_link(officer), X_Forwarded_Proto="https")
    assert "Secure" in secure.headers["set-cookie"]
    assert not any(path in {"/", "/report", "/track"} for path, _ in browser.cookie_jar)


@pytest.mark.parametrize(
    "path", ["open/c2VjcmV0", "0123456789abcdef", "0123456789abcdef/file/12", "0/paper", ""]
)
def test_addresses_of_the_page_before_lead_to_the_workspace_and_keep_nothing(
    office: OfficerServer, path: str
) -> None:
    browser = office.new_browser()
    for method in ("GET", "POST"):
        led = browser.request(f"/officer/{path}", b"text=123456" if method == "POST" else None)
        assert (led.status, led.headers["location"]) == (303, f"{HOME}?former")
        assert "set-cookie" not in led.headers
    assert is_closed(browser.request(HOME))
    assert "ลิงก์เก่า" in browser.request(f"{HOME}?former").text
    join = browser.request("/officer/join/c2VjcmV0")
    assert (join.status, join.headers["location"]) == (303, "/staff/join/c2VjcmV0")


def test_the_page_speaks_the_officers_language(office: OfficerServer) -> None:
    office.file_case()
    officer = office.add_officer("สมหญิง")
    office.send_chat_text(officer, "/en")
    browser = office.new_browser()
    form = browser.request(office.request_link(officer))
    assert "Sign in to the workspace" in form.text
    assert (
        "It is recorded that you opened this"
        in browser.submit_form(form, office.next_totp_code(officer)).text
    )


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
    other = office.new_browser()
    refused = other.submit_form(other.request(office.request_link(officer)), "ABCDE-12345")
    assert "รหัสไม่ถูกต้อง" in refused.text


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
    assert [what for _, what in office.load_audit_lines()].count("signed-in") == 1


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
    assert sorted(page.status for page in seen) == [403] * 4 + [410] * 4
    assert ["ผิดครบห้าครั้ง" in page.text for page in seen].count(True) == 1
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
    seen, link = office.open_page(officer, browser), office.request_link(officer)
    for step in (
        TransitionRequest(Transition.SCREEN),
        TransitionRequest(Transition.NOT_ACCEPT, reason=NonAcceptanceReason.POLICY),
    ):
        office.server.run(office.desk.move_case(receipt.formatted, step))
    later = office.desk.now() + timedelta(days=4000)
    assert office.server.run(office.desk.store.retention.delete_ended_cases(later, timedelta(days=1))) == 1
    assert STORY not in browser.request(seen.path).text
    assert STORY not in browser.submit_form(seen, "สวัสดี", given="/reply 1").text
    assert is_closed(office.new_browser().request(link))


def test_a_link_is_used_up_once_in_time_and_by_its_owner(office: OfficerServer) -> None:
    office.file_case()
    officer, other = office.add_officer("สมหญิง"), office.add_officer("วิชัย")
    path = office.request_link(officer)
    link = hash_access_secret(office.desk.store.keyring, path.rpartition("/")[2])

    def is_used_up(name: str, staff: str, mark: bytes = link) -> bool:
        event, turn = Event(name, b"x" * 32, Channel.WEB), TurnResult(None, (), (UseAccessLink(mark, staff),))
        try:
            office.server.run(office.desk.store.commit(event, None, turn, office.desk.now()))
        except ConflictError:
            return False
        return True

    assert not is_used_up("a", other.id)
    assert not is_used_up("b", officer.id, b"?" * 32)
    office.desk.clock_offset += timedelta(minutes=15)
    assert not is_used_up("c", officer.id)
    office.desk.clock_offset -= timedelta(minutes=15)
    assert is_used_up("d", officer.id)
    assert not is_used_up("e", officer.id)
