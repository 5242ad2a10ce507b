"""Nothing can be read on the disk, and nothing leads from a case to a person."""

from base64 import b64encode
from datetime import timedelta

from bot.jobs import housekeeping as clock
from handlers.complaints.messages import ActorKind, FindCase, ReporterCase
from handlers.dialog.events import DialogTopic, Event, Reply, Session, TurnResult
from handlers.dialog.receipt import made_of
from storage.crypto.aead import fresh_key
from storage.store import Store
from tests.play import OFFICE
from tests.storage.conftest import CANARY, NOW, StoredDesk, entry, filing, talk, view

ANN = b"a" * 32


def test_a_session_that_knows_a_case_is_never_on_the_disk(ground: StoredDesk) -> None:
    async def scene(one: Store) -> None:
        await one.commit(ground.event(ANN), None, talk(answers={"story": CANARY}), NOW)
        knows = TurnResult(Session(at=NOW, topic=DialogTopic.CONFIRM, receipt=made_of(1)), (), (filing(),))
        await one.commit(ground.event(ANN), await one.session(ANN), knows, NOW)
        assert ground.sql("SELECT 1 FROM sessions") == []
        remembered = await one.session(ANN)
        assert remembered is not None
        assert remembered.receipt == made_of(1)

    async def after_a_restart(one: Store) -> None:
        assert await one.session(ANN) is None

    ground.play(scene)
    ground.play(after_a_restart)


def test_the_reporters_words_are_never_echoed(ground: StoredDesk) -> None:
    async def scene(one: Store) -> None:
        receipt = await ground.file(one)
        await ground.do(one, entry(await view(one, receipt), CANARY, ActorKind.REPORTER))
        await ground.do(one, entry(await view(one, receipt), "รับทราบ"))
        case = await view(one, receipt)
        assert CANARY not in repr(case)
        assert [e.text for e in case.entries] == ["", "", "รับทราบ"]
        assert (await one.report(case.id)).answers["story"] == CANARY

    ground.play(scene)


def test_a_name_lies_in_an_envelope_of_its_own(ground: StoredDesk) -> None:
    async def scene(one: Store) -> None:
        receipt = await ground.file(one, identity={"name": "ก", "contact": "ข"})
        case = (await view(one, receipt)).id
        assert await one.identity(case) == {"name": "ก", "contact": "ข"}
        assert "name" not in (await one.report(case)).answers

    ground.play(scene)


def test_nothing_is_readable_on_the_disk(ground: StoredDesk) -> None:
    name, code, person = "นางสาวคานารี", made_of(12345), "U-canary-0123456789"

    async def scene(one: Store) -> None:
        who = one.seals.who("line", person)
        draft = talk(answers={"story": CANARY, "name": name})
        await one.commit(Event(person, who, ground.event().channel), None, draft, NOW)
        act = filing(12345, identity={"name": name})
        said = (Reply("report.filed", {"receipt": code.shown}),)
        await one.commit(ground.event(who), await one.session(who), TurnResult(None, said, (act,)), NOW)
        await ground.do(one, entry(await view(one, code), CANARY))
        here = ground.on_disk()
        for canary in (CANARY, name, person, code.symbols, code.shown, who.hex()):
            assert canary.encode() not in here
        await one.retention.checkpoint()
        assert who not in ground.on_disk()

    ground.play(scene)
    here = ground.on_disk()
    assert not any(c.encode() in here for c in (CANARY, name, person, code.symbols, code.shown))


def test_the_log_does_not_keep_who_wrote_beside_what_was_filed(ground: StoredDesk) -> None:
    async def scene(one: Store) -> None:
        await one.commit(ground.event(ANN), None, talk(answers={"story": CANARY}), NOW)
        filed = TurnResult(Session(at=NOW, receipt=made_of(1)), (), (filing(),))
        await one.commit(ground.event(ANN), await one.session(ANN), filed, NOW)
        assert ground.sql("SELECT 1 FROM sessions") == []
        async for _ in clock.tick(ground.place, one, OFFICE, NOW + timedelta(minutes=1)):
            pass
        assert ANN not in ground.on_disk()

    ground.play(scene)


def test_no_line_of_the_register_names_a_person_or_an_event(ground: StoredDesk) -> None:
    async def scene(one: Store) -> None:
        who = one.seals.who("line", "ann")
        event = ground.event(who)
        act = filing()
        await one.commit(event, None, talk(answers={"story": "x"}), NOW)
        filed = TurnResult(Session(at=NOW, receipt=act.receipt), (), (act,))
        await one.commit(ground.event(who), await one.session(who), filed, NOW)
        for table in ("cases", "history", "envelopes", "facts", "audit", "files"):
            for row in ground.sql(f"SELECT * FROM {table}"):
                assert who not in row
                assert who.hex() not in row
        assert ground.sql("SELECT 1 FROM sessions") == []

    ground.play(scene)


def test_a_receipt_that_was_never_issued_is_unknown(ground: StoredDesk) -> None:
    async def scene(one: Store) -> None:
        assert await one.answer(FindCase(made_of(99)), NOW) is None
        receipt = await ground.file(one, 5)
        found = await one.answer(FindCase(receipt), NOW)
        assert isinstance(found, ReporterCase)
        assert await one.answer(FindCase(made_of(6)), NOW) is None

    ground.play(scene)


def test_a_receipt_under_an_older_pepper_is_still_known(ground: StoredDesk) -> None:
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
