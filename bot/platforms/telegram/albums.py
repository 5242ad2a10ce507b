"""Albums: Telegram brings the pictures of an album one by one, and the person expects one answer."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from bot.engine import EngineAnswer, merge_answers

ALBUM_WAIT = 1.0
"""Seconds without another picture after which an album is taken for whole."""


@dataclass
class AlbumBuffer:
    """What is to be said to the pictures that came: each is decided, and so on the disk, before it is added.

    say: sends an answer to a chat, when the album is whole.
    """

    send_answer: Callable[[int, EngineAnswer], Awaitable[None]]
    wait_seconds: float = ALBUM_WAIT
    _answers: dict[int, list[EngineAnswer]] = field(default_factory=dict, repr=False)
    _timers: "dict[int, asyncio.Task[None]]" = field(default_factory=dict, repr=False)

    def wait_for_more(self, chat: int) -> None:
        """Another picture came: the album is not whole."""
        if (timer := self._timers.pop(chat, None)) is not None:
            timer.cancel()

    def add(self, chat: int, answer: EngineAnswer, then: Callable[[int], Awaitable[None]]) -> None:
        """The answer to one more picture; `then` is called with the chat when no other follows."""
        self.wait_for_more(chat)
        self._answers.setdefault(chat, []).append(answer)
        self._timers[chat] = asyncio.create_task(self._finish_when_quiet(chat, then))

    async def finish(self, chat: int) -> None:
        """Say what was decided, as one answer. Whoever calls this has the chat's turn."""
        self.wait_for_more(chat)
        if answers := self._answers.pop(chat, []):
            await self.send_answer(chat, merge_answers(answers))

    async def _finish_when_quiet(self, chat: int, then: Callable[[int], Awaitable[None]]) -> None:
        await asyncio.sleep(self.wait_seconds)
        self._timers.pop(chat, None)  # from here on a late picture begins an album of its own
        await then(chat)

    async def close(self) -> None:
        """Say at once what waits to be said."""
        for chat in [*self._answers]:
            await self.finish(chat)
