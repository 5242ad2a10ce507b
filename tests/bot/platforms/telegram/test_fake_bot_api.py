"""The fake Bot API refuses what Telegram refuses and accepts what it accepts, used by the real library."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
import telegram
from telegram import Bot, InlineKeyboardButton, InlineKeyboardMarkup
from telegram.error import BadRequest, Conflict, Forbidden, InvalidToken

from bot.delivery.transport import (
    MessageGoneError,
    PermanentError,
    PlatformUnavailableError,
    RejectedError,
    RetryLaterError,
    TokenRefusedError,
    UpdatesConflictError,
)
from bot.platforms.telegram.client import TelegramClient
from bot.platforms.telegram.ptb_request import AiohttpRequest
from bot.platforms.telegram.render import OutgoingMessage
from handlers.dialog.events import FileProblem
from handlers.dialog.replies import NEUTRAL
from tests.bot.platforms.telegram.api_rules import find_contracts, load_telegram_rules
from tests.bot.platforms.telegram.fake_bot_api import (
    MAX_FILE_BYTES,
    TOKEN,
    FakeBotApi,
    TelegramFault,
    serve_fake_bot_api,
)

CHAT = 4200000001
OURS = OutgoingMessage("สวัสดี", NEUTRAL, (("แจ้งเรื่อง", "1.report"),))


def run_scenario(
    scene: Callable[[FakeBotApi, Bot, TelegramClient], Awaitable[None]], token: str = TOKEN
) -> FakeBotApi:
    """A fake with one chat, the library's bot and our client."""
    ground = load_telegram_rules(find_contracts())

    async def run_in_loop() -> FakeBotApi:
        async with asyncio.timeout(20), serve_fake_bot_api(ground) as fake:
            fake.make_message_update(CHAT, text="สวัสดี")
            wire, ours = AiohttpRequest(), TelegramClient(token, fake.url)
            bot = Bot(token, base_url=f"{fake.url}/bot", request=wire, get_updates_request=wire)
            await wire.initialize()
            await ours.open()
            try:
                await scene(fake, bot, ours)
            finally:
                await wire.shutdown()
                await ours.close()
        return fake

    return asyncio.run(run_in_loop())


def keyboard(data: str, label: str = "ตกลง") -> InlineKeyboardMarkup:
    return InlineKeyboardMarkup([[InlineKeyboardButton(label, callback_data=data)]])


REFUSED: dict[str, Callable[[Bot], Awaitable[Any]]] = {
    "a text of 4,097 characters": lambda b: b.send_message(CHAT, "ก" * 4097),
    "an empty text": lambda b: b.send_message(CHAT, ""),
    "a text of blanks": lambda b: b.send_message(CHAT, "  "),
    "callback data of 66 bytes": lambda b: b.send_message(CHAT, "ก", reply_markup=keyboard("ก" * 22)),
    "a button that does nothing": lambda b: b.send_message(
        CHAT, "ก", reply_markup=InlineKeyboardMarkup([[InlineKeyboardButton("ก")]])
    ),
    "an unknown chat": lambda b: b.send_message(1, "ก"),
    "an unknown parameter": lambda b: b.send_message(CHAT, "ก", api_kwargs={"colour": "red"}),
    "a wrong type": lambda b: b.send_message(CHAT, "ก", api_kwargs={"entities": 5}),
    "an answer of 201 characters": lambda b: b.answer_callback_query("501", "ก" * 201),
    "an edit of nothing": lambda b: b.edit_message_text("ก", CHAT, 999),
    "101 deletions": lambda b: b.delete_messages(CHAT, list(range(1, 102))),
    "a file nobody sent": lambda b: b.get_file("FILE9"),
    "an unknown method": lambda b: b.do_api_request("sendCarrierPigeon"),
    "a command in Thai letters": lambda b: b.set_my_commands([("ก" * 33, "แจ้งเรื่อง")]),
}


@pytest.mark.parametrize("what", REFUSED)
def test_it_refuses(what: str) -> None:
    async def scene(fake: FakeBotApi, bot: Bot, ours: TelegramClient) -> None:
        with pytest.raises((BadRequest, InvalidToken, telegram.error.EndPointNotFound)):
            await REFUSED[what](bot)
        assert len(fake.refused) == 1

    run_scenario(scene)


def test_it_takes_what_is_right() -> None:
    async def scene(fake: FakeBotApi, bot: Bot, ours: TelegramClient) -> None:
        assert (await bot.get_me()).is_bot
        sent = await bot.send_message(CHAT, "ก" * 4096, reply_markup=keyboard("ก" * 21), protect_content=True)
        await bot.edit_message_text("ข", CHAT, sent.message_id)
        document = await bot.send_document(CHAT, b"%PDF-1.4", filename="เรื่อง.pdf", caption="แนบ")
        assert document.document is not None
        file = await bot.get_file(document.document.file_id)
        assert file.file_size == 8
        await bot.send_chat_action(CHAT, "typing")
        await bot.set_my_commands([("report", "แจ้งเรื่อง")], language_code="en")
        await bot.delete_messages(CHAT, [sent.message_id])
        assert [m.by_bot for m in fake.chats[CHAT].values()] == [False, True]

    assert run_scenario(scene).refused == []


def test_an_edit_that_changes_nothing_and_a_second_answer_are_refused() -> None:
    async def scene(fake: FakeBotApi, bot: Bot, ours: TelegramClient) -> None:
        number = await ours.send(CHAT, OURS)
        query = fake.make_tap_update(CHAT, number, "1.report")["callback_query"]["id"]
        with pytest.raises(MessageGoneError):
            await ours.edit(CHAT, number, OURS)
        await ours.answer_callback(query)
        with pytest.raises(MessageGoneError):
            await ours.answer_callback(query)
        assert len(fake.refused) == 2

    run_scenario(scene)


def test_its_errors_have_the_names_that_the_delivery_worker_knows() -> None:
    async def scene(fake: FakeBotApi, bot: Bot, ours: TelegramClient) -> None:
        fake.blocked.add(CHAT)
        with pytest.raises(PermanentError):
            await ours.send(CHAT, OURS)
        with pytest.raises(Forbidden):
            await bot.send_message(CHAT, "ก")
        with pytest.raises(PermanentError):
            await ours.send(1, OURS)
        with pytest.raises(RejectedError):
            await ours.send(CHAT, OutgoingMessage("ก", NEUTRAL, (("ก", "ก" * 30),)))
        fake.inject_fault = lambda method, params: TelegramFault(429, retry_after=7)
        with pytest.raises(RetryLaterError) as later:
            await ours.send(CHAT, OURS)
        assert later.value.retry_after == 7
        for weather in (
            TelegramFault(500),
            TelegramFault(502),
            TelegramFault(cut="before"),
            TelegramFault(cut="after"),
        ):
            fake.inject_fault = lambda method, params, now=weather: now
            with pytest.raises(PlatformUnavailableError) as trouble:
                await ours.send(CHAT, OURS)
            assert TOKEN not in str(trouble.value)

    run_scenario(scene)


def test_a_token_that_is_not_this_bots_is_refused() -> None:
    async def scene(fake: FakeBotApi, bot: Bot, ours: TelegramClient) -> None:
        with pytest.raises(TokenRefusedError) as refused:
            await ours.check_token()
        with pytest.raises(TokenRefusedError):
            await ours.get_updates(None)
        assert "canary" not in str(refused.value)

    run_scenario(scene, token="700000002:AAotherTOKENotherTOKENotherTOKENotherT")


def test_files_come_as_streams() -> None:
    async def scene(fake: FakeBotApi, bot: Bot, ours: TelegramClient) -> None:
        content = bytes(range(256)) * 1000
        pieces = [piece async for piece in ours.download_file(fake.add_file(content))]
        assert b"".join(pieces) == content
        with pytest.raises(PermanentError) as never:
            await anext(ours.download_file(fake.add_file(bytes(MAX_FILE_BYTES + 1))))
        assert never.value.problem is FileProblem.TOO_LARGE
        with pytest.raises(PermanentError):
            await anext(ours.download_file("FILE9"))
        fake.inject_fault = lambda method, params: TelegramFault(cut="half") if method == "download" else None
        with pytest.raises(PlatformUnavailableError):
            assert [piece async for piece in ours.download_file("FILE0")]

    run_scenario(scene)


def test_updates_are_held_until_they_are_confirmed_and_for_one_listener_only() -> None:
    async def scene(fake: FakeBotApi, bot: Bot, ours: TelegramClient) -> None:
        fake.queue = [fake.make_message_update(CHAT, text="หนึ่ง"), fake.make_message_update(CHAT, text="สอง")]
        came = await ours.get_updates(None)
        assert [u["message"]["text"] for u in came] == ["หนึ่ง", "สอง"]
        assert [u["message"]["text"] for u in await ours.get_updates(came[0]["update_id"])] == ["สอง"]
        waiting = asyncio.create_task(ours.get_updates(came[1]["update_id"]))
        await asyncio.sleep(0.05)
        assert [u["message"]["text"] for u in await ours.get_updates(came[0]["update_id"])] == []
        with pytest.raises(UpdatesConflictError):
            await waiting
        await ours.set_webhook("https://example.test/telegram/complaints", "s" * 32)
        with pytest.raises(UpdatesConflictError):
            await ours.get_updates(None)
        with pytest.raises(Conflict):
            await bot.get_updates()
        await ours.delete_webhook()

    run_scenario(scene)


def test_where_the_machine_has_a_proxy_all_calls_go_through_it(monkeypatch: pytest.MonkeyPatch) -> None:
    async def scene(fake: FakeBotApi, bot: Bot, ours: TelegramClient) -> None:
        monkeypatch.setenv(
            "http_proxy", fake.url
        )  # the fake acts as the proxy; the host below does not exist
        behind = TelegramClient(TOKEN, "http://telegram.example.test")
        await behind.open()
        await behind.check_token()
        assert await behind.send(CHAT, OutgoingMessage("ก", NEUTRAL)) > 0
        file = fake.add_file(b"content")
        assert b"".join([piece async for piece in behind.download_file(file)]) == b"content"
        await behind.close()
        assert [c.method for c in fake.calls] == ["getMe", "sendMessage", "getFile"]

    run_scenario(scene)
