"""aiogram's finite-state machine in memory: `PORT URL SCRIPT background|response`.

`background` is as in its documentation, on asyncio's own loop; `response` answers in the webhook response, on the
loop that we use (uvloop).
"""

import json
import sys
from pathlib import Path
from typing import Any

import uvloop
from aiogram import Bot, Dispatcher, Router
from aiogram.client.session.aiohttp import AiohttpSession
from aiogram.client.telegram import TelegramAPIServer
from aiogram.filters import Command
from aiogram.fsm.context import FSMContext
from aiogram.fsm.state import State, StatesGroup
from aiogram.types import CallbackQuery, InlineKeyboardButton, InlineKeyboardMarkup, Message
from aiogram.webhook.aiohttp_server import SimpleRequestHandler, setup_application
from aiohttp import web


class Report(StatesGroup):
    """One state per update."""

    s1, s2, s3, s4, s5, s6, s7 = State(), State(), State(), State(), State(), State(), State()


STATES = (Report.s1, Report.s2, Report.s3, Report.s4, Report.s5, Report.s6, Report.s7)


def register_step(router: Router, steps: list[Any], place: int, *, in_response: bool) -> None:
    """Register the handler of one step."""
    input_kind, _, _, text, buttons = steps[place]
    rows = [[InlineKeyboardButton(text=label, callback_data=data)] for label, data in buttons]
    markup = InlineKeyboardMarkup(inline_keyboard=rows) if rows else None

    async def advance_state(state: FSMContext) -> None:
        if place + 1 < len(steps):
            await state.set_state(STATES[place])
        else:
            await state.clear()

    async def on_tap(query: CallbackQuery, state: FSMContext) -> Any:
        await query.answer()
        await advance_state(state)
        assert isinstance(query.message, Message)
        answer = query.message.edit_text(text, reply_markup=markup)
        return answer if in_response else await answer

    async def on_text(message: Message, state: FSMContext) -> Any:
        await state.update_data({str(place): message.text})
        await advance_state(state)
        answer = message.answer(text, reply_markup=markup)
        return answer if in_response else await answer

    if place == 0:
        router.message.register(on_text, Command("report"))
    elif input_kind == "tap":
        router.callback_query.register(on_tap, STATES[place - 1])
    else:
        router.message.register(on_text, STATES[place - 1])


def main(port: str, url: str, script: str, mode: str) -> None:
    """Serve until killed."""
    steps = json.loads(Path(script).read_text("utf-8"))
    router, dispatcher = Router(), Dispatcher()
    for place in range(len(steps)):
        register_step(router, steps, place, in_response=mode == "response")
    dispatcher.include_router(router)
    session = AiohttpSession(api=TelegramAPIServer.from_base(url))
    bot = Bot("700000001:bench", session=session)
    app = web.Application()
    handler = SimpleRequestHandler(
        dispatcher, bot, handle_in_background=mode != "response", secret_token="bench"
    )
    handler.register(app, path="/hook")
    setup_application(app, dispatcher, bot=bot)
    if mode == "response":
        uvloop.install()
    web.run_app(app, host="127.0.0.1", port=int(port), print=None, access_log=None)


if __name__ == "__main__":
    main(*sys.argv[1:])
