"""The view of a case: what it shows and offers, by role, state and whose the case is."""

from dataclasses import replace
from typing import Any

import pytest

from handlers.complaints.lifecycle import CaseStatus
from handlers.complaints.messages import HistoryEntry, HistoryEntryKind
from handlers.dialog.effects import Listing, TurnResult
from handlers.dialog.events import Channel
from handlers.staff.complaints.commands import COMPLAINTS_COMMAND_TABLE as TABLE
from handlers.staff.complaints.matters.reports import ScheduledAct
from handlers.staff.complaints.messages import (
    CaseHistoryLine,
    GetCaseHistory,
    OfficerCase,
    RecordCaseAccess,
)
from handlers.staff.members import StaffMember
from handlers.staff.permissions import CommandName, Role
from handlers.staff.workspace.case import CASE_ACTS, CASE_TEXTS, SHOWN_ON_PAGE, CaseView, open_case_view
from handlers.staff.workspace.case_content import CONVERSATION_KINDS, read_case_content
from handlers.staff.workspace.commands import make_page_command
from handlers.staff.workspace.messages import SignInWay, WorkspaceSession
from handlers.staff.workspace.sign_in import WorkspaceRequest
from tests.handlers.staff.officer_commands import (
    ANSWERS,
    CASE,
    FILED,
    OFFICER,
    SEND_AT,
    TODAY,
    VERIFIED,
    give,
    with_status,
)
from tests.in_memory_desk import MORNING, OFFICE
from tests.run_decision import begin_session, run_queries

OF_THE_PAGE = {CommandName.CANNED, CommandName.CONFIRM, CommandName.UNDO}
"""What has a button of its own."""

OF_NO_CASE = {
    *(CommandName.HELP, CommandName.INBOX, CommandName.DUE, CommandName.OVERDUE, CommandName.SEARCH),
    *(CommandName.INTAKE, CommandName.STATS, CommandName.RELEASE, CommandName.REMARK, CommandName.CLOCK),
    *(CommandName.IMPORT, CommandName.STAFF, CommandName.INVITE, CommandName.DISMISS, CommandName.RESET),
    *(CommandName.HAND_OVER, CommandName.AWAY, CommandName.SETTING),
}


def open_view(case: OfficerCase = CASE, staff: StaffMember = OFFICER, **answers: Any) -> Any:
    request = WorkspaceRequest(b"m" * 32, begin_session(officer=VERIFIED), OFFICE, MORNING)
    found = WorkspaceSession(b"m" * 32, staff, SignInWay.LINK, MORNING)
    parsed = TABLE.parse("/case 12/2570")
    assert parsed is not None
    by_name = {query.__name__: query for query in ANSWERS}
    known = {**ANSWERS, by_name["FindCaseByNumber"]: case}
    known |= {by_name[name]: value for name, value in answers.items()}
    return run_queries(open_case_view(make_page_command(TABLE, request, found, parsed)), known)[0]


def list_offered(view: CaseView) -> set[str]:
    choices = [choice for _, group in view.groups for choice in group]
    return {choice.data.split()[0][1:] for choice in (*choices, *view.texts)}


def test_every_command_of_a_case_has_a_place_on_its_page() -> None:
    placed = {*(name for names in CASE_ACTS.values() for name in names), *CASE_TEXTS}
    on_page = {name for name in CommandName if TABLE.rows[name].on_page}
    assert placed | {*SHOWN_ON_PAGE} | OF_THE_PAGE | OF_NO_CASE == on_page
    assert not placed & ({*SHOWN_ON_PAGE} | OF_THE_PAGE | OF_NO_CASE)


@pytest.mark.parametrize("status", CaseStatus)
@pytest.mark.parametrize("role", [Role.OFFICER, Role.SUPERVISOR])
def test_what_is_offered_is_what_may_be_done(role: Role, status: CaseStatus) -> None:
    staff, case = replace(OFFICER, role=role), with_status(status)
    view = open_view(case, staff)
    offered = list_offered(view)
    assert (
        not {"approve", "separate", "slip", "check"} & offered
    )  # nothing waits, is merged, was written down
    assert all(TABLE.is_allowed(role, CommandName(name)) for name in offered)
    assert ("assign" in offered) is (role is Role.SUPERVISOR)
    for name in CASE_ACTS["decide"]:
        if name is CommandName.APPROVE:
            continue
        turn = give(f"/{name} 12/2570", staff=staff, case=case, channel=Channel.TERMINAL)
        is_refused = turn.keys[0] in {"staff.forbidden", "staff.refused"}
        assert (name.value in offered) is not is_refused, name
    assert {choice.data.split()[0][1:] for choice in view.next_steps} <= offered
    assert {"/facts 12/2570", "/case 12/2570", "/reply 12/2570"} <= view.list_shown_anyway()
    assert "/confirm y1" not in view.list_shown_anyway()


def test_a_case_is_shown_with_what_the_reporter_reads_beside_what_officers_see() -> None:
    noted = CaseHistoryLine(HistoryEntry(3, TODAY, HistoryEntryKind.NOTE), "office", "s2", "โทรแล้ว")
    wrote = CaseHistoryLine(HistoryEntry(4, TODAY, HistoryEntryKind.REPORTER), "reporter", "", "เพิ่มเติม")
    view = open_view(GetCaseHistory=Listing((FILED, noted, wrote), ("12/2570#9",)))
    assert (len(view.content.conversation), len(view.content.history)) == (1, 3)
    assert HistoryEntryKind.NOTE not in CONVERSATION_KINDS
    assert view.acts == (RecordCaseAccess("c12", "s1", "page", TODAY, 4),)
    assert [choice.data for choice in view.canned] == [
        f"/canned 12/2570 {place}" for place in range(1, len(OFFICE.canned) + 1)
    ]
    assert "เรียกรับเงิน" not in repr(view)
    assert read_case_content.__doc__


def test_what_waits_is_taken_back_by_its_author_or_a_supervisor() -> None:
    own = replace(CASE, officer="s1", scheduled=(ScheduledAct("s1", SEND_AT),))
    taken_back = open_view(own).takes_back
    assert taken_back is not None
    assert taken_back.data == "/undo 12/2570"
    others = replace(own, scheduled=(ScheduledAct("s2", SEND_AT),))
    assert open_view(others).takes_back is None
    assert open_view(others, replace(OFFICER, role=Role.SUPERVISOR)).takes_back == taken_back
    assert "take" not in list_offered(open_view(own))


@pytest.mark.parametrize("kept", [{"hidden": True}, {"avoid_officer": "s1"}, {"officer": "s2"}])
def test_a_case_that_is_kept_says_what_the_chat_says_and_opens_nothing(kept: dict[str, Any]) -> None:
    case = replace(CASE, **kept)
    shown = open_view(case)
    assert isinstance(shown, TurnResult)
    assert shown.replies == give("/case 12/2570", case=case, channel=Channel.TERMINAL).replies
    assert shown.acts == ()
    assert GetCaseHistory not in {type(query) for query in give("/case 12/2570", case=case).queries}
