"""Set up LINE for a desk. The account is initialized by a background task, so that the start does not wait for LINE."""

import asyncio
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass

from starlette.routing import Route

from bot.background import run_in_background
from bot.bootstrap import RunningDesk
from bot.delivery.transport import TokenRefusedError
from bot.desk_names import DeskName
from bot.errors import ConfigurationError
from bot.guard import run_guarded, try_work
from bot.images.temporary_host import create_temporary_images
from bot.log import LogEvent, log_event
from bot.platforms.line.adapter import LineAdapter
from bot.platforms.line.client import LineClient
from bot.platforms.line.officer_menus import LineOfficerMenus
from bot.platforms.line.quota import PushQuota
from bot.platforms.line.rich_menu import RichMenus, RichMenuSelection
from bot.platforms.line.sender import LineSender
from bot.platforms.line.webhook import LineWebhook
from bot.platforms.platform import AccountState, OpenPlatform, PlatformContext
from bot.settings import ENV_PREFIX, DeskSettings
from handlers.dialog.replies import Phrase
from handlers.i18n import WORDING, render_text
from ita_stats.calendar import to_bangkok_date

MIN_RETRY_DELAY, MAX_RETRY_DELAY = 2.0, 300.0
"""Seconds between attempts to reach LINE, doubling from the first value to the second."""

CHANNEL_REFUSED_TEXT = (
    "LINE ไม่รับ token นี้ ส่วนอื่นทำงานต่อ และจะลองใหม่ / LINE refuses this token; the rest goes on"
)
CHAT_MODE_ON_TEXT = (
    "บัญชีนี้เปิดแชตไว้ เจ้าหน้าที่หรือข้อความอัตโนมัติอาจตอบผู้แจ้งแทนระบบได้ ให้ปิด “แชต” ใน LINE Official Account Manager"
    " / Chat is on in this account, so others may read and answer what people write; turn it off there"
)
"""Messages to the administrator on standard error, in both languages."""


@dataclass(frozen=True, kw_only=True)
class LineSetup(OpenPlatform):
    """LINE of one desk."""

    adapter: LineAdapter
    sender: LineSender
    officer_menus: LineOfficerMenus


@asynccontextmanager
async def open_line(context: PlatformContext) -> AsyncIterator[LineSetup]:
    """Run the LINE adapter of a desk that has a token. Raises ConfigurationError if the channel secret is missing."""
    desk, desk_settings, on_error = context.desk, context.desk_settings, context.on_error
    name = f"{ENV_PREFIX}{desk.name.upper()}__LINE_SECRET"
    if desk_settings.line_token is None or desk_settings.line_secret is None:
        raise ConfigurationError(
            f"{name}: ต้องใส่ channel secret คู่กับ LINE_TOKEN / is needed beside LINE_TOKEN: the channel secret."
        )
    client = LineClient(desk_settings.line_token.get_secret_value(), context.settings.line_api_url)
    menus = RichMenus(client, desk.name)
    menu_selection = RichMenuSelection(menus, desk.store, on_error)
    sender = LineSender(
        client,
        desk.store,
        desk.engine.lock_person,
        _create_quota(desk, client, on_error),
        on_error,
        menu_selection.set_news_flag,
    )
    officer_menus = LineOfficerMenus(desk.store, menus, sender.decrypt_address, on_error)
    images = create_temporary_images(desk_settings.public_url, desk.name, desk.engine.now)
    adapter = LineAdapter(
        desk.engine,
        desk.store,
        context.delivery_worker,
        client,
        sender,
        on_error,
        images=images,
        on_answered=menu_selection.on_answered,
    )
    webhook = LineWebhook(adapter, desk_settings.line_secret.get_secret_value(), on_error)
    routes = [
        Route(f"/line/{desk.name}", webhook, methods=["POST"]),
        *([images.build_route()] if images else []),
    ]
    try:
        initializing = run_guarded(initialize_account(desk.name, adapter, menus, on_error), on_error)
        async with (
            run_in_background(initializing),
            run_in_background(run_guarded(officer_menus.run(), on_error)),
        ):
            yield LineSetup(
                transport=sender, routes=routes, adapter=adapter, sender=sender, officer_menus=officer_menus
            )
    finally:
        await adapter.close()
        await client.close()


@asynccontextmanager
async def open_client(desk_settings: DeskSettings, origin: str) -> AsyncIterator[LineClient]:
    """Open the client of a desk's account. origin: of the LINE APIs."""
    token = desk_settings.line_token.get_secret_value() if desk_settings.line_token else ""
    client = LineClient(token, origin)
    try:
        yield client
    finally:
        await client.close()


async def examine_account(client: LineClient) -> AccountState:
    """Ask LINE for name, mode, quota and webhook, and have it call the webhook. Raises TransportError."""
    _, answers_alone = await client.get_bot_info()
    limit, used = await client.get_quota()
    webhook = await client.get_webhook()
    return AccountState(
        name=await client.get_account_name(),
        webhook=webhook,
        failure=await client.test_webhook() if webhook else "",
        quota=None if limit is None else (limit, used),
        answers_alone=answers_alone,
    )


async def register_account(client: LineClient, desk: DeskName, webhook: str) -> None:
    """Set webhook and menus of a desk's account. webhook: empty for none. Raises TransportError."""
    if webhook:
        await client.set_webhook(webhook)
    await RichMenus(client, desk).set_up()


def _create_quota(
    desk: RunningDesk, client: LineClient, on_error: Callable[[BaseException], None]
) -> PushQuota:
    """Create the quota of a desk's account; its warnings go to the desk's staff and are recorded in the database."""

    async def notify_staff(key: str, percent: int, used: int) -> None:
        texts = {lang: render_text(Phrase(key, {"percent": percent, "used": used}), lang) for lang in WORDING}
        # An error does not matter to the message that was pushed.
        await run_guarded(desk.store.staff_admin.broadcast(texts, desk.engine.now()), on_error)

    async def mark_done_once(what: str, month: str) -> bool:
        outcome = await run_guarded(desk.store.retention.mark_done(what, month), on_error)
        return outcome.value is not False  # after an error the staff is rather told twice than never

    def get_month() -> str:
        return f"{to_bangkok_date(desk.engine.now()):%Y-%m}"

    return PushQuota(
        client, desk.name, notify_staff=notify_staff, mark_once=mark_done_once, get_month=get_month
    )


async def initialize_account(
    desk: DeskName, adapter: LineAdapter, menus: RichMenus, on_error: Callable[[BaseException], None]
) -> None:
    """Load the account's user id, quota, undeliverable messages and rich menus, retrying until LINE is reachable.

    A refused token is reported at every attempt; an account in which people may answer too (chat mode), once.
    """
    pause, chat_mode_reported = MIN_RETRY_DELAY, False

    async def initialize() -> None:
        nonlocal chat_mode_reported
        await adapter.sender.load_undeliverable()
        adapter.bot_user_id, bot_only = await adapter.client.get_bot_info()
        if not (bot_only or chat_mode_reported):
            _report_account_problem(desk, CHAT_MODE_ON_TEXT, LogEvent.LINE_CHAT_ON)
            chat_mode_reported = True
        await adapter.sender.quota.refresh()
        await menus.set_up()

    while True:
        match (await try_work(initialize())).error:
            case None:
                return
            case TokenRefusedError():
                _report_account_problem(desk, CHANNEL_REFUSED_TEXT, LogEvent.REFUSED)
            case error:  # LINE is unreachable; everything else goes on
                on_error(error)
        await asyncio.sleep(pause)
        pause = min(MAX_RETRY_DELAY, pause * 2)


def _report_account_problem(desk: DeskName, words: str, happened: LogEvent) -> None:
    """Tell the administrator on standard error, and in the log, what is wrong with the account."""
    sys.stderr.write(f"{ENV_PREFIX}{desk.upper()}__LINE_TOKEN: {words}\n")
    log_event(happened, desk)
