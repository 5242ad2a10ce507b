"""Opens Telegram's door for a desk: the bot is introduced, and updates come by webhook or are asked for."""

import asyncio
import hashlib
import hmac
import sys
from collections.abc import AsyncIterator, Callable, Coroutine, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import partial
from itertools import takewhile
from typing import Any

from pydantic import ValidationError
from starlette.routing import BaseRoute, Route

from bot.bootstrap import RunningDesk
from bot.delivery.transport import RejectedError, RetryLaterError
from bot.delivery.worker import DeliveryWorker
from bot.engine import build_error_answer
from bot.log import LogEvent, log_event
from bot.platforms.telegram.adapter import TelegramAdapter
from bot.platforms.telegram.client import InvalidBotTokenError, TelegramClient, UpdatesConflictError
from bot.platforms.telegram.commands import TelegramCommandMenus
from bot.platforms.telegram.models import Update
from bot.platforms.telegram.render import OutgoingMessage
from bot.platforms.telegram.sender import SendLimiter, TelegramSender
from bot.platforms.telegram.webhook import TelegramWebhook
from bot.settings import ENV_PREFIX, DeskName, DeskSettings

FLUSH_INTERVAL = 10.0
"""Seconds between two writings of which messages stand in the chats; most reports end within a few of them."""

WEBHOOK_REFUSED_EN = "refuses this secret, or the address in PUBLIC_URL, which must begin with https"

UPDATES_CONFLICT_EN = "says that another program asks for this bot's updates, or that they go to a webhook"
UPDATES_CONFLICT_TH = "บอกว่ามีโปรแกรมอื่นรับข้อความของบอตนี้อยู่ หรือมีผู้ตั้ง webhook ไว้ ให้ปิดโปรแกรมนั้น"

MIN_RETRY_DELAY, MAX_RETRY_DELAY = 2.0, 300.0
"""Seconds between tries to reach Telegram, doubling from the one to the other."""

MAX_POLL_RETRY_DELAY = 30.0
"""Seconds between tries to ask for updates at most: nobody is heard meanwhile."""

PENDING_UPDATES_WAIT = 0.5
"""Seconds that updates have before others are asked for, while those under way are not confirmed yet."""


@dataclass(frozen=True)
class TelegramSetup:
    """An open door: what the courier carries by, where updates come in, and the address to be told to Telegram."""

    adapter: TelegramAdapter
    routes: Sequence[BaseRoute]
    command_menus: TelegramCommandMenus


@asynccontextmanager
async def open_telegram(
    desk: RunningDesk,
    own: DeskSettings,
    origin: str,
    courier: DeliveryWorker,
    fault: Callable[[BaseException], None],
) -> AsyncIterator[TelegramSetup]:
    """Open the door of a desk that has a token. Whether Telegram can be reached is found out beside."""
    token = own.telegram_token.get_secret_value() if own.telegram_token else ""
    api = TelegramClient(token, origin)
    await api.open()
    polling = own.telegram_mode == "polling"
    door = TelegramAdapter(
        desk.engine,
        desk.store,
        TelegramSender(api, SendLimiter()),
        courier,
        fault,
        reply_in_webhook=not polling,
    )
    commands = TelegramCommandMenus(desk.name, desk.store, api, door.inbound.decrypt_address, fault)
    guide = TelegramBackgroundTasks(desk.name, own, api, door, commands, fault)
    webhook = Route(
        f"/telegram/{desk.name}", TelegramWebhook(door, get_webhook_secret(own), fault), methods=["POST"]
    )
    work = [guide.register_and_poll(), guide.flush_message_log_forever(), commands.run()]
    tasks = [asyncio.create_task(one) for one in work]
    try:
        yield TelegramSetup(door, [] if polling else [webhook], commands)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await door.close()
        await api.close()


def get_webhook_secret(own: DeskSettings) -> str:
    """What Telegram says with each update to prove itself: as set, else derived from the token, never nothing."""
    if own.telegram_secret is not None and own.telegram_secret.get_secret_value():
        return own.telegram_secret.get_secret_value()
    token = own.telegram_token.get_secret_value() if own.telegram_token else ""
    return hmac.new(token.encode(), b"ita-bot telegram webhook", hashlib.sha256).hexdigest()


@dataclass
class TelegramBackgroundTasks:
    """What is done beside the door for as long as it is open."""

    desk: DeskName
    desk_settings: DeskSettings
    client: TelegramClient
    adapter: TelegramAdapter
    command_menus: TelegramCommandMenus
    on_error: Callable[[BaseException], None]

    async def register_and_poll(self) -> None:
        """Tell Telegram the commands and where updates go, as soon as it listens; then ask for them, if need be."""
        await self._retry_until_done(self._register_bot)
        if self.desk_settings.telegram_mode == "polling":
            await self.poll_updates()

    async def _register_bot(self) -> None:
        await self.client.check_token()
        await self.command_menus.set_citizen_commands()
        if self.desk_settings.telegram_mode == "polling":
            await self.client.delete_webhook()
        elif self.desk_settings.public_url:
            address = f"{self.desk_settings.public_url.rstrip('/')}/telegram/{self.desk}"
            await self.client.set_webhook(address, get_webhook_secret(self.desk_settings))

    async def flush_message_log_forever(self) -> None:
        """Write down, once in a while, which messages stand in the chats; forget what need not be known longer."""
        while True:
            await asyncio.sleep(FLUSH_INTERVAL)
            self.adapter.evict_caches()
            try:
                await self.adapter.store.chat_messages.flush(self.adapter.engine.now())
            except Exception as trouble:
                self.on_error(trouble)

    async def poll_updates(self) -> None:
        """Ask for updates, for ever. One is confirmed when it was answered, and all before it were.

        Those of one chat wait for each other in the door, in the order in which they begin here.
        """
        after: int | None = None
        under_way: dict[int, asyncio.Task[None]] = {}
        try:
            while True:
                came: list[Any] = await self._retry_until_done(
                    partial(self.client.get_updates, after), MAX_POLL_RETRY_DELAY
                )
                for raw in came:
                    number = raw.get("update_id") if isinstance(raw, dict) else None
                    if isinstance(number, int) and number not in under_way:
                        under_way[number] = asyncio.create_task(self._handle_raw_update(raw))
                if under_way:
                    await asyncio.wait(under_way.values(), timeout=PENDING_UPDATES_WAIT)
                elif came:  # nothing that could be confirmed: it comes again at once
                    await asyncio.sleep(MIN_RETRY_DELAY)
                for number in [*takewhile(lambda one: under_way[one].done(), under_way)]:
                    del under_way[number]
                    after = number
        finally:
            for task in under_way.values():
                task.cancel()
            await asyncio.gather(*under_way.values(), return_exceptions=True)

    async def _handle_raw_update(self, raw: object) -> None:
        if (update := _parse_update(raw)) is None:
            return
        try:
            await self.adapter.handle_update(update)
        except Exception as trouble:
            self.on_error(trouble)
            await self._send_error_answer(update)

    async def _run_reporting_errors(self, call: Coroutine[Any, Any, object]) -> None:
        try:
            await call
        except Exception as trouble:
            self.on_error(trouble)

    async def _send_error_answer(self, update: Update) -> None:
        """Say that a message was lost to a fault of ours; not worth more than one try."""
        if update.message is None:
            return
        told = build_error_answer("sorry.fault", "th").messages[0].text
        await self._run_reporting_errors(
            self.adapter.sender.send(update.message.chat.id, OutgoingMessage(told))
        )

    async def _retry_until_done(
        self, work: Callable[[], Coroutine[Any, Any, Any]], longest: float = MAX_RETRY_DELAY
    ) -> Any:  # noqa: ANN401 - as the work
        pause = MIN_RETRY_DELAY
        while True:
            try:
                return await work()
            except RetryLaterError as later:
                await asyncio.sleep(later.seconds)
            except InvalidBotTokenError:
                _report_setting_error(self.desk, "TOKEN", "ไม่รับโทเคนนี้", "refuses this token")
            except RejectedError:
                _report_setting_error(
                    self.desk, "SECRET", "ไม่รับรหัสนี้ หรือที่อยู่ใน PUBLIC_URL ซึ่งต้องขึ้นต้นด้วย https", WEBHOOK_REFUSED_EN
                )
            except UpdatesConflictError:
                _report_setting_error(self.desk, "MODE", UPDATES_CONFLICT_TH, UPDATES_CONFLICT_EN)
                await self._run_reporting_errors(
                    self.client.delete_webhook()
                )  # somebody may have set a webhook meanwhile
            except Exception as trouble:  # Telegram is away; everything else goes on
                self.on_error(trouble)
            await asyncio.sleep(pause)
            pause = min(longest, pause * 2)


def _report_setting_error(desk: DeskName, setting: str, thai: str, english: str) -> None:
    """Say to the administrator what Telegram does not take, and that everything else goes on."""
    name = f"{ENV_PREFIX}{desk.upper()}__TELEGRAM_{setting}"
    sys.stderr.write(
        f"{name}: Telegram {thai} ส่วนอื่นทำงานต่อ และจะลองใหม่ / Telegram {english}; the rest goes on\n"
    )
    log_event(LogEvent.REFUSED, desk)


def _parse_update(raw: object) -> Update | None:
    try:
        return Update.model_validate(raw)
    except ValidationError:
        log_event(LogEvent.UNREADABLE)
        return None
