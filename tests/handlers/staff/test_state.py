"""The situations of an officer's session."""

from dataclasses import fields, is_dataclass
from datetime import UTC, datetime
from typing import get_args, get_origin

from handlers.staff.parse import ParsedCommand
from handlers.staff.permissions import CommandName
from handlers.staff.state import (
    AwaitingSecondFactor,
    ComplaintsWork,
    Joining,
    OfficerState,
    PendingCommand,
    ProposedReply,
    SearchProgress,
)


def test_situations_are_told_apart_by_their_kind() -> None:
    situations = [get_origin(one) or one for one in get_args(PendingCommand)]
    kinds = [next(one.default for one in fields(cls) if one.name == "kind") for cls in situations]
    assert len(set(kinds)) == len(kinds) > 2
    assert all(is_dataclass(cls) for cls in situations)


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
