"""The commands that each desk's workspace gives: those of its chat."""

from typing import Any, assert_never

from handlers.staff.command import CommandTable
from handlers.staff.complaints.commands import COMPLAINTS_COMMAND_TABLE
from handlers.staff.service.commands import SERVICE_COMMAND_TABLE
from handlers.staff.workspace.views import WorkspaceDesk


def get_command_table(desk: WorkspaceDesk) -> CommandTable[Any, Any]:
    """Return the commands of a desk."""
    match desk:
        case "complaints":
            return COMPLAINTS_COMMAND_TABLE
        case "service":
            return SERVICE_COMMAND_TABLE
        case _:
            assert_never(desk)
