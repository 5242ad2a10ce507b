"""The actions of the officers' page: decided anew after a conflict; a form sent twice has one effect."""

import asyncio
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, cast

import pytest

from bot.engine import MAX_DECISION_ATTEMPTS, Engine
from bot.web.officer.actions import OfficerActions
from handlers.dialog.effects import Act, Answer, DeleteFiles, Now, TurnResult, run_query
from handlers.dialog.events import Event
from handlers.dialog.replies import NEUTRAL, Reply
from handlers.dialog.session import Session
from handlers.staff.complaints.case_page import PageRequest
from storage.errors import ConflictError, DiskFullError
from storage.store import Store
from tests.in_memory_desk import OFFICE

NOON = datetime(2026, 11, 22, 5, 0, tzinfo=UTC)
TOKEN_HASH = b"hash of a token"
ACTS: tuple[Act, ...] = (DeleteFiles(("file",)),)


@dataclass
class FakeStore:
    """Keeps the answers of events. troubles: raised by the next commits."""

    troubles: list[Exception] = field(default_factory=list)
    answers: dict[str, Answer] = field(default_factory=dict)
    events: list[Event] = field(default_factory=list)

    async def find_previous_answer(self, event_id: str) -> Answer | None:
        return self.answers.get(event_id)

    async def commit(self, event: Event, before: Session | None, turn: TurnResult, at: datetime) -> Answer:
        if self.troubles:
            raise self.troubles.pop(0)
        assert (before, turn.session, turn.acts, at) == (None, None, ACTS, NOON)
        self.events.append(event)
        return self.answers.setdefault(event.id, turn.to_answer(before))


@dataclass
class Handler:
    """Decides on acts, and says how often it has decided."""

    acts: tuple[Act, ...] = ACTS
    requests: list[PageRequest] = field(default_factory=list)

    def decide(self, request: PageRequest) -> Any:
        assert (yield from run_query(Now())) == NOON
        self.requests.append(request)
        reply = Reply("literal", NEUTRAL, {"text": f"{len(self.requests)}"})
        return TurnResult(Session(), (reply,), self.acts, "en")


class NoRouter:
    """No chat takes place."""

    def decide(self, event: Event, session: Session | None) -> Any:
        raise NotImplementedError

    current_prompt = decide


def make_actions(store: FakeStore) -> OfficerActions:
    engine = Engine(NoRouter(), cast("Store", store), now=lambda: NOON)
    return OfficerActions(engine, OFFICE, TOKEN_HASH)


def get_count(reply: Reply) -> int:
    return int(str(reply.args["text"]))


def test_a_decision_alone_writes_nothing() -> None:
    store, handler = FakeStore(), Handler()
    turn = asyncio.run(make_actions(store).decide(handler.decide))
    assert turn.acts == ACTS
    assert handler.requests == [PageRequest(TOKEN_HASH, OFFICE, NOON)]
    assert store.events == []


def test_acts_are_committed_each_time_under_an_id_of_their_own() -> None:
    store, handler = FakeStore(), Handler()

    async def execute_twice() -> None:
        for _ in range(2):
            assert await make_actions(store).execute(handler.decide) is not None

    asyncio.run(execute_twice())
    first, second = store.events
    assert first.id != second.id
    assert {first.person_id, second.person_id} == {TOKEN_HASH}


def test_a_refusal_is_returned_and_not_committed() -> None:
    def refuse(_: PageRequest) -> Any:
        yield Now()

    store = FakeStore()
    assert asyncio.run(make_actions(store).execute(refuse)) is None
    assert asyncio.run(make_actions(store).execute(Handler(acts=()).decide)) is not None
    assert store.events == []


def test_after_a_conflict_is_decided_anew() -> None:
    store, handler = FakeStore(troubles=[ConflictError(), ConflictError()]), Handler()
    turn = asyncio.run(make_actions(store).execute(handler.decide))
    assert [get_count(reply) for reply in turn.replies] == [3]
    assert len(store.events) == 1


@pytest.mark.parametrize(
    ("trouble", "decided"), [(ConflictError(), MAX_DECISION_ATTEMPTS), (DiskFullError(), 1)]
)
def test_who_loses_every_time_is_told_and_other_errors_at_once(trouble: Exception, decided: int) -> None:
    store, handler = FakeStore(troubles=[trouble] * 99), Handler()
    with pytest.raises(type(trouble)):
        asyncio.run(make_actions(store).execute_once("form", handler.decide))
    assert len(handler.requests) == decided


def test_a_form_sent_again_is_answered_as_before_without_a_decision() -> None:
    store, handler = FakeStore(), Handler()

    async def send(*names: str) -> list[tuple[Reply, str]]:
        return [await make_actions(store).execute_once(name, handler.decide) for name in names]

    answers = asyncio.run(send("form \udc80", "form \udc80", "another"))
    assert [(get_count(reply), lang) for reply, lang in answers] == [(1, "en"), (1, "en"), (2, "en")]
    assert len(store.events) == len(handler.requests) == 2


def test_the_same_form_at_once_has_the_answer_of_the_one_that_came_first() -> None:
    store, handler = FakeStore(), Handler()

    class OvertakenStore(FakeStore):
        """The same form of somebody quicker is committed just before."""

        async def commit(
            self, event: Event, before: Session | None, turn: TurnResult, at: datetime
        ) -> Answer:
            await store.commit(event, before, turn, at)
            self.answers = store.answers
            raise ConflictError

    reply, _ = asyncio.run(make_actions(OvertakenStore()).execute_once("form", handler.decide))
    assert get_count(reply) == 1
    assert len(handler.requests) == 1
    assert len(store.events) == 1


def test_a_form_without_acts_is_decided_each_time() -> None:
    store, handler = FakeStore(), Handler(acts=())

    async def send_twice() -> list[int]:
        return [
            get_count((await make_actions(store).execute_once("form", handler.decide))[0]) for _ in range(2)
        ]

    assert asyncio.run(send_twice()) == [1, 2]
    assert store.answers == {}
