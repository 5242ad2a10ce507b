"""What goes which way through Telegram's door, and that nothing certain is lost on it."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest

from bot.platforms.telegram.send_limiter import SendLimiter
from handlers.dialog.events import Channel
from storage.errors import DiskFullError
from tests import samples
from tests.platforms.bot_api import TelegramFault
from tests.platforms.person import CHAT, TelegramUser, calm, play
from tests.platforms.telegram_door import TelegramDesk


def test_questions_ride_in_the_answer_and_what_is_of_a_case_is_called(tmp_path: Path) -> None:
    async def scene(o: TelegramDesk, p: TelegramUser) -> None:
        await p.says("สวัสดี")
        await p.taps("แจ้งเรื่อง")
        ways = Counter((c.method, c.by) for c in p.fake.calls if "Command" not in c.method)
        assert ways[("sendMessage", "answer")] == 1
        assert ways[("editMessageText", "answer")] == 1
        assert not ways.keys() & {("sendMessage", "wire"), ("editMessageText", "wire")}
        await p.reaches_the_review(2)
        assert [m.protected for m in p.ours].count(True) == 1
        assert "โปรดตรวจก่อนส่ง" in p.last
        await p.taps("ส่งเรื่อง")
        await calm(o)
        assert len(p.receipts) == 1
        assert all(query for query in p.fake.answered.values())
        assert await o.desk.store.outbox.look(Channel.TELEGRAM) == []

    assert play(tmp_path, scene).refused == []


def test_when_a_case_is_filed_only_its_receipt_stays_in_the_chat(tmp_path: Path) -> None:
    async def scene(o: TelegramDesk, p: TelegramUser) -> None:
        await p.reaches_the_review()
        typed = [m.id for m in p.fake.chats[CHAT].values() if not m.by_bot]
        await p.taps("ส่งเรื่อง")
        await calm(o)
        assert set(typed) <= p.fake.deleted[CHAT]
        assert not any("โปรดตรวจก่อนส่ง" in m.text for m in p.ours)
        assert len(p.receipts) == 1
        assert "เหลือไว้แต่รหัสติดตาม" in p.last
        assert p.last.endswith("โปรดพิมพ์ 5 ตัวท้ายของรหัส")
        await p.says("/wipe")
        assert p.receipts == []
        assert "ลบข้อความในแชตนี้แล้ว" in p.last

    assert play(tmp_path, scene).refused == []


def test_a_wipe_that_fails_is_told_and_can_be_repeated(tmp_path: Path) -> None:
    async def scene(o: TelegramDesk, p: TelegramUser) -> None:
        await p.says("สวัสดี")
        p.fake.weather = lambda method, params: TelegramFault(500) if method == "deleteMessages" else None
        await p.says("/wipe")
        assert "ลบข้อความในแชตไม่สำเร็จ" in p.last
        assert o.desk.faults.pop()
        p.fake.weather = lambda method, params: None
        await p.says("/wipe")
        assert len(p.fake.deleted[CHAT]) == 3

    play(tmp_path, scene)


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
    async def scene(o: TelegramDesk, p: TelegramUser) -> None:
        await p.reaches_the_review()
        p.fake.weather = lambda method, params: TROUBLES[trouble] if method == "sendMessage" else None
        assert await p.taps("ส่งเรื่อง") == 200
        assert len(await o.desk.store.outbox.look(Channel.TELEGRAM)) == 1
        for minutes in (1.1, 1, 1):
            o.desk.away += timedelta(minutes=minutes)
            await o.courier.round()
        p.fake.weather = lambda method, params: None
        o.desk.away += timedelta(minutes=30)
        o.entrance.door.post.pace = SendLimiter(0, 0)
        await o.courier.round()
        assert len(set(p.receipts)) == 1
        assert await o.desk.store.outbox.look(Channel.TELEGRAM) == []
        o.desk.faults.clear()

    play(tmp_path, scene)


def test_one_chat_that_must_wait_keeps_no_other(tmp_path: Path) -> None:
    async def scene(o: TelegramDesk, p: TelegramUser) -> None:
        other = TelegramUser(p.fake, CHAT + 1)
        await p.reaches_the_review()
        await other.reaches_the_review()
        p.fake.weather = lambda method, params: (
            TelegramFault(429, retry_after=600) if params.get("chat_id") == CHAT else None
        )
        await p.taps("ส่งเรื่อง")
        await other.taps("ส่งเรื่อง")
        assert (len(p.receipts), len(other.receipts)) == (0, 1)
        calls = len(p.fake.calls)
        o.desk.away += timedelta(minutes=2)
        await o.courier.round()  # the chat is held: Telegram is not even asked
        assert [c for c in p.fake.calls[calls:] if c.params.get("chat_id") == CHAT] == []

    play(tmp_path, scene)


def test_a_question_does_not_ride_into_a_chat_that_must_wait(tmp_path: Path) -> None:
    async def scene(o: TelegramDesk, p: TelegramUser) -> None:
        await p.says("สวัสดี")
        o.entrance.door.post.pace.hold(CHAT, 0.2)
        calls = len(p.fake.calls)
        await p.taps("แจ้งเรื่อง")
        assert [c.by for c in p.fake.calls[calls:] if c.method == "editMessageText"] == ["wire"]
        assert "ก่อนเริ่ม" in p.last

    assert play(tmp_path, scene).refused == []


def test_a_review_that_could_not_be_sent_is_sent_a_little_later(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.platforms.telegram.replies.PAUSES", (0, 0, 0))

    async def scene(o: TelegramDesk, p: TelegramUser) -> None:
        broken = iter([TelegramFault(500), TelegramFault(500)])
        p.fake.weather = lambda method, params: next(broken, None) if "protect_content" in params else None
        await p.reaches_the_review()
        await calm(o)
        assert "โปรดตรวจก่อนส่ง" in p.last
        o.desk.faults.clear()

    play(tmp_path, scene)


def test_one_who_left_is_not_written_to_for_ever(tmp_path: Path) -> None:
    async def scene(o: TelegramDesk, p: TelegramUser) -> None:
        await p.reaches_the_review()
        p.fake.blocked.add(CHAT)
        await p.taps("ส่งเรื่อง")
        assert len(await o.desk.store.outbox.look(Channel.TELEGRAM)) == 1
        o.desk.away += timedelta(minutes=2)
        await o.courier.round()
        assert await o.desk.store.outbox.look(Channel.TELEGRAM) == []

    play(tmp_path, scene)


def test_a_group_is_told_once(tmp_path: Path) -> None:
    async def scene(o: TelegramDesk, p: TelegramUser) -> None:
        p.fake.chats[-100123] = {}
        for _ in range(3):
            update = p.fake.said(CHAT, text="/start")
            update["message"]["chat"] = {"id": -100123, "type": "supergroup", "title": "CANARYGROUP"}
            assert await p.does(update) == 200
        assert [m.text[:30] for m in p.fake.chats[-100123].values()] == ["ช่องทางนี้ใช้ได้เฉพาะในแชตส่วน"]
        assert await o.desk.store.session(o.desk.store.seals.who(Channel.TELEGRAM, str(CHAT))) is None

    assert play(tmp_path, scene).refused == []


def test_what_is_older_than_telegram_keeps_is_not_acted_on(tmp_path: Path) -> None:
    async def scene(o: TelegramDesk, p: TelegramUser) -> None:
        update = p.fake.said(CHAT, text="แจ้งเรื่อง")
        update["message"]["date"] -= 7 * 24 * 3600
        assert await p.does(update) == 200
        assert p.ours == []

    play(tmp_path, scene)


def test_every_sort_of_message_gets_an_answer(tmp_path: Path) -> None:
    async def scene(o: TelegramDesk, p: TelegramUser) -> None:
        await p.says("/start@canary_bot")
        await p.says("/start report")
        assert "พร้อมเริ่มแจ้งเรื่องหรือไม่" in p.last
        await p.says("/start <nonsense>")
        await p.does(p.fake.said(CHAT, sticker={"file_id": "s", "emoji": "😡"}))
        assert len(p.ours) == 4
        await p.does(p.fake.said(CHAT, location={"latitude": 18.79, "longitude": 98.98}))
        assert "พักไว้ให้" in p.last
        before = len(p.ours)
        await p.does(p.fake.said(CHAT, pinned_message={"message_id": 3}))
        assert len(p.ours) == before
        await p.sends("photo", samples.photo(), caption="ภาพนี้ถ่ายที่หน้าห้องพัสดุเมื่อวานนี้")
        assert "เก็บไฟล์ “ภาพถ่าย.jpg” แล้ว" in p.last
        assert p.last.count("พักไว้ให้") == 1
        for kind, name in (("voice", "เสียงพูด.ogg"), ("video_note", "วิดีโอ.mp4"), ("audio", "เสียง.mp3")):
            await p.sends(kind, samples.png())
            assert f"“{name}”" in p.last
        await p.sends("document", b"", about={"file_size": 21 * 1024 * 1024, "file_name": "ใหญ่.mp4"})
        assert "ใหญ่เกิน 20 MB" in p.last

    assert play(tmp_path, scene).refused == []


def test_a_file_that_takes_long_shows_that_something_happens(tmp_path: Path) -> None:
    async def scene(o: TelegramDesk, p: TelegramUser) -> None:
        p.fake.weather = lambda method, params: TelegramFault(delay=1.5) if method == "download" else None
        await p.sends("photo", samples.photo())
        assert "sendChatAction" in [c.method for c in p.fake.calls]
        assert "พักไว้ให้" in p.last

    assert play(tmp_path, scene).refused == []


def test_a_case_is_filed_while_its_file_is_on_the_way(tmp_path: Path) -> None:
    async def scene(o: TelegramDesk, p: TelegramUser) -> None:
        gate = asyncio.Event()
        o.courier.patience = 0.05
        original = o.entrance.door.post.api.file

        async def slow(file: str) -> AsyncIterator[bytes]:
            await gate.wait()
            async for piece in original(file):
                yield piece

        o.entrance.door.post.api.file = slow  # type: ignore[method-assign]
        await p.sends("photo", samples.photo())
        assert "กำลังรับไฟล์" in p.last
        await p.reaches_the_review(0, ไม่มีหลักฐาน="[เสร็จแล้ว]")
        await p.taps("ส่งเรื่อง")
        gate.set()
        await calm(o)
        (case,) = await o.desk.stories()
        (file,) = (await o.desk.store.report(case)).files
        assert b"".join([c async for c in o.desk.store.evidence.read(file)]) == samples.photo()

    assert play(tmp_path, scene).refused == []


def test_a_tap_on_a_message_that_telegram_hides_is_answered_below(tmp_path: Path) -> None:
    async def scene(o: TelegramDesk, p: TelegramUser) -> None:
        await p.says("สวัสดี")
        update = p.fake.tapped(CHAT, p.ours[-1].id, "/report")
        update["callback_query"]["message"] = {
            "message_id": 5,
            "date": 0,
            "chat": {"id": CHAT, "type": "private"},
        }
        await p.does(update)
        assert "พร้อมเริ่มแจ้งเรื่องหรือไม่" in p.last
        assert len(p.ours) == 2

    assert play(tmp_path, scene).refused == []


def test_a_card_that_went_is_replaced(tmp_path: Path) -> None:
    async def scene(o: TelegramDesk, p: TelegramUser) -> None:
        await p.reaches_the_review()
        await p.taps("ส่งเรื่อง")
        await calm(o)
        receipt = p.receipts[0]
        await p.says(receipt)
        await p.says(receipt)
        status = p.ours[-1]
        update = p.fake.tapped(CHAT, status.id, dict(status.buttons)["ส่งข้อความ"])
        del p.fake.chats[CHAT][status.id]
        await p.does(update)
        await p.says("มีพยานเพิ่มอีกสองคน ยินดีให้ถ้อยคำ")
        assert "ส่งข้อความถึงเจ้าหน้าที่แล้ว" in p.last

    play(tmp_path, scene)


def test_an_album_gets_one_answer(tmp_path: Path) -> None:
    async def scene(o: TelegramDesk, p: TelegramUser) -> None:
        o.entrance.door.albums.quiet = 0.3
        for number in range(3):
            about = {"file_name": f"ภาพ{number}.png"}
            await p.sends("document", samples.png(), about=about, media_group_id="77")
        assert p.ours == []
        await asyncio.sleep(1)
        assert len(p.ours) == 1
        assert "พักไว้ให้" in p.last
        session = await o.desk.store.session(o.desk.store.seals.who(Channel.TELEGRAM, str(CHAT)))
        assert session is not None
        assert [file.name for file in session.files] == ["ภาพ0.png", "ภาพ1.png", "ภาพ2.png"]

    assert play(tmp_path, scene).refused == []


def test_words_after_an_album_are_decided_after_it(tmp_path: Path) -> None:
    async def scene(o: TelegramDesk, p: TelegramUser) -> None:
        await p.sends("photo", samples.photo(), media_group_id="78", caption="ภาพสัญญาจ้างที่ทำย้อนหลัง")
        await p.says("สวัสดี")
        assert len(p.ours) == 2
        assert "พักไว้ให้" in p.ours[0].text

    assert play(tmp_path, scene).refused == []


def test_a_correction_in_the_chat_reaches_the_draft(tmp_path: Path) -> None:
    async def scene(o: TelegramDesk, p: TelegramUser) -> None:
        await p.reaches_the_review()
        accused = "เจ้าหน้าที่พัสดุคนหนึ่ง กลุ่มอำนวยการ"
        sent = next(u["message"] for u in p.updates if u.get("message", {}).get("text") == accused)
        await p.does(p.fake.update(edited_message={**sent, "text": "หัวหน้าฝ่ายพัสดุ", "edit_date": 1}))
        assert "แก้ไขข้อความนั้นในร่างให้แล้ว" in p.last
        assert "หัวหน้าฝ่ายพัสดุ" in p.last
        assert accused not in p.last
        await p.does(p.fake.update(edited_message={**sent, "message_id": 1, "text": "อีกคน", "edit_date": 2}))
        assert "ไม่ได้อยู่ในร่าง" in p.last
        intake = o.entrance.door.intake
        assert intake._typed
        o.desk.away += timedelta(minutes=31)
        intake.forget()
        assert not intake._typed
        assert not intake._since

    assert play(tmp_path, scene).refused == []


def test_news_are_told_without_content_to_who_wished_it_and_to_nobody_else(tmp_path: Path) -> None:
    async def scene(o: TelegramDesk, p: TelegramUser) -> None:
        other = TelegramUser(p.fake, CHAT + 1)
        for person in (p, other):
            await person.reaches_the_review()
            await person.taps("ส่งเรื่อง")
        await p.taps("แจ้งเตือนเมื่อมีข่าว")
        assert "เปิดการแจ้งเตือนแล้ว" in p.last
        mine, theirs = p.receipts[0], other.receipts[0]
        for receipt in (mine, theirs):
            await o.desk.tell(receipt, "CANARYNEWS")
        before = len(other.ours)
        await o.courier.round()
        assert p.last == "มีข้อความใหม่ถึงท่าน"
        assert len(other.ours) == before
        await p.says("/stop")
        assert "ปิดการแจ้งเตือน" in p.last
        before = len(p.ours)
        await o.desk.tell(mine, "CANARYNEWS")
        await o.courier.round()
        assert len(p.ours) == before

    fake = play(tmp_path, scene)
    assert fake.refused == []
    assert not any("CANARYNEWS" in str(call.params) for call in fake.calls)


def test_one_who_blocks_the_bot_is_told_nothing_any_more(tmp_path: Path) -> None:
    async def scene(o: TelegramDesk, p: TelegramUser) -> None:
        await p.reaches_the_review()
        await p.taps("ส่งเรื่อง")
        receipt = p.receipts[0]
        await p.says(receipt)
        await p.says(receipt)
        await p.taps("แจ้งเตือนเมื่อมีข่าว")
        p.fake.blocked.add(CHAT)
        me = {
            "user": {"id": 700000001, "is_bot": True, "first_name": "bot"},
            "status": "kicked",
            "until_date": 0,
        }
        sender = {"id": CHAT, "is_bot": False, "first_name": "x"}
        private = {"id": CHAT, "type": "private"}
        change = {"chat": private, "from": sender, "old_chat_member": me, "new_chat_member": me}
        assert await p.does(p.fake.update(my_chat_member={**change, "date": 1})) == 200  # played back
        p.fake.blocked.clear()
        await o.desk.tell(receipt, "ขอบคุณ")
        await o.courier.round()
        assert p.last == "มีข้อความใหม่ถึงท่าน"
        p.fake.blocked.add(CHAT)
        now = int(o.desk.now().timestamp())
        assert await p.does(p.fake.update(my_chat_member={**change, "date": now})) == 200
        calls = len(p.fake.calls)
        await o.desk.tell(receipt, "ขอบคุณ")
        await o.courier.round()
        assert len(p.fake.calls) == calls

    play(tmp_path, scene)


def test_an_hour_without_telegram_loses_no_receipt(tmp_path: Path) -> None:
    async def scene(o: TelegramDesk, p: TelegramUser) -> None:
        people = [TelegramUser(p.fake, CHAT + n) for n in range(5)]
        for person in people:
            await person.reaches_the_review()
        p.fake.weather = lambda method, params: TelegramFault(500)
        for person in people:
            assert await person.taps("ส่งเรื่อง") == 200
        for _ in range(30):
            o.desk.away += timedelta(minutes=2)
            await o.courier.round()
        assert [person.receipts for person in people] == [[]] * 5
        p.fake.weather = lambda method, params: None
        for _ in range(3):
            o.desk.away += timedelta(minutes=30)
            await o.courier.round()
        assert [len(person.receipts) for person in people] == [1] * 5
        assert len({person.receipts[0] for person in people}) == len(await o.desk.stories()) == 5
        o.desk.faults.clear()

    assert play(tmp_path, scene).refused == []


def test_updates_twice_at_once_and_out_of_order_have_one_effect(tmp_path: Path) -> None:
    async def scene(o: TelegramDesk, p: TelegramUser) -> None:
        await p.reaches_the_review()
        review = p.ours[-1]
        submit = p.fake.tapped(CHAT, review.id, dict(review.buttons)["ส่งเรื่อง"])
        edit = p.fake.tapped(CHAT, review.id, dict(review.buttons)["แก้ไข"])
        words = p.fake.said(CHAT, text="สวัสดี")
        updates = [submit, words, submit, edit, words, submit]
        assert await asyncio.gather(*map(p.fake.push, updates)) == [200] * 6
        await calm(o)
        assert len(await o.desk.stories()) == 1
        assert len(p.receipts) == 1

    play(tmp_path, scene)


def test_a_group_is_told_once_where_updates_are_asked_for(tmp_path: Path) -> None:
    async def scene(o: TelegramDesk, p: TelegramUser) -> None:
        p.fake.chats[-100123] = {}
        for _ in range(2):
            update = p.fake.said(CHAT, text="/start")
            update["message"]["chat"] = {"id": -100123, "type": "supergroup", "title": "CANARYGROUP"}
            await p.fake.polled(update)
        me = {"user": {"id": 700000001, "is_bot": True, "first_name": "bot"}, "status": "member"}
        for kind in ("supergroup", "private"):
            chat = {"id": -100123 if kind == "supergroup" else CHAT, "type": kind}
            change = {"chat": chat, "from": {"id": CHAT}, "date": 1, "new_chat_member": me}
            await p.fake.polled(p.fake.update(my_chat_member=change))
        await p.fake.polled({**p.fake.update(message={"message_id": "x"})})
        tap = p.fake.tapped(CHAT, next(iter(p.fake.chats[CHAT])), "x")
        del tap["callback_query"]["data"]
        await p.fake.polled(tap)
        await calm(o)
        assert len(p.fake.chats[-100123]) == 1

    assert play(tmp_path, scene, mode="polling").refused == []


def test_a_picture_that_cannot_be_begun_is_told(tmp_path: Path) -> None:
    async def scene(o: TelegramDesk, p: TelegramUser) -> None:
        async def full(*_: object) -> None:
            raise DiskFullError("full")

        o.courier.bring = full  # type: ignore[method-assign,assignment]
        for more in ({}, {"media_group_id": "9"}):
            await p.sends("photo", samples.photo(), **more)
            await o.entrance.door.albums.close()
            assert "ระบบเก็บข้อมูลเพิ่มไม่ได้" in p.last
        assert len(p.ours) == 2
        assert [type(o.desk.faults.pop()) for _ in range(2)] == [DiskFullError] * 2

    assert play(tmp_path, scene).refused == []
