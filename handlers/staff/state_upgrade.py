"""Read the officer state of sessions stored until version 0.5.1, which kept it as texts by name."""

from collections.abc import Mapping
from datetime import UTC, datetime

from handlers.complaints.lifecycle import CaseSource
from handlers.staff.complaints.commands import COMPLAINTS_COMMAND_TABLE
from handlers.staff.parse import ParsedCommand
from handlers.staff.permissions import CommandName, ServiceCommandName
from handlers.staff.service.commands import SERVICE_COMMAND_TABLE
from handlers.staff.service.consultation_text import add_draft_lines
from handlers.staff.state import (
    AwaitingCaseChoice,
    AwaitingSecondFactor,
    AwaitingText,
    ComplaintsWork,
    Joining,
    NothingPending,
    OfficerState,
    PendingCommand,
    ProposedAnswer,
    ProposedPublication,
    ProposedReply,
    SearchProgress,
    ServiceWork,
)

_WAITING_SERVICE_COMMANDS = frozenset(
    {ServiceCommandName.ANSWER, ServiceCommandName.CONSULT, ServiceCommandName.OPINIONS}
)
"""The commands of the service desk that could wait for something. None of them is a command of the complaints desk."""


def upgrade_officer_state(kept: Mapping[str, str]) -> OfficerState:
    """Return the state of the texts by name. What can no longer be read is left out.

    No command that could wait for something existed at both desks, so the command tells the desk.
    """
    verified = kept.get("proved")
    return OfficerState(
        datetime.fromtimestamp(int(verified), UTC) if verified else None,
        Joining(kept["join"], kept["secret"]) if "join" in kept else None,
        _upgrade_complaints_work(kept),
        _upgrade_service_work(kept),
    )


def _upgrade_complaints_work(kept: Mapping[str, str]) -> ComplaintsWork:
    proposed = None if "draft_seq" in kept else COMPLAINTS_COMMAND_TABLE.parse(kept.get("draft", ""))
    search = None
    if "sought" in kept:
        year, number, searched = map(int, kept["sought_to"].split())
        search = SearchProgress(kept["sought"], (year, number), searched)
    return ComplaintsWork(
        _upgrade_pending(kept),
        ProposedReply(proposed, int(kept["nonce"])) if proposed else None,
        search,
        CaseSource(kept["intake"]) if kept.get("intake") else None,
    )


def _upgrade_pending(kept: Mapping[str, str]) -> PendingCommand[CommandName]:
    before: NothingPending | AwaitingText[CommandName] | AwaitingCaseChoice[CommandName] = NothingPending()
    awaiting = COMPLAINTS_COMMAND_TABLE.parse(kept.get("awaits", ""))
    if awaiting is not None:
        before = AwaitingText(awaiting)
    elif "rest" in kept:
        before = AwaitingCaseChoice(ParsedCommand(CommandName(kept["rest_of"]), rest=kept["rest"]))
    waiting = COMPLAINTS_COMMAND_TABLE.parse(kept.get("then", ""))
    return before if waiting is None else AwaitingSecondFactor(waiting, before)


def _upgrade_service_work(kept: Mapping[str, str]) -> ServiceWork:
    answer = None
    if "draft_seq" in kept and (of := SERVICE_COMMAND_TABLE.parse(f"/answer {kept['draft_of']}")) is not None:
        prompt = int(kept["nonce"]) if "nonce" in kept else None
        answer = ProposedAnswer(of.number, of.year, int(kept["draft_seq"]), kept["draft"], prompt)
    publication = None
    if "post_of" in kept:
        publication = ProposedPublication(
            kept["post_of"],
            kept.get("post_q", ""),
            kept.get("post_a", ""),
            kept.get("post_t", ""),
            kept.get("post_f", ""),
        )
    draft, _ = add_draft_lines((), kept.get("ballot", ""))
    return ServiceWork(_upgrade_service_pending(kept), answer, publication, draft)


def _upgrade_service_pending(kept: Mapping[str, str]) -> PendingCommand[ServiceCommandName]:
    waiting = SERVICE_COMMAND_TABLE.parse(kept.get("then", ""))
    if waiting is not None and waiting.name in _WAITING_SERVICE_COMMANDS:
        return AwaitingSecondFactor(waiting)
    awaiting = SERVICE_COMMAND_TABLE.parse(kept.get("awaits", ""))
    if awaiting is not None and awaiting.name in _WAITING_SERVICE_COMMANDS:
        return AwaitingText(awaiting)
    return NothingPending()
