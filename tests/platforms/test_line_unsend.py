"""What a person takes back in LINE is gone here too: out of a draft always, out of a filed case for 48 hours."""

import asyncio
from collections.abc import Callable, Coroutine
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select

from handlers.complaints.messages import emptied, without
from handlers.dialog.events import Session
from storage import tables
from storage.errors import DiskFullError, StorageError
from tests import samples
from tests.platforms.line_api import FakeContent, serving
from tests.platforms.line_door import LineDesk, at_work, messages, person
from tests.platforms.line_rules import needs_contracts, rules
from tests.platforms.test_line_delivery import exchange, ready_to_file
from tests.play import WHOLE_REPORT

A = person("ก")
STORY, NAME = WHOLE_REPORT[4], "นางสาวทดสอบ ระบบ"


def played(home: Path, scene: Callable[[LineDesk], Coroutine[Any, Any, None]]) -> None:
    async def play() -> None:
        async with at_work(home) as account:
            await scene(account)
            assert account.line.refused == []
            assert account.desk.faults == []
            assert await account.desk.findings() == []

    asyncio.run(play())


async def unsend(account: LineDesk, message: str) -> None:
    event = account.line.event(A, "unsend", unsend={"messageId": message})
    assert await account.line.post(event) == 200


async def says(account: LineDesk, event: dict[str, Any]) -> str:
    """Send something; gives the id of the message."""
    before = len(account.line.chats.get(A, []))
    assert await account.line.post(event) == 200
    await account.line.shown(A, before)
    return str(event["message"]["id"])


async def session(account: LineDesk) -> Session:
    found = await account.desk.store.session(account.desk.store.seals.who("line", A))
    assert found is not None
    return found


async def map_rows(account: LineDesk) -> list[Any]:
    column = tables.errands.c
    async with account.desk.store._reader.connect() as connection:
        return list((await connection.execute(select(column).where(column.kind == "sent"))).all())


@needs_contracts
def test_out_of_a_draft(tmp_path: Path) -> None:
    async def scene(account: LineDesk) -> None:
        line = account.line
        for words in WHOLE_REPORT[:4]:
            await exchange(account, words)
        first = await says(account, line.text(A, "ตอนแรกของเรื่อง"))
        await says(account, line.text(A, "ตอนที่สองของเรื่อง"))
        file = await says(account, line.file(A, FakeContent(samples.photo())))
        (kept,) = (await session(account)).files
        await unsend(account, first)
        assert (await session(account)).answers["story"] == "ตอนที่สองของเรื่อง"
        await unsend(account, file)
        now = await session(account)
        assert (now.files, len(now.sent)) == ((), 1)
        with pytest.raises(StorageError):
            await account.desk.store.evidence.meta(kept.id)
        await unsend(account, first)  # a second time, and one that never was
        await unsend(account, "123456789")
        assert (await session(account)).answers["story"] == "ตอนที่สองของเรื่อง"
        assert len(line.chats[A]) == 4 + 3

    played(tmp_path / "var", scene)


async def sealed(account: LineDesk) -> int:
    """How many files there are."""
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
        message = await says(account, line.text(A, STORY))
        gone = line.event(A, "unsend", unsend={"messageId": message})

        async def full(*_: Any) -> Any:
            raise DiskFullError("no room")

        with monkeypatch.context() as trouble:
            trouble.setattr(store, "commit", full)
            assert await line.post(gone, line.text(A, "ต่อ")) == 503
            assert (await session(account)).answers["story"] == STORY
        account.desk.faults.clear()
        assert await line.post(line.redelivered(gone)) == 200
        assert "story" not in (await session(account)).answers

    played(tmp_path / "var", scene)


@needs_contracts
def test_before_the_message_came_and_through_a_start(tmp_path: Path) -> None:
    async def play() -> None:
        async with serving(rules()) as line:
            async with at_work(tmp_path / "var", line) as account:
                for words in WHOLE_REPORT[:4]:
                    await exchange(account, words)
                texts = [line.text(A, "คานารีลับของเรื่อง") for _ in range(2)]
                files = [line.file(A, FakeContent(samples.photo())) for _ in range(2)]
                for late in (*texts, *files):
                    await unsend(account, late["message"]["id"])
                assert await line.post(texts[0], files[0]) == 200
            async with at_work(tmp_path / "var", line) as account:
                assert await line.post(line.redelivered(texts[1]), line.redelivered(files[1])) == 200
                found = await session(account)
                assert (found.answers.get("story"), found.files) == (None, ())
                assert await sealed(account) == 0
                await says(account, line.redelivered(line.text(A, STORY)))
                assert (await session(account)).answers["story"] == STORY
                assert account.desk.faults == []

    asyncio.run(play())


@needs_contracts
def test_a_picture_that_is_brought_again_after_a_start_leaves_no_second_one(tmp_path: Path) -> None:
    async def play() -> None:
        async with serving(rules()) as line:
            async with at_work(tmp_path / "var", line) as account:
                for words in WHOLE_REPORT[:4]:
                    await exchange(account, words)
                picture = line.file(A, FakeContent(samples.photo()))
                message = await says(account, picture)
            async with at_work(tmp_path / "var", line) as account:
                await says(
                    account, {**line.redelivered(picture), "replyToken": line.text(A, "")["replyToken"]}
                )
                assert sum(call.name == "getMessageContent" for call in line.calls) == 1
                await unsend(account, message)
                assert await sealed(account) == 0
                assert account.desk.faults == []

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
                story = await says(account, line.text(A, words))
                file = await says(account, line.file(A, FakeContent(samples.photo())))
            else:
                number = await says(account, line.text(A, words))
                name = number if words == NAME else name
        told = await exchange(account, "[ส่งเรื่อง]")
        receipt = next(m.receipt for m in told if m.receipt)
        case = await account.desk.case_of(receipt)
        assert case is not None
        (row,) = await map_rows(account)
        assert case.encode() not in row.sealed
        assert row.due % 3600 == 0
        before = await store.report(case)
        (kept,) = before.files
        assert (before.answers["story"], await store.identity(case)) == (STORY, {"name": NAME})
        for message in (story, file, name):
            await unsend(account, message)
        after = await store.report(case)
        assert "story" not in after.answers
        assert {k: v for k, v in before.answers.items() if k != "story"} == dict(after.answers)
        assert after.files == ()
        assert await store.identity(case) == {}
        with pytest.raises(StorageError):
            await store.evidence.meta(kept)

    played(tmp_path / "var", scene)


@needs_contracts
def test_out_of_what_was_added_to_a_case(tmp_path: Path) -> None:
    async def scene(account: LineDesk) -> None:
        line, store = account.line, account.desk.store
        tap, before = await ready_to_file(account), len(line.chats[A])
        assert await line.post(tap) == 200
        receipt = next(m.receipt for m in messages(await line.shown(A, before)) if m.receipt)
        case = await account.desk.case_of(receipt)
        assert case is not None
        await exchange(account, "[ข้าม]")
        await exchange(account, receipt)
        await exchange(account, "[ส่งข้อความ]")
        text = await says(account, line.text(A, "เพิ่มเติมว่ามีพยานอีกคนหนึ่ง"))
        file = await says(account, line.file(A, FakeContent(samples.photo())))

        async def bodies() -> list[tuple[str, int]]:
            from storage.serialization import BODY

            lines = tables.history
            async with store._reader.connect() as connection:
                key = (await connection.execute(select(tables.cases.c.key))).scalar_one()
                rows = (await connection.execute(select(lines).order_by(lines.c.seq))).all()
            seal = store.seals.of_case(case, key)
            opened = [
                BODY.validate_json(seal.open(r.sealed, "history", f"{case}/{r.seq}", "body")) for r in rows
            ]
            return [(body.text, len(body.files)) for body in opened]

        assert await bodies() == [("", 0), ("เพิ่มเติมว่ามีพยานอีกคนหนึ่ง", 0), ("", 1)]
        await unsend(account, text)
        await unsend(account, file)
        assert await bodies() == [("", 0), ("", 0), ("", 0)]

    played(tmp_path / "var", scene)


@needs_contracts
def test_after_48_hours_nobody_knows_where_it_went(tmp_path: Path) -> None:
    async def scene(account: LineDesk) -> None:
        tap = await ready_to_file(account)
        assert await account.line.post(tap) == 200
        assert len(await map_rows(account)) == 1
        account.desk.away += timedelta(hours=46)
        assert await account.desk.store.retention.forget_maps(account.desk.now()) == 0
        account.desk.away += timedelta(hours=2)
        assert await account.desk.store.retention.forget_maps(account.desk.now()) == 1
        assert await map_rows(account) == []

    played(tmp_path / "var", scene)


def test_only_whole_texts_are_taken_out() -> None:
    assert without("ก\nข\nค", "ข") == "ก\nค"
    assert without("ก\nข", "ก") == "ข"
    assert without("ก", "ก") == ""
    assert without("กข", "ก") == "กข"
    assert without("ก", "") == "ก"
    assert emptied({"a": "ก\nข", "b": "ข"}, "ข") == {"a": "ก\nข"}
    assert emptied({"a": "ก"}, "ฮ") == {"a": "ก"}
