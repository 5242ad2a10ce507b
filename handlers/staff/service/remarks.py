"""`/remark` at the service desk, and the choice below what was shown: a remark, an activity, FAQ entry or answer."""

from dataclasses import replace

from handlers.dialog.effects import Decision
from handlers.staff.command import ServiceCommandContext
from handlers.staff.parse import ParsedCommand, parse_prompt_answer
from handlers.staff.permissions import ServiceCommandName
from handlers.staff.remarks import RemarkDesk, drop_remark, review_remark
from handlers.staff.service.activities import drop_activity, manage_activities
from handlers.staff.service.answers import confirm_answer
from handlers.staff.service.faq import decide_on_near
from handlers.staff.state import ProposedRemark, ServiceWork


def _propose_remark(
    work: ServiceWork, command: ParsedCommand[ServiceCommandName] | None, prompt: int
) -> ServiceWork:
    return replace(work, remark=None if command is None else ProposedRemark(command, prompt))


_REMARKS = RemarkDesk(ServiceCommandName.REMARK, ServiceCommandName.CONFIRM, _propose_remark)


def review_service_remark(cmd: ServiceCommandContext) -> Decision:
    """Show, write or remove a remark on the statistics of the service desk: see `review_remark`."""
    return review_remark(cmd, _REMARKS)


def confirm_shown_text(cmd: ServiceCommandContext) -> Decision:
    """Keep the remark, or publish the activity, of which the prompt asks; or drop it.

    An entry of the FAQ is decided on as `decide_on_near` says, an answer is confirmed as `confirm_answer` says.
    """
    entry, pressed = cmd.work.faq_entry, parse_prompt_answer(cmd.command.rest)
    if entry is not None and pressed.is_to(entry.prompt):
        return (yield from decide_on_near(cmd, entry))
    proposed = cmd.work.remark
    if proposed is None or not pressed.is_to(proposed.prompt):
        return (yield from confirm_answer(cmd))
    is_meant = pressed.is_yes and cmd.may_give(proposed.command.name)
    confirmed = replace(cmd, command=proposed.command, confirmed=True)
    if proposed.command.name is ServiceCommandName.ACTIVITY:
        return (yield from manage_activities(confirmed)) if is_meant else drop_activity(cmd)
    if not is_meant:
        return drop_remark(cmd, _REMARKS)
    return (yield from review_remark(confirmed, _REMARKS))
