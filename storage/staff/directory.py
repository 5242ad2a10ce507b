"""Everybody of the staff, for who asks for names: each report is compared with them before it is filed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from sqlalchemy import select

from handlers.staff.members import ListStaff, StaffMember
from storage import tables
from storage.crypto.keyring import Keyring
from storage.db.read_batcher import ReadBatcher
from storage.db.sqlite import sql
from storage.staff.roster import opened

_TABLE = tables.staff
_EVER = select(_TABLE)
_QUERIES = {True: sql(_EVER), False: sql(_EVER.where(_TABLE.c.removed.is_(None)))}
_NAMES = tuple(_TABLE.c.keys())
_DAYS = ("joined", "removed")


@dataclass
class StaffDirectory:
    """Reads the staff in one hop to the database's thread, and opens their names only when a row has changed."""

    seals: Keyring = field(repr=False)
    glance: ReadBatcher = field(repr=False)
    _kept: dict[bool, tuple[list[Any], tuple[StaffMember, ...]]] = field(default_factory=dict, repr=False)

    async def everyone(self, query: ListStaff) -> tuple[StaffMember, ...]:
        """Everybody of the staff, by name."""
        rows = await self.glance.rows(_QUERIES[query.gone])
        kept = self._kept.get(query.gone)
        if kept is None or kept[0] != rows:
            staff = sorted((opened(_mapped(row), self.seals) for row in rows), key=lambda one: one.name)
            kept = self._kept[query.gone] = rows, tuple(staff)
        return kept[1]


def _mapped(row: Sequence[Any]) -> Mapping[str, Any]:
    named = dict(zip(_NAMES, row, strict=True))
    return {**named, **{day: date.fromisoformat(named[day]) for day in _DAYS if named[day]}}
