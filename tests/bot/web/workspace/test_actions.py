"""A session of the workspace: its forms have one effect, and looking leaves the officer's state as it is."""

import asyncio
from collections.abc import Callable, Coroutine, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any, TypeVar, cast

import pytest

from bot.engine import MAX_DECISION_ATTEMPTS, Engine
from bot.web.workspace.actions import WorkspaceActions, get_viewer_id, make_submission_id
from handlers.dialog.effects import TurnResult
from handlers.dialog.replies import Reply
from handlers.dialog.session import DialogTopic, Session
from handlers.staff.workspace.sign_in import WorkspaceRequest
from storage.errors import ConflictError
from storage.store import Store
from tests.bot.web.page_store import ACTS, MARK, NOON, FakeStore, Handler, NoRouter, get_count
from tests.in_memory_desk import OFFICE

T = TypeVar("T")
OWNER = b"the session of an officer"
KEPT = Session(version=3, at=NOON, lang="en")


def make_actions(store: FakeStore) -> WorkspaceActions:
    return WorkspaceActions(
        Engine(NoRouter(), cast("Store", store), now=lambda: NOON), OFFICE, MARK, owner=OWNER
    )


def run(store: FakeStore, work: Callable[[WorkspaceActions], Coroutine[Any, Any, T]]) -> T:
    return asyncio.run(work(make_actions(store)))


def test_a_request_has_the_officers_state() -> None:
    request = run(FakeStore(sessions={OWNER: KEPT}), lambda one: one.make_request())
    assert request == WorkspaceRequest(MARK, KEPT, OFFICE, NOON)


@pytest.mark.parametrize(
    ("stored", "version"),
    [
        (None, 0),
        (replace(KEPT, topic=DialogTopic.LAPSED), 3),
        (replace(KEPT, at=NOON - timedelta(days=400)), 3),
    ],
)
def test_without_a_state_that_counts_an_empty_one_begins(stored: Session | None, version: int) -> None:
    store = FakeStore(sessions={OWNER: stored} if stored else {})
    assert run(store, lambda one: one.make_request()).session == Session(version=version, at=NOON)


def test_looking_writes_under_a_mark_of_its_own() -> None:
    store = FakeStore(sessions={OWNER: KEPT})
    run(store, lambda one: one.execute(Handler().decide))
    assert [event.person_id for event in store.events] == [get_viewer_id(MARK)]
    assert get_viewer_id(MARK) not in {MARK, OWNER}
    assert store.sessions == {OWNER: KEPT}


def test_a_form_has_one_effect_however_often_it_is_sent() -> None:
    store, handler = FakeStore(sessions={OWNER: KEPT}), Handler()

    async def send(one: WorkspaceActions, *names: str) -> list[int]:
        return [get_count((await one.execute_once(name, handler.decide))[0].replies[0]) for name in names]

    assert run(store, lambda one: send(one, "form \udc80", "form \udc80", "another")) == [1, 1, 2]
    assert [event.person_id for event in store.events] == [OWNER, OWNER]


def test_what_a_page_keeps_is_written_with_the_turn_and_its_answer_is_found_again() -> None:
    store = FakeStore(sessions={OWNER: KEPT})

    def keep(session: Session, replies: Sequence[Reply]) -> Session:
        return replace(session, lang="en", prompt_number=len(replies))

    async def send(one: WorkspaceActions) -> tuple[Session, bool, bool]:
        answer, state = await one.execute_once("form", Handler().decide, keep)
        found = await one.find_answer(make_submission_id("form"))
        return state, found == answer, await one.find_answer(make_submission_id("none")) is None

    state, is_found, is_unknown = run(store, send)
    assert (state.prompt_number, is_found, is_unknown) == (1, True, True)
    assert store.sessions[OWNER] == state


def test_a_link_begins_no_state_where_a_form_leaves_none() -> None:
    def refuse(_: WorkspaceRequest) -> Any:
        yield from ()
        return TurnResult(None, acts=ACTS)

    store = FakeStore()
    run(store, lambda one: one.execute_once("form", refuse))
    assert store.sessions == {}


def test_a_form_is_decided_anew_after_each_conflict_and_one_at_a_time() -> None:
    handler = Handler()
    answer, _ = run(
        FakeStore(troubles=[ConflictError()]), lambda one: one.execute_once("form", handler.decide)
    )
    assert [get_count(reply) for reply in answer.replies] == [2]
    store = FakeStore(troubles=[ConflictError()] * 99)
    with pytest.raises(ConflictError):
        run(store, lambda one: one.execute_once("form", handler.decide))
    assert len(handler.requests) == 2 + MAX_DECISION_ATTEMPTS
