"""Who is accused in a case cannot tell: it reads to them as any case to which another officer was appointed.

Two desks differ in nothing but the reason for which case 2 is kept from those who ask. Every role gives every command
of the registry: the words are compared byte for byte, and the SQL statements by how often each is executed.
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path

import pytest

from bot.exporters.register_file import list_register
from handlers.complaints.messages import Exclusion, ExclusionGround, FileCase
from handlers.dialog.events import Channel
from handlers.dialog.receipt import make_receipt
from handlers.dialog.session import Session
from handlers.i18n import render_reply
from handlers.staff.absences.messages import Absence, SetAbsence
from handlers.staff.complaints.case_page import PageRequest, authorize_page
from handlers.staff.complaints.matters.messages import MergeCases
from handlers.staff.complaints.messages import AssignCase, FindCaseByNumber, OfficerCase, SetAppointment
from handlers.staff.members import SHORT_ID_LENGTH, ListStaff
from handlers.staff.page_access import CreateAccessLink, PageKind
from handlers.staff.permissions import CommandName, Role
from handlers.staff.state import OfficerState
from handlers.staff.workspace.messages import BeginWorkspaceSession, SignInWay
from handlers.thai.dates import to_bangkok_date
from ita_stats.period import parse_period
from storage.staff.page_access import hash_access_secret
from tests.counted_work import count_statements
from tests.end_to_end.desk_harness import DeskHarness
from tests.end_to_end.officer.test_commands import COMMAND_TABLE
from tests.end_to_end.officer.test_permissions import run_desk_scenario
from tests.end_to_end.officers import Officer, add_officer
from tests.in_memory_desk import OFFICE

NOW = datetime(2026, 11, 22, 3, 0, tzinfo=UTC)
TODAY = to_bangkok_date(NOW)
CANARY = "คานารีของเรื่องที่สอง"
SAID_AFTER = ("", "1", "2", "2/2570", "3", "1 2", "2 1", "1 2 !", "2 1 !", "2 1 off", "2 กับ 1", CANARY, "9")


@dataclass(frozen=True)
class Transcript:
    """What was read: the rendered answers and kinds of acts by what was said, and the statements by how often."""

    answers: Mapping[str, object]
    statements: Mapping[str, Counter[str]]


async def file_numbered_case(desk: DeskHarness, number: int, *exclusions: Exclusion) -> None:
    story = CANARY if number == 2 else f"เรื่องที่ {number}"
    act = FileCase(
        make_receipt(number), "corruption", Channel.WEB, TODAY, TODAY + timedelta(days=number), "2570-1",
        answers={"story": story, "where": "ห้องพัสดุ"}, exclusions=exclusions,
    )  # fmt: skip
    await desk.commit_office_act(act)


def derive_mark(officer: Officer) -> bytes:
    """The hash of an officer's session in the workspace."""
    return sha256(officer.name.encode()).digest()


async def find_case(desk: DeskHarness, number: int, staff: str) -> OfficerCase:
    found = await desk.store.answer_query(FindCaseByNumber(number, 2570, staff), NOW)
    assert isinstance(found, OfficerCase)
    return found


async def begin_desk(desk: DeskHarness, reason: str) -> list[Officer]:
    """Three cases; the second, of one matter with the third, is with an officer and kept from one of each role."""
    desk.engine.now = lambda: NOW
    desk.now = lambda: NOW  # type: ignore[method-assign]
    holder = await add_officer(desk, "ผู้รับเรื่อง")
    chief = await add_officer(desk, "หัวหน้าที่ไม่เกี่ยว", Role.SUPERVISOR)
    asking = [await add_officer(desk, f"คน{role}", role, f"to {role}".encode()) for role in Role]
    accused = [Exclusion(one.id, ExclusionGround.NAMED) for one in asking if reason == "accused"]
    for number in (1, 2, 3):
        await file_numbered_case(desk, number, *(accused if number == 2 else ()))
    case = await find_case(desk, 2, chief.id)
    for one in asking:
        await desk.commit_office_act(CreateAccessLink(f"link of {one.name}", PageKind.CASE, one.id, case.id))
        link = hash_access_secret(desk.store.keyring, f"link of {one.name}")
        begin = BeginWorkspaceSession(derive_mark(one), link, one.id, "th", SignInWay.LINK)
        await desk.commit_office_act(begin)
    await desk.commit_office_act(AssignCase(case.id, 2, TODAY, holder.id, chief.id))
    if reason == "appointed":
        await desk.commit_office_act(SetAppointment(case.id, holder.id, chief.id))
    three = await find_case(desk, 3, chief.id)
    await desk.commit_office_act(
        MergeCases(three.id, case.id, chief.id, TODAY)
    )  # so it is kept from them as well
    absence = Absence(
        holder.id, TODAY, TODAY, asking[0].id
    )  # who asks stands in, and it is kept from them still
    await desk.commit_office_act(SetAbsence(absence, chief.id, TODAY))
    return asking


def put_names(text: str, names: Mapping[str, str]) -> str:
    """Put names in the place of staff ids, which are random."""
    for staff_id, name in names.items():
        text = text.replace(staff_id, name).replace(staff_id[:SHORT_ID_LENGTH], name)
    return text


async def ask_everything(desk: DeskHarness, asking: list[Officer]) -> Transcript:
    """Give every command with every number and phrase, and open the page whose link was drawn before."""
    answers: dict[str, object] = {}
    statements: dict[str, Counter[str]] = {}
    session, ids = (
        Session(at=NOW, officer=OfficerState(verified_at=NOW)),
        {one.id: one.name for one in await desk.store.answer_query(ListStaff(), NOW)},
    )
    for officer in asking:
        for command in CommandName:
            for rest in SAID_AFTER:
                said = f"/{command} {rest} {COMMAND_TABLE[command.value][1]}".strip()
                place = f"{officer.name} {said}"
                with count_statements(statements.setdefault(place, Counter())):
                    turn = await officer.dry_run(said, session)
                shown = [put_names(repr(render_reply(reply, "th")), ids) for reply in turn.replies]
                answers[place] = (shown, [type(act).__name__ for act in turn.acts])
        for page in (PageKind.CASE, PageKind.EXPORT, PageKind.IDENTITY):
            place = f"{officer.name} opens the page {page}"
            with count_statements(statements.setdefault(place, Counter())):
                request = PageRequest(derive_mark(officer), OFFICE, NOW, page, 2, 2570)
                found = await desk.engine.run_decision(authorize_page(request))
            answers[place] = found is None
        place = f"{officer.name} takes the register as a file"
        with count_statements(statements.setdefault(place, Counter())):
            year = parse_period("2570", TODAY)
            answers[place] = await list_register(desk.store, OFFICE, year, NOW, officer.id)
    answers["letters"] = sorted(
        (one.payload.back, put_names(repr(one.payload.says), ids))
        for one in await desk.store.outbox.list_all("telegram")
    )
    return Transcript(answers, statements)


def record_desk(home: Path, reason: str) -> Transcript:
    made: list[Transcript] = []

    async def scene(desk: DeskHarness) -> None:
        made.append(await ask_everything(desk, await begin_desk(desk, reason)))

    run_desk_scenario(home / "var", scene)
    return made[0]


@pytest.mark.full("attacks on cases that are kept from somebody")
def test_being_accused_reads_like_another_having_been_appointed(tmp_path: Path) -> None:
    accused, appointed = (record_desk(tmp_path / reason, reason) for reason in ("accused", "appointed"))
    assert accused.answers.keys() == appointed.answers.keys()
    for place, answer in accused.answers.items():
        assert answer == appointed.answers[place], place
    for place, counted in accused.statements.items():
        assert counted == appointed.statements[place], place
        assert counted, f"{place}: no statement was counted"
    spoken = repr(accused.answers)
    for typed in (
        f"/search {CANARY}",
        f" {CANARY}",
        f"({CANARY}",
        f"ไม่พบ “{CANARY}",
    ):  # what they typed is repeated to them
        spoken = spoken.replace(typed, "")
    assert CANARY not in spoken
    assert "เกี่ยวกับท่าน" not in spoken
    assert "อยู่กับผู้รับเรื่องที่กำหนด" in repr(accused.answers["คนofficer /inbox"])
    assert "อยู่กับผู้รับเรื่องที่กำหนด" in repr(accused.answers["คนauditor /log 2"])
    assert "อยู่กับผู้รับเรื่องที่กำหนด" in repr(accused.answers["คนofficer /case 3"])
    assert "รวม" not in repr(accused.answers["คนofficer /case 3"])
    lines = accused.answers["คนsupervisor takes the register as a file"]
    assert isinstance(lines, list)
    assert [bool(line[2]) for line in lines[2:]] == [True, False, False]  # of the other two no kind is told


@pytest.mark.full("attacks on cases that are kept from somebody")
def test_the_comparison_sees_a_difference_where_there_is_one(tmp_path: Path) -> None:
    accused, open_to_all = (record_desk(tmp_path / reason, reason) for reason in ("accused", "nothing"))
    differ = {place for place in accused.answers if accused.answers[place] != open_to_all.answers[place]}
    assert {"คนsupervisor /case 2", "คนsupervisor /inbox", "คนauditor /log 2"} <= differ
    assert "คนsupervisor opens the page case" in differ


def test_an_appointed_case_is_open_to_its_officer_and_who_appointed_them(tmp_path: Path) -> None:
    async def scene(desk: DeskHarness) -> None:
        chief = await add_officer(desk, "หัวหน้า", Role.SUPERVISOR)
        other = await add_officer(desk, "หัวหน้าอีกคน", Role.SUPERVISOR)
        officer = await add_officer(desk, "สมหญิง")
        await file_numbered_case(desk, 1)
        year = (await find_case(desk, 1, chief.id)).year
        assert "ให้ใคร" in (await chief.say("/มอบเฉพาะ 1"))[0].text
        assert "เปิดได้เฉพาะ สมหญิง กับท่าน" in (await chief.say("/มอบเฉพาะ 1 สมหญิง"))[0].text
        for one, is_open in ((officer, True), (chief, True), (other, False)):
            shown = (await one.say(f"/เรื่อง 1/{year}"))[0].text
            assert ("อยู่กับผู้รับเรื่องที่กำหนด\nขั้น" in shown) is not is_open
        assert "อยู่กับผู้รับเรื่องที่กำหนด" in (await other.say("/มอบเฉพาะ 1 เลิก"))[0].text
        assert "ได้ตามปกติแล้ว" in (await chief.say("/มอบเฉพาะ 1 เลิก"))[0].text
        assert "อยู่กับผู้รับเรื่องที่กำหนด" not in (await other.say("/เรื่อง 1"))[0].text
        log = (await chief.say("/ใครเปิด 1"))[0].text
        assert "ให้เปิดได้เฉพาะ สมหญิง" in log
        assert "เลิกให้เปิดได้เฉพาะ" in log

    run_desk_scenario(tmp_path / "var", scene)
