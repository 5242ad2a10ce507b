"""`/intake`: enter a case from a letter, a walk-in, a call or another body, with the same form and its source."""

from dataclasses import replace

from handlers.complaints.form import show_report_notice
from handlers.complaints.lifecycle import INTAKE_SOURCES, CaseSource
from handlers.dialog.context import Context
from handlers.dialog.effects import Decision
from handlers.dialog.replies import OF_CASE, Phrase, Reply
from handlers.staff.command import ComplaintsCommandContext, make_command_button
from handlers.staff.permissions import CommandName


def end_intake(ctx: Context) -> Context:
    """Return a context without intake: a report that begins now is the person's own."""
    officer = ctx.session.officer
    if officer.complaints.intake_source is None:
        return ctx
    work = replace(officer.complaints, intake_source=None)
    return ctx.replace_session(officer=replace(officer, complaints=work))


def begin_intake(cmd: ComplaintsCommandContext) -> Decision:
    """Begin the report form for a case that came in another way."""
    yield from ()
    if cmd.command.rest not in INTAKE_SOURCES:
        choices = tuple(
            make_command_button(CommandName.INTAKE, rest=s, label=Phrase(f"staff.source.{s}"))
            for s in INTAKE_SOURCES
        )
        return cmd.reply("intake.ask", OF_CASE, choices)
    if cmd.ctx.session.has_draft:
        return cmd.reply("intake.drafting", OF_CASE)
    reply = Reply("staff.intake.begun", OF_CASE, {"source": Phrase(f"staff.source.{cmd.command.rest}")})
    begun = cmd.with_work(replace(cmd.work, intake_source=CaseSource(cmd.command.rest)))
    return show_report_notice(begun.ctx, reply)
