"""The staff list with names: every report is compared with it before it is filed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from sqlalchemy import bindparam, select

from handlers.staff.members import FindStaffMember, ListStaff, StaffMember
from storage import tables
from storage.crypto.keyring import Keyring
from storage.db.read_batcher import ReadBatcher
from storage.db.sqlite import compile_sql
from storage.staff.roster import decode_staff
from storage.unreadable_rows import decode_rows

_TABLE = tables.staff
_SELECT_EVER_STAFF = select(_TABLE)
_SQL_BY_GONE = {
    True: compile_sql(_SELECT_EVER_STAFF),
    False: compile_sql(_SELECT_EVER_STAFF.where(_TABLE.c.removed.is_(None))),
}
_SQL_BY_PERSON = compile_sql(_SELECT_EVER_STAFF.where(_TABLE.c.who == bindparam("who")))
_COLUMN_NAMES = tuple(_TABLE.c.keys())
_DATE_COLUMNS = ("joined", "removed")


@dataclass
class StaffDirectory:
    """Reads the staff in one hop to the database's thread. Names are decrypted only when a row has changed."""

    keyring: Keyring = field(repr=False)
    read_batcher: ReadBatcher = field(repr=False)
    _cached: dict[bool, tuple[list[Any], tuple[StaffMember, ...]]] = field(default_factory=dict, repr=False)

    async def find_member(self, query: FindStaffMember) -> StaffMember | None:
        """Return the active staff member with a person hash."""
        rows = await self.read_batcher.fetch(_SQL_BY_PERSON, (query.person_id,))
        return decode_staff(_row_to_mapping(rows[0]), self.keyring) if rows else None

    async def list_all(self, query: ListStaff) -> tuple[StaffMember, ...]:
        """Return the staff, by name. `include_removed`: former members too."""
        rows = await self.read_batcher.fetch(_SQL_BY_GONE[query.include_removed])
        kept = self._cached.get(query.include_removed)
        if kept is None or kept[0] != rows:
            # Who cannot be read cannot open a case either; once they can, open cases are compared with them again.
            staff, _ = decode_rows(
                "staff",
                map(_row_to_mapping, rows),
                lambda row: decode_staff(row, self.keyring),
                lambda row: row["id"],
            )
            staff.sort(key=lambda one: one.name)
            kept = self._cached[query.include_removed] = rows, tuple(staff)
        return kept[1]


def _row_to_mapping(row: Sequence[Any]) -> Mapping[str, Any]:
    named = dict(zip(_COLUMN_NAMES, row, strict=True))
    return {**named, **{day: date.fromisoformat(named[day]) for day in _DATE_COLUMNS if named[day]}}
