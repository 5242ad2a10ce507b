"""Telegram as a door of stories: persons in a fake Telegram, the real webhook or polling, the real library."""

import asyncio
import itertools
import re
from collections.abc import AsyncIterator, Coroutine
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any, TypeVar

import uvicorn
from pydantic import SecretStr

from bot import bootstrap as app
from bot.delivery.worker import DeliveryWorker
from bot.jobs import housekeeping as clock
from bot.platforms.registry import WebhookBypass
from bot.platforms.telegram import setup as entrance
from bot.platforms.telegram.send_limiter import SendLimiter
from bot.settings import DeskSettings, Settings
from bot.web.app import SecurityMiddleware, site
from handlers.complaints.lifecycle import TransitionRequest
from handlers.dialog.events import Channel, Message
from handlers.dialog.receipt import reads
from storage.crypto.key_files import DeskPaths
from tests import samples
from tests.end.desk import DeskHarness, opened
from tests.platforms.bot_api import TOKEN, FakeBotApi, FakeChatMessage, served
from tests.platforms.telegram_rules import contracts, rules
from tests.play import OFFICE

T = TypeVar("T")
SECRET = "canarySECRETcanarySECRET"
RECEIPT = re.compile(r"\b[0-9A-Z]{4}(?:-[0-9A-Z]{4}){3}-[0-9A-Z]\b")


@dataclass
class TelegramDesk:
    """A desk that can be reached through Telegram."""

    desk: DeskHarness
    fake: FakeBotApi
    entrance: entrance.TelegramSetup
    courier: DeliveryWorker
    address: str


@asynccontextmanager
async def listening(application: Any) -> AsyncIterator[str]:
    """A server for an application; gives its address."""
    config = uvicorn.Config(application, log_config=None, lifespan="off", port=0, timeout_graceful_shutdown=1)
    config.timeout_keep_alive = 300  # the loop of a story stands still between its steps
    server = uvicorn.Server(config)
    server.capture_signals = asynccontextmanager  # type: ignore[assignment,method-assign]
    listener = config.bind_socket()
    task = asyncio.create_task(server._serve(sockets=[listener]))
    while not server.started:  # noqa: ASYNC110 - uvicorn tells by a flag
        await asyncio.sleep(0.005)
    try:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    finally:
        server.should_exit = True
        await task
        listener.close()


@asynccontextmanager
async def open_door(
    home: Path, fake: FakeBotApi, mode: str = "webhook", name: str = "complaints", **more: Any
) -> AsyncIterator[TelegramDesk]:
    """The desk of a folder with Telegram's door, its courier going round fast."""
    own = DeskSettings(telegram_token=SecretStr(TOKEN), telegram_secret=SecretStr(SECRET), telegram_mode=mode)
    async with AsyncExitStack() as stack:
        desk = await stack.enter_async_context(opened(home, name))
        fake.now = desk.now
        carriers: dict[Channel, Any] = {}
        courier = DeliveryWorker(desk.engine, desk.store, carriers, desk.faults.append)
        place = DeskPaths.under(home, name)
        own_desk = app.RunningDesk(name, place, desk.store, desk.engine)
        way = entrance.opened(own_desk, own, fake.url, courier, desk.faults.append)
        entered = await stack.enter_async_context(way)
        entered.door.post.pace = SendLimiter(per_chat=0, overall=0)
        for part, value in more.items():
            setattr(entered.door, part, value)
        carriers[Channel.TELEGRAM] = entered.door
        house = app.App(Settings(**{name: own}), OFFICE, {name: own_desk})
        address = await stack.enter_async_context(
            listening(WebhookBypass(entered.routes, SecurityMiddleware(site(house, entered.routes))))
        )
        if mode == "webhook":
            fake.webhook = {"url": f"{address}/telegram/{name}", "secret_token": SECRET}
        stack.push_async_callback(courier.close)
        yield TelegramDesk(desk, fake, entered, courier, address)


@dataclass
class TelegramDriver:
    """A desk, its door and a fake Telegram in one event loop of their own."""

    home: Path
    mode: str = "webhook"
    desk_name: str = "complaints"
    sets_clock = True
    again: bool = False
    away: timedelta = timedelta()
    chats: dict[str, int] = field(default_factory=dict)
    _numbers: "itertools.count[int]" = field(default_factory=lambda: itertools.count(4200000001))
    _runner: asyncio.Runner = field(default_factory=asyncio.Runner)
    _outer: AsyncExitStack = field(default_factory=AsyncExitStack)
    _inner: AsyncExitStack = field(default_factory=AsyncExitStack)
    _fake: FakeBotApi | None = None
    _open: TelegramDesk | None = None

    @property
    def fake(self) -> FakeBotApi:
        """The Telegram of this story; it stays when the program is started anew."""
        if self._fake is None:
            self._fake = self.run(self._outer.enter_async_context(served(rules(contracts()))))
        return self._fake

    @property
    def open(self) -> TelegramDesk:
        """The desk, opened when it is first needed."""
        if self._open is None:
            way = open_door(self.home, self.fake, self.mode, self.desk_name)
            self._open = self.run(self._inner.enter_async_context(way))
            self._open.desk.away = self.away
        return self._open

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        """Do something in the loop."""
        return self._runner.run(work)

    def chat(self, person: str) -> int:
        """The chat of a person."""
        if person not in self.chats:
            self.chats[person] = next(self._numbers)
            self.fake.chats[self.chats[person]] = {}
        return self.chats[person]

    def _push(self, chat: int, update: dict[str, Any]) -> list[Message]:
        """Bring an update; gives what is new in the chat."""
        here, before = self.open, self.fake.number("update")
        if self.mode == "webhook":
            assert self.run(self.fake.push(update)) == 200
        else:
            self.run(self.fake.polled(update))
        if here.desk.faults:
            raise here.desk.faults.pop()
        new = [m for m in self.fake.chats[chat].values() if m.by_bot and m.changed > before]
        if not new and "callback_query" in update:  # the card says already what would be said
            new = [self.fake.chats[chat][update["callback_query"]["message"]["message_id"]]]
        self._bring_again(chat, update)
        return [message(shown) for shown in sorted(new, key=lambda m: m.changed)]

    def _bring_again(self, chat: int, update: dict[str, Any]) -> None:
        """Telegram brings it once more, as it does when our answer was lost: no second effect."""
        if self.again and self.mode == "webhook":
            assert self.run(self.fake.push(update)) == 200

    def hear(self, person: str, words: str) -> list[Message]:
        chat = self.chat(person)
        return self._push(chat, self.fake.said(chat, text=words))

    def pick(self, person: str, label: str, data: str) -> list[Message]:
        chat = self.chat(person)
        carrier = max(m.id for m in self.fake.chats[chat].values() if (label, data) in m.buttons)
        return self._push(chat, self.fake.tapped(chat, carrier, data))

    def send(self, person: str, name: str) -> list[Message]:
        chat, content = self.chat(person), samples.FILES[name]()
        document: dict[str, Any] = {
            "file_id": self.fake.has_file(content),
            "file_unique_id": "u",
            "file_name": name,
        }
        document["file_size"] = len(content)
        return self._push(chat, self.fake.said(chat, document=document))

    def quit(self, person: str) -> None:
        """The server is started anew."""
        self.run(self._inner.aclose())
        self._open = None

    def later(self, minutes: int) -> None:
        self.away += timedelta(minutes=minutes)
        here = self.open
        here.desk.away = self.away

        async def tick() -> None:
            place = DeskPaths.under(self.home, self.desk_name)
            async for _ in clock.tick(place, here.desk.store, OFFICE, here.desk.now()):
                pass

        self.run(tick())

    def step(self, receipt: str, step: TransitionRequest) -> None:
        self.run(self.open.desk.step(receipt, step))

    def tell(self, receipt: str, words: str) -> None:
        self.run(self.open.desk.tell(receipt, words))

    def employ(self, person: str, role: str) -> str:
        return self.run(self.open.desk.employ(person, role))

    def dismiss(self, person: str) -> None:
        self.run(self.open.desk.dismiss(person))

    def time(self) -> float:
        return self.open.desk.now().timestamp()

    def answer(self, receipt: str, words: str) -> None:
        self.run(self.open.desk.answers(receipt, words))

    def close(self) -> None:
        """Close everything; the desk must be sound, and nothing waits for anybody."""
        found = self.run(self.open.desk.findings())
        self.quit("")
        self.run(self._outer.aclose())
        self._runner.close()
        assert found == []


def message(shown: FakeChatMessage) -> Message:
    """A message of a chat as a story knows it."""
    receipts = [shape for shape in RECEIPT.findall(shown.text) if reads(shape)]
    return Message(shown.text, shown.buttons, receipts[0] if receipts else None)
