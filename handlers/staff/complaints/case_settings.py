"""Link related cases, say of what kind a case is, and put one under legal hold."""

from dataclasses import replace

from handlers.dialog.effects import Decision, run_query
from handlers.dialog.replies import OF_CASE, raw_text
from handlers.office import Category
from handlers.staff.command import ComplaintsCommandContext, make_command_button
from handlers.staff.complaints.case_view import list_next_steps
from handlers.staff.complaints.find_case import can_see_case, format_hidden_case, make_case_command
from handlers.staff.complaints.messages import (
    FindCaseByNumber,
    LinkCases,
    OfficerCase,
    SetCaseKind,
    SetLegalHold,
)
from handlers.staff.parse import split_number
from handlers.staff.permissions import CommandName
from handlers.thai.dates import to_bangkok_date
from handlers.thai.text import clean_text


def link_related_cases(cmd: ComplaintsCommandContext, found: OfficerCase) -> Decision:
    """Link two cases of the same matter: `/link 12 15`."""
    number, year, _ = split_number(cmd.command.rest)
    if not number:
        return cmd.await_text_for(make_case_command(CommandName.LINK, found)).reply(
            "link.ask", OF_CASE, number=found.register_number
        )
    other = yield from run_query(FindCaseByNumber(number, year or found.year, cmd.staff.id, bool(year)))
    if other is not None and other.hidden:
        return cmd.reply_with(format_hidden_case(cmd, other))
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


def set_case_kind(cmd: ComplaintsCommandContext, found: OfficerCase) -> Decision:
    """Say of what kind a case is, by code or name: `/kind 12 corruption`. Without one, the kinds are offered."""
    yield from ()
    typed, lang = clean_text(cmd.command.rest).text.casefold(), cmd.ctx.lang
    kinds = cmd.ctx.office.categories
    chosen = next((k for k in kinds if typed and typed in {k.code, *_list_kind_names(k)}), None)
    if chosen is None:
        offered = tuple(
            make_command_button(CommandName.KIND, found, k.code, raw_text(k.name.in_lang(lang)))
            for k in kinds
        )
        key = "kind.unknown" if typed else "kind.ask"
        return cmd.reply(key, OF_CASE, offered, number=found.register_number)
    on = to_bangkok_date(cmd.ctx.now)
    act = SetCaseKind(found.id, chosen.code, cmd.staff.id, on, found.received_on, found.seq + 1)
    back = list_next_steps(cmd, replace(found, category=chosen.code))
    return cmd.reply(
        "kind.done", OF_CASE, back, (act,), number=found.register_number, kind=chosen.name.in_lang(lang)
    )


def _list_kind_names(kind: Category) -> tuple[str, ...]:
    return tuple(name.casefold() for name in (kind.name.th, kind.name.en) if name)


def change_legal_hold(cmd: ComplaintsCommandContext, found: OfficerCase) -> Decision:
    """Keep a case from erasure, with a reason: `/hold 12 reason`. `/hold 12 off` lifts the hold."""
    yield from ()
    reason, number = clean_text(cmd.command.rest).text, found.register_number
    if not reason:
        waiting = cmd.await_text_for(make_case_command(CommandName.HOLD, found))
        return waiting.reply("hold.ask", OF_CASE, number=number)
    is_off, on = reason in {"off", "เลิก"}, to_bangkok_date(cmd.ctx.now)
    act = SetLegalHold(found.id, cmd.staff.id, on, "" if is_off else reason)
    back = list_next_steps(cmd, found)
    return cmd.reply("hold.off" if is_off else "hold.on", OF_CASE, back, (act,), number=number)
