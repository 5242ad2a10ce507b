"""What goes to the reporter: shown as the reporter will see it, confirmed once, and held for a minute."""

from dataclasses import replace

from handlers import thai
from handlers.complaints import track
from handlers.complaints.lifecycle import TransitionNotAllowedError, TransitionRequest, after
from handlers.complaints.messages import HistoryEntry, HistoryEntryKind
from handlers.dialog.events import Choice, Deciding, Reply, TurnResult
from handlers.staff.command import ComplaintsCommandContext, button, the_case
from handlers.staff.complaints.messages import HELD, CancelSend, OfficerCase, OutgoingReply, ScheduleSend
from handlers.staff.parse import ParsedCommand
from handlers.staff.parse import read as read_order
from handlers.staff.permissions import CommandName

LONGEST = 3_000
"""Characters of what is sent at once."""


def propose(c: ComplaintsCommandContext, found: OfficerCase, sending: OutgoingReply) -> Deciding:
    """Show what the reporter will see and ask once; what was confirmed waits for a minute."""
    yield from ()
    if found.held:
        return c.tells("held.already", (button(CommandName.CASE, found),), number=found.shown)
    if len(sending.text) > LONGEST:
        return c.tells("too_long", limit=f"{LONGEST:,}", count=f"{len(sending.text):,}")
    if c.confirmed:
        back = button(CommandName.UNDO, found)
        held = Reply(
            "staff.held.now",
            {"number": found.shown, "seconds": HELD},
            (back, button(CommandName.CASE, found)),
        )
        return c.with_(draft="", last=found.shown).says(held, acts=(ScheduleSend(sending, found.seq),))
    nonce = str(c.m.session.prompt + 1)
    kept = replace(c, m=c.m.with_(prompt=c.m.session.prompt + 1)).with_(
        draft=c.given.written(), draft_of=f"{found.number}/{found.year}", nonce=nonce, awaits=""
    )
    yes = Choice(ParsedCommand(CommandName.CONFIRM, rest=f"y{nonce}").written(), "staff.confirm.yes")
    no = Choice(ParsedCommand(CommandName.CONFIRM, rest=f"n{nonce}").written(), "staff.confirm.no")
    seen = track.line(_entry(c, found, sending), c.m)
    return kept.tells("confirm.ask", (yes, no), number=found.shown, seen=seen)


def _entry(c: ComplaintsCommandContext, found: OfficerCase, sending: OutgoingReply) -> HistoryEntry:
    """The line that the reporter will find in the case."""
    on, seq, one = thai.day(c.m.now), found.seq + 1, sending.step
    if one is None:
        kind = HistoryEntryKind.ASKED if sending.by else HistoryEntryKind.OFFICE
        day = sending.by.isoformat() if sending.by else ""
        return HistoryEntry(seq, on, kind, body=day, text=sending.text)
    return _moved(seq, one, sending, found, c)


def _moved(
    seq: int, one: TransitionRequest, sending: OutgoingReply, found: OfficerCase, c: ComplaintsCommandContext
) -> HistoryEntry:
    try:
        status = after(found.status, one)
    except TransitionNotAllowedError:
        status = found.status
    return HistoryEntry(
        seq,
        thai.day(c.m.now),
        HistoryEntryKind.MOVED,
        status,
        one.outcome,
        one.reason,
        one.body,
        sending.text,
    )


def confirmed(c: ComplaintsCommandContext) -> ParsedCommand | TurnResult:
    """The command that is confirmed, or what is said where there is none, or it was thought better of."""
    desk = c.m.session.staff
    if not desk.get("draft") or c.given.rest[1:] != desk.get("nonce"):
        return c.tells("confirm.stale")
    if not c.given.rest.startswith("y"):
        return c.with_(draft="").tells("confirm.dropped")
    given = read_order(desk["draft"])
    return given if given is not None else c.tells("confirm.stale")


def undo(c: ComplaintsCommandContext) -> Deciding:
    """Take back what waits to go to the reporter."""
    found = yield from the_case(c)
    if isinstance(found, TurnResult):
        return found
    if not found.held:
        return c.tells("undo.nothing", (button(CommandName.CASE, found),), number=found.shown)
    if found.held != c.staff.id:
        return c.tells("undo.others", (button(CommandName.CASE, found),), number=found.shown)
    if found.due <= int(c.m.now.timestamp()):
        return c.tells("undo.late", (button(CommandName.CASE, found),), number=found.shown)
    return c.tells(
        "undo.done",
        (button(CommandName.CASE, found),),
        (CancelSend(found.id, c.staff.id),),
        number=found.shown,
    )
