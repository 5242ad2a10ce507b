"""The Telegram adapter: which reply is sent in the webhook response and which as a call, and that none is lost."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest

from bot.delivery.transport import PlatformLimits
from bot.platforms.telegram.sender import SendLimiter
from handlers.dialog.events import Channel
from storage.errors import DiskFullError
from tests.bot.platforms.telegram.driver import TelegramDesk
from tests.bot.platforms.telegram.fake_bot_api import TelegramFault
from tests.bot.platforms.telegram.user import CHAT, TelegramChatUser, run_scenario, wait_until_idle
from tests.samples import make_photo, make_png


def test_questions_ride_in_the_answer_and_what_is_of_a_case_is_called(tmp_path: Path) -> None:
    async def scene(o: TelegramDesk, p: TelegramChatUser) -> None:
        await p.say("สวัสดี")
        await p.tap("แจ้งเรื่อง")
        ways = Counter((c.method, c.by) for c in p.fake.calls if "Command" not in c.method)
        assert ways[("sendMessage", "answer")] == 1
        assert ways[("editMessageText", "answer")] == 1
        assert not ways.keys() & {("sendMessage", "wire"), ("editMessageText", "wire")}
        await p.fill_report(2)
        assert [m.protected for m in p.bot_messages].count(True) == 1
        assert "โปรดตรวจก่อนส่ง" in p.last_text
        await p.tap("ส่งเรื่อง")
        await wait_until_idle(o)
        assert len(p.receipts) == 1
        assert all(query for query in p.fake.answered.values())
        assert await o.desk.store.outbox.list_all(Channel.TELEGRAM) == []

    assert run_scenario(tmp_path, scene).refused == []


def test_when_a_case_is_filed_only_its_receipt_stays_in_the_chat(tmp_path: Path) -> None:
    async def scene(o: TelegramDesk, p: TelegramChatUser) -> None:
        await p.fill_report()
        typed = [m.id for m in p.fake.chats[CHAT].values() if not m.by_bot]
        await p.tap("ส่งเรื่อง")
        await wait_until_idle(o)
        assert set(typed) <= p.fake.deleted[CHAT]
        assert not any("โปรดตรวจก่อนส่ง" in m.text for m in p.bot_messages)
        assert len(p.receipts) == 1
        assert "เหลือไว้แต่รหัสติดตาม" in p.last_text
        assert p.last_text.endswith("พิมพ์ 5 ตัวท้าย ไม่ต้องมีขีด")
        await p.say("/wipe")
        assert p.receipts == []
        assert "ลบข้อความในแชตนี้แล้ว" in p.last_text

    assert run_scenario(tmp_path, scene).refused == []


def test_a_wipe_that_fails_is_told_and_can_be_repeated(tmp_path: Path) -> None:
    async def scene(o: TelegramDesk, p: TelegramChatUser) -> None:
        await p.say("สวัสดี")
        p.fake.inject_fault = lambda method, params: (
            TelegramFault(500) if method == "deleteMessages" else None
        )
        await p.say("/wipe")
        assert "ลบข้อความในแชตไม่สำเร็จ" in p.last_text
        assert o.desk.errors.pop()
        p.fake.inject_fault = lambda method, params: None
        await p.say("/wipe")
        assert len(p.fake.deleted[CHAT]) == 3

    run_scenario(tmp_path, scene)


TROUBLES = {
    "429": TelegramFault(429, retry_after=30),
    "500": TelegramFault(500),
    "a page of a proxy": TelegramFault(502, body=b"\xff<html>Bad Gateway</html>"),
    "half of an answer": TelegramFault(200, body=b'{"ok": true, "result": {"mess'),
    "another's JSON": TelegramFault(200, body=b"[]"),
    "not found, says a proxy": TelegramFault(404, body=b"<html>"),
    "cut before it counted": TelegramFault(cut="before"),
    "cut after it counted": TelegramFault(cut="after"),
}


@pytest.mark.parametrize("trouble", TROUBLES)
def test_a_receipt_arrives_in_spite_of(trouble: str, tmp_path: Path) -> None:
    async def scene(o: TelegramDesk, p: TelegramChatUser) -> None:
        await p.fill_report()
        p.fake.inject_fault = lambda method, params: TROUBLES[trouble] if method == "sendMessage" else None
        assert await p.tap("ส่งเรื่อง") == 200
        assert len(await o.desk.store.outbox.list_all(Channel.TELEGRAM)) == 1
        for minutes in (1.1, 1, 1):
            o.desk.clock_offset += timedelta(minutes=minutes)
            await o.worker.run_once()
        p.fake.inject_fault = lambda method, params: None
        o.desk.clock_offset += timedelta(minutes=30)
        o.setup.adapter.sender.limiter = SendLimiter(0, 0)
        await o.worker.run_once()
        assert len(set(p.receipts)) == 1
        assert await o.desk.store.outbox.list_all(Channel.TELEGRAM) == []
        o.desk.errors.clear()

    run_scenario(tmp_path, scene)


def test_one_chat_that_must_wait_keeps_no_other(tmp_path: Path) -> None:
    async def scene(o: TelegramDesk, p: TelegramChatUser) -> None:
        other = TelegramChatUser(p.fake, CHAT + 1)
        await p.fill_report()
        await other.fill_report()
        p.fake.inject_fault = lambda method, params: (
            TelegramFault(429, retry_after=600) if params.get("chat_id") == CHAT else None
        )
        await p.tap("ส่งเรื่อง")
        await other.tap("ส่งเรื่อง")
        assert (len(p.receipts), len(other.receipts)) == (0, 1)
        calls = len(p.fake.calls)
        o.desk.clock_offset += timedelta(minutes=2)
        await o.worker.run_once()  # the chat's rate limit is active: no call is made
        assert [c for c in p.fake.calls[calls:] if c.params.get("chat_id") == CHAT] == []

    run_scenario(tmp_path, scene)


def test_a_question_does_not_ride_into_a_chat_that_must_wait(tmp_path: Path) -> None:
    async def scene(o: TelegramDesk, p: TelegramChatUser) -> None:
        await p.say("สวัสดี")
        o.setup.adapter.sender.limiter.back_off(CHAT, 0.2)
        calls = len(p.fake.calls)
        await p.tap("แจ้งเรื่อง")
        assert [c.by for c in p.fake.calls[calls:] if c.method == "editMessageText"] == ["wire"]
        assert "ก่อนเริ่ม" in p.last_text

    assert run_scenario(tmp_path, scene).refused == []


def test_a_review_that_could_not_be_sent_is_sent_a_little_later(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.platforms.telegram.replies.RESEND_DELAYS", (0, 0, 0))

    async def scene(o: TelegramDesk, p: TelegramChatUser) -> None:
        broken = iter([TelegramFault(500), TelegramFault(500)])
        p.fake.inject_fault = lambda method, params: (
            next(broken, None) if "protect_content" in params else None
        )
        await p.fill_report()
        await wait_until_idle(o)
        assert "โปรดตรวจก่อนส่ง" in p.last_text
        o.desk.errors.clear()

    run_scenario(tmp_path, scene)


def test_one_who_left_is_not_written_to_for_ever(tmp_path: Path) -> None:
    async def scene(o: TelegramDesk, p: TelegramChatUser) -> None:
        await p.fill_report()
        p.fake.blocked.add(CHAT)
        await p.tap("ส่งเรื่อง")
        assert len(await o.desk.store.outbox.list_all(Channel.TELEGRAM)) == 1
        o.desk.clock_offset += timedelta(minutes=2)
        await o.worker.run_once()
        assert await o.desk.store.outbox.list_all(Channel.TELEGRAM) == []

    run_scenario(tmp_path, scene)


def test_a_group_is_told_once(tmp_path: Path) -> None:
    async def scene(o: TelegramDesk, p: TelegramChatUser) -> None:
        p.fake.chats[-100123] = {}
        for _ in range(3):
            update = p.fake.make_message_update(CHAT, text="/start")
            update["message"]["chat"] = {"id": -100123, "type": "supergroup", "title": "CANARYGROUP"}
            assert await p.send_update(update) == 200
        assert [m.text[:30] for m in p.fake.chats[-100123].values()] == ["ช่องทางนี้ใช้ได้เฉพาะในแชตส่วน"]
        assert (
            await o.desk.store.load_session(o.desk.store.keyring.hash_id(Channel.TELEGRAM, str(CHAT))) is None
        )

    assert run_scenario(tmp_path, scene).refused == []


def test_what_is_older_than_telegram_keeps_is_not_acted_on(tmp_path: Path) -> None:
    async def scene(o: TelegramDesk, p: TelegramChatUser) -> None:
        update = p.fake.make_message_update(CHAT, text="แจ้งเรื่อง")
        update["message"]["date"] -= 7 * 24 * 3600
        assert await p.send_update(update) == 200
        assert p.bot_messages == []

    run_scenario(tmp_path, scene)


def test_every_sort_of_message_gets_an_answer(tmp_path: Path) -> None:
    async def scene(o: TelegramDesk, p: TelegramChatUser) -> None:
        await p.say("/start@canary_bot")
        await p.say("/start report")
        assert "พร้อมเริ่มแจ้งเรื่องหรือไม่" in p.last_text
        await p.say("/start <nonsense>")
        await p.send_update(p.fake.make_message_update(CHAT, sticker={"file_id": "s", "emoji": "😡"}))
        assert len(p.bot_messages) == 4
        await p.send_update(
            p.fake.make_message_update(CHAT, location={"latitude": 18.79, "longitude": 98.98})
        )
        assert "พักไว้ชั่วคราวเท่านั้น" in p.last_text
        before = len(p.bot_messages)
        await p.send_update(p.fake.make_message_update(CHAT, pinned_message={"message_id": 3}))
        assert len(p.bot_messages) == before
        await p.send_file("photo", make_photo(), caption="ภาพนี้ถ่ายที่หน้าห้องพัสดุเมื่อวานนี้")
        assert "เก็บไฟล์ “ภาพถ่าย.jpg” แล้ว" in p.last_text
        assert p.last_text.count("พักไว้ให้") == 1
        for kind, name in (("voice", "เสียงพูด.ogg"), ("video_note", "วิดีโอ.mp4"), ("audio", "เสียง.mp3")):
            await p.send_file(kind, make_png())
            assert f"“{name}”" in p.last_text
        await p.send_file("document", b"", about={"file_size": 21 * 1024 * 1024, "file_name": "ใหญ่.mp4"})
        assert "ใหญ่เกิน 20 MB" in p.last_text

    assert run_scenario(tmp_path, scene).refused == []


def test_a_file_that_takes_long_shows_that_something_happens(tmp_path: Path) -> None:
    async def scene(o: TelegramDesk, p: TelegramChatUser) -> None:
        p.fake.inject_fault = lambda method, params: (
            TelegramFault(delay=1.5) if method == "download" else None
        )
        await p.send_file("photo", make_photo())
        assert "sendChatAction" in [c.method for c in p.fake.calls]
        assert "พักไว้ให้" in p.last_text

    assert run_scenario(tmp_path, scene).refused == []


def test_a_case_is_filed_while_its_file_is_on_the_way(tmp_path: Path) -> None:
    async def scene(o: TelegramDesk, p: TelegramChatUser) -> None:
        gate = asyncio.Event()
        o.setup.adapter.limits = PlatformLimits(file_wait=0.05)
        original = o.setup.adapter.sender.client.download_file

        async def slow(file: str) -> AsyncIterator[bytes]:
            await gate.wait()
            async for piece in original(file):
                yield piece

        o.setup.adapter.sender.client.download_file = slow  # type: ignore[method-assign]
        await p.send_file("photo", make_photo())
        assert "กำลังรับไฟล์" in p.last_text
        await p.fill_report(0, ไม่มีหลักฐาน="[เสร็จแล้ว]")
        await p.tap("ส่งเรื่อง")
        gate.set()
        await wait_until_idle(o)
        (case,) = await o.desk.load_stories()
        (file,) = (await o.desk.store.load_report(case)).files
        assert b"".join([c async for c in o.desk.store.evidence.read_chunks(file)]) == make_photo()

    assert run_scenario(tmp_path, scene).refused == []


def test_a_tap_on_a_message_that_telegram_hides_is_answered_below(tmp_path: Path) -> None:
    async def scene(o: TelegramDesk, p: TelegramChatUser) -> None:
        await p.say("สวัสดี")
        update = p.fake.make_tap_update(CHAT, p.bot_messages[-1].id, "/report")
        update["callback_query"]["message"] = {
            "message_id": 5,
            "date": 0,
            "chat": {"id": CHAT, "type": "private"},
        }
        await p.send_update(update)
        assert "พร้อมเริ่มแจ้งเรื่องหรือไม่" in p.last_text
        assert len(p.bot_messages) == 2

    assert run_scenario(tmp_path, scene).refused == []


def test_a_card_that_went_is_replaced(tmp_path: Path) -> None:
    async def scene(o: TelegramDesk, p: TelegramChatUser) -> None:
        await p.fill_report()
        await p.tap("ส่งเรื่อง")
        await wait_until_idle(o)
        receipt = p.receipts[0]
        await p.say(receipt)
        await p.say(receipt)
        status = p.bot_messages[-1]
        update = p.fake.make_tap_update(CHAT, status.id, dict(status.buttons)["ส่งข้อความ"])
        del p.fake.chats[CHAT][status.id]
        await p.send_update(update)
        await p.say("มีพยานเพิ่มอีกสองคน ยินดีให้ถ้อยคำ")
        assert "ส่งข้อความถึงเจ้าหน้าที่แล้ว" in p.last_text

    run_scenario(tmp_path, scene)


def test_an_album_gets_one_answer(tmp_path: Path) -> None:
    async def scene(o: TelegramDesk, p: TelegramChatUser) -> None:
        o.setup.adapter.albums.wait_seconds = 0.3
        for number in range(3):
            about = {"file_name": f"ภาพ{number}.png"}
            await p.send_file("document", make_png(), about=about, media_group_id="77")
        assert p.bot_messages == []
        await asyncio.sleep(1)
        assert len(p.bot_messages) == 1
        assert "พักไว้ให้" in p.last_text
        session = await o.desk.store.load_session(o.desk.store.keyring.hash_id(Channel.TELEGRAM, str(CHAT)))
        assert session is not None
        assert [file.name for file in session.files] == ["ภาพ0.png", "ภาพ1.png", "ภาพ2.png"]

    assert run_scenario(tmp_path, scene).refused == []


def test_words_after_an_album_are_decided_after_it(tmp_path: Path) -> None:
    async def scene(o: TelegramDesk, p: TelegramChatUser) -> None:
        await p.send_file("photo", make_photo(), media_group_id="78", caption="ภาพสัญญาจ้างที่ทำย้อนหลัง")
        await p.say("สวัสดี")
        assert len(p.bot_messages) == 2
        assert "พักไว้ให้" in p.bot_messages[0].text

    assert run_scenario(tmp_path, scene).refused == []


def test_a_correction_in_the_chat_reaches_the_draft(tmp_path: Path) -> None:
    async def scene(o: TelegramDesk, p: TelegramChatUser) -> None:
        await p.fill_report()
        accused = "เจ้าหน้าที่พัสดุคนหนึ่ง กลุ่มอำนวยการ"
        sent = next(u["message"] for u in p.updates if u.get("message", {}).get("text") == accused)
        await p.send_update(
            p.fake.make_update(edited_message={**sent, "text": "หัวหน้าฝ่ายพัสดุ", "edit_date": 1})
        )
        assert "แก้ไขข้อความนั้นในร่างให้แล้ว" in p.last_text
        assert "หัวหน้าฝ่ายพัสดุ" in p.last_text
        assert accused not in p.last_text
        await p.send_update(
            p.fake.make_update(edited_message={**sent, "message_id": 1, "text": "อีกคน", "edit_date": 2})
        )
        assert "ไม่ได้อยู่ในร่าง" in p.last_text
        intake = o.setup.adapter.inbound
        assert intake._texts
        o.desk.clock_offset += timedelta(minutes=31)
        intake.evict_old_texts()
        assert not intake._texts
        assert not intake._text_ages

    assert run_scenario(tmp_path, scene).refused == []


def test_news_are_told_without_content_to_who_wished_it_and_to_nobody_else(tmp_path: Path) -> None:
    async def scene(o: TelegramDesk, p: TelegramChatUser) -> None:
        other = TelegramChatUser(p.fake, CHAT + 1)
        for person in (p, other):
            await person.fill_report()
            await person.tap("ส่งเรื่อง")
        await p.tap("แจ้งเตือนเมื่อมีข่าว")
        assert "เปิดการแจ้งเตือนแล้ว" in p.last_text
        mine, theirs = p.receipts[0], other.receipts[0]
        for receipt in (mine, theirs):
            await o.desk.send_office_message(receipt, "CANARYNEWS")
        before = len(other.bot_messages)
        await o.worker.run_once()
        assert p.last_text == "มีข้อความใหม่ถึงท่าน"
        assert len(other.bot_messages) == before
        await p.say("/stop")
        assert "ปิดการแจ้งเตือน" in p.last_text
        before = len(p.bot_messages)
        await o.desk.send_office_message(mine, "CANARYNEWS")
        await o.worker.run_once()
        assert len(p.bot_messages) == before

    fake = run_scenario(tmp_path, scene)
    assert fake.refused == []
    assert not any("CANARYNEWS" in str(call.params) for call in fake.calls)


def test_one_who_blocks_the_bot_is_told_nothing_any_more(tmp_path: Path) -> None:
    async def scene(o: TelegramDesk, p: TelegramChatUser) -> None:
        await p.fill_report()
        await p.tap("ส่งเรื่อง")
        receipt = p.receipts[0]
        await p.say(receipt)
        await p.say(receipt)
        await p.tap("แจ้งเตือนเมื่อมีข่าว")
        p.fake.blocked.add(CHAT)
        me = {
            "user": {"id": 700000001, "is_bot": True, "first_name": "bot"},
            "status": "kicked",
            "until_date": 0,
        }
        sender = {"id": CHAT, "is_bot": False, "first_name": "x"}
        private = {"id": CHAT, "type": "private"}
        change = {"chat": private, "from": sender, "old_chat_member": me, "new_chat_member": me}
        assert (
            await p.send_update(p.fake.make_update(my_chat_member={**change, "date": 1})) == 200
        )  # an update that is older than the person's messages
        p.fake.blocked.clear()
        await o.desk.send_office_message(receipt, "ขอบคุณ")
        await o.worker.run_once()
        assert p.last_text == "มีข้อความใหม่ถึงท่าน"
        p.fake.blocked.add(CHAT)
        now = int(o.desk.now().timestamp())
        assert await p.send_update(p.fake.make_update(my_chat_member={**change, "date": now})) == 200
        calls = len(p.fake.calls)
        await o.desk.send_office_message(receipt, "ขอบคุณ")
        await o.worker.run_once()
        assert len(p.fake.calls) == calls

    run_scenario(tmp_path, scene)


def test_an_hour_without_telegram_loses_no_receipt(tmp_path: Path) -> None:
    async def scene(o: TelegramDesk, p: TelegramChatUser) -> None:
        people = [TelegramChatUser(p.fake, CHAT + n) for n in range(5)]
        for person in people:
            await person.fill_report()
        p.fake.inject_fault = lambda method, params: TelegramFault(500)
        for person in people:
            assert await person.tap("ส่งเรื่อง") == 200
        for _ in range(30):
            o.desk.clock_offset += timedelta(minutes=2)
            await o.worker.run_once()
        assert [person.receipts for person in people] == [[]] * 5
        p.fake.inject_fault = lambda method, params: None
        for _ in range(3):
            o.desk.clock_offset += timedelta(minutes=30)
            await o.worker.run_once()
        assert [len(person.receipts) for person in people] == [1] * 5
        assert len({person.receipts[0] for person in people}) == len(await o.desk.load_stories()) == 5
        o.desk.errors.clear()

    assert run_scenario(tmp_path, scene).refused == []


def test_updates_twice_at_once_and_out_of_order_have_one_effect(tmp_path: Path) -> None:
    async def scene(o: TelegramDesk, p: TelegramChatUser) -> None:
        await p.fill_report()
        review = p.bot_messages[-1]
        submit = p.fake.make_tap_update(CHAT, review.id, dict(review.buttons)["ส่งเรื่อง"])
        edit = p.fake.make_tap_update(CHAT, review.id, dict(review.buttons)["แก้ไข"])
        words = p.fake.make_message_update(CHAT, text="สวัสดี")
        updates = [submit, words, submit, edit, words, submit]
        assert await asyncio.gather(*map(p.fake.push_update, updates)) == [200] * 6
        await wait_until_idle(o)
        assert len(await o.desk.load_stories()) == 1
        assert len(p.receipts) == 1

    run_scenario(tmp_path, scene)


def test_a_group_is_told_once_where_updates_are_asked_for(tmp_path: Path) -> None:
    async def scene(o: TelegramDesk, p: TelegramChatUser) -> None:
        p.fake.chats[-100123] = {}
        for _ in range(2):
            update = p.fake.make_message_update(CHAT, text="/start")
            update["message"]["chat"] = {"id": -100123, "type": "supergroup", "title": "CANARYGROUP"}
            await p.fake.queue_update(update)
        me = {"user": {"id": 700000001, "is_bot": True, "first_name": "bot"}, "status": "member"}
        for kind in ("supergroup", "private"):
            chat = {"id": -100123 if kind == "supergroup" else CHAT, "type": kind}
            change = {"chat": chat, "from": {"id": CHAT}, "date": 1, "new_chat_member": me}
            await p.fake.queue_update(p.fake.make_update(my_chat_member=change))
        await p.fake.queue_update({**p.fake.make_update(message={"message_id": "x"})})
        tap = p.fake.make_tap_update(CHAT, next(iter(p.fake.chats[CHAT])), "x")
        del tap["callback_query"]["data"]
        await p.fake.queue_update(tap)
        await wait_until_idle(o)
        assert len(p.fake.chats[-100123]) == 1

    assert run_scenario(tmp_path, scene, mode="polling").refused == []


def test_a_picture_that_cannot_be_begun_is_told(tmp_path: Path) -> None:
    async def scene(o: TelegramDesk, p: TelegramChatUser) -> None:
        async def full(*_: object) -> None:
            raise DiskFullError("full")

        o.worker.fetch_file = full  # type: ignore[method-assign,assignment]
        for more in ({}, {"media_group_id": "9"}):
            await p.send_file("photo", make_photo(), **more)
            await o.setup.adapter.albums.close()
            assert "ระบบเก็บข้อมูลเพิ่มไม่ได้" in p.last_text
        assert len(p.bot_messages) == 2
        assert [type(o.desk.errors.pop()) for _ in range(2)] == [DiskFullError] * 2

    assert run_scenario(tmp_path, scene).refused == []
