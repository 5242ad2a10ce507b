"""`/slip`: print, or read out, a one-time code for whom an officer wrote a case down."""

from collections.abc import Iterable

from handlers.complaints.lifecycle import INTAKE_SOURCES
from handlers.complaints.messages import ActorKind, AddHistoryEntry, HistoryEntryKind
from handlers.complaints.slips.messages import SLIP_TTL, IssueSlip, NewOneTimeCode
from handlers.dialog.codes.one_time_code import OneTimeCode
from handlers.dialog.effects import Act, Decision, TurnResult, run_query
from handlers.dialog.events import Lang
from handlers.dialog.replies import OF_CASE, OFFICER_CONTENT, Phrase, Reply, ReplyArg, raw_text
from handlers.i18n import render_text
from handlers.staff.command import ComplaintsCommandContext, QueryGenerator, make_command_button
from handlers.staff.complaints.messages import CaseHistoryLine, GetCaseHistory, OfficerCase
from handlers.staff.complaints.page_links import offer_page_link
from handlers.staff.members import ListStaff
from handlers.staff.page_access import PageAccess, PageKind
from handlers.staff.permissions import CommandName, Role
from handlers.staff.workspace.sign_in import enter_page, keep_page
from handlers.thai.dates import format_date, to_bangkok_date


def has_own_code(lines: Iterable[CaseHistoryLine]) -> bool:
    """Whether the reporter of a case has made a tracking code, which was not voided since."""
    last = None
    for line in lines:
        if line.entry.kind in {HistoryEntryKind.CODE_MADE, HistoryEntryKind.CODE_VOIDED}:
            last = line.entry.kind
    return last is HistoryEntryKind.CODE_MADE


def was_code_voided(lines: Iterable[CaseHistoryLine]) -> bool:
    """Whether the holder of a slip ever voided the tracking code that was made with it."""
    return any(line.entry.kind is HistoryEntryKind.CODE_VOIDED for line in lines)


def may_replace_voided(
    cmd: ComplaintsCommandContext, lines: Iterable[CaseHistoryLine]
) -> QueryGenerator[bool]:
    """Whether this person may make the next slip of a case whose code was voided.

    Whoever made one of its slips may have kept a copy, and may have voided the code to take the reporter's place. So it
    is somebody who made none: a supervisor, or any colleague where no other supervisor is left.
    """
    makers = {line.staff for line in lines if line.entry.kind is HistoryEntryKind.SLIP}
    if cmd.staff.id in makers:
        return False
    everybody = yield from run_query(ListStaff())
    others = [one for one in everybody if one.role is Role.SUPERVISOR and one.id not in makers]
    return cmd.staff.role is Role.SUPERVISOR or not others


def print_slip(cmd: ComplaintsCommandContext, found: OfficerCase) -> Decision:
    """Make a one-time code for a case that an officer wrote down, in the place of an unused one before it.

    Not for a case that its reporter sent, nor while the reporter's own code works: an officer who took a slip for it
    could follow the case as the reporter. After such a code was voided, not by who made a slip of it before.
    """
    back = (make_command_button(CommandName.CASE, found),)
    if why := (yield from _find_why_no_slip(cmd, found)):
        return cmd.reply(f"slip.{why}", OF_CASE, back, number=found.register_number)
    code, today = (yield from run_query(NewOneTimeCode())), to_bangkok_date(cmd.ctx.now)
    is_page = cmd.ctx.channel_traits.is_page
    offered = None if is_page else (yield from offer_page_link(cmd, PageKind.SLIP, found, code.digits))
    shows_code = cmd.ctx.channel_traits.can_delete_messages
    if offered is None and not shows_code:
        return cmd.reply("page.nowhere", OF_CASE, back)
    if offered is not None and not offered.address:
        return cmd.reply_with(Reply("workspace.link.many", OF_CASE, choices=back))
    line = AddHistoryEntry(
        found.id, found.seq + 1, today, HistoryEntryKind.SLIP, ActorKind.OFFICE, staff=cmd.staff.id
    )
    acts: tuple[Act, ...] = (IssueSlip(found.id, code, today), line)
    if is_page:
        return _show_on_page(cmd, found, code, acts)
    args: dict[str, ReplyArg] = {
        "number": found.register_number,
        "until": format_date(today + SLIP_TTL, cmd.ctx.lang),
        "address": Phrase("staff.slip.nowhere"),
    }
    if offered is not None:
        acts, args["address"] = (*acts, *offered.acts), raw_text(offered.address)
    if not shows_code:
        return cmd.reply_with(Reply("staff.slip.link", OFFICER_CONTENT, args, back), acts=acts)
    args |= {"code": code.formatted, "spoken": tuple(raw_text(one) for one in spell_code(code, cmd.ctx.lang))}
    return cmd.reply_with(Reply("staff.slip.code", OFFICER_CONTENT, args, back), acts=acts)


def _find_why_no_slip(cmd: ComplaintsCommandContext, found: OfficerCase) -> QueryGenerator[str]:
    """Return the wording of why no slip of a case may be made; empty where it may."""
    if found.source not in INTAKE_SOURCES:
        return "not_entered"
    lines = (yield from run_query(GetCaseHistory(found.id))).rows
    if has_own_code(lines):
        return "has_code"
    if was_code_voided(lines) and not (yield from may_replace_voided(cmd, lines)):
        return "by_another"
    return ""


def _show_on_page(
    cmd: ComplaintsCommandContext, found: OfficerCase, code: OneTimeCode, acts: tuple[Act, ...]
) -> TurnResult:
    """Lead to the page where the session shows the slip, and prints it. acts: that make the slip."""
    access = PageAccess(
        PageKind.SLIP, cmd.staff, True, found.id, found.number, found.year, cmd.ctx.lang, code.digits
    )
    kept = keep_page(access, cmd.ctx.event.person_id)
    return cmd.reply_with(enter_page(access), acts=(*acts, *kept))


def spell_code(code: OneTimeCode, lang: Lang) -> tuple[str, ...]:
    """Return a one-time code as it is read out: a line for each group."""
    digits = render_text(Phrase("staff.slip.digits"), lang).split()
    return tuple(" ".join(digits[int(digit)] for digit in group) for group in code.groups)
