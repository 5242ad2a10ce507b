"""Whatever is posted to the webhook: the right status, no 500, no effect on the next update, nothing kept in memory."""

import asyncio
import json
import resource
from collections.abc import AsyncIterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from hypothesis import HealthCheck, given
from hypothesis import strategies as st

from bot.delivery.transport import PlatformLimits
from bot.platforms.telegram.adapter import TelegramAdapter
from bot.platforms.telegram.models import Update
from bot.platforms.telegram.webhook import TelegramWebhook
from tests.bot.platforms.telegram.driver import SECRET, TelegramDesk
from tests.bot.platforms.telegram.fake_bot_api import CANARY_NAME, TOKEN
from tests.bot.platforms.telegram.user import CHAT, TelegramChatUser, run_scenario
from tests.properties import examples

GOOD = {"X-Telegram-Bot-Api-Secret-Token": SECRET, "content-type": "application/json"}
UPDATE = json.dumps({"update_id": 1}).encode()

ASKED: dict[str, tuple[int, str, dict[str, str], bytes]] = {
    "no secret": (401, "POST", {"content-type": "application/json"}, UPDATE),
    "a wrong secret": (401, "POST", {**GOOD, "X-Telegram-Bot-Api-Secret-Token": "x" * 24}, UPDATE),
    "a secret of other letters": (401, "POST", {**GOOD, "X-Telegram-Bot-Api-Secret-Token": "ยà"}, UPDATE),
    "another type": (415, "POST", {**GOOD, "content-type": "text/plain"}, UPDATE),
    "GET": (405, "GET", GOOD, b""),
    "too much": (413, "POST", GOOD, b"[" * (1024 * 1024 + 1)),
    "no JSON": (200, "POST", GOOD, b"{"),
    "nothing": (200, "POST", GOOD, b""),
    "deep": (200, "POST", GOOD, b"[" * 200_000),
    "deep in an update": (
        200,
        "POST",
        GOOD,
        b'{"update_id":1,"message":' + b'{"a":' * 100_000 + b"1" + b"}" * 100_001,
    ),
    "a number of a million digits": (200, "POST", GOOD, b'{"update_id":' + b"9" * 500_000 + b"}"),
    "no text": (200, "POST", GOOD, b"\xff\xfe\x00"),
    "half a symbol": (200, "POST", GOOD, b'{"update_id":1,"message":{"text":"\\ud800"}}'),
    "an unknown kind": (200, "POST", GOOD, b'{"update_id":1,"chat_boost":{"chat":1}}'),
    "fields of other types": (200, "POST", GOOD, b'{"update_id":"x","message":[]}'),
}


async def ask(o: TelegramDesk, method: str, headers: dict[str, str], body: Any) -> int:
    """The status of one request."""
    address = f"{o.address}/telegram/complaints"
    async with (
        aiohttp.ClientSession() as session,
        session.request(method, address, data=body, headers=headers) as a,
    ):
        await a.read()
        return a.status


@pytest.mark.filterwarnings("ignore:Sending a large body:ResourceWarning")
def test_every_request_gets_its_status(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    async def scene(o: TelegramDesk, p: TelegramChatUser) -> None:
        found = {name: await ask(o, *asked[1:]) for name, asked in ASKED.items()}
        assert found == {name: asked[0] for name, asked in ASKED.items()}
        await p.say("สวัสดี")
        assert "ต้องการทำอะไร" in p.last_text

    run_scenario(tmp_path, scene)
    told = capsys.readouterr()
    assert SECRET not in told.err + told.out
    assert "update_id" not in told.err


def test_two_hundred_megabytes_cost_nothing(tmp_path: Path) -> None:
    async def flood() -> AsyncIterator[bytes]:
        for _ in range(3200):
            yield bytes(64 * 1024)

    async def scene(o: TelegramDesk, p: TelegramChatUser) -> None:
        await ask(o, "POST", GOOD, UPDATE)
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        for headers in (GOOD, {"content-type": "application/json"}):
            with suppress(aiohttp.ClientError):  # closing the connection early is accepted too
                assert await ask(o, "POST", headers, flood()) in {401, 413}
        grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
        assert grown < 10 * 1024  # KiB, including the memory of the sending side

    run_scenario(tmp_path, scene)


leaf = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20)
tree = st.recursive(
    leaf, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3)
)
person = st.fixed_dictionaries(
    {"id": st.integers(1, 2**52), "is_bot": st.booleans()}, optional={"first_name": st.text()}
)
kinds = st.sampled_from(["private", "group", "channel", "odd"])
chat = st.fixed_dictionaries({"id": st.integers(-(2**52), 2**52), "type": kinds})
file = st.fixed_dictionaries(
    {"file_id": st.text(max_size=9)}, optional={"file_name": st.text(), "file_size": st.integers()}
)
words = st.sampled_from(["/start", "/wipe", "/stop", "แจ้งเรื่อง", "/start report", "/"])
said = st.fixed_dictionaries(
    {
        "message_id": st.integers(0, 2**40),
        "date": st.just(4_000_000_000) | st.integers(0, 2**33),
        "chat": chat,
    },
    optional={
        "from": person,
        "text": st.text() | words,
        "caption": st.text(),
        "photo": st.lists(file, max_size=2),
        "voice": file | tree,
        "location": tree,
        "sticker": tree,
        "reply_markup": tree,
    },
)
tap = st.fixed_dictionaries(
    {"id": st.text(max_size=9), "from": person},
    optional={"data": st.text(max_size=64), "message": said | tree},
)
update = st.fixed_dictionaries(
    {"update_id": st.integers(1, 2**40) | tree},
    optional={
        "message": said | tree,
        "edited_message": said,
        "callback_query": tap | tree,
        "my_chat_member": tree,
    },
)


def test_no_update_breaks_the_door(tmp_path: Path) -> None:
    async def scene(o: TelegramDesk, p: TelegramChatUser) -> None:
        webhook = TelegramWebhook(o.setup.adapter, SECRET, o.desk.errors.append)
        o.setup.adapter.limits = PlatformLimits(file_wait=0.01)
        loop, seen = asyncio.get_running_loop(), list[bytes]()

        @examples(150, suppress_health_check=list(HealthCheck), database=None)
        @given(st.lists(update, max_size=3))
        def gather(updates: list[Any]) -> None:
            seen.extend(json.dumps(u, default=str).encode("utf-8", "replace") for u in updates)

        await loop.run_in_executor(None, gather)
        for body in seen:
            answer = await asyncio.wait_for(webhook._handle_body(body), 30)
            assert not answer or "method" in json.loads(answer)
        o.setup.adapter.sender.client.download_file  # noqa: B018 - still there
        broken = [
            f
            for f in o.desk.errors
            if type(f).__name__ in {"TypeError", "KeyError", "AttributeError", "ValueError"}
        ]
        assert broken == []
        o.desk.errors.clear()

    run_scenario(tmp_path, scene)


def test_an_update_keeps_no_name() -> None:
    who = {
        "id": CHAT,
        "is_bot": False,
        "first_name": CANARY_NAME,
        "username": CANARY_NAME,
        "language_code": "th",
    }
    raw = {
        "message_id": 1,
        "date": 1,
        "chat": {"id": CHAT, "type": "private", "first_name": CANARY_NAME},
        "from": who,
    }
    assert CANARY_NAME not in repr(Update.model_validate({"update_id": 1, "message": raw}))


@pytest.mark.parametrize("mode", ["webhook", "polling"])
def test_a_fault_of_ours_is_told_and_not_repeated(
    mode: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def scene(o: TelegramDesk, p: TelegramChatUser) -> None:
        async def broken(self: TelegramAdapter, update: Update) -> None:
            raise RuntimeError(TOKEN)

        monkeypatch.setattr(TelegramAdapter, "handle_update", broken)
        assert await p.say("สวัสดี") == 200
        assert "ระบบขัดข้อง" in p.last_text
        assert len(o.desk.errors) == 1

    run_scenario(tmp_path, scene, mode)
