"""Nothing that Telegram was told to be taken is lost, told wrongly or told twice, whatever is cut off when."""

import asyncio
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from bot.engine import EngineAnswer
from bot.platforms.telegram.send_limiter import SendLimiter
from handlers.dialog.events import Channel, Message, Reply, Session
from storage.serialization import OutboxMessage
from tests import samples
from tests.platforms.bot_api import TelegramFault, served
from tests.platforms.person import CHAT, TelegramUser, calm, play
from tests.platforms.telegram_door import TelegramDesk, open_door
from tests.platforms.telegram_rules import contracts, rules
from tests.play import WHOLE_REPORT

WORDS = "คำบรรยายภาพ เจ้าหน้าที่เรียกรับเงินห้าพันบาท"


async def talk(o: TelegramDesk, chat: int = CHAT) -> Session:
    session = await o.desk.store.session(o.desk.store.seals.who(Channel.TELEGRAM, str(chat)))
    assert session is not None
    return session


async def album(p: TelegramUser, pictures: int) -> None:
    for number in range(pictures):
        words = {"caption": WORDS} if number == 0 else {}
        about = {"file_name": f"{number}.png"}
        await p.sends("document", samples.png(), about=about, media_group_id="77", **words)


@pytest.mark.parametrize("orderly", [True, False])
def test_an_album_that_telegram_was_told_is_taken_outlives_the_program(tmp_path: Path, orderly: bool) -> None:
    async def whole() -> None:
        async with asyncio.timeout(60), served(rules(contracts())) as fake:
            p = TelegramUser(fake)
            async with open_door(tmp_path / "var", fake) as o:
                await p.says("สวัสดี")
                await p.taps("แจ้งเรื่อง")
                before = len(p.ours)
                await album(p, 3)
                if not orderly:  # the answer dies with the program
                    o.entrance.door.albums.hold(CHAT)
                    o.entrance.door.albums._coming.clear()
            assert len(p.ours) - before == (1 if orderly else 0)
            async with open_door(tmp_path / "var", fake) as o:
                session = await talk(o)
                assert [file.name for file in session.files] == ["0.png", "1.png", "2.png"]
                assert WORDS in session.answers.values()
                assert await o.desk.store.errands.look(Channel.TELEGRAM) == []

    asyncio.run(whole())


def test_one_picture_that_cannot_be_kept_takes_no_other_along(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def scene(o: TelegramDesk, p: TelegramUser) -> None:
        await p.says("สวัสดี")
        await p.taps("แจ้งเรื่อง")
        expect, tried = o.desk.store.evidence.expect, iter([OSError("disk")])

        async def breaks(*given: Any) -> Any:
            if trouble := next(tried, None):
                raise trouble
            return await expect(*given)

        monkeypatch.setattr(o.desk.store.evidence, "expect", breaks)
        before = len(p.ours)
        await album(p, 3)
        await asyncio.sleep(1.2)
        await calm(o)
        assert [file.name for file in (await talk(o)).files] == ["1.png", "2.png"]
        (told,) = p.ours[before:]
        assert "ยังไม่ถูกบันทึก" in told.text
        o.desk.faults.clear()

    play(tmp_path, scene)


def test_a_file_that_is_brought_twice_is_fetched_once(tmp_path: Path) -> None:
    async def scene(o: TelegramDesk, p: TelegramUser) -> None:
        await p.says("สวัสดี")
        await p.taps("แจ้งเรื่อง")
        await p.sends("document", samples.png(), about={"file_name": "a.png"}, caption=WORDS)
        (kept,) = (await talk(o)).files
        p.fake.weather = lambda method, _: TelegramFault(404) if method == "download" else None
        assert await p.does(p.updates[-1]) == 200
        await calm(o)
        o.desk.away += timedelta(minutes=2)
        await o.courier.round()
        await calm(o)
        assert (await talk(o)).files == (kept,)
        assert "อ่านไม่สำเร็จ" not in p.last
        assert [c.method for c in p.fake.calls].count("getFile") == 1

    play(tmp_path, scene)


def test_killed_before_it_is_told_that_a_file_did_not_come(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def scene(o: TelegramDesk, p: TelegramUser) -> None:
        await p.says("สวัสดี")
        await p.taps("แจ้งเรื่อง")
        o.courier.patience = 0.05
        p.fake.weather = lambda method, _: TelegramFault(404, delay=0.2) if method == "download" else None

        async def killed(*_: object) -> None:
            raise asyncio.CancelledError

        with monkeypatch.context() as end:
            end.setattr(o.courier, "_decide", killed)
            await p.sends("document", samples.png(), about={"file_name": "a.png"})
            await calm(o)
        assert "อ่านไม่สำเร็จ" not in p.texts
        o.desk.away += timedelta(minutes=2)
        await o.courier.round()
        await calm(o)
        await o.courier.round()
        assert "อ่านไม่สำเร็จ" in p.last
        assert await o.desk.store.errands.look(Channel.TELEGRAM) == []

    play(tmp_path, scene)


def test_no_letter_waits_for_a_slow_file_or_for_what_cannot_be_deleted(tmp_path: Path) -> None:
    async def scene(o: TelegramDesk, p: TelegramUser) -> None:
        other = TelegramUser(p.fake, CHAT + 1)
        await other.reaches_the_review()
        await p.says("สวัสดี")
        o.courier.patience = 0.05
        files = {"status": 503}
        p.fake.weather = lambda method, q: (
            TelegramFault(**files)
            if method == "download"
            else TelegramFault(500)
            if method == "sendMessage" and q["chat_id"] == CHAT + 1
            else None
        )
        await p.sends("document", samples.png(), about={"file_name": "a.png"})
        await other.taps("ส่งเรื่อง")
        p.fake.blocked.add(777)
        for message in range(5):
            await o.entrance.door.voice.fading.note(777, message, o.desk.now())
        p.fake.weather = lambda method, _: TelegramFault(delay=8) if method == "download" else None
        o.desk.away += timedelta(minutes=20)
        await asyncio.wait_for(o.courier.round(), 3)
        assert len(other.receipts) == 1
        assert await o.desk.store.errands.look("fading") == []
        o.desk.faults.clear()

    play(tmp_path, scene)


def test_a_receipt_that_was_cut_off_comes_within_moments(tmp_path: Path) -> None:
    async def scene(o: TelegramDesk, p: TelegramUser) -> None:
        await p.reaches_the_review()
        cuts = iter([TelegramFault(cut="before")] * 2)  # the call, and its second try on a new connection
        p.fake.weather = lambda method, _: next(cuts, None) if method == "sendMessage" else None
        await p.taps("ส่งเรื่อง")
        assert p.receipts == []
        o.desk.away += timedelta(seconds=3)
        await o.courier.round()
        assert len(p.receipts) == 1
        o.desk.faults.clear()

    play(tmp_path, scene)


def test_outages_of_days_lose_no_letter_and_our_own_mistake_is_given_up(tmp_path: Path) -> None:
    async def scene(o: TelegramDesk, p: TelegramUser) -> None:
        await p.says("สวัสดี")
        back = o.entrance.door.intake.event(1, CHAT).back
        assert back is not None

        async def waits() -> int:
            letter = OutboxMessage(Channel.TELEGRAM, back, "th", (Reply("news.waiting", certain=True),))
            await o.desk.store.outbox.add(Channel.TELEGRAM, letter, o.desk.now())
            for _ in range(40):
                await o.courier.round()
                o.desk.away += timedelta(minutes=61)
            return len(await o.desk.store.outbox.look(Channel.TELEGRAM))

        p.fake.weather = lambda method, _: TelegramFault(502)
        assert await waits() == 1
        p.fake.weather = lambda method, _: TelegramFault(429, body=b'{"parameters": {"retry_after": 1e30}}')
        assert await waits() == 2
        p.fake.weather = lambda method, _: None
        o.entrance.door.post.pace = SendLimiter(0, 0)
        o.desk.away += timedelta(hours=2)
        await o.courier.round()
        assert [m.text for m in p.ours].count("มีข้อความใหม่ถึงท่าน") == 2
        p.fake.weather = lambda method, _: TelegramFault(400)
        assert await waits() == 0
        o.desk.faults.clear()

    play(tmp_path, scene)


def test_what_was_said_is_not_said_again_with_the_rest(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.platforms.telegram.replies.PAUSES", (0, 0, 0))

    async def scene(o: TelegramDesk, p: TelegramUser) -> None:
        await p.says("สวัสดี")
        broken = iter([TelegramFault(500)] * 2)
        p.fake.weather = lambda method, q: (
            next(broken, None) if method == "sendMessage" and q["text"].startswith("ข") else None
        )
        before = len(p.ours)
        answer = EngineAnswer(())
        answer.__dict__["messages"] = (Message("ก", (("1", "1"),), guarded=True), Message("ข", guarded=True))
        await o.entrance.door.voice.answer(CHAT, answer)
        await calm(o)
        assert [m.text for m in p.ours[before:]] == ["ก", "ข"]
        o.desk.faults.clear()

    play(tmp_path, scene)


def test_words_that_hold_a_secret_stand_once_where_their_picture_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.platforms.telegram.replies.PAUSES", (0, 0, 0))

    async def scene(o: TelegramDesk, p: TelegramUser) -> None:
        await p.says("สวัสดี")
        p.fake.weather = lambda method, _: TelegramFault(500) if method == "sendPhoto" else None
        answer = EngineAnswer(())
        answer.__dict__["messages"] = (Message("SECRET", fading=True, guarded=True, qr="otpauth://x"),)
        await o.entrance.door.voice.answer(CHAT, answer)
        await calm(o)
        assert [m.text for m in p.ours].count("SECRET") == 1
        o.desk.faults.clear()

    play(tmp_path, scene)


def test_a_review_waits_for_as_long_as_telegram_asks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.platforms.telegram.replies.PAUSES", (0, 0, 0))
    monkeypatch.setattr("bot.platforms.telegram.sender.MOST", 0.1)
    monkeypatch.setattr("bot.platforms.telegram.send_limiter.MOST", 0.1)

    async def scene(o: TelegramDesk, p: TelegramUser) -> None:
        busy = iter([TelegramFault(429, retry_after=1)])
        p.fake.weather = lambda method, q: next(busy, None) if "protect_content" in q else None
        await p.reaches_the_review()
        assert "โปรดตรวจก่อนส่ง" not in p.texts
        await calm(o)
        assert "โปรดตรวจก่อนส่ง" in p.last

    play(tmp_path, scene)


def test_a_correction_of_the_words_under_a_picture_reaches_the_draft(tmp_path: Path) -> None:
    async def scene(o: TelegramDesk, p: TelegramUser) -> None:
        await p.says("สวัสดี")
        await p.taps("แจ้งเรื่อง")
        await p.sends("photo", samples.photo(), caption=WORDS)
        sent, better = p.updates[-1]["message"], "คำใหม่ เจ้าหน้าที่คนหนึ่งเรียกรับเงินจากผู้ค้า"
        await p.does(p.fake.update(edited_message={**sent, "edit_date": 1}))  # nothing of the words
        assert WORDS in (await talk(o)).answers.values()
        await p.does(p.fake.update(edited_message={**sent, "caption": better, "edit_date": 1}))
        assert better in (await talk(o)).answers.values()

    assert play(tmp_path, scene).refused == []


def test_who_asks_for_updates_answers_each_chat_in_its_order(tmp_path: Path) -> None:
    async def scene(o: TelegramDesk, p: TelegramUser) -> None:
        at = next(n for n, line in enumerate(WHOLE_REPORT) if n and len(line) > 20 and line[0] != "[")
        for line in WHOLE_REPORT[:at]:
            await p.says(line)
        better = "คำใหม่ เจ้าหน้าที่คนหนึ่งเรียกรับเงินจากผู้ค้า"
        first, then = p.fake.said(CHAT, text="/help"), p.fake.said(CHAT, text=WORDS)
        edit = p.fake.update(edited_message={**then["message"], "text": better, "edit_date": 1})
        p.fake.queue.extend((first, then))  # the bot was away
        await p.fake.polled(edit)
        assert better in (await talk(o)).answers.values()
        assert "ไม่ได้อยู่ในร่าง" not in p.texts

    play(tmp_path, scene, mode="polling")


def test_who_asks_for_updates_lets_nobody_wait_for_anothers_files(tmp_path: Path) -> None:
    async def scene(o: TelegramDesk, p: TelegramUser) -> None:
        other = TelegramUser(p.fake, CHAT + 1)
        await p.says("สวัสดี")
        await other.says("สวัสดี")
        p.fake.weather = lambda method, _: TelegramFault(delay=20) if method == "download" else None
        files = [{"file_id": p.fake.has_file(samples.png()), "file_unique_id": "u"} for _ in range(4)]
        p.fake.queue.extend(p.fake.said(CHAT, document=one) for one in files)
        p.fake._came.set()
        before, loop = len(other.ours), asyncio.get_running_loop()
        asked = loop.create_task(other.says("/help"))
        began = loop.time()
        while len(other.ours) == before:  # noqa: ASYNC110 - it comes over the wire
            await asyncio.sleep(0.02)
        assert loop.time() - began < 2.5
        assert not asked.done()  # it is confirmed after those before it
        asked.cancel()
        await asyncio.gather(asked, return_exceptions=True)
        o.desk.faults.clear()

    play(tmp_path, scene, mode="polling")


def test_a_webhook_that_somebody_set_meanwhile_is_named_and_taken_away(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("bot.platforms.telegram.setup.SHORTEST", 0.05)

    async def scene(o: TelegramDesk, p: TelegramUser) -> None:
        await p.says("สวัสดี")
        p.fake.webhook = {"url": "https://elsewhere.example.test/"}
        p.fake.queue.append(p.fake.said(CHAT, text="แจ้งเรื่อง"))
        p.fake._came.set()
        while "ก่อนเริ่ม" not in p.last:  # noqa: ASYNC110 - it comes over the wire
            await asyncio.sleep(0.02)
        assert p.fake.webhook == {}
        assert "ITA_COMPLAINTS__TELEGRAM_MODE: " in capsys.readouterr().err

    play(tmp_path, scene, mode="polling")


def test_nothing_of_a_person_stands_where_an_error_might_show_it(tmp_path: Path) -> None:
    async def scene(o: TelegramDesk, p: TelegramUser) -> None:
        await p.says("สวัสดี")
        await p.taps("แจ้งเรื่อง")
        await p.sends("photo", samples.photo(), caption="CANARYCAPTION", media_group_id="1")
        door = o.entrance.door
        door.post.pace = SendLimiter()
        door.post.pace.hold(CHAT, 5)
        async with door._turns.of(CHAT):
            shown = repr(door) + repr(o.entrance)
        taps = [update["callback_query"]["id"] for update in p.updates if "callback_query" in update]
        assert not [one for one in (str(CHAT), "CANARY", "FILE0", *taps) if one in shown]

    play(tmp_path, scene)
