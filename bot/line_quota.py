"""The month's pushes: how many LINE takes and how many went, asked of LINE itself and never assumed."""

import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TypeAlias

from bot.courier import Later, Never
from bot.line import Line, Outage, Refused
from bot.log import Happened, log
from bot.settings import DeskName

FULL = 100
WARN = (90, 70)
"""Per cent of the month at which the office is told, the highest first."""

OLD = 600.0
"""Seconds after which LINE is asked again; it counts what others send from the same account too."""

FULL_FOR = 3600.0
"""Seconds for which a month that is used up is believed to be so: it ends, or more is bought."""


Tell: TypeAlias = Callable[[str, int, int], Awaitable[None]]
"""Tells the office: the wording's key, the per cent of the month, the messages that went."""


async def _nobody(_key: str, _percent: int, _used: int) -> None:
    """Where there is no staff, the log alone is told."""


@dataclass
class Ledger:
    """The ledger of one account."""

    line: Line
    desk: DeskName
    clock: Callable[[], float] = time.monotonic
    tell: Tell = _nobody
    most: int | None = None
    used: int = 0
    warned: int = 0
    _asked: float | None = None
    _full: float | None = None

    async def has_room(self) -> bool:
        """Whether one more message may be pushed, as far as is known."""
        now = self.clock()
        if self._full is not None and now - self._full < FULL_FOR:
            return False
        if self._asked is None or now - self._asked > OLD:
            await self.refresh()
        return self.most is None or self.used < self.most

    async def refresh(self) -> None:
        """Ask LINE. What cannot be asked now is not known better, and is asked again at the next push."""
        try:
            self.most, self.used = await self.line.quota()
        except (Later, Never, Refused, Outage):
            return
        self._asked, self._full = self.clock(), None
        await self._warn()

    async def pushed(self) -> None:
        """One more went."""
        self.used += 1
        await self._warn()

    async def is_full(self) -> None:
        """LINE says that the month is used up; it may say so before the last message."""
        self._full = self.clock()
        log(Happened.QUOTA, self.desk, percent=100, used=self.used)
        if self.warned < FULL:
            self.warned = FULL
            await self.tell("line.quota_full", FULL, self.used)

    async def _warn(self) -> None:
        if not self.most:
            return
        percent = 100 * self.used // self.most
        reached, before = next((mark for mark in WARN if percent >= mark), 0), self.warned
        self.warned = (
            max(reached, before) if reached else 0
        )  # a new month begins below the marks, and warns again
        if reached > before:
            log(Happened.QUOTA, self.desk, percent=percent, used=self.used)
            await self.tell("line.quota", percent, self.used)
