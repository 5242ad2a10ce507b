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


def propose_reply(c: ComplaintsCommandContext, found: OfficerCase, sending: OutgoingReply) -> Decision:
    """Show what the reporter will see and ask once; what was confirmed waits for a minute."""
    yield from ()
    if found.scheduled_by:
        return c.reply(
            "held.already", (make_command_button(CommandName.CASE, found),), number=found.register_number
        )
    if len(sending.text) > MAX_REPLY_LENGTH:
        return c.reply("too_long", limit=f"{MAX_REPLY_LENGTH:,}", count=f"{len(sending.text):,}")
    if c.confirmed:
        back = make_command_button(CommandName.UNDO, found)
        held = Reply(
            "staff.held.now",
            {"number": found.register_number, "seconds": UNDO_SECONDS},
            (back, make_command_button(CommandName.CASE, found)),
        )
        return c.with_state(draft="", last=found.register_number).reply_with(
            held, acts=(ScheduleSend(sending, found.seq),)
        )
    nonce = str(c.ctx.session.prompt + 1)
    kept = replace(c, ctx=c.ctx.replace_session(prompt=c.ctx.session.prompt + 1)).with_state(
        draft=c.command.to_command_text(), draft_of=f"{found.number}/{found.year}", nonce=nonce, awaits=""
    )
    yes = Choice(ParsedCommand(CommandName.CONFIRM, rest=f"y{nonce}").to_command_text(), "staff.confirm.yes")
    no = Choice(ParsedCommand(CommandName.CONFIRM, rest=f"n{nonce}").to_command_text(), "staff.confirm.no")
    seen = format_timeline_entry(_preview_entry(c, found, sending), c.ctx)
    return kept.reply("confirm.ask", (yes, no), number=found.register_number, seen=seen)


def _preview_entry(c: ComplaintsCommandContext, found: OfficerCase, sending: OutgoingReply) -> HistoryEntry:
    """The line that the reporter will find in the case."""
    on, seq, one = to_bangkok_date(c.ctx.now), found.seq + 1, sending.step
    if one is None:
        kind = HistoryEntryKind.ASKED if sending.by else HistoryEntryKind.OFFICE
        day = sending.by.isoformat() if sending.by else ""
        return HistoryEntry(seq, on, kind, body=day, text=sending.text)
    return _preview_transition(seq, one, sending, found, c)


def _preview_transition(
    seq: int, one: TransitionRequest, sending: OutgoingReply, found: OfficerCase, c: ComplaintsCommandContext
) -> HistoryEntry:
    try:
        status = get_next_status(found.status, one)
    except TransitionNotAllowedError:
        status = found.status
    return HistoryEntry(
        seq,
        to_bangkok_date(c.ctx.now),
        HistoryEntryKind.MOVED,
        status,
        one.outcome,
        one.reason,
        one.body,
        sending.text,
    )


def get_confirmed_command(c: ComplaintsCommandContext) -> ParsedCommand | TurnResult:
    """The command that is confirmed, or what is said where there is none, or it was thought better of."""
    desk = c.ctx.session.staff
    if not desk.get("draft") or c.command.rest[1:] != desk.get("nonce"):
        return c.reply("confirm.stale")
    if not c.command.rest.startswith("y"):
        return c.with_state(draft="").reply("confirm.dropped")
    given = parse_staff_command(desk["draft"])
    return given if given is not None else c.reply("confirm.stale")


def undo_send(c: ComplaintsCommandContext) -> Decision:
    """Take back what waits to go to the reporter."""
    found = yield from resolve_case(c)
    if isinstance(found, TurnResult):
        return found
    if not found.scheduled_by:
        return c.reply(
            "undo.nothing", (make_command_button(CommandName.CASE, found),), number=found.register_number
        )
    if found.scheduled_by != c.staff.id:
        return c.reply(
            "undo.others", (make_command_button(CommandName.CASE, found),), number=found.register_number
        )
    if found.send_at <= int(c.ctx.now.timestamp()):
        return c.reply(
            "undo.late", (make_command_button(CommandName.CASE, found),), number=found.register_number
        )
    return c.reply(
        "undo.done",
        (make_command_button(CommandName.CASE, found),),
        (CancelSend(found.id, c.staff.id),),
        number=found.register_number,
    )
