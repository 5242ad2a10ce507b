"""Send to the reporter: preview, one confirmation, then an undo window before it is sent."""

from dataclasses import replace

from handlers.complaints.case_status import format_timeline_entry
from handlers.complaints.lifecycle import (
    CaseOutcome,
    TransitionNotAllowedError,
    TransitionRequest,
    get_next_status,
)
from handlers.complaints.messages import HistoryEntry, HistoryEntryKind
from handlers.dialog.effects import Act, Decision, TurnResult, run_query
from handlers.dialog.replies import (
    KEEPS_TEXT,
    OF_CASE,
    OFFICER_CONTENT,
    Choice,
    OfficerPageAction,
    Phrase,
    Presentation,
    Reply,
    ReplyArg,
)
from handlers.staff.command import ComplaintsCommandContext, make_command_button, make_prompt_buttons
from handlers.staff.complaints.case_view import list_next_steps
from handlers.staff.complaints.find_case import can_see_case
from handlers.staff.complaints.matters.reports import ScheduledAct
from handlers.staff.complaints.messages import (
    MAX_SCHEDULED_ACTS,
    CancelSend,
    FindCaseByNumber,
    OfficerCase,
    OutgoingReply,
    ScheduleSend,
)
from handlers.staff.dispatch import run_command
from handlers.staff.members import StaffMember
from handlers.staff.parse import parse_prompt_answer
from handlers.staff.permissions import CommandName
from handlers.staff.sending.undo_window import UndoHindrance, choose_undo, get_send_time
from handlers.staff.state import TAKEN_BACK, ProposedReply
from handlers.thai.dates import to_bangkok_date

MAX_REPLY_LENGTH = 3_000
"""Characters of a reply."""

_RELOADS_PAGE = Presentation(officer_page=OfficerPageAction.RELOAD)
_ASKS_TO_CONFIRM = Presentation(officer_page=OfficerPageAction.CONFIRM)


def propose_reply(cmd: ComplaintsCommandContext, found: OfficerCase, sending: OutgoingReply) -> Decision:
    """Preview what the reporter will see, and ask to confirm it; schedule it once confirmed."""
    yield from ()
    if found.is_imported and sending.step is None:
        back = (make_command_button(CommandName.CASE, found),)
        return cmd.reply("no_reporter", OF_CASE, back, number=found.register_number, presentation=KEEPS_TEXT)
    if len(found.scheduled) >= MAX_SCHEDULED_ACTS:
        return cmd.reply(
            "held.already",
            OF_CASE,
            (make_command_button(CommandName.CASE, found),),
            number=found.register_number,
            presentation=KEEPS_TEXT,
        )
    if len(sending.text) > MAX_REPLY_LENGTH:
        return cmd.reply(
            "too_long",
            OF_CASE,
            limit=f"{MAX_REPLY_LENGTH:,}",
            count=f"{len(sending.text):,}",
            presentation=KEEPS_TEXT,
        )
    if cmd.confirmed:
        return _schedule(cmd.with_work(replace(cmd.work, proposal=None)), found, sending)
    prompt = cmd.ctx.session.prompt_number + 1
    kept = replace(cmd, ctx=cmd.ctx.replace_session(prompt_number=prompt)).with_work(
        replace(cmd.work, proposal=ProposedReply(cmd.command, prompt))
    )
    seen = format_timeline_entry(_preview_entry(cmd, found, sending), cmd.ctx)
    asked = kept.reply(
        "confirm.ask_record"
        if _has_no_reader(found)
        else "confirm.ask_after"
        if found.scheduled
        else "confirm.ask",
        OFFICER_CONTENT,
        make_prompt_buttons(CommandName.CONFIRM, prompt, "staff.confirm.yes", "staff.confirm.no"),
        number=found.register_number,
        seen=seen,
        presentation=_ASKS_TO_CONFIRM,
    )
    return asked.prepend(_list_readers(found, sending))


def _has_no_reader(found: OfficerCase) -> bool:
    """Whether a decision is written down only: the case is of an old register, and of no matter with others."""
    return found.is_imported and not found.open_others


def _list_readers(found: OfficerCase, sending: OutgoingReply) -> tuple[Reply, ...]:
    """Return who will read it, where a case is one of a matter: none of the reporters may learn of the others."""
    if not found.open_others:
        return ()
    numbers = ", ".join(one.register_number for one in found.open_others)
    key = "read_by_one" if sending.step is None else "read_by_all"
    return (Reply(f"staff.merge.{key}", OF_CASE, {"number": found.register_number, "others": numbers}),)


def schedule_transition(
    cmd: ComplaintsCommandContext, found: OfficerCase, step: TransitionRequest
) -> Decision:
    """Schedule a transition without a text after what waits to be sent: it follows in order."""
    yield from ()
    if len(found.scheduled) >= MAX_SCHEDULED_ACTS:
        return cmd.reply("held.already", OF_CASE, number=found.register_number, presentation=KEEPS_TEXT)
    return _schedule(cmd, found, make_decision(cmd, found, step, ""))


def make_decision(
    cmd: ComplaintsCommandContext, found: OfficerCase, step: TransitionRequest, text: str
) -> OutgoingReply:
    """Return a decision on a case, and on the other open reports of its matter."""
    also = tuple(one.id for one in found.open_others)
    return OutgoingReply(found.id, cmd.staff.id, text, step, also=also)


def _schedule(cmd: ComplaintsCommandContext, found: OfficerCase, sending: OutgoingReply) -> TurnResult:
    now = int(cmd.ctx.now.timestamp())
    same = [act for act in found.scheduled[-1:] if _is_same(act, sending)]
    if same:  # the button of a page pressed twice: it waits already. After others the same text is meant anew
        return cmd.reply(
            "held.now",
            OF_CASE,
            list_next_steps(cmd, found),
            presentation=_RELOADS_PAGE,
            number=found.register_number,
            seconds=max(0, same[0].send_at - now),
        )
    send_at = get_send_time(cmd.ctx.now, (act.send_at for act in found.scheduled))
    is_forwarded = sending.step is not None and sending.step.outcome is CaseOutcome.FORWARDED
    package = make_command_button(CommandName.EXPORT, found, label=Phrase("staff.forward.package"))
    coming = ScheduledAct(cmd.staff.id, send_at, sending.step, sending.text)
    held = Reply(
        "staff.held.record"
        if _has_no_reader(found)
        else "staff.held.after"
        if found.scheduled
        else "staff.held.now",
        OF_CASE,
        {"number": found.register_number, "seconds": send_at - now},
        (
            *list_next_steps(cmd, replace(found, scheduled=(*found.scheduled, coming))),
            *((package,) if is_forwarded else ()),
        ),
        presentation=_RELOADS_PAGE,
    )
    return cmd.reply_with(held, acts=(ScheduleSend(sending, found.seq, len(found.scheduled)),))


def _is_same(act: ScheduledAct, sending: OutgoingReply) -> bool:
    return (act.staff, act.text, act.step) == (sending.staff, sending.text, sending.step)


def _preview_entry(cmd: ComplaintsCommandContext, found: OfficerCase, sending: OutgoingReply) -> HistoryEntry:
    """Return the line that the reporter will see in the case."""
    on, seq, one = to_bangkok_date(cmd.ctx.now), found.seq + 1, sending.step
    if one is None:
        kind = HistoryEntryKind.ASKED if sending.by else HistoryEntryKind.OFFICE
        day = sending.by.isoformat() if sending.by else ""
        return HistoryEntry(seq, on, kind, body=day, text=sending.text)
    return _preview_transition(seq, one, sending, found, cmd)


def _preview_transition(
    seq: int,
    one: TransitionRequest,
    sending: OutgoingReply,
    found: OfficerCase,
    cmd: ComplaintsCommandContext,
) -> HistoryEntry:
    try:
        status = get_next_status(found.coming_status, one)
    except TransitionNotAllowedError:
        status = found.coming_status
    return HistoryEntry(
        seq,
        to_bangkok_date(cmd.ctx.now),
        HistoryEntryKind.MOVED,
        status,
        one.outcome,
        one.reason,
        one.body,
        sending.text,
    )


def confirm_reply(cmd: ComplaintsCommandContext) -> Decision:
    """Run the command whose text was shown, now confirmed; or drop it where the officer declined."""
    proposal, pressed = cmd.work.proposal, parse_prompt_answer(cmd.command.rest)
    if proposal is None or not pressed.is_to(proposal.prompt):
        return cmd.reply("confirm.stale", OF_CASE, presentation=KEEPS_TEXT)
    if not pressed.is_yes:
        dropped = "remark.dropped" if proposal.command.name is CommandName.REMARK else "confirm.dropped"
        back = replace(proposal.command, name=CommandName.CASE, rest="")
        choices = (
            (Choice(back.to_command_text(), CommandName.CASE.label_key),)
            if back.number
            else (make_command_button(CommandName.INBOX),)
        )
        return cmd.with_work(replace(cmd.work, proposal=None)).reply(dropped, OF_CASE, choices)
    return (yield from run_command(replace(cmd, command=proposal.command, confirmed=True)))


def undo_send(cmd: ComplaintsCommandContext, found: OfficerCase) -> Decision:
    """Cancel what the person can take back of a case (`choose_undo`).

    The author may also where the case is with another by now; nothing of it is shown then.
    """
    waits_with = next((one for one in found.other_reports if one.scheduled), None)
    if not found.scheduled and waits_with is not None:  # a decision on the whole matter waits there
        there = FindCaseByNumber(waits_with.number, waits_with.year, cmd.staff.id)
        found = (yield from run_query(there)) or found
    acts: tuple[Act, ...] = ()
    taken: dict[str, ReplyArg] = {}
    chosen = choose_undo(found.scheduled, cmd.staff, cmd.ctx.now)
    if isinstance(chosen, UndoHindrance):
        key = chosen.value
    else:
        found = replace(found, scheduled=tuple(act for act in found.scheduled if act is not chosen))
        key = "done_others_wait" if found.scheduled else "done"
        by = "" if chosen.staff == cmd.staff.id else cmd.staff.id
        acts = (CancelSend(found.id, chosen.staff, by),)
        taken = {} if by else {TAKEN_BACK: chosen.text}
    choices = list_next_steps(cmd, found) if can_see_case(cmd.staff, found) else ()
    args = {"number": found.register_number, **taken}
    return cmd.reply_with(Reply(f"staff.undo.{key}", OF_CASE, args, choices), acts=acts)


def may_undo(staff: StaffMember, found: OfficerCase) -> bool:
    """Whether a person may take something back: who sees the case, and the author of what waits."""
    return can_see_case(staff, found) or any(act.staff == staff.id for act in found.scheduled)
