"""The engine: messages in order, persons concurrently, decisions retried on conflict, failures answered honestly."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, cast

import pytest

from bot.engine import MAX_DECISION_ATTEMPTS, Engine, PersonNotLockedError
from bot.log import log_exception
from handlers.complaints.messages import FindCase
from handlers.dialog.effects import Answer, Decision, NewReceipt, Now, Query, TurnResult, run_query
from handlers.dialog.events import Channel, Event
from handlers.dialog.receipt import Receipt
from handlers.dialog.replies import NEUTRAL, Reply
from handlers.dialog.session import Session
from storage.errors import ConflictError, DiskFullError, UnreadableRowError
from storage.store import Store

NOON = datetime(2026, 11, 22, 5, 0, tzinfo=UTC)
KNOWN = Receipt("0123456789ABCDEFV")


async def nothing(_: Event) -> None:
    """The default hook during a commit: does nothing."""


@dataclass
class FakeStore:
    """A store of lists: records queries and commits, and fails on demand."""

    troubles: list[Exception] = field(default_factory=list)
    meanwhile: Callable[[Event], Awaitable[None]] = nothing
    sessions: dict[bytes, Session] = field(default_factory=dict)
    asked: list[tuple[Query[Any], datetime]] = field(default_factory=list)
    written: list[str] = field(default_factory=list)

    async def load_session(self, who: bytes) -> Session | None:
        return self.sessions.get(who)

    async def answer_query(self, query: Query[Any], now: datetime) -> Any:
        self.asked.append((query, now))

    async def commit(self, event: Event, before: Session | None, turn: TurnResult, at: datetime) -> Answer:
        await self.meanwhile(event)
        if self.troubles:
            raise self.troubles.pop(0)
        self.written.append(event.id)
        return Answer(turn.replies, "th", outbox_ids=("row",))


@dataclass
class Echo:
    """Replies with what it got, and counts its decisions."""

    decided: list[str] = field(default_factory=list)
    sessions: list[Session | None] = field(default_factory=list)

    def decide(self, event: Event, session: Session | None) -> Decision:
        yield from run_query(Now())
        self.decided.append(event.id)
        self.sessions.append(session)
        return TurnResult(session, (Reply("literal", NEUTRAL, {"text": event.text or ""}),))


def engine(store: FakeStore, router: Any, **more: Any) -> Engine:
    return Engine(router, cast("Store", store), now=lambda: NOON, **more)


def event(name: str, who: bytes = b"w", text: str = "") -> Event:
    return Event(name, who, Channel.WEB, text=text or name)


def join_texts(answer: Answer) -> str:
    return "\n".join(message.text for message in answer.messages)


def test_what_is_said_is_what_was_decided() -> None:
    store = FakeStore()
    answer = asyncio.run(engine(store, Echo()).handle(event("1", text="สวัสดี")))
    assert (join_texts(answer), answer.outbox_ids, answer.duplicate) == ("สวัสดี", ("row",), False)


def test_one_persons_messages_are_written_in_order_and_one_at_a_time() -> None:
    busy, most = 0, 0

    async def slow(arrived: Event) -> None:
        nonlocal busy, most
        busy += 1
        most = max(most, busy)
        for _ in range(10 - int(arrived.id)):  # the earlier, the slower
            await asyncio.sleep(0)
        busy -= 1

    async def all_at_once() -> list[Answer]:
        return await asyncio.gather(*(one.handle(event(str(n))) for n in range(10)))

    store = FakeStore(meanwhile=slow)
    one = engine(store, Echo())
    answers = asyncio.run(all_at_once())
    assert store.written == [str(n) for n in range(10)]
    assert most == 1
    assert [join_texts(a) for a in answers] == store.written
    assert not one._locks


def test_a_platform_that_holds_the_lock_of_a_person_handles_several_events_in_one_turn() -> None:
    async def scene() -> None:
        async with one.lock_person(b"w"):
            waiting = asyncio.create_task(one.handle(event("late")))
            for name in ("1", "2"):
                await one.handle_locked(event(name))
                await asyncio.sleep(0)
        await waiting

    store = FakeStore()
    one = engine(store, Echo())
    asyncio.run(scene())
    assert store.written == ["1", "2", "late"]
    assert not one._locks


def test_who_forgets_to_take_the_lock_is_told() -> None:
    async def scene() -> None:
        async with one.lock_person(b"somebody else"):
            await one.handle_locked(event("1"))

    store = FakeStore()
    one = engine(store, Echo())
    with pytest.raises(PersonNotLockedError):
        asyncio.run(scene())
    assert store.written == []


def test_different_persons_are_served_side_by_side() -> None:
    async def two() -> list[Answer]:
        together = asyncio.Barrier(2)

        async def meet(_: Event) -> None:
            await together.wait()  # passed only if both are here at once

        both = engine(FakeStore(meanwhile=meet), Echo())
        async with asyncio.timeout(5):
            return list(await asyncio.gather(both.handle(event("1", b"a")), both.handle(event("2", b"b"))))

    assert [join_texts(a) for a in asyncio.run(two())] == ["1", "2"]


def test_the_loser_is_decided_again_on_what_is_true_now() -> None:
    store, router = FakeStore(troubles=[ConflictError(), ConflictError()]), Echo()
    newer = Session(version=7)

    async def changed_elsewhere(_: Event) -> None:
        store.sessions[b"w"] = newer

    store.meanwhile = changed_elsewhere
    assert join_texts(asyncio.run(engine(store, router).handle(event("1")))) == "1"
    assert router.sessions == [None, newer, newer]
    assert store.written == ["1"]


def test_one_who_loses_every_time_is_told_so_and_it_is_logged() -> None:
    faults: list[BaseException] = []
    store, router = FakeStore(troubles=[ConflictError()] * 99), Echo()
    answer = asyncio.run(engine(store, router, on_error=faults.append).handle(event("1")))
    assert "ยังไม่ถูกบันทึก" in join_texts(answer)
    assert len(router.decided) == MAX_DECISION_ATTEMPTS
    assert [type(f) for f in faults] == [ConflictError]


def test_an_error_is_told_in_the_language_of_the_session() -> None:
    store = FakeStore(sessions={b"w": Session(lang="en")}, troubles=[RuntimeError()])
    answer = asyncio.run(engine(store, Echo()).handle(event("1")))
    assert (answer.lang, answer.stored) == ("en", False)


def test_a_session_that_cannot_be_loaded_is_told_too() -> None:
    class Unreadable(FakeStore):
        async def load_session(self, who: bytes) -> Session | None:
            raise UnreadableRowError("sessions", "")

    faults: list[BaseException] = []
    answer = asyncio.run(engine(Unreadable(), Echo(), on_error=faults.append).handle(event("1")))
    assert (answer.replies, answer.lang) == ((Reply("sorry.unreadable", NEUTRAL),), "th")
    assert [type(f) for f in faults] == [UnreadableRowError]


def test_a_full_disk_is_told_as_such() -> None:
    faults: list[BaseException] = []
    store = FakeStore(troubles=[DiskFullError()])
    answer = asyncio.run(engine(store, Echo(), on_error=faults.append).handle(event("1")))
    assert "เก็บข้อมูลเพิ่มไม่ได้" in join_texts(answer)
    assert (len(faults), answer.outbox_ids) == (1, ())


def test_clock_and_chance_are_answered_here_and_the_rest_by_the_store() -> None:
    class Asks:
        def decide(self, event: Event, session: Session | None) -> Decision:
            now = yield from run_query(Now())
            first = yield from run_query(NewReceipt())
            second = yield from run_query(NewReceipt())
            assert first != second
            assert (yield from run_query(FindCase(KNOWN))) is None
            return TurnResult(None, (Reply("literal", NEUTRAL, {"text": now.isoformat()}),))

    store = FakeStore()
    assert join_texts(asyncio.run(engine(store, Asks()).handle(event("1")))) == NOON.isoformat()
    assert store.asked == [(FindCase(KNOWN), NOON)]


class Breaks:
    """A handler that fails with a person's words in the exception."""

    def decide(self, event: Event, session: Session | None) -> Decision:
        yield from run_query(Now())
        raise KeyError(event.text)


def test_a_fault_is_told_kindly_and_logged_without_words(capsys: pytest.CaptureFixture[str]) -> None:
    answer = asyncio.run(
        engine(FakeStore(), Breaks(), on_error=log_exception).handle(
            event("CANARYID", b"CANARYWHO", "CANARYTEXT")
        )
    )
    assert "ยังไม่ถูกบันทึก" in join_texts(answer)
    written = capsys.readouterr().err
    assert "CANARY" not in written + join_texts(answer)
    line = json.loads(written)
    assert line["kind"] == "builtins.KeyError"
    assert any(place.startswith("tests/bot/test_engine.py:") for place in line["at"])


def test_after_a_fault_the_next_message_of_the_same_person_is_heard() -> None:
    async def both() -> tuple[Answer, Answer]:
        one = engine(FakeStore(troubles=[RuntimeError()]), Echo())
        return await one.handle(event("1")), await one.handle(event("2"))

    first, second = asyncio.run(both())
    assert "ยังไม่ถูกบันทึก" in join_texts(first)
    assert join_texts(second) == "2"


def test_one_who_hangs_up_while_waiting_holds_up_nobody() -> None:
    async def story() -> None:
        may_go_on = asyncio.Event()

        async def wait(_: Event) -> None:
            await may_go_on.wait()

        one = engine(FakeStore(meanwhile=wait), Echo())
        talks = [asyncio.create_task(one.handle(event(str(n)))) for n in range(3)]
        await asyncio.sleep(0)
        talks[1].cancel()
        await asyncio.sleep(0)
        may_go_on.set()
        answers = await asyncio.wait_for(asyncio.gather(*talks, return_exceptions=True), 5)
        assert isinstance(answers[1], asyncio.CancelledError)
        assert [join_texts(a) for a in answers if isinstance(a, Answer)] == ["0", "2"]
        assert not one._locks

    asyncio.run(story())
