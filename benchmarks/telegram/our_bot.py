"""Our door as it serves, with five questions and without the pace that Telegram asks for: `python -m … PORT URL`."""

import socket
import sys
from datetime import UTC, datetime

import uvicorn

from benchmarks.telegram.script import make_router
from bot.bootstrap import open_app
from bot.delivery.worker import DeliveryWorker
from bot.log import log_exception
from bot.platforms.telegram.sender import SendLimiter
from bot.platforms.telegram.setup import open_telegram
from bot.serve import build_server_config, tune_gc
from handlers.dialog.events import Channel


def log_error(trouble: BaseException) -> None:
    """A fault is seen."""
    log_exception(trouble)


async def serve(port: int) -> None:
    """Serve until killed. The settings come from the environment, as for `ita-bot run`."""
    async with open_app(("complaints",), datetime.now(UTC)) as house:
        desk = house.desks["complaints"]
        desk.engine.router, desk.engine.on_error = make_router(), log_error
        courier = DeliveryWorker(desk.engine, desk.store, {}, log_error)
        own, origin = house.settings.complaints, house.settings.telegram_api_url
        async with open_telegram(desk, own, origin, courier, log_error) as way:
            courier.transports = {Channel.TELEGRAM: way.adapter}
            way.adapter.sender.limiter = SendLimiter(chat_interval=0, overall_interval=0)
            listening = socket.create_server(("127.0.0.1", port))
            tune_gc()
            await uvicorn.Server(build_server_config(house, way.routes)).serve([listening])


if __name__ == "__main__":
    import uvloop

    uvloop.run(serve(int(sys.argv[1])))
