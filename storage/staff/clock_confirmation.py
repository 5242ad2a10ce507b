"""An admin's or supervisor's yes to a clock that was doubted, given in the chat."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from handlers.dialog.effects import Act
from handlers.staff.clock.messages import ConfirmClock
from storage.db.batch import WriteBatch
from storage.db.clock_marks import ClockMark, replace_mark
from storage.staff.members import format_actor


async def confirm_clock(act: ConfirmClock, batch: WriteBatch) -> None:
    """Note what was said yes to, as it was shown, and who did. The audit trail names the day."""
    minutes = act.clock.minutes
    await replace_mark(batch.connection, ClockMark.CONFIRMED_DAY, act.clock.day.isoformat())
    if minutes is not None:
        await replace_mark(batch.connection, ClockMark.CONFIRMED_DIFFERENCE, str(minutes))
    await batch.audit(format_actor(act.staff), "clock-confirmed", act.clock.day.isoformat())


CLOCK_WRITERS: Mapping[type[Act], Callable[[Any, WriteBatch], Awaitable[None]]] = {
    ConfirmClock: confirm_clock
}
