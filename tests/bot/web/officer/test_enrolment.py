"""Joining over the page: who has the link alone, the digits alone or another's chat does not become an officer."""

import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from pyotp import HOTP
from sqlalchemy import select

from bot.web.officer.session import make_enrolment_link_factory
from handlers.dialog.events import Channel, Event
from handlers.staff.enrolment.messages import NewEnrolmentLink
from storage import tables
from storage.backup.finish_restore import RestoreFacts, finish_restore
from tests.end_to_end.officer.officer_server import HttpBrowser, HttpResponse, OfficerServer
from tests.end_to_end.officers import Officer

LINK = re.compile(r"https?://\S+(/staff/join/[\w-]+)(\?openExternalBrowser=1)?")
SECRET = re.compile(r"<pre class=\"lines\">([A-Z2-7]{32})</pre>")
NAME = "สมหญิง ใจดี"


@pytest.fixture
def office(tmp_path: Path) -> Iterator[OfficerServer]:
    one = OfficerServer(tmp_path / "var")
    one.desk.engine.query_handlers[NewEnrolmentLink] = make_enrolment_link_factory(one.server.address)  # type: ignore[index]
    yield one
    one.close()


def invite(office: OfficerServer, name: str = NAME) -> tuple[str, str]:
    """The code and the digits of an invitation."""
    code = office.server.run(office.desk.add_staff(name, "officer"))
    return code, office.desk.invitation_digits[name]


def new_chat(office: OfficerServer, name: str) -> Officer:
    return Officer(office.desk, name, "", office.desk.person_id(name))


def ask_link(office: OfficerServer, chat: Officer, code: str) -> str:
    found = LINK.search(office.send_chat_text(chat, f"/join {code}"))
    assert found is not None
    return found[1]


def give_digits(browser: HttpBrowser, link: str, digits: str) -> HttpResponse:
    return browser.submit_form(browser.request(link), digits)


def make_code(office: OfficerServer, page: HttpResponse) -> str:
    """The code that the app shows which was set up from a page."""
    found = SECRET.search(page.text)
    assert found is not None
    return HOTP(found[1]).at(int(office.desk.now().timestamp()) // 30)


def count_joined(office: OfficerServer) -> int:
    async def count() -> int:
        async with office.desk.store._reader.connect() as connection:
            rows = await connection.execute(select(tables.staff.c.id).where(tables.staff.c.who.is_not(None)))
            return len(rows.all())

    return office.server.run(count())


def test_the_link_the_digits_and_the_app_make_an_officer(office: OfficerServer) -> None:
    code, digits = invite(office)
    chat, browser = new_chat(office, "แชต"), office.new_browser()
    link = ask_link(office, chat, code)
    form = browser.request(link)
    assert (form.status, NAME in form.text, "<pre" in form.text) == (200, False, False)
    assert "ตั้งแอป" in office.send_chat_text(chat, "123456")  # before the page was opened no code is looked at
    assert "เลขไม่ตรง" in give_digits(browser, link, "999999" if digits != "999999" else "888888").text
    page = give_digits(browser, link, digits)
    assert page.status == 200
    assert (NAME in page.text, "<svg" in page.text) == (True, True)
    assert len(re.findall(r"^\w{5}-\w{5}$", re.sub("<[^>]+>", "\n", page.text), re.MULTILINE)) == 8
    assert SECRET.findall(give_digits(office.new_browser(), link, digits).text) == SECRET.findall(page.text)
    assert "ตัวเลขไม่ตรง" in office.send_chat_text(chat, "000000")
    welcome = office.send_chat_text(chat, make_code(office, page))
    assert "เรียบร้อย" in welcome
    assert not re.search(r"[A-Z2-7]{32}|\w{5}-\w{5}", welcome)  # nothing secret is said in the chat
    assert count_joined(office) == 1
    gone = browser.request(link)  # used: the link is dead
    assert (gone.status, "ใช้ไม่ได้แล้ว" in gone.text) == (410, True)
    actions = [what for _, what in office.load_audit_lines()]
    assert actions[-4:] == ["enrol-opened", "enrol-opened", "joined", "proved"]


def test_after_a_restore_people_join_with_the_code_and_the_digits_that_it_prints(
    office: OfficerServer,
) -> None:
    invite(office)
    now = office.desk.now()
    facts = RestoreFacts(made_at=now, now=now, stamp="s", erased=(), numbers={})
    finished = office.server.run(finish_restore(office.desk.store, facts, ()))
    [invited] = [one for one in finished.invitations if one.name == NAME]
    chat, browser = new_chat(office, "แชต"), office.new_browser()
    page = give_digits(browser, ask_link(office, chat, invited.invitation.code), invited.invitation.digits)
    assert "เรียบร้อย" in office.send_chat_text(chat, make_code(office, page))
    assert "ไม่มีเรื่อง" in office.send_chat_text(chat, "/inbox")


def test_guessed_digits_are_counted_over_links_and_browsers(office: OfficerServer) -> None:
    code, digits = invite(office)
    chats = [new_chat(office, f"ผู้บุกรุก{n}") for n in range(3)]
    links = [ask_link(office, chat, code) for chat in chats]
    wrong = [f"{(int(digits) + n) % 1_000_000:06}" for n in range(1, 7)]
    for number, guess in enumerate(wrong[:5]):
        assert "เลขไม่ตรง" in give_digits(office.new_browser(), links[number % 3], guess).text
    shut = give_digits(office.new_browser(), links[0], digits)  # the right ones are not looked at any more
    assert (shut.status, "ลองใหม่ได้หลังเวลา" in shut.text, SECRET.search(shut.text)) == (403, True, None)
    office.desk.clock_offset += timedelta(minutes=16)
    assert office.new_browser().request(links[0]).status == 410  # and the link has ended meanwhile
    link = ask_link(office, chats[0], code)
    assert "เลขไม่ตรง" in give_digits(office.new_browser(), link, wrong[5]).text
    refused = [what for actor, what in office.load_audit_lines() if what == "refused"]
    assert len(refused) == 6


def test_a_link_that_is_passed_on_makes_nobody_elses_chat_an_officers(office: OfficerServer) -> None:
    """An intruder has the code, and has the invited person open his link: the digits are told to her alone."""
    code, digits = invite(office)
    intruder, invited = new_chat(office, "ผู้บุกรุก"), new_chat(office, "ผู้ได้รับเชิญ")
    page = give_digits(office.new_browser(), ask_link(office, intruder, code), digits)
    app = make_code(office, page)
    assert "เรียบร้อย" not in office.send_chat_text(invited, app)  # her chat asked for no link
    for guess in range(6):
        said = office.send_chat_text(intruder, f"{(int(app) + 1 + guess) % 1_000_000:06}")
    assert "ลองใหม่ได้หลังเวลา" in said  # he has no app, and his guesses are counted
    assert count_joined(office) == 0
    own = give_digits(office.new_browser(), ask_link(office, invited, code), digits)
    assert "เรียบร้อย" in office.send_chat_text(invited, make_code(office, own))
    assert "ใช้ไปแล้ว" in office.send_chat_text(intruder, "123456")
    assert count_joined(office) == 1


def test_two_at_once_and_who_was_removed_meanwhile(office: OfficerServer) -> None:
    code, digits = invite(office)
    two = [new_chat(office, name) for name in ("คนแรก", "คนที่สอง")]
    pages = [give_digits(office.new_browser(), ask_link(office, chat, code), digits) for chat in two]
    said = [
        office.send_chat_text(chat, make_code(office, page)) for chat, page in zip(two, pages, strict=True)
    ]
    assert ["เรียบร้อย" in one for one in said] == [True, False]
    other_code, other_digits = invite(office, "วิชัย")
    chat = new_chat(office, "คนที่สาม")
    page = give_digits(office.new_browser(), ask_link(office, chat, other_code), other_digits)
    office.server.run(office.desk.remove_staff("วิชัย"))
    assert "เรียบร้อย" not in office.send_chat_text(chat, make_code(office, page))
    assert count_joined(office) == 1


def test_a_reset_ends_access_at_once_and_lets_the_person_join_again(office: OfficerServer) -> None:
    code, digits = invite(office)
    chat = new_chat(office, "แชต")
    page = give_digits(office.new_browser(), ask_link(office, chat, code), digits)
    office.send_chat_text(chat, make_code(office, page))
    office.file_case()
    assert "รับเรื่อง" in office.send_chat_text(chat, "/take 1")

    async def reset() -> tuple[str, str]:
        store = office.desk.store
        async with store._reader.connect() as connection:
            staff = (await connection.execute(select(tables.staff.c.id))).scalar_one()
        anew = await store.staff_admin.reset(staff, office.desk.now())
        return anew.code, anew.digits

    new_code, new_digits = office.server.run(reset())
    assert "ของท่าน" not in office.send_chat_text(chat, "/inbox")
    assert "ใช้ไม่ได้" in office.send_chat_text(chat, f"/join {code}")
    office.desk.clock_offset += timedelta(minutes=1)  # each code of an app is taken once
    page = give_digits(office.new_browser(), ask_link(office, chat, new_code), new_digits)
    assert "เรียบร้อย" in office.send_chat_text(chat, make_code(office, page))
    assert "ของท่าน" in office.send_chat_text(chat, "/inbox")  # the case stayed theirs


def test_on_line_nothing_secret_is_said_without_a_page(office: OfficerServer) -> None:
    del office.desk.engine.query_handlers[NewEnrolmentLink]  # type: ignore[attr-defined]
    code, _ = invite(office)
    event = Event("line-1", office.desk.person_id("ไลน์"), Channel.LINE, text=f"/join {code}")
    said = "\n".join(message.text for message in office.server.run(office.desk.handle(event)))
    assert "ไม่แสดงใน LINE" in said
    assert not re.search(r"[A-Z2-7]{32}", said)
