"""In-memory set of staff person hashes: non-members cost one lookup, members are re-read from disk per message."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar

from pydantic import ConfigDict, TypeAdapter
from sqlalchemy import RowMapping, select
from sqlalchemy.ext.asyncio import AsyncConnection

from handlers.dialog.effects import Act
from handlers.dialog.events import Channel, Lang
from handlers.staff.enrolment.messages import DismissStaff, ResetStaff
from handlers.staff.members import JoinStaff, LeaveStaff, SetStaffLanguage, StaffMember, StaffProfile
from handlers.staff.permissions import Role
from storage import tables
from storage.crypto.keyring import Keyring
from storage.errors import UnreadableRowError
from storage.unreadable_rows import decode_rows, log_unreadable_row, reading_row


@dataclass(frozen=True, slots=True)
class StaffAddress:
    """Where a staff member is notified. `back`: their address, as the adapter encrypted it."""

    __pydantic_config__: ClassVar[ConfigDict] = {"ser_json_bytes": "base64", "val_json_bytes": "base64"}

    channel: Channel
    back: bytes = field(repr=False)
    lang: Lang = "th"


STAFF_PROFILE_CODEC = TypeAdapter(StaffProfile)
STAFF_ADDRESS_CODEC = TypeAdapter(StaffAddress)

_SELECT_JOINED = select(tables.staff).where(tables.staff.c.who.is_not(None))


@dataclass
class Roster:
    """The person hashes of active staff, in memory, so that a citizen's message costs one lookup.

    A member is read from the database for each message, so that removal by another process takes effect at once.
    """

    keyring: Keyring = field(repr=False)
    _members: dict[bytes, tuple[StaffMember, StaffAddress | None] | None] = field(
        default_factory=dict, repr=False
    )
    _unreadable: set[bytes] = field(default_factory=set, repr=False)
    _version: int = -1

    def __contains__(self, who: object) -> bool:
        return who in self._members or who in self._unreadable

    @property
    def member_count(self) -> int:
        """The number of active staff known to this process."""
        return len(self._members)

    def __iter__(self) -> Iterator[tuple[StaffMember, StaffAddress | None]]:
        return iter([member for member in self._members.values() if member is not None])

    def apply_acts(self, acts: Iterable[Act]) -> None:
        """Apply what was just committed, so that new members are known from the next message on."""
        for act in acts:
            if isinstance(act, JoinStaff):
                self._members[act.person_id] = None
            elif isinstance(act, SetStaffLanguage):
                spoke = [
                    w
                    for w, member in self._members.items()
                    if member is not None and member[0].id == act.staff
                ]
                self._members |= dict.fromkeys(spoke)
            elif isinstance(act, DismissStaff | ResetStaff | LeaveStaff):
                self._members = {w: t for w, t in self._members.items() if t is None or t[0].id != act.staff}

    async def load(self, connection: AsyncConnection) -> None:
        """Load the active staff."""
        rows = await connection.execute(_SELECT_JOINED)
        everybody = rows.mappings().all()
        members, _ = decode_rows("staff", everybody, self._decode_member, lambda row: row["id"])
        self._members = dict(members)
        # Still no citizens: what they type is answered with the error of their own row.
        self._unreadable = {row["who"] for row in everybody} - self._members.keys()

    def _decode_member(self, row: RowMapping) -> tuple[bytes, tuple[StaffMember, StaffAddress | None]]:
        member = decode_staff(row, self.keyring)
        try:
            return row["who"], (member, decode_staff_address(row, self.keyring))
        except UnreadableRowError as error:
            log_unreadable_row(error)  # they work on, and are not notified
            return row["who"], (member, None)

    async def refresh(self, connection: AsyncConnection) -> "Roster":
        """Return the roster as it is on disk, for notifications.

        connection: the writer's. Its `data_version` changes whenever another process wrote.
        """
        version = (await connection.exec_driver_sql("PRAGMA data_version")).scalar_one()
        if version != self._version or None in self._members.values():
            await self.load(connection)
            self._version = version
        return self


def decode_staff(row: RowMapping | Mapping[str, Any], keyring: Keyring) -> StaffMember:
    """Decode a staff row, with the TOTP secret where it is set. Raises `UnreadableRowError`."""
    with reading_row("staff", row["id"]):
        factor = row["factor"]
        secret = keyring.staff.decrypt(factor, "staff", row["id"], "factor").decode() if factor else ""
        profile = STAFF_PROFILE_CODEC.validate_json(
            keyring.staff.decrypt(row["sealed"], "staff", row["id"], "profile")
        )
        return StaffMember(
            row["id"], Role(row["role"]), profile, row["who"], row["joined"], row["removed"], secret
        )


def encrypt_staff_address(address: StaffAddress, staff: str, keyring: Keyring) -> bytes:
    """Encrypt where a staff member is notified."""
    return keyring.staff.encrypt(STAFF_ADDRESS_CODEC.dump_json(address), "staff", staff, "address")


def decode_staff_address(row: RowMapping, keyring: Keyring) -> StaffAddress | None:
    """Decode where a staff member is notified; None where there is no address. Raises `UnreadableRowError`."""
    if row["address"] is None:
        return None
    with reading_row("staff", row["id"]):
        return STAFF_ADDRESS_CODEC.validate_json(
            keyring.staff.decrypt(row["address"], "staff", row["id"], "address")
        )
