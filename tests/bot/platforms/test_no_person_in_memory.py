"""Platform user ids do not stay in an adapter's memory: soon it holds hashes only, or nothing."""

import asyncio
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from bot.platforms.line import sender
from bot.platforms.telegram.render import render_messages
from handlers.dialog.events import Channel
from handlers.dialog.replies import MUST_ARRIVE, NEUTRAL, Message, Reply
from storage.serialization import OutboxMessage
from tests.bot.platforms.line.api_rules import needs_contracts
from tests.bot.platforms.line.driver import line_user_id, open_line_desk
from tests.bot.platforms.line.fake_line_api import FakeContent
from tests.bot.platforms.telegram.driver import TelegramDesk
from tests.bot.platforms.telegram.user import CHAT, TelegramChatUser, run_scenario, wait_until_idle
from tests.in_memory_desk import WHOLE_REPORT
from tests.memory_scan import find_reachable
from tests.samples import make_photo

GROUP = -1004200000077
A = line_user_id("ผู้แจ้ง")


def test_telegrams_door_forgets_who_wrote(tmp_path: Path) -> None:
    async def scene(o: TelegramDesk, p: TelegramChatUser) -> None:
        door = o.setup.adapter
        for words in ("/start", *WHOLE_REPORT[:6]):
            await p.say(words)
        await door.sender.send(CHAT, *render_messages([Message("ข่าว", NEUTRAL)]))
        group = p.fake.make_message_update(CHAT, text="/start")
        group["message"]["chat"] = {"id": GROUP, "type": "supergroup", "title": "x"}
        await p.send_update(group)
        await wait_until_idle(o)
        taps = [update["callback_query"]["id"] for update in p.updates if "callback_query" in update]
        assert find_reachable(door, [CHAT, *taps]) == {
            CHAT,
            *taps,
        }  # proves that the search finds an id that is there
        door.evict_caches()
        assert find_reachable(door, [CHAT, GROUP, *taps]) == set()
        # Delivery is unaffected: an edit finds its message, and the group notice is not sent again.
        last = max((u["message"] for u in p.updates if u.get("message", {}).get("text")), key=_number)
        edited = {**last, "chat": {"id": CHAT, "type": "private"}, "text": "แก้แล้ว", "edit_date": last["date"]}
        assert door.inbound._texts
        assert await p.send_update({"update_id": 990_000_001, "edited_message": edited}) == 200
        await p.send_update({**group, "update_id": 990_000_002})
        assert len(p.fake.chats.get(GROUP, {})) <= 1

    run_scenario(tmp_path, scene)


def _number(message: dict[str, Any]) -> int:
    return int(message["message_id"])


@needs_contracts
def test_lines_door_forgets_who_wrote(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async def scene() -> None:
        async with open_line_desk(tmp_path / "var") as account:
            line, post = account.line, account.setup.sender
            content = FakeContent(make_photo())
            sets = [
                line.make_file_event(A, content, imageSet={"id": "S", "index": n, "total": 2}) for n in (1, 2)
            ]
            assert await line.post_events(*sets, line.make_text_event(A, "/en")) == 200
            await line.wait_for_messages(A, 0)
            line.quota, line.used = 10, 10
            letter = OutboxMessage(
                Channel.LINE, post.encrypt_address(A), "th", (Reply("menu.again", MUST_ARRIVE),)
            )
            await account.desk.store.outbox.add(Channel.LINE, letter, account.desk.now())
            assert post._reply_tokens
            monkeypatch.setattr(sender, "REPLY_TOKEN_TTL", 0.0)
            await account.delivery_worker.run_once()
            await post.quota.refresh()
            account.desk.clock_offset += timedelta(hours=2)
            await account.delivery_worker.run_once()
            await asyncio.sleep(0.1)
            assert post.undeliverable == {account.desk.store.keyring.hash_id(Channel.LINE, A)}
            assert post._reply_tokens == {}
            assert find_reachable(account.setup, [A]) == set()
            assert find_reachable((account.setup, A.encode()), [A]) == {A}

    asyncio.run(scene())
