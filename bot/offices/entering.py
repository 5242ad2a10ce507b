"""Work for one office of many: in its folder, and with its settings alone."""

import os

from bot.errors import ConfigurationError
from bot.offices.folders import list_offices, require_offices_folder
from bot.settings import ENV_PREFIX, keep_to_office

COMMANDS_THAT_WRITE = ("backup", "run", "tick")
"""Commands that change what an office has, by themselves: not where it shares any of that with another."""


def enter_office(name: str, *, is_served: bool) -> None:
    """Work for one office from now on: in its folder, with its settings alone. Raises ConfigurationError.

    is_served: it is to be served, or written for (`COMMANDS_THAT_WRITE`), which it is not where it shares
    an account, a database, a folder or an address with another.
    """
    offices = list_offices(require_offices_folder())
    folder = next((office for office in offices if office.name == name), None)
    if folder is None:
        raise ConfigurationError(
            f"{name}: ไม่มีหน่วยงานชื่อนี้ใน {ENV_PREFIX}OFFICES / there is no such office; there are:"
            f" {', '.join(office.name for office in offices)}"
        )
    if is_served:
        from bot.offices.apart import find_shared  # it knows the platforms, which other commands do not load

        shared = [line for line in find_shared(offices) if name in line.offices]
        if shared:
            raise ConfigurationError("\n".join(line.describe() for line in shared))
    keep_to_office(name)
    os.chdir(folder.path)
