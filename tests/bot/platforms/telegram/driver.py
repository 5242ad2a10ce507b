"""Story driver on Telegram: people in a fake Telegram, the real webhook or polling, and the real library."""

import asyncio
import itertools
import re
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

import uvicorn
from pydantic import SecretStr

from bot.bootstrap import App, RunningDesk
from bot.delivery.worker import DeliveryWorker
from bot.platforms.platform import PlatformContext
from bot.platforms.telegram.sender import SendLimiter
from bot.platforms.telegram.setup import TelegramSetup, open_telegram
from bot.settings import DeskSettings, Settings
from bot.web.app import build_web_app
from bot.web.middleware import SecurityMiddleware, WebhookBypass
from handlers.dialog.events import Channel
from handlers.dialog.receipt import parse_receipt
from handlers.dialog.replies import NEUTRAL, Message
from storage.crypto.key_files import DeskPaths
from tests.bot.platforms.telegram.api_rules import find_contracts, load_telegram_rules
from tests.bot.platforms.telegram.fake_bot_api import TOKEN, FakeBotApi, FakeChatMessage, serve_fake_bot_api
from tests.end_to_end.desk_driver import DeskDriver
from tests.end_to_end.desk_harness import DeskHarness, open_desk
from tests.in_memory_desk import OFFICE
from tests.samples import SAMPLE_FILES

T = TypeVar("T")
SECRET = "canarySECRETcanarySECRET"
RECEIPT_PATTERN = re.compile(r"\b[0-9A-Z]{4}(?:-[0-9A-Z]{4}){3}-[0-9A-Z]\b")


@dataclass
class TelegramDesk:
    """A desk that is connected to a fake Telegram."""

    desk: DeskHarness
    fake: FakeBotApi
    setup: TelegramSetup
    worker: DeliveryWorker
    address: str


@asynccontextmanager
async def serve_application(application: Any) -> AsyncIterator[str]:
    """Serve an application; yields its URL."""
    config = uvicorn.Config(application, log_config=None, lifespan="off", port=0, timeout_graceful_shutdown=1)
    config.timeout_keep_alive = 300  # the event loop does not run between the steps of a story
    server = uvicorn.Server(config)
    server.capture_signals = asynccontextmanager  # type: ignore[assignment,method-assign]
    listener = config.bind_socket()
    task = asyncio.create_task(server._serve(sockets=[listener]))
    while not server.started:  # noqa: ASYNC110 - uvicorn offers only a flag
        await asyncio.sleep(0.005)
    try:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    finally:
        server.should_exit = True
        await task
        listener.close()


@asynccontextmanager
async def open_telegram_desk(
    home: Path, fake: FakeBotApi, mode: str = "webhook", name: str = "complaints", **more: Any
) -> AsyncIterator[TelegramDesk]:
    """Open the desk of a folder with the Telegram adapter and a delivery worker."""
    settings = DeskSettings(
        telegram_token=SecretStr(TOKEN), telegram_secret=SecretStr(SECRET), telegram_mode=mode
    )
    async with AsyncExitStack() as stack:
        desk = await stack.enter_async_context(open_desk(home, name))
        fake.now = desk.now
        transports: dict[Channel, Any] = {}
        delivery_worker = DeliveryWorker(desk.engine, desk.store, transports, desk.errors.append)
        paths = DeskPaths.under(home, name)
        own_desk = RunningDesk(name, paths, desk.store, desk.engine)
        all_settings = Settings(**{name: settings}, telegram_api_url=fake.url)
        context = PlatformContext(own_desk, all_settings, delivery_worker, desk.errors.append)
        telegram_setup = await stack.enter_async_context(open_telegram(context))
        telegram_setup.adapter.sender.limiter = SendLimiter(chat_interval=0, overall_interval=0)
        for part, value in more.items():
            setattr(telegram_setup.adapter, part, value)
        transports[Channel.TELEGRAM] = telegram_setup.adapter
        app = App(all_settings, OFFICE, {name: own_desk})
        address = await stack.enter_async_context(
            serve_application(
                WebhookBypass(
                    telegram_setup.routes, SecurityMiddleware(build_web_app(app, telegram_setup.routes))
                )
            )
        )
        if mode == "webhook":
            fake.webhook = {"url": f"{address}/telegram/{name}", "secret_token": SECRET}
        stack.push_async_callback(delivery_worker.close)
        yield TelegramDesk(desk, fake, telegram_setup, delivery_worker, address)


@dataclass
class TelegramDriver(DeskDriver):
    """A desk with the Telegram adapter and a fake Telegram, which keeps running when the program is restarted."""

    mode: str = "webhook"
    redeliver: bool = False
    chats: dict[str, int] = field(default_factory=dict)
    _numbers: "itertools.count[int]" = field(default_factory=lambda: itertools.count(4200000001))
    fake: FakeBotApi = field(init=False)
    _telegram_desk: TelegramDesk | None = None

    def __post_init__(self) -> None:
        rules = load_telegram_rules(find_contracts())
        self.fake = self.run(self._outer.enter_async_context(serve_fake_bot_api(rules)))

    @asynccontextmanager
    async def open_desk(self) -> AsyncIterator[DeskHarness]:
        async with open_telegram_desk(self.home, self.fake, self.mode, self.desk_name) as self._telegram_desk:
            yield self._telegram_desk.desk

    @property
    def telegram_desk(self) -> TelegramDesk:
        """The desk with its adapter, opened when it is first needed."""
        assert self.desk
        assert self._telegram_desk is not None
        return self._telegram_desk

    def get_chat_id(self, person: str) -> int:
        """The id of a person's chat."""
        if person not in self.chats:
            self.chats[person] = next(self._numbers)
            self.fake.chats[self.chats[person]] = {}
        return self.chats[person]

    def _send_update(self, chat: int, update: dict[str, Any]) -> list[Message]:
        """Deliver an update; returns the bot's new messages in the chat."""
        telegram_desk, before = self.telegram_desk, self.fake.next_number("update")
        if self.mode == "webhook":
            assert self.run(self.fake.push_update(update)) == 200
        else:
            self.run(self.fake.queue_update(update))
        if telegram_desk.desk.errors:
            raise telegram_desk.desk.errors.pop()
        new = [m for m in self.fake.chats[chat].values() if m.by_bot and m.changed > before]
        if not new and "callback_query" in update:  # the message already shows the answer
            new = [self.fake.chats[chat][update["callback_query"]["message"]["message_id"]]]
        self._redeliver(chat, update)
        return [to_message(shown) for shown in sorted(new, key=lambda m: m.changed)]

    def _redeliver(self, chat: int, update: dict[str, Any]) -> None:
        """Deliver the update again, as Telegram does if our answer was lost: it has no second effect."""
        if self.redeliver and self.mode == "webhook":
            assert self.run(self.fake.push_update(update)) == 200

    def send_text(self, person: str, words: str) -> list[Message]:
        chat = self.get_chat_id(person)
        return self._send_update(chat, self.fake.make_message_update(chat, text=words))

    def send_parts(self, person: str, parts: Sequence[str]) -> list[Message]:
        """Send a text that the person's Telegram cuts; returns what comes when no further part does."""
        chat, long_texts = self.get_chat_id(person), self.telegram_desk.setup.adapter.long_texts
        before, long_texts.wait_seconds = self.fake.next_number("update"), 3600
        for part in parts:
            assert self.run(self.fake.push_update(self.fake.make_message_update(chat, text=part))) == 200
        self.run(long_texts.end(chat))
        new = [m for m in self.fake.chats[chat].values() if m.by_bot and m.changed > before]
        return [to_message(shown) for shown in sorted(new, key=lambda m: m.changed)]

    def pick_choice(self, person: str, label: str, data: str) -> list[Message]:
        chat = self.get_chat_id(person)
        message_id = max(m.id for m in self.fake.chats[chat].values() if (label, data) in m.buttons)
        return self._send_update(chat, self.fake.make_tap_update(chat, message_id, data))

    def send_sticker(self, person: str) -> list[Message]:
        """Send a sticker."""
        chat = self.get_chat_id(person)
        sticker = {"file_id": "s", "file_unique_id": "u", "emoji": "🙏"}
        return self._send_update(chat, self.fake.make_message_update(chat, sticker=sticker))

    def send_file(self, person: str, name: str) -> list[Message]:
        chat, content = self.get_chat_id(person), SAMPLE_FILES[name]()
        document: dict[str, Any] = {
            "file_id": self.fake.add_file(content),
            "file_unique_id": "u",
            "file_name": name,
        }
        document["file_size"] = len(content)
        return self._send_update(chat, self.fake.make_message_update(chat, document=document))


def to_message(shown: FakeChatMessage) -> Message:
    """A chat message in the form that stories use."""
    receipts = [shape for shape in RECEIPT_PATTERN.findall(shown.text) if parse_receipt(shape)]
    return Message(shown.text, NEUTRAL, shown.buttons, receipts[0] if receipts else None)
