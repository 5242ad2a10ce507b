"""Set up Telegram for a desk: register webhook and commands, or poll for updates.

Nothing here delays the start: Telegram is contacted by background tasks, which retry until it answers.
"""

import asyncio
import hashlib
import hmac
import sys
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import partial
from itertools import takewhile
from typing import Any

from pydantic import ValidationError
from starlette.routing import Route

from bot.background import run_in_background
from bot.delivery.transport import RejectedError, RetryLaterError, TokenRefusedError, UpdatesConflictError
from bot.desk_names import DeskName
from bot.engine import build_error_answer
from bot.guard import run_guarded, try_work
from bot.log import LogEvent, log_event
from bot.platforms.platform import OpenPlatform, PlatformContext
from bot.platforms.telegram.adapter import TelegramAdapter
from bot.platforms.telegram.client import TelegramClient
from bot.platforms.telegram.commands import TelegramCommandMenus, set_citizen_commands
from bot.platforms.telegram.models import Update
from bot.platforms.telegram.render import OutgoingMessage
from bot.platforms.telegram.sender import SendLimiter, TelegramSender
from bot.platforms.telegram.webhook import TelegramWebhook
from bot.settings import ENV_PREFIX, DeskSettings
from handlers.dialog.replies import NEUTRAL

EVICTION_INTERVAL = 10.0
"""Seconds between two evictions of what is remembered for a while."""

WEBHOOK_REFUSED_EN = "refuses this secret, or the address in PUBLIC_URL, which must begin with https"

UPDATES_CONFLICT_EN = "says that another program asks for this bot's updates, or that they go to a webhook"
UPDATES_CONFLICT_TH = "บอกว่ามีโปรแกรมอื่นรับข้อความของบอตนี้อยู่ หรือมีผู้ตั้ง webhook ไว้ ให้ปิดโปรแกรมนั้น"

MIN_RETRY_DELAY, MAX_RETRY_DELAY = 2.0, 300.0
"""Seconds between attempts to reach Telegram, doubling from the first value to the second."""

MAX_POLL_RETRY_DELAY = 30.0
"""Longest pause in seconds between attempts to poll: no message is received meanwhile."""

PENDING_UPDATES_WAIT = 0.5
"""Seconds that updates may take before more are requested, while theirs are still unconfirmed."""


@dataclass(frozen=True, kw_only=True)
class TelegramSetup(OpenPlatform):
    """Telegram of one desk. With polling it has no routes."""

    adapter: TelegramAdapter
    command_menus: TelegramCommandMenus


@asynccontextmanager
async def open_telegram(context: PlatformContext) -> AsyncIterator[TelegramSetup]:
    """Run the Telegram adapter of a desk that has a token. Does not wait for Telegram to be reachable."""
    desk, desk_settings, on_error = context.desk, context.desk_settings, context.on_error
    client = create_client(desk_settings, context.settings.telegram_api_url)
    await client.open()
    polling = desk_settings.telegram_mode == "polling"
    adapter = TelegramAdapter(
        desk.engine,
        desk.store,
        TelegramSender(client, SendLimiter()),
        context.delivery_worker,
        on_error,
        reply_in_webhook=not polling,
    )
    command_menus = TelegramCommandMenus(
        desk.name, desk.store, client, adapter.inbound.decrypt_address, on_error
    )
    background = TelegramBackgroundTasks(desk.name, desk_settings, client, adapter, command_menus, on_error)
    webhook = Route(
        f"/telegram/{desk.name}",
        TelegramWebhook(adapter, get_webhook_secret(desk_settings), on_error),
        methods=["POST"],
    )
    setup = TelegramSetup(
        transport=adapter, routes=[] if polling else [webhook], adapter=adapter, command_menus=command_menus
    )
    try:
        async with (
            run_in_background(run_guarded(background.register_and_poll(), on_error)),
            run_in_background(run_guarded(background.evict_caches_forever(), on_error)),
            run_in_background(run_guarded(command_menus.run(), on_error)),
        ):
            yield setup
    finally:
        await adapter.close()
        await client.close()


def get_webhook_secret(desk_settings: DeskSettings) -> str:
    """Return the secret that Telegram sends with each update: the setting, else one derived from the token."""
    if desk_settings.telegram_secret is not None and desk_settings.telegram_secret.get_secret_value():
        return desk_settings.telegram_secret.get_secret_value()
    token = desk_settings.telegram_token.get_secret_value() if desk_settings.telegram_token else ""
    return hmac.new(token.encode(), b"ita-bot telegram webhook", hashlib.sha256).hexdigest()


@asynccontextmanager
async def open_client(desk_settings: DeskSettings, origin: str) -> AsyncIterator[TelegramClient]:
    """Open the client of a desk's bot. origin: of the Bot API."""
    client = create_client(desk_settings, origin)
    await client.open()
    try:
        yield client
    finally:
        await client.close()


def create_client(desk_settings: DeskSettings, origin: str) -> TelegramClient:
    """Create the client of a desk's bot, which is not open yet."""
    token = desk_settings.telegram_token.get_secret_value() if desk_settings.telegram_token else ""
    return TelegramClient(token, origin)


async def register_bot(client: TelegramClient, desk: DeskName, desk_settings: DeskSettings) -> None:
    """Set commands and webhook of a desk's bot, or take the webhook away for polling. Raises TransportError."""
    await client.check_token()
    await set_citizen_commands(client, desk)
    if desk_settings.telegram_mode == "polling":
        await client.delete_webhook()
    elif desk_settings.public_url:
        address = f"{desk_settings.public_url.rstrip('/')}/telegram/{desk}"
        await client.set_webhook(address, get_webhook_secret(desk_settings))


@dataclass
class TelegramBackgroundTasks:
    """The tasks that run beside the adapter of a desk."""

    desk: DeskName
    desk_settings: DeskSettings
    client: TelegramClient
    adapter: TelegramAdapter
    command_menus: TelegramCommandMenus
    on_error: Callable[[BaseException], None]

    async def register_and_poll(self) -> None:
        """Register commands and webhook as soon as Telegram is reachable; then poll, in polling mode."""
        register = partial(register_bot, self.client, self.desk, self.desk_settings)
        await self._retry_until_done(register)
        if self.desk_settings.telegram_mode == "polling":
            await self.poll_updates()

    async def evict_caches_forever(self) -> None:
        """Every `EVICTION_INTERVAL`, evict what is remembered for a while."""
        while True:
            await asyncio.sleep(EVICTION_INTERVAL)
            self.adapter.evict_caches()
            self.adapter.store.chat_messages.evict_expired(self.adapter.engine.now())

    async def poll_updates(self) -> None:
        """Poll for updates, forever. An update is confirmed when it and all before it were handled.

        Updates of one chat are handled in order: the person's lock is taken in the order of the tasks here.
        """
        after: int | None = None
        under_way: dict[int, asyncio.Task[None]] = {}
        try:
            while True:
                updates: list[Any] = await self._retry_until_done(
                    partial(self.client.get_updates, after), MAX_POLL_RETRY_DELAY
                )
                for raw in updates:
                    number = raw.get("update_id") if isinstance(raw, dict) else None
                    if isinstance(number, int) and number not in under_way:
                        under_way[number] = asyncio.create_task(self._handle_raw_update(raw))
                if under_way:
                    await asyncio.wait(under_way.values(), timeout=PENDING_UPDATES_WAIT)
                elif updates:  # none has an id that could be confirmed: they would come again at once
                    await asyncio.sleep(MIN_RETRY_DELAY)
                for number in [*takewhile(lambda update_id: under_way[update_id].done(), under_way)]:
                    del under_way[number]
                    after = number
        finally:
            for task in under_way.values():
                task.cancel()
            await asyncio.gather(*under_way.values(), return_exceptions=True)

    async def _handle_raw_update(self, raw: object) -> None:
        if (update := _parse_update(raw)) is None:
            return
        outcome = await run_guarded(self.adapter.handle_update(update), self.on_error)
        if outcome.error is not None:
            await self._send_error_answer(update)

    async def _send_error_answer(self, update: Update) -> None:
        """Say that a message could not be handled; not retried."""
        if update.message is None:
            return
        text = build_error_answer("sorry.fault", "th").messages[0].text
        sending = self.adapter.sender.send(update.message.chat.id, OutgoingMessage(text, NEUTRAL))
        await run_guarded(sending, self.on_error)

    async def _retry_until_done(
        self, work: Callable[[], Coroutine[Any, Any, Any]], longest: float = MAX_RETRY_DELAY
    ) -> Any:  # noqa: ANN401 - as the work
        pause = MIN_RETRY_DELAY
        while True:
            outcome = await try_work(work())
            if outcome.error is None:
                return outcome.value
            await self._handle_failure(outcome.error)
            await asyncio.sleep(pause)
            pause = min(longest, pause * 2)

    async def _handle_failure(self, error: Exception) -> None:
        """Tell the administrator of a setting that Telegram refuses, wait if asked to, and report other errors."""
        match error:
            case RetryLaterError():
                await asyncio.sleep(error.retry_after)
            case TokenRefusedError():
                _report_setting_error(self.desk, "TOKEN", "ไม่รับโทเคนนี้", "refuses this token")
            case RejectedError():
                _report_setting_error(
                    self.desk, "SECRET", "ไม่รับรหัสนี้ หรือที่อยู่ใน PUBLIC_URL ซึ่งต้องขึ้นต้นด้วย https", WEBHOOK_REFUSED_EN
                )
            case UpdatesConflictError():
                _report_setting_error(self.desk, "MODE", UPDATES_CONFLICT_TH, UPDATES_CONFLICT_EN)
                # Somebody may have set a webhook meanwhile.
                await run_guarded(self.client.delete_webhook(), self.on_error)
            case _:  # Telegram is unreachable; keep trying
                self.on_error(error)


def _report_setting_error(desk: DeskName, setting: str, thai: str, english: str) -> None:
    """Tell the administrator on standard error which setting Telegram refuses."""
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
