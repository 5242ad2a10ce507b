"""Make cases of one matter one for the officers, after asking, and separate them again. No reporter sees it."""

import re

from handlers.complaints.lifecycle import STATUS_RULES
from handlers.dialog.effects import Decision, TurnResult, run_query
from handlers.dialog.replies import OF_CASE, Choice, Phrase, Reply, ReplyArg, raw_text
from handlers.staff.command import SURE, ComplaintsCommandContext, make_command_button
from handlers.staff.complaints.case_view import load_staff_names
from handlers.staff.complaints.find_case import can_see_case, format_hidden_case, make_case_command
from handlers.staff.complaints.lists import format_case_line
from handlers.staff.complaints.matters.messages import MergeCases, SeparateCase
from handlers.staff.complaints.messages import FindCaseByNumber, OfficerCase
from handlers.staff.parse import split_number
from handlers.staff.permissions import CommandName
from handlers.thai.dates import to_bangkok_date

_JOINING_WORD = re.compile(r"(?:กับ|และ|เข้ากับ|with|and|\+|,)\s*", re.IGNORECASE)
"""What stands between the two numbers: `รวม 12 กับ 15`."""


def merge_with_case(cmd: ComplaintsCommandContext, found: OfficerCase) -> Decision:
    """Make two cases one for the officers: `/merge 12 15`. Both are shown first; it is told how to undo it."""
    number, year, rest = split_number(_JOINING_WORD.sub("", cmd.command.rest, count=1))
    if not number:
        waiting = cmd.await_text_for(make_case_command(CommandName.MERGE, found))
        return waiting.reply("merge.ask", OF_CASE, number=found.register_number)
    other = yield from run_query(FindCaseByNumber(number, year or found.year, cmd.staff.id, bool(year)))
    if other is not None and other.hidden:
        return cmd.reply_with(format_hidden_case(cmd, other))
    back = make_command_button(CommandName.CASE, found)
    if other is None:
        return cmd.reply(
            "merge.not", OF_CASE, (back,), number=found.register_number, other=cmd.command.rest[:20]
        )
    if other.id == found.id:
        waiting = cmd.await_text_for(make_case_command(CommandName.MERGE, found))
        return waiting.reply("merge.same", OF_CASE, number=found.register_number)
    if not can_see_case(cmd.staff, other):
        return (yield from _refuse_unseen(cmd, found, other))
    return _merge_seen(cmd, found, other, back, is_sure=rest == SURE)


def _merge_seen(
    cmd: ComplaintsCommandContext, found: OfficerCase, other: OfficerCase, back: Choice, *, is_sure: bool
) -> TurnResult:
    """Merge two cases that somebody may see, if nothing is against it, and it was asked."""
    numbers: dict[str, ReplyArg] = {"number": found.register_number, "other": other.register_number}
    separates = make_command_button(CommandName.SEPARATE, other, label=Phrase("staff.merge.undo", numbers))
    if other.id in {one.id for one in found.other_reports}:
        return cmd.reply_with(Reply("staff.merge.already", OF_CASE, numbers, (back, separates)))
    if (why := _find_hindrance(found, other)) is not None:
        return cmd.reply_with(Reply(f"staff.merge.{why}", OF_CASE, numbers, (back,)))
    if not is_sure:
        lines = tuple(format_case_line(one, cmd) for one in (found, other))
        merges = Phrase("staff.merge.yes", numbers)
        sure = make_command_button(
            CommandName.MERGE, found, rest=f"{other.register_number} {SURE}", label=merges
        )
        leaves = make_command_button(CommandName.CASE, found, label=Phrase("staff.merge.no"))
        return cmd.reply_with(Reply("staff.merge.sure", OF_CASE, {**numbers, "cases": lines}, (sure, leaves)))
    act = MergeCases(found.id, other.id, cmd.staff.id, to_bangkok_date(cmd.ctx.now))
    return cmd.reply_with(Reply("staff.merge.done", OF_CASE, numbers, (back, separates)), acts=(act,))


def _refuse_unseen(cmd: ComplaintsCommandContext, found: OfficerCase, other: OfficerCase) -> Decision:
    """Say why a case that is kept from nobody cannot be made one with another: who has it, or why it is not theirs."""
    args: dict[str, ReplyArg] = {"number": found.register_number, "other": other.register_number}
    if other.avoid_officer == cmd.staff.id:
        return cmd.reply_with(Reply("staff.merge.again", OF_CASE, args))
    names = yield from load_staff_names()
    args["holder"] = raw_text(names.get(other.officer, ""))
    return cmd.reply_with(Reply("staff.merge.not_yours", OF_CASE, args))


def _find_hindrance(found: OfficerCase, other: OfficerCase) -> str | None:
    """Return why two cases cannot be made one: the last part of the key of its wording."""
    if not (STATUS_RULES[found.status].is_open and STATUS_RULES[other.status].is_open):
        return "ended"
    if found.avoid_officer or other.avoid_officer:
        return "again"
    appointed = {(one.officer, one.appointed_by) for one in (found, other) if one.appointed_by}
    return "appointed" if len(appointed) > 1 else None


def separate_from_matter(cmd: ComplaintsCommandContext, found: OfficerCase) -> Decision:
    """Take a case out of its matter again: `/separate 12`."""
    yield from ()
    back = (make_command_button(CommandName.CASE, found),)
    if not found.other_reports:
        return cmd.reply("merge.alone", OF_CASE, back, number=found.register_number)
    numbers = ", ".join(one.register_number for one in found.other_reports)
    act = SeparateCase(found.id, cmd.staff.id)
    return cmd.reply("merge.separated", OF_CASE, back, (act,), number=found.register_number, others=numbers)
