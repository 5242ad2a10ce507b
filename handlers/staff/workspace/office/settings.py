"""The view of the settings that may be changed while the program runs."""

from dataclasses import dataclass, field

from handlers.dialog.replies import Phrase, ReplyArg
from handlers.staff.command import CommandContext, QueryGenerator
from handlers.staff.parse import NameT
from handlers.staff.settings.change import (
    AS_IN_FILE_MARK,
    NOTHING_MARK,
    describe_how,
    describe_setting,
)
from handlers.staff.settings.desks import COMPLAINTS_SETTINGS, SERVICE_SETTINGS
from handlers.staff.settings.messages import SETTINGS, SettingName, get_setting
from handlers.staff.settings.texts import format_setting
from handlers.staff.state import WorkT
from handlers.staff.workspace.views import WorkspaceDesk


@dataclass(frozen=True, slots=True)
class ShownSetting:
    """A setting. says: as it is read; typed: as it is changed.

    command, take_away, as_in_file: what changes it; empty where the person only reads it.
    """

    name: SettingName
    called: Phrase
    how: Phrase
    says: ReplyArg = field(repr=False)
    typed: str = field(repr=False)
    command: str = ""
    take_away: str = ""
    as_in_file: str = ""


def show_settings(
    cmd: CommandContext[NameT, WorkT], desk: WorkspaceDesk
) -> QueryGenerator[tuple[ShownSetting, ...]]:
    """Return the settings of a desk, with the commands that change them where this person may."""
    yield from ()
    settings = COMPLAINTS_SETTINGS.settings if desk == "complaints" else SERVICE_SETTINGS.settings
    found = []
    for name in settings:
        value = get_setting(cmd.ctx.office, name)
        command = f"/setting {name}" if cmd.staff.role in SETTINGS[name].roles else ""
        found.append(
            ShownSetting(
                name,
                Phrase(f"staff.setting.name.{name}"),
                describe_how(name),
                describe_setting(cmd, value),
                format_setting(value),
                command,
                command and f"{command} {NOTHING_MARK}",
                command and f"{command} {AS_IN_FILE_MARK}",
            )
        )
    return tuple(found)
