"""Officers' commands of the complaints desk, for exact tests: a command in; session, replies, acts and queries out."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from typing import Any

from handlers.complaints.approvals import ListApprovals, ReadIdentity
from handlers.complaints.lifecycle import CaseSource, CaseStatus
from handlers.complaints.messages import HistoryEntry, HistoryEntryKind, ListExclusions
from handlers.dialog.effects import Listing
from handlers.dialog.events import Channel
from handlers.dialog.replies import Choice
from handlers.dialog.session import Session
from handlers.office import Office
from handlers.staff.command import CommandContext
from handlers.staff.complaints.commands import COMPLAINTS_COMMAND_TABLE
from handlers.staff.complaints.messages import (
    CaseHistoryLine,
    CaseListPage,
    CaseReport,
    FindCaseByNumber,
    GetCaseAuditLog,
    GetCaseHistory,
    GetCaseReport,
    ListCases,
    ListLinkedCases,
    OfficerCase,
)
from handlers.staff.dispatch import run_command
from handlers.staff.members import ListStaff, StaffMember, StaffProfile
from handlers.staff.page_access import NewAccessLink
from handlers.staff.permissions import CommandName, Role
from handlers.staff.remark_messages import FindRemark
from handlers.staff.state import OfficerState
from handlers.staff.workspace.messages import CountWorkspaceLinks
from tests.in_memory_desk import MORNING, OFFICE
from tests.run_decision import Outcome, begin_session, make_context, make_event, run_decision

TODAY = date(2026, 11, 22)
SEND_AT = int(MORNING.timestamp()) + 30
REASON = "เหตุผลที่ยาวพอให้ผู้แจ้งอ่านเข้าใจ"
TYPED_AFTER: Mapping[CommandName, str] = {
    CommandName.NOT_ACCEPT: f"policy {REASON}",
    CommandName.CLOSE: f"insufficient {REASON}",
    CommandName.FORWARD: f"nacc {REASON}",
    CommandName.REOPEN: REASON,
    CommandName.ASK: "3 วัน เลขที่สัญญาเท่าใด",
    CommandName.REPLY: "ขอบคุณครับ",
    CommandName.NOTE: "โทรหาพยาน",
    CommandName.HOLD: "ศาลขอ",
}
"""What officers type after a command and its number, where it needs words."""


def make_member(staff: str, role: Role = Role.OFFICER, name: str = "") -> StaffMember:
    """A person who joined."""
    return StaffMember(staff, role, StaffProfile(name or staff), staff.encode(), TODAY)


OFFICER = make_member("s1", name="สมหญิง ใจกล้า")
COLLEAGUE = make_member("s2", name="สมชาย ใจดี")
SUPERVISOR = make_member("s3", Role.SUPERVISOR, "หัวหน้า")
STAFF = (OFFICER, COLLEAGUE, SUPERVISOR)
CASE = OfficerCase(
    "c12",
    12,
    2570,
    CaseStatus.RECEIVED,
    None,
    3,
    date(2026, 11, 20),
    date(2026, 11, 20),
    date(2026, 12, 5),
    category="corruption",
    source=CaseSource.WEB,
)
FILED = CaseHistoryLine(HistoryEntry(1, CASE.received_on, HistoryEntryKind.FILED), "reporter")
OPENED = CaseHistoryLine(HistoryEntry(2, CASE.received_on, HistoryEntryKind.OPENED), "office", "s1")
VERIFIED = OfficerState(verified_at=MORNING)

ANSWERS: dict[Any, Any] = {
    FindCaseByNumber: CASE,
    ListCases: CaseListPage((CASE,)),
    ListLinkedCases: (),
    ListStaff: STAFF,
    ListExclusions: (),
    ListApprovals: (),
    GetCaseHistory: Listing((FILED, OPENED)),
    GetCaseReport: CaseReport({"story": "เรียกรับเงิน"}),
    GetCaseAuditLog: (),
    ReadIdentity: (),
    NewAccessLink: None,
    CountWorkspaceLinks: 0,
    FindRemark: "",
}


def give(
    words: str,
    *,
    staff: StaffMember = OFFICER,
    case: OfficerCase | None = CASE,
    session: Session | None = None,
    office: Office = OFFICE,
    channel: Channel = Channel.TELEGRAM,
    confirmed: bool = False,
    answers: dict[Any, Any] | None = None,
    **parts: Any,
) -> Outcome:
    """Give a command as it is typed, with the second factor just given. case: of the number; answers: other ones."""
    command = COMPLAINTS_COMMAND_TABLE.parse(words)
    assert command is not None, words
    event = make_event(words, channel=channel, **parts)
    ctx = make_context(event, session or begin_session(officer=VERIFIED), office)
    decision = run_command(CommandContext(ctx, staff, command, COMPLAINTS_COMMAND_TABLE, confirmed))
    return run_decision(decision, {**ANSWERS, FindCaseByNumber: case, **(answers or {})})


def list_commands(choices: tuple[Choice, ...]) -> list[str]:
    """The commands that buttons give."""
    return [choice.data for choice in choices]


def with_status(status: CaseStatus, **parts: Any) -> OfficerCase:
    """The case in another state."""
    return replace(CASE, status=status, **parts)
