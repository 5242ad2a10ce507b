"""Tracking codes in LINE: in texts and file names; what waits for an answer can be unsent."""

from pathlib import Path

from handlers.complaints.messages import FindCase
from handlers.dialog.receipt import Receipt, normalize_receipt
from tests.bot.platforms.line.api_rules import needs_contracts
from tests.bot.platforms.line.driver import LineDesk, to_messages
from tests.bot.platforms.line.fake_line_api import FakeContent
from tests.bot.platforms.line.test_sender import answer_until_review, exchange
from tests.bot.platforms.line.test_unsend import A, load_line_session, run_scenario, send_event, unsend
from tests.kept_texts import find_kept_codes
from tests.samples import make_photo


async def file_report(account: LineDesk) -> str:
    """File a report; returns its code."""
    filing = await answer_until_review(account)
    before = len(account.line.chats[A])
    assert await account.line.post_events(filing) == 200
    told = to_messages(await account.line.wait_for_messages(A, before))
    return next(message.receipt for message in told if message.receipt)


@needs_contracts
def test_a_code_is_neither_in_a_draft_nor_in_what_can_be_unsent(tmp_path: Path) -> None:
    async def scene(account: LineDesk) -> None:
        code = await file_report(account)
        mistyped = code[:-1] + ("2" if code[-1] != "2" else "3")
        await exchange(account, "[ข้าม]")
        for words in ("แจ้งเรื่อง", "[รับทราบ เริ่มแจ้งเรื่อง]", "[ทุจริตต่อหน้าที่]"):
            await exchange(account, words)
        told = account.line.make_text_event(A, f"เรื่องเดิมตามรหัส {code} ยังเรียกเงินอยู่")
        first = await send_event(account, told)
        photo = FakeContent(make_photo())
        await send_event(account, account.line.make_file_event(A, photo, "file", fileName=f"{code}.jpg"))
        session = await load_line_session(account)
        assert session.answers["story"] == "เรื่องเดิมตามรหัส [รหัสติดตาม] ยังเรียกเงินอยู่"
        assert session.files[0].name == "….jpg"
        assert find_kept_codes(session) == []
        await unsend(account, first)
        assert "story" not in (await load_line_session(account)).answers
        doubtful = account.line.make_text_event(A, f"ตู้เลข {mistyped} หายไปจากห้องพัสดุ")
        waiting = await send_event(account, doubtful)
        assert (await load_line_session(account)).doubtful
        await unsend(account, waiting)
        assert not (await load_line_session(account)).doubtful
        assert await account.desk.store.answer_query(
            FindCase(Receipt(normalize_receipt(code))), account.desk.now()
        )

    run_scenario(tmp_path / "var", scene)


@needs_contracts
def test_the_copied_message_with_the_code_opens_the_case(tmp_path: Path) -> None:
    async def scene(account: LineDesk) -> None:
        code = await file_report(account)
        await exchange(account, "[ข้าม]")
        told = await exchange(account, f"รหัสติดตามของท่าน\n{code}")
        assert "สถานะ: รับเรื่องแล้ว" in "\n".join(message.text for message in told)

    run_scenario(tmp_path / "var", scene)
