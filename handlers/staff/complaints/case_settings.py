"""Link related cases, and put a case under legal hold."""

from handlers.dialog.effects import Decision, TurnResult, run_query
from handlers.dialog.replies import OF_CASE
from handlers.staff.command import (
    ComplaintsCommandContext,
    can_see_case,
    make_case_command,
    make_command_button,
    resolve_case,
)
from handlers.staff.complaints.messages import FindCaseByNumber, LinkCases, SetLegalHold
from handlers.staff.parse import parse_staff_command
from handlers.staff.permissions import CommandName
from handlers.thai import clean_text, to_bangkok_date


def link_related_cases(cmd: ComplaintsCommandContext) -> Decision:
    """Link two cases of the same matter: `/link 12 15`."""
    found = yield from resolve_case(cmd)
    if isinstance(found, TurnResult):
        return found
    given = parse_staff_command(f"/{CommandName.CASE} {cmd.command.rest}")
    if given is None or not given.number:
        return cmd.await_text_for(make_case_command(CommandName.LINK, found)).reply(
            "link.ask", OF_CASE, number=found.register_number
        )
    year = given.year or found.year
    other = yield from run_query(FindCaseByNumber(given.number, year, cmd.staff.id, bool(given.year)))
    if other is None or other.id == found.id or not can_see_case(cmd.staff, other):
        return cmd.reply(
            "link.not",
            OF_CASE,
            (make_command_button(CommandName.CASE, found),),
            number=found.register_number,
            other=cmd.command.rest[:20],
        )
    act = LinkCases(found.id, other.id, cmd.staff.id)
    choices = (make_command_button(CommandName.CASE, found), make_command_button(CommandName.CASE, other))
    return cmd.reply(
        "link.done", OF_CASE, choices, (act,), number=found.register_number, other=other.register_number
    )


def change_legal_hold(cmd: ComplaintsCommandContext) -> Decision:
    """Keep a case from erasure, with a reason: `/hold 12 reason`. `/hold 12 off` lifts the hold."""
    found = yield from resolve_case(cmd)
    if isinstance(found, TurnResult):
        return found
    reason = clean_text(cmd.command.rest).text
    back, on = (make_command_button(CommandName.CASE, found),), to_bangkok_date(cmd.ctx.now)
    if reason in {"off", "เลิก"}:
        return cmd.reply(
            "hold.off",
            OF_CASE,
            back,
            (SetLegalHold(found.id, cmd.staff.id, on),),
            number=found.register_number,
        )
    if not reason:
        return cmd.await_text_for(make_case_command(CommandName.HOLD, found)).reply(
            "hold.ask", OF_CASE, number=found.register_number
        )
    return cmd.reply(
        "hold.on",
        OF_CASE,
        back,
        (SetLegalHold(found.id, cmd.staff.id, on, reason),),
        number=found.register_number,
    )
