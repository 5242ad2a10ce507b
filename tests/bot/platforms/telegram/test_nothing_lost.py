"""An update that we acknowledged is never lost, and its replies are neither wrong nor doubled, whatever is cut off."""

import asyncio
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from bot.delivery.transport import PlatformLimits
from bot.keyed_lock import LockScope, PersonLockKey
from bot.platforms.telegram.sender import SendLimiter
from handlers.dialog.effects import Answer
from handlers.dialog.events import Channel
from handlers.dialog.replies import MUST_ARRIVE, OF_CASE, OFFICER_CONTENT, Message, Reply
from handlers.dialog.session import Session
from storage.serialization import OutboxMessage
from tests.bot.platforms.telegram.api_rules import find_contracts, load_telegram_rules
from tests.bot.platforms.telegram.driver import TelegramDesk, open_telegram_desk
from tests.bot.platforms.telegram.fake_bot_api import TelegramFault, serve_fake_bot_api
from tests.bot.platforms.telegram.user import CHAT, TelegramChatUser, run_scenario, wait_until_idle
from tests.in_memory_desk import WHOLE_REPORT
from tests.samples import make_photo, make_png

WORDS = "คำบรรยายภาพ เจ้าหน้าที่เรียกรับเงินห้าพันบาท"


async def load_telegram_session(o: TelegramDesk, chat: int = CHAT) -> Session:
    session = await o.desk.store.load_session(o.desk.store.keyring.hash_id(Channel.TELEGRAM, str(chat)))
    assert session is not None
    return session


async def open_story_question(p: TelegramChatUser) -> None:
    for words in WHOLE_REPORT[: WHOLE_REPORT.index("[รับทราบ เริ่มแจ้งเรื่อง]") + 2]:
        await p.say(words)


async def send_album(p: TelegramChatUser, pictures: int) -> None:
    for number in range(pictures):
        words = {"caption": WORDS} if number == 0 else {}
        about = {"file_name": f"{number}.png"}
        await p.send_file("document", make_png(), about=about, media_group_id="77", **words)


@pytest.mark.parametrize("orderly", [True, False])
def test_an_album_that_telegram_was_told_is_taken_outlives_the_program(tmp_path: Path, orderly: bool) -> None:
    async def run_in_loop() -> None:
        async with asyncio.timeout(60), serve_fake_bot_api(load_telegram_rules(find_contracts())) as fake:
            p = TelegramChatUser(fake)
            async with open_telegram_desk(tmp_path / "var", fake) as o:
                await open_story_question(p)
                before = len(p.bot_messages)
                await send_album(p, 3)
                if not orderly:  # the program ends before its response is sent
                    o.setup.adapter.albums.wait_for_more(CHAT)
                    o.setup.adapter.albums._answers.clear()
            assert len(p.bot_messages) - before == (1 if orderly else 0)
            async with open_telegram_desk(tmp_path / "var", fake) as o:
                session = await load_telegram_session(o)
                assert [file.name for file in session.files] == ["0.png", "1.png", "2.png"]
                assert WORDS in session.answers.values()
                assert await o.desk.store.task_queue.list_all(Channel.TELEGRAM) == []

    asyncio.run(run_in_loop())


def test_one_picture_that_cannot_be_kept_takes_no_other_along(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def scene(o: TelegramDesk, p: TelegramChatUser) -> None:
        await p.say("สวัสดี")
        await p.tap("แจ้งเรื่อง")
        expect, tried = o.desk.store.evidence.reserve, iter([OSError("disk")])

        async def breaks(*given: Any) -> Any:
            if trouble := next(tried, None):
                raise trouble
            return await expect(*given)

        monkeypatch.setattr(o.desk.store.evidence, "reserve", breaks)
        before = len(p.bot_messages)
        await send_album(p, 3)
        await asyncio.sleep(1.2)
        await wait_until_idle(o)
        assert [file.name for file in (await load_telegram_session(o)).files] == ["1.png", "2.png"]
        (told,) = p.bot_messages[before:]
        assert "ยังไม่ถูกบันทึก" in told.text
        o.desk.errors.clear()

    run_scenario(tmp_path, scene)


def test_a_file_that_is_brought_twice_is_fetched_once(tmp_path: Path) -> None:
    async def scene(o: TelegramDesk, p: TelegramChatUser) -> None:
        await p.say("สวัสดี")
        await p.tap("แจ้งเรื่อง")
        await p.send_file("document", make_png(), about={"file_name": "a.png"}, caption=WORDS)
        (kept,) = (await load_telegram_session(o)).files
        p.fake.inject_fault = lambda method, _: TelegramFault(404) if method == "download" else None
        assert await p.send_update(p.updates[-1]) == 200
        await wait_until_idle(o)
        o.desk.clock_offset += timedelta(minutes=2)
        await o.worker.run_once()
        await wait_until_idle(o)
        assert (await load_telegram_session(o)).files == (kept,)
        assert "อ่านไม่สำเร็จ" not in p.last_text
        assert [c.method for c in p.fake.calls].count("getFile") == 1

    run_scenario(tmp_path, scene)


def test_killed_before_it_is_told_that_a_file_did_not_come(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def scene(o: TelegramDesk, p: TelegramChatUser) -> None:
        await p.say("สวัสดี")
        await p.tap("แจ้งเรื่อง")
        o.setup.adapter.limits = PlatformLimits(file_wait=0.05)
        p.fake.inject_fault = lambda method, _: (
            TelegramFault(404, delay=0.2) if method == "download" else None
        )

        async def killed(*_: object) -> None:
            raise asyncio.CancelledError

        with monkeypatch.context() as end:
            end.setattr(o.worker, "_handle_file", killed)
            await p.send_file("document", make_png(), about={"file_name": "a.png"})
            await wait_until_idle(o)
        assert "อ่านไม่สำเร็จ" not in p.bot_text
        o.desk.clock_offset += timedelta(minutes=2)
        await o.worker.run_once()
        await wait_until_idle(o)
        await o.worker.run_once()
        assert "อ่านไม่สำเร็จ" in p.last_text
        assert await o.desk.store.task_queue.list_all(Channel.TELEGRAM) == []

    run_scenario(tmp_path, scene)


def test_no_letter_waits_for_a_slow_file_or_for_what_cannot_be_deleted(tmp_path: Path) -> None:
    async def scene(o: TelegramDesk, p: TelegramChatUser) -> None:
        other = TelegramChatUser(p.fake, CHAT + 1)
        await other.fill_report()
        await p.say("สวัสดี")
        o.setup.adapter.limits = PlatformLimits(file_wait=0.05)
        files = {"status": 503}
        p.fake.inject_fault = lambda method, q: (
            TelegramFault(**files)
            if method == "download"
            else TelegramFault(500)
            if method == "sendMessage" and q["chat_id"] == CHAT + 1
            else None
        )
        await p.send_file("document", make_png(), about={"file_name": "a.png"})
        await other.tap("ส่งเรื่อง")
        p.fake.blocked.add(777)
        for message in range(5):
            await o.setup.adapter.replies.expiring.schedule_deletion(777, message, o.desk.now())
        p.fake.inject_fault = lambda method, _: TelegramFault(delay=60) if method == "download" else None
        o.desk.clock_offset += timedelta(minutes=20)
        await asyncio.wait_for(o.worker.run_once(), 30)
        assert len(other.receipts) == 1
        assert await o.desk.store.task_queue.list_all("fading") == []
        o.desk.errors.clear()

    run_scenario(tmp_path, scene)


def test_a_receipt_that_was_cut_off_comes_within_moments(tmp_path: Path) -> None:
    async def scene(o: TelegramDesk, p: TelegramChatUser) -> None:
        await p.fill_report()
        cuts = iter([TelegramFault(cut="before")] * 2)  # the call, and its retry on a new connection
        p.fake.inject_fault = lambda method, _: next(cuts, None) if method == "sendMessage" else None
        await p.tap("ส่งเรื่อง")
        assert p.receipts == []
        o.desk.clock_offset += timedelta(seconds=3)
        await o.worker.run_once()
        assert len(p.receipts) == 1
        o.desk.errors.clear()

    run_scenario(tmp_path, scene)


def test_outages_of_days_lose_no_letter_and_our_own_mistake_is_given_up(tmp_path: Path) -> None:
    async def scene(o: TelegramDesk, p: TelegramChatUser) -> None:
        await p.say("สวัสดี")
        back = o.setup.adapter.inbound.build_event(1, CHAT).reply_to
        assert back is not None

        async def waits() -> int:
            letter = OutboxMessage(Channel.TELEGRAM, back, "th", (Reply("news.waiting", MUST_ARRIVE),))
            await o.desk.store.outbox.add(Channel.TELEGRAM, letter, o.desk.now())
            for _ in range(40):
                await o.worker.run_once()
                o.desk.clock_offset += timedelta(minutes=61)
            return len(await o.desk.store.outbox.list_all(Channel.TELEGRAM))

        p.fake.inject_fault = lambda method, _: TelegramFault(502)
        assert await waits() == 1
        p.fake.inject_fault = lambda method, _: TelegramFault(
            429, body=b'{"parameters": {"retry_after": 1e30}}'
        )
        assert await waits() == 2
        p.fake.inject_fault = lambda method, _: None
        o.setup.adapter.sender.limiter = SendLimiter(0, 0)
        o.desk.clock_offset += timedelta(hours=2)
        await o.worker.run_once()
        assert [m.text for m in p.bot_messages].count("มีข้อความใหม่ถึงท่าน") == 2
        p.fake.inject_fault = lambda method, _: TelegramFault(400)
        assert await waits() == 0
        o.desk.errors.clear()

    run_scenario(tmp_path, scene)


def test_what_was_said_is_not_said_again_with_the_rest(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.platforms.telegram.replies.RESEND_DELAYS", (0, 0, 0))

    async def scene(o: TelegramDesk, p: TelegramChatUser) -> None:
        await p.say("สวัสดี")
        broken = iter([TelegramFault(500)] * 2)
        p.fake.inject_fault = lambda method, q: (
            next(broken, None) if method == "sendMessage" and q["text"].startswith("ข") else None
        )
        before = len(p.bot_messages)
        answer = Answer()
        answer.__dict__["messages"] = (
            Message("ก", OF_CASE, (("1", "1"),)),
            Message("ข", OF_CASE),
        )
        await o.setup.adapter.replies.send_answer(CHAT, answer)
        await wait_until_idle(o)
        assert [m.text for m in p.bot_messages[before:]] == ["ก", "ข"]
        o.desk.errors.clear()

    run_scenario(tmp_path, scene)


def test_words_that_hold_a_secret_stand_once_where_their_picture_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.platforms.telegram.replies.RESEND_DELAYS", (0, 0, 0))

    async def scene(o: TelegramDesk, p: TelegramChatUser) -> None:
        await p.say("สวัสดี")
        p.fake.inject_fault = lambda method, _: TelegramFault(500) if method == "sendPhoto" else None
        answer = Answer()
        answer.__dict__["messages"] = (Message("SECRET", OFFICER_CONTENT, qr="otpauth://x"),)
        await o.setup.adapter.replies.send_answer(CHAT, answer)
        await wait_until_idle(o)
        assert [m.text for m in p.bot_messages].count("SECRET") == 1
        o.desk.errors.clear()

    run_scenario(tmp_path, scene)


def test_a_review_waits_for_as_long_as_telegram_asks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.platforms.telegram.replies.RESEND_DELAYS", (0, 0, 0))
    monkeypatch.setattr("bot.platforms.telegram.sender.MAX_SEND_WAIT", 0.1)
    monkeypatch.setattr("bot.platforms.telegram.sender.MAX_SEND_WAIT", 0.1)

    async def scene(o: TelegramDesk, p: TelegramChatUser) -> None:
        busy = iter([TelegramFault(429, retry_after=1)])
        p.fake.inject_fault = lambda method, q: next(busy, None) if "protect_content" in q else None
        await p.fill_report()
        assert "โปรดตรวจก่อนส่ง" not in p.bot_text
        await wait_until_idle(o)
        assert "โปรดตรวจก่อนส่ง" in p.last_text

    run_scenario(tmp_path, scene)


def test_a_correction_of_the_words_under_a_picture_reaches_the_draft(tmp_path: Path) -> None:
    async def scene(o: TelegramDesk, p: TelegramChatUser) -> None:
        await open_story_question(p)
        await p.send_file("photo", make_photo(), caption=WORDS)
        sent, better = p.updates[-1]["message"], "คำใหม่ เจ้าหน้าที่คนหนึ่งเรียกรับเงินจากผู้ค้า"
        await p.send_update(
            p.fake.make_update(edited_message={**sent, "edit_date": 1})
        )  # an edit without a caption
        assert WORDS in (await load_telegram_session(o)).answers.values()
        await p.send_update(p.fake.make_update(edited_message={**sent, "caption": better, "edit_date": 1}))
        assert better in (await load_telegram_session(o)).answers.values()

    assert run_scenario(tmp_path, scene).refused == []


def test_who_asks_for_updates_answers_each_chat_in_its_order(tmp_path: Path) -> None:
    async def scene(o: TelegramDesk, p: TelegramChatUser) -> None:
        at = next(n for n, line in enumerate(WHOLE_REPORT) if n and len(line) > 20 and line[0] != "[")
        for line in WHOLE_REPORT[:at]:
            await p.say(line)
        better = "คำใหม่ เจ้าหน้าที่คนหนึ่งเรียกรับเงินจากผู้ค้า"
        first, then = (
            p.fake.make_message_update(CHAT, text="/help"),
            p.fake.make_message_update(CHAT, text=WORDS),
        )
        edit = p.fake.make_update(edited_message={**then["message"], "text": better, "edit_date": 1})
        p.fake.queue.extend((first, then))  # the bot was down
        await p.fake.queue_update(edit)
        assert better in (await load_telegram_session(o)).answers.values()
        assert "ไม่ได้อยู่ในร่าง" not in p.bot_text

    run_scenario(tmp_path, scene, mode="polling")


def test_who_asks_for_updates_lets_nobody_wait_for_anothers_files(tmp_path: Path) -> None:
    async def scene(o: TelegramDesk, p: TelegramChatUser) -> None:
        other = TelegramChatUser(p.fake, CHAT + 1)
        await p.say("สวัสดี")
        await other.say("สวัสดี")
        o.setup.adapter.limits = PlatformLimits(file_wait=20)
        p.fake.inject_fault = lambda method, _: TelegramFault(delay=20) if method == "download" else None
        files = [{"file_id": p.fake.add_file(make_png()), "file_unique_id": "u"} for _ in range(4)]
        p.fake.queue.extend(p.fake.make_message_update(CHAT, document=one) for one in files)
        p.fake._update_arrived.set()
        while not await o.desk.store.task_queue.list_all(Channel.TELEGRAM):  # noqa: ASYNC110 - as below
            await asyncio.sleep(0.02)
        before = len(other.bot_messages)
        asked = asyncio.create_task(other.say("/help"))
        while len(other.bot_messages) == before:  # noqa: ASYNC110 - it arrives over the network
            await asyncio.sleep(0.02)
        assert len(await o.desk.store.task_queue.list_all(Channel.TELEGRAM)) == 1  # a file is still under way
        assert not asked.done()  # it is confirmed only after the earlier updates
        asked.cancel()
        await asyncio.gather(asked, return_exceptions=True)
        o.desk.errors.clear()

    run_scenario(tmp_path, scene, mode="polling")


def test_a_webhook_that_somebody_set_meanwhile_is_named_and_taken_away(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("bot.platforms.telegram.setup.MIN_RETRY_DELAY", 0.05)

    async def scene(o: TelegramDesk, p: TelegramChatUser) -> None:
        await p.say("สวัสดี")
        p.fake.webhook = {"url": "https://elsewhere.example.test/"}
        p.fake.queue.append(p.fake.make_message_update(CHAT, text="แจ้งเรื่อง"))
        p.fake._update_arrived.set()
        while "ก่อนเริ่ม" not in p.last_text or p.fake.webhook:  # noqa: ASYNC110 - it arrives over the network
            await asyncio.sleep(0.02)
        assert "ITA_COMPLAINTS__TELEGRAM_MODE: " in capsys.readouterr().err

    run_scenario(tmp_path, scene, mode="polling")


def test_a_message_takes_one_lock(tmp_path: Path) -> None:
    async def scene(o: TelegramDesk, p: TelegramChatUser) -> None:
        taken, locks, who = (
            list[PersonLockKey](),
            o.desk.engine._locks,
            o.setup.adapter.inbound.person_id(CHAT),
        )
        lock = locks.lock
        locks.lock = lambda key: (taken.append(key), lock(key))[1]  # type: ignore[method-assign]
        await p.say("สวัสดี")
        await p.tap("แจ้งเรื่อง")
        await p.send_file("photo", make_photo(), caption="คำบรรยาย")
        assert taken == [(LockScope.HANDLING, who)] * 3

    run_scenario(tmp_path, scene)


def test_nothing_of_a_person_stands_where_an_error_might_show_it(tmp_path: Path) -> None:
    async def scene(o: TelegramDesk, p: TelegramChatUser) -> None:
        await p.say("สวัสดี")
        await p.tap("แจ้งเรื่อง")
        await p.send_file("photo", make_photo(), caption="CANARYCAPTION", media_group_id="1")
        door = o.setup.adapter
        door.sender.limiter = SendLimiter()
        door.sender.limiter.back_off(CHAT, 5)
        async with door._lock_chat(CHAT):
            shown = repr(door) + repr(o.setup)
        taps = [update["callback_query"]["id"] for update in p.updates if "callback_query" in update]
        assert not [one for one in (str(CHAT), "CANARY", "FILE0", *taps) if one in shown]

    run_scenario(tmp_path, scene)
