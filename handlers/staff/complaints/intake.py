"""A letter, a walk-in, a call, a case that another body delegated: entered with the same form, and its source."""

from handlers.complaints import form as complaint
from handlers.dialog.context import Context
from handlers.dialog.events import Deciding, Reply
from handlers.staff.command import ComplaintsCommandContext, button
from handlers.staff.permissions import CommandName

SOURCES = ("letter", "walk_in", "call", "delegated")
"""How a case comes to the office otherwise; the codes stand in the statistics."""


def ended(m: Context) -> Context:
    """The same moment, where a report that begins is one's own and no intake."""
    if "intake" not in m.session.staff:
        return m
    return m.with_(staff={name: value for name, value in m.session.staff.items() if name != "intake"})


def begin(c: ComplaintsCommandContext) -> Deciding:
    """Begin the form for a case that came in another way."""
    yield from ()
    if c.given.rest not in SOURCES:
        choices = tuple(button(CommandName.INTAKE, rest=s, label=Reply(f"staff.source.{s}")) for s in SOURCES)
        return c.tells("intake.ask", choices)
    if c.m.session.drafting:
        return c.tells("intake.drafting")
    told = Reply("staff.intake.begun", {"source": Reply(f"staff.source.{c.given.rest}")})
    return complaint.notice(c.with_(intake=c.given.rest).m, told)
