"""Tracking codes in Telegram: in captions, edited messages, file names and the parts of long texts."""

from pathlib import Path

from handlers.dialog.events import Channel
from handlers.dialog.session import Session
from tests.bot.platforms.telegram.driver import TelegramDesk
from tests.bot.platforms.telegram.user import CHAT, TelegramChatUser, run_scenario, wait_until_idle
from tests.kept_texts import find_kept_codes
from tests.samples import make_photo

OTHER = 7_000_000_001


async def file_report(o: TelegramDesk, p: TelegramChatUser) -> str:
    """File a report; returns its code."""
    await p.fill_report()
    await p.tap("ส่งเรื่อง")
    await wait_until_idle(o)
    code = p.receipts[0]
    await p.tap("ข้าม")
    return code


async def load_chat_session(o: TelegramDesk) -> Session:
    found = await o.desk.store.load_session(o.desk.store.keyring.hash_id(Channel.TELEGRAM, str(CHAT)))
    assert found is not None
    return found


def test_a_code_in_a_caption_an_edit_and_a_file_name_is_not_kept(tmp_path: Path) -> None:
    async def scene(o: TelegramDesk, p: TelegramChatUser) -> None:
        code = await file_report(o, p)
        for line in ("แจ้งเรื่อง", "[รับทราบ เริ่มแจ้งเรื่อง]", "[ทุจริตต่อหน้าที่]"):
            await p.say(line)
        caption = f"สลิปของเรื่องเดิม {code} ที่เขาเรียกเงินเพิ่ม"
        await p.send_file("document", make_photo(), caption=caption, about={"file_name": f"{code}.jpg"})
        assert "เอารหัสติดตามออก" in p.last_text
        await p.say("เขาเรียกเงินเพิ่มอีกสองครั้งในเดือนเดียว")
        said = p.updates[-1]["message"]
        edited = {**said, "text": f"เขาเรียกเงินเพิ่มอีกสองครั้ง ตามรหัส {code}", "edit_date": 1}
        await p.send_update(p.fake.make_update(edited_message=edited))
        assert "เอารหัสติดตามออก" in p.last_text
        session = await load_chat_session(o)
        assert session.answers["story"] == (
            "สลิปของเรื่องเดิม [รหัสติดตาม] ที่เขาเรียกเงินเพิ่ม\nเขาเรียกเงินเพิ่มอีกสองครั้ง ตามรหัส [รหัสติดตาม]"
        )
        assert session.files[0].name == "….jpg"
        assert find_kept_codes(session) == []

    assert run_scenario(tmp_path, scene).refused == []


def test_a_code_that_a_long_text_is_cut_at_is_not_kept(tmp_path: Path) -> None:
    async def scene(o: TelegramDesk, p: TelegramChatUser) -> None:
        code = await file_report(o, p)
        for line in ("แจ้งเรื่อง", "[รับทราบ เริ่มแจ้งเรื่อง]", "[ทุจริตต่อหน้าที่]"):
            await p.say(line)
        await p.say(f"{'เล่า' * 1020} {code[:15]}")  # 4,096 characters, so that the word goes on
        await p.say(f"{code[15:]} แล้วเขาก็ยังเรียกเงินอยู่")
        await o.setup.adapter.long_texts.end(CHAT)
        assert "เอารหัสติดตามออก" in p.last_text
        session = await load_chat_session(o)
        assert session.answers["story"].endswith(" [รหัสติดตาม] แล้วเขาก็ยังเรียกเงินอยู่")
        assert find_kept_codes(session) == []

    assert run_scenario(tmp_path, scene).refused == []


def test_a_caption_or_an_edit_with_a_code_opens_the_case_where_one_looks_it_up(tmp_path: Path) -> None:
    async def scene(o: TelegramDesk, p: TelegramChatUser) -> None:
        code = await file_report(o, p)
        await p.say("ติดตามเรื่อง")
        await p.say(code[:-2])
        said = p.updates[-1]["message"]
        await p.send_update(p.fake.make_update(edited_message={**said, "text": f"{code} ค่ะ", "edit_date": 1}))
        assert "สถานะ: รับเรื่องแล้ว" in p.last_text
        other = TelegramChatUser(p.fake, chat=OTHER)
        await other.say("สวัสดี")
        await other.send_file("photo", make_photo(), caption=f"รหัส {code} ค่ะ")
        assert "สถานะ: รับเรื่องแล้ว" in other.bot_text
        assert "ท่านส่งหลักฐานเพิ่ม" in other.bot_text

    assert run_scenario(tmp_path, scene).refused == []
