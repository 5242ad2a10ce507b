"""The monthly quota of push messages, as LINE reports it, with warnings to the staff."""

import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TypeAlias

from bot.delivery.transport import TransportError
from bot.desk_names import DeskName
from bot.log import LogEvent, log_event
from bot.platforms.line.client import LineClient

FULL_PERCENT = 100
LOW_PERCENT = 70
"""Percentage of the quota from which on messages that may wait are not pushed."""

WARNING_PERCENTS = (FULL_PERCENT, 90, LOW_PERCENT)
"""Percentages of the quota at which the staff is warned, in descending order."""

QUOTA_MAX_AGE = 600.0
"""Seconds after which LINE is asked again: it also counts what others send from the same account."""

EXHAUSTED_FOR = 3600.0
"""Seconds for which an exhausted quota is not asked about again: a new month begins, or more is bought."""


NotifyStaff: TypeAlias = Callable[[str, int, int], Awaitable[None]]
"""Warns the staff. Arguments: wording key, percentage of the quota, number of messages sent."""

MarkOnce: TypeAlias = Callable[[str, str], Awaitable[bool]]
"""Marks something as done in a month; false if it was already, also in an earlier run of the program."""


async def _notify_nobody(_key: str, _percent: int, _used: int) -> None:
    """Default of `notify_staff`: only the log gets the warning."""


async def _always_first(_what: str, _month: str) -> bool:
    """Default of `mark_once`: what was done is known only until the program ends."""
    return True


@dataclass
class PushQuota:
    """The quota of one account. get_month: name of the current month; each warning is sent once a month."""

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
        """Whether one more message may be pushed, by what is known; asks LINE if that is too old."""
        now = self.clock()
        if self._exhausted_at is not None and now - self._exhausted_at < EXHAUSTED_FOR:
            return False
        if self._refreshed_at is None or now - self._refreshed_at > QUOTA_MAX_AGE:
            await self.refresh()
        if self.limit is None or self.used < self.limit:
            return True
        await self.mark_exhausted()
        return False

    async def is_low(self) -> bool:
        """Whether `LOW_PERCENT` of the quota are used, by what is known; asks LINE if that is too old."""
        return not await self.has_room() or (
            self.limit is not None and 100 * self.used >= LOW_PERCENT * self.limit
        )

    async def refresh(self) -> None:
        """Ask LINE for limit and usage. If that fails, the numbers stay, and the next push asks again."""
        try:
            self.limit, self.used = await self.client.get_quota()
        except TransportError:
            return
        self._refreshed_at, self._exhausted_at = self.clock(), None
        await self._check_usage()

    async def record_push(self) -> None:
        """Count one more push."""
        self.used += 1
        await self._check_usage()

    async def mark_exhausted(self) -> None:
        """Record that the quota is used up. LINE may refuse a push before its own count reaches the limit."""
        self._exhausted_at = self.clock()
        await self._warn_once(FULL_PERCENT)

    async def _check_usage(self) -> None:
        if self.limit:
            await self._warn_once(100 * self.used // self.limit)

    async def _warn_once(self, percent: int) -> None:
        """Warn the staff of the highest mark reached, once a month, although LINE's count may lag and go back."""
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
