"""The fake LINE refuses what LINE refuses; tested with the real SDK over a real socket."""

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine
from typing import Any

import pytest

from bot.delivery.transport import (
    PermanentError,
    PlatformUnavailableError,
    QuotaExhaustedError,
    ReplyTokenUsedError,
    RetryLaterError,
    TokenRefusedError,
)
from bot.platforms.line.client import LineClient
from tests.bot.platforms.line.api_rules import load_line_rules, needs_contracts
from tests.bot.platforms.line.fake_line_api import (
    TOKEN,
    FakeContent,
    FakeLineApi,
    LineFault,
    serve_fake_line_api,
)

pytestmark = needs_contracts
KEY = "123e4567-e89b-42d3-a456-426614174000"
HELLO = {"type": "text", "text": "สวัสดี"}
ACTION = {"type": "postback", "label": "ข้าม", "data": "1.skip"}


def run_scenario(
    scene: Callable[[FakeLineApi, LineClient], Coroutine[Any, Any, None]], token: str = TOKEN
) -> None:
    """Run a coroutine with the SDK and a fake LINE."""

    async def play() -> None:
        async with serve_fake_line_api(load_line_rules()) as line:
            account = LineClient(token, line.url)
            try:
                await scene(line, account)
            finally:
                await account.close()

    asyncio.run(play())


def test_a_reply_token_is_good_once_and_for_a_minute() -> None:
    async def scene(line: FakeLineApi, account: LineClient) -> None:
        token = line.make_text_event("U1", "ก")["replyToken"]
        await account.reply(token, [HELLO])
        with pytest.raises(ReplyTokenUsedError):
            await account.reply(token, [HELLO])
        old = line.make_text_event("U1", "ก")["replyToken"]
        born = line.now()
        line.now = lambda: born + 61
        with pytest.raises(ReplyTokenUsedError):
            await account.reply(old, [HELLO])
        assert line.chats == {"U1": [HELLO]}

    run_scenario(scene)


def test_a_retry_key_counts_once_and_not_on_a_reply() -> None:
    async def scene(line: FakeLineApi, account: LineClient) -> None:
        await account.push("U1", [HELLO], KEY)
        await account.push("U1", [HELLO], KEY)
        assert [call.status for call in line.calls] == [200, 409]
        assert (line.used, len(line.chats["U1"])) == (1, 1)
        token, headers = line.make_text_event("U1", "ก")["replyToken"], {"X-Line-Retry-Key": KEY}
        refused = await account._post(
            "/v2/bot/message/reply", {"replyToken": token, "messages": [HELLO]}, headers
        )
        assert refused[0] == 400
        assert b"not accepted here" in refused[1]
        with pytest.raises(PermanentError):
            await account.push("U1", [HELLO], "no uuid")

    run_scenario(scene)


def test_a_month_that_is_used_up_is_told_from_too_many_requests() -> None:
    async def scene(line: FakeLineApi, account: LineClient) -> None:
        line.quota = 1
        await account.push("U1", [HELLO], KEY)
        assert await account.get_quota() == (1, 1)
        with pytest.raises(QuotaExhaustedError):
            await account.push("U1", [HELLO], KEY.replace("1", "2"))
        line.inject_fault = lambda _name, _body: LineFault(
            429, body=b'{"message":"The API rate limit has been exceeded."}'
        )
        with pytest.raises(RetryLaterError) as later:
            await account.push("U1", [HELLO], KEY.replace("1", "3"))
        assert not isinstance(later.value, QuotaExhaustedError)
        line.inject_fault, line.quota = lambda _name, _body: None, None
        assert (await account.get_quota())[0] is None

    run_scenario(scene)


@pytest.mark.parametrize(
    "message",
    [
        {"type": "text"},
        {"type": "text", "text": ""},
        {"type": "text", "text": "ก" * 5001},
        {"type": "text", "text": "😀" * 2501},
        {"type": "nonsense", "text": "ก"},
        {"type": "flex", "contents": {"type": "bubble"}},
        {"type": "flex", "altText": "ก" * 1501, "contents": {"type": "bubble"}},
        {**HELLO, "quickReply": {"items": [{"type": "action", "action": ACTION}] * 14}},
        {**HELLO, "quickReply": {"items": [{"type": "action", "action": {**ACTION, "label": "ก" * 21}}]}},
        {**HELLO, "quickReply": {"items": [{"type": "action", "action": {**ACTION, "data": "x" * 301}}]}},
    ],
    ids=range(10),
)
def test_what_the_specification_and_the_reference_refuse(message: dict[str, Any]) -> None:
    async def scene(line: FakeLineApi, account: LineClient) -> None:
        with pytest.raises(PermanentError):
            await account.reply(line.make_text_event("U1", "ก")["replyToken"], [message])
        assert len(line.refused) == 1
        assert line.chats == {}

    run_scenario(scene)


def test_six_messages_and_none_are_refused_and_marks_do_not_count_in_a_label() -> None:
    async def scene(line: FakeLineApi, account: LineClient) -> None:
        token = line.make_text_event("U1", "ก")["replyToken"]
        for several in ([HELLO] * 6, []):
            with pytest.raises(PermanentError):
                await account.reply(token, several)
        action = {**ACTION, "label": "ก็" * 20}
        await account.reply(
            token, [{**HELLO, "quickReply": {"items": [{"type": "action", "action": action}]}}]
        )

    run_scenario(scene)


def test_a_wrong_token_is_refused() -> None:
    async def scene(_line: FakeLineApi, account: LineClient) -> None:
        for call in (account.get_bot_info(), account.push("U1", [HELLO], KEY), account.reply("t", [HELLO])):
            with pytest.raises(TokenRefusedError):
                await call
        with pytest.raises(TokenRefusedError):
            await anext(account.download_content("1"))

    run_scenario(scene, token="wrong")


def test_an_outage_is_one_whatever_it_looks_like() -> None:
    async def scene(line: FakeLineApi, account: LineClient) -> None:
        for weather in (
            LineFault(500),
            LineFault(502, body=b"\xff\xfe<html>"),
            LineFault(cut="before"),
            LineFault(cut="after"),
        ):
            line.inject_fault = lambda _name, _body, w=weather: w  # type: ignore[misc]
            with pytest.raises(PlatformUnavailableError):
                await account.push("U1", [HELLO], KEY)
        assert line.used == 1  # the last push took effect before the connection was cut
        line.contents["1"] = FakeContent(b"x")
        with pytest.raises(PlatformUnavailableError):
            await anext(account.download_content("1"))

    run_scenario(scene)
    away = LineClient

    async def refused() -> None:
        account = away(TOKEN, "http://127.0.0.1:1")
        with pytest.raises(PlatformUnavailableError):
            await account.get_bot_info()
        await account.close()

    asyncio.run(refused())


PAGE = b"<html>log in to this network"


@pytest.mark.parametrize("status", [200, 302, 403, 404, 407, 409, 411, 503])
def test_a_page_of_others_is_an_outage(status: int) -> None:
    async def scene(line: FakeLineApi, account: LineClient) -> None:
        objects = () if status == 200 else (b"{}", b'{"message":{}}')  # valid with 200
        for body in (PAGE, b"", b"[]", b"[" * 100_000, *objects):
            line.inject_fault = lambda _name, _body, body=body: LineFault(status, body=body)  # type: ignore[misc]
            for call in (
                account.reply("t", [HELLO]),
                account.push("U1", [HELLO], KEY),
                account.get_bot_info(),
            ):
                with pytest.raises(PlatformUnavailableError):
                    await call
        line.contents["1"] = FakeContent(b"x")
        if status >= 400:
            with pytest.raises(PlatformUnavailableError):
                await anext(account.download_content("1"))

    run_scenario(scene)


def test_content_that_is_prepared_is_asked_for_later() -> None:
    async def join_pieces(pieces: AsyncIterator[bytes]) -> bytes:
        return b"".join([piece async for piece in pieces])

    async def scene(line: FakeLineApi, account: LineClient) -> None:
        line.contents |= {
            "1": FakeContent(b"abc" * 50_000, ready_after=1),
            "2": FakeContent(b"", gone=True),
            "3": FakeContent(b"", ready_after=1, failed=True),
            "5": FakeContent(b"abc", ready_after=3),
        }
        assert await join_pieces(account.download_content("1")) == b"abc" * 50_000
        for number in ("2", "3", "4"):
            with pytest.raises(PermanentError):
                await join_pieces(account.download_content(number))
        for _ in range(2):
            with pytest.raises(RetryLaterError):
                await join_pieces(account.download_content("5"))
        assert await join_pieces(account.download_content("5")) == b"abc"

    run_scenario(scene)


def test_loading_and_leaving() -> None:
    async def scene(line: FakeLineApi, account: LineClient) -> None:
        await account.show_loading("U1")
        with pytest.raises(Exception, match="loadingSeconds"):
            await account.show_loading("U1", 999)
        await account.leave_group("group", "C1")
        await account.leave_group("room", "R1")
        assert line.left_groups == ["C1", "R1"]
        assert line.refused == []

    run_scenario(scene)
