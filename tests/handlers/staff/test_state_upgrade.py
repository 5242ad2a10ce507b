"""The officer state of sessions that versions up to 0.5.1 stored as texts by name."""

from datetime import UTC, datetime
from typing import Any

import pytest

from handlers.complaints.lifecycle import CaseSource
from handlers.staff.parse import ParsedCommand
from handlers.staff.permissions import CommandName, ServiceCommandName
from handlers.staff.state import (
    NO_OFFICER,
    AwaitingCaseChoice,
    AwaitingSecondFactor,
    AwaitingText,
    ComplaintsWork,
    Joining,
    OfficerState,
    ProposedAnswer,
    ProposedPublication,
    ProposedReply,
    SearchProgress,
    ServiceWork,
)
from handlers.staff.state_upgrade import upgrade_officer_state

CLOSE = ParsedCommand(CommandName.CLOSE, 12, 2570, "insufficient")
FACTS = ParsedCommand(CommandName.FACTS, 12)
ANSWER = ParsedCommand(ServiceCommandName.ANSWER, 1, 2570)
CONTACT = ParsedCommand(ServiceCommandName.OPINIONS, rest="contact 12/2570")


def complaints(**parts: Any) -> OfficerState:
    return OfficerState(complaints=ComplaintsWork(**parts))


def service(**parts: Any) -> OfficerState:
    return OfficerState(service=ServiceWork(**parts))


@pytest.mark.parametrize(
    ("kept", "state"),
    [
        ({}, NO_OFFICER),
        ({"proved": ""}, NO_OFFICER),
        ({"unknown": "x"}, NO_OFFICER),
        ({"proved": "1763776800"}, OfficerState(datetime(2025, 11, 22, 2, 0, tzinfo=UTC))),
        ({"join": "CODE", "secret": "SECRET"}, OfficerState(joining=Joining("CODE", "SECRET"))),
        ({"awaits": "/close 12/2570 insufficient"}, complaints(pending=AwaitingText(CLOSE))),
        (
            {"rest": "กำลังตรวจสอบ", "rest_of": "reply"},
            complaints(pending=AwaitingCaseChoice(ParsedCommand(CommandName.REPLY, rest="กำลังตรวจสอบ"))),
        ),
        ({"then": "/facts 12"}, complaints(pending=AwaitingSecondFactor(FACTS))),
        (
            {"then": "/facts 12", "awaits": "/close 12/2570 insufficient"},
            complaints(pending=AwaitingSecondFactor(FACTS, AwaitingText(CLOSE))),
        ),
        (
            {"draft": "/close 12/2570 insufficient", "nonce": "8"},
            complaints(proposal=ProposedReply(CLOSE, 8)),
        ),
        ({"draft": "no command", "nonce": "8"}, NO_OFFICER),
        (
            {"sought": "ร้อยละ", "sought_to": "2569 7 40"},
            complaints(search=SearchProgress("ร้อยละ", (2569, 7), 40)),
        ),
        ({"intake": "letter"}, complaints(intake_source=CaseSource.LETTER)),
        ({"intake": ""}, NO_OFFICER),
        ({"awaits": "/answer 1/2570"}, service(pending=AwaitingText(ANSWER))),
        ({"then": "/opinions contact 12/2570"}, service(pending=AwaitingSecondFactor(CONTACT))),
        (
            {"draft": "ยืมได้", "draft_of": "1/2570", "draft_seq": "3", "nonce": "8"},
            service(answer=ProposedAnswer(1, 2570, 3, "ยืมได้", 8)),
        ),
        (
            {"draft": "ยืมได้", "draft_of": "1/2570", "draft_seq": "3"},
            service(answer=ProposedAnswer(1, 2570, 3, "ยืมได้", None)),
        ),
        (
            {"post_of": "t1", "post_q": "ถาม", "post_a": "ตอบ", "post_t": "ทั่วไป", "post_f": "081"},
            service(publication=ProposedPublication("t1", "ถาม", "ตอบ", "ทั่วไป", "081")),
        ),
        ({"post_of": "t1"}, service(publication=ProposedPublication("t1", "", ""))),
    ],
)
def test_each_situation_is_read_as_it_was_meant(kept: dict[str, str], state: OfficerState) -> None:
    assert upgrade_officer_state(kept) == state


def test_an_announcement_that_was_begun_is_kept_line_by_line() -> None:
    state = upgrade_officer_state({"ballot": "title: แผนห้าปี\nclose: 30/09/2570", "awaits": "/consult more"})
    assert state.service.consultation
    assert state.service.pending == AwaitingText(ParsedCommand(ServiceCommandName.CONSULT, rest="more"))
