"""Where a button leads that only shows something."""

import pytest

from bot.web.workspace.addresses import find_shown_address
from handlers.staff.complaints.commands import COMPLAINTS_COMMAND_TABLE
from handlers.staff.service.commands import SERVICE_COMMAND_TABLE


@pytest.mark.parametrize(
    ("given", "address"),
    [
        ("/questions", "/staff/service/questions"),
        ("/questions 2", "/staff/service/questions?page=2"),
        ("/question 12/2570", "/staff/service/question/2570/12"),
        ("/question 12", ""),  # of which year is found by the command
        ("/question", ""),
        ("/faq", "/staff/service/faq"),
        ("/faq off hours", ""),
        ("/answer 12/2570", ""),
        ("/opinions contact 12/2570", ""),
        ("/consult", "/staff/service/consultations"),
        ("/consult new", ""),
    ],
)
def test_of_the_service_desk(given: str, address: str) -> None:
    command = SERVICE_COMMAND_TABLE.parse(given)
    assert command is not None
    assert find_shown_address("service", command) == address


@pytest.mark.parametrize(
    ("given", "address"),
    [
        ("/inbox", "/staff/complaints/inbox"),
        ("/case 5/2570", "/staff/complaints/case/2570/5"),
        ("/take 5/2570", ""),
        ("/stats", "/staff/complaints/figures"),
        ("/staff", "/staff/complaints/people"),
        ("/close 5/2570", ""),
    ],
)
def test_of_the_complaints_desk(given: str, address: str) -> None:
    command = COMPLAINTS_COMMAND_TABLE.parse(given)
    assert command is not None
    assert find_shown_address("complaints", command) == address
