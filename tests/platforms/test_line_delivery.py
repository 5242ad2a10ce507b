"""What must arrive arrives: LINE away, slow, cut off, out of messages; webhooks twice; the program killed between."""

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

from bot.delivery.worker import PermanentError
from bot.platforms.line import sender as line_post
from bot.platforms.line import setup as line_desk
from bot.platforms.line.client import LineUnavailableError
from bot.platforms.line.quota import PushQuota
from bot.platforms.line.sender import retry_key
from handlers.dialog.events import Channel, Deciding, Event, Message, Reply, Session
from storage.errors import DatabaseBusyError
from storage.outgoing.queue import DurableQueue
from storage.serialization import OutboxMessage
from tests.platforms.line_api import FakeLineApi, LineFault, RecordedLineCall, serving
from tests.platforms.line_door import RECEIPT, LineDesk, at_work, messages, person
from tests.platforms.line_rules import needs_contracts, rules
from tests.play import WHOLE_REPORT

pytestmark = needs_contracts
A = person("ก")
CANARY = "คานารีลับ"
PUSH, REPLY, QUOTA = "pushMessage", "replyMessage", "getMessageQuota"
NEWS = (Reply("menu.again", certain=True),)


def played(home: Path, scene: Callable[[LineDesk], Coroutine[Any, Any, None]], *, clean: bool = True) -> None:
    """Play a scene with a desk at work."""

    async def play() -> None:
        async with at_work(home) as account:
            await scene(account)
            assert account.line.refused == []
            assert not clean or account.desk.faults == []

    asyncio.run(play())


async def exchange(account: LineDesk, words: str) -> list[Message]:
    """Say something, or tap what stands in brackets, and see the answer."""
    line, before = account.line, len(account.line.chats.get(A, []))
    if words.startswith("["):
        last = next(m for m in reversed(messages(line.chats[A])) if m.choices)
        event = line.tap(A, dict(last.choices)[words[1:-1]])
    else:
        event = line.text(A, words)
    assert await line.post(event) == 200
    return messages(await line.shown(A, before))


async def ready_to_file(account: LineDesk) -> dict[str, Any]:
    """Answer every question; gives the tap that files the report."""
    for words in WHOLE_REPORT:
        told = await exchange(account, words)
    return account.line.tap(A, dict(told[-1].choices)["ส่งเรื่อง"])


def calls(account: LineDesk, name: str) -> list[RecordedLineCall]:
    return [call for call in account.line.calls if call.name == name]


async def until(done: Callable[[], bool], seconds: float = 8) -> None:
    async with asyncio.timeout(seconds):
        while not done():  # noqa: ASYNC110
            await asyncio.sleep(0.02)


async def round_later(account: LineDesk, minutes: int = 2) -> None:
    """Let time pass, and the courier go round once."""
    account.desk.away += timedelta(minutes=minutes)
    await account.door.courier.round()


def test_a_whole_report_costs_no_push_and_is_shown_as_cards(tmp_path: Path) -> None:
    async def scene(account: LineDesk) -> None:
        tap = await ready_to_file(account)
        review = account.line.chats[A][-1]
        assert review["type"] == "flex"
        assert "เรียกรับเงินร้อยละสิบ" in review["altText"]
        before = len(account.line.chats[A])
        assert await account.line.post(tap) == 200
        shown = await account.line.shown(A, before)
        receipt = next(m.receipt for m in messages(shown) if m.receipt)
        card = next(m for m in shown if m["type"] == "flex")
        assert card["contents"]["footer"]["contents"][0]["action"]["clipboardText"] == receipt
        await asyncio.sleep(0.1)
        assert await account.desk.store.outbox.look(Channel.LINE) == []
        assert calls(account, PUSH) == []
        assert len(calls(account, REPLY)) == len(WHOLE_REPORT) + 1

    played(tmp_path / "var", scene)


@pytest.mark.parametrize(
    "story", ["เขาขอเงินใต้โต๊ะ\n: )\nแล้วก็ยิ้ม", "\n".join("5" * 450)], ids=["colon", "lines"]
)
def test_whatever_a_person_writes_the_review_is_shown(tmp_path: Path, story: str) -> None:
    async def scene(account: LineDesk) -> None:
        for words in WHOLE_REPORT:
            told = await exchange(account, story if words == WHOLE_REPORT[4] else words)
        assert story.split("\n")[-1] in told[-1].text
        assert "ส่งเรื่อง" in dict(told[-1].choices)

    played(tmp_path / "var", scene)


def cards(name: str, body: Any) -> LineFault | None:
    """A LINE that takes no card."""
    return LineFault(400) if name in {REPLY, PUSH} and '"flex"' in json.dumps(body) else None


def test_a_card_that_is_refused_goes_as_text(tmp_path: Path) -> None:
    async def scene(account: LineDesk) -> None:
        line, post = account.line, account.door.post
        line.weather = cards
        tap = await ready_to_file(account)
        assert line.chats[A][-1]["quickReply"]["items"]
        before = len(line.chats[A])
        assert await line.post(tap) == 200
        receipt = next(m for m in await line.shown(A, before) if RECEIPT.search(m.get("text", "")))
        await post.deliver(post.seal(A), [Message(receipt["text"], key="report.filed")], "1")
        assert line.chats[A][-1] == {"type": "text", "text": receipt["text"]}
        assert {m["type"] for m in line.chats[A]} == {"text"}
        assert line.used == 1
        assert [type(f) for f in account.desk.faults] == [PermanentError] * 3

    played(tmp_path / "var", scene, clean=False)


@pytest.mark.parametrize(
    "weather", [LineFault(500), LineFault(cut="before"), LineFault(cut="after"), LineFault(429)]
)
def test_a_reply_is_tried_again_and_comes_once(tmp_path: Path, weather: LineFault) -> None:
    async def scene(account: LineDesk) -> None:
        line, bad = account.line, [weather]
        await exchange(account, "สวัสดี")
        line.weather = lambda name, _body: bad.pop() if bad and name == REPLY else None
        assert await line.post(line.text(A, "แจ้งเรื่อง")) == 200
        await until(lambda: len(line.chats[A]) > 1)
        await asyncio.sleep(1)
        told = messages(line.chats[A][1:])
        assert sum("พร้อมเริ่มแจ้งเรื่อง" in m.text for m in told) == 1
        assert calls(account, PUSH) == []
        line.refused.clear()  # the token of a reply that counted and was not answered is asked for once more

    played(tmp_path / "var", scene)


def test_line_away_for_an_hour(tmp_path: Path) -> None:
    async def scene(account: LineDesk) -> None:
        tap = await ready_to_file(account)
        line = account.line
        before = len(line.chats[A])
        line.weather = lambda _name, _body: LineFault(503)
        assert await line.post(tap) == 200
        await asyncio.sleep(0.3)
        for _ in range(6):
            await round_later(account, 10)
        assert len(line.chats[A]) == before
        (waits,) = await account.desk.store.outbox.look(Channel.LINE)
        assert "receipt" in str(waits.what.says)
        line.weather = lambda _name, _body: None
        await round_later(account, 61)
        assert any(m.receipt for m in messages(line.chats[A][before:]))
        assert await account.desk.store.outbox.look(Channel.LINE) == []
        assert len(await account.desk.numbers()) == 1

    played(tmp_path / "var", scene, clean=False)


def test_a_push_that_was_cut_off_counts_once(tmp_path: Path) -> None:
    async def scene(account: LineDesk) -> None:
        line, store = account.line, account.desk.store
        back = account.door.post.seal(A)
        await store.outbox.add(
            Channel.LINE, OutboxMessage(Channel.LINE, back, "th", NEWS), account.desk.now()
        )
        line.weather = lambda name, _body: LineFault(cut="after") if name == PUSH else None
        await account.door.courier.round()
        line.weather = lambda _name, _body: None
        await round_later(account)
        assert [call.status for call in calls(account, PUSH)] == [200, 409]
        assert (line.used, len(line.chats[A])) == (1, 1)
        assert await store.outbox.look(Channel.LINE) == []

    played(tmp_path / "var", scene, clean=False)


@pytest.mark.parametrize(
    ("name", "weather"), [(PUSH, LineFault(200, body=b"<html>")), (QUOTA, LineFault(404))]
)
def test_nothing_between_us_and_line_takes_a_letter(tmp_path: Path, name: str, weather: LineFault) -> None:
    async def scene(account: LineDesk) -> None:
        line, store = account.line, account.desk.store
        await until(lambda: bool(line.default_menu))
        account.door.post.ledger._asked = None
        back = account.door.post.seal(A)
        await store.outbox.add(
            Channel.LINE, OutboxMessage(Channel.LINE, back, "th", NEWS), account.desk.now()
        )
        line.weather = lambda called, _body: weather if called == name else None
        await account.door.courier.round()
        line.weather = lambda _name, _body: None
        await round_later(account)
        assert len(line.chats[A]) == 1
        assert await store.outbox.look(Channel.LINE) == []

    played(tmp_path / "var", scene, clean=False)


def test_a_receipt_that_a_page_of_others_swallows_comes_later(tmp_path: Path) -> None:
    async def scene(account: LineDesk) -> None:
        line, tap = account.line, await ready_to_file(account)
        before = len(line.chats[A])
        pages = [LineFault(200, body=b"<html>")] * 2
        line.weather = lambda name, _body: pages.pop() if pages and name == REPLY else None
        assert await line.post(tap) == 200
        assert sum(m.receipt is not None for m in messages(await line.shown(A, before))) == 1
        await until(lambda: not account.door.talk._tasks)
        assert await account.desk.store.outbox.look(Channel.LINE) == []

    played(tmp_path / "var", scene, clean=False)


def test_killed_between_commit_and_send(tmp_path: Path) -> None:
    """The answer was committed, and the program ended before it was sent: it comes from the outbox."""

    async def play() -> None:
        async with serving(rules()) as line:
            async with at_work(tmp_path / "var", line) as account:
                tap = await ready_to_file(account)
                before = len(line.chats[A])
                line.weather = lambda name, _body: LineFault(delay=2, cut="before") if name == REPLY else None
                account.door.talk.soon = 0.2
                assert await line.post(tap) == 200
            assert len(line.chats[A]) == before
            line.weather = lambda _name, _body: None
            async with at_work(tmp_path / "var", line) as account:
                # LINE brings the event again: no second case, and the same answer.
                assert await line.post(line.redelivered(tap)) == 200
                shown = messages(await line.shown(A, before))
                await until(lambda: not account.door.talk._tasks)
                await round_later(account)
                receipts = [m.receipt for m in messages(line.chats[A][before:]) if m.receipt]
                assert len(receipts) == 1
                assert receipts == [m.receipt for m in shown if m.receipt]
                assert line.used == 0
                assert len(await account.desk.numbers()) == 1
                assert await account.desk.store.outbox.look(Channel.LINE) == []

    asyncio.run(play())


def test_out_of_order_and_twice(tmp_path: Path) -> None:
    async def scene(account: LineDesk) -> None:
        line = account.line
        for words in WHOLE_REPORT[:4]:
            await exchange(account, words)
        pieces = [line.text(A, f"ตอนที่ {n} ของเรื่องนี้") for n in range(5)]
        for n, piece in enumerate(pieces):
            piece["timestamp"] += n
        before = len(line.chats[A])
        assert await line.post(*reversed(pieces)) == 200
        assert await line.post(*pieces) == 200
        await until(lambda: len(line.chats[A]) == before + 5)
        session = await account.desk.store.session(account.desk.store.seals.who(Channel.LINE, A))
        assert session is not None
        assert session.answers["story"].split("\n") == [f"ตอนที่ {n} ของเรื่องนี้" for n in range(5)]
        await asyncio.sleep(0.2)
        assert len(line.chats[A]) == before + 5

    played(tmp_path / "var", scene)


def test_twice_in_one_webhook(tmp_path: Path) -> None:
    async def scene(account: LineDesk) -> None:
        line, event = account.line, account.line.text(A, "สวัสดี")
        assert await line.post(event, {**event, "replyToken": line.text(A, "")["replyToken"]}) == 200
        await line.shown(A, 0)
        await until(lambda: not account.door.talk._tasks)
        assert len(line.chats[A]) == 1

    played(tmp_path / "var", scene)


def test_a_month_that_is_used_up(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    async def scene(account: LineDesk) -> None:
        line, store = account.line, account.desk.store
        line.quota, line.used = 10, 10
        back = account.door.post.seal(A)
        await store.outbox.add(
            Channel.LINE, OutboxMessage(Channel.LINE, back, "th", NEWS), account.desk.now()
        )
        await account.door.courier.round()
        await round_later(account, 61)
        assert line.chats == {}
        assert len(calls(account, PUSH)) <= 1  # a month that is full is not asked again and again
        assert len(await store.outbox.look(Channel.LINE)) == 1
        told = await exchange(account, "สวัสดี")  # the person writes, and it goes along at no cost
        assert told[0].text.startswith("ต้องการทำอะไรต่อ")
        await asyncio.sleep(0.1)
        assert await store.outbox.look(Channel.LINE) == []
        assert line.used == 10

    played(tmp_path / "var", scene)
    assert "line-month" in capsys.readouterr().err


class CountingLine:
    """A LINE that only counts."""

    def __init__(self, most: int | None, used: int) -> None:
        self.told, self.times = (most, used), 0

    async def quota(self) -> tuple[int | None, int]:
        self.times += 1
        return self.told


@dataclass
class QuotaOffice:
    """Who hears of the month, and a disk that remembers what was told."""

    now: float = 0
    month: str = "2026-07"
    heard: list[tuple[str, int, int]] = field(default_factory=list)
    marks: set[tuple[str, str]] = field(default_factory=set)

    async def tell(self, key: str, percent: int, used: int) -> None:
        self.heard.append((key, percent, used))

    async def once(self, what: str, month: str) -> bool:
        first = (what, month) not in self.marks
        self.marks.add((what, month))
        return first

    def ledger(self, line: CountingLine) -> PushQuota:
        """The ledger of a program that was just started."""
        return PushQuota(line, "complaints", lambda: self.now, self.tell, self.once, lambda: self.month)  # type: ignore[arg-type]


def test_the_ledger_warns_at_70_and_90_once(capsys: pytest.CaptureFixture[str]) -> None:
    async def play() -> None:
        asked, office = CountingLine(300, 200), QuotaOffice()
        ledger = office.ledger(asked)
        assert await ledger.has_room()
        assert capsys.readouterr().err == ""
        for _ in range(80):
            await ledger.pushed()
        warned = capsys.readouterr().err.splitlines()
        assert ['"percent": 70' in warned[0], '"percent": 90' in warned[1], len(warned)] == [True, True, 2]
        assert asked.times == 1
        await ledger.is_full()
        await ledger.is_full()
        assert office.heard == [
            ("line.quota", 70, 210),
            ("line.quota", 90, 270),
            ("line.quota_full", 100, 280),
        ]
        assert not await ledger.has_room()
        office.now, asked.told = 4000.0, (None, 5)
        assert await ledger.has_room()
        assert asked.times == 2

    asyncio.run(play())


def test_a_month_is_told_of_once_through_lags_and_starts() -> None:
    async def play() -> None:
        asked, office = CountingLine(300, 209), QuotaOffice()
        ledger = office.ledger(asked)
        for _ in range(4):  # LINE's count stays one behind ours
            office.now += 601
            assert await ledger.has_room()
            await ledger.pushed()
        assert office.heard == [("line.quota", 70, 210)]
        asked.told = (300, 280)
        for _ in range(3):
            await office.ledger(asked).refresh()
        asked.told = (300, 250)  # the lower mark is not told after the higher one
        await office.ledger(asked).refresh()
        assert office.heard[1:] == [("line.quota", 93, 280)]
        office.month, asked.told = "2026-08", (300, 211)
        for one in (ledger, office.ledger(asked)):
            office.now += 601
            assert await one.has_room()
        assert office.heard[2:] == [("line.quota", 70, 211)]

    asyncio.run(play())


def test_a_month_that_our_own_pushes_fill_is_told_of() -> None:
    async def play() -> None:
        office = QuotaOffice()
        ledger = office.ledger(CountingLine(10, 9))
        assert await ledger.has_room()
        await ledger.pushed()
        assert not await ledger.has_room()
        assert office.heard == [("line.quota", 90, 9), ("line.quota_full", 100, 10)]
        nothing = QuotaOffice()
        assert not await nothing.ledger(CountingLine(0, 0)).has_room()
        assert nothing.heard == [("line.quota_full", 100, 0)]

    asyncio.run(play())


def test_the_desk_keeps_what_was_told_of_a_month(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    async def play() -> None:
        async with serving(rules()) as line:
            line.used = 211
            for _ in range(2):
                line.default_menu = ""
                async with at_work(tmp_path / "var", line):
                    await until(lambda: bool(line.default_menu))

    asyncio.run(play())
    assert capsys.readouterr().err.count("line-month") == 1


def test_a_spare_token_is_used_before_a_push(tmp_path: Path) -> None:
    async def scene(account: LineDesk) -> None:
        line = account.line
        sets = [line.file(A, line_content(), imageSet={"id": "S", "index": n, "total": 2}) for n in (1, 2)]
        assert await line.post(*sets) == 200
        await line.shown(A, 0)
        back = account.door.post.seal(A)
        await account.door.post.deliver(back, [Message("ข่าว")], "1")
        assert calls(account, PUSH) == []
        await account.door.post.deliver(back, [Message("ข่าวอีก")], "2")
        assert len(calls(account, PUSH)) == 1
        assert [m.text for m in messages(line.chats[A][1:])] == ["ข่าว", "ข่าวอีก"]

    played(tmp_path / "var", scene)


def line_content() -> Any:
    from tests import samples
    from tests.platforms.line_api import FakeContent

    return FakeContent(samples.photo())


def many(first: int, last: int) -> list[Message]:
    """Texts of which each fills a message of LINE's."""
    return [Message(f"{number:02d} " + "ก" * 4990, certain=True) for number in range(first, last)]


def numbers(account: LineDesk, before: int = 0) -> list[int]:
    """The numbers of such texts as a person saw them."""
    return [
        int(one["text"][:2]) for one in account.line.chats.get(A, [])[before:] if one["text"][:2].isdigit()
    ]


def nth(number: int, weather: LineFault) -> Callable[[str, Any], LineFault | None]:
    """Weather for the nth push."""
    pushes = itertools.count(1)
    return lambda name, _body: weather if name == PUSH and next(pushes) == number else None


@pytest.mark.parametrize("weather", [LineFault(503), LineFault(cut="after")])
@pytest.mark.parametrize("token", [False, True])
def test_a_letter_of_several_calls_goes_on_where_it_stopped(
    tmp_path: Path, weather: LineFault, *, token: bool
) -> None:
    async def scene(account: LineDesk) -> None:
        line, post = account.line, account.door.post
        back = post.seal(A)
        line.weather = nth(2, weather)
        with pytest.raises(LineUnavailableError):
            await post.deliver(back, many(0, 12), "L")
        if token:
            assert await line.post(line.event(A, "postback", postback={"data": "menu:more"})) == 200
        await post.deliver(back, many(0, 12), "L")
        twice = [5, 6, 7, 8, 9] if token and weather.cut else []  # whether these came nobody knew
        assert sorted(numbers(account)) == sorted([*range(12), *twice])
        await post.deliver(back, many(0, 12), "L")
        assert len(numbers(account)) == 12 + len(twice)

    played(tmp_path / "var", scene)


def test_a_letter_that_is_begun_anew_after_a_start_is_not_pushed_twice(tmp_path: Path) -> None:
    async def scene(account: LineDesk) -> None:
        line, post = account.line, account.door.post
        line.weather = nth(3, LineFault(503))
        with pytest.raises(LineUnavailableError):
            await post.deliver(post.seal(A), many(0, 12), "L")
        post._came.clear()
        await post.deliver(post.seal(A), many(0, 12), "L")
        assert numbers(account) == [*range(12)]
        assert line.used == 3

    played(tmp_path / "var", scene)


class FixedReplyRouter:
    """A talk that says what it is given, whatever is said to it."""

    def __init__(self, account: LineDesk, says: tuple[Reply, ...]) -> None:
        self._talk, self._says = account.desk.engine.router, says
        account.desk.engine.router = self

    def decide(self, event: Event, session: Session | None) -> Deciding:
        turn = yield from self._talk.decide(event, session)
        return replace(turn, says=self._says)

    def recall(self, event: Event, session: Session) -> Deciding:
        return self._talk.recall(event, session)


@pytest.mark.parametrize("weather", [LineFault(503), LineFault(cut="after")])
def test_an_answer_of_several_calls_goes_on_where_it_stopped(tmp_path: Path, weather: LineFault) -> None:
    async def scene(account: LineDesk) -> None:
        line, store = account.line, account.desk.store
        FixedReplyRouter(
            account, tuple(Reply("literal", {"text": one.text}, certain=True) for one in many(0, 7))
        )
        line.weather = nth(1, weather)
        assert await line.post(line.text(A, "สวัสดี")) == 200
        await until(lambda: not account.door.talk._tasks)
        (waits,) = await store.outbox.look(Channel.LINE)
        assert len(waits.what.says) == 7
        await round_later(account)
        assert numbers(account) == [*range(7)]
        assert line.used == 1
        assert await store.outbox.look(Channel.LINE) == []

    played(tmp_path / "var", scene, clean=False)


def test_an_answer_of_several_calls_that_is_given_again_loses_nothing(tmp_path: Path) -> None:
    async def play() -> None:
        async with serving(rules()) as line:
            async with at_work(tmp_path / "var", line) as account:
                FixedReplyRouter(
                    account, tuple(Reply("literal", {"text": one.text}, certain=True) for one in many(0, 7))
                )
                line.weather = lambda name, _body: LineFault(delay=2, cut="before") if name == REPLY else None
                account.door.talk.soon = 0.2
                event = line.text(A, "สวัสดี")
                assert await line.post(event) == 200
            async with at_work(tmp_path / "var", line) as account:
                line.weather = nth(1, LineFault(503))
                assert await line.post(line.redelivered(event)) == 200
                await line.shown(A, 0)
                await until(lambda: not account.door.talk._tasks)
                assert len(await account.desk.store.outbox.look(Channel.LINE)) == 1
                await round_later(account)
                assert set(numbers(account)) == set(range(7))
                assert await account.desk.store.outbox.look(Channel.LINE) == []

    asyncio.run(play())


def test_what_waits_comes_with_answers_a_reply_at_a_time(tmp_path: Path) -> None:
    async def scene(account: LineDesk) -> None:
        line, post, store = account.line, account.door.post, account.desk.store
        await until(lambda: bool(line.default_menu))
        line.quota, line.used = 10, 10
        await post.ledger.is_full()
        for one in many(0, 9):
            letter = OutboxMessage(
                Channel.LINE, post.seal(A), "th", (Reply("literal", {"text": one.text}, certain=True),)
            )
            await store.outbox.add(Channel.LINE, letter, account.desk.now())
        await account.door.courier.round()
        for left in (5, 1, 0):
            assert line.linked
            await exchange(account, "สวัสดี")
            await until(lambda: not account.door.talk._tasks)
            assert len(await store.outbox.look(Channel.LINE)) == left
        assert sorted(numbers(account)) == [*range(9)]
        assert line.linked == {}
        assert line.used == 10

    played(tmp_path / "var", scene)


def test_a_letter_and_an_answer_with_it_come_one_after_another(tmp_path: Path) -> None:
    """A slow reply that holds what the courier would push meanwhile."""

    async def scene(account: LineDesk) -> None:
        line, tap = account.line, await ready_to_file(account)
        before = len(line.chats[A])
        now = line.now()
        line.now = lambda: now  # only ours goes on
        line.weather = lambda name, _body: LineFault(delay=1) if name == REPLY else None
        assert await line.post(tap) == 200
        await round_later(account)
        await line.shown(A, before)
        assert sum(m.receipt is not None for m in messages(line.chats[A][before:])) == 1
        assert line.used == 0
        assert await account.desk.store.outbox.look(Channel.LINE) == []

    played(tmp_path / "var", scene)


def test_an_event_brought_again_with_a_good_token_is_answered_with_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def scene(account: LineDesk) -> None:
        line, tap = account.line, await ready_to_file(account)
        before = len(line.chats[A])
        line.weather = lambda name, _body: LineFault(503) if name == REPLY else None
        monkeypatch.setattr(line_post, "PAUSES", (0.01,))
        assert await line.post(tap) == 200
        await until(lambda: not account.door.talk._tasks)
        line.weather = lambda _name, _body: None
        assert await line.post(line.redelivered(tap)) == 200
        assert sum(m.receipt is not None for m in messages(await line.shown(A, before))) == 1
        await until(lambda: not account.door.talk._tasks)
        await round_later(account)
        assert line.used == 0
        assert len(await account.desk.numbers()) == 1

    played(tmp_path / "var", scene)


def test_the_red_dot_goes_when_what_waited_was_pushed(tmp_path: Path) -> None:
    async def scene(account: LineDesk) -> None:
        line, post, store = account.line, account.door.post, account.desk.store
        await until(lambda: bool(line.default_menu))
        line.quota, line.used = 10, 10
        await post.ledger.is_full()
        for _ in range(2):
            await store.outbox.add(
                Channel.LINE, OutboxMessage(Channel.LINE, post.seal(A), "th", NEWS), account.desk.now()
            )
        await account.door.courier.round()
        assert line.linked
        line.used, post.ledger.clock = 9, lambda: time.monotonic() + 7200
        await round_later(account, 61)
        assert line.linked  # the other one waits still
        line.used, post.ledger._full = 0, None
        await post.ledger.refresh()
        await round_later(account, 61)
        assert line.linked == {}
        assert post.held == set()

    played(tmp_path / "var", scene)


def test_a_letter_is_shown_in_the_language_of_the_talk(tmp_path: Path) -> None:
    async def scene(account: LineDesk) -> None:
        await exchange(account, "/en")
        news = Message("News", (("Skip", "1.skip"),), typed=True)
        await account.door.post.deliver(account.door.post.seal(A), [news], "L")
        assert "You can type: Skip" in messages(account.line.chats[A])[-1].text

    played(tmp_path / "var", scene)


def test_a_retry_key_is_of_the_letter() -> None:
    assert retry_key("a", "0.0-1.0") == retry_key("a", "0.0-1.0")
    assert len({retry_key("a", "0"), retry_key("b", "0"), retry_key("a", "1")}) == 3


def test_a_token_that_line_refuses_is_named_and_the_rest_starts(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    async def play() -> None:
        async with serving(rules()) as line:
            line.weather = lambda name, _body: LineFault(401) if name == "getBotInfo" else None
            async with at_work(tmp_path / "var", line) as account:
                await until(lambda: bool(line.calls) or account.door.talk.me is None)
                await asyncio.sleep(0.3)
                assert account.door.talk.me is None
                assert await line.post(line.text(A, "สวัสดี")) == 200
                assert await line.shown(A, 0)

    asyncio.run(play())
    assert "ITA_COMPLAINTS__LINE_TOKEN" in capsys.readouterr().err


def test_an_account_in_which_others_answer_is_named_once(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(line_desk, "SHORTEST", 0.01)

    async def play(mode: str) -> str:
        async with serving(rules()) as line:
            line.chat_mode, bad = mode, [LineFault(500)] * 2
            line.weather = lambda name, _body: bad.pop() if bad and name == "getRichMenuList" else None
            async with at_work(tmp_path / mode, line):
                await until(lambda: bool(line.default_menu))
        return capsys.readouterr().err

    told = asyncio.run(play("chat"))
    assert told.count("ITA_COMPLAINTS__LINE_TOKEN") == 1
    assert told.count("line-chat-on") == 1
    assert "line-chat-on" not in asyncio.run(play("bot"))


def test_a_start_beside_a_busy_database_goes_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async def play() -> None:
        monkeypatch.setattr(line_desk, "SHORTEST", 0.01)
        look, troubles = DurableQueue.look, [DatabaseBusyError("another program holds the database")]

        async def busy(self: Any, kind: str) -> Any:
            if troubles:
                raise troubles.pop()
            return await look(self, kind)

        monkeypatch.setattr(DurableQueue, "look", busy)
        async with at_work(tmp_path / "var") as account:
            await until(lambda: bool(account.line.default_menu))
            assert account.door.talk.me
            assert [type(one) for one in account.desk.faults] == [DatabaseBusyError]

    asyncio.run(play())


def test_the_database_in_trouble_is_answered_with_503(tmp_path: Path) -> None:
    async def scene(account: LineDesk) -> None:
        line: FakeLineApi = account.line
        account.door.talk.soon = 0.2
        gate = asyncio.Event()
        handle = account.desk.engine.handle

        async def slow(event: Any) -> Any:
            await gate.wait()
            return await handle(event)

        account.desk.engine.handle = slow  # type: ignore[method-assign]
        event = line.text(A, "สวัสดี")
        assert await line.post(event) == 503
        gate.set()
        assert await line.post(line.redelivered(event)) == 200
        await line.shown(A, 0)
        await asyncio.sleep(0.2)
        assert len(line.chats[A]) == 1

    played(tmp_path / "var", scene)


def test_news_are_pushed_each_time_and_only_to_who_wished(tmp_path: Path) -> None:
    async def scene(account: LineDesk) -> None:
        line = account.line
        tap, before = await ready_to_file(account), len(line.chats[A])
        assert await line.post(tap) == 200
        told = messages(await line.shown(A, before))
        receipt = next(m.receipt for m in told if m.receipt)
        wish = dict(told[-1].choices)
        await account.desk.tell(receipt, "ข่าวแรกซึ่งไม่มีใครขอ")
        await account.door.courier.round()
        assert calls(account, PUSH) == []
        seen = len(line.chats[A])
        assert (
            await line.post(line.tap(A, next(data for data in wish.values() if data.endswith("news")))) == 200
        )
        await line.shown(A, seen)
        for number in (1, 2):
            await account.desk.tell(receipt, f"{CANARY} {number}")
            await account.door.courier.round()
            await until(lambda n=number: line.used == n)
        assert CANARY not in str(calls(account, PUSH))

    played(tmp_path / "var", scene)
