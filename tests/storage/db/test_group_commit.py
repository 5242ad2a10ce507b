"""A turn is written completely and once; a repeated event gets the same answer; queued messages are in the outbox."""

import asyncio
from collections import Counter
from dataclasses import replace
from datetime import timedelta

import pytest

from handlers.complaints.messages import FindCase
from handlers.dialog.attempts import Attempts, GetAttempts, SaveAttempts
from handlers.dialog.effects import TurnResult
from handlers.dialog.receipt import make_receipt
from handlers.dialog.replies import MUST_ARRIVE, Reply
from handlers.dialog.session import DialogTopic, Session
from storage import sessions
from storage.crypto.daily_keys import DailyKeys
from storage.errors import ConflictError, TamperedError
from storage.store import Store
from tests.storage.conftest import CANARY, NOW, RICH_REPLIES, StoredDesk, make_file_case, make_text_outcome

ANN, BOB = b"a" * 32, b"b" * 32


def test_the_same_event_again_has_no_second_effect_and_the_same_answer(ground: StoredDesk) -> None:
    event, act = ground.new_event(ANN), make_file_case()
    turn = TurnResult(Session(at=NOW, lang="en", receipt=act.receipt), RICH_REPLIES, (act,))

    async def scene(one: Store) -> None:
        first = await one.commit(event, None, turn, NOW)
        known = await one.load_session(ANN)
        second = await one.commit(event, known, replace(turn, replies=(), acts=(make_file_case(2),)), NOW)
        assert (first.duplicate, second.duplicate) == (False, True)
        assert (first.replies, first.lang) == (second.replies, second.lang) == (RICH_REPLIES, "en")
        assert await one.answer_query(FindCase(make_receipt(2)), NOW) is None

    async def after_a_restart(one: Store) -> None:
        assert (await one.commit(event, None, turn, NOW)).replies == RICH_REPLIES
        assert len(ground.execute_sql("SELECT 1 FROM cases")) == 1

    ground.run_scenario(scene)
    ground.run_scenario(after_a_restart)


def test_an_event_is_known_again_after_midnight_and_a_restart(ground: StoredDesk) -> None:
    late, next_day = NOW.replace(hour=23, minute=59), NOW.replace(hour=0) + timedelta(days=1)
    event = ground.new_event(ANN)

    async def scene(one: Store) -> None:
        await one.commit(event, None, TurnResult(None, RICH_REPLIES, (make_file_case(),)), late)

    async def later(one: Store) -> None:
        assert (
            await one.commit(event, None, TurnResult(None, (), (make_file_case(2),)), next_day)
        ).replies == RICH_REPLIES

    ground.run_scenario(scene, late)
    ground.run_scenario(later, next_day)


def test_events_of_one_time_lie_beside_each_other_and_tell_nothing_else(ground: StoredDesk) -> None:
    counted = [f"telegram:{number}" for number in (71_200, 71_201, 71_299, 71_300)]
    timed = [f"line:01JD4Z8Q{rest}" for rest in ("0A" + "1" * 16, "9Z" + "2" * 16)]

    async def scene(one: Store) -> None:
        for event in (*counted, *timed):
            await one.commit(
                replace(ground.new_event(ANN), id=event), None, TurnResult(None, RICH_REPLIES), NOW
            )
        marks = [mark for (mark,) in ground.execute_sql("SELECT mark FROM events")]
        assert len(marks) == len(counted) + len(timed)
        assert {len(mark) for mark in marks} == {28}
        # Three updates of one hundred, the next hundred, and two of LINE within a second.
        assert sorted(Counter(mark[:4] for mark in marks).values()) == [1, 2, 3]
        assert len({mark[4:] for mark in marks}) == len(marks)

    ground.run_scenario(scene)


def test_an_event_that_an_earlier_version_marked_is_known_again(ground: StoredDesk) -> None:
    """Otherwise an event redelivered after an upgrade would have a second effect."""
    event = ground.new_event(ANN)

    async def scene(one: Store) -> None:
        await one.commit(event, None, TurnResult(None, RICH_REPLIES, (make_file_case(),)), NOW)
        whole = one.committer.daily_keys.hash_for_day(DailyKeys.get_day(NOW), event.id.encode())
        ground.execute_sql(f"UPDATE events SET mark = x'{whole.hex()}', answers = NULL")

    async def after_the_upgrade(one: Store) -> None:
        answer = await one.commit(event, None, TurnResult(None, (), (make_file_case(2),)), NOW)
        assert (answer.duplicate, answer.replies) == (True, ())
        other = await one.commit(ground.new_event(BOB), None, TurnResult(None, RICH_REPLIES), NOW)
        assert not other.duplicate

    ground.run_scenario(scene)
    ground.run_scenario(after_the_upgrade)


def test_an_event_that_points_at_the_answers_of_others_gets_none(ground: StoredDesk) -> None:
    mine, theirs = ground.new_event(ANN), ground.new_event(BOB)

    async def scene(one: Store) -> None:
        for event in (mine, theirs):
            await one.commit(event, None, TurnResult(None, RICH_REPLIES), NOW)
        ground.execute_sql("UPDATE events SET answers = (SELECT max(id) FROM answers)")
        told = [one.commit(event, None, TurnResult(None, RICH_REPLIES), NOW) for event in (mine, theirs)]
        done = await asyncio.gather(*told, return_exceptions=True)
        assert sorted(isinstance(one, TamperedError) for one in done) == [False, True]

    ground.run_scenario(scene)


def test_the_key_of_a_day_whose_first_batch_failed_is_on_the_disk_all_the_same(ground: StoredDesk) -> None:
    tomorrow = NOW + timedelta(days=1)
    event = ground.new_event(ANN)

    async def scene(one: Store) -> None:
        with pytest.raises(ConflictError):  # the first row written on the new day is rolled back
            await one.commit(ground.new_event(BOB), Session(version=9), make_text_outcome(), tomorrow)
        await one.commit(event, None, TurnResult(None, RICH_REPLIES, (make_file_case(),)), tomorrow)

    async def after_a_restart(one: Store) -> None:
        answer = await one.commit(event, None, TurnResult(None, (), (make_file_case(2),)), tomorrow)
        assert answer.duplicate

    ground.run_scenario(scene)
    ground.run_scenario(after_a_restart, tomorrow)


def test_a_session_comes_back_as_it_was(ground: StoredDesk) -> None:
    async def scene(one: Store) -> None:
        turn = make_text_outcome(
            lang="en", topic=DialogTopic.REPORT, step="story", prompt_number=7, answers={"story": CANARY}
        )
        await one.commit(ground.new_event(ANN), None, turn, NOW)

    async def after_a_restart(one: Store) -> None:
        session = await one.load_session(ANN)
        assert session is not None
        turn = make_text_outcome(
            lang="en", topic=DialogTopic.REPORT, step="story", prompt_number=7, answers={"story": CANARY}
        )
        assert replace(session, version=0) == turn.session
        assert session.version > 0

    ground.run_scenario(scene)
    ground.run_scenario(after_a_restart)


def test_a_farewell_is_said_in_the_language_of_the_talk(ground: StoredDesk) -> None:
    async def scene(one: Store) -> None:
        await one.commit(ground.new_event(ANN), None, make_text_outcome(lang="en"), NOW)
        done = await one.commit(
            ground.new_event(ANN), await one.load_session(ANN), TurnResult(None, RICH_REPLIES), NOW
        )
        assert done.lang == "en"
        assert await one.load_session(ANN) is None

    ground.run_scenario(scene)


def test_what_must_arrive_waits_until_it_did(ground: StoredDesk) -> None:
    told = Reply("report.filed", MUST_ARRIVE, {"receipt": "0123"})

    async def scene(one: Store) -> None:
        back = one.keyring.encrypt_address("terminal:ann")
        event = ground.new_event(ANN, reply_to=back)
        done = await one.commit(
            event, None, TurnResult(Session(at=NOW, lang="en"), (told, *RICH_REPLIES)), NOW
        )
        (row,) = done.outbox_ids
        (waiting,) = await one.outbox.list_all("web")
        assert (waiting.id, waiting.payload.back, waiting.payload.says) == (row, back, (told,))
        assert waiting.payload.lang == "en"
        await one.outbox.complete(done.outbox_ids)
        assert await one.outbox.list_all("web") == []

    ground.run_scenario(scene)


def test_what_rides_on_the_request_does_not_wait(ground: StoredDesk) -> None:
    async def scene(one: Store) -> None:
        certain = TurnResult(Session(at=NOW), (Reply("report.filed", MUST_ARRIVE),))
        assert (await one.commit(ground.new_event(ANN), None, certain, NOW)).outbox_ids == ()
        assert ground.execute_sql("SELECT 1 FROM outbox") == []

    ground.run_scenario(scene)


def test_a_register_number_belongs_to_its_fiscal_year(ground: StoredDesk) -> None:
    async def scene(one: Store) -> None:
        last_day = NOW.replace(month=9, day=30)
        await asyncio.gather(*(ground.file_complaint(one, n, last_day) for n in (1, 2)))
        await asyncio.gather(*(ground.file_complaint(one, n) for n in (3, 4, 5)))
        rows = ground.execute_sql("SELECT fiscal_year, number FROM cases ORDER BY 1, 2")
        assert rows == [(2569, 1), (2569, 2), (2570, 1), (2570, 2), (2570, 3)]

    ground.run_scenario(scene)


def test_wrong_guesses_are_remembered_for_their_person(ground: StoredDesk) -> None:
    wrong = Attempts(NOW, 3, NOW + timedelta(minutes=15), 1)

    async def scene(one: Store) -> None:
        await ground.commit_acts(one, SaveAttempts(ANN, Attempts(NOW, 2)))
        await ground.commit_acts(one, SaveAttempts(ANN, wrong))
        assert await one.answer_query(GetAttempts(ANN), NOW) == wrong
        assert await one.answer_query(GetAttempts(BOB), NOW) == Attempts()

    async def tomorrow(one: Store) -> None:
        assert await one.answer_query(GetAttempts(ANN), NOW) == wrong

    ground.run_scenario(scene)
    ground.run_scenario(tomorrow, NOW + timedelta(days=1))


def test_many_new_talks_push_out_nobody_who_follows_a_case(
    ground: StoredDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sessions, "MAX_CACHED_SESSIONS", 3)

    async def scene(one: Store) -> None:
        begun = Session(at=NOW, answers={"story": "ต้นเรื่อง"})
        for number, session in enumerate(
            (Session(at=NOW, receipt=make_receipt(1)), begun, Session(at=NOW), begun, begun)
        ):
            await one.commit(ground.new_event(bytes([number]) * 32), None, TurnResult(session), NOW)
        follows, drafts, was_at_menu = [await one.load_session(bytes([number]) * 32) for number in range(3)]
        assert follows is not None
        assert follows.receipt == make_receipt(1)
        assert drafts is not None  # from disk
        assert was_at_menu is None

    ground.run_scenario(scene)
