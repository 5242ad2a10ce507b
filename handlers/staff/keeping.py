"""What else is done with cases: linked, kept from erasure, and what the desk's groups hear."""

from handlers import thai
from handlers.staff.call import Call, button, is_open_to, the_case
from handlers.staff.docket import FindNumber, KeepCase, LinkCases
from handlers.staff.order import read as read_order
from handlers.staff.role import Order
from handlers.turn import Deciding, Turn, read


def link(c: Call) -> Deciding:
    """Two cases are of the same matter: `/link 12 15`."""
    found = yield from the_case(c)
    if isinstance(found, Turn):
        return found
    given = read_order(f"/{Order.CASE} {c.given.rest}")
    if given is None or not given.number:
        return c.asking(button(Order.LINK, found).data).tells("link.ask", number=found.shown)
    year = given.year or found.year
    other = yield from read(FindNumber(given.number, year, c.staff.id, bool(given.year)))
    if other is None or other.id == found.id or not is_open_to(c.staff, other):
        return c.tells("link.not", (button(Order.CASE, found),), number=found.shown, other=c.given.rest[:20])
    act = LinkCases(found.id, other.id, c.staff.id)
    choices = (button(Order.CASE, found), button(Order.CASE, other))
    return c.tells("link.done", choices, (act,), number=found.shown, other=other.shown)


def hold(c: Call) -> Deciding:
    """Keep a case from erasure, with a reason; `/hold 12 off` lets it go its way again."""
    found = yield from the_case(c)
    if isinstance(found, Turn):
        return found
    reason = thai.clean(c.given.rest).text
    back, on = (button(Order.CASE, found),), thai.day(c.m.now)
    if reason in {"off", "เลิก"}:
        return c.tells("hold.off", back, (KeepCase(found.id, c.staff.id, on),), number=found.shown)
    if not reason:
        return c.asking(button(Order.HOLD, found).data).tells("hold.ask", number=found.shown)
    return c.tells("hold.on", back, (KeepCase(found.id, c.staff.id, on, reason),), number=found.shown)
