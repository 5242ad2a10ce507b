"""What a desk remembers of its clock: days and differences, among the marks of scheduled jobs."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from sqlalchemy import select

from ita_stats.calendar import to_bangkok_date
from storage import tables
from storage.db.clock_marks import ClockMark, replace_mark
from storage.db.group_commit import GroupCommitWriter


@dataclass(frozen=True, slots=True)
class RememberedClock:
    """last_day: on which the clock was believed; of a desk without one, of its newest audit line.

    is_last_day_noted: False where it is that of an audit line, which the next line moves, also one of a doubted day.
    difference: what was measured when the clock was not believed; confirmed_…: what an admin said yes to.
    """

    last_day: date | None
    difference: timedelta | None
    confirmed_difference: timedelta | None
    confirmed_day: date | None
    is_last_day_noted: bool = True


@dataclass
class ClockRecord:
    """Reads and writes the marks."""

    committer: GroupCommitWriter

    async def load(self) -> RememberedClock:
        """Return what is remembered."""
        table = tables.chores.c
        query = select(table.name, table.due).where(table.name.in_([mark.value for mark in ClockMark]))
        async with self.committer.transaction() as connection:
            due = {row.name: row.due for row in await connection.execute(query)}
            hour = None
            if ClockMark.LAST_DAY not in due:
                audit = tables.audit.c
                newest = select(audit.hour).order_by(audit.seq.desc()).limit(1)
                hour = (await connection.execute(newest)).scalar()
        audited = to_bangkok_date(datetime.fromtimestamp(hour * 3600, UTC)) if hour else None
        last = due.get(ClockMark.LAST_DAY)
        return RememberedClock(
            date.fromisoformat(last) if last else audited,
            _parse_minutes(due.get(ClockMark.DIFFERENCE)),
            _parse_minutes(due.get(ClockMark.CONFIRMED_DIFFERENCE)),
            date.fromisoformat(due[ClockMark.CONFIRMED_DAY]) if ClockMark.CONFIRMED_DAY in due else None,
            last is not None,
        )

    async def save_believed(self, today: date, *, is_heard: bool = False) -> None:
        """Note that the clock was believed today.

        is_heard: because others' clocks agree, so that what an admin said yes to is forgotten.
        """
        async with self.committer.transaction() as connection:
            await replace_mark(connection, ClockMark.LAST_DAY, today.isoformat())
            confirmed = (ClockMark.CONFIRMED_DIFFERENCE, ClockMark.CONFIRMED_DAY) if is_heard else ()
            for mark in (ClockMark.DIFFERENCE, ClockMark.TOLD, *confirmed):
                await replace_mark(connection, mark, None)

    async def save_doubted(self, difference: timedelta | None) -> None:
        """Note what was measured when the clock was not believed, for a program that cannot measure."""
        async with self.committer.transaction() as connection:
            await replace_mark(connection, ClockMark.DIFFERENCE, _format_minutes(difference))

    async def confirm(self, today: date, difference: timedelta | None) -> None:
        """Note that an admin said yes to the day, and to how far other clocks are, where that is known."""
        async with self.committer.transaction() as connection:
            await replace_mark(connection, ClockMark.CONFIRMED_DAY, today.isoformat())
            if difference is not None:
                await replace_mark(connection, ClockMark.CONFIRMED_DIFFERENCE, _format_minutes(difference))

    async def is_told(self, what: str) -> bool:
        """Whether this doubt is the last that staff were told of."""
        table = tables.chores.c
        query = select(table.due).where(table.name == ClockMark.TOLD.value, table.due == what)
        async with self.committer.transaction() as connection:
            return (await connection.execute(query)).first() is not None

    async def mark_told(self, what: str) -> None:
        """Note that staff were told of a doubt."""
        async with self.committer.transaction() as connection:
            await replace_mark(connection, ClockMark.TOLD, what)


def _format_minutes(difference: timedelta | None) -> str | None:
    return None if difference is None else str(round(difference.total_seconds() / 60))


def _parse_minutes(text: str | None) -> timedelta | None:
    return None if text is None else timedelta(minutes=int(text))
