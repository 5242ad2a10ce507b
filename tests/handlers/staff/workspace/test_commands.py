"""A command from a page does what it does in a chat: each role, command and state, reply for reply and act for act."""

from dataclasses import replace
from typing import Any

import pytest

from handlers.complaints.lifecycle import CaseStatus
from handlers.complaints.slips.messages import FindSlip
from handlers.dialog.effects import TurnResult
from handlers.dialog.events import Channel
from handlers.dialog.receipt import make_receipt
from handlers.dialog.session import Session
from handlers.staff.complaints.commands import COMPLAINTS_COMMAND_TABLE as TABLE
from handlers.staff.members import AuditRefusal, StaffMember
from handlers.staff.permissions import CommandName, Role
from handlers.staff.state import OfficerState
from handlers.staff.workspace.commands import (
    AskedNext,
    find_asked_next,
    give_command,
    make_page_command,
    may_show_content,
)
from handlers.staff.workspace.messages import FindWorkspaceSession, SignInWay, WorkspaceSession
from handlers.staff.workspace.sign_in import WORKSPACE_CLOSED, WorkspaceRequest
from tests.handlers.staff.officer_commands import (
    ANSWERS,
    CASE,
    OFFICER,
    REASON,
    TYPED_AFTER,
    VERIFIED,
    give,
    with_status,
)
from tests.in_memory_desk import MORNING, OFFICE
from tests.run_decision import begin_session, run_decision, run_queries

MARK = b"m" * 32
TEXTS = {
    **TYPED_AFTER,
    CommandName.ASSIGN: "s2",
    CommandName.APPOINT: "s2",
    CommandName.KIND: "corruption",
    CommandName.BAR: f"s2 {REASON}",
}
OF_A_CASE = (
    *(CommandName.CASE, CommandName.TAKE, CommandName.ASSIGN, CommandName.APPOINT, CommandName.SCREEN),
    *(CommandName.INVESTIGATE, CommandName.NOT_ACCEPT, CommandName.CLOSE, CommandName.FORWARD),
    *(CommandName.REOPEN, CommandName.ASK, CommandName.REPLY, CommandName.NOTE, CommandName.CANNED),
    *(CommandName.UNDO, CommandName.LINK, CommandName.KIND, CommandName.HOLD, CommandName.BAR),
    *(CommandName.LIFT, CommandName.LOG, CommandName.EXPORT, CommandName.APPROVE, CommandName.IDENTITY),
    *(CommandName.FACTS, CommandName.FILES, CommandName.HISTORY, CommandName.CHECK),
)


def press(
    given: str,
    text: str = "",
    staff: StaffMember | None = OFFICER,
    officer: OfficerState = VERIFIED,
    **answers: Any,
) -> tuple[TurnResult, Session]:
    """Give a command from a page; return what comes of it, and the session after it."""
    found = None if staff is None else WorkspaceSession(MARK, staff, SignInWay.LINK, MORNING)
    known = {**ANSWERS, FindWorkspaceSession: found, FindSlip: None}
    by_name = {query.__name__: query for query in known}
    known |= {by_name[name]: value for name, value in answers.items()}
    request = WorkspaceRequest(MARK, begin_session(officer=officer), OFFICE, MORNING)
    turn, _ = run_queries(give_command(TABLE, request, given, text), known)
    return turn, turn.session or request.session


@pytest.mark.parametrize("status", CaseStatus)
@pytest.mark.parametrize("role", Role)
def test_every_role_command_and_state_is_as_in_a_chat(role: Role, status: CaseStatus) -> None:
    staff, case = replace(OFFICER, role=role), with_status(status)
    refused = 0
    for name in OF_A_CASE:
        text = TEXTS.get(name, "")
        page, _ = press(f"/{name} 12/2570", text, staff, FindCaseByNumber=case)
        chat = give(f"/{name} 12/2570 {text}".strip(), staff=staff, case=case, channel=Channel.TERMINAL)
        assert (page.replies, page.acts) == (chat.replies, chat.acts), name
        is_refused = any(isinstance(act, AuditRefusal) for act in page.acts)
        assert is_refused is not TABLE.is_allowed(role, name)
        refused += is_refused
    assert refused == sum(not TABLE.is_allowed(role, name) for name in OF_A_CASE)


@pytest.mark.parametrize("hidden", [{"hidden": True}, {"avoid_officer": "s1"}, {"officer": "s2"}])
def test_a_case_that_is_kept_from_somebody_is_kept_on_a_page_too(hidden: dict[str, Any]) -> None:
    case = replace(CASE, **hidden)
    for name in OF_A_CASE:
        text = TEXTS.get(name, "")
        page, _ = press(f"/{name} 12/2570", text, FindCaseByNumber=case)
        assert page.replies == give(f"/{name} 12/2570 {text}", case=case, channel=Channel.TERMINAL).replies
        assert [act for act in page.acts if not isinstance(act, AuditRefusal)] == []


def test_what_a_reply_asks_is_completed_by_the_text_of_its_own_form() -> None:
    _, after = press("/reply 12/2570")
    assert find_asked_next(TABLE, after) == AskedNext("/reply 12/2570")
    turn, after = press("/reply 12/2570", "ขอบคุณครับ")
    assert [reply.key for reply in turn.replies] == ["staff.confirm.ask"]
    assert find_asked_next(TABLE, after) is None
    yes = turn.replies[0].choices[0].data
    sent, _ = press(yes, officer=after.officer)
    assert [type(act).__name__ for act in sent.acts] == ["ScheduleSend"]
    late, _ = press(yes, officer=VERIFIED)  # another tab has begun something else, or it was sent already
    assert [reply.key for reply in late.replies] == ["staff.confirm.stale"]
    assert late.acts == ()


def test_content_asks_for_the_factor_and_goes_on_with_the_command() -> None:
    turn, after = press("/facts 12/2570", officer=OfficerState())
    assert [reply.key for reply in turn.replies] == ["staff.factor.ask"]
    assert find_asked_next(TABLE, after) == AskedNext("/facts 12/2570", is_factor=True)


@pytest.mark.parametrize(
    ("given", "text", "key"),
    [
        ("/here", "", "workspace.unknown"),
        ("/join ABC", "", "workspace.unknown"),
        ("/page 12/2570", "", "workspace.unknown"),
        ("/workspace", "", "workspace.unknown"),
        ("รับ 12", "", "workspace.unknown"),
        ("", "", "workspace.unknown"),
        ("/reply 12/2570", f"รหัส {make_receipt(1).formatted}", "officer.code_removed"),
        ("/reply 12/2570", "ก" * 5000, "staff.too_long"),
    ],
)
def test_what_is_not_given_from_a_page(given: str, text: str, key: str) -> None:
    turn, _ = press(given, text)
    assert ([reply.key for reply in turn.replies], turn.acts) == ([key], ())


def test_nobody_acts_whose_session_has_ended() -> None:
    turn, _ = press("/take 12/2570", staff=None)
    assert (turn.replies, turn.acts) == ((WORKSPACE_CLOSED,), ())


def test_a_view_reads_as_the_person_of_the_session() -> None:
    found = WorkspaceSession(MARK, OFFICER, SignInWay.LINK, MORNING, "en")
    request = WorkspaceRequest(MARK, begin_session(officer=VERIFIED), OFFICE, MORNING)
    parsed = TABLE.parse("/case 12/2570")
    assert parsed is not None
    cmd = make_page_command(TABLE, request, found, parsed)
    assert (cmd.staff, cmd.ctx.lang, cmd.command) == (OFFICER, "en", parsed)
    assert may_show_content(request)
    assert not may_show_content(replace(request, session=begin_session()))
    assert run_decision(TABLE.rows[CommandName.CASE].handler(cmd), ANSWERS).keys == ("staff.case.summary",)
