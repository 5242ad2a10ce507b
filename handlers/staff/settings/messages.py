"""The settings that may be changed while the program runs, and the act that changes one."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import TypeAlias

from handlers.dialog.effects import Act
from handlers.office import Bilingual, Office, PlannedMaintenance
from handlers.staff.permissions import ADMINS, CHANNEL_KEEPERS, Role

SettingValue: TypeAlias = Bilingual | PlannedMaintenance | tuple[Bilingual, ...] | None
"""What a setting says; None: nothing, whatever office.toml says."""

GetOffice: TypeAlias = Callable[[Office], Office]
"""Returns the office as it is now: office.toml's with what was changed since."""


class SettingName(StrEnum):
    """A setting that may be changed while the program runs. Its value is typed, and stands in rows and the trail."""

    NOTICE = "notice"
    MAINTENANCE = "maintenance"
    ANSWERS = "answers"


@dataclass(frozen=True, slots=True)
class SettingRow:
    """A setting. field: its name in office.toml; words: what it is called besides its name; roles: who changes it."""

    field: str
    words: tuple[str, ...]
    roles: frozenset[Role]


SETTINGS: Mapping[SettingName, SettingRow] = {
    SettingName.NOTICE: SettingRow("announcement", ("ประกาศ",), ADMINS),
    SettingName.MAINTENANCE: SettingRow("maintenance", ("ปิดปรับปรุง", "ปรับปรุงระบบ"), ADMINS),
    SettingName.ANSWERS: SettingRow("canned", ("คำตอบสำเร็จรูป", "คำตอบ"), CHANNEL_KEEPERS),
}


def get_setting(office: Office, name: SettingName) -> SettingValue:
    """Return what a setting of an office says."""
    value: SettingValue = getattr(office, SETTINGS[name].field)
    return value or None


def keep_office(office: Office) -> Office:
    """Return the office as office.toml has it, where nothing can be changed."""
    return office


@dataclass(frozen=True, slots=True)
class SetOfficeSetting(Act):
    """Let a setting say something else from now on. as_in_file: from now on what office.toml says."""

    name: SettingName
    value: SettingValue = field(repr=False)
    staff: str
    on: date
    as_in_file: bool = False
