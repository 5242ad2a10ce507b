"""Who wrote does not stay in the memory of a door: soon it knows persons by their marks only, or not at all."""

import asyncio
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from bot.platforms.line import sender as line_post
from bot.platforms.telegram.render import bubbles
from handlers.dialog.events import Channel, Message, Reply
from storage.serialization import OutboxMessage
from tests import samples
from tests.platforms.line_api import FakeContent
from tests.platforms.line_door import at_work, person
from tests.platforms.line_rules import needs_contracts
from tests.platforms.person import CHAT, TelegramUser, calm, play
from tests.platforms.telegram_door import TelegramDesk
from tests.play import WHOLE_REPORT
from tests.reach import held

GROUP = -1004200000077
A = person("ผู้แจ้ง")


def test_telegrams_door_forgets_who_wrote(tmp_path: Path) -> None:
    async def scene(o: TelegramDesk, p: TelegramUser) -> None:
        door = o.entrance.door
        for words in ("/start", *WHOLE_REPORT[:6]):
            await p.says(words)
        await door.post.send(CHAT, *bubbles([Message("ข่าว")]))
        group = p.fake.said(CHAT, text="/start")
        group["message"]["chat"] = {"id": GROUP, "type": "supergroup", "title": "x"}
        await p.does(group)
        await calm(o)
        taps = [update["callback_query"]["id"] for update in p.updates if "callback_query" in update]
        assert held(door, [CHAT, *taps]) == {CHAT, *taps}  # so that the search finds what is there
        door.forget()
        assert held(door, [CHAT, GROUP, *taps]) == set()
        # And still knows what it must: a correction finds its place, the group is not told again.
        last = max((u["message"] for u in p.updates if u.get("message", {}).get("text")), key=_number)
        edited = {**last, "chat": {"id": CHAT, "type": "private"}, "text": "แก้แล้ว", "edit_date": last["date"]}
        assert door.intake._typed
        assert await p.does({"update_id": 990_000_001, "edited_message": edited}) == 200
        await p.does({**group, "update_id": 990_000_002})
        assert len(p.fake.chats.get(GROUP, {})) <= 1

    play(tmp_path, scene)


def _number(message: dict[str, Any]) -> int:
    return int(message["message_id"])


@needs_contracts
def test_lines_door_forgets_who_wrote(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async def scene() -> None:
        async with at_work(tmp_path / "var") as account:
            line, post = account.line, account.door.post
            content = FakeContent(samples.photo())
            sets = [line.file(A, content, imageSet={"id": "S", "index": n, "total": 2}) for n in (1, 2)]
            assert await line.post(*sets, line.text(A, "/en")) == 200
            await line.shown(A, 0)
            line.quota, line.used = 10, 10
            letter = OutboxMessage(Channel.LINE, post.seal(A), "th", (Reply("menu.again", certain=True),))
            await account.desk.store.outbox.add(Channel.LINE, letter, account.desk.now())
            assert post._spare
            monkeypatch.setattr(line_post, "FRESH", 0.0)
            await account.door.courier.round()
            await post.ledger.refresh()
            account.desk.away += timedelta(hours=2)
            await account.door.courier.round()
            await asyncio.sleep(0.1)
            assert post.held == {account.desk.store.seals.who(Channel.LINE, A)}
            assert post._spare == {}
            assert held(account.door, [A]) == set()
            assert held((account.door, A.encode()), [A]) == {A}

    asyncio.run(scene())
