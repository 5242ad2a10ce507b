"""Find the case of a command, or say why it is not shown."""

from collections.abc import Callable
from typing import TypeAlias

from handlers.complaints.lifecycle import list_transition_commands
from handlers.dialog.effects import Decision, TurnResult, run_query
from handlers.dialog.replies import KEEPS_TEXT, OF_CASE, Choice, ExpectedInput, Phrase, Presentation, Reply
from handlers.staff.command import (
    CommandHandler,
    ComplaintsCommandContext,
    QueryGenerator,
    make_command_button,
    make_number_button,
)
from handlers.staff.complaints.lists import format_due_day
from handlers.staff.complaints.messages import CaseListPage, FindCaseByNumber, ListCases, OfficerCase
from handlers.staff.members import ListStaff, StaffMember
from handlers.staff.parse import ParsedCommand
from handlers.staff.permissions import REPORTER_COMMANDS, CommandName, Role
from handlers.staff.state import AwaitingCaseChoice, ComplaintsWork
from handlers.staff.typed.shown import add_shown_number
from handlers.thai.dates import format_date, get_fiscal_year, to_bangkok_date

CaseHandler: TypeAlias = Callable[[ComplaintsCommandContext, OfficerCase], Decision]


def with_case(
    handler: CaseHandler, may_use: Callable[[StaffMember, OfficerCase], bool] | None = None
) -> CommandHandler[CommandName, ComplaintsWork]:
    """Return the handler of a command about one case: the case is found first.

    may_use: whether a person may give the command, where that is not who may see the case.
    """

    def handle_with_case(cmd: ComplaintsCommandContext) -> Decision:
        about = add_shown_number(cmd)
        found = yield from resolve_case(about, may_use or can_see_case)
        if isinstance(found, TurnResult):
            return found
        if found.is_imported and about.command.name in REPORTER_COMMANDS:
            back = (make_command_button(CommandName.CASE, found),)
            return about.reply("no_reporter", OF_CASE, back, number=found.register_number)
        return (yield from handler(about, found))

    return handle_with_case


def with_matter(handler: CaseHandler) -> CommandHandler[CommandName, ComplaintsWork]:
    """Return the handler of a command about a whole matter: of its open reports it gets the one furthest on.

    What is decided, and who has it, is the same for all of them, whichever number was typed; those that are behind are
    brought along. A move that only the one that was typed can still make is made of it.
    """

    def handle_with_matter(cmd: ComplaintsCommandContext) -> Decision:
        about = add_shown_number(cmd)
        found = yield from resolve_case(about)
        if isinstance(found, TurnResult):
            return found
        leading = found.leading_report
        if leading is not None:
            ahead = yield from run_query(FindCaseByNumber(leading.number, leading.year, cmd.staff.id))
            found = found if ahead is None or _can_only_be_typed(cmd.command.name, found, ahead) else ahead
        return (yield from handler(about, found))

    return handle_with_matter


def _can_only_be_typed(name: CommandName, typed: OfficerCase, ahead: OfficerCase) -> bool:
    """Whether a command is a move that fits the report whose number was typed, and not the one that is further on."""
    able, able_ahead = (list_transition_commands(one.coming_status) for one in (typed, ahead))
    return name in able and name not in able_ahead


def make_case_command(name: CommandName, case: OfficerCase, rest: str = "") -> ParsedCommand[CommandName]:
    """Return a command about a case."""
    return ParsedCommand(name, case.number, case.year, rest)


def can_see_case(staff: StaffMember, case: OfficerCase) -> bool:
    """Whether a person may see a case: officers their own and unassigned ones, supervisors and auditors all.

    Who stands in for the officer today sees what they see. Auditors read only the audit log (`PERMISSIONS`). Nobody
    sees a case that is kept from them, nor one that is looked at again after they closed it.
    """
    if case.hidden or case.avoid_officer == staff.id:
        return False
    is_theirs = not case.officer or staff.id in {case.officer, case.stand_in}
    return is_theirs or staff.role in {Role.SUPERVISOR, Role.AUDITOR}


def resolve_case(
    cmd: ComplaintsCommandContext, may_use: Callable[[StaffMember, OfficerCase], bool] = can_see_case
) -> QueryGenerator[OfficerCase | TurnResult]:
    """Return the case of a command, or the reply where there is none that this person may see."""
    if not cmd.command.number:
        return (yield from _offer_recent_cases(cmd))
    today = to_bangkok_date(cmd.ctx.now)
    year = cmd.command.year or get_fiscal_year(today)
    case = yield from run_query(
        FindCaseByNumber(cmd.command.number, year, cmd.staff.id, bool(cmd.command.year))
    )
    if case is None:
        shown = f"{cmd.command.number}/{cmd.command.year}" if cmd.command.year else f"{cmd.command.number}"
        listed = yield from run_query(_recent_cases(cmd))
        return cmd.reply(
            "unknown" if listed.cases else "unknown_alone",
            OF_CASE,
            _make_case_buttons(cmd, listed),
            wants=ExpectedInput.REGISTER,
            number=shown,
        )
    if not may_use(cmd.staff, case):
        if case.hidden:
            return cmd.reply_with(format_hidden_case(cmd, case))
        kept = KEEPS_TEXT if cmd.command.rest else Presentation()  # what was typed is its author's
        if case.avoid_officer == cmd.staff.id:
            return cmd.reply("not_yours_again", OF_CASE, number=case.register_number, presentation=kept)
        everybody = yield from run_query(ListStaff(include_removed=True))
        holder = next((one.name for one in everybody if one.id == case.officer), "")
        return cmd.reply("not_yours", OF_CASE, number=case.register_number, holder=holder, presentation=kept)
    return case


def format_hidden_case(cmd: ComplaintsCommandContext, case: OfficerCase) -> Reply:
    """Return what is said of a case that is kept from who asks: number, state and days.

    It is the same whether it concerns them or another was appointed to it, and says nothing about them.
    """
    today = to_bangkok_date(cmd.ctx.now)
    return Reply(
        "staff.hidden",
        OF_CASE,
        {
            "number": case.register_number,
            "status": Phrase(f"staff.status.{case.status}"),
            "received": format_date(case.received_on, cmd.ctx.lang),
            "due": format_due_day(case, today, cmd.ctx.lang),
        },
    )


def _offer_recent_cases(cmd: ComplaintsCommandContext) -> QueryGenerator[OfficerCase | TurnResult]:
    """Offer recent cases where no number was given. What was typed is kept for the case that is picked."""
    listed = yield from run_query(_recent_cases(cmd))
    if not listed.cases:
        return cmd.reply("none_yet", OF_CASE)
    kept = cmd.with_pending(AwaitingCaseChoice(cmd.command)) if cmd.command.rest else cmd
    return kept.reply(
        "which",
        OF_CASE,
        _make_case_buttons(cmd, listed),
        wants=ExpectedInput.REGISTER,
        order=Phrase(cmd.command.name.label_key),
    )


def _make_case_buttons(cmd: ComplaintsCommandContext, listed: CaseListPage) -> tuple[Choice, ...]:
    name = CommandName.CASE if cmd.command.number else cmd.command.name
    return tuple(make_number_button(name, case) for case in listed.cases)


def _recent_cases(cmd: ComplaintsCommandContext) -> ListCases:
    """Return the query for the cases that this person most likely means."""
    return ListCases(cmd.staff.id, all_officers=cmd.staff.role is Role.SUPERVISOR, limit=6, kept=False)
