"""A letter, a walk-in, a call, a case that another body delegated: entered with the same form, and its source."""

from handlers.complaints.form import show_report_notice
from handlers.dialog.context import Context
from handlers.dialog.effects import Decision
from handlers.dialog.replies import Reply
from handlers.staff.command import ComplaintsCommandContext, make_command_button
from handlers.staff.permissions import CommandName

INTAKE_SOURCES = ("letter", "walk_in", "call", "delegated")
"""How a case comes to the office otherwise; the codes stand in the statistics."""


def end_intake(m: Context) -> Context:
    """The same moment, where a report that begins is one's own and no intake."""
    if "intake" not in m.session.staff:
        return m
    return m.replace_session(
        staff={name: value for name, value in m.session.staff.items() if name != "intake"}
    )


def begin_intake(c: ComplaintsCommandContext) -> Decision:
    """Begin the form for a case that came in another way."""
    yield from ()
    if c.command.rest not in INTAKE_SOURCES:
        choices = tuple(
            make_command_button(CommandName.INTAKE, rest=s, label=Reply(f"staff.source.{s}"))
            for s in INTAKE_SOURCES
        )
        return c.reply("intake.ask", choices)
    if c.ctx.session.has_draft:
        return c.reply("intake.drafting")
    told = Reply("staff.intake.begun", {"source": Reply(f"staff.source.{c.command.rest}")})
    return show_report_notice(c.with_state(intake=c.command.rest).ctx, told)
