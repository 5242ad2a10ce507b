"""The platforms' doors: each is opened for each desk that has its token, with a courier beside them."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager, suppress

from starlette.routing import BaseRoute

from bot.bootstrap import App, RunningDesk
from bot.delivery.transport import Transport
from bot.delivery.worker import DeliveryWorker
from bot.log import log_exception
from bot.settings import ENV_PREFIX, ConfigurationError
from handlers.dialog.events import Channel


@asynccontextmanager
async def open_platforms(house: App) -> AsyncIterator[list[BaseRoute]]:
    """Open what is set for each desk; gives the routes that the platforms call. Raises Misconfigured."""
    _assert_tokens_differ(house)
    async with AsyncExitStack() as stack:
        routes: list[BaseRoute] = []
        for desk in house.desks.values():
            routes += await stack.enter_async_context(_open_desk_platforms(house, desk))
        yield routes


def _assert_tokens_differ(house: App) -> None:
    """Two desks never share a bot or an account: who asks a question must not be in the chat of who reports."""
    owns = [house.settings.desk(name) for name in house.desks]
    for setting, tokens in (
        ("TELEGRAM_TOKEN", [own.telegram_token for own in owns]),
        ("LINE_TOKEN", [own.line_token for own in owns]),
        ("LINE_SECRET", [own.line_secret for own in owns]),  # an account has several tokens, but one secret
    ):
        told = [token.get_secret_value() for token in tokens if token is not None]
        if len(set(told)) < len(told):
            raise ConfigurationError(
                f"{ENV_PREFIX}SERVICE__{setting}: เป็นบอตเดียวกับของโต๊ะ complaints แต่ละโต๊ะต้องมีบอตของตัวเอง"
                " / is the bot of the complaints desk; each desk needs its own."
            )


@asynccontextmanager
async def _open_desk_platforms(house: App, desk: RunningDesk) -> AsyncIterator[list[BaseRoute]]:
    own, carriers = house.settings.desk(desk.name), dict[Channel, Transport]()
    courier = DeliveryWorker(desk.engine, desk.store, carriers, log_exception)
    routes: list[BaseRoute] = []
    async with AsyncExitStack() as stack:
        if own.telegram_token is not None:
            from bot.platforms.telegram.setup import open_telegram

            origin = house.settings.telegram_api_url
            door = await stack.enter_async_context(open_telegram(desk, own, origin, courier, log_exception))
            carriers[Channel.TELEGRAM] = door.adapter
            routes += door.routes
        if own.line_token is not None:
            from bot.platforms.line.setup import open_line  # the same

            line = await stack.enter_async_context(
                open_line(desk, own, house.settings.line_api_url, log_exception)
            )
            routes += line.routes
        rounds = asyncio.create_task(courier.run()) if carriers else None
        try:
            yield routes
        finally:
            if rounds is not None:
                rounds.cancel()
                with suppress(asyncio.CancelledError):
                    await rounds
            await courier.close()
