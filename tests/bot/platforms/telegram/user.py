"""A person in a fake Telegram who taps what the chat offers."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from handlers.dialog.receipt import parse_receipt
from tests.bot.platforms.telegram.api_rules import find_contracts, load_telegram_rules
from tests.bot.platforms.telegram.driver import RECEIPT_PATTERN, TelegramDesk, open_telegram_desk
from tests.bot.platforms.telegram.fake_bot_api import FakeBotApi, FakeChatMessage, serve_fake_bot_api
from tests.in_memory_desk import WHOLE_REPORT

CHAT = 4200000001


@dataclass
class TelegramChatUser:
    """One chat."""

    fake: FakeBotApi
    chat: int = CHAT
    updates: list[dict[str, Any]] = field(default_factory=list)

    def __post_init__(self) -> None:
        """Open the chat."""
        self.fake.chats.setdefault(self.chat, {})

    async def send_update(self, update: dict[str, Any]) -> int:
        """Bring an update, or lay it ready where updates are asked for; gives the status."""
        self.updates.append(update)
        if self.fake.webhook:
            return await self.fake.push_update(update)
        await self.fake.queue_update(update)
        return 200

    async def say(self, text: str, **more: Any) -> int:
        """Type, or tap the label that stands in brackets."""
        if text.startswith("["):
            return await self.tap(text[1:-1])
        return await self.send_update(self.fake.make_message_update(self.chat, text=text, **more))

    async def tap(self, label: str) -> int:
        """Tap a button of the newest message that has it."""
        shown = max((m for m in self.bot_messages if label in dict(m.buttons)), key=lambda m: m.changed)
        return await self.send_update(
            self.fake.make_tap_update(self.chat, shown.id, dict(shown.buttons)[label])
        )

    async def send_file(self, kind: str, content: bytes, **more: Any) -> int:
        """Send a file as a photo, document, voice and so on."""
        sent: Any = {"file_id": self.fake.add_file(content), "file_unique_id": "u", **more.pop("about", {})}
        return await self.send_update(
            self.fake.make_message_update(self.chat, **{kind: [sent] if kind == "photo" else sent}, **more)
        )

    async def fill_report(self, begin: int = 0, **instead: str) -> None:
        """Go through a whole report from one of its lines, to its review."""
        for line in WHOLE_REPORT[begin:]:
            await self.say(instead.get(line.strip("[]"), line))

    @property
    def bot_messages(self) -> list[FakeChatMessage]:
        """What the bot's side of the chat shows, oldest first."""
        return sorted((m for m in self.fake.chats[self.chat].values() if m.by_bot), key=lambda m: m.changed)

    @property
    def last_text(self) -> str:
        """The newest words of the bot."""
        return self.bot_messages[-1].text

    @property
    def bot_text(self) -> str:
        """All words of the bot."""
        return "\n".join(m.text for m in self.bot_messages)

    @property
    def receipts(self) -> list[str]:
        """The receipts that stand in the chat, as often as they do."""
        return [
            shape
            for m in self.bot_messages
            for shape in RECEIPT_PATTERN.findall(m.text)
            if parse_receipt(shape)
        ]


def run_scenario(
    tmp_path: Path,
    scene: Callable[[TelegramDesk, TelegramChatUser], Awaitable[None]],
    mode: str = "webhook",
    **more: Any,
) -> FakeBotApi:
    """Open a desk with Telegram's door, play, and close."""
    ground = load_telegram_rules(find_contracts())

    async def run_in_loop() -> FakeBotApi:
        async with (
            asyncio.timeout(60),
            serve_fake_bot_api(ground) as fake,
            open_telegram_desk(tmp_path / "var", fake, mode, **more) as opened,
        ):
            await scene(opened, TelegramChatUser(fake))
            return fake

    return asyncio.run(run_in_loop())


async def wait_until_idle(opened: TelegramDesk) -> None:
    """Wait until nothing is under way beside."""
    while tasks := [*opened.setup.adapter.replies._tasks, *opened.worker._tasks]:
        await asyncio.gather(*tasks, return_exceptions=True)
        await asyncio.sleep(0)
