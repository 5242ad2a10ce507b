"""Words: to the reporter (a reply, a question with a day, a ready answer), and between officers (a note)."""

import re
from datetime import timedelta

from handlers import thai
from handlers.complaints.messages import ActorKind, AddHistoryEntry, HistoryEntryKind
from handlers.dialog.events import Deciding, Reply, TurnResult, literal
from handlers.staff.command import ComplaintsCommandContext, button, the_case
from handlers.staff.complaints.messages import OutgoingReply
from handlers.staff.complaints.outgoing import propose
from handlers.staff.permissions import CommandName

DAYS = 7
"""Days that a reporter has to answer where the officer says nothing else."""

MOST_DAYS = 90
_DAYS = re.compile(r"^(?:ภายใน\s*)?([0-9๐-๙]{1,2})\s*(?:วัน|days?|d\b)\s*", re.IGNORECASE)


def reply(c: ComplaintsCommandContext) -> Deciding:
    """Words to the reporter."""
    found = yield from the_case(c)
    if isinstance(found, TurnResult):
        return found
    text = thai.clean(c.given.rest).text
    if not text:
        return c.asking(button(CommandName.REPLY, found).data).tells("reply.ask", number=found.shown)
    return (yield from propose(c, found, OutgoingReply(found.id, c.staff.id, text)))


def ask(c: ComplaintsCommandContext) -> Deciding:
    """A question to the reporter, with a day to answer by: `/ask 12 10 วัน …`, or within a week."""
    found = yield from the_case(c)
    if isinstance(found, TurnResult):
        return found
    days, text = _within(c.given.rest)
    if not text:
        return c.asking(c.given.written()).tells("ask.ask", number=found.shown, days=days)
    by = thai.day(c.m.now) + timedelta(days=days)
    return (yield from propose(c, found, OutgoingReply(found.id, c.staff.id, text, by=by)))


def _within(rest: str) -> tuple[int, str]:
    """The days that were given, and the words."""
    found = _DAYS.match(rest)
    if found is None:
        return DAYS, thai.clean(rest).text
    return min(MOST_DAYS, max(1, int(found[1]))), thai.clean(rest[found.end() :]).text


def note(c: ComplaintsCommandContext) -> Deciding:
    """Words between officers: the reporter never sees them."""
    found = yield from the_case(c)
    if isinstance(found, TurnResult):
        return found
    text = thai.clean(c.given.rest).text
    if not text:
        return c.asking(button(CommandName.NOTE, found).data).tells("note.ask", number=found.shown)
    on = thai.day(c.m.now)
    act = AddHistoryEntry(
        found.id, found.seq + 1, on, HistoryEntryKind.NOTE, ActorKind.OFFICE, text, staff=c.staff.id
    )
    return c.tells("note.done", (button(CommandName.CASE, found),), (act,), number=found.shown)


def canned(c: ComplaintsCommandContext) -> Deciding:
    """The ready answers of the office; one that is picked is shown and confirmed as a reply is."""
    found = yield from the_case(c)
    if isinstance(found, TurnResult):
        return found
    ready = c.m.office.canned
    if not ready:
        return c.tells("canned.none")
    place = thai.number(c.given.rest) if c.given.rest else None
    if place is not None and 1 <= place <= len(ready):
        return (
            yield from propose(c, found, OutgoingReply(found.id, c.staff.id, ready[place - 1].in_(c.m.lang)))
        )
    listed = tuple(literal(f"{number}. {words.in_(c.m.lang)}") for number, words in enumerate(ready, 1))
    choices = tuple(
        button(CommandName.CANNED, found, str(n), literal(str(n))) for n in range(1, len(ready) + 1)
    )
    return c.says(Reply("staff.canned.ask", {"number": found.shown, "listed": listed}, choices))
