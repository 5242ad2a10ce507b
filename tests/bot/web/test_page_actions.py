"""What pages of officers show and write because it was opened: decided anew after a conflict."""

import asyncio
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast

import pytest

from bot.engine import MAX_DECISION_ATTEMPTS, Engine
from bot.web.page_actions import PageActions
from handlers.dialog.effects import Now
from storage.errors import ConflictError, DiskFullError
from storage.store import Store
from tests.bot.web.page_store import ACTS, MARK, NOON, FakeStore, Handler, NoRouter, get_count
from tests.in_memory_desk import OFFICE


@dataclass(frozen=True, slots=True)
class PageOfNobody(PageActions[datetime]):
    """A page whose handlers are given the time."""

    async def make_request(self) -> datetime:
        return self.engine.now()

    def get_viewer(self) -> bytes:
        return self.mark

    @staticmethod
    def make(store: FakeStore) -> "PageOfNobody":
        return PageOfNobody(Engine(NoRouter(), cast("Store", store), now=lambda: NOON), OFFICE, MARK)


def test_a_decision_alone_writes_nothing() -> None:
    store, handler = FakeStore(), Handler()
    turn = asyncio.run(PageOfNobody.make(store).decide(handler.decide))
    assert turn.acts == ACTS
    assert handler.requests == [NOON]
    assert store.events == []


def test_acts_are_committed_each_time_under_an_id_of_their_own() -> None:
    store, handler = FakeStore(), Handler()

    async def execute_twice() -> None:
        for _ in range(2):
            assert await PageOfNobody.make(store).execute(handler.decide) is not None

    asyncio.run(execute_twice())
    first, second = store.events
    assert first.id != second.id
    assert {first.person_id, second.person_id} == {MARK}


def test_a_refusal_is_returned_and_not_committed() -> None:
    def refuse(_: datetime) -> Any:
        yield Now()

    store = FakeStore()
    assert asyncio.run(PageOfNobody.make(store).execute(refuse)) is None
    assert asyncio.run(PageOfNobody.make(store).execute(Handler(acts=()).decide)) is not None
    assert store.events == []


def test_after_a_conflict_is_decided_anew() -> None:
    store, handler = FakeStore(troubles=[ConflictError(), ConflictError()]), Handler()
    turn = asyncio.run(PageOfNobody.make(store).execute(handler.decide))
    assert [get_count(reply) for reply in turn.replies] == [3]
    assert len(store.events) == 1


@pytest.mark.parametrize(
    ("trouble", "decided"), [(ConflictError(), MAX_DECISION_ATTEMPTS), (DiskFullError(), 1)]
)
def test_who_loses_every_time_is_told_and_other_errors_at_once(trouble: Exception, decided: int) -> None:
    store, handler = FakeStore(troubles=[trouble] * 99), Handler()
    with pytest.raises(type(trouble)):
        asyncio.run(PageOfNobody.make(store).execute(handler.decide))
    assert len(handler.requests) == decided


@pytest.mark.parametrize("missing", ["make_request", "get_viewer"])
def test_what_a_page_lacks_is_named(missing: str) -> None:
    page: Any = type("Halfway", (PageOfNobody,), {missing: getattr(PageActions, missing)})
    with pytest.raises(TypeError, match=missing):
        page(None, OFFICE, MARK)
