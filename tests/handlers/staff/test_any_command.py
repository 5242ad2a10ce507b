"""Whatever an officer types after a command: it is answered, nothing is done twice, and no number is too large."""

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from handlers.dialog.effects import Listing, NewReceipt
from handlers.dialog.receipt import make_receipt
from handlers.questions.messages import ListOpenQuestions
from handlers.staff.absences.messages import ListAbsences
from handlers.staff.clock.messages import FindDoubtedClock
from handlers.staff.complaints.commands import COMPLAINTS_COMMAND_TABLE
from handlers.staff.complaints.messages import CaseSearchResult, CountUnreadableCases, SearchCases
from handlers.staff.complaints.release import ListPendingReleases
from handlers.staff.complaints.statistics import CountCases, PeriodCounts
from handlers.staff.enrolment.messages import (
    CountCasesToHandOver,
    FindOtherChief,
    FindResetRequest,
    HasCases,
    Invitation,
    ListCaseHolders,
    NewInvitation,
)
from handlers.staff.members import ListStaff
from handlers.staff.page_access import NewAccessLink
from handlers.staff.permissions import CommandName, Role, ServiceCommandName
from handlers.staff.service.commands import SERVICE_COMMAND_TABLE
from handlers.staff.workspace.messages import NewWorkspaceLink
from tests.handlers.staff import officer_commands
from tests.handlers.staff.officer_commands import make_member
from tests.handlers.staff.service import service_officer
from tests.run_decision import Outcome

OFTEN = [
    *("12", "๑๒", "12/2570", "12/69", "0", "99999999999999999999", "9" * 5000, "-1", "1.5", "²"),
    *("yes", "ok", "off", "no 12", "contact 12", "topic 1", "add", "edit hours", "new", "close K7M2QX yes"),
    *(
        "K7M2QX",
        "K7M2QX 1",
        "K7M2QX 1 3 yes",
        "K7M2QX 1 adopted 30/09/2570",
        "K7M2QX อาหาร: 3",
        "post p1 yes",
    ),
    *(
        "insufficient",
        "policy",
        "nacc",
        "s2",
        "สมชาย",
        "10 วัน",
        "y8",
        "n8",
        "»",
        "=hours",
        "letter",
        "2569-11",
        "fy2569",
        "group",
        "join x",
    ),
    *("", " ", "\n", "|", ":", ",", "/", "\u200b", "ก" * 3500, "31/02/2570", "ตรวจสอบแล้วไม่พบข้อเท็จจริง"),
]
arguments = st.lists(st.one_of(st.sampled_from(OFTEN), st.text(max_size=12)), max_size=4)
spaces = st.sampled_from([" ", "\n", "  ", "\t"])
roles = st.sampled_from([Role.OFFICER, Role.SUPERVISOR, Role.ADMIN, Role.AUDITOR])
COUNTS = PeriodCounts("เดือน", "month", 1, 1, 0, 0)
MORE_ANSWERS: dict[Any, Any] = {
    NewWorkspaceLink: None,
    SearchCases: CaseSearchResult((officer_commands.CASE,), 1, (2570, 1), has_more=True),
    CountCases: (COUNTS, COUNTS),
    CountUnreadableCases: 2,
    CountCasesToHandOver: 2,
    ListCaseHolders: (("s2", 3), ("gone", 1)),
    ListStaff: officer_commands.STAFF,
    ListAbsences: (),
    FindOtherChief: None,
    HasCases: False,
    NewInvitation: Invitation("ABCDE-FGHJK", "123456"),
    NewAccessLink: None,
    FindResetRequest: "",
    FindDoubtedClock: None,
    ListPendingReleases: (),
    ListOpenQuestions: Listing(()),
    NewReceipt: make_receipt(7),
}


def check(outcome: Outcome) -> None:
    assert outcome.replies
    assert len(outcome.acts) <= 3
    for query in outcome.queries:
        numbers = [value for name in query.__slots__ if isinstance(value := getattr(query, name), int)]
        assert all(abs(number) < 2**63 for number in numbers), query


@given(st.sampled_from(CommandName), arguments, spaces, roles)
def test_any_command_of_the_complaints_desk(
    name: CommandName, given_words: list[str], space: str, role: Role
) -> None:
    words = space.join([f"/{name}", *given_words])
    if COMPLAINTS_COMMAND_TABLE.parse(words) is not None:
        check(officer_commands.give(words, staff=make_member("s1", role), answers=MORE_ANSWERS))


@given(st.sampled_from(ServiceCommandName), arguments, spaces, roles)
def test_any_command_of_the_service_desk(
    name: ServiceCommandName, given_words: list[str], space: str, role: Role
) -> None:
    words = space.join([f"/{name}", *given_words])
    if SERVICE_COMMAND_TABLE.parse(words) is not None:
        check(service_officer.give(words, staff=make_member("s1", role), answers=MORE_ANSWERS))
