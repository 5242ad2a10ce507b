"""A turn is written whole, once, together with others; what was decided on something old is decided again."""

import asyncio
import sqlite3
from base64 import b64encode
from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from bot import clock
from handlers.case import Move, Outcome, Status
from handlers.receipt import made_of
from handlers.register import By, CaseView, FindCase, FindTries, SetTries, Tries
from handlers.turn import Choice, Event, Say, Session, Topic, Turn
from storage import database, read, store
from storage.errors import Conflict, DiskFull, StorageError
from storage.read import Sight
from storage.seal import fresh_key
from storage.store import Store
from tests.play import OFFICE
from tests.storage.conftest import CANARY, NOW, Ground, close, entry, filing, move, talk, view

ANN, BOB = b"a" * 32, b"b" * 32
RICH = (
    Say("one", {"text": "ก", "count": 3, "why": Say("w", {"n": 1}), "all": (Say("x"), Say("y"))}),
    Say("two", {}, (Choice("yes", "choice.yes", {"n": 2}),)),
)


def test_the_same_event_again_has_no_second_effect_and_the_same_answer(ground: Ground) -> None:
    event, act = ground.event(ANN), filing()
    turn = Turn(Session(at=NOW, lang="en", receipt=act.receipt), RICH, (act,))

    async def scene(one: Store) -> None:
        first = await one.commit(event, None, turn, NOW)
        known = await one.session(ANN)
        second = await one.commit(event, known, replace(turn, says=(), acts=(filing(2),)), NOW)
        assert (first.again, second.again) == (False, True)
        assert (first.says, first.lang) == (second.says, second.lang) == (RICH, "en")
        assert await one.answer(FindCase(made_of(2)), NOW) is None

    async def after_a_restart(one: Store) -> None:
        assert (await one.commit(event, None, turn, NOW)).says == RICH
        assert len(ground.sql("SELECT 1 FROM cases")) == 1

    ground.play(scene)
    ground.play(after_a_restart)


def test_two_deliveries_at_one_instant_are_one(ground: Ground) -> None:
    event = ground.event(ANN)

    async def scene(one: Store) -> None:
        both = (one.commit(event, None, Turn(None, RICH, (filing(n),)), NOW) for n in (1, 2))
        answers = await asyncio.gather(*both)
        assert [a.says for a in answers] == [RICH, RICH]
        assert sorted(a.again for a in answers) == [False, True]
        assert len(ground.sql("SELECT 1 FROM cases")) == 1

    ground.play(scene)


def test_an_event_is_known_again_after_midnight_and_a_restart(ground: Ground) -> None:
    late, next_day = NOW.replace(hour=23, minute=59), NOW.replace(hour=0) + timedelta(days=1)
    event = ground.event(ANN)

    async def scene(one: Store) -> None:
        await one.commit(event, None, Turn(None, RICH, (filing(),)), late)

    async def later(one: Store) -> None:
        assert (await one.commit(event, None, Turn(None, (), (filing(2),)), next_day)).says == RICH

    ground.play(scene, late)
    ground.play(later, next_day)


def test_the_key_of_a_day_whose_first_batch_failed_is_on_the_disk_all_the_same(ground: Ground) -> None:
    tomorrow = NOW + timedelta(days=1)
    event = ground.event(ANN)

    async def scene(one: Store) -> None:
        with pytest.raises(Conflict):  # the first that is written on the new day is taken back
            await one.commit(ground.event(BOB), Session(version=9), talk(), tomorrow)
        await one.commit(event, None, Turn(None, RICH, (filing(),)), tomorrow)

    async def after_a_restart(one: Store) -> None:
        answer = await one.commit(event, None, Turn(None, (), (filing(2),)), tomorrow)
        assert answer.again

    ground.play(scene)
    ground.play(after_a_restart, tomorrow)


def test_only_the_guilty_one_of_a_batch_fails(ground: Ground) -> None:
    async def scene(one: Store) -> None:
        receipt = await ground.file(one)
        seen = await view(one, receipt)
        await ground.do(one, entry(seen, "ก่อน"))
        turns = [ground.do(one, filing(n)) for n in range(2, 12)]
        done = await asyncio.gather(*turns, ground.do(one, entry(seen, "ช้า")), return_exceptions=True)
        assert [type(d) for d in done if isinstance(d, BaseException)] == [Conflict]
        assert [e.text for e in (await view(one, receipt)).entries] == ["", "ก่อน"]
        assert sorted(n for (n,) in ground.sql("SELECT number FROM cases")) == list(range(1, 12))
        assert await one.verify_audit() == []

    ground.play(scene)


def test_one_who_stops_waiting_takes_nothing_back(ground: Ground) -> None:
    async def scene(one: Store) -> None:
        first = asyncio.create_task(ground.do(one, filing(1)))
        second = asyncio.create_task(ground.do(one, filing(2)))
        await asyncio.sleep(0)
        first.cancel()
        await second
        await one.committer.drained()
        assert await one.answer(FindCase(made_of(1)), NOW) is not None
        assert await one.answer(FindCase(made_of(2)), NOW) is not None

    ground.play(scene)


def test_of_two_programs_that_move_a_case_one_wins_and_the_other_decides_again(ground: Ground) -> None:
    async def scene(one: Store) -> None:
        receipt = await ground.file(one)
        async with store.opened(ground.ring, NOW) as other:
            mine, theirs = await view(one, receipt), await view(other, receipt)
            done = await asyncio.gather(
                ground.do(one, move(mine, Status.SCREENING, Move.SCREEN)),
                ground.do(other, move(theirs, Status.CLOSED, Move.WITHDRAW, outcome=Outcome.WITHDRAWN)),
                return_exceptions=True,
            )
            assert sorted(isinstance(d, Conflict) for d in done) == [False, True]
            assert len((await view(one, receipt)).entries) == 2
            assert await one.verify_audit() == []

    ground.play(scene)


def test_a_session_that_another_program_changed_is_decided_on_again(ground: Ground) -> None:
    async def scene(one: Store) -> None:
        async with store.opened(ground.ring, NOW) as other:
            await one.commit(ground.event(ANN), None, talk(step="mine"), NOW)
            mine = await one.session(ANN)
            theirs = await other.session(ANN)
            await other.commit(ground.event(ANN), theirs, talk(step="theirs"), NOW)
            with pytest.raises(Conflict):
                await one.commit(ground.event(ANN), mine, talk(step="mine again"), NOW)
            now_known = await one.session(ANN)
            assert now_known is not None
            assert now_known.step == "theirs"
            await one.commit(ground.event(ANN), now_known, talk(step="mine at last"), NOW)

    ground.play(scene)


def test_a_session_that_went_and_came_again_elsewhere_is_not_taken_for_the_older_one(ground: Ground) -> None:
    async def scene(one: Store) -> None:
        async with store.opened(ground.ring, NOW) as other:
            await one.commit(ground.event(ANN), None, talk(answers={"story": "already filed"}), NOW)
            mine = await one.session(ANN)
            theirs = await other.session(ANN)
            knows = Turn(Session(at=NOW, receipt=made_of(1)), (), (filing(),))
            await other.commit(ground.event(ANN), theirs, knows, NOW)
            await other.commit(ground.event(ANN), await other.session(ANN), talk(), NOW)
            with pytest.raises(Conflict):
                await one.commit(ground.event(ANN), mine, Turn(None, (), (filing(2),)), NOW)

    ground.play(scene)


def test_of_two_turns_that_one_session_led_to_only_one_is_written(ground: Ground) -> None:
    """As when somebody's connection breaks at the submission, and they submit once more at once."""

    async def scene(one: Store) -> None:
        await one.commit(ground.event(ANN), None, talk(answers={"story": CANARY}), NOW)
        draft = await one.session(ANN)
        turns = [Turn(Session(at=NOW, receipt=made_of(n)), (), (filing(n),)) for n in (1, 2)]
        both = (one.commit(ground.event(ANN), draft, turn, NOW) for turn in turns)
        done = await asyncio.gather(*both, return_exceptions=True)
        assert sorted(isinstance(d, Conflict) for d in done) == [False, True]
        assert len(ground.sql("SELECT 1 FROM cases")) == 1

    ground.play(scene)


def test_a_case_is_seen_at_one_instant(ground: Ground) -> None:
    """Else a step is decided on the older state, and written as if the newer one had been seen."""

    class Interrupted:
        """A connection between whose first and second answer somebody else writes."""

        def __init__(self, real: Any, meanwhile: Any) -> None:
            self.real, self.meanwhile = real, meanwhile

        async def execute(self, *statement: Any) -> Any:
            answer = await self.real.execute(*statement)
            meanwhile, self.meanwhile = self.meanwhile, None
            if meanwhile is not None:
                await meanwhile()
            return answer

    async def scene(one: Store) -> None:
        receipt = await ground.file(one)
        async with one._sight() as sight:
            slow: Any = Interrupted(sight.connection, lambda: close(ground, one, receipt))
            seen = await read.find_case(FindCase(receipt), Sight(slow, sight.seals, sight.days))
        assert seen is not None
        assert seen.status is (seen.entries[-1].status or Status.RECEIVED)

    ground.play(scene)


def test_a_session_that_knows_a_case_is_never_on_the_disk(ground: Ground) -> None:
    async def scene(one: Store) -> None:
        await one.commit(ground.event(ANN), None, talk(answers={"story": CANARY}), NOW)
        knows = Turn(Session(at=NOW, topic=Topic.CONFIRM, receipt=made_of(1)), (), (filing(),))
        await one.commit(ground.event(ANN), await one.session(ANN), knows, NOW)
        assert ground.sql("SELECT 1 FROM sessions") == []
        remembered = await one.session(ANN)
        assert remembered is not None
        assert remembered.receipt == made_of(1)

    async def after_a_restart(one: Store) -> None:
        assert await one.session(ANN) is None

    ground.play(scene)
    ground.play(after_a_restart)


def test_a_session_comes_back_as_it_was(ground: Ground) -> None:
    async def scene(one: Store) -> None:
        turn = talk(lang="en", topic=Topic.REPORT, step="story", prompt=7, answers={"story": CANARY})
        await one.commit(ground.event(ANN), None, turn, NOW)

    async def after_a_restart(one: Store) -> None:
        session = await one.session(ANN)
        assert session is not None
        turn = talk(lang="en", topic=Topic.REPORT, step="story", prompt=7, answers={"story": CANARY})
        assert replace(session, version=0) == turn.session
        assert session.version > 0

    ground.play(scene)
    ground.play(after_a_restart)


def test_a_farewell_is_said_in_the_language_of_the_talk(ground: Ground) -> None:
    async def scene(one: Store) -> None:
        await one.commit(ground.event(ANN), None, talk(lang="en"), NOW)
        done = await one.commit(ground.event(ANN), await one.session(ANN), Turn(None, RICH), NOW)
        assert done.lang == "en"
        assert await one.session(ANN) is None

    ground.play(scene)


def test_what_must_arrive_waits_until_it_did(ground: Ground) -> None:
    told = Say("report.filed", {"receipt": "0123"}, certain=True)

    async def scene(one: Store) -> None:
        back = one.seals.address.seal(b"terminal:ann", "address", "", "back")
        event = ground.event(ANN, back=back)
        done = await one.commit(event, None, Turn(Session(at=NOW, lang="en"), (told, *RICH)), NOW)
        (row,) = done.waiting
        (waiting,) = await one.outbox.look("web")
        assert (waiting.id, waiting.what.back, waiting.what.says) == (row, back, (told,))
        assert waiting.what.lang == "en"
        await one.outbox.done(done.waiting)
        assert await one.outbox.look("web") == []

    ground.play(scene)


def test_what_rides_on_the_request_does_not_wait(ground: Ground) -> None:
    async def scene(one: Store) -> None:
        certain = Turn(Session(at=NOW), (Say("report.filed", certain=True),))
        assert (await one.commit(ground.event(ANN), None, certain, NOW)).waiting == ()
        assert ground.sql("SELECT 1 FROM outbox") == []

    ground.play(scene)


def test_a_register_number_belongs_to_its_fiscal_year(ground: Ground) -> None:
    async def scene(one: Store) -> None:
        last_day = NOW.replace(month=9, day=30)
        await asyncio.gather(*(ground.file(one, n, last_day) for n in (1, 2)))
        await asyncio.gather(*(ground.file(one, n) for n in (3, 4, 5)))
        rows = ground.sql("SELECT fiscal_year, number FROM cases ORDER BY 1, 2")
        assert rows == [(2569, 1), (2569, 2), (2570, 1), (2570, 2), (2570, 3)]

    ground.play(scene)


def test_the_reporters_words_are_never_echoed(ground: Ground) -> None:
    async def scene(one: Store) -> None:
        receipt = await ground.file(one)
        await ground.do(one, entry(await view(one, receipt), CANARY, By.REPORTER))
        await ground.do(one, entry(await view(one, receipt), "รับทราบ"))
        case = await view(one, receipt)
        assert CANARY not in repr(case)
        assert [e.text for e in case.entries] == ["", "", "รับทราบ"]
        assert (await one.report(case.id)).answers["story"] == CANARY

    ground.play(scene)


def test_a_name_lies_in_an_envelope_of_its_own(ground: Ground) -> None:
    async def scene(one: Store) -> None:
        receipt = await ground.file(one, identity={"name": "ก", "contact": "ข"})
        case = (await view(one, receipt)).id
        assert await one.identity(case) == {"name": "ก", "contact": "ข"}
        assert "name" not in (await one.report(case)).answers

    ground.play(scene)


def test_wrong_guesses_are_remembered_for_their_person(ground: Ground) -> None:
    wrong = Tries(NOW, 3, NOW + timedelta(minutes=15), 1)

    async def scene(one: Store) -> None:
        await ground.do(one, SetTries(ANN, Tries(NOW, 2)))
        await ground.do(one, SetTries(ANN, wrong))
        assert await one.answer(FindTries(ANN), NOW) == wrong
        assert await one.answer(FindTries(BOB), NOW) == Tries()

    async def tomorrow(one: Store) -> None:
        assert await one.answer(FindTries(ANN), NOW) == wrong

    ground.play(scene)
    ground.play(tomorrow, NOW + timedelta(days=1))


def test_a_full_disk_is_told_and_nothing_is_half_written(ground: Ground) -> None:
    async def scene(one: Store) -> None:
        await ground.file(one, 1)
        raw: Any = (await one.committer.connection.get_raw_connection()).driver_connection
        pages = (await (await raw.execute("PRAGMA page_count")).fetchone())[0]
        await raw.execute(f"PRAGMA max_page_count = {pages}")
        long = {"story": CANARY * 1000}
        filings = [ground.do(one, filing(n, answers=long)) for n in (2, 3)]
        assert [type(d) for d in await asyncio.gather(*filings, return_exceptions=True)] == [DiskFull] * 2
        await raw.execute("PRAGMA max_page_count = 100000")
        await ground.file(one, 4)
        assert ground.sql("SELECT number FROM cases ORDER BY 1") == [(1,), (2,)]
        assert ground.sql("SELECT count(*) FROM history") == [(2,)]
        assert await one.verify_audit() == []

    ground.play(scene)


def test_a_database_that_somebody_holds_is_told_and_used_again_later(
    ground: Ground, monkeypatch: pytest.MonkeyPatch
) -> None:
    quick = [p for p in database.PRAGMAS if "busy" not in p]
    monkeypatch.setattr(database, "PRAGMAS", (*quick, "busy_timeout = 50"))

    async def scene(one: Store) -> None:
        with closing(sqlite3.connect(ground.place.database, isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            with pytest.raises(StorageError):
                await ground.file(one, 1)
        await ground.file(one, 2)
        assert ground.sql("SELECT number FROM cases") == [(1,)]

    ground.play(scene)


def test_nothing_is_readable_on_the_disk(ground: Ground) -> None:
    name, code, person = "นางสาวคานารี", made_of(12345), "U-canary-0123456789"

    async def scene(one: Store) -> None:
        who = one.seals.who("line", person)
        draft = talk(answers={"story": CANARY, "name": name})
        await one.commit(Event(person, who, ground.event().channel), None, draft, NOW)
        act = filing(12345, identity={"name": name})
        said = (Say("report.filed", {"receipt": code.shown}),)
        await one.commit(ground.event(who), await one.session(who), Turn(None, said, (act,)), NOW)
        await ground.do(one, entry(await view(one, code), CANARY))
        here = ground.on_disk()
        for canary in (CANARY, name, person, code.symbols, code.shown, who.hex()):
            assert canary.encode() not in here
        await one.retention.checkpoint()
        assert who not in ground.on_disk()

    ground.play(scene)
    here = ground.on_disk()
    assert not any(c.encode() in here for c in (CANARY, name, person, code.symbols, code.shown))


def test_the_log_does_not_keep_who_wrote_beside_what_was_filed(ground: Ground) -> None:
    async def scene(one: Store) -> None:
        await one.commit(ground.event(ANN), None, talk(answers={"story": CANARY}), NOW)
        filed = Turn(Session(at=NOW, receipt=made_of(1)), (), (filing(),))
        await one.commit(ground.event(ANN), await one.session(ANN), filed, NOW)
        assert ground.sql("SELECT 1 FROM sessions") == []
        async for _ in clock.tick(ground.place, one, OFFICE, NOW + timedelta(minutes=1)):
            pass
        assert ANN not in ground.on_disk()

    ground.play(scene)


def test_no_line_of_the_register_names_a_person_or_an_event(ground: Ground) -> None:
    async def scene(one: Store) -> None:
        who = one.seals.who("line", "ann")
        event = ground.event(who)
        act = filing()
        await one.commit(event, None, talk(answers={"story": "x"}), NOW)
        filed = Turn(Session(at=NOW, receipt=act.receipt), (), (act,))
        await one.commit(ground.event(who), await one.session(who), filed, NOW)
        for table in ("cases", "history", "envelopes", "facts", "audit", "files"):
            for row in ground.sql(f"SELECT * FROM {table}"):
                assert who not in row
                assert who.hex() not in row
        assert ground.sql("SELECT 1 FROM sessions") == []

    ground.play(scene)


def test_a_receipt_that_was_never_issued_is_unknown(ground: Ground) -> None:
    async def scene(one: Store) -> None:
        assert await one.answer(FindCase(made_of(99)), NOW) is None
        receipt = await ground.file(one, 5)
        found = await one.answer(FindCase(receipt), NOW)
        assert isinstance(found, CaseView)
        assert await one.answer(FindCase(made_of(6)), NOW) is None

    ground.play(scene)


def test_a_receipt_under_an_older_pepper_is_still_known(ground: Ground) -> None:
    async def scene(one: Store) -> None:
        await ground.file(one, 1)

    async def later(one: Store) -> None:
        assert await one.answer(FindCase(made_of(1)), NOW) is not None
        await ground.file(one, 2)
        assert await one.answer(FindCase(made_of(2)), NOW) is not None

    ground.play(scene)
    for name in ("pepper", "seal", "audit", "envelope"):
        path = ground.place.keys[name]
        with path.open("a") as file:
            file.write(f"2 {b64encode(fresh_key()).decode()}\n")
    ground.play(later)
