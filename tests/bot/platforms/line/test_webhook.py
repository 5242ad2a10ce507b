"""Whatever is posted to LINE's webhook: the right status, no internal error, none of its content in the log."""

import asyncio
import base64
import json
import logging
import resource
from collections import Counter
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from hypothesis import HealthCheck, given
from hypothesis import strategies as st

from bot.clock.outside_time import OutsideTime
from bot.keyed_lock import LockScope, PersonLock, PersonLockKey
from bot.log import LibraryLogHandler
from bot.platforms.line.events import InvalidWebhookBodyError, parse_webhook
from handlers.dialog.session import DialogTopic
from handlers.i18n import WORDING
from storage.errors import DiskFullError
from tests.bot.platforms.line.api_rules import CONTRACTS, needs_contracts
from tests.bot.platforms.line.driver import LineDesk, line_user_id, open_line_desk, to_messages
from tests.bot.platforms.line.fake_line_api import (
    BOT_USER_ID,
    SECRET,
    TOKEN,
    FakeContent,
    LineFault,
    sign_body,
)
from tests.properties import examples
from tests.samples import make_photo

pytestmark = needs_contracts
A, B = line_user_id("ก"), line_user_id("ข")
CANARY = "คานารีลับ"


def run_scenario(home: Path, scene: Callable[[LineDesk], Coroutine[Any, Any, None]]) -> None:
    """Run a coroutine on a desk behind LINE; no call may be refused and no error may be left."""

    async def play() -> None:
        async with open_line_desk(home) as account:
            await scene(account)
            await asyncio.sleep(0.05)
            assert account.line.refused == []
            assert account.desk.errors == []

    asyncio.run(play())


async def post_and_read(account: LineDesk, who: str, *events: dict[str, Any]) -> str:
    """Post some events; returns the answer."""
    before = len(account.line.chats.get(who, []))
    assert await account.line.post_events(*events) == 200
    return "\n".join(m.text for m in to_messages(await account.line.wait_for_messages(who, before)))


def test_the_right_status(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    async def scene(account: LineDesk) -> None:
        post = account.line.post_body
        body = json.dumps({"destination": "x", "events": []}).encode()
        good = {"x-line-signature": sign_body(body)}
        assert await post(body, good) == 200
        assert await post(body, {}) == 401
        assert await post(body, {"x-line-signature": "x" * 44}) == 401
        assert await post(body, {"x-line-signature": "é" * 22}) == 401
        assert await post(body, {"x-line-signature": sign_body(body, "other")}) == 401
        for kind, status in (
            ("text/plain", 415),
            ("application/jsonp", 415),
            ("Application/JSON", 200),
            ("application/json ; charset=UTF-8", 200),
        ):
            assert await post(body, {**good, "content-type": kind}) == status
        for wrong in (
            b"",
            b"{",
            b"[]",
            b"null",
            b'{"events":3}',
            b"\xff\xfe",
            b"[" * 200_000,
            b'{"a":' * 100_000,
        ):
            assert await post(wrong, {"x-line-signature": sign_body(wrong)}) == 400
        assert account.line.session is not None
        for method in ("GET", "PUT", "DELETE"):
            async with account.line.session.request(method, account.line.webhook) as answer:
                assert answer.status == 405
        async with account.line.session.post(account.line.webhook.replace("complaints", "none")) as answer:
            assert answer.status == 404

    run_scenario(tmp_path / "var", scene)
    written = capsys.readouterr()
    assert CANARY not in written.out + written.err


def test_200_mb_are_not_read(tmp_path: Path) -> None:
    async def flood() -> AsyncIterator[bytes]:
        for _ in range(200 * 16):
            yield bytes(64 * 1024)

    async def scene(account: LineDesk) -> None:
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        cut, fits = 0, base64.b64encode(bytes(32)).decode()
        for headers in ({"x-line-signature": fits}, {}):
            try:
                assert await account.line.post_body(flood(), headers) in {401, 413}
            except (OSError, aiohttp.ClientError):  # closed by the server while sending
                cut += 1
        grown = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024
        assert grown < 10
        assert cut or account.line.statuses[401] + account.line.statuses[413] == 2
        assert "ต้องการทำอะไร" in await post_and_read(account, A, account.line.make_text_event(A, "สวัสดี"))

    run_scenario(tmp_path / "var", scene)


def test_many_long_bodies_of_others_share_little_room(tmp_path: Path) -> None:
    """A hundred clients that never finish their bodies take a few MB, and LINE is served meanwhile."""

    async def open_unfinished_request(
        host: str, port: int
    ) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        reader, writer = await asyncio.open_connection(host, port)
        fits = base64.b64encode(bytes(32)).decode()
        head = f"POST /line/complaints HTTP/1.1\r\nhost: x\r\nx-line-signature: {fits}\r\n"
        head += f"content-type: application/json\r\ncontent-length: {1024 * 1024}\r\n\r\n"
        writer.write(head.encode())
        with suppress(OSError):  # the server may close the connection before everything is sent
            for _ in range(63):
                writer.write(bytes(16 * 1024))
                await writer.drain()
        return reader, writer

    async def scene(account: LineDesk) -> None:
        host, port = account.line.webhook.split("/")[2].split(":")
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        others = [await open_unfinished_request(host, int(port)) for _ in range(100)]
        try:
            async with asyncio.timeout(8):
                assert b" 503 " in await others[50][0].readline()
            grown = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024
            assert "ต้องการทำอะไร" in await post_and_read(account, A, account.line.make_text_event(A, "สวัสดี"))
            assert grown < 10
        finally:
            for _, writer in others:
                writer.close()
        long = json.dumps({"destination": BOT_USER_ID, "events": [], "more": "x" * 900_000}).encode()
        async with asyncio.timeout(8):
            while await account.line.post_body(long, {"x-line-signature": sign_body(long)}) != 200:
                pass  # wait until the other connections are closed

    run_scenario(tmp_path / "var", scene)


def test_every_kind_of_event_harms_no_other(tmp_path: Path) -> None:
    events = json.loads((CONTRACTS / "line" / "events.json").read_text("utf-8"))["events"]

    async def scene(account: LineDesk) -> None:
        now = int(account.line.now() * 1000)
        for number, event in enumerate(events):
            fresh = {**event, "timestamp": now, "webhookEventId": f"e{number}"}
            assert await account.line.post_events(fresh, account.line.make_text_event(A, "สวัสดี")) == 200
        broken = [
            1,
            None,
            [],
            {},
            {"type": 5},
            {"type": "message", "message": {"id": "../x", "type": "text"}},
        ]
        told = await post_and_read(account, B, *broken, account.line.make_text_event(B, "สวัสดี"))  # type: ignore[arg-type]
        assert "ต้องการทำอะไร" in told
        others = ("reply token", "Content", "leave")
        account.line.refused = [r for r in account.line.refused if not any(one in r for one in others)]
        account.desk.errors.clear()  # tokens, files and groups of these events are unknown to this LINE

    run_scenario(tmp_path / "var", scene)


leaves = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20)
anything = st.recursive(
    leaves, lambda c: st.lists(c, max_size=4) | st.dictionaries(st.text(max_size=12), c, max_size=4)
)
kinds = st.sampled_from(["message", "postback", "follow", "unsend", "join", "memberJoined", "unknown", ""])
event = st.fixed_dictionaries(
    {"type": kinds | anything},
    optional={
        "timestamp": st.integers() | anything,
        "mode": st.sampled_from(["active", "standby"]) | anything,
        "source": st.fixed_dictionaries({"type": st.sampled_from(["user", "group", "room"])}) | anything,
        "webhookEventId": st.text(max_size=30) | anything,
        "replyToken": st.text(max_size=30) | anything,
        "message": st.fixed_dictionaries(
            {"id": st.text("0123456789", max_size=9), "type": st.text(max_size=8)}
        )
        | anything,
        "postback": st.fixed_dictionaries({"data": st.text(max_size=310)}) | anything,
        "unsend": anything,
        "deliveryContext": anything,
    },
)


@examples(300, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(event | anything, max_size=4))
def test_any_events_can_be_read(events: list[Any]) -> None:
    good = {
        "type": "follow",
        "timestamp": 1,
        "webhookEventId": "good",
        "source": {"type": "user", "userId": "U"},
    }
    posted = parse_webhook(json.dumps({"destination": "x", "events": [*events, good]}).encode())
    assert "line:good" in [happening.event_key for happening in posted.events]
    assert len(posted.events) + posted.unreadable_count == len(events) + 1
    for happening in posted.events:
        assert happening.age(0) is not None
        assert happening.group is None or happening.user_id is None


@examples(200)
@given(st.binary(max_size=200) | anything.map(lambda x: json.dumps(x).encode()))
def test_any_body_is_read_or_said_to_be_unreadable(body: bytes) -> None:
    with suppress(InvalidWebhookBodyError):
        assert parse_webhook(body).unreadable_count >= 0


def test_what_a_message_can_do_without_does_not_spoil_it(tmp_path: Path) -> None:
    async def scene(account: LineDesk) -> None:
        line = account.line
        for beside in ({"deliveryContext": None}, {"deliveryContext": 5}):
            assert "ต้องการทำอะไร" in await post_and_read(
                account, A, {**line.make_text_event(A, "สวัสดี"), **beside}
            )
        for beside in ({"imageSet": {}}, {"imageSet": 1}, {"fileName": 5, "fileSize": "x"}):
            assert "เก็บไฟล์" in await post_and_read(
                account, A, line.make_file_event(A, FakeContent(make_photo()), **beside)
            )
        place = {"id": "2", "type": "location", "title": "ที่ว่าการอำเภอ", "latitude": None, "longitude": "x"}
        assert await post_and_read(account, A, line.make_event(A, message=place))

    run_scenario(tmp_path / "var", scene)


@pytest.mark.parametrize("digits", [400, 5000])
def test_a_number_without_end_harms_no_other(tmp_path: Path, digits: int) -> None:
    async def scene(account: LineDesk) -> None:
        line = account.line
        events = [{**line.make_text_event(B, CANARY), "timestamp": 3}, line.make_text_event(A, "สวัสดี")]
        body = json.dumps({"destination": BOT_USER_ID, "events": events})
        raw = body.replace('"timestamp": 3', '"timestamp": 1' + "0" * digits).encode()
        before = len(line.chats.get(A, []))
        assert await line.post_body(raw, {"x-line-signature": sign_body(raw)}) == 200
        await line.wait_for_messages(A, before)
        assert B not in line.chats

    run_scenario(tmp_path / "var", scene)


def test_nothing_of_a_replay_is_kept_and_a_foreign_destination_is_not_heard(tmp_path: Path) -> None:
    async def scene(account: LineDesk) -> None:
        line = account.line
        old = {**line.make_text_event(A, CANARY), "timestamp": int((line.now() - 7 * 86400) * 1000)}
        assert await line.post_events(old) == 200
        async with asyncio.timeout(8):
            while account.setup.adapter.bot_user_id is None:  # noqa: ASYNC110 - bot info is asked for beside
                await asyncio.sleep(0.01)
        assert old["source"]["userId"] == A
        assert await account.desk.store.task_queue.list_all("line.old") == []
        folder = tmp_path / "var" / "complaints"
        kept = [p for p in folder.rglob("*") if p.is_file() and p.parent.name != "keys"]
        who = account.desk.store.keyring.hash_id("line", A)
        assert kept
        assert not any(who in p.read_bytes() or A.encode() in p.read_bytes() for p in kept)
        assert await account.desk.load_stories() == {}
        assert await line.post_events(line.make_text_event(A, "สวัสดี"), destination="Uother") == 200
        assert await line.post_events({**line.make_text_event(A, "สวัสดี"), "mode": "standby"}) == 200
        await asyncio.sleep(0.1)
        assert line.chats == {}

    run_scenario(tmp_path / "var", scene)


@pytest.mark.parametrize("ahead", [timedelta(minutes=-12), timedelta(days=-3), timedelta(days=365)])
def test_events_are_as_old_as_lines_clock_says_however_wrong_ours_is(
    tmp_path: Path, ahead: timedelta
) -> None:
    async def scene(account: LineDesk) -> None:
        line, lines_time = account.line, account.desk.now()
        account.desk.clock_offset += ahead
        account.setup.adapter.outside_time = heard = OutsideTime()
        heard.hear(format_datetime(datetime.now(UTC) - ahead))
        for who, age, answered in ((A, timedelta(), True), (B, timedelta(days=7), False)):
            sent = int((lines_time - age).timestamp() * 1000)
            assert await line.post_events({**line.make_text_event(who, "สวัสดี"), "timestamp": sent}) == 200
            await asyncio.sleep(0.2)
            assert (who in line.chats) is answered, (who, age)

    run_scenario(tmp_path / "var", scene)


def test_a_group_is_left_and_nothing_is_said_there(tmp_path: Path) -> None:
    async def scene(account: LineDesk) -> None:
        line = account.line
        for number, (kind, name) in enumerate((("group", "C1"), ("room", "R1"))):
            source = {"type": kind, f"{kind}Id": name, "userId": A}
            joins = (
                line.make_event(A, "join", source=source)
                if number == 0
                else {**line.make_text_event(A, CANARY), "source": source}
            )
            assert await line.post_events(joins) == 200
            assert await line.post_events({**line.make_event(A, "leave"), "source": source}) == 200
        await asyncio.sleep(0.2)
        assert line.left_groups == ["C1", "R1"]
        assert line.chats == {}

    run_scenario(tmp_path / "var", scene)


def test_one_whom_line_does_not_name_is_told_so(tmp_path: Path) -> None:
    async def scene(account: LineDesk) -> None:
        event = {**account.line.make_text_event(A, "สวัสดี"), "source": {"type": "user"}}
        assert "ไม่ได้บอกว่าท่านเป็นผู้ใช้รายใด" in await post_and_read(account, A, event)

    run_scenario(tmp_path / "var", scene)


def test_numbers_pick_where_choices_are_numbered(tmp_path: Path) -> None:
    async def scene(account: LineDesk) -> None:
        line = account.line
        assert "1. แจ้งเรื่อง" in await post_and_read(
            account, A, line.make_event(A, "follow", follow={"isUnblocked": False})
        )
        assert "พร้อมเริ่มแจ้งเรื่อง" in await post_and_read(account, A, line.make_text_event(A, "๑"))
        assert "ประเภทใด" in await post_and_read(account, A, line.make_text_event(A, "1"))
        told = await post_and_read(account, A, line.make_text_event(A, "2"))
        assert "พิมพ์ได้: ย้อนกลับ / ยกเลิก" in told
        assert "เก็บไว้แล้ว" in await post_and_read(
            account, A, line.make_text_event(A, "1")
        )  # part of the story: an answer, not a choice

    run_scenario(tmp_path / "var", scene)


def test_stickers_and_places_and_files_of_others(tmp_path: Path) -> None:
    async def scene(account: LineDesk) -> None:
        line = account.line
        sticker = line.make_event(
            A, message={"id": "1", "type": "sticker", "packageId": "1", "stickerId": "2"}
        )
        assert "ต้องการทำอะไร" in await post_and_read(account, A, sticker)
        place = {"id": "2", "type": "location", "title": "ที่ว่าการอำเภอ", "latitude": 18.7, "longitude": 98.9}
        assert "พักไว้" in await post_and_read(account, A, line.make_event(A, message=place))
        outside = line.make_file_event(A, FakeContent(b""))
        outside["message"]["contentProvider"] = {
            "type": "external",
            "originalContentUrl": "http://127.0.0.1:1/",
        }
        assert "อ่านไม่สำเร็จ" in await post_and_read(account, A, outside)
        large = line.make_file_event(A, FakeContent(b""), "file", fileName="ก.pdf", fileSize=21_000_000)
        assert "ใหญ่เกิน" in await post_and_read(account, A, large)

    run_scenario(tmp_path / "var", scene)


def test_an_image_set_is_one_answer(tmp_path: Path) -> None:
    async def scene(account: LineDesk) -> None:
        line = account.line
        several = [
            line.make_file_event(A, FakeContent(make_photo()), imageSet={"id": "S", "index": n, "total": 3})
            for n in (2, 1, 3)
        ]
        assert await line.post_events(several[0]) == 200
        told = await post_and_read(account, A, *several[1:])
        assert told.count("เก็บไฟล์") == 3
        assert told.count("ต้องการทำอะไร") == 1
        await asyncio.sleep(0.3)
        assert len(line.chats[A]) == 1

    run_scenario(tmp_path / "var", scene)


def test_a_file_without_room_is_said_and_harms_no_other(tmp_path: Path) -> None:
    async def scene(account: LineDesk) -> None:
        line, evidence = account.line, account.desk.store.evidence

        async def full(_name: str, _now: Any) -> Any:
            raise DiskFullError("no room")

        evidence.reserve = full  # type: ignore[method-assign]
        assert (
            await line.post_events(
                line.make_file_event(A, FakeContent(make_photo())), line.make_text_event(A, "สวัสดี")
            )
            == 200
        )
        await line.wait_for_messages(A, 1)
        first, second = to_messages(line.chats[A])
        assert first.text == WORDING["th"]["sorry.busy"]
        assert "ต้องการทำอะไร" in second.text
        assert [type(one) for one in account.desk.errors] == [DiskFullError]
        account.desk.errors.clear()

    run_scenario(tmp_path / "var", scene)


def test_files_that_line_prepares_keep_no_other_waiting(tmp_path: Path) -> None:
    async def scene(account: LineDesk) -> None:
        line = account.line
        videos = [line.make_file_event(B, FakeContent(b"", ready_after=1_000_000), "video") for _ in range(3)]
        assert await line.post_events(*videos) == 200
        assert "เก็บไฟล์" in await post_and_read(account, A, line.make_file_event(A, FakeContent(make_photo())))
        assert len(await account.desk.store.task_queue.list_all("line")) == 3

    run_scenario(tmp_path / "var", scene)


def test_a_broken_line_is_answered_in_time(tmp_path: Path) -> None:
    """A file that LINE keeps preparing does not delay the webhook, and arrives in the end."""

    async def scene(account: LineDesk) -> None:
        line = account.line
        slow = line.make_file_event(A, FakeContent(make_photo(), ready_after=2), "video")
        assert await line.post_events(slow) == 200
        assert len(await account.desk.store.task_queue.list_all("line")) == 1  # it is asked for again later
        (shown,) = to_messages(await line.wait_for_messages(A, 0))
        assert "กำลังรับไฟล์" in shown.text
        for _ in range(100):
            if not await account.desk.store.task_queue.list_all("line"):
                break
            await asyncio.sleep(0.1)
        session = await account.desk.store.load_session(account.desk.store.keyring.hash_id("line", A))
        assert session is not None
        meta = await account.desk.store.evidence.load_meta(session.files[0].id)
        assert meta.size == len(make_photo())

    run_scenario(tmp_path / "var", scene)


def test_the_log_at_debug_holds_no_id_text_or_token(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    async def scene(account: LineDesk) -> None:
        line = account.line
        logging.getLogger("linebot.v3.messaging").setLevel(logging.DEBUG)
        await post_and_read(account, A, line.make_text_event(A, CANARY))
        line.inject_fault = lambda name, _body: LineFault(500) if name == "replyMessage" else None
        assert await line.post_events(line.make_text_event(A, CANARY)) == 200
        await asyncio.sleep(0.5)
        line.inject_fault = lambda _name, _body: None

    root, foreign = logging.getLogger(), LibraryLogHandler()
    level = root.level
    root.addHandler(foreign)
    root.setLevel(logging.DEBUG)
    try:
        run_scenario(tmp_path / "var", scene)
    finally:
        root.removeHandler(foreign)
        root.setLevel(level)
    told = capsys.readouterr().err
    assert '"logger": "linebot' in told  # the library did write to the log
    for secret in (CANARY, A, TOKEN, SECRET, "reply00"):
        assert secret not in told


class LockWatch:
    """Tells which locks were taken, in their order, and how many a task held at once at the most."""

    def __init__(self, lock: Callable[[PersonLockKey], PersonLock]) -> None:
        self._lock, self.taken, self.most_at_once = lock, list[PersonLockKey](), 0
        self._held = Counter[object]()

    @asynccontextmanager
    async def lock(self, key: PersonLockKey) -> AsyncIterator[None]:
        task = asyncio.current_task()
        self._held[task] += (
            1  # counted before it is had: who waits for a second lock holds the first meanwhile
        )
        self.most_at_once = max(self.most_at_once, self._held[task])
        try:
            async with self._lock(key):
                self.taken.append(key)
                yield
        finally:
            self._held[task] -= 1


def test_the_events_of_a_person_in_a_webhook_take_one_lock(tmp_path: Path) -> None:
    async def scene(account: LineDesk) -> None:
        locks, line = account.desk.engine._locks, account.line
        watch = LockWatch(locks.lock)
        locks.lock = watch.lock  # type: ignore[method-assign,assignment]
        events = [line.make_text_event(person, words) for person in (A, B) for words in ("สวัสดี", "/help")]
        assert await line.post_events(*events) == 200
        for person in (A, B):
            await line.wait_for_messages(person, 0)
        await account.setup.adapter.close()  # all answers have gone
        persons = [account.setup.sender.person_id(person) for person in (A, B)]
        handled = [who for scope, who in watch.taken if scope is LockScope.HANDLING]
        sent = [who for scope, who in watch.taken if scope is LockScope.SENDING]
        assert handled == persons
        assert sorted(sent) == sorted(persons * 2)
        assert watch.most_at_once == 1, "what holds one lock of a person must not wait for another"

    run_scenario(tmp_path / "var", scene)


def test_the_time_that_reading_took_counts_towards_the_deadline(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def scene(account: LineDesk) -> None:
        stuck, talk, loop = asyncio.Event(), account.setup.adapter, asyncio.get_running_loop()

        async def never(_: object) -> None:
            await stuck.wait()

        monkeypatch.setattr(talk.engine, "handle_locked", never)
        talk.response_deadline = 600
        event = account.line.make_text_event(A, "สวัสดี")
        body = parse_webhook(json.dumps({"destination": BOT_USER_ID, "events": [event]}).encode())
        async with asyncio.timeout(60):
            assert not await talk.handle_webhook(body, since=loop.time() - 600)
        talk.response_deadline = 0.1

    run_scenario(tmp_path / "var", scene)


def test_what_is_sent_meanwhile_does_not_wait_for_an_answer_that_line_does_not_take(tmp_path: Path) -> None:
    """Answers to a person go one after another; what they send is stored and decided on all the same."""

    async def scene(account: LineDesk) -> None:
        line = account.line
        slow = [LineFault(delay=3600)]
        line.inject_fault = lambda name, _body: slow.pop() if slow and name == "replyMessage" else None
        for words in ("สวัสดี", "แจ้งเรื่อง"):
            assert await line.post_events(line.make_text_event(A, words)) == 200
        assert not slow
        session = await account.desk.store.load_session(account.desk.store.keyring.hash_id("line", A))
        assert session is not None
        assert session.topic is DialogTopic.REPORT

    run_scenario(tmp_path / "var", scene)
