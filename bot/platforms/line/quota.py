"""The month's pushes: how many LINE takes and how many went, asked of LINE itself and never assumed."""

import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TypeAlias

from bot.delivery.worker import PermanentError, RetryLaterError
from bot.log import LogEvent, log
from bot.platforms.line.client import InvalidChannelTokenError, LineClient, LineUnavailableError
from bot.settings import DeskName

FULL = 100
MARKS = (FULL, 90, 70)
"""Per cent of the month at which the office is told, the highest first."""

OLD = 600.0
"""Seconds after which LINE is asked again; it counts what others send from the same account too."""

FULL_FOR = 3600.0
"""Seconds for which a month that is used up is believed to be so: it ends, or more is bought."""


Tell: TypeAlias = Callable[[str, int, int], Awaitable[None]]
"""Tells the office: the wording's key, the per cent of the month, the messages that went."""

Once: TypeAlias = Callable[[str, str], Awaitable[bool]]
"""Marks a thing as done in a month; false where it was before, in an earlier run of the program too."""


async def _nobody(_key: str, _percent: int, _used: int) -> None:
    """Where there is no staff, the log alone is told."""


async def _first(_what: str, _month: str) -> bool:
    """Where nothing is kept, what is told is known until the program ends."""
    return True


@dataclass
class PushQuota:
    """The ledger of one account. month: the name of the present month, after which each mark is told once more."""

    line: LineClient
    desk: DeskName
    clock: Callable[[], float] = time.monotonic
    tell: Tell = _nobody
    once: Once = _first
    month: Callable[[], str] = lambda: ""
    most: int | None = None
    used: int = 0
    _warned: tuple[str, int] = ("", 0)
    _asked: float | None = None
    _full: float | None = None

    async def has_room(self) -> bool:
        """Whether one more message may be pushed, as far as is known."""
        now = self.clock()
        if self._full is not None and now - self._full < FULL_FOR:
            return False
        if self._asked is None or now - self._asked > OLD:
            await self.refresh()
        if self.most is None or self.used < self.most:
            return True
        await self.is_full()
        return False

    async def refresh(self) -> None:
        """Ask LINE. What cannot be asked now is not known better, and is asked again at the next push."""
        try:
            self.most, self.used = await self.line.quota()
        except (RetryLaterError, PermanentError, InvalidChannelTokenError, LineUnavailableError):
            return
        self._asked, self._full = self.clock(), None
        await self._told()

    async def pushed(self) -> None:
        """One more went."""
        self.used += 1
        await self._told()

    async def is_full(self) -> None:
        """The month is used up; LINE may say so before the last message."""
        self._full = self.clock()
        await self._reached(FULL)

    async def _told(self) -> None:
        if self.most:
            await self._reached(100 * self.used // self.most)

    async def _reached(self, percent: int) -> None:
        """Tell the office of the highest mark, once in a month: LINE's count is behind ours at times, and goes back."""
        month, mark = self.month(), next((mark for mark in MARKS if percent >= mark), 0)
        if mark <= (self._warned[1] if self._warned[0] == month else 0):
            return
        self._warned = (month, mark)
        news = [await self.once(f"line-month-{passed}", month) for passed in MARKS if passed <= mark]
        if news[0]:
            log(LogEvent.QUOTA, self.desk, percent=percent, used=self.used)
            await self.tell("line.quota_full" if mark == FULL else "line.quota", percent, self.used)
