"""A command that waits is kept as it was understood; what completes it is read as if it had been typed behind it."""

from dataclasses import fields, is_dataclass
from datetime import UTC, datetime
from typing import get_args

from handlers.staff.parse import MAX_STAFF_COMMAND_LENGTH, ParsedCommand
from handlers.staff.permissions import CommandName
from handlers.staff.service_parse import MAX_SERVICE_COMMAND_LENGTH, ParsedServiceCommand
from handlers.staff.state import (
    AwaitingSecondFactor,
    ComplaintsWork,
    Joining,
    OfficerState,
    PendingCommand,
    PendingServiceCommand,
    ProposedReply,
    SearchProgress,
)


def test_a_text_completes_a_command() -> None:
    assert ParsedCommand(CommandName.REPLY, 12, 2570).complete_with(" ๕ วัน ") == ParsedCommand(
        CommandName.REPLY, 12, 2570, "๕ วัน"
    )
    assert ParsedCommand(CommandName.CLOSE, 12, 2570, "มีมูล").complete_with("เหตุผล") == ParsedCommand(
        CommandName.CLOSE, 12, 2570, "มีมูล เหตุผล"
    )
    assert ParsedServiceCommand("answer", 3, 2570).complete_with("12/2570 ค่ะ") == ParsedServiceCommand(
        "answer", 3, 2570, "12/2570 ค่ะ"
    )


def test_a_text_may_begin_with_the_number_that_is_missing() -> None:
    assert ParsedCommand(CommandName.LOG).complete_with("๑๒/70") == ParsedCommand(CommandName.LOG, 12, 2570)
    assert ParsedCommand(CommandName.SEARCH).complete_with("12 ธันวา") == ParsedCommand(
        CommandName.SEARCH, rest="12 ธันวา"
    )


def test_a_text_that_makes_a_command_too_long_does_not_complete_it() -> None:
    assert ParsedCommand(CommandName.REPLY, 1).complete_with("ก" * MAX_STAFF_COMMAND_LENGTH) is None
    long = "ก" * MAX_SERVICE_COMMAND_LENGTH
    assert ParsedServiceCommand("answer", 1, 2570).complete_with(long) is None


def test_situations_are_told_apart_by_their_kind() -> None:
    for union in (PendingCommand, PendingServiceCommand):
        kinds = [next(one.default for one in fields(cls) if one.name == "kind") for cls in get_args(union)]
        assert len(set(kinds)) == len(kinds) > 2
        assert all(is_dataclass(cls) for cls in get_args(union))


def test_nothing_secret_and_no_content_stands_in_a_state_as_it_is_printed() -> None:
    command = ParsedCommand(CommandName.FACTS, 1, rest="คานารี")
    state = OfficerState(
        datetime(2026, 11, 22, tzinfo=UTC),
        Joining("คานารี", "คานารี"),
        ComplaintsWork(
            AwaitingSecondFactor(command), ProposedReply(command, 7), SearchProgress("คานารี", (2570, 1), 8)
        ),
    )
    assert "คานารี" not in repr(state)
    assert "SearchProgress" in repr(state)
