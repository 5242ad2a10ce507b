"""What goes to the reporter: shown as the reporter will see it, confirmed once, and held for a minute."""

from dataclasses import replace

from handlers.complaints.case_status import format_timeline_entry
from handlers.complaints.lifecycle import TransitionNotAllowedError, TransitionRequest, get_next_status
from handlers.complaints.messages import HistoryEntry, HistoryEntryKind
from handlers.dialog.effects import Decision, TurnResult
from handlers.dialog.replies import Choice, Reply
from handlers.staff.command import ComplaintsCommandContext, make_command_button, resolve_case
from handlers.staff.complaints.messages import (
    UNDO_SECONDS,
    CancelSend,
    OfficerCase,
    OutgoingReply,
    ScheduleSend,
)
from handlers.staff.parse import ParsedCommand, parse_staff_command
from handlers.staff.permissions import CommandName
from handlers.thai import to_bangkok_date

MAX_REPLY_LENGTH = 3_000
"""Characters of what is sent at once."""


def propose_reply(cmd: ComplaintsCommandContext, found: OfficerCase, sending: OutgoingReply) -> Decision:
    """Show what the reporter will see and ask once; what was confirmed waits for a minute."""
    yield from ()
    if found.scheduled_by:
        return cmd.reply(
            "held.already", (make_command_button(CommandName.CASE, found),), number=found.register_number
        )
    if len(sending.text) > MAX_REPLY_LENGTH:
        return cmd.reply("too_long", limit=f"{MAX_REPLY_LENGTH:,}", count=f"{len(sending.text):,}")
    if cmd.confirmed:
        back = make_command_button(CommandName.UNDO, found)
        held = Reply(
            "staff.held.now",
            {"number": found.register_number, "seconds": UNDO_SECONDS},
            (back, make_command_button(CommandName.CASE, found)),
        )
        return cmd.with_state(draft="", last=found.register_number).reply_with(
            held, acts=(ScheduleSend(sending, found.seq),)
        )
    nonce = str(cmd.ctx.session.prompt + 1)
    kept = replace(cmd, ctx=cmd.ctx.replace_session(prompt=cmd.ctx.session.prompt + 1)).with_state(
        draft=cmd.command.to_command_text(), draft_of=f"{found.number}/{found.year}", nonce=nonce, awaits=""
    )
    yes = Choice(ParsedCommand(CommandName.CONFIRM, rest=f"y{nonce}").to_command_text(), "staff.confirm.yes")
    no = Choice(ParsedCommand(CommandName.CONFIRM, rest=f"n{nonce}").to_command_text(), "staff.confirm.no")
    seen = format_timeline_entry(_preview_entry(cmd, found, sending), cmd.ctx)
    return kept.reply("confirm.ask", (yes, no), number=found.register_number, seen=seen)


def _preview_entry(cmd: ComplaintsCommandContext, found: OfficerCase, sending: OutgoingReply) -> HistoryEntry:
    """The line that the reporter will find in the case."""
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
        status = get_next_status(found.status, one)
    except TransitionNotAllowedError:
        status = found.status
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


def get_confirmed_command(cmd: ComplaintsCommandContext) -> ParsedCommand | TurnResult:
    """The command that is confirmed, or what is said where there is none, or it was thought better of."""
    desk = cmd.ctx.session.staff
    if not desk.get("draft") or cmd.command.rest[1:] != desk.get("nonce"):
        return cmd.reply("confirm.stale")
    if not cmd.command.rest.startswith("y"):
        return cmd.with_state(draft="").reply("confirm.dropped")
    given = parse_staff_command(desk["draft"])
    return given if given is not None else cmd.reply("confirm.stale")


def undo_send(cmd: ComplaintsCommandContext) -> Decision:
    """Take back what waits to go to the reporter."""
    found = yield from resolve_case(cmd)
    if isinstance(found, TurnResult):
        return found
    if not found.scheduled_by:
        return cmd.reply(
            "undo.nothing", (make_command_button(CommandName.CASE, found),), number=found.register_number
        )
    if found.scheduled_by != cmd.staff.id:
        return cmd.reply(
            "undo.others", (make_command_button(CommandName.CASE, found),), number=found.register_number
        )
    if found.send_at <= int(cmd.ctx.now.timestamp()):
        return cmd.reply(
            "undo.late", (make_command_button(CommandName.CASE, found),), number=found.register_number
        )
    return cmd.reply(
        "undo.done",
        (make_command_button(CommandName.CASE, found),),
        (CancelSend(found.id, cmd.staff.id),),
        number=found.register_number,
    )
