"""Opens LINE's door for a desk; the account is introduced beside, so that nothing waits for LINE."""

import asyncio
import sys
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass

from starlette.routing import BaseRoute, Route

from bot.bootstrap import Desk
from bot.delivery.worker import Courier
from bot.images.temporary_host import gallery
from bot.log import Happened, log
from bot.platforms.line.adapter import Talk
from bot.platforms.line.client import Line, Refused
from bot.platforms.line.menu_selection import Shown
from bot.platforms.line.quota import Ledger
from bot.platforms.line.rich_menu import Menus
from bot.platforms.line.sender import Post
from bot.platforms.line.webhook import Webhook
from bot.settings import PREFIX, DeskName, DeskSettings, Misconfigured
from handlers import i18n as wording
from handlers import thai
from handlers.dialog.events import Channel, Say

PATIENCE = 0.8
"""Seconds that a person's turn waits for a file: LINE waits for two in all."""

SHORTEST, LONGEST = 2.0, 300.0
"""Seconds between tries to reach LINE, doubling from the one to the other."""

REFUSED = "LINE ไม่รับ token นี้ ส่วนอื่นทำงานต่อ และจะลองใหม่ / LINE refuses this token; the rest goes on"
CHATS = (
    "บัญชีนี้เปิดแชตไว้ เจ้าหน้าที่หรือข้อความอัตโนมัติอาจตอบผู้แจ้งแทนระบบได้ ให้ปิด “แชต” ใน LINE Official Account Manager"
    " / Chat is on in this account, so others may read and answer what people write; turn it off there"
)
"""What the administrator is told on standard error, as of settings: each in both languages."""


@dataclass(frozen=True)
class Door:
    """An open door and the routes that LINE calls."""

    talk: Talk
    post: Post
    courier: Courier
    routes: Sequence[BaseRoute]


@asynccontextmanager
async def opened(
    desk: Desk, own: DeskSettings, origin: str, fault: Callable[[BaseException], None]
) -> AsyncIterator[Door]:
    """Open the door of a desk that has a token. Raises Misconfigured where there is no secret to it."""
    name = f"{PREFIX}{desk.name.upper()}__LINE_SECRET"
    if own.line_token is None or own.line_secret is None:
        raise Misconfigured(
            f"{name}: ต้องใส่ channel secret คู่กับ LINE_TOKEN / is needed beside LINE_TOKEN: the channel secret."
        )
    line = Line(own.line_token.get_secret_value(), origin)
    menus = Menus(line, desk.name)
    shown = Shown(menus, desk.store, fault)
    post = Post(line, desk.store, _ledger(desk, line, fault), fault, shown.flag)
    courier = Courier(desk.engine, desk.store, {Channel.LINE: post}, fault, patience=PATIENCE)
    shows = gallery(own.public_url, desk.name, desk.engine.now)
    talk = Talk(desk.engine, desk.store, courier, line, post, fault, gallery=shows, speaks=shown.speaks)
    hook = Webhook(talk, own.line_secret.get_secret_value(), fault)
    beside = [asyncio.create_task(one) for one in (introduced(desk.name, talk, menus, fault), courier.run())]
    try:
        routes = [Route(f"/line/{desk.name}", hook, methods=["POST"]), *([shows.route()] if shows else [])]
        yield Door(talk, post, courier, routes)
    finally:
        for task in beside:
            task.cancel()
        await asyncio.gather(*beside, return_exceptions=True)
        await talk.close()
        await courier.close()
        await line.close()


def _ledger(desk: Desk, line: Line, fault: Callable[[BaseException], None]) -> Ledger:
    """The ledger of a desk's account, which tells the desk's staff."""

    async def tell(key: str, percent: int, used: int) -> None:
        words = {
            lang: wording.text(Say(key, {"percent": percent, "used": used}), lang) for lang in wording.WORDS
        }
        try:
            await desk.store.personnel.tell(words, desk.engine.now())
        except Exception as trouble:  # the message that was pushed went all the same
            fault(trouble)

    async def once(what: str, month: str) -> bool:
        try:
            return await desk.store.retention.once(what, month)
        except Exception as trouble:  # it is told rather twice than never
            fault(trouble)
            return True

    def month() -> str:
        return f"{thai.day(desk.engine.now()):%Y-%m}"

    return Ledger(line, desk.name, tell=tell, once=once, month=month)


async def introduced(
    desk: DeskName, talk: Talk, menus: Menus, fault: Callable[[BaseException], None]
) -> None:
    """Learn who we are and what waits, and hang out the menus, as soon as LINE listens.

    A token that it refuses is named each time, an account in which others answer too once.
    """
    pause, told = SHORTEST, False
    while True:
        try:
            await talk.post.remember()
            talk.me, alone = await talk.line.bot()
            if not (alone or told):
                _name(desk, CHATS, Happened.CHATS)
                told = True
            await talk.post.ledger.refresh()
            await menus.set_up()
        except Refused:
            _name(desk, REFUSED, Happened.REFUSED)
        except Exception as trouble:  # LINE is away; everything else goes on
            fault(trouble)
        else:
            return
        await asyncio.sleep(pause)
        pause = min(LONGEST, pause * 2)


def _name(desk: DeskName, words: str, happened: Happened) -> None:
    """Tell the administrator what is wrong with the account of a token."""
    sys.stderr.write(f"{PREFIX}{desk.upper()}__LINE_TOKEN: {words}\n")
    log(happened, desk)
