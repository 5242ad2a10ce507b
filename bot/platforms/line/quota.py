"""The month's pushes: how many LINE takes and how many went, asked of LINE itself and never assumed."""

import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TypeAlias

from bot.delivery.transport import TransportError
from bot.log import LogEvent, log_event
from bot.platforms.line.client import LineClient
from bot.settings import DeskName

FULL_PERCENT = 100
WARNING_PERCENTS = (FULL_PERCENT, 90, 70)
"""Per cent of the month at which the office is told, the highest first."""

QUOTA_MAX_AGE = 600.0
"""Seconds after which LINE is asked again; it counts what others send from the same account too."""

EXHAUSTED_FOR = 3600.0
"""Seconds for which a month that is used up is believed to be so: it ends, or more is bought."""


NotifyStaff: TypeAlias = Callable[[str, int, int], Awaitable[None]]
"""Tells the office: the wording's key, the per cent of the month, the messages that went."""

MarkOnce: TypeAlias = Callable[[str, str], Awaitable[bool]]
"""Marks a thing as done in a month; false where it was before, in an earlier run of the program too."""


async def _notify_nobody(_key: str, _percent: int, _used: int) -> None:
    """Where there is no staff, the log alone is told."""


async def _always_first(_what: str, _month: str) -> bool:
    """Where nothing is kept, what is told is known until the program ends."""
    return True


@dataclass
class PushQuota:
    """The ledger of one account. month: the name of the present month, after which each mark is told once more."""

    client: LineClient
    desk: DeskName
    clock: Callable[[], float] = time.monotonic
    notify_staff: NotifyStaff = _notify_nobody
    mark_once: MarkOnce = _always_first
    get_month: Callable[[], str] = lambda: ""
    limit: int | None = None
    used: int = 0
    _last_warning: tuple[str, int] = ("", 0)
    _refreshed_at: float | None = None
    _exhausted_at: float | None = None

    async def has_room(self) -> bool:
        """Whether one more message may be pushed, as far as is known."""
        now = self.clock()
        if self._exhausted_at is not None and now - self._exhausted_at < EXHAUSTED_FOR:
            return False
        if self._refreshed_at is None or now - self._refreshed_at > QUOTA_MAX_AGE:
            await self.refresh()
        if self.limit is None or self.used < self.limit:
            return True
        await self.mark_exhausted()
        return False

    async def refresh(self) -> None:
        """Ask LINE. What cannot be asked now is not known better, and is asked again at the next push."""
        try:
            self.limit, self.used = await self.client.get_quota()
        except TransportError:
            return
        self._refreshed_at, self._exhausted_at = self.clock(), None
        await self._check_usage()

    async def record_push(self) -> None:
        """One more went."""
        self.used += 1
        await self._check_usage()

    async def mark_exhausted(self) -> None:
        """The month is used up; LINE may say so before the last message."""
        self._exhausted_at = self.clock()
        await self._warn_once(FULL_PERCENT)

    async def _check_usage(self) -> None:
        if self.limit:
            await self._warn_once(100 * self.used // self.limit)

    async def _warn_once(self, percent: int) -> None:
        """Tell the office of the highest mark, once in a month: LINE's count is behind ours at times, and goes back."""
        month, mark = self.get_month(), next((mark for mark in WARNING_PERCENTS if percent >= mark), 0)
        if mark <= (self._last_warning[1] if self._last_warning[0] == month else 0):
            return
        self._last_warning = (month, mark)
        news = [
            await self.mark_once(f"line-month-{passed}", month)
            for passed in WARNING_PERCENTS
            if passed <= mark
        ]
        if news[0]:
            log_event(LogEvent.QUOTA, self.desk, percent=percent, used=self.used)
            await self.notify_staff(
                "line.quota_full" if mark == FULL_PERCENT else "line.quota", percent, self.used
            )
