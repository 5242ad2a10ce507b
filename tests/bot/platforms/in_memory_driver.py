"""Story driver on the platform in memory: real engine, store and delivery worker, and no network in between."""

import itertools
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from typing import Any

from bot.bootstrap import RunningDesk
from bot.platforms.registry import PLATFORMS, open_desk_platforms
from bot.settings import Settings
from handlers.dialog.events import UnreadableKind
from handlers.dialog.replies import Message
from storage.crypto.key_files import DeskPaths
from tests.bot.platforms.in_memory import InMemoryPlatform
from tests.end_to_end.desk_driver import DeskDriver
from tests.end_to_end.desk_harness import DeskHarness, open_desk
from tests.samples import SAMPLE_FILES


@dataclass
class InMemoryDriver(DeskDriver):
    """People who write to a desk on the platform in memory."""

    platform: InMemoryPlatform = field(default_factory=InMemoryPlatform)
    _numbers: "itertools.count[int]" = field(default_factory=lambda: itertools.count(1))

    @asynccontextmanager
    async def open_desk(self) -> AsyncIterator[DeskHarness]:
        async with open_desk(self.home, self.desk_name) as desk:
            own = RunningDesk(
                self.desk_name, DeskPaths.under(self.home, self.desk_name), desk.store, desk.engine
            )
            platforms = (*PLATFORMS, self.platform)
            async with open_desk_platforms(own, Settings(), platforms, desk.errors.append):
                yield desk

    def _send(self, person: str, content: bytes = b"", **said: Any) -> list[Message]:
        number, desk = f"{next(self._numbers)}", self.desk
        self.platform.files[number] = content
        answer = self.run(self.platform.receive(number, person, **said))
        # The same event again gets the same answer and has no second effect.
        again = self.run(self.platform.receive(number, person, **said))
        assert len(again) == len(answer)
        assert [_as_stored(message, kept) for message, kept in zip(answer, again, strict=True)] == again
        if desk.errors:
            raise desk.errors.pop()
        return answer

    def send_text(self, person: str, words: str) -> list[Message]:
        return self._send(person, text=words)

    def pick_choice(self, person: str, label: str, data: str) -> list[Message]:
        return self._send(person, choice=data)

    def send_file(self, person: str, name: str) -> list[Message]:
        return self._send(person, SAMPLE_FILES[name](), file_name=name)

    def send_sticker(self, person: str) -> list[Message]:
        """Send a sticker."""
        return self._send(person, unreadable=UnreadableKind.STICKER)


def _as_stored(message: Message, kept: Message) -> Message:
    """The message as it comes from storage: an ellipsis stands for words that are in memory only."""
    pattern = "“.*”".join(map(re.escape, kept.text.split("“…”")))
    is_same = re.fullmatch(pattern, message.text, re.DOTALL)
    return replace(message, text=kept.text) if is_same else message
