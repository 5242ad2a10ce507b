"""What a person unsends in LINE is deleted here too: always from a draft, for 48 hours from a filed case."""

import asyncio
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select

from handlers.complaints.messages import remove_text_from_answers, remove_text_part
from handlers.dialog.session import Session
from storage import tables
from storage.errors import DiskFullError, StorageError
from tests.bot.platforms.line.api_rules import load_line_rules, needs_contracts
from tests.bot.platforms.line.driver import LineDesk, line_user_id, open_line_desk, to_messages
from tests.bot.platforms.line.fake_line_api import FakeContent, serve_fake_line_api
from tests.bot.platforms.line.test_sender import answer_until_review, exchange
from tests.in_memory_desk import WHOLE_REPORT
from tests.samples import make_photo

A = line_user_id("ก")
STORY, NAME = WHOLE_REPORT[4], "นางสาวทดสอบ ระบบ"


def run_scenario(home: Path, scene: Callable[[LineDesk], Coroutine[Any, Any, None]]) -> None:
    async def play() -> None:
        async with open_line_desk(home) as account:
            await scene(account)
            assert account.line.refused == []
            assert account.desk.errors == []
            assert await account.desk.check_integrity() == []

    asyncio.run(play())


async def unsend(account: LineDesk, message: str) -> None:
    event = account.line.make_event(A, "unsend", unsend={"messageId": message})
    assert await account.line.post_events(event) == 200


async def send_event(account: LineDesk, event: dict[str, Any]) -> str:
    """Send something; returns the id of the message."""
    before = len(account.line.chats.get(A, []))
    assert await account.line.post_events(event) == 200
    await account.line.wait_for_messages(A, before)
    return str(event["message"]["id"])


async def load_line_session(account: LineDesk) -> Session:
    found = await account.desk.store.load_session(account.desk.store.keyring.hash_id("line", A))
    assert found is not None
    return found


@needs_contracts
def test_out_of_a_draft(tmp_path: Path) -> None:
    async def scene(account: LineDesk) -> None:
        line = account.line
        for words in WHOLE_REPORT[:4]:
            await exchange(account, words)
        first = await send_event(account, line.make_text_event(A, "ตอนแรกของเรื่อง"))
        await send_event(account, line.make_text_event(A, "ตอนที่สองของเรื่อง"))
        file = await send_event(account, line.make_file_event(A, FakeContent(make_photo())))
        (kept,) = (await load_line_session(account)).files
        await unsend(account, first)
        assert (await load_line_session(account)).answers["story"] == "ตอนที่สองของเรื่อง"
        await unsend(account, file)
        now = await load_line_session(account)
        assert (now.files, len(now.message_origins)) == ((), 1)
        with pytest.raises(StorageError):
            await account.desk.store.evidence.load_meta(kept.id)
        await unsend(account, first)  # unsent twice, and an id that never existed
        await unsend(account, "123456789")
        assert (await load_line_session(account)).answers["story"] == "ตอนที่สองของเรื่อง"
        assert len(line.chats[A]) == 4 + 3

    run_scenario(tmp_path / "var", scene)


async def count_stored_files(account: LineDesk) -> int:
    async with account.desk.store._reader.connect() as connection:
        return int((await connection.execute(select(func.count()).select_from(tables.files))).scalar_one())


@needs_contracts
def test_what_could_not_be_taken_back_is_brought_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def scene(account: LineDesk) -> None:
        line, store = account.line, account.desk.store
        for words in WHOLE_REPORT[:4]:
            await exchange(account, words)
        message = await send_event(account, line.make_text_event(A, STORY))
        gone = line.make_event(A, "unsend", unsend={"messageId": message})

        async def full(*_: Any) -> Any:
            raise DiskFullError("no room")

        with monkeypatch.context() as trouble:
            trouble.setattr(store, "commit", full)
            assert await line.post_events(gone, line.make_text_event(A, "ต่อ")) == 503
            assert (await load_line_session(account)).answers["story"] == STORY
        account.desk.errors.clear()
        assert await line.post_events(line.mark_redelivered(gone)) == 200
        assert "story" not in (await load_line_session(account)).answers

    run_scenario(tmp_path / "var", scene)


@needs_contracts
def test_before_the_message_came_and_through_a_start(tmp_path: Path) -> None:
    async def play() -> None:
        async with serve_fake_line_api(load_line_rules()) as line:
            async with open_line_desk(tmp_path / "var", line) as account:
                for words in WHOLE_REPORT[:4]:
                    await exchange(account, words)
                texts = [line.make_text_event(A, "คานารีลับของเรื่อง") for _ in range(2)]
                files = [line.make_file_event(A, FakeContent(make_photo())) for _ in range(2)]
                for late in (*texts, *files):
                    await unsend(account, late["message"]["id"])
                assert await line.post_events(texts[0], files[0]) == 200
            async with open_line_desk(tmp_path / "var", line) as account:
                assert (
                    await line.post_events(line.mark_redelivered(texts[1]), line.mark_redelivered(files[1]))
                    == 200
                )
                found = await load_line_session(account)
                assert (found.answers.get("story"), found.files) == (None, ())
                assert await count_stored_files(account) == 0
                await send_event(account, line.mark_redelivered(line.make_text_event(A, STORY)))
                assert (await load_line_session(account)).answers["story"] == STORY
                assert account.desk.errors == []

    asyncio.run(play())


@needs_contracts
def test_a_picture_that_is_brought_again_after_a_start_leaves_no_second_one(tmp_path: Path) -> None:
    async def play() -> None:
        async with serve_fake_line_api(load_line_rules()) as line:
            async with open_line_desk(tmp_path / "var", line) as account:
                for words in WHOLE_REPORT[:4]:
                    await exchange(account, words)
                picture = line.make_file_event(A, FakeContent(make_photo()))
                message = await send_event(account, picture)
            async with open_line_desk(tmp_path / "var", line) as account:
                await send_event(
                    account,
                    {
                        **line.mark_redelivered(picture),
                        "replyToken": line.make_text_event(A, "")["replyToken"],
                    },
                )
                assert sum(call.name == "getMessageContent" for call in line.calls) == 1
                await unsend(account, message)
                assert await count_stored_files(account) == 0
                assert account.desk.errors == []

    asyncio.run(play())


@needs_contracts
def test_out_of_a_filed_case(tmp_path: Path) -> None:
    async def scene(account: LineDesk) -> None:
        line, store = account.line, account.desk.store
        story, file, name = "", "", ""
        for words in (*WHOLE_REPORT[:-1], "[บอกชื่อ]", NAME, "[ข้าม]"):
            if words.startswith("["):
                await exchange(account, words.replace("ไม่มีหลักฐาน", "เสร็จแล้ว"))
            elif words == STORY:
                story = await send_event(account, line.make_text_event(A, words))
                file = await send_event(account, line.make_file_event(A, FakeContent(make_photo())))
            else:
                number = await send_event(account, line.make_text_event(A, words))
                name = number if words == NAME else name
        told = await exchange(account, "[ส่งเรื่อง]")
        receipt = next(m.receipt for m in told if m.receipt)
        case = await account.desk.find_case_id(receipt)
        assert case is not None
        before = await store.load_report(case)
        (kept,) = before.files
        assert (before.answers["story"], await store.load_identity(case)) == (STORY, {"name": NAME})
        for message in (story, file, name):
            await unsend(account, message)
        after = await store.load_report(case)
        assert "story" not in after.answers
        assert {k: v for k, v in before.answers.items() if k != "story"} == dict(after.answers)
        assert after.files == ()
        assert await store.load_identity(case) == {}
        with pytest.raises(StorageError):
            await store.evidence.load_meta(kept)

    run_scenario(tmp_path / "var", scene)


@needs_contracts
def test_out_of_what_was_added_to_a_case(tmp_path: Path) -> None:
    async def scene(account: LineDesk) -> None:
        line, store = account.line, account.desk.store
        tap, before = await answer_until_review(account), len(line.chats[A])
        assert await line.post_events(tap) == 200
        receipt = next(m.receipt for m in to_messages(await line.wait_for_messages(A, before)) if m.receipt)
        case = await account.desk.find_case_id(receipt)
        assert case is not None
        await exchange(account, "[ข้าม]")
        await exchange(account, receipt)
        await exchange(account, "[ส่งข้อความ]")
        text = await send_event(account, line.make_text_event(A, "เพิ่มเติมว่ามีพยานอีกคนหนึ่ง"))
        file = await send_event(account, line.make_file_event(A, FakeContent(make_photo())))

        async def bodies() -> list[tuple[str, int]]:
            from storage.serialization import HISTORY_CODEC

            lines = tables.history
            async with store._reader.connect() as connection:
                key = (await connection.execute(select(tables.cases.c.key))).scalar_one()
                rows = (await connection.execute(select(lines).order_by(lines.c.seq))).all()
            seal = store.keyring.unwrap_case_cipher(case, key)
            opened = [
                HISTORY_CODEC.validate_json(seal.decrypt(r.sealed, "history", f"{case}/{r.seq}", "body"))
                for r in rows
            ]
            return [(body.text, len(body.files)) for body in opened]

        assert await bodies() == [("", 0), ("เพิ่มเติมว่ามีพยานอีกคนหนึ่ง", 0), ("", 1)]
        await unsend(account, text)
        await unsend(account, file)
        assert await bodies() == [("", 0), ("", 0), ("", 0)]

    run_scenario(tmp_path / "var", scene)


def test_only_whole_texts_are_taken_out() -> None:
    assert remove_text_part("ก\nข\nค", "ข") == "ก\nค"
    assert remove_text_part("ก\nข", "ก") == "ข"
    assert remove_text_part("ก", "ก") == ""
    assert remove_text_part("กข", "ก") == "กข"
    assert remove_text_part("ก", "") == "ก"
    assert remove_text_from_answers({"a": "ก\nข", "b": "ข"}, "ข") == {"a": "ก\nข"}
    assert remove_text_from_answers({"a": "ก"}, "ฮ") == {"a": "ก"}
