"""Forms of a link without a session: decided anew after a conflict; a form that is sent twice has one effect."""

import asyncio
from datetime import datetime
from typing import cast

import pytest

from bot.engine import MAX_DECISION_ATTEMPTS, Engine
from bot.web.officer.actions import OfficerActions
from handlers.dialog.effects import Answer, TurnResult
from handlers.dialog.events import Event
from handlers.dialog.replies import Reply
from handlers.dialog.session import Session
from handlers.staff.complaints.case_page import PageRequest
from storage.errors import ConflictError, DiskFullError
from storage.store import Store
from tests.bot.web.page_store import MARK, NOON, FakeStore, Handler, NoRouter, get_count
from tests.in_memory_desk import OFFICE


def make_actions(store: FakeStore) -> OfficerActions:
    engine = Engine(NoRouter(), cast("Store", store), now=lambda: NOON)
    return OfficerActions(engine, OFFICE, MARK)


@pytest.mark.parametrize(
    ("trouble", "decided"), [(ConflictError(), MAX_DECISION_ATTEMPTS), (DiskFullError(), 1)]
)
def test_who_loses_every_time_is_told_and_other_errors_at_once(trouble: Exception, decided: int) -> None:
    store, handler = FakeStore(troubles=[trouble] * 99), Handler()
    with pytest.raises(type(trouble)):
        asyncio.run(make_actions(store).execute_once("form", handler.decide))
    assert len(handler.requests) == decided


def test_a_form_is_decided_for_its_link_and_now() -> None:
    handler = Handler()
    asyncio.run(make_actions(FakeStore()).execute_once("form", handler.decide))
    assert handler.requests == [PageRequest(MARK, OFFICE, NOON)]


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
