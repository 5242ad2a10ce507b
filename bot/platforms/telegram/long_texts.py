"""Long texts, which Telegram's clients cut into messages of up to 4,096 units, are answered when no other part comes.

Lengths are in UTF-16 units, as Telegram counts them. The desktop client cuts at the best place in the second half of a
message, the Android one in its last 300 units, and both drop the spaces there; where there is none they cut a word.
"""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from bot.platforms.telegram.models import TelegramMessage
from handlers.dialog.events import TextPart

MAX_MESSAGE_UNITS = 4096
MIN_CUT_UNITS = MAX_MESSAGE_UNITS // 2
"""The shortest message that a client makes of the beginning of a longer text."""

LONG_TEXT_WAIT = 2.0
"""Seconds without another message after which a long text counts as complete."""


def make_text_part(message: TelegramMessage) -> TextPart | None:
    """Return where a text stands among the messages of a chat; None for a command, which is no part of a text."""
    text = message.text
    if text is None:
        return None
    # A character takes one unit or two, so most texts need not be encoded to be known as short.
    units = len(text.encode("utf-16-le", "surrogatepass")) // 2 if len(text) * 2 >= MIN_CUT_UNITS else 0
    if text.startswith("/") and units < MIN_CUT_UNITS:
        return None
    return TextPart(
        message.message_id, message.date, units >= MIN_CUT_UNITS, is_full=units >= MAX_MESSAGE_UNITS
    )


@dataclass
class LongTextTimers:
    """The chats in which a long text is being gathered. Its parts are on disk, or in the engine's memory, not here.

    on_quiet: called with a chat, and the number of its last update, when no other part came in time.
    """

    on_quiet: Callable[[int, int], Awaitable[None]]
    wait_seconds: float = LONG_TEXT_WAIT
    _timers: "dict[int, asyncio.Task[None]]" = field(default_factory=dict, repr=False)
    _numbers: dict[int, int] = field(default_factory=dict, repr=False)

    def start(self, chat: int, number: int) -> None:
        """Begin to wait for another part, anew with each. number: of the update that brought the last one."""
        self.stop(chat)
        self._numbers[chat] = number
        self._timers[chat] = asyncio.create_task(self._wait(chat))

    def is_waiting(self, chat: int) -> bool:
        """Whether another part is being waited for."""
        return chat in self._numbers

    def stop(self, chat: int) -> int | None:
        """Stop waiting. Returns the number of the last update where a chat was being waited for."""
        if (timer := self._timers.pop(chat, None)) is not None:
            timer.cancel()
        return self._numbers.pop(chat, None)

    async def _wait(self, chat: int) -> None:
        await asyncio.sleep(self.wait_seconds)
        self._timers.pop(chat, None)  # what comes from here on does not cancel the answer
        await self.end(chat)

    async def end(self, chat: int) -> None:
        """Stop waiting for a chat, and call `on_quiet` if it was being waited for."""
        number = self.stop(chat)
        if number is not None:
            await self.on_quiet(chat, number)

    async def close(self) -> None:
        """End all that is waited for."""
        for chat in [*self._numbers]:
            await self.end(chat)
