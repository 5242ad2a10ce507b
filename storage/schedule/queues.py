"""Whether anything in the queues of a channel is due, asked of the rows only after they changed."""

from dataclasses import dataclass, field
from datetime import UTC, datetime

from sqlalchemy import func, select

from storage import tables
from storage.schedule.changes import ChangeWatch
from storage.store import Store


@dataclass
class WatchedQueues:
    """The messages and tasks of one channel."""

    store: Store
    kind: str
    _watch: ChangeWatch = field(init=False)
    _next_due: datetime | None = None
    """When the first row is due; None: there is none."""

    def __post_init__(self) -> None:
        self._watch = ChangeWatch(self.store.keyring.key_files.paths.database)

    async def is_due(self, now: datetime) -> bool:
        """Whether a row is due."""
        if self._watch.look():
            try:
                self._next_due = await self._load_next_due()
            except BaseException:
                self._watch.forget()  # the change is still to be looked at
                raise
        return self._next_due is not None and self._next_due <= now

    async def _load_next_due(self) -> datetime | None:
        first = [
            select(func.min(table.c.due)).where(table.c.kind == self.kind).scalar_subquery()
            for table in (tables.outbox, tables.errands)
        ]
        async with self.store.open_read_context() as context:
            found = (await context.connection.execute(select(*first))).one()
        due = [second for second in found if second is not None]
        return datetime.fromtimestamp(min(due), UTC) if due else None
