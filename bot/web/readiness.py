"""Whether every desk can keep what it is sent, for a monitor or a load balancer that asks often."""

import asyncio
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from bot.bootstrap import RunningDesk
from bot.guard import run_guarded
from bot.log import log_exception

CACHE_SECONDS = 5.0
PROBE_TIMEOUT_SECONDS = 5.0
"""A desk that takes longer is not ready. A database that another program holds is waited for longer than that."""


@dataclass
class ReadinessCheck:
    """Probes the desks, at most once in `CACHE_SECONDS` however many ask."""

    desks: Iterable[RunningDesk]
    clock: Callable[[], float] = time.monotonic
    _lock: asyncio.Lock = field(default_factory=asyncio.Lock)
    _known: tuple[float, bool] | None = None

    async def is_ready(self) -> bool:
        """Whether a row could be written and read on every desk."""
        async with self._lock:
            if self._known is None or self.clock() - self._known[0] >= CACHE_SECONDS:
                ready = all([await self._probe_desk(desk) for desk in self.desks])
                self._known = (self.clock(), ready)
            return self._known[1]

    async def _probe_desk(self, desk: RunningDesk) -> bool:
        probe = asyncio.wait_for(desk.store.readiness.run(), PROBE_TIMEOUT_SECONDS)
        return (await run_guarded(probe, log_exception)).value is True
