"""Opens LINE's door for a desk; the account is introduced beside, so that nothing waits for LINE."""

import asyncio
import sys
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass

from starlette.routing import BaseRoute, Route

from bot.bootstrap import RunningDesk
from bot.delivery.transport import TokenRefusedError
from bot.delivery.worker import DeliveryWorker
from bot.images.temporary_host import create_temporary_images
from bot.log import LogEvent, log_event
from bot.platforms.line.adapter import LineAdapter
from bot.platforms.line.client import LineClient
from bot.platforms.line.quota import PushQuota
from bot.platforms.line.rich_menu import RichMenus, RichMenuSelection
from bot.platforms.line.sender import LineSender
from bot.platforms.line.webhook import LineWebhook
from bot.settings import ENV_PREFIX, ConfigurationError, DeskName, DeskSettings
from handlers.dialog.events import Channel
from handlers.dialog.replies import Phrase
from handlers.i18n import WORDING, render_text
from handlers.thai import to_bangkok_date

LINE_FETCH_WAIT = 0.8
"""Seconds that a person's turn waits for a file: LINE waits for two in all."""

MIN_RETRY_DELAY, MAX_RETRY_DELAY = 2.0, 300.0
"""Seconds between tries to reach LINE, doubling from the one to the other."""

CHANNEL_REFUSED_TEXT = (
    "LINE ไม่รับ token นี้ ส่วนอื่นทำงานต่อ และจะลองใหม่ / LINE refuses this token; the rest goes on"
)
CHAT_MODE_ON_TEXT = (
    "บัญชีนี้เปิดแชตไว้ เจ้าหน้าที่หรือข้อความอัตโนมัติอาจตอบผู้แจ้งแทนระบบได้ ให้ปิด “แชต” ใน LINE Official Account Manager"
    " / Chat is on in this account, so others may read and answer what people write; turn it off there"
)
"""What the administrator is told on standard error, as of settings: each in both languages."""


@dataclass(frozen=True)
class LineSetup:
    """An open door and the routes that LINE calls."""

    adapter: LineAdapter
    sender: LineSender
    delivery_worker: DeliveryWorker
    routes: Sequence[BaseRoute]


@asynccontextmanager
async def open_line(
    desk: RunningDesk, own: DeskSettings, origin: str, fault: Callable[[BaseException], None]
) -> AsyncIterator[LineSetup]:
    """Open the door of a desk that has a token. Raises Misconfigured where there is no secret to it."""
    name = f"{ENV_PREFIX}{desk.name.upper()}__LINE_SECRET"
    if own.line_token is None or own.line_secret is None:
        raise ConfigurationError(
            f"{name}: ต้องใส่ channel secret คู่กับ LINE_TOKEN / is needed beside LINE_TOKEN: the channel secret."
        )
    line = LineClient(own.line_token.get_secret_value(), origin)
    menus = RichMenus(line, desk.name)
    shown = RichMenuSelection(menus, desk.store, fault)
    post = LineSender(line, desk.store, _create_quota(desk, line, fault), fault, shown.set_news_flag)
    courier = DeliveryWorker(desk.engine, desk.store, {Channel.LINE: post}, fault, fetch_wait=LINE_FETCH_WAIT)
    shows = create_temporary_images(own.public_url, desk.name, desk.engine.now)
    talk = LineAdapter(
        desk.engine, desk.store, courier, line, post, fault, images=shows, on_answered=shown.on_answered
    )
    hook = LineWebhook(talk, own.line_secret.get_secret_value(), fault)
    beside = [
        asyncio.create_task(one) for one in (initialize_account(desk.name, talk, menus, fault), courier.run())
    ]
    try:
        routes = [
            Route(f"/line/{desk.name}", hook, methods=["POST"]),
            *([shows.build_route()] if shows else []),
        ]
        yield LineSetup(talk, post, courier, routes)
    finally:
        for task in beside:
            task.cancel()
        await asyncio.gather(*beside, return_exceptions=True)
        await talk.close()
        await courier.close()
        await line.close()


def _create_quota(desk: RunningDesk, line: LineClient, fault: Callable[[BaseException], None]) -> PushQuota:
    """The ledger of a desk's account, which tells the desk's staff."""

    async def notify_staff(key: str, percent: int, used: int) -> None:
        words = {lang: render_text(Phrase(key, {"percent": percent, "used": used}), lang) for lang in WORDING}
        try:
            await desk.store.staff_admin.broadcast(words, desk.engine.now())
        except Exception as trouble:  # the message that was pushed went all the same
            fault(trouble)

    async def mark_done_once(what: str, month: str) -> bool:
        try:
            return await desk.store.retention.mark_done(what, month)
        except Exception as trouble:  # it is told rather twice than never
            fault(trouble)
            return True

    def get_month() -> str:
        return f"{to_bangkok_date(desk.engine.now()):%Y-%m}"

    return PushQuota(
        line, desk.name, notify_staff=notify_staff, mark_once=mark_done_once, get_month=get_month
    )


async def initialize_account(
    desk: DeskName, talk: LineAdapter, menus: RichMenus, fault: Callable[[BaseException], None]
) -> None:
    """Learn who we are and what waits, and hang out the menus, as soon as LINE listens.

    A token that it refuses is named each time, an account in which others answer too once.
    """
    pause, told = MIN_RETRY_DELAY, False
    while True:
        try:
            await talk.sender.load_undeliverable()
            talk.bot_user_id, alone = await talk.client.get_bot_info()
            if not (alone or told):
                _report_account_problem(desk, CHAT_MODE_ON_TEXT, LogEvent.LINE_CHAT_ON)
                told = True
            await talk.sender.quota.refresh()
            await menus.set_up()
        except TokenRefusedError:
            _report_account_problem(desk, CHANNEL_REFUSED_TEXT, LogEvent.REFUSED)
        except Exception as trouble:  # LINE is away; everything else goes on
            fault(trouble)
        else:
            return
        await asyncio.sleep(pause)
        pause = min(MAX_RETRY_DELAY, pause * 2)


def _report_account_problem(desk: DeskName, words: str, happened: LogEvent) -> None:
    """Tell the administrator what is wrong with the account of a token."""
    sys.stderr.write(f"{ENV_PREFIX}{desk.upper()}__LINE_TOKEN: {words}\n")
    log_event(happened, desk)
