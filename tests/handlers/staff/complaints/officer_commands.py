"""Give a command to the complaints desk as an officer: a text in, an outcome out."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

from handlers.complaints.lifecycle import CaseStatus
from handlers.complaints.messages import ListExclusions
from handlers.dialog.effects import Decision, Listing, TurnResult
from handlers.dialog.events import Channel
from handlers.dialog.replies import Reply
from handlers.dialog.session import Session
from handlers.office import Office
from handlers.staff.complaints.commands import COMPLAINTS_COMMAND_TABLE
from handlers.staff.complaints.messages import (
    CaseListPage,
    FindCaseByNumber,
    GetCaseHistory,
    ListCases,
    ListLinkedCases,
    OfficerCase,
)
from handlers.staff.dispatch import handle_staff_message
from handlers.staff.members import FindStaffMember, ListStaff, StaffMember, StaffProfile
from handlers.staff.page_access import NewAccessLink
from handlers.staff.permissions import Role
from handlers.staff.state import ComplaintsWork, OfficerState
from tests.in_memory_desk import MORNING, OFFICE
from tests.run_decision import PERSON, Outcome, begin_session, make_context, make_event, run_decision

TODAY = date(2026, 11, 22)
JOINED = date(2026, 11, 1)
CASE = OfficerCase(
    "c1", 12, 2570, CaseStatus.RECEIVED, None, 1, date(2026, 11, 20), date(2026, 11, 20), date(2026, 12, 20)
)
SCREENED = replace(CASE, status=CaseStatus.SCREENING, seq=2)
OTHER = replace(CASE, id="c2", number=15)

OFFICER = StaffMember("s1", Role.OFFICER, StaffProfile("สมหญิง"), PERSON, JOINED)
COLLEAGUE = StaffMember("s2", Role.OFFICER, StaffProfile("วิชัย"), b"2", JOINED)
CHIEF = StaffMember("s3", Role.SUPERVISOR, StaffProfile("มาลี"), b"3", JOINED)
AUDITOR = StaffMember("s4", Role.AUDITOR, StaffProfile("อารี"), b"4", JOINED)
GONE = StaffMember("s5", Role.OFFICER, StaffProfile("ประสิทธิ์"), None, JOINED, TODAY)
EVERYBODY = (OFFICER, COLLEAGUE, CHIEF, AUDITOR, GONE)

NO_WORK = ComplaintsWork()
REASON = "เหตุผลที่ยาวพอให้ผู้แจ้งอ่านเข้าใจ"


def make_session(work: ComplaintsWork = NO_WORK, **parts: Any) -> Session:
    """Make the session of an officer who gave the second factor five minutes ago."""
    return begin_session(officer=OfficerState(MORNING - timedelta(minutes=5), complaints=work), **parts)


def give(
    words: str,
    answers: dict[type, Any] | None = None,
    *,
    staff: StaffMember = OFFICER,
    case: OfficerCase | None = CASE,
    session: Session | None = None,
    channel: Channel = Channel.TERMINAL,
    office: Office = OFFICE,
    **parts: Any,
) -> Outcome:
    """Give a command, with `case` for every number and nothing else in the register unless `answers` say so."""
    event = make_event(words, channel=channel, **parts)
    ctx = make_context(event, session or make_session(), office)
    known = {
        FindStaffMember: staff,
        FindCaseByNumber: case,
        ListCases: CaseListPage((CASE, OTHER)),
        ListLinkedCases: (),
        ListStaff: EVERYBODY,
        ListExclusions: (),
        GetCaseHistory: Listing(()),
        NewAccessLink: None,
        **(answers or {}),
    }
    return run_decision(
        _give_to_staff(handle_staff_message(COMPLAINTS_COMMAND_TABLE, ctx, None, _fail)), known
    )


def _give_to_staff(decision: Any) -> Decision:
    """Expect that a message is not handled like any citizen's."""
    turn: TurnResult | None = yield from decision
    assert turn is not None
    return turn


def _fail(_: object) -> Decision:
    raise AssertionError("no question is asked again")


def get_work(outcome: Outcome) -> ComplaintsWork:
    """Return the unfinished work after a command."""
    return outcome.kept.officer.complaints


def get_reply(outcome: Outcome) -> Reply:
    """Return the only reply."""
    (reply,) = outcome.replies
    return reply


def list_buttons(outcome: Outcome) -> list[str]:
    """Return what the buttons of the last reply send."""
    return [choice.data for choice in outcome.replies[-1].choices]
