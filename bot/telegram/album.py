"""Albums: Telegram brings the pictures of an album one by one, and the person expects one answer."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from bot.courier import Fetching
from bot.engine import Answer, joined
from bot.telegram.intake import Intake
from handlers.turn import Event, File

QUIET = 1.0
"""Seconds without another picture after which an album is taken for whole."""


@dataclass(frozen=True)
class Item:
    """A picture that is being fetched, or was refused; the words that came with it."""

    event: Event
    file: Fetching | File
    caption: str | None


@dataclass
class Albums:
    """The albums that are coming in. say: sends an answer to a chat, when the album is whole."""

    intake: Intake
    say: Callable[[int, Answer], Awaitable[None]]
    quiet: float = QUIET
    _coming: dict[int, list[Item]] = field(default_factory=dict)
    _timers: "dict[int, asyncio.Task[None]]" = field(default_factory=dict)

    def add(self, chat: int, item: Item, then: Callable[[int], Awaitable[None]]) -> None:
        """One more picture; `then` is called with the chat when no other follows."""
        self._coming.setdefault(chat, []).append(item)
        if (timer := self._timers.pop(chat, None)) is not None:
            timer.cancel()
        self._timers[chat] = asyncio.create_task(self._wait(chat, then))

    async def finish(self, chat: int) -> None:
        """Decide on what has come, as one answer. Whoever calls this has the chat's turn."""
        items = self._coming.pop(chat, [])
        answers = [await self.intake.decided(item.event, item.file, item.caption) for item in items]
        if answers:
            await self.say(chat, joined(answers))

    async def _wait(self, chat: int, then: Callable[[int], Awaitable[None]]) -> None:
        await asyncio.sleep(self.quiet)
        self._timers.pop(chat, None)  # from here on a late picture begins an album of its own
        await then(chat)

    async def close(self) -> None:
        """Let go: what was begun is on the disk, and the courier takes it up again."""
        timers = list(self._timers.values())
        for timer in timers:
            timer.cancel()
        await asyncio.gather(*timers, return_exceptions=True)
