"""Make cases of one matter one for the officers, after asking, and separate them again. No reporter sees it."""

import re
from dataclasses import replace

from handlers.complaints.lifecycle import STATUS_RULES
from handlers.dialog.effects import Decision, run_query
from handlers.dialog.replies import OF_CASE, Choice, Phrase, Reply, ReplyArg, raw_text
from handlers.staff.command import SURE, ComplaintsCommandContext, QueryGenerator, make_command_button
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
    """Make two cases one for the officers: `/merge 12 15`. All that will be one is shown first."""
    number, year, rest = split_number(_JOINING_WORD.sub("", cmd.command.rest, count=1))
    if not number:
        waiting = cmd.await_text_for(make_case_command(CommandName.MERGE, found))
        return waiting.reply("merge.ask", OF_CASE, number=found.register_number)
    other = yield from run_query(FindCaseByNumber(number, year or found.year, cmd.staff.id, bool(year)))
    if other is not None and other.hidden:
        return cmd.reply_with(format_hidden_case(cmd, other))
    if other is None:
        back = make_command_button(CommandName.CASE, found)
        return cmd.reply(
            "merge.not", OF_CASE, (back,), number=found.register_number, other=cmd.command.rest[:20]
        )
    if other.id == found.id:
        waiting = cmd.await_text_for(make_case_command(CommandName.MERGE, found))
        return waiting.reply("merge.same", OF_CASE, number=found.register_number)
    if not can_see_case(cmd.staff, other):
        return (yield from _refuse_unseen(cmd, found, other))
    return (yield from _merge_seen(cmd, found, other, rest))


def _merge_seen(cmd: ComplaintsCommandContext, found: OfficerCase, other: OfficerCase, rest: str) -> Decision:
    """Merge two cases that somebody may see, if nothing is against it, and it was asked. rest: behind the numbers."""
    numbers: dict[str, ReplyArg] = {"number": found.register_number, "other": other.register_number}
    back = make_command_button(CommandName.CASE, found)
    if other.id in {one.id for one in found.other_reports}:
        # Of more than two it is not known here which of them came with the other.
        undo: tuple[Choice, ...] = () if len(found.other_reports) > 1 else (_make_undo(other, numbers),)
        return cmd.reply_with(Reply("staff.merge.already", OF_CASE, numbers, (back, *undo)))
    if (why := _find_hindrance(found, other)) is not None:
        return cmd.reply_with(Reply(f"staff.merge.{why}", OF_CASE, numbers, (back,)))
    reports = (*_list_reports(found), *_list_reports(other))
    shown = (
        f"{SURE}{len(reports)}"  # so that a yes holds for those that were shown, and for no matter that grew
    )
    if rest not in {SURE, shown}:
        cases = tuple(format_case_line(one, cmd) for one in reports)
        sure = make_command_button(
            CommandName.MERGE,
            found,
            rest=f"{other.register_number} {shown}",
            label=Phrase("staff.merge.yes", numbers),
        )
        leaves = make_command_button(CommandName.CASE, found, label=Phrase("staff.merge.no"))
        holder = yield from _describe_coming_holder(cmd, found, other)
        args: dict[str, ReplyArg] = {**numbers, "count": len(reports), "cases": cases, "holder": holder}
        return cmd.reply_with(Reply("staff.merge.sure", OF_CASE, args, (sure, leaves)))
    act = MergeCases(found.id, other.id, cmd.staff.id, to_bangkok_date(cmd.ctx.now))
    undo = _offer_undo(found, other, numbers)
    return cmd.reply_with(Reply("staff.merge.done", OF_CASE, numbers, (back, *undo)), acts=(act,))


def _list_reports(case: OfficerCase) -> tuple[OfficerCase, ...]:
    """Return a case and the other reports of its matter, each as a line shows it: they come along with it."""
    alone = replace(case, other_reports=(), other_report_count=0)
    others = (
        replace(
            alone, id=one.id, number=one.number, year=one.year, status=one.status, answer_by=one.answer_by
        )
        for one in case.other_reports
    )
    return alone, *others


def _describe_coming_holder(
    cmd: ComplaintsCommandContext, found: OfficerCase, other: OfficerCase
) -> QueryGenerator[Phrase]:
    """Return who gets all of the reports: whoever was appointed, else who has the first, or else the other."""
    both = (found, other)
    holders = (one.officer for one in [one for one in both if one.appointed_by] or both if one.officer)
    holder = next(holders, "")
    if not holder:
        return Phrase("staff.merge.for_nobody")
    if holder == cmd.staff.id:
        return Phrase("staff.merge.for_you")
    names = yield from load_staff_names()
    return Phrase("staff.merge.for_person", {"holder": raw_text(names.get(holder, ""))})


def _offer_undo(found: OfficerCase, other: OfficerCase, numbers: dict[str, ReplyArg]) -> tuple[Choice, ...]:
    """Return the button that takes out again what came alone; none where several reports came from either side."""
    alone = next((one for one in (other, found) if not one.other_reports), None)
    return () if alone is None else (_make_undo(alone, numbers),)


def _make_undo(alone: OfficerCase, numbers: dict[str, ReplyArg]) -> Choice:
    label = Phrase("staff.merge.undo", {**numbers, "other": alone.register_number})
    return make_command_button(CommandName.SEPARATE, alone, label=label)


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
