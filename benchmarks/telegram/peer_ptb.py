"""python-telegram-bot's ConversationHandler, as its examples customwebhookbot and conversationbot show it.

`PORT URL SCRIPT asyncio|uvloop`: on asyncio's own loop, as they do, or on the one that we use.
"""

import asyncio
import json
import sys
from pathlib import Path
from typing import Any

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from telegram import InlineKeyboardButton, InlineKeyboardMarkup, Update
from telegram.ext import (
    Application,
    CallbackQueryHandler,
    CommandHandler,
    ConversationHandler,
    MessageHandler,
    filters,
)


def make_step_handler(steps: list[Any], place: int) -> Any:
    """The handler of one step."""
    input_kind, _, _, text, buttons = steps[place]
    rows = [[InlineKeyboardButton(label, callback_data=data)] for label, data in buttons]
    markup = InlineKeyboardMarkup(rows) if rows else None
    next_state = place + 1 if place + 1 < len(steps) else ConversationHandler.END

    async def answer(update: Update, context: Any) -> int:
        if input_kind == "tap":
            await update.callback_query.answer()
            await update.callback_query.edit_message_text(text, reply_markup=markup)
        else:
            context.user_data[place] = update.message.text
            await update.message.reply_text(text, reply_markup=markup)
        return next_state

    if input_kind == "tap":
        return CallbackQueryHandler(answer)
    return MessageHandler(filters.TEXT, answer)


async def serve(port: int, url: str, steps: list[Any]) -> None:
    """Serve until killed."""
    built = Application.builder().token("700000001:bench").base_url(f"{url}/bot").updater(None)
    application = built.build()
    states = {place: [make_step_handler(steps, place)] for place in range(1, len(steps))}
    entry = CommandHandler("report", make_step_handler(steps, 0).callback)
    application.add_handler(ConversationHandler([entry], states, fallbacks=[entry]))

    async def webhook(request: Request) -> Response:
        await application.update_queue.put(Update.de_json(await request.json(), application.bot))
        return Response()

    routes = [Route("/hook", webhook, methods=["POST"])]
    server = uvicorn.Server(
        uvicorn.Config(Starlette(routes=routes), port=port, log_config=None, access_log=False)
    )
    async with application:
        await application.start()
        await server.serve()
        await application.stop()


if __name__ == "__main__":
    work = serve(int(sys.argv[1]), sys.argv[2], json.loads(Path(sys.argv[3]).read_text("utf-8")))
    if sys.argv[4] == "uvloop":
        import uvloop

        uvloop.run(work)
    else:
        asyncio.run(work)
