"""Our door as it serves, with five questions and without the pace that Telegram asks for: `python -m … PORT URL`."""

import socket
import sys
from datetime import UTC, datetime

import uvicorn

from benchmarks.telegram.script import router
from bot import bootstrap as app
from bot import log
from bot.delivery.worker import DeliveryWorker
from bot.platforms.telegram import setup as entrance
from bot.platforms.telegram.send_limiter import SendLimiter
from bot.serve import configured, settled
from handlers.dialog.events import Channel


def broken(trouble: BaseException) -> None:
    """A fault is seen."""
    log.fault(trouble)


async def serve(port: int) -> None:
    """Serve until killed. The settings come from the environment, as for `ita-bot run`."""
    async with app.opened(("complaints",), datetime.now(UTC)) as house:
        desk = house.desks["complaints"]
        desk.engine.router, desk.engine.fault = router(), broken
        courier = DeliveryWorker(desk.engine, desk.store, {}, broken)
        own, origin = house.settings.complaints, house.settings.telegram_api_url
        async with entrance.opened(desk, own, origin, courier, broken) as way:
            courier.carriers = {Channel.TELEGRAM: way.door}
            way.door.post.pace = SendLimiter(per_chat=0, overall=0)
            listening = socket.create_server(("127.0.0.1", port))
            settled()
            await uvicorn.Server(configured(house, way.routes)).serve([listening])


if __name__ == "__main__":
    import uvloop

    uvloop.run(serve(int(sys.argv[1])))
