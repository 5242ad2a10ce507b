"""A command of the service desk from a page does what it does in a chat, for each role; words wait for the factor."""

import itertools
from typing import Any

import pytest

from handlers.dialog.session import Session
from handlers.staff.members import AuditRefusal
from handlers.staff.permissions import Role, ServiceCommandName
from handlers.staff.service.commands import SERVICE_COMMAND_TABLE
from handlers.staff.state import AwaitingSecondFactor, OfficerState
from handlers.staff.workspace.commands import give_command
from handlers.staff.workspace.messages import FindWorkspaceSession, SignInWay, WorkspaceSession
from handlers.staff.workspace.sign_in import WorkspaceRequest
from tests.handlers.staff.officer_commands import OFFICER, VERIFIED, make_member
from tests.handlers.staff.service.service_officer import ANSWERS, give, pending
from tests.in_memory_desk import MORNING, OFFICE
from tests.run_decision import Outcome, begin_session, run_decision

MARK = b"m" * 32
RESTS = ("", "12/2570", "12/2570 ยืมได้", "ok", "K7M2QX", "K7M2QX 1 3", "edit hours ปิด", "contact 12/2570")
WORDS = {
    *(ServiceCommandName.QUESTIONS, ServiceCommandName.QUESTION, ServiceCommandName.ANSWER),
    *(ServiceCommandName.PUBLISH, ServiceCommandName.MERGE, ServiceCommandName.CONFIRM),
    *(ServiceCommandName.OPINIONS, ServiceCommandName.STATEMENTS, ServiceCommandName.TEXTS),
    *(ServiceCommandName.QUOTE,),
}
"""The commands whose answers have words of citizens, written by hand."""
OF_A_CHAT = {
    *(ServiceCommandName.JOIN, ServiceCommandName.LEAVE, ServiceCommandName.WORKSPACE),
    *(ServiceCommandName.CLOCK, ServiceCommandName.STAFF, ServiceCommandName.INVITE),
    *(ServiceCommandName.DISMISS, ServiceCommandName.RESET),
}


def press(
    given: str,
    role: Role = Role.OFFICER,
    officer: OfficerState = VERIFIED,
    more: dict[Any, Any] | None = None,
) -> Outcome:
    """Give a command from a page."""
    session: Session = begin_session(officer=officer)
    found = WorkspaceSession(MARK, make_member(OFFICER.id, role), SignInWay.LINK, MORNING)
    request = WorkspaceRequest(MARK, session, OFFICE, MORNING)
    decision = give_command(SERVICE_COMMAND_TABLE, request, given, "")
    return run_decision(decision, {**ANSWERS, FindWorkspaceSession: found, **(more or {})})


@pytest.mark.parametrize("role", Role)
def test_each_role_and_command_come_to_what_the_chat_comes_to(role: Role) -> None:
    for name, rest in itertools.product(ServiceCommandName, RESTS):
        if name in OF_A_CHAT:
            continue
        given = f"/{name} {rest}".strip()
        typed, pressed = give(given, staff=make_member(OFFICER.id, role)), press(given, role)
        assert (pressed.replies, pressed.acts) == (typed.replies, typed.acts), given
        is_refused = role not in SERVICE_COMMAND_TABLE.rows[name].roles
        assert (AuditRefusal(name, OFFICER.id) in pressed.acts) == is_refused, given


def test_words_of_citizens_wait_for_a_recent_factor_and_nothing_else_does() -> None:
    for name in ServiceCommandName:
        if name in OF_A_CHAT:
            continue
        pressed = press(f"/{name} 12/2570", officer=OfficerState())
        asks = isinstance(pending(pressed), AwaitingSecondFactor)
        assert asks == (name in WORDS), name
        if asks:
            assert (pressed.keys, pressed.acts) == (("staff.factor.ask",), ()), name


def test_in_a_chat_the_same_commands_go_on_without_it() -> None:
    for name in sorted(WORDS - {ServiceCommandName.CONFIRM}):
        typed = give(f"/{name} 12/2570", session=begin_session())
        assert not isinstance(pending(typed), AwaitingSecondFactor), name
