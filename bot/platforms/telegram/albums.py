"""Albums: Telegram sends an update per picture of an album, and the person expects one answer to all."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from bot.engine import merge_answers
from handlers.dialog.effects import Answer

ALBUM_WAIT = 1.0
"""Seconds without another picture after which an album counts as complete."""


@dataclass
class AlbumBuffer:
    """Answers to the pictures of albums, by chat. Each picture was handled, and is on disk, before it is added.

    send_answer: sends the merged answer to a chat when its album is complete.
    """

    send_answer: Callable[[int, Answer], Awaitable[None]]
    wait_seconds: float = ALBUM_WAIT
    _answers: dict[int, list[Answer]] = field(default_factory=dict, repr=False)
    _timers: "dict[int, asyncio.Task[None]]" = field(default_factory=dict, repr=False)

    def wait_for_more(self, chat: int) -> None:
        """Cancel the timer of a chat, because another picture came."""
        if (timer := self._timers.pop(chat, None)) is not None:
            timer.cancel()

    def add(self, chat: int, answer: Answer, then: Callable[[int], Awaitable[None]]) -> None:
        """Add the answer to one more picture. `then` is called with the chat if no other follows in time."""
        self.wait_for_more(chat)
        self._answers.setdefault(chat, []).append(answer)
        self._timers[chat] = asyncio.create_task(self._finish_when_quiet(chat, then))

    async def finish(self, chat: int) -> None:
        """Send the answers of a chat as one. The caller holds the person's lock."""
        self.wait_for_more(chat)
        if answers := self._answers.pop(chat, []):
            await self.send_answer(chat, merge_answers(answers))

    async def _finish_when_quiet(self, chat: int, then: Callable[[int], Awaitable[None]]) -> None:
        await asyncio.sleep(self.wait_seconds)
        self._timers.pop(chat, None)  # a picture that comes later begins an album of its own
        await then(chat)

    async def close(self) -> None:
        """Send every waiting answer now."""
        for chat in [*self._answers]:
            await self.finish(chat)
