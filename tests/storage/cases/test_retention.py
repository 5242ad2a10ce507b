"""Erased data is removed from every file, and what remains cannot be linked to a person."""

import sqlite3
from contextlib import closing
from datetime import timedelta

import pytest

from handlers.complaints.messages import FindCase
from handlers.dialog.attempts import Attempts, GetAttempts, SaveAttempts
from handlers.dialog.effects import TurnResult
from handlers.dialog.replies import NEUTRAL, OF_CASE, Reply
from handlers.dialog.session import DialogTopic, Session, UnconfirmedText
from ita_stats.cases.fact import FactField
from storage.errors import StorageError, TamperedError
from storage.store import Store
from tests.samples import make_photo
from tests.storage.conftest import (
    CANARY,
    NOW,
    StoredDesk,
    close_case,
    load_reporter_case,
    make_entry,
    make_file_case,
    make_text_outcome,
    store_file,
)

ANN = b"a" * 32
YEAR = timedelta(days=365)


def test_a_draft_lapses_and_its_person_can_be_told(ground: StoredDesk) -> None:
    async def scene(one: Store) -> None:
        await one.commit(ground.new_event(ANN), None, make_text_outcome(answers={"story": CANARY}), NOW)
        assert await one.retention.expire_sessions(NOW + timedelta(minutes=29)) == 0
        assert await one.retention.expire_sessions(NOW + timedelta(minutes=31)) == 1
        assert await one.retention.expire_sessions(NOW + timedelta(minutes=31)) == 0

    async def later(one: Store) -> None:
        lapsed = await one.load_session(ANN)
        assert lapsed is not None
        assert (lapsed.topic, lapsed.has_draft) == (DialogTopic.LAPSED, False)
        await one.commit(ground.new_event(ANN), lapsed, make_text_outcome(), NOW + timedelta(hours=1))

    ground.run_scenario(scene)
    ground.run_scenario(later)


def test_a_text_before_the_notice_is_nowhere_on_disk_and_a_restart_is_told_of(ground: StoredDesk) -> None:
    text = UnconfirmedText(CANARY, messages=("m1",), memory_only=True)
    note = Reply("unasked.early", OF_CASE, {"text": CANARY}, memory_args=("text",))
    origins = {"m0": f"text:{CANARY}", "m1": f"text:{CANARY}", "m2": "text:ที่เก็บแล้ว"}
    early = Session(at=NOW, answers={"story": "ที่เก็บแล้ว"}, unconfirmed=text, message_origins=origins)
    told = ground.new_event(ANN)

    async def scene(one: Store) -> None:
        answer = await one.commit(told, None, TurnResult(early, (note,)), NOW)
        assert answer.replies == (note,)
        kept = await one.load_session(ANN)
        assert kept is not None
        assert kept.unconfirmed == text
        assert await one.load_session(ANN) is kept

    async def later(one: Store) -> None:
        left = await one.load_session(ANN)
        assert left is not None
        assert left.unconfirmed == UnconfirmedText("", memory_only=True)
        assert left.message_origins == {"m2": "text:ที่เก็บแล้ว"}
        answer = await one.find_previous_answer(told.id)
        assert answer is not None
        assert [reply.args["text"] for reply in answer.replies] == ["…"]
        again = left.replace(unconfirmed=UnconfirmedText("อีกครั้ง", memory_only=True))
        await one.commit(ground.new_event(ANN), left, TurnResult(again), NOW)

    ground.run_scenario(scene)
    ground.run_scenario(later)


def test_a_draft_holds_for_all_of_its_thirty_minutes(ground: StoredDesk) -> None:
    begun = NOW + timedelta(seconds=59)

    async def scene(one: Store) -> None:
        await one.commit(
            ground.new_event(ANN), None, make_text_outcome(begun, answers={"story": CANARY}), begun
        )
        assert await one.retention.expire_sessions(begun + timedelta(minutes=29, seconds=5)) == 0

    ground.run_scenario(scene)


def test_the_running_desk_knows_that_a_draft_lapsed(ground: StoredDesk) -> None:
    async def scene(one: Store) -> None:
        await one.commit(ground.new_event(ANN), None, make_text_outcome(answers={"story": CANARY}), NOW)
        await one.retention.expire_sessions(NOW + timedelta(minutes=31))
        session = await one.load_session(ANN)
        assert session is not None
        assert CANARY not in repr(session)

    ground.run_scenario(scene)


def test_the_files_of_a_lapsed_draft_go_with_it(ground: StoredDesk) -> None:
    async def scene(one: Store) -> None:
        file = await store_file(one, make_photo(), "ภาพ.jpg")
        await one.commit(ground.new_event(ANN), None, make_text_outcome(files=(file,)), NOW)
        await one.retention.expire_sessions(NOW + timedelta(minutes=31))
        assert ground.execute_sql("SELECT 1 FROM files") == []
        assert list(one.evidence.folder.glob("*.sealed")) == []

    ground.run_scenario(scene)


def test_a_talk_without_a_draft_is_forgotten_whole(ground: StoredDesk) -> None:
    async def scene(one: Store) -> None:
        await one.commit(ground.new_event(ANN), None, make_text_outcome(), NOW)
        await one.retention.expire_sessions(NOW + timedelta(minutes=31))
        assert ground.execute_sql("SELECT 1 FROM sessions") == []

    ground.run_scenario(scene)


def test_that_there_was_a_draft_is_forgotten_after_a_day(ground: StoredDesk) -> None:
    async def scene(one: Store) -> None:
        await one.commit(ground.new_event(ANN), None, make_text_outcome(answers={"story": CANARY}), NOW)
        await one.retention.expire_sessions(NOW + timedelta(hours=1))
        await one.retention.expire_sessions(NOW + timedelta(hours=24))
        assert len(ground.execute_sql("SELECT 1 FROM sessions WHERE sealed IS NULL")) == 1
        await one.retention.expire_sessions(NOW + timedelta(hours=25))
        assert ground.execute_sql("SELECT 1 FROM sessions") == []

    ground.run_scenario(scene)


def test_who_followed_a_case_is_forgotten_after_thirty_idle_minutes(ground: StoredDesk) -> None:
    async def scene(one: Store) -> None:
        act = make_file_case()
        await one.commit(
            ground.new_event(ANN), None, TurnResult(Session(at=NOW, receipt=act.receipt), (), (act,)), NOW
        )
        await one.retention.expire_sessions(NOW + timedelta(minutes=29))
        assert await one.load_session(ANN) is not None
        await one.retention.expire_sessions(NOW + timedelta(minutes=31))
        assert await one.load_session(ANN) is None

    ground.run_scenario(scene)


def test_an_answer_is_wiped_after_an_hour_and_the_event_is_still_known(ground: StoredDesk) -> None:
    event, turn = ground.new_event(ANN), TurnResult(None, (Reply("hello", NEUTRAL),), (make_file_case(),))

    async def scene(one: Store) -> None:
        await one.commit(event, None, turn, NOW)
        await one.retention.expire_event_answers(NOW + timedelta(minutes=58))
        assert (await one.commit(event, None, turn, NOW)).replies == turn.replies
        await one.retention.expire_event_answers(NOW + timedelta(hours=1))
        again = await one.commit(event, None, turn, NOW)
        assert (again.duplicate, again.replies) == (True, ())

    ground.run_scenario(scene)


def test_the_key_of_a_day_is_destroyed_with_all_that_it_marked(ground: StoredDesk) -> None:
    early = NOW.replace(hour=0, minute=1)

    async def scene(one: Store) -> None:
        await one.commit(
            ground.new_event(ANN), None, TurnResult(None, (), (SaveAttempts(ANN, Attempts(early, 3)),)), early
        )
        await one.retention.expire_event_answers(early + timedelta(hours=30))
        assert (await one.answer_query(GetAttempts(ANN), early)).wrong == 3
        await one.retention.expire_event_answers(early + timedelta(hours=48))
        for table in ("day_keys", "events", "tries"):
            assert ground.execute_sql(f"SELECT 1 FROM {table}") == [], table
        assert await one.answer_query(GetAttempts(ANN), early) == Attempts()

    ground.run_scenario(scene, early)


def test_a_case_is_erased_when_its_time_is_over_and_not_before(ground: StoredDesk) -> None:
    async def scene(one: Store) -> None:
        ended, still_open = await ground.file_complaint(one, 1), await ground.file_complaint(one, 2)
        await close_case(ground, one, ended)
        assert await one.retention.delete_ended_cases(NOW + YEAR, YEAR) == 0
        assert await one.retention.delete_ended_cases(NOW + YEAR + timedelta(days=1), YEAR) == 1
        assert await one.answer_query(FindCase(ended), NOW) is None
        assert await one.answer_query(FindCase(still_open), NOW) is not None
        assert await one.verify_audit() == []

    ground.run_scenario(scene)


def test_a_later_message_lengthens_the_time_of_a_case(ground: StoredDesk) -> None:
    async def scene(one: Store) -> None:
        receipt = await ground.file_complaint(one)
        old = NOW - YEAR
        await close_case(ground, one, receipt, old)
        await ground.commit_acts(one, make_entry(await load_reporter_case(one, receipt), "แจ้งผลเพิ่มเติม"))
        assert await one.retention.delete_ended_cases(NOW + timedelta(days=10), YEAR) == 0

    ground.run_scenario(scene)


def test_of_an_erased_case_only_facts_and_a_line_of_the_trail_remain(ground: StoredDesk) -> None:
    cases: list[str] = []

    async def scene(one: Store) -> None:
        photo = await store_file(one, make_photo(), "ภาพ.jpg")
        receipt = await ground.file_complaint(one, files=(photo,), identity={"name": "ก"})
        cases.append((await load_reporter_case(one, receipt)).id)
        facts = await one.load_facts()
        await close_case(ground, one, receipt)
        await one.retention.delete_ended_cases(NOW + 2 * YEAR, YEAR)
        for table in ("cases", "history", "envelopes", "files"):
            assert ground.execute_sql(f"SELECT 1 FROM {table}") == [], table
        assert list(one.evidence.folder.glob("*")) == []
        assert set(facts) <= set(await one.load_facts())
        assert ground.execute_sql("SELECT actor, what, ref FROM audit ORDER BY seq")[-1] == (
            "clock",
            "erased",
            cases[0],
        )
        with pytest.raises(StorageError):
            await one.load_report(cases[0])

    ground.run_scenario(scene)


def test_what_is_erased_is_gone_from_the_file_and_from_the_log(ground: StoredDesk) -> None:
    async def scene(one: Store) -> None:
        receipt = await ground.file_complaint(one, identity={"name": "ก"})
        await close_case(ground, one, receipt)
        queries = (
            "SELECT key FROM cases", "SELECT report FROM cases", "SELECT receipt_mark FROM cases",
            "SELECT sealed FROM envelopes", "SELECT sealed FROM history WHERE seq = 1",
        )  # fmt: skip
        secrets = [ground.execute_sql(query)[0][0][20:60] for query in queries]
        assert all(secret in ground.read_all_bytes() for secret in secrets)
        await one.retention.delete_ended_cases(NOW + 2 * YEAR, YEAR)
        await one.retention.checkpoint_wal()
        assert not any(secret in ground.read_all_bytes() for secret in secrets)

    ground.run_scenario(scene)


@pytest.mark.usefixtures("impatient")
def test_a_log_that_could_not_be_truncated_is_not_said_to_be(ground: StoredDesk) -> None:
    async def scene(one: Store) -> None:
        await ground.file_complaint(one)
        with closing(sqlite3.connect(ground.paths.database, isolation_level=None)) as reader:
            reader.execute("BEGIN")
            reader.execute("SELECT * FROM cases").fetchall()
            await ground.file_complaint(one, 2)
            try:
                told = await one.retention.checkpoint_wal()
            except StorageError:
                told = False
            wal = ground.paths.database.with_name(ground.paths.database.name + "-wal")
            assert wal.stat().st_size > 0
            assert told is False

    ground.run_scenario(scene)


def test_facts_tell_what_is_counted_and_carry_no_case(ground: StoredDesk) -> None:
    async def scene(one: Store) -> None:
        receipt = await ground.file_complaint(one)
        case = await load_reporter_case(one, receipt)
        await close_case(ground, one, receipt)
        facts = await one.load_facts()
        told = [(f.field, f.value) for f in facts]
        assert told[:4] == [
            (FactField.RECEIVED, "1"),
            (FactField.CATEGORY, "bribery"),
            (FactField.SOURCE, "web"),
            (FactField.STATUS, "received"),
        ]
        assert [v for f, v in told if f is FactField.STATUS] == ["received", "screening", "not_accepted"]
        assert [v for f, v in told if f is FactField.REASON and v] == ["outside_mandate"]
        assert [f.seq for f in facts] == list(range(1, len(facts) + 1))
        (about,) = {f.about for f in facts}
        assert about != case.id
        assert case.id not in repr(ground.execute_sql("SELECT * FROM facts"))
        others = [
            t
            for (t,) in ground.execute_sql("SELECT name FROM sqlite_master WHERE type = 'table'")
            if t != "facts"
        ]
        assert not any(about in repr(ground.execute_sql(f'SELECT * FROM "{table}"')) for table in others)

    ground.run_scenario(scene)


def test_facts_are_given_up_to_a_day(ground: StoredDesk) -> None:
    async def scene(one: Store) -> None:
        await ground.file_complaint(one, 1)
        await ground.file_complaint(one, 2, NOW + timedelta(days=3))
        assert len(await one.load_facts(NOW.date() + timedelta(days=2))) == 4
        assert len(await one.load_facts(NOW.date() + timedelta(days=3))) == 8

    ground.run_scenario(scene)


def test_a_chore_of_the_clock_is_done_once(ground: StoredDesk) -> None:
    async def scene(one: Store) -> None:
        assert await one.retention.mark_done("anchor", "2026-11-22")
        assert not await one.retention.mark_done("anchor", "2026-11-22")
        assert await one.retention.mark_done("anchor", "2026-11-23")

    async def after_a_restart(one: Store) -> None:
        assert not await one.retention.mark_done("anchor", "2026-11-23")

    ground.run_scenario(scene)
    ground.run_scenario(after_a_restart)


def test_a_stored_talk_that_was_changed_is_found(ground: StoredDesk) -> None:
    async def scene(one: Store) -> None:
        await one.commit(ground.new_event(ANN), None, make_text_outcome(answers={"story": CANARY}), NOW)

    async def later(one: Store) -> None:
        with pytest.raises(TamperedError):
            await one.load_session(ANN)

    ground.run_scenario(scene)
    ground.execute_sql("UPDATE sessions SET sealed = zeroblob(length(sealed))")
    ground.run_scenario(later)
