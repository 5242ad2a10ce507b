"""Start the chat platforms: one adapter per desk and platform whose token is set, with a delivery worker per desk.

To add a platform: a folder like `telegram/` or `line/` and a branch in `_open_desk_platforms`.
"""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager

from starlette.routing import BaseRoute

from bot.bootstrap import App, RunningDesk
from bot.delivery.transport import Transport
from bot.delivery.worker import DeliveryWorker
from bot.guard import run_in_background
from bot.log import log_exception
from bot.settings import ENV_PREFIX, ConfigurationError
from handlers.dialog.events import Channel


@asynccontextmanager
async def open_platforms(app: App) -> AsyncIterator[list[BaseRoute]]:
    """Run the platforms that the settings name. Yields their webhook routes. Raises ConfigurationError."""
    _assert_tokens_differ(app)
    async with AsyncExitStack() as stack:
        routes: list[BaseRoute] = []
        for desk in app.desks.values():
            routes += await stack.enter_async_context(_open_desk_platforms(app, desk))
        yield routes


def _assert_tokens_differ(app: App) -> None:
    """Check that the desks share no bot or account: a question must not end up in the chat of a complaint."""
    desk_settings = [app.settings.desk(name) for name in app.desks]
    for setting, tokens in (
        ("TELEGRAM_TOKEN", [own.telegram_token for own in desk_settings]),
        ("LINE_TOKEN", [own.line_token for own in desk_settings]),
        (
            "LINE_SECRET",
            [own.line_secret for own in desk_settings],
        ),  # an account has several tokens, but one secret
    ):
        values = [token.get_secret_value() for token in tokens if token is not None]
        if len(set(values)) < len(values):
            raise ConfigurationError(
                f"{ENV_PREFIX}SERVICE__{setting}: เป็นบอตเดียวกับของโต๊ะ complaints แต่ละโต๊ะต้องมีบอตของตัวเอง"
                " / is the bot of the complaints desk; each desk needs its own."
            )


@asynccontextmanager
async def _open_desk_platforms(app: App, desk: RunningDesk) -> AsyncIterator[list[BaseRoute]]:
    desk_settings, transports = app.settings.desk(desk.name), dict[Channel, Transport]()
    delivery_worker = DeliveryWorker(desk.engine, desk.store, transports, log_exception)
    routes: list[BaseRoute] = []
    async with AsyncExitStack() as stack:
        if desk_settings.telegram_token is not None:
            # Imported here, since importing the SDKs takes long and a desk without a token needs none.
            from bot.platforms.telegram.setup import open_telegram

            origin = app.settings.telegram_api_url
            telegram = await stack.enter_async_context(
                open_telegram(desk, desk_settings, origin, delivery_worker, log_exception)
            )
            transports[Channel.TELEGRAM] = telegram.adapter
            routes += telegram.routes
        if desk_settings.line_token is not None:
            from bot.platforms.line.setup import open_line

            line = await stack.enter_async_context(
                open_line(desk, desk_settings, app.settings.line_api_url, delivery_worker, log_exception)
            )
            transports[Channel.LINE] = line.sender
            routes += line.routes
        stack.push_async_callback(delivery_worker.close)
        await stack.enter_async_context(run_in_background(delivery_worker.run()))
        yield routes
