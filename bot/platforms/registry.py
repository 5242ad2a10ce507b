"""The chat platforms, a line each, and what opens those that a desk has an account of."""

from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import AsyncExitStack, asynccontextmanager

from starlette.routing import BaseRoute

from bot.background import run_in_background
from bot.bootstrap import App, RunningDesk
from bot.delivery.worker import DeliveryWorker
from bot.errors import ConfigurationError
from bot.log import log_exception
from bot.platforms.line.platform import LinePlatform
from bot.platforms.platform import AccountPlatform, Platform, PlatformContext
from bot.platforms.telegram.platform import TelegramPlatform
from bot.settings import ENV_PREFIX, Settings

PLATFORMS: tuple[AccountPlatform, ...] = (
    TelegramPlatform(),
    LinePlatform(),
)
"""All that a server can open. The terminal is opened by `ita-bot chat`."""


@asynccontextmanager
async def open_platforms(app: App) -> AsyncIterator[list[BaseRoute]]:
    """Run the platforms that the settings name. Yields their webhook routes. Raises ConfigurationError."""
    _assert_accounts_differ(app)
    async with AsyncExitStack() as stack:
        routes: list[BaseRoute] = []
        for desk in app.desks.values():
            opening = open_desk_platforms(desk, app.settings, PLATFORMS, log_exception)
            routes += await stack.enter_async_context(opening)
        yield routes


@asynccontextmanager
async def open_desk_platforms(
    desk: RunningDesk,
    settings: Settings,
    platforms: Iterable[Platform],
    on_error: Callable[[BaseException], None],
) -> AsyncIterator[list[BaseRoute]]:
    """Run those platforms of which a desk has an account, with one delivery worker. Yields their webhook routes."""
    delivery_worker, routes = DeliveryWorker(desk.engine, desk.store, {}, on_error), list[BaseRoute]()
    context = PlatformContext(desk, settings, delivery_worker, on_error)
    async with AsyncExitStack() as stack:
        for platform in platforms:
            token, *_ = platform.get_secrets(context.desk_settings)
            if token.value is not None:
                opened = await stack.enter_async_context(platform.open(context))
                delivery_worker.transports[platform.channel] = opened.transport
                routes += opened.routes
        stack.push_async_callback(delivery_worker.close)
        await stack.enter_async_context(run_in_background(delivery_worker.run()))
        yield routes


def _assert_accounts_differ(app: App) -> None:
    """Check that the desks share no bot or account: a question must not end up in the chat of a complaint."""
    secrets = (
        secret
        for name in app.desks
        for platform in PLATFORMS
        for secret in platform.get_secrets(app.settings.desk(name))
        if secret.names_account and secret.value is not None
    )
    for secret, count in Counter(secrets).items():
        if count > 1:
            raise ConfigurationError(
                f"{ENV_PREFIX}SERVICE__{secret.setting}: เป็นบอตเดียวกับของโต๊ะ complaints แต่ละโต๊ะต้องมีบอตของตัวเอง"
                " / is the bot of the complaints desk; each desk needs its own."
            )
