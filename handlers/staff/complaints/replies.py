"""Texts to the reporter (a reply, a question with a due date, a canned reply) and internal notes."""

import re
from datetime import timedelta

from handlers.complaints.messages import ActorKind, AddHistoryEntry, HistoryEntryKind
from handlers.dialog.effects import Decision
from handlers.dialog.replies import KEEPS_TEXT, OF_CASE, Reply, raw_text
from handlers.staff.command import ComplaintsCommandContext, make_command_button
from handlers.staff.complaints.case_view import list_next_steps
from handlers.staff.complaints.find_case import make_case_command
from handlers.staff.complaints.messages import OfficerCase, OutgoingReply
from handlers.staff.complaints.outgoing import propose_reply
from handlers.staff.permissions import CommandName
from handlers.thai.dates import to_bangkok_date
from handlers.thai.matching import parse_number
from handlers.thai.text import clean_text

DEFAULT_ANSWER_DAYS = 7
"""Days that a reporter has to answer where the officer gives no number."""

MAX_ANSWER_DAYS = 90
_DAYS_PREFIX = re.compile(r"^(?:ภายใน\s*)?([0-9๐-๙]{1,2})\s*(?:วัน|days?|d\b)\s*", re.IGNORECASE)


def reply_to_reporter(cmd: ComplaintsCommandContext, found: OfficerCase) -> Decision:
    """Reply to the reporter: `/reply 12 text`."""
    text = clean_text(cmd.command.rest).text
    if not text:
        return cmd.await_text_for(make_case_command(CommandName.REPLY, found)).reply(
            "reply.ask", OF_CASE, number=found.register_number, presentation=KEEPS_TEXT
        )
    return (yield from propose_reply(cmd, found, OutgoingReply(found.id, cmd.staff.id, text)))


def ask_reporter(cmd: ComplaintsCommandContext, found: OfficerCase) -> Decision:
    """Ask the reporter a question with a day to answer by: `/ask 12 10 วัน text`; without days, within a week."""
    days, text = _parse_days(cmd.command.rest)
    if not text:
        return cmd.await_text_for(cmd.command).reply(
            "ask.ask", OF_CASE, number=found.register_number, days=days
        )
    by = to_bangkok_date(cmd.ctx.now) + timedelta(days=days)
    return (yield from propose_reply(cmd, found, OutgoingReply(found.id, cmd.staff.id, text, by=by)))


def _parse_days(rest: str) -> tuple[int, str]:
    """Return the number of days at the beginning of a text, and the rest."""
    found = _DAYS_PREFIX.match(rest)
    if found is None:
        return DEFAULT_ANSWER_DAYS, clean_text(rest).text
    return min(MAX_ANSWER_DAYS, max(1, int(found[1]))), clean_text(rest[found.end() :]).text


def add_case_note(cmd: ComplaintsCommandContext, found: OfficerCase) -> Decision:
    """Add a note between officers, which the reporter never sees."""
    yield from ()
    text = clean_text(cmd.command.rest).text
    if not text:
        return cmd.await_text_for(make_case_command(CommandName.NOTE, found)).reply(
            "note.ask", OF_CASE, number=found.register_number
        )
    on = to_bangkok_date(cmd.ctx.now)
    act = AddHistoryEntry(
        found.id, found.seq + 1, on, HistoryEntryKind.NOTE, ActorKind.OFFICE, text, staff=cmd.staff.id
    )
    return cmd.reply(
        "note.done",
        OF_CASE,
        list_next_steps(cmd, found),
        (act,),
        number=found.register_number,
    )


def offer_canned_replies(cmd: ComplaintsCommandContext, found: OfficerCase) -> Decision:
    """Offer the office's canned replies. One that is picked is previewed and confirmed like any reply."""
    ready = cmd.ctx.office.canned
    if not ready:
        return cmd.reply("canned.none", OF_CASE)
    place = parse_number(cmd.command.rest) if cmd.command.rest else None
    if place is not None and 1 <= place <= len(ready):
        return (
            yield from propose_reply(
                cmd, found, OutgoingReply(found.id, cmd.staff.id, ready[place - 1].in_lang(cmd.ctx.lang))
            )
        )
    listed = tuple(
        raw_text(f"{number}. {words.in_lang(cmd.ctx.lang)}") for number, words in enumerate(ready, 1)
    )
    choices = tuple(
        make_command_button(CommandName.CANNED, found, str(n), raw_text(str(n)))
        for n in range(1, len(ready) + 1)
    )
    return cmd.reply_with(
        Reply("staff.canned.ask", OF_CASE, {"number": found.register_number, "listed": listed}, choices)
    )
