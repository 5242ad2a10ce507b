"""`/setting` at each desk: which settings it has, and where a change waits to be confirmed."""

from dataclasses import replace

from handlers.dialog.effects import Decision
from handlers.staff.command import ComplaintsCommandContext, ServiceCommandContext
from handlers.staff.parse import ParsedCommand
from handlers.staff.permissions import CommandName, ServiceCommandName
from handlers.staff.settings.change import SettingDesk, change_setting
from handlers.staff.settings.messages import SettingName
from handlers.staff.state import ComplaintsWork, ProposedRemark, ProposedReply, ServiceWork


def _find_complaints_proposed(work: ComplaintsWork) -> tuple[ParsedCommand[CommandName], int] | None:
    return (work.proposal.command, work.proposal.prompt) if work.proposal else None


def _propose_complaints(
    work: ComplaintsWork, command: ParsedCommand[CommandName] | None, prompt: int
) -> ComplaintsWork:
    return replace(work, proposal=None if command is None else ProposedReply(command, prompt))


def _find_service_proposed(work: ServiceWork) -> tuple[ParsedCommand[ServiceCommandName], int] | None:
    return (work.remark.command, work.remark.prompt) if work.remark else None


def _propose_service(
    work: ServiceWork, command: ParsedCommand[ServiceCommandName] | None, prompt: int
) -> ServiceWork:
    return replace(work, remark=None if command is None else ProposedRemark(command, prompt))


COMPLAINTS_SETTINGS = SettingDesk(
    CommandName.SETTING, tuple(SettingName), _find_complaints_proposed, _propose_complaints
)
SERVICE_SETTINGS = SettingDesk(
    ServiceCommandName.SETTING,
    (SettingName.NOTICE, SettingName.MAINTENANCE),
    _find_service_proposed,
    _propose_service,
)
"""Ready answers are for reporters; those of the service desk are its FAQ."""


def change_complaints_setting(cmd: ComplaintsCommandContext) -> Decision:
    """Show or change a setting of the complaints desk: see `change_setting`."""
    return change_setting(cmd, COMPLAINTS_SETTINGS)


def change_service_setting(cmd: ServiceCommandContext) -> Decision:
    """Show or change a setting of the service desk: see `change_setting`."""
    return change_setting(cmd, SERVICE_SETTINGS)
