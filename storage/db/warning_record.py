"""Of which states of the machine the staff was warned, among the marks of scheduled jobs: names of conditions only."""

from dataclasses import dataclass
from datetime import date

from sqlalchemy import delete, select

from storage import tables
from storage.db.batch import INSERT_BY_TABLE
from storage.db.group_commit import GroupCommitWriter

PREFIX = "warned-"


@dataclass
class WarningRecord:
    """Reads and writes the marks."""

    committer: GroupCommitWriter

    async def load(self) -> frozenset[str]:
        """Return the conditions that the staff was warned of, and has not heard to be mended."""
        column = tables.chores.c
        query = select(column.name).where(column.name.startswith(PREFIX))
        async with self.committer.transaction() as connection:
            names = (await connection.execute(query)).scalars().all()
        return frozenset(name.removeprefix(PREFIX) for name in names)

    async def mark_told(self, condition: str, today: date) -> None:
        """Note that the staff was warned."""
        await self.committer.write(
            INSERT_BY_TABLE["chores"], {"name": PREFIX + condition, "due": today.isoformat()}
        )

    async def mark_mended(self, condition: str) -> None:
        """Note that the staff heard that it is mended."""
        async with self.committer.transaction() as connection:
            await connection.execute(delete(tables.chores).where(tables.chores.c.name == PREFIX + condition))
