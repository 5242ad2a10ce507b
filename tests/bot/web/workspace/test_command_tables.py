"""Each desk's workspace gives the commands of its own chat."""

from bot.web.workspace.command_tables import get_command_table
from handlers.staff.permissions import CommandName, ServiceCommandName


def test_each_desk_has_its_own_commands() -> None:
    assert set(get_command_table("complaints").rows) == set(CommandName)
    assert set(get_command_table("service").rows) == set(ServiceCommandName)
