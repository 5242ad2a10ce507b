"""Nothing that must arrive is lost: LINE down, slow, cut off or over quota; webhooks sent twice; program killed."""

import asyncio
import itertools
import json
import time
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from bot.delivery.transport import PermanentError, PlatformUnavailableError
from bot.platforms.line import client, sender, setup
from bot.platforms.line.quota import PushQuota
from bot.platforms.line.sender import derive_retry_key
from handlers.dialog.effects import Decision
from handlers.dialog.events import Channel, Event
from handlers.dialog.replies import MUST_ARRIVE, NEUTRAL, Message, Reply
from handlers.dialog.session import Session
from storage.errors import DatabaseBusyError
from storage.outgoing.queue import DurableQueue
from storage.serialization import OutboxMessage
from tests.bot.platforms.line.api_rules import load_line_rules, needs_contracts
from tests.bot.platforms.line.driver import (
    RECEIPT_PATTERN,
    LineDesk,
    line_user_id,
    open_line_desk,
    to_messages,
)
from tests.bot.platforms.line.fake_line_api import (
    FakeLineApi,
    LineFault,
    RecordedLineCall,
    serve_fake_line_api,
)
from tests.in_memory_desk import WHOLE_REPORT

pytestmark = needs_contracts
A = line_user_id("ก")
CANARY = "คานารีลับ"
PUSH, REPLY, QUOTA = "pushMessage", "replyMessage", "getMessageQuota"
NEWS = (Reply("menu.again", MUST_ARRIVE),)


@pytest.fixture(autouse=True)
def _retry_soon(monkeypatch: pytest.MonkeyPatch) -> None:
    """Half a minute of waits for LINE passes in a tenth of a second."""
    monkeypatch.setattr(sender, "REPLY_RETRY_DELAYS", (0.01, 0.01, 0.02, 0.03, 0.03))
    monkeypatch.setattr(client, "DEFAULT_RETRY_AFTER", 0.02)


def run_scenario(
    home: Path, scene: Callable[[LineDesk], Coroutine[Any, Any, None]], *, clean: bool = True
) -> None:
    """Run a coroutine on a desk behind LINE."""

    async def play() -> None:
        async with open_line_desk(home) as account:
            await scene(account)
            assert account.line.refused == []
            assert not clean or account.desk.errors == []

    asyncio.run(play())


async def exchange(account: LineDesk, words: str) -> list[Message]:
    """Send a text, or tap a label in brackets; returns the answer."""
    line, before = account.line, len(account.line.chats.get(A, []))
    if words.startswith("["):
        last = next(m for m in reversed(to_messages(line.chats[A])) if m.choices)
        event = line.make_postback_event(A, dict(last.choices)[words[1:-1]])
    else:
        event = line.make_text_event(A, words)
    assert await line.post_events(event) == 200
    return to_messages(await line.wait_for_messages(A, before))


async def answer_until_review(account: LineDesk) -> dict[str, Any]:
    """Answer every question; returns the tap that files the report."""
    for words in WHOLE_REPORT:
        told = await exchange(account, words)
    return account.line.make_postback_event(A, dict(told[-1].choices)["ส่งเรื่อง"])


def list_calls(account: LineDesk, name: str) -> list[RecordedLineCall]:
    return [call for call in account.line.calls if call.name == name]


async def wait_until(done: Callable[[], bool], seconds: float = 8) -> None:
    async with asyncio.timeout(seconds):
        while not done():  # noqa: ASYNC110
            await asyncio.sleep(0.02)


async def run_worker_later(account: LineDesk, minutes: int = 2) -> None:
    """Advance the clock and run the delivery worker once."""
    account.desk.clock_offset += timedelta(minutes=minutes)
    await account.delivery_worker.run_once()


def test_a_whole_report_costs_no_push_and_is_shown_as_cards(tmp_path: Path) -> None:
    async def scene(account: LineDesk) -> None:
        tap = await answer_until_review(account)
        review = account.line.chats[A][-1]
        assert review["type"] == "flex"
        assert "เรียกรับเงินร้อยละสิบ" in review["altText"]
        before = len(account.line.chats[A])
        assert await account.line.post_events(tap) == 200
        shown = await account.line.wait_for_messages(A, before)
        receipt = next(m.receipt for m in to_messages(shown) if m.receipt)
        card = next(m for m in shown if m["type"] == "flex")
        assert card["contents"]["footer"]["contents"][0]["action"]["clipboardText"] == receipt
        await asyncio.sleep(0.1)
        assert await account.desk.store.outbox.list_all(Channel.LINE) == []
        assert list_calls(account, PUSH) == []
        assert len(list_calls(account, REPLY)) == len(WHOLE_REPORT) + 1

    run_scenario(tmp_path / "var", scene)


@pytest.mark.parametrize(
    "story", ["เขาขอเงินใต้โต๊ะ\n: )\nแล้วก็ยิ้ม", "\n".join("5" * 450)], ids=["colon", "lines"]
)
def test_whatever_a_person_writes_the_review_is_shown(tmp_path: Path, story: str) -> None:
    async def scene(account: LineDesk) -> None:
        for words in WHOLE_REPORT:
            told = await exchange(account, story if words == WHOLE_REPORT[4] else words)
        assert story.split("\n")[-1] in told[-1].text
        assert "ส่งเรื่อง" in dict(told[-1].choices)

    run_scenario(tmp_path / "var", scene)


def refuse_cards(name: str, body: Any) -> LineFault | None:
    """Make LINE refuse every Flex message."""
    return LineFault(400) if name in {REPLY, PUSH} and '"flex"' in json.dumps(body) else None


def test_a_card_that_is_refused_goes_as_text(tmp_path: Path) -> None:
    async def scene(account: LineDesk) -> None:
        line, post = account.line, account.setup.sender
        line.inject_fault = refuse_cards
        tap = await answer_until_review(account)
        assert line.chats[A][-1]["quickReply"]["items"]
        before = len(line.chats[A])
        assert await line.post_events(tap) == 200
        receipt = next(
            m for m in await line.wait_for_messages(A, before) if RECEIPT_PATTERN.search(m.get("text", ""))
        )
        await post.deliver(
            post.encrypt_address(A), [Message(receipt["text"], MUST_ARRIVE, is_card=True)], "1"
        )
        assert line.chats[A][-1] == {"type": "text", "text": receipt["text"]}
        assert {m["type"] for m in line.chats[A]} == {"text"}
        assert line.used == 1
        assert [type(f) for f in account.desk.errors] == [PermanentError] * 3

    run_scenario(tmp_path / "var", scene, clean=False)


@pytest.mark.parametrize(
    "weather", [LineFault(500), LineFault(cut="before"), LineFault(cut="after"), LineFault(429)]
)
def test_a_reply_is_tried_again_and_comes_once(tmp_path: Path, weather: LineFault) -> None:
    async def scene(account: LineDesk) -> None:
        line, bad = account.line, [weather]
        await exchange(account, "สวัสดี")
        line.inject_fault = lambda name, _body: bad.pop() if bad and name == REPLY else None
        assert await line.post_events(line.make_text_event(A, "แจ้งเรื่อง")) == 200
        await wait_until(lambda: len(line.chats[A]) > 1)
        await asyncio.sleep(1)
        told = to_messages(line.chats[A][1:])
        assert sum("พร้อมเริ่มแจ้งเรื่อง" in m.text for m in told) == 1
        assert list_calls(account, PUSH) == []
        line.refused.clear()  # a reply whose response was lost is retried with its used token

    run_scenario(tmp_path / "var", scene)


def test_line_away_for_an_hour(tmp_path: Path) -> None:
    async def scene(account: LineDesk) -> None:
        tap = await answer_until_review(account)
        line = account.line
        before = len(line.chats[A])
        line.inject_fault = lambda _name, _body: LineFault(503)
        assert await line.post_events(tap) == 200
        await asyncio.sleep(0.3)
        for _ in range(3):
            await run_worker_later(account, 20)
        assert len(line.chats[A]) == before
        (waits,) = await account.desk.store.outbox.list_all(Channel.LINE)
        assert "receipt" in str(waits.payload.says)
        line.inject_fault = lambda _name, _body: None
        await run_worker_later(account, 61)
        assert any(m.receipt for m in to_messages(line.chats[A][before:]))
        assert await account.desk.store.outbox.list_all(Channel.LINE) == []
        assert len(await account.desk.load_register_numbers()) == 1

    run_scenario(tmp_path / "var", scene, clean=False)


def test_a_push_that_was_cut_off_counts_once(tmp_path: Path) -> None:
    async def scene(account: LineDesk) -> None:
        line, store = account.line, account.desk.store
        back = account.setup.sender.encrypt_address(A)
        await store.outbox.add(
            Channel.LINE, OutboxMessage(Channel.LINE, back, "th", NEWS), account.desk.now()
        )
        line.inject_fault = lambda name, _body: LineFault(cut="after") if name == PUSH else None
        await account.delivery_worker.run_once()
        line.inject_fault = lambda _name, _body: None
        await run_worker_later(account)
        assert [call.status for call in list_calls(account, PUSH)] == [200, 409]
        assert (line.used, len(line.chats[A])) == (1, 1)
        assert await store.outbox.list_all(Channel.LINE) == []

    run_scenario(tmp_path / "var", scene, clean=False)


@pytest.mark.parametrize(
    ("name", "weather"), [(PUSH, LineFault(200, body=b"<html>")), (QUOTA, LineFault(404))]
)
def test_nothing_between_us_and_line_takes_a_letter(tmp_path: Path, name: str, weather: LineFault) -> None:
    async def scene(account: LineDesk) -> None:
        line, store = account.line, account.desk.store
        await wait_until(lambda: bool(line.default_menu))
        account.setup.sender.quota._refreshed_at = None
        back = account.setup.sender.encrypt_address(A)
        await store.outbox.add(
            Channel.LINE, OutboxMessage(Channel.LINE, back, "th", NEWS), account.desk.now()
        )
        line.inject_fault = lambda called, _body: weather if called == name else None
        await account.delivery_worker.run_once()
        line.inject_fault = lambda _name, _body: None
        await run_worker_later(account)
        assert len(line.chats[A]) == 1
        assert await store.outbox.list_all(Channel.LINE) == []

    run_scenario(tmp_path / "var", scene, clean=False)


def test_a_receipt_that_a_page_of_others_swallows_comes_later(tmp_path: Path) -> None:
    async def scene(account: LineDesk) -> None:
        line, tap = account.line, await answer_until_review(account)
        before = len(line.chats[A])
        pages = [LineFault(200, body=b"<html>")] * 2
        line.inject_fault = lambda name, _body: pages.pop() if pages and name == REPLY else None
        assert await line.post_events(tap) == 200
        assert sum(m.receipt is not None for m in to_messages(await line.wait_for_messages(A, before))) == 1
        await wait_until(lambda: not account.setup.adapter._tasks)
        assert await account.desk.store.outbox.list_all(Channel.LINE) == []

    run_scenario(tmp_path / "var", scene, clean=False)


def test_killed_between_commit_and_send(tmp_path: Path) -> None:
    """If the program ends after committing an answer and before sending it, the answer is sent from the outbox."""

    async def play() -> None:
        async with serve_fake_line_api(load_line_rules()) as line:
            async with open_line_desk(tmp_path / "var", line) as account:
                tap = await answer_until_review(account)
                before = len(line.chats[A])
                line.inject_fault = lambda name, _body: (
                    LineFault(delay=2, cut="before") if name == REPLY else None
                )
                account.setup.adapter.response_deadline = 0.2
                assert await line.post_events(tap) == 200
            assert len(line.chats[A]) == before
            line.inject_fault = lambda _name, _body: None
            async with open_line_desk(tmp_path / "var", line) as account:
                # LINE redelivers the event: no second case is filed, and the answer is the same.
                assert await line.post_events(line.mark_redelivered(tap)) == 200
                shown = to_messages(await line.wait_for_messages(A, before))
                await wait_until(lambda: not account.setup.adapter._tasks)
                await run_worker_later(account)
                receipts = [m.receipt for m in to_messages(line.chats[A][before:]) if m.receipt]
                assert len(receipts) == 1
                assert receipts == [m.receipt for m in shown if m.receipt]
                assert line.used == 0
                assert len(await account.desk.load_register_numbers()) == 1
                assert await account.desk.store.outbox.list_all(Channel.LINE) == []

    asyncio.run(play())


def test_out_of_order_and_twice(tmp_path: Path) -> None:
    async def scene(account: LineDesk) -> None:
        line = account.line
        for words in WHOLE_REPORT[:4]:
            await exchange(account, words)
        pieces = [line.make_text_event(A, f"ตอนที่ {n} ของเรื่องนี้") for n in range(5)]
        for n, piece in enumerate(pieces):
            piece["timestamp"] += n
        before = len(line.chats[A])
        assert await line.post_events(*reversed(pieces)) == 200
        assert await line.post_events(*pieces) == 200
        await wait_until(lambda: len(line.chats[A]) == before + 5)
        session = await account.desk.store.load_session(account.desk.store.keyring.hash_id(Channel.LINE, A))
        assert session is not None
        assert session.answers["story"].split("\n") == [f"ตอนที่ {n} ของเรื่องนี้" for n in range(5)]
        await asyncio.sleep(0.2)
        assert len(line.chats[A]) == before + 5

    run_scenario(tmp_path / "var", scene)


def test_twice_in_one_webhook(tmp_path: Path) -> None:
    async def scene(account: LineDesk) -> None:
        line, event = account.line, account.line.make_text_event(A, "สวัสดี")
        assert (
            await line.post_events(event, {**event, "replyToken": line.make_text_event(A, "")["replyToken"]})
            == 200
        )
        await line.wait_for_messages(A, 0)
        await wait_until(lambda: not account.setup.adapter._tasks)
        assert len(line.chats[A]) == 1

    run_scenario(tmp_path / "var", scene)


def test_a_month_that_is_used_up(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    async def scene(account: LineDesk) -> None:
        line, store = account.line, account.desk.store
        line.quota, line.used = 10, 10
        back = account.setup.sender.encrypt_address(A)
        await store.outbox.add(
            Channel.LINE, OutboxMessage(Channel.LINE, back, "th", NEWS), account.desk.now()
        )
        await account.delivery_worker.run_once()
        await run_worker_later(account, 61)
        assert line.chats == {}
        assert len(list_calls(account, PUSH)) <= 1  # no repeated pushes once the month's quota is used up
        assert len(await store.outbox.list_all(Channel.LINE)) == 1
        told = await exchange(account, "สวัสดี")  # the message is added to the next reply, which is free
        assert told[0].text.startswith("ต้องการทำอะไรต่อ")
        await asyncio.sleep(0.1)
        assert await store.outbox.list_all(Channel.LINE) == []
        assert line.used == 10

    run_scenario(tmp_path / "var", scene)
    assert "line-month" in capsys.readouterr().err


class CountingLine:
    """A LINE client that only returns the quota and counts the requests for it."""

    def __init__(self, most: int | None, used: int) -> None:
        self.answer, self.times = (most, used), 0

    async def get_quota(self) -> tuple[int | None, int]:
        self.times += 1
        return self.answer


@dataclass
class QuotaOffice:
    """Records the quota notices, and the stored state of the quota across restarts."""

    now: float = 0
    month: str = "2026-07"
    warnings: list[tuple[str, int, int]] = field(default_factory=list)
    marks: set[tuple[str, str]] = field(default_factory=set)

    async def tell(self, key: str, percent: int, used: int) -> None:
        self.warnings.append((key, percent, used))

    async def once(self, what: str, month: str) -> bool:
        first = (what, month) not in self.marks
        self.marks.add((what, month))
        return first

    def make_quota(self, line: CountingLine) -> PushQuota:
        """The quota tracker of a newly started program."""
        return PushQuota(line, "complaints", lambda: self.now, self.tell, self.once, lambda: self.month)  # type: ignore[arg-type]


def test_the_ledger_warns_at_70_and_90_once(capsys: pytest.CaptureFixture[str]) -> None:
    async def play() -> None:
        asked, office = CountingLine(300, 200), QuotaOffice()
        ledger = office.make_quota(asked)
        assert await ledger.has_room()
        assert capsys.readouterr().err == ""
        for _ in range(80):
            await ledger.record_push()
        warned = capsys.readouterr().err.splitlines()
        assert ['"percent": 70' in warned[0], '"percent": 90' in warned[1], len(warned)] == [True, True, 2]
        assert asked.times == 1
        await ledger.mark_exhausted()
        await ledger.mark_exhausted()
        assert office.warnings == [
            ("line.quota", 70, 210),
            ("line.quota", 90, 270),
            ("line.quota_full", 100, 280),
        ]
        assert not await ledger.has_room()
        office.now, asked.answer = 4000.0, (None, 5)
        assert await ledger.has_room()
        assert asked.times == 2

    asyncio.run(play())


def test_a_month_is_told_of_once_through_lags_and_starts() -> None:
    async def play() -> None:
        asked, office = CountingLine(300, 209), QuotaOffice()
        ledger = office.make_quota(asked)
        for _ in range(4):  # LINE's count stays one lower than ours
            office.now += 601
            assert await ledger.has_room()
            await ledger.record_push()
        assert office.warnings == [("line.quota", 70, 210)]
        asked.answer = (300, 280)
        for _ in range(3):
            await office.make_quota(asked).refresh()
        asked.answer = (300, 250)  # no notice of the lower threshold after the higher one
        await office.make_quota(asked).refresh()
        assert office.warnings[1:] == [("line.quota", 93, 280)]
        office.month, asked.answer = "2026-08", (300, 211)
        for one in (ledger, office.make_quota(asked)):
            office.now += 601
            assert await one.has_room()
        assert office.warnings[2:] == [("line.quota", 70, 211)]

    asyncio.run(play())


def test_a_month_that_our_own_pushes_fill_is_told_of() -> None:
    async def play() -> None:
        office = QuotaOffice()
        ledger = office.make_quota(CountingLine(10, 9))
        assert await ledger.has_room()
        await ledger.record_push()
        assert not await ledger.has_room()
        assert office.warnings == [("line.quota", 90, 9), ("line.quota_full", 100, 10)]
        nothing = QuotaOffice()
        assert not await nothing.make_quota(CountingLine(0, 0)).has_room()
        assert nothing.warnings == [("line.quota_full", 100, 0)]

    asyncio.run(play())


def test_the_desk_keeps_what_was_told_of_a_month(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    async def play() -> None:
        async with serve_fake_line_api(load_line_rules()) as line:
            line.used = 211
            for _ in range(2):
                line.default_menu = ""
                async with open_line_desk(tmp_path / "var", line):
                    await wait_until(lambda: bool(line.default_menu))

    asyncio.run(play())
    assert capsys.readouterr().err.count("line-month") == 1


def test_a_spare_token_is_used_before_a_push(tmp_path: Path) -> None:
    async def scene(account: LineDesk) -> None:
        line = account.line
        sets = [
            line.make_file_event(A, line_content(), imageSet={"id": "S", "index": n, "total": 2})
            for n in (1, 2)
        ]
        assert await line.post_events(*sets) == 200
        await line.wait_for_messages(A, 0)
        back = account.setup.sender.encrypt_address(A)
        await account.setup.sender.deliver(back, [Message("ข่าว", NEUTRAL)], "1")
        assert list_calls(account, PUSH) == []
        await account.setup.sender.deliver(back, [Message("ข่าวอีก", NEUTRAL)], "2")
        assert len(list_calls(account, PUSH)) == 1
        assert [m.text for m in to_messages(line.chats[A][1:])] == ["ข่าว", "ข่าวอีก"]

    run_scenario(tmp_path / "var", scene)


def line_content() -> Any:
    from tests.bot.platforms.line.fake_line_api import FakeContent
    from tests.samples import make_photo

    return FakeContent(make_photo())


def make_long_messages(first: int, last: int) -> list[Message]:
    """Texts, each as long as a LINE message may be."""
    return [Message(f"{number:02d} " + "ก" * 4990, MUST_ARRIVE) for number in range(first, last)]


def numbers(account: LineDesk, before: int = 0) -> list[int]:
    """The numbers of such texts, in the order in which the person got them."""
    return [
        int(one["text"][:2]) for one in account.line.chats.get(A, [])[before:] if one["text"][:2].isdigit()
    ]


def fail_nth_push(number: int, weather: LineFault) -> Callable[[str, Any], LineFault | None]:
    """A fault for the nth push."""
    pushes = itertools.count(1)
    return lambda name, _body: weather if name == PUSH and next(pushes) == number else None


@pytest.mark.parametrize("weather", [LineFault(503), LineFault(cut="after")])
@pytest.mark.parametrize("token", [False, True])
def test_a_letter_of_several_calls_goes_on_where_it_stopped(
    tmp_path: Path, weather: LineFault, *, token: bool
) -> None:
    async def scene(account: LineDesk) -> None:
        line, post = account.line, account.setup.sender
        back = post.encrypt_address(A)
        line.inject_fault = fail_nth_push(2, weather)
        with pytest.raises(PlatformUnavailableError):
            await post.deliver(back, make_long_messages(0, 12), "L")
        if token:
            assert (
                await line.post_events(line.make_event(A, "postback", postback={"data": "menu:more"})) == 200
            )
        await post.deliver(back, make_long_messages(0, 12), "L")
        twice = [5, 6, 7, 8, 9] if token and weather.cut else []  # it was unknown whether these arrived
        assert sorted(numbers(account)) == sorted([*range(12), *twice])
        await post.deliver(back, make_long_messages(0, 12), "L")
        assert len(numbers(account)) == 12 + len(twice)

    run_scenario(tmp_path / "var", scene)


def test_a_letter_that_is_begun_anew_after_a_start_is_not_pushed_twice(tmp_path: Path) -> None:
    async def scene(account: LineDesk) -> None:
        line, post = account.line, account.setup.sender
        line.inject_fault = fail_nth_push(3, LineFault(503))
        with pytest.raises(PlatformUnavailableError):
            await post.deliver(post.encrypt_address(A), make_long_messages(0, 12), "L")
        post._delivered_counts.clear()
        await post.deliver(post.encrypt_address(A), make_long_messages(0, 12), "L")
        assert numbers(account) == [*range(12)]
        assert line.used == 3

    run_scenario(tmp_path / "var", scene)


class FixedReplyRouter:
    """A router that always gives the same replies."""

    def __init__(self, account: LineDesk, says: tuple[Reply, ...]) -> None:
        self._talk, self._says = account.desk.engine.router, says
        account.desk.engine.router = self

    def decide(self, event: Event, session: Session | None) -> Decision:
        turn = yield from self._talk.decide(event, session)
        return replace(turn, replies=self._says)

    def current_prompt(self, event: Event, session: Session) -> Decision:
        return self._talk.current_prompt(event, session)

    def may_store_part(self, event: Event, session: Session) -> bool:
        return self._talk.may_store_part(event, session)


@pytest.mark.parametrize("weather", [LineFault(503), LineFault(cut="after")])
def test_an_answer_of_several_calls_goes_on_where_it_stopped(tmp_path: Path, weather: LineFault) -> None:
    async def scene(account: LineDesk) -> None:
        line, store = account.line, account.desk.store
        FixedReplyRouter(
            account,
            tuple(Reply("literal", MUST_ARRIVE, {"text": one.text}) for one in make_long_messages(0, 7)),
        )
        line.inject_fault = fail_nth_push(1, weather)
        assert await line.post_events(line.make_text_event(A, "สวัสดี")) == 200
        await wait_until(lambda: not account.setup.adapter._tasks)
        (waits,) = await store.outbox.list_all(Channel.LINE)
        assert len(waits.payload.says) == 7
        await run_worker_later(account)
        assert numbers(account) == [*range(7)]
        assert line.used == 1
        assert await store.outbox.list_all(Channel.LINE) == []

    run_scenario(tmp_path / "var", scene, clean=False)


def test_an_answer_of_several_calls_that_is_given_again_loses_nothing(tmp_path: Path) -> None:
    async def play() -> None:
        async with serve_fake_line_api(load_line_rules()) as line:
            async with open_line_desk(tmp_path / "var", line) as account:
                FixedReplyRouter(
                    account,
                    tuple(
                        Reply("literal", MUST_ARRIVE, {"text": one.text}) for one in make_long_messages(0, 7)
                    ),
                )
                line.inject_fault = lambda name, _body: (
                    LineFault(delay=2, cut="before") if name == REPLY else None
                )
                account.setup.adapter.response_deadline = 0.2
                event = line.make_text_event(A, "สวัสดี")
                assert await line.post_events(event) == 200
            async with open_line_desk(tmp_path / "var", line) as account:
                line.inject_fault = fail_nth_push(1, LineFault(503))
                assert await line.post_events(line.mark_redelivered(event)) == 200
                await line.wait_for_messages(A, 0)
                await wait_until(lambda: not account.setup.adapter._tasks)
                assert len(await account.desk.store.outbox.list_all(Channel.LINE)) == 1
                await run_worker_later(account)
                assert set(numbers(account)) == set(range(7))
                assert await account.desk.store.outbox.list_all(Channel.LINE) == []

    asyncio.run(play())


def test_what_waits_comes_with_answers_a_reply_at_a_time(tmp_path: Path) -> None:
    async def scene(account: LineDesk) -> None:
        line, post, store = account.line, account.setup.sender, account.desk.store
        await wait_until(lambda: bool(line.default_menu))
        line.quota, line.used = 10, 10
        await post.quota.mark_exhausted()
        for one in make_long_messages(0, 9):
            letter = OutboxMessage(
                Channel.LINE,
                post.encrypt_address(A),
                "th",
                (Reply("literal", MUST_ARRIVE, {"text": one.text}),),
            )
            await store.outbox.add(Channel.LINE, letter, account.desk.now())
        await account.delivery_worker.run_once()
        for left in (5, 1, 0):
            assert line.linked_menus
            await exchange(account, "สวัสดี")
            await wait_until(lambda: not account.setup.adapter._tasks)
            assert len(await store.outbox.list_all(Channel.LINE)) == left
        assert sorted(numbers(account)) == [*range(9)]
        assert line.linked_menus == {}
        assert line.used == 10

    run_scenario(tmp_path / "var", scene)


def test_a_letter_and_an_answer_with_it_come_one_after_another(tmp_path: Path) -> None:
    """A slow reply contains what the delivery worker would otherwise push meanwhile."""

    async def scene(account: LineDesk) -> None:
        line, tap = account.line, await answer_until_review(account)
        before = len(line.chats[A])
        now = line.now()
        line.now = lambda: now  # only our clock advances, LINE's stands still
        line.inject_fault = lambda name, _body: LineFault(delay=1) if name == REPLY else None
        assert await line.post_events(tap) == 200
        await run_worker_later(account)
        await line.wait_for_messages(A, before)
        assert sum(m.receipt is not None for m in to_messages(line.chats[A][before:])) == 1
        assert line.used == 0
        assert await account.desk.store.outbox.list_all(Channel.LINE) == []

    run_scenario(tmp_path / "var", scene)


def test_an_event_brought_again_with_a_good_token_is_answered_with_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def scene(account: LineDesk) -> None:
        line, tap = account.line, await answer_until_review(account)
        before = len(line.chats[A])
        line.inject_fault = lambda name, _body: LineFault(503) if name == REPLY else None
        monkeypatch.setattr(sender, "REPLY_RETRY_DELAYS", (0.01,))
        assert await line.post_events(tap) == 200
        await wait_until(lambda: not account.setup.adapter._tasks)
        line.inject_fault = lambda _name, _body: None
        assert await line.post_events(line.mark_redelivered(tap)) == 200
        assert sum(m.receipt is not None for m in to_messages(await line.wait_for_messages(A, before))) == 1
        await wait_until(lambda: not account.setup.adapter._tasks)
        await run_worker_later(account)
        assert line.used == 0
        assert len(await account.desk.load_register_numbers()) == 1

    run_scenario(tmp_path / "var", scene)


def test_the_red_dot_goes_when_what_waited_was_pushed(tmp_path: Path) -> None:
    async def scene(account: LineDesk) -> None:
        line, post, store = account.line, account.setup.sender, account.desk.store
        await wait_until(lambda: bool(line.default_menu))
        line.quota, line.used = 10, 10
        await post.quota.mark_exhausted()
        for _ in range(2):
            await store.outbox.add(
                Channel.LINE,
                OutboxMessage(Channel.LINE, post.encrypt_address(A), "th", NEWS),
                account.desk.now(),
            )
        await account.delivery_worker.run_once()
        assert line.linked_menus
        line.used, post.quota.clock = 9, lambda: time.monotonic() + 7200
        await run_worker_later(account, 61)
        assert line.linked_menus  # the other message is still queued
        line.used, post.quota._exhausted_at = 0, None
        await post.quota.refresh()
        await run_worker_later(account, 61)
        assert line.linked_menus == {}
        assert post.undeliverable == set()

    run_scenario(tmp_path / "var", scene)


def test_a_letter_is_shown_in_the_language_of_the_talk(tmp_path: Path) -> None:
    async def scene(account: LineDesk) -> None:
        await exchange(account, "/en")
        news = Message("News", NEUTRAL, (("Skip", "1.skip"),), expects_text=True)
        await account.setup.sender.deliver(account.setup.sender.encrypt_address(A), [news], "L")
        assert "You can type: Skip" in to_messages(account.line.chats[A])[-1].text

    run_scenario(tmp_path / "var", scene)


def test_a_retry_key_is_of_the_letter() -> None:
    assert derive_retry_key("a", "0.0-1.0") == derive_retry_key("a", "0.0-1.0")
    assert len({derive_retry_key("a", "0"), derive_retry_key("b", "0"), derive_retry_key("a", "1")}) == 3


def test_a_token_that_line_refuses_is_named_and_the_rest_starts(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    async def play() -> None:
        async with serve_fake_line_api(load_line_rules()) as line:
            line.inject_fault = lambda name, _body: LineFault(401) if name == "getBotInfo" else None
            async with open_line_desk(tmp_path / "var", line) as account:
                await wait_until(lambda: bool(line.calls) or account.setup.adapter.bot_user_id is None)
                await asyncio.sleep(0.3)
                assert account.setup.adapter.bot_user_id is None
                assert await line.post_events(line.make_text_event(A, "สวัสดี")) == 200
                assert await line.wait_for_messages(A, 0)

    asyncio.run(play())
    assert "ITA_COMPLAINTS__LINE_TOKEN" in capsys.readouterr().err


def test_an_account_in_which_others_answer_is_named_once(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(setup, "MIN_RETRY_DELAY", 0.01)

    async def play(mode: str) -> str:
        async with serve_fake_line_api(load_line_rules()) as line:
            line.chat_mode, bad = mode, [LineFault(500)] * 2
            line.inject_fault = lambda name, _body: bad.pop() if bad and name == "getRichMenuList" else None
            async with open_line_desk(tmp_path / mode, line):
                await wait_until(lambda: bool(line.default_menu))
        return capsys.readouterr().err

    told = asyncio.run(play("chat"))
    assert told.count("ITA_COMPLAINTS__LINE_TOKEN") == 1
    assert told.count("line-chat-on") == 1
    assert "line-chat-on" not in asyncio.run(play("bot"))


def test_a_start_beside_a_busy_database_goes_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async def play() -> None:
        monkeypatch.setattr(setup, "MIN_RETRY_DELAY", 0.01)
        look, troubles = DurableQueue.list_all, [DatabaseBusyError("another program holds the database")]

        async def busy(self: Any, kind: str) -> Any:
            if troubles:
                raise troubles.pop()
            return await look(self, kind)

        monkeypatch.setattr(DurableQueue, "list_all", busy)
        async with open_line_desk(tmp_path / "var") as account:
            await wait_until(lambda: bool(account.line.default_menu))
            assert account.setup.adapter.bot_user_id
            assert [type(one) for one in account.desk.errors] == [DatabaseBusyError]

    asyncio.run(play())


def test_the_database_in_trouble_is_answered_with_503(tmp_path: Path) -> None:
    async def scene(account: LineDesk) -> None:
        line: FakeLineApi = account.line
        account.setup.adapter.response_deadline = 0.2
        gate = asyncio.Event()
        handle = account.desk.engine.handle_locked

        async def slow(event: Any) -> Any:
            await gate.wait()
            return await handle(event)

        account.desk.engine.handle_locked = slow  # type: ignore[method-assign]
        event = line.make_text_event(A, "สวัสดี")
        assert await line.post_events(event) == 503
        gate.set()
        assert await line.post_events(line.mark_redelivered(event)) == 200
        await line.wait_for_messages(A, 0)
        await asyncio.sleep(0.2)
        assert len(line.chats[A]) == 1

    run_scenario(tmp_path / "var", scene)


def test_news_are_pushed_each_time_and_only_to_who_wished(tmp_path: Path) -> None:
    async def scene(account: LineDesk) -> None:
        line = account.line
        tap, before = await answer_until_review(account), len(line.chats[A])
        assert await line.post_events(tap) == 200
        told = to_messages(await line.wait_for_messages(A, before))
        receipt = next(m.receipt for m in told if m.receipt)
        wish = dict(told[-1].choices)
        await account.desk.send_office_message(receipt, "ข่าวแรกซึ่งไม่มีใครขอ")
        await account.delivery_worker.run_once()
        assert list_calls(account, PUSH) == []
        seen = len(line.chats[A])
        assert (
            await line.post_events(
                line.make_postback_event(A, next(data for data in wish.values() if data.endswith("news")))
            )
            == 200
        )
        await line.wait_for_messages(A, seen)
        for number in (1, 2):
            await account.desk.send_office_message(receipt, f"{CANARY} {number}")
            await account.delivery_worker.run_once()
            await wait_until(lambda n=number: line.used == n)
        assert CANARY not in str(list_calls(account, PUSH))

    run_scenario(tmp_path / "var", scene)
