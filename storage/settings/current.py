"""Settings that were changed while the program runs: rows on disk, and their values in memory."""

from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from pydantic import TypeAdapter
from sqlalchemy import Row, delete, select
from sqlalchemy.ext.asyncio import AsyncConnection

from handlers.dialog.effects import Act
from handlers.office import Bilingual, Office, PlannedMaintenance
from handlers.staff.settings.messages import SETTINGS, SetOfficeSetting, SettingName, SettingValue
from storage import tables
from storage.crypto.keyring import Keyring
from storage.db.batch import WriteBatch
from storage.staff.members import format_actor
from storage.unreadable_rows import decode_rows

_CODECS: Mapping[SettingName, TypeAdapter[Any]] = {
    SettingName.NOTICE: TypeAdapter(Bilingual | None),
    SettingName.MAINTENANCE: TypeAdapter(PlannedMaintenance | None),
    SettingName.ANSWERS: TypeAdapter(tuple[Bilingual, ...]),
}
_TABLE = tables.office_settings


@dataclass
class CurrentSettings:
    """The settings that were changed, in memory: who reads them costs no statement.

    A row that cannot be read is logged, and the setting is as office.toml has it.
    """

    _values: dict[SettingName, SettingValue] = field(default_factory=dict, repr=False)
    _made: tuple[Office, Office] | None = field(default=None, repr=False)
    _version: int | None = None

    async def load(self, connection: AsyncConnection, keyring: Keyring) -> None:
        """Load what was changed before the start."""
        rows = (await connection.execute(select(_TABLE))).all()
        found, _ = decode_rows(
            "office_settings", rows, lambda row: _decode(row, keyring), lambda row: row.name
        )
        self._values, self._made = dict(found), None

    async def refresh(self, connection: AsyncConnection, keyring: Keyring) -> None:
        """Load what another process changed, such as an admin at the terminal beside the server.

        connection: the writer's. Its `data_version` changes whenever another process wrote.
        """
        version = (await connection.exec_driver_sql("PRAGMA data_version")).scalar_one()
        if version != self._version:
            await self.load(connection, keyring)
            self._version = version

    def apply_acts(self, acts: Iterable[Act]) -> None:
        """Apply what was just committed."""
        for act in acts:
            if isinstance(act, SetOfficeSetting):
                self._made = None
                self._values.pop(act.name, None)
                if not act.as_in_file:
                    self._values[act.name] = act.value

    def get_office(self, office: Office) -> Office:
        """Return an office as it is now. office: as office.toml has it."""
        if not self._values:
            return office
        if self._made is None or self._made[0] is not office:
            changes = {SETTINGS[name].field: value for name, value in self._values.items()}
            changes |= {"canned": changes["canned"] or ()} if "canned" in changes else {}
            self._made = office, office.model_copy(update=changes)
        return self._made[1]


def _decode(row: Row[Any], keyring: Keyring) -> tuple[SettingName, SettingValue]:
    name = SettingName(row.name)
    return name, _CODECS[name].validate_json(
        keyring.staff.decrypt(row.sealed, "office_settings", row.name, "value")
    )


async def set_office_setting(act: SetOfficeSetting, batch: WriteBatch) -> None:
    """Keep the value of a setting, or remove it, so that it is as in office.toml. The trail names only the setting."""
    await batch.connection.execute(delete(_TABLE).where(_TABLE.c.name == act.name.value))
    if not act.as_in_file:
        value = act.value if act.name is not SettingName.ANSWERS else act.value or ()
        sealed = batch.keyring.staff.encrypt(
            _CODECS[act.name].dump_json(value), "office_settings", act.name.value, "value"
        )
        row = {"name": act.name.value, "sealed": sealed, "changed_on": act.on}
        await batch.connection.execute(_TABLE.insert().values(row))
    await batch.audit(format_actor(act.staff), f"setting-{act.name}", "")


SETTING_WRITERS: Mapping[type[Act], Callable[[Any, WriteBatch], Awaitable[None]]] = {
    SetOfficeSetting: set_office_setting
}
