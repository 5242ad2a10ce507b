"""The next steps that are offered after an act: at most three, by role and state, none of which is refused."""

from dataclasses import replace

import pytest

from handlers.complaints.lifecycle import CaseStatus
from handlers.dialog.events import Channel
from handlers.staff.complaints.case_view import MAX_NEXT_STEPS
from tests.handlers.staff.officer_commands import CASE, OFFICER, SUPERVISOR, give, list_commands

REFUSALS = {"staff.forbidden", "staff.refused", "staff.not_yours"}


def list_next(staff: str, status: CaseStatus, officer: str, channel: Channel = Channel.TELEGRAM) -> list[str]:
    """The commands offered after a note, without their number."""
    case = replace(CASE, status=status, officer=officer)
    outcome = give(
        "/note 12 โทรแล้ว", staff=SUPERVISOR if staff == "s3" else OFFICER, case=case, channel=channel
    )
    return [one.split()[0].removeprefix("/") for one in list_commands(outcome.replies[0].choices)]


@pytest.mark.parametrize(
    ("staff", "status", "officer", "offered"),
    [
        ("s1", CaseStatus.RECEIVED, "", ["take", "facts", "screen", "case"]),
        ("s1", CaseStatus.RECEIVED, "s1", ["facts", "screen", "ask", "case"]),
        ("s1", CaseStatus.SCREENING, "s1", ["investigate", "ask", "notaccept", "case"]),
        ("s1", CaseStatus.INVESTIGATING, "s1", ["ask", "close", "note", "case"]),
        ("s1", CaseStatus.CLOSED, "s1", ["reply", "note", "case"]),
        ("s3", CaseStatus.RECEIVED, "", ["take", "assign", "facts", "case"]),
        ("s3", CaseStatus.SCREENING, "s1", ["assign", "investigate", "ask", "case"]),
        ("s3", CaseStatus.CLOSED, "s3", ["reopen", "reply", "note", "case"]),
    ],
)
def test_the_likely_next_steps(staff: str, status: CaseStatus, officer: str, offered: list[str]) -> None:
    assert list_next(staff, status, officer) == offered


@pytest.mark.parametrize("status", CaseStatus)
@pytest.mark.parametrize("staff", [OFFICER, SUPERVISOR])
def test_no_step_that_is_offered_is_refused(status: CaseStatus, staff: object) -> None:
    who = "s1" if staff is OFFICER else "s3"
    for officer in ("", "s1"):
        offered = list_next(who, status, officer)
        assert 2 <= len(offered) <= MAX_NEXT_STEPS + 1
        case = replace(CASE, status=status, officer=officer)
        for name in offered:
            outcome = give(f"/{name} 12", staff=SUPERVISOR if who == "s3" else OFFICER, case=case)
            assert REFUSALS.isdisjoint(outcome.keys), name


def test_where_nothing_is_shown_in_the_chat_reading_is_the_page() -> None:
    assert list_next("s1", CaseStatus.RECEIVED, "s1", Channel.LINE) == ["page", "screen", "ask", "case"]
