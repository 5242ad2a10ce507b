"""A person in a fake Telegram who sends messages and taps buttons."""

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
    """A person with one chat."""

    fake: FakeBotApi
    chat: int = CHAT
    updates: list[dict[str, Any]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.fake.chats.setdefault(self.chat, {})

    async def send_update(self, update: dict[str, Any]) -> int:
        """Deliver an update to the webhook, or queue it for polling; returns the status."""
        self.updates.append(update)
        if self.fake.webhook:
            return await self.fake.push_update(update)
        await self.fake.queue_update(update)
        return 200

    async def say(self, text: str, **more: Any) -> int:
        """Type a text, or tap a label given in brackets."""
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
        """Answer a whole report from one of its lines up to its review."""
        for line in WHOLE_REPORT[begin:]:
            await self.say(instead.get(line.strip("[]"), line))

    @property
    def bot_messages(self) -> list[FakeChatMessage]:
        """The bot's messages in the chat, oldest first."""
        return sorted((m for m in self.fake.chats[self.chat].values() if m.by_bot), key=lambda m: m.changed)

    @property
    def last_text(self) -> str:
        """The bot's newest text."""
        return self.bot_messages[-1].text

    @property
    def bot_text(self) -> str:
        """All texts of the bot."""
        return "\n".join(m.text for m in self.bot_messages)

    @property
    def receipts(self) -> list[str]:
        """The receipts in the chat, as often as they occur."""
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
    """Open a desk on Telegram, run a coroutine on it, and close it."""
    rules = load_telegram_rules(find_contracts())

    async def run_in_loop() -> FakeBotApi:
        async with (
            asyncio.timeout(60),
            serve_fake_bot_api(rules) as fake,
            open_telegram_desk(tmp_path / "var", fake, mode, **more) as opened,
        ):
            await scene(opened, TelegramChatUser(fake))
            return fake

    return asyncio.run(run_in_loop())


async def wait_until_idle(opened: TelegramDesk) -> None:
    """Wait until no background task is running."""
    while tasks := [*opened.setup.adapter.replies._tasks, *opened.worker._tasks]:
        await asyncio.gather(*tasks, return_exceptions=True)
        await asyncio.sleep(0)
