"""The platforms' doors: each is opened for each desk that has its token."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager

from starlette.routing import BaseRoute

from bot import log
from bot.app import House


@asynccontextmanager
async def opened(house: House) -> AsyncIterator[list[BaseRoute]]:
    """Open what is set for each desk; gives the routes that the platforms call. Raises Misconfigured."""
    async with AsyncExitStack() as stack:
        routes: list[BaseRoute] = []
        for desk in house.desks.values():
            own = house.settings.desk(desk.name)
            if own.line_token is not None:
                from bot import line_desk  # its library costs 50 MB and a second, so only where it is used

                origin = house.settings.line_api_url
                door = await stack.enter_async_context(line_desk.opened(desk, own, origin, log.fault))
                routes += door.routes
        yield routes
