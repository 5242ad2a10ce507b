"""Other pages that links lead to: the case PDF, the register import, and a reporter's identity."""

import asyncio
import io
import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import openpyxl
import pikepdf
import pytest

from bot.exporters import register_file
from bot.web.officer.responses import OfficerResponses
from bot.web.templating import PageRenderer
from bot.web.workspace.pages import WorkspacePages
from bot.web.workspace.papers import register_import
from bot.web.workspace.papers.register_import import (
    MAX_PENDING_IMPORTS,
    MAX_REGISTER_BYTES,
    PendingImport,
    RegisterImport,
)
from handlers.complaints.messages import FileCase
from handlers.dialog.events import Channel
from handlers.dialog.receipt import make_receipt
from handlers.staff.complaints.case_page import PAGE_COMMANDS
from handlers.staff.complaints.commands import COMPLAINTS_COMMAND_TABLE
from handlers.staff.page_access import NewAccessLink, PageKind
from handlers.staff.permissions import CommandName, Role
from handlers.thai.dates import get_fiscal_year, to_bangkok_date
from storage.errors import DiskFullError
from tests.end_to_end.officer.officer_server import LINK_PATH, LINK_PATTERN, HttpResponse, OfficerServer
from tests.end_to_end.workspace.workspace_server import give
from tests.in_memory_desk import OFFICE

HEAD = "number,received_on,source,category,status,outcome,closed_on\n"
ROWS = "1/2568,12/11/2567,หนังสือ,corruption,อยู่ระหว่างดำเนินการ,,\n2/2568,13/11/2567,โทรศัพท์,corruption,แล้วเสร็จ,,1/12/2567\n"


@pytest.fixture
def office(tmp_path: Path) -> Iterator[OfficerServer]:
    one = OfficerServer(tmp_path / "var")
    yield one
    one.close()


def find_password(page: HttpResponse) -> str:
    """The password of an export, as its page shows it."""
    found = re.search(r'id="password">([0-9A-Z-]+)<', page.text)
    assert found is not None
    return found[1]


def test_a_paper_is_fetched_by_a_link_and_opened_with_the_password_of_the_page(office: OfficerServer) -> None:
    office.file_case()
    officer, browser = office.add_officer("สมหญิง"), office.new_browser()
    seen = office.open_page(officer, browser, "/export 1")
    password = find_password(seen)
    assert len(password.replace("-", "")) == 20
    assert "คานารี" not in seen.text
    paper = browser.request(f"{seen.path}/paper")
    assert paper.status == 200
    assert paper.headers["content-type"] == "application/pdf"
    assert "attachment" in paper.headers["content-disposition"]
    assert b"AESV3" in paper.content
    with pikepdf.open(io.BytesIO(paper.content), password=password) as pdf:
        assert len(pdf.pages) >= 1
    with pytest.raises(pikepdf.PasswordError):
        pikepdf.open(io.BytesIO(paper.content), password="")
    assert ("staff:" + officer.id, "exported") in office.load_audit_lines()
    assert office.new_browser().request(f"{seen.path}/paper").status == 401
    assert find_password(browser.request(seen.path)) == password  # of this session and case
    other = office.new_browser()
    again = office.open_page(officer, other, "/export 1")
    assert find_password(again) != password
    office.desk.clock_offset += timedelta(minutes=31)
    assert "คานารี" not in browser.request(seen.path).text
    assert browser.request(f"{seen.path}/paper").headers["location"] == seen.path  # which asks for the code


def open_import_page(office: OfficerServer, browser: Any, officer: Any) -> Any:
    return office.open_page(officer, browser, "/import")


def test_a_register_is_checked_shown_and_taken_when_confirmed(office: OfficerServer) -> None:
    chief, browser = office.add_officer("มาลี", Role.SUPERVISOR), office.new_browser()
    seen = open_import_page(office, browser, chief)
    bad = browser.upload_file(seen, "เก่า.csv", (HEAD + ROWS + "x,1/1/2560,นก,corruption,รับเรื่อง,,\n").encode())
    assert "แถวที่ต้องแก้ไข" in bad.text
    assert "บรรทัด 4:" in bad.text
    assert 'value="import"' not in bad.text
    assert "โปรดเลือกไฟล์อีกครั้ง" in browser.submit_form(bad, choice="import").text
    good = browser.upload_file(bad, "เก่า.csv", (HEAD + ROWS).encode())
    assert "นำเข้า 2 เรื่อง" in good.text
    assert office.server.run(office.desk.load_register_numbers()) == []
    done = browser.submit_form(good, choice="import")
    assert "นำเข้าแล้ว 2 เรื่อง" in done.text
    assert office.server.run(office.desk.load_register_numbers()) == [1, 2]
    assert ("staff:" + chief.id, "imported") in office.load_audit_lines()
    again = browser.upload_file(done, "เก่า.csv", (HEAD + ROWS).encode())
    assert 'value="import"' not in again.text
    assert "โปรดเลือกไฟล์อีกครั้ง" in browser.submit_form(good, choice="import").text
    assert office.server.run(office.desk.load_register_numbers()) == [1, 2]
    assert "นำเข้าแล้ว 2 เรื่อง" in browser.request(done.path).text  # loaded again
    back = browser.request(good.path)
    assert 'value="import"' not in back.text  # Back: it is in already
    assert "โปรดเลือกไฟล์อีกครั้ง" in back.text


def test_words_are_asked_on_the_page_and_remembered_and_an_import_is_reversed(office: OfficerServer) -> None:
    chief, browser = office.add_officer("มาลี", Role.SUPERVISOR), office.new_browser()
    seen = open_import_page(office, browser, chief)
    rows = "1/2560,1/1/2560,หนังสือ,corruption,ปิดงาน,,\n2/2560,2/1/2560,ฟก,corruption,รับเรื่อง,,\n"
    odd = browser.upload_file(seen, "เก่า.csv", (HEAD + rows).encode())
    assert 'id="questions"' in odd.text
    assert "“ปิดงาน” (1 แถว) หมายถึง" in odd.text
    assert "--word" not in odd.text
    assert 'value="import"' not in odd.text
    names = re.findall(r'<select id="(word-[0-9a-f]{16})"', odd.text)
    given = dict(zip(names, ("letter", "letter"), strict=True))
    half = browser.submit_form(odd, choice="answer", **given)
    assert "“ฟก” (1 แถว)" not in half.text
    assert "“ปิดงาน” (1 แถว)" in half.text
    again = browser.submit_form(
        odd, choice="answer", **given
    )  # a form that is sent twice answers nothing else
    assert "“ปิดงาน” (1 แถว)" in again.text
    [open_] = re.findall(r'<select id="(word-[0-9a-f]{16})"', again.text)
    good = browser.submit_form(again, choice="answer", **{open_: "closed"})
    assert 'value="import"' in good.text
    done = browser.submit_form(good, choice="import")
    assert "เป็นการนำเข้าครั้งที่ 1" in done.text
    more = "3/2560,1/1/2560,ฟก,corruption,ปิดงาน,,\n"
    known = browser.upload_file(done, "ใหม่.csv", (HEAD + more).encode())
    assert 'value="import"' in known.text
    assert "คำที่เคยบอกไว้: ฟก = หนังสือ, ปิดงาน = ยุติแล้ว" in known.text
    listed = browser.request(seen.path)
    assert "นำเข้าครั้งที่ 1 เมื่อ" in listed.text
    asked = browser.submit_form(listed, choice="undo", number="1")
    assert 'value="undo_now"' in asked.text
    assert office.server.run(office.desk.load_register_numbers()) == [1, 2]
    gone = browser.submit_form(asked, choice="undo_now", number="1")
    assert "ย้อนกลับแล้วเมื่อ" in gone.text
    assert office.server.run(office.desk.load_register_numbers()) == []
    assert "ย้อนกลับไปแล้ว" in browser.submit_form(asked, choice="undo_now", number="1").text
    assert "ไม่มีการนำเข้าครั้งที่ 0" in browser.submit_form(asked, choice="undo", number="x").text
    assert ("staff:" + chief.id, "import-undone") in office.load_audit_lines()


def test_an_answer_about_a_word_is_mended_by_going_back(office: OfficerServer) -> None:
    chief, browser = office.add_officer("มาลี", Role.SUPERVISOR), office.new_browser()
    seen = open_import_page(office, browser, chief)
    rows = "1/2560,1/1/2560,หนังสือ,corruption,ปิดงาน,,\n"
    odd = browser.upload_file(seen, "เก่า.csv", (HEAD + rows).encode())
    [word] = re.findall(r'<select id="(word-[0-9a-f]{16})"', odd.text)
    slip = browser.submit_form(odd, choice="answer", **{word: "closed"})
    assert "ปิดงาน = ยุติแล้ว" in slip.text
    back = browser.request(odd.path)
    assert word in back.text
    meant = browser.submit_form(back, choice="answer", **{word: "investigating"})
    assert "ปิดงาน = สืบสวน" in meant.text
    assert "ยุติแล้ว" not in meant.text.partition('id="understood"')[2].partition("<form")[0]
    assert "นำเข้าแล้ว 1 เรื่อง" in browser.submit_form(meant, choice="import").text
    assert "โปรดเลือกไฟล์อีกครั้ง" in browser.submit_form(slip, choice="import").text
    assert office.server.run(office.desk.load_register_numbers()) == [1]
    known = browser.upload_file(seen, "ใหม่.csv", (HEAD + rows.replace("1/2560", "2/2560", 1)).encode())
    assert "คำที่เคยบอกไว้: ปิดงาน = สืบสวน" in known.text


def test_the_register_goes_out_as_a_file_for_the_office_and_is_audited(office: OfficerServer) -> None:
    office.file_case()
    chief, browser = office.add_officer("มาลี", Role.SUPERVISOR), office.new_browser()
    seen = open_import_page(office, browser, chief)
    assert 'id="register-out"' in seen.text
    year = get_fiscal_year(to_bangkok_date(office.desk.engine.now()))
    file = browser.submit_form(seen, choice="export", period=str(year), format="csv")
    assert file.headers["cache-control"] == "no-store"
    assert "attachment" in file.headers["content-disposition"]
    lines = file.content.decode("utf-8-sig").splitlines()
    assert lines[0].startswith("ลับ - ทะเบียนเรื่องร้องเรียน")
    assert lines[2].startswith(f"1/{year},")
    assert ("staff:" + chief.id, "register-exported") in office.load_audit_lines()
    book = browser.submit_form(seen, choice="export", period=f"ปีงบประมาณ {year}", format="xlsx")
    assert openpyxl.load_workbook(io.BytesIO(book.content)).active["A3"].value == f"1/{year}"
    unknown = browser.submit_form(seen, choice="export", period="เมื่อวาน").text
    assert "ไม่ใช่ช่วงเวลา" in unknown
    assert 'id="register-out"' in unknown  # another period is typed there
    other = office.add_officer("สมศักดิ์", Role.SUPERVISOR)
    theirs = office.new_browser()
    barred = open_import_page(office, theirs, other)
    assert "ทุจริต" in theirs.submit_form(barred, choice="export", period=str(year), format="csv").text
    office.send_chat_text(chief, "/bar 1 สมศักดิ์ มีชื่อในเรื่องนี้ชัดเจน")
    assert "ทุจริต" not in theirs.submit_form(barred, choice="export", period=str(year), format="csv").text


@pytest.mark.parametrize(
    ("format_", "name"), [("csv", "render_register_csv"), ("xlsx", "render_register_xlsx")]
)
def test_the_file_of_the_register_is_made_beside_the_loop(
    office: OfficerServer, monkeypatch: pytest.MonkeyPatch, format_: str, name: str
) -> None:
    render, loops = getattr(register_file, name), list[object]()

    def record_loop(*args: Any) -> bytes:
        loops.append(asyncio._get_running_loop())
        return bytes(render(*args))

    monkeypatch.setattr(register_import, name, record_loop)
    chief, browser = office.add_officer("มาลี", Role.SUPERVISOR), office.new_browser()
    seen = open_import_page(office, browser, chief)
    assert browser.submit_form(seen, choice="export", period="2570", format=format_).status == 200
    assert loops == [None]


def test_a_spreadsheet_is_taken_too_and_what_is_none_is_told(office: OfficerServer) -> None:
    admin, browser = office.add_officer("วิทยา", Role.ADMIN), office.new_browser()
    seen = open_import_page(office, browser, admin)
    book, out = openpyxl.Workbook(), io.BytesIO()
    for row in (HEAD + ROWS).splitlines():
        book.active.append(row.split(","))
    book.save(out)
    assert "นำเข้า 2 เรื่อง" in browser.upload_file(seen, "เก่า.xlsx", out.getvalue()).text
    for name, content, words in (
        ("x.xlsx", b"PK\x03\x04nothing", "อ่าน"),
        ("x.csv", b"", ""),
        ("x.csv", b"a,b\n1,2\n", "วันที่รับ"),
        ("x.csv", b"x" * (MAX_REGISTER_BYTES + 1), "5 MB"),
    ):
        told = browser.upload_file(seen, name, content)
        assert told.status == 200
        assert words in told.text, name
        assert 'value="import"' not in told.text
    assert "ยังไม่ได้เลือกไฟล์" in browser.submit_form(seen, choice="look").text
    assert browser.submit_form(seen, choice="look", csrf="x").status == 403


def test_only_so_many_files_wait_and_none_on_the_disk(office: OfficerServer, tmp_path: Path) -> None:
    chief = office.add_officer("มาลี", Role.SUPERVISOR)
    browsers = [office.new_browser() for _ in range(MAX_PENDING_IMPORTS + 1)]
    pages = [open_import_page(office, browser, chief) for browser in browsers]
    rows = (HEAD + ROWS.replace("หนังสือ", "หนังสือ ")).encode()
    shown = [b.upload_file(p, "CANARYNAME.csv", rows) for b, p in zip(browsers, pages, strict=True)]
    assert all('value="import"' in page.text for page in shown)
    for path in tmp_path.rglob("*"):
        assert not path.is_file() or b"CANARYNAME" not in path.read_bytes()
        assert not path.is_file() or rows not in path.read_bytes()
    assert "โปรดเลือกไฟล์อีกครั้ง" in browsers[0].submit_form(shown[0], choice="import").text
    office.server.run(office.desk.remove_staff("มาลี"))
    assert browsers[-1].submit_form(shown[-1], choice="import").status == 401
    assert office.server.run(office.desk.load_register_numbers()) == []


def test_each_page_is_for_roles_that_may_give_its_command() -> None:
    assert PAGE_COMMANDS.keys() == set(PageKind)
    rows = COMPLAINTS_COMMAND_TABLE.rows
    assert rows[CommandName.PAGE].roles == rows[CommandName.EXPORT].roles == {Role.OFFICER, Role.SUPERVISOR}
    assert rows[CommandName.IMPORT].roles == {Role.SUPERVISOR, Role.ADMIN}


def test_an_officer_may_not_bring_a_register_nor_an_admin_open_a_case(office: OfficerServer) -> None:
    office.file_case()
    for name, role, words in (
        ("สมหญิง", Role.OFFICER, "/import"),
        ("วิทยา", Role.ADMIN, "/page 1"),
        ("ผู้ตรวจ", Role.AUDITOR, "/export 1"),
    ):
        assert "ไม่อยู่ในหน้าที่" in office.send_chat_text(office.add_officer(name, role), words)


def test_what_nobody_confirms_is_let_go(office: OfficerServer) -> None:
    chief, browser = office.add_officer("มาลี", Role.SUPERVISOR), office.new_browser()
    one = PendingImport("ก.csv", b"1")
    pages = WorkspacePages("complaints", OfficerResponses(PageRenderer(OFFICE)))
    registers = RegisterImport(office.desk, OFFICE, pages)  # type: ignore[arg-type]
    registers._pending = {b"a": one, b"b": PendingImport("ข.csv", b"2")}
    registers._expire_pending(b"a", one)
    registers._expire_pending(b"b", one)  # another file was uploaded since
    assert list(registers._pending) == [b"b"]
    seen = open_import_page(office, browser, chief)
    good = browser.upload_file(seen, "เก่า.csv", (HEAD + ROWS).encode())
    take = office.desk.store.register_importer.import_cases

    async def full(*_: Any) -> None:
        raise DiskFullError("there is no room")

    office.desk.store.register_importer.import_cases = full  # type: ignore[method-assign]
    assert "บันทึกไม่ได้" in browser.submit_form(good, choice="import").text
    office.desk.store.register_importer.import_cases = take  # type: ignore[method-assign]
    office.desk.errors.clear()
    assert office.server.run(office.desk.load_register_numbers()) == []


def test_the_disk_is_full_at_the_code(office: OfficerServer) -> None:
    office.file_case()
    officer, browser = office.add_officer("สมหญิง"), office.new_browser()
    form = browser.request(office.request_link(officer))
    store, commit = office.desk.store, office.desk.store.commit

    async def full(*_: Any) -> Any:
        raise DiskFullError("there is no room")

    store.commit = full  # type: ignore[method-assign]
    code = office.next_totp_code(officer)
    assert browser.submit_form(form, code).status == 503
    store.commit = commit  # type: ignore[method-assign]
    assert "คานารี" in browser.submit_form(form, code).text
    assert {type(fault) for fault in office.desk.errors} == {DiskFullError}
    office.desk.errors.clear()


def test_a_name_that_two_agreed_on_is_shown_on_the_page_where_a_chat_keeps_everything(
    office: OfficerServer,
) -> None:
    today = to_bangkok_date(office.desk.now())
    identity = {"name": "วีระชัย คานารี", "contact": "0812345678"}
    case = FileCase(
        make_receipt(1),
        "corruption",
        Channel.WEB,
        today,
        today,
        "2570-1",
        answers={"story": "ก"},
        identity=identity,
    )
    office.server.run(office.desk.commit_office_act(case))
    officer, chief, browser = (
        office.add_officer("สมหญิง"),
        office.add_officer("มาลี", Role.SUPERVISOR),
        office.new_browser(),
    )

    def on_line(words: str) -> str:
        event = replace(officer.new_event(text=words), channel=Channel.LINE)
        return "\n".join(m.text for m in office.server.run(office.desk.handle(event)))

    assert "ขอไว้แล้ว" in on_line("/identity 1 ต้องโทรถามเลขที่สัญญาจากผู้แจ้ง")
    asked = office.server.run(chief.say("/approve 1"))
    office.server.run(chief.pick(next(data for m in asked for _, data in m.choices if "/approve" in data)))
    drawn = office.desk.engine.query_handlers.pop(NewAccessLink)  # type: ignore[attr-defined]
    assert "ไม่แสดงใน LINE" in on_line("/identity 1")  # no page: nothing is opened, and no approval used up
    office.desk.engine.query_handlers[NewAccessLink] = drawn  # type: ignore[index]
    said = on_line("/identity 1")
    assert "วีระชัย" not in said
    found = LINK_PATTERN.search(said)
    assert found is not None
    form = browser.request(f"{LINK_PATH}/{found[1]}")
    seen = browser.submit_form(form, office.next_totp_code(officer))
    assert "วีระชัย" not in seen.text
    number = f"/identity 1/{seen.path.split('/')[-2]}"
    shown = give(browser, seen, number)
    assert "วีระชัย คานารี" in shown.text
    assert "0812345678" in shown.text
    assert ("staff:" + officer.id, "read-identity") in office.load_audit_lines()
    assert "วีระชัย" not in give(browser, shown, number).text  # the approval is used up
