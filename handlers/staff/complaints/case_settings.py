"""What else is done with cases: linked, kept from erasure, and what the desk's groups hear."""

from hashlib import sha256

from handlers import thai
from handlers.dialog.events import Deciding, TurnResult, read
from handlers.staff.command import ComplaintsCommandContext, button, is_open_to, the_case
from handlers.staff.complaints.messages import FindCaseByNumber, LinkCases, SetLegalHold, SubscribeGroup
from handlers.staff.parse import read as read_order
from handlers.staff.permissions import CommandName

GROUP = "group"
"""What the door of a group adds, so that nobody registers a private chat by mistake."""


def here(c: ComplaintsCommandContext) -> Deciding:
    """Tell this group of new cases; one group for each who registers one, and `/here off` ends it."""
    yield from ()
    mark, event = sha256(b"group" + c.m.event.who).digest(), c.m.event
    if c.given.rest in {"off", "เลิก"}:
        return c.tells("here.off", acts=(SubscribeGroup(mark, None, event.channel, c.staff.id),))
    if c.given.rest != GROUP or event.back is None:
        return c.tells("here.how")
    return c.tells("here.on", acts=(SubscribeGroup(mark, event.back, event.channel, c.staff.id),))


def link(c: ComplaintsCommandContext) -> Deciding:
    """Two cases are of the same matter: `/link 12 15`."""
    found = yield from the_case(c)
    if isinstance(found, TurnResult):
        return found
    given = read_order(f"/{CommandName.CASE} {c.given.rest}")
    if given is None or not given.number:
        return c.asking(button(CommandName.LINK, found).data).tells("link.ask", number=found.shown)
    year = given.year or found.year
    other = yield from read(FindCaseByNumber(given.number, year, c.staff.id, bool(given.year)))
    if other is None or other.id == found.id or not is_open_to(c.staff, other):
        return c.tells(
            "link.not", (button(CommandName.CASE, found),), number=found.shown, other=c.given.rest[:20]
        )
    act = LinkCases(found.id, other.id, c.staff.id)
    choices = (button(CommandName.CASE, found), button(CommandName.CASE, other))
    return c.tells("link.done", choices, (act,), number=found.shown, other=other.shown)


def hold(c: ComplaintsCommandContext) -> Deciding:
    """Keep a case from erasure, with a reason; `/hold 12 off` lets it go its way again."""
    found = yield from the_case(c)
    if isinstance(found, TurnResult):
        return found
    reason = thai.clean(c.given.rest).text
    back, on = (button(CommandName.CASE, found),), thai.day(c.m.now)
    if reason in {"off", "เลิก"}:
        return c.tells("hold.off", back, (SetLegalHold(found.id, c.staff.id, on),), number=found.shown)
    if not reason:
        return c.asking(button(CommandName.HOLD, found).data).tells("hold.ask", number=found.shown)
    return c.tells("hold.on", back, (SetLegalHold(found.id, c.staff.id, on, reason),), number=found.shown)
