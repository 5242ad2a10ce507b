"""Our Telegram adapter as it serves, with five questions and without Telegram's rate limits: `python -m … PORT URL`."""

import socket
import sys
from datetime import UTC, datetime

import uvicorn

from benchmarks.telegram.script import make_router
from bot.bootstrap import open_app
from bot.delivery.worker import DeliveryWorker
from bot.log import log_exception
from bot.platforms.platform import PlatformContext
from bot.platforms.telegram.sender import SendLimiter
from bot.platforms.telegram.setup import open_telegram
from bot.serve import build_server_config, tune_gc
from handlers.dialog.events import Channel


def log_error(error: BaseException) -> None:
    """Log the error, so that a failing benchmark is noticed."""
    log_exception(error)


async def serve(port: int) -> None:
    """Serve until killed. The settings come from the environment, as for `ita-bot run`."""
    async with open_app(("complaints",), datetime.now(UTC)) as app:
        desk = app.desks["complaints"]
        desk.engine.router, desk.engine.on_error = make_router(), log_error
        delivery = DeliveryWorker(desk.engine, desk.store, {}, log_error)
        context = PlatformContext(desk, app.settings, delivery, log_error)
        async with open_telegram(context) as telegram:
            delivery.transports = {Channel.TELEGRAM: telegram.adapter}
            telegram.adapter.sender.limiter = SendLimiter(chat_interval=0, overall_interval=0)
            listening = socket.create_server(("127.0.0.1", port))
            tune_gc()
            await uvicorn.Server(build_server_config(app, telegram.routes)).serve([listening])


if __name__ == "__main__":
    import uvloop

    uvloop.run(serve(int(sys.argv[1])))
