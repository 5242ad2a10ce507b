"""A person in a fake Telegram who taps what the chat offers."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from handlers.dialog.receipt import reads
from tests.platforms.bot_api import FakeBotApi, FakeChatMessage, served
from tests.platforms.telegram_door import RECEIPT, TelegramDesk, open_door
from tests.platforms.telegram_rules import contracts, rules
from tests.play import WHOLE_REPORT

CHAT = 4200000001


@dataclass
class TelegramUser:
    """One chat."""

    fake: FakeBotApi
    chat: int = CHAT
    updates: list[dict[str, Any]] = field(default_factory=list)

    def __post_init__(self) -> None:
        """Open the chat."""
        self.fake.chats.setdefault(self.chat, {})

    async def does(self, update: dict[str, Any]) -> int:
        """Bring an update, or lay it ready where updates are asked for; gives the status."""
        self.updates.append(update)
        if self.fake.webhook:
            return await self.fake.push(update)
        await self.fake.polled(update)
        return 200

    async def says(self, text: str, **more: Any) -> int:
        """Type, or tap the label that stands in brackets."""
        if text.startswith("["):
            return await self.taps(text[1:-1])
        return await self.does(self.fake.said(self.chat, text=text, **more))

    async def taps(self, label: str) -> int:
        """Tap a button of the newest message that has it."""
        shown = max((m for m in self.ours if label in dict(m.buttons)), key=lambda m: m.changed)
        return await self.does(self.fake.tapped(self.chat, shown.id, dict(shown.buttons)[label]))

    async def sends(self, kind: str, content: bytes, **more: Any) -> int:
        """Send a file as a photo, document, voice and so on."""
        sent: Any = {"file_id": self.fake.has_file(content), "file_unique_id": "u", **more.pop("about", {})}
        return await self.does(
            self.fake.said(self.chat, **{kind: [sent] if kind == "photo" else sent}, **more)
        )

    async def reaches_the_review(self, begin: int = 0, **instead: str) -> None:
        """Go through a whole report from one of its lines, to its review."""
        for line in WHOLE_REPORT[begin:]:
            await self.says(instead.get(line.strip("[]"), line))

    @property
    def ours(self) -> list[FakeChatMessage]:
        """What the bot's side of the chat shows, oldest first."""
        return sorted((m for m in self.fake.chats[self.chat].values() if m.by_bot), key=lambda m: m.changed)

    @property
    def last(self) -> str:
        """The newest words of the bot."""
        return self.ours[-1].text

    @property
    def texts(self) -> str:
        """All words of the bot."""
        return "\n".join(m.text for m in self.ours)

    @property
    def receipts(self) -> list[str]:
        """The receipts that stand in the chat, as often as they do."""
        return [shape for m in self.ours for shape in RECEIPT.findall(m.text) if reads(shape)]


def play(
    tmp_path: Path,
    scene: Callable[[TelegramDesk, TelegramUser], Awaitable[None]],
    mode: str = "webhook",
    **more: Any,
) -> FakeBotApi:
    """Open a desk with Telegram's door, play, and close."""
    ground = rules(contracts())

    async def whole() -> FakeBotApi:
        async with (
            asyncio.timeout(60),
            served(ground) as fake,
            open_door(tmp_path / "var", fake, mode, **more) as opened,
        ):
            await scene(opened, TelegramUser(fake))
            return fake

    return asyncio.run(whole())


async def calm(opened: TelegramDesk) -> None:
    """Wait until nothing is under way beside."""
    while tasks := [*opened.entrance.door.voice._tasks, *opened.courier._tasks]:
        await asyncio.gather(*tasks, return_exceptions=True)
        await asyncio.sleep(0)
