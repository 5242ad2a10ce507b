"""A letter, a walk-in, a call, a case that another body delegated: entered with the same form, and its source."""

from handlers.complaints import form as complaint
from handlers.dialog.context import Moment
from handlers.dialog.events import Deciding, Say
from handlers.staff.command import Call, button
from handlers.staff.permissions import Order

SOURCES = ("letter", "walk_in", "call", "delegated")
"""How a case comes to the office otherwise; the codes stand in the statistics."""


def ended(m: Moment) -> Moment:
    """The same moment, where a report that begins is one's own and no intake."""
    if "intake" not in m.session.staff:
        return m
    return m.with_(staff={name: value for name, value in m.session.staff.items() if name != "intake"})


def begin(c: Call) -> Deciding:
    """Begin the form for a case that came in another way."""
    yield from ()
    if c.given.rest not in SOURCES:
        choices = tuple(button(Order.INTAKE, rest=s, label=Say(f"staff.source.{s}")) for s in SOURCES)
        return c.tells("intake.ask", choices)
    if c.m.session.drafting:
        return c.tells("intake.drafting")
    told = Say("staff.intake.begun", {"source": Say(f"staff.source.{c.given.rest}")})
    return complaint.notice(c.with_(intake=c.given.rest).m, told)
