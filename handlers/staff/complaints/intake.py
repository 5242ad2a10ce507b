"""A letter, a walk-in, a call, a case that another body delegated: entered with the same form, and its source."""

from handlers.complaints.form import show_report_notice
from handlers.dialog.context import Context
from handlers.dialog.effects import Decision
from handlers.dialog.replies import Phrase, Reply
from handlers.staff.command import ComplaintsCommandContext, make_command_button
from handlers.staff.permissions import CommandName

INTAKE_SOURCES = ("letter", "walk_in", "call", "delegated")
"""How a case comes to the office otherwise; the codes stand in the statistics."""


def end_intake(ctx: Context) -> Context:
    """The same moment, where a report that begins is one's own and no intake."""
    if "intake" not in ctx.session.staff:
        return ctx
    return ctx.replace_session(
        staff={name: value for name, value in ctx.session.staff.items() if name != "intake"}
    )


def begin_intake(cmd: ComplaintsCommandContext) -> Decision:
    """Begin the form for a case that came in another way."""
    yield from ()
    if cmd.command.rest not in INTAKE_SOURCES:
        choices = tuple(
            make_command_button(CommandName.INTAKE, rest=s, label=Phrase(f"staff.source.{s}"))
            for s in INTAKE_SOURCES
        )
        return cmd.reply("intake.ask", choices)
    if cmd.ctx.session.has_draft:
        return cmd.reply("intake.drafting")
    told = Reply("staff.intake.begun", {"source": Phrase(f"staff.source.{cmd.command.rest}")})
    return show_report_notice(cmd.with_state(intake=cmd.command.rest).ctx, told)
