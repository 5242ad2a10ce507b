"""The head, the auditor and whoever runs the channel, on their views: what each sees and does there, and what not."""

import re
from collections import Counter
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from handlers.complaints.messages import Exclusion, ExclusionGround, FileCase
from handlers.dialog.events import Channel
from handlers.dialog.receipt import make_receipt
from handlers.staff.complaints.messages import AssignCase, FindCaseByNumber, SetAppointment
from handlers.staff.permissions import Role
from handlers.staff.workspace.messages import InboxTab
from handlers.staff.workspace.views import WORKSPACE_VIEWS, get_view_address
from handlers.thai.dates import to_bangkok_date
from tests.counted_work import count_statements
from tests.end_to_end.workspace.workspace_server import WorkspaceServer, give

pytestmark = pytest.mark.full("servers of the workspace")
DESK = "/staff/complaints"


@pytest.fixture
def office(tmp_path: Path) -> Iterator[WorkspaceServer]:
    one = WorkspaceServer(tmp_path / "var")
    yield one
    one.close()


@pytest.mark.parametrize(
    ("role", "opened"),
    [
        (Role.OFFICER, {"figures"}),
        (Role.SUPERVISOR, {"figures", "trail", "people"}),
        (Role.ADMIN, {"figures", "people"}),
        (Role.AUDITOR, {"figures", "trail"}),
    ],
)
def test_each_role_opens_its_own_views(office: WorkspaceServer, role: Role, opened: set[str]) -> None:
    browser = office.sign_in(office.add_officer("คนหนึ่ง", role))
    for view in ("figures", "trail", "people"):
        assert browser.request(f"{DESK}/{view}").status == (200 if view in opened else 403), view
    assert browser.request(f"{DESK}/questions").status == 403  # of the other desk


def test_an_admin_invites_and_resets_with_a_second_person_as_in_the_chat(office: WorkspaceServer) -> None:
    office.add_officer("สมชาย")
    admin, chief = office.add_officer("ผู้ดูแล", Role.ADMIN), office.add_officer("หัวหน้า", Role.SUPERVISOR)
    browser = office.sign_in(admin)
    page = browser.request(f"{DESK}/people")
    invited = give(browser, page, "/invite officer", "สมศรี มีสุข")
    assert "สมศรี มีสุข" in invited.text
    assert "ยังไม่เข้าร่วม" in invited.text or "เชิญ" in invited.text
    reset = re.search(r'value="(/reset \w+)"', page.text)
    assert reset is not None
    number = find_number(office.send_chat_text(chief, "/staff"), "สมชาย")
    asked = give(browser, page, f"/reset {number}")
    given = re.search(r'value="(/reset \w{6}!)"', asked.text)
    assert given is not None
    waits = give(browser, asked, given[1])
    assert "ต้องมีคนที่สอง" in waits.text
    assert "รหัสเชิญ" not in waits.text
    # The supervisor says yes in the chat.
    office.send_chat_text(chief, f"/reset {number}")
    office.send_chat_text(chief, office.next_totp_code(chief))
    told = "\n".join(m.text for m in office.server.run(chief.pick(given[1])))
    assert "สมชาย" in told
    assert [what for _, what in office.load_audit_lines()].count("staff-reset") == 1


def find_number(listed: str, name: str) -> str:
    found = re.search(rf"(\d+)\.? {name}", listed)
    assert found is not None, listed
    return found[1]


def test_who_may_not_give_a_command_is_refused_on_the_page_and_it_is_audited(office: WorkspaceServer) -> None:
    officer = office.add_officer("สมหญิง")
    browser = office.sign_in(officer)
    page = browser.request(f"{DESK}/figures")
    for given in ("/dismiss 1", "/invite officer", "/release ok 1/2570", "/handover 1 2", "/log 1"):
        refused = give(browser, page, given, "คนใหม่" if "invite" in given else "")
        assert refused.status in {200, 403}
    assert office.load_audit_lines().count((f"staff:{officer.id}", "refused")) == 5


def test_a_page_is_out_of_date_at_once_for_who_is_removed(office: WorkspaceServer) -> None:
    browser = office.sign_in(office.add_officer("ผู้ดูแล", Role.ADMIN))
    page = browser.request(f"{DESK}/people")
    office.server.run(office.desk.remove_staff("ผู้ดูแล"))
    for response in (browser.request(f"{DESK}/people"), give(browser, page, "/invite officer", "คนใหม่")):
        assert response.status in {200, 401}
        assert "ผู้ดูแล ·" not in response.text
        assert "พิมพ์ หน้างาน" in response.text


def test_the_trail_names_who_did_what_and_its_person_is_in_no_address(office: WorkspaceServer) -> None:
    office.file_case(1)
    officer, auditor = office.add_officer("สมหญิง"), office.add_officer("ผู้ตรวจสอบ", Role.AUDITOR)
    office.send_chat_text(officer, "/take 1")
    browser = office.sign_in(auditor)
    page = browser.request(f"{DESK}/trail")
    assert "สมหญิง" in page.text
    assert "1/25" in page.text
    one = give(browser, page, "", person=officer.id[:6])
    rows = one.text.partition("<tbody>")[2].partition("</tbody>")[0]
    assert "สมหญิง" in rows
    assert "ผู้ตรวจสอบ" not in rows
    assert re.fullmatch(rf"{DESK}/trail\?did=[0-9a-f]{{32}}", one.path)


WITHOUT_CHANCE = re.compile(r"[0-9a-f]{32}(\.[0-9a-f]{32})?|\b[0-9a-f]{6}\b|\d\d[:.]\d\d")
"""What differs by chance: ids, form tokens, the time."""


def list_all_pages() -> list[str]:
    """Every view of the desk, of case 2 where it is of one, each list of the inbox, and the count of what is new."""
    views = [
        get_view_address(view, 2570, 2) for view, row in WORKSPACE_VIEWS.items() if "complaints" in row.desks
    ]
    papers = [f"{views[views.index('export/2570/2')]}/{paper}" for paper in ("paper", "letter")]
    return [*views, *papers, *(f"inbox?list={tab}" for tab in InboxTab), "news", "slip/print"]


def read_what_is_kept(home: Path, reason: str) -> dict[tuple[Role, str], tuple[str, int]]:
    """What each role reads on each view where case 2 is kept from them for a reason, with its number of statements."""
    office = WorkspaceServer(home)
    read: dict[tuple[Role, str], tuple[str, int]] = {}
    try:
        readers = {role: office.add_officer(f"คน{role}", role) for role in Role}
        holder, chief = office.add_officer("ผู้รับเรื่อง"), office.add_officer("หัวหน้าอื่น", Role.SUPERVISOR)
        today = to_bangkok_date(office.desk.now())
        concerned = [Exclusion(one.id, ExclusionGround.NAMED) for one in readers.values()]
        for number in (1, 2):
            kept = concerned if number == 2 and reason == "accused" else []
            due = today - timedelta(days=number)
            act = FileCase(
                make_receipt(number), "corruption", Channel.WEB, today, due, "2570-1",
                answers={"story": "คานารี", "where": "ห้องพัสดุ"}, exclusions=tuple(kept),
            )  # fmt: skip
            office.server.run(office.desk.commit_office_act(act))

        async def appoint() -> None:
            year = 2570 if today.month < 10 or today.year == 2026 else 2571
            case = await office.desk.store.answer_query(
                FindCaseByNumber(2, year, chief.id), office.desk.now()
            )
            await office.desk.commit_office_act(AssignCase(case.id, case.seq + 1, today, holder.id, chief.id))
            if reason == "appointed":
                await office.desk.commit_office_act(SetAppointment(case.id, holder.id, chief.id))

        office.server.run(appoint())
        for role, person in readers.items():
            browser = office.sign_in(person)
            for page in list_all_pages():
                with count_statements(counter := Counter()):
                    seen = browser.request(f"{DESK}/{page}")
                read[role, page] = (
                    f"{seen.status} {WITHOUT_CHANCE.sub('', seen.text)}",
                    sum(counter.values()),
                )
            register = browser.submit_form(
                browser.request(f"{DESK}/import"), choice="export", period="2570", format="csv"
            )
            read[role, "the register as a file"] = (WITHOUT_CHANCE.sub("", register.text), 0)
            for given in ("/check 2/2570 told", "/undo 2/2570", "/canned 2/2570 1", "/merge 2/2570 1"):
                shown = give(browser, browser.request(f"{DESK}/sessions"), given)
                read[role, given] = (WITHOUT_CHANCE.sub("", shown.text), 0)
    finally:
        office.close()
    return read


def test_who_is_accused_reads_what_they_read_of_any_case_that_is_appointed_to_another(tmp_path: Path) -> None:
    accused = read_what_is_kept(tmp_path / "a", "accused")
    appointed = read_what_is_kept(tmp_path / "b", "appointed")
    assert accused == appointed
    assert len(accused) == len(Role) * (len(list_all_pages()) + 5)
    assert max(count for _, count in accused.values()) < 40
    assert "คานารี" not in "".join(text for text, _ in accused.values())
    assert "อยู่กับผู้รับเรื่องที่กำหนด" in accused[Role.SUPERVISOR, "case/2570/2"][0]
