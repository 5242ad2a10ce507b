"""Who is on the staff, in memory: so a citizen costs one look-up, and an officer is looked up anew each time."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar

from pydantic import ConfigDict, TypeAdapter
from sqlalchemy import RowMapping, select
from sqlalchemy.ext.asyncio import AsyncConnection

from handlers.dialog.events import Act, Channel, Lang
from handlers.staff.members import JoinStaff, LeaveStaff, SetStaffLanguage, StaffMember, StaffProfile
from handlers.staff.permissions import Role
from storage import tables
from storage.crypto.keyring import Keyring


@dataclass(frozen=True, slots=True)
class StaffAddress:
    """Where a person of the staff is told something. back: as the adapter sealed it."""

    __pydantic_config__: ClassVar[ConfigDict] = {"ser_json_bytes": "base64", "val_json_bytes": "base64"}

    channel: Channel
    back: bytes = field(repr=False)
    lang: Lang = "th"


PROFILE = TypeAdapter(StaffProfile)
ADDRESS = TypeAdapter(StaffAddress)

_JOINED = select(tables.staff).where(tables.staff.c.who.is_not(None))


@dataclass
class Roster:
    """The marks of those who joined, in memory, so that a citizen costs one look-up.

    Who stands in it is looked up anew at each message, so that who was removed elsewhere has no right any more.
    """

    seals: Keyring = field(repr=False)
    _told: dict[bytes, tuple[StaffMember, StaffAddress | None] | None] = field(
        default_factory=dict, repr=False
    )
    _version: int = -1

    def __contains__(self, who: object) -> bool:
        return who in self._told

    @property
    def known(self) -> int:
        """How many are on the staff, as far as this program knows."""
        return len(self._told)

    def __iter__(self) -> Iterator[tuple[StaffMember, StaffAddress | None]]:
        return iter([told for told in self._told.values() if told is not None])

    def follow(self, acts: Iterable[Act]) -> None:
        """Take note of what was just written: who joined is known from the next message on."""
        for act in acts:
            if isinstance(act, JoinStaff):
                self._told[act.who] = None
            elif isinstance(act, SetStaffLanguage):
                spoke = [w for w, told in self._told.items() if told is not None and told[0].id == act.staff]
                self._told |= dict.fromkeys(spoke)
            elif isinstance(act, LeaveStaff):
                self._told = {w: t for w, t in self._told.items() if t is None or t[0].id != act.staff}

    async def load(self, connection: AsyncConnection) -> None:
        """Read who is on the staff."""
        rows = await connection.execute(_JOINED)
        self._told = {
            row["who"]: (opened(row, self.seals), addressed(row, self.seals)) for row in rows.mappings()
        }

    async def fresh(self, connection: AsyncConnection) -> "Roster":
        """The roster as it is now on the disk, for what is sent without being asked.

        connection: the writer's; its data version changes whenever another program wrote.
        """
        version = (await connection.exec_driver_sql("PRAGMA data_version")).scalar_one()
        if version != self._version or None in self._told.values():
            await self.load(connection)
            self._version = version
        return self


def opened(row: RowMapping | Mapping[str, Any], seals: Keyring) -> StaffMember:
    """A person of the staff, from their row."""
    secret = seals.staff.open(row["factor"], "staff", row["id"], "factor").decode() if row["factor"] else ""
    profile = PROFILE.validate_json(seals.staff.open(row["sealed"], "staff", row["id"], "profile"))
    return StaffMember(
        row["id"], Role(row["role"]), profile, row["who"], row["joined"], row["removed"], secret
    )


def addressed(row: RowMapping, seals: Keyring) -> StaffAddress | None:
    """Where a person of the staff is told something; None where that cannot be."""
    if row["address"] is None:
        return None
    return ADDRESS.validate_json(seals.staff.open(row["address"], "staff", row["id"], "address"))
