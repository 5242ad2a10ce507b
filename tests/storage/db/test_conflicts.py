"""In a group commit only the conflicting turn fails, and it is handled again with the current state."""

import asyncio
import sqlite3
from contextlib import AbstractAsyncContextManager, closing
from typing import Any

import pytest
from sqlalchemy.ext.asyncio import AsyncConnection

from handlers.complaints.lifecycle import CaseOutcome, CaseStatus, Transition
from handlers.complaints.messages import FindCase
from handlers.dialog.effects import TurnResult
from handlers.dialog.receipt import make_receipt
from handlers.dialog.session import Session
from storage.cases.reporter_queries import find_reporter_case
from storage.db.group_commit import BUSY_ATTEMPTS
from storage.db.sqlite import PRAGMAS
from storage.errors import ConflictError, DatabaseBusyError, DiskFullError, StorageError
from storage.query_registry import ReadContext
from storage.store import Store, open_store
from tests.storage.conftest import (
    CANARY,
    NOW,
    RICH_REPLIES,
    StoredDesk,
    close_case,
    load_reporter_case,
    make_entry,
    make_file_case,
    make_move,
    make_text_outcome,
)

ANN = b"a" * 32
TURN = TurnResult(None, RICH_REPLIES)
SAID = {"story": "ต้นเรื่อง"}


def test_two_deliveries_at_one_instant_are_one(ground: StoredDesk) -> None:
    event = ground.new_event(ANN)

    async def scene(one: Store) -> None:
        both = (
            one.commit(event, None, TurnResult(None, RICH_REPLIES, (make_file_case(n),)), NOW) for n in (1, 2)
        )
        answers = await asyncio.gather(*both)
        assert [a.replies for a in answers] == [RICH_REPLIES, RICH_REPLIES]
        assert sorted(a.duplicate for a in answers) == [False, True]
        assert len(ground.execute_sql("SELECT 1 FROM cases")) == 1

    ground.run_scenario(scene)


def test_only_the_guilty_one_of_a_batch_fails(ground: StoredDesk) -> None:
    async def scene(one: Store) -> None:
        receipt = await ground.file_complaint(one)
        seen = await load_reporter_case(one, receipt)
        await ground.commit_acts(one, make_entry(seen, "ก่อน"))
        turns = [ground.commit_acts(one, make_file_case(n)) for n in range(2, 12)]
        done = await asyncio.gather(
            *turns, ground.commit_acts(one, make_entry(seen, "ช้า")), return_exceptions=True
        )
        assert [type(d) for d in done if isinstance(d, BaseException)] == [ConflictError]
        assert [e.text for e in (await load_reporter_case(one, receipt)).entries] == ["", "ก่อน"]
        assert sorted(n for (n,) in ground.execute_sql("SELECT number FROM cases")) == list(range(1, 12))
        assert await one.verify_audit() == []

    ground.run_scenario(scene)


def test_one_who_stops_waiting_takes_nothing_back(ground: StoredDesk) -> None:
    async def scene(one: Store) -> None:
        first = asyncio.create_task(ground.commit_acts(one, make_file_case(1)))
        second = asyncio.create_task(ground.commit_acts(one, make_file_case(2)))
        await asyncio.sleep(0)
        first.cancel()
        await second
        await one.committer.flush()
        assert await one.answer_query(FindCase(make_receipt(1)), NOW) is not None
        assert await one.answer_query(FindCase(make_receipt(2)), NOW) is not None

    ground.run_scenario(scene)


def test_of_two_programs_that_move_a_case_one_wins_and_the_other_decides_again(ground: StoredDesk) -> None:
    async def scene(one: Store) -> None:
        receipt = await ground.file_complaint(one)
        async with open_store(ground.key_files, NOW) as other:
            mine, theirs = await load_reporter_case(one, receipt), await load_reporter_case(other, receipt)
            done = await asyncio.gather(
                ground.commit_acts(one, make_move(mine, CaseStatus.SCREENING, Transition.SCREEN)),
                ground.commit_acts(
                    other,
                    make_move(theirs, CaseStatus.CLOSED, Transition.WITHDRAW, outcome=CaseOutcome.WITHDRAWN),
                ),
                return_exceptions=True,
            )
            assert sorted(isinstance(d, ConflictError) for d in done) == [False, True]
            assert len((await load_reporter_case(one, receipt)).entries) == 2
            assert await one.verify_audit() == []

    ground.run_scenario(scene)


def test_a_session_that_another_program_changed_is_decided_on_again(ground: StoredDesk) -> None:
    async def scene(one: Store) -> None:
        async with open_store(ground.key_files, NOW) as other:
            await one.commit(ground.new_event(ANN), None, make_text_outcome(step="mine", answers=SAID), NOW)
            mine = await one.load_session(ANN)
            theirs = await other.load_session(ANN)
            await other.commit(
                ground.new_event(ANN), theirs, make_text_outcome(step="theirs", answers=SAID), NOW
            )
            with pytest.raises(ConflictError):
                await one.commit(
                    ground.new_event(ANN), mine, make_text_outcome(step="mine again", answers=SAID), NOW
                )
            now_known = await one.load_session(ANN)
            assert now_known is not None
            assert now_known.step == "theirs"
            await one.commit(
                ground.new_event(ANN), now_known, make_text_outcome(step="mine at last", answers=SAID), NOW
            )

    ground.run_scenario(scene)


def test_a_session_that_went_and_came_again_elsewhere_is_not_taken_for_the_older_one(
    ground: StoredDesk,
) -> None:
    async def scene(one: Store) -> None:
        async with open_store(ground.key_files, NOW) as other:
            await one.commit(
                ground.new_event(ANN), None, make_text_outcome(answers={"story": "already filed"}), NOW
            )
            mine = await one.load_session(ANN)
            theirs = await other.load_session(ANN)
            knows = TurnResult(Session(at=NOW, receipt=make_receipt(1)), (), (make_file_case(),))
            await other.commit(ground.new_event(ANN), theirs, knows, NOW)
            await other.commit(ground.new_event(ANN), await other.load_session(ANN), make_text_outcome(), NOW)
            with pytest.raises(ConflictError):
                await one.commit(ground.new_event(ANN), mine, TurnResult(None, (), (make_file_case(2),)), NOW)

    ground.run_scenario(scene)


def test_of_two_turns_that_one_session_led_to_only_one_is_written(ground: StoredDesk) -> None:
    """As when a connection breaks at the submission and the person submits again at once."""

    async def scene(one: Store) -> None:
        await one.commit(ground.new_event(ANN), None, make_text_outcome(answers={"story": CANARY}), NOW)
        draft = await one.load_session(ANN)
        turns = [
            TurnResult(Session(at=NOW, receipt=make_receipt(n)), (), (make_file_case(n),)) for n in (1, 2)
        ]
        both = (one.commit(ground.new_event(ANN), draft, turn, NOW) for turn in turns)
        done = await asyncio.gather(*both, return_exceptions=True)
        assert sorted(isinstance(d, ConflictError) for d in done) == [False, True]
        assert len(ground.execute_sql("SELECT 1 FROM cases")) == 1

    ground.run_scenario(scene)


def test_a_case_is_seen_at_one_instant(ground: StoredDesk) -> None:
    """Otherwise a transition decided on the older state would be written as if it were based on the newer one."""

    class Interrupted:
        """A connection on which somebody else writes between the first and second query."""

        def __init__(self, real: Any, meanwhile: Any) -> None:
            self.real, self.meanwhile = real, meanwhile

        async def execute(self, *statement: Any) -> Any:
            answer = await self.real.execute(*statement)
            meanwhile, self.meanwhile = self.meanwhile, None
            if meanwhile is not None:
                await meanwhile()
            return answer

    async def scene(one: Store) -> None:
        receipt = await ground.file_complaint(one)
        async with one.open_read_context() as sight:
            slow: Any = Interrupted(sight.connection, lambda: close_case(ground, one, receipt))
            seen = await find_reporter_case(
                FindCase(receipt), ReadContext(slow, sight.keyring, sight.daily_keys)
            )
        assert seen is not None
        assert seen.status is (seen.entries[-1].status or CaseStatus.RECEIVED)

    ground.run_scenario(scene)


def test_a_full_disk_is_told_and_nothing_is_half_written(ground: StoredDesk) -> None:
    async def scene(one: Store) -> None:
        await ground.file_complaint(one, 1)
        raw: Any = (await one.committer.connection.get_raw_connection()).driver_connection
        pages = (await (await raw.execute("PRAGMA page_count")).fetchone())[0]
        await raw.execute(f"PRAGMA max_page_count = {pages}")
        long = {"story": CANARY * 1000}
        filings = [ground.commit_acts(one, make_file_case(n, answers=long)) for n in (2, 3)]
        assert [type(d) for d in await asyncio.gather(*filings, return_exceptions=True)] == [
            DiskFullError
        ] * 2
        await raw.execute("PRAGMA max_page_count = 100000")
        await ground.file_complaint(one, 4)
        assert ground.execute_sql("SELECT number FROM cases ORDER BY 1") == [(1,), (2,)]
        assert ground.execute_sql("SELECT count(*) FROM history") == [(2,)]
        assert await one.verify_audit() == []

    ground.run_scenario(scene)


@pytest.mark.usefixtures("impatient")
def test_a_database_that_somebody_holds_is_told_and_used_again_later(ground: StoredDesk) -> None:
    async def scene(one: Store) -> None:
        with closing(sqlite3.connect(ground.paths.database, isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            with pytest.raises(StorageError):
                await ground.file_complaint(one, 1)
        await ground.file_complaint(one, 2)
        assert ground.execute_sql("SELECT number FROM cases") == [(1,)]

    ground.run_scenario(scene)


def test_a_locked_database_is_waited_for(ground: StoredDesk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("storage.db.sqlite.PRAGMAS", (*PRAGMAS[:-1], "busy_timeout = 50"))

    async def scene(one: Store) -> None:
        with closing(sqlite3.connect(ground.paths.database, isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            attempts = count_begins(one)
            turns = [one.commit(ground.new_event(bytes([n]) * 32), None, TURN, NOW) for n in range(1, 21)]
            done = await asyncio.gather(*turns, return_exceptions=True)
            assert {type(result) for result in done} == {DatabaseBusyError}
            assert len(attempts) == BUSY_ATTEMPTS  # not once more for each of the twenty
            waiting = asyncio.create_task(one.commit(ground.new_event(ANN), None, TURN, NOW))
            while len(attempts) == BUSY_ATTEMPTS:  # noqa: ASYNC110 - until it has begun
                await asyncio.sleep(0.01)
            other.execute("ROLLBACK")
            assert (await waiting).replies == RICH_REPLIES

    ground.run_scenario(scene)


def count_begins(store: Store) -> list[str]:
    """Record each BEGIN of the store's writer from now on."""
    begun = list[str]()
    inner = store.committer.transaction

    def recorded() -> AbstractAsyncContextManager[AsyncConnection]:
        begun.append("BEGIN")
        return inner()

    store.committer.transaction = recorded  # type: ignore[method-assign]
    return begun
