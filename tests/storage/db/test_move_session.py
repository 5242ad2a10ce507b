"""A session moves to a new person id, whole, and the old one has nothing."""

import pytest

from handlers.dialog.effects import TurnResult
from handlers.dialog.receipt import make_receipt
from handlers.dialog.session import DialogTopic, Session
from storage.errors import ConflictError
from storage.store import Store
from tests.storage.conftest import CANARY, NOW, StoredDesk, make_text_outcome

OLD, NEW = b"o" * 32, b"n" * 32
DRAFT = Session(at=NOW, topic=DialogTopic.REPORT, step="accused", answers={"story": CANARY})


def test_a_draft_moves_with_its_row(ground: StoredDesk) -> None:
    async def scene(store: Store) -> None:
        await store.commit(ground.new_event(OLD), None, TurnResult(DRAFT), NOW)
        before = await store.load_session(OLD)
        await store.move_session(OLD, NEW)
        assert before is not None
        assert await store.load_session(OLD) is None
        assert await store.load_session(NEW) == before
        turn = TurnResult(before.replace(step="when"))
        await store.commit(ground.new_event(NEW), before, turn, NOW)
        with pytest.raises(ConflictError):  # whoever had it under the old id
            await store.commit(ground.new_event(OLD), before, TurnResult(before), NOW)

    async def reopened(store: Store) -> None:
        assert await store.load_session(OLD) is None
        moved = await store.load_session(NEW)
        assert moved is not None
        assert (moved.step, moved.answers) == ("when", {"story": CANARY})

    ground.run_scenario(scene)
    ground.run_scenario(reopened)
    assert ground.execute_sql("SELECT who FROM sessions") == [(NEW,)]


def test_what_is_in_memory_only_moves_in_memory(ground: StoredDesk) -> None:
    async def scene(store: Store) -> None:
        case = Session(at=NOW, topic=DialogTopic.TRACK, step="case", receipt=make_receipt(1))
        for session in (case, make_text_outcome().session):
            await store.commit(ground.new_event(OLD), None, TurnResult(session), NOW)
            await store.move_session(OLD, NEW)
            assert await store.load_session(OLD) is None
            assert await store.load_session(NEW) == session
            await store.commit(ground.new_event(NEW), await store.load_session(NEW), TurnResult(None), NOW)

    ground.run_scenario(scene)
    assert ground.execute_sql("SELECT count(*) FROM sessions") == [(0,)]


def test_nothing_and_a_lapsed_draft_stay(ground: StoredDesk) -> None:
    async def scene(store: Store) -> None:
        await store.move_session(OLD, NEW)
        assert await store.load_session(NEW) is None
        await store.commit(ground.new_event(OLD), None, TurnResult(DRAFT), NOW)
        store.committer.sessions.cache_session(OLD, None)
        ground.execute_sql("UPDATE sessions SET sealed = NULL")
        await store.move_session(OLD, NEW)
        lapsed = await store.load_session(OLD)
        assert lapsed is not None
        assert lapsed.topic is DialogTopic.LAPSED
        assert await store.load_session(NEW) is None

    ground.run_scenario(scene)
