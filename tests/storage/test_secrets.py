"""No content is stored in clear text, and nothing on the disk links a case to a person."""

from base64 import b64encode
from datetime import timedelta

from bot.jobs.housekeeping import run_due_jobs
from handlers.complaints.messages import ActorKind, FindCase, ReporterCase
from handlers.dialog.effects import TurnResult
from handlers.dialog.events import Event
from handlers.dialog.receipt import make_receipt
from handlers.dialog.replies import OF_CASE, Reply
from handlers.dialog.session import DialogTopic, Session
from storage.crypto.aead import generate_key
from storage.store import Store
from tests.in_memory_desk import OFFICE
from tests.storage.conftest import (
    CANARY,
    NOW,
    StoredDesk,
    load_reporter_case,
    make_entry,
    make_file_case,
    make_text_outcome,
)

ANN = b"a" * 32


def test_a_session_that_knows_a_case_is_never_on_the_disk(ground: StoredDesk) -> None:
    async def scene(one: Store) -> None:
        await one.commit(ground.new_event(ANN), None, make_text_outcome(answers={"story": CANARY}), NOW)
        knows = TurnResult(
            Session(at=NOW, topic=DialogTopic.CONFIRM, receipt=make_receipt(1)), (), (make_file_case(),)
        )
        await one.commit(ground.new_event(ANN), await one.load_session(ANN), knows, NOW)
        assert ground.execute_sql("SELECT 1 FROM sessions") == []
        remembered = await one.load_session(ANN)
        assert remembered is not None
        assert remembered.receipt == make_receipt(1)

    async def after_a_restart(one: Store) -> None:
        assert await one.load_session(ANN) is None

    ground.run_scenario(scene)
    ground.run_scenario(after_a_restart)


def test_the_reporters_words_are_never_echoed(ground: StoredDesk) -> None:
    async def scene(one: Store) -> None:
        receipt = await ground.file_complaint(one)
        await ground.commit_acts(
            one, make_entry(await load_reporter_case(one, receipt), CANARY, ActorKind.REPORTER)
        )
        await ground.commit_acts(one, make_entry(await load_reporter_case(one, receipt), "รับทราบ"))
        case = await load_reporter_case(one, receipt)
        assert CANARY not in repr(case)
        assert [e.text for e in case.entries] == ["", "", "รับทราบ"]
        assert (await one.load_report(case.id)).answers["story"] == CANARY

    ground.run_scenario(scene)


def test_a_name_lies_in_an_envelope_of_its_own(ground: StoredDesk) -> None:
    async def scene(one: Store) -> None:
        receipt = await ground.file_complaint(one, identity={"name": "ก", "contact": "ข"})
        case = (await load_reporter_case(one, receipt)).id
        assert await one.load_identity(case) == {"name": "ก", "contact": "ข"}
        assert "name" not in (await one.load_report(case)).answers

    ground.run_scenario(scene)


def test_nothing_is_readable_on_the_disk(ground: StoredDesk) -> None:
    name, code, person = "นางสาวคานารี", make_receipt(12345), "U-canary-0123456789"

    async def scene(one: Store) -> None:
        who = one.keyring.hash_id("line", person)
        draft = make_text_outcome(answers={"story": CANARY, "name": name})
        await one.commit(Event(person, who, ground.new_event().channel), None, draft, NOW)
        act = make_file_case(12345, identity={"name": name})
        said = (Reply("report.filed", OF_CASE, {"receipt": code.formatted}),)
        await one.commit(
            ground.new_event(who), await one.load_session(who), TurnResult(None, said, (act,)), NOW
        )
        await ground.commit_acts(one, make_entry(await load_reporter_case(one, code), CANARY))
        here = ground.read_all_bytes()
        for canary in (CANARY, name, person, code.symbols, code.formatted, who.hex()):
            assert canary.encode() not in here
        await one.retention.checkpoint_wal()
        assert who not in ground.read_all_bytes()

    ground.run_scenario(scene)
    here = ground.read_all_bytes()
    assert not any(c.encode() in here for c in (CANARY, name, person, code.symbols, code.formatted))


def test_the_log_does_not_keep_who_wrote_beside_what_was_filed(ground: StoredDesk) -> None:
    async def scene(one: Store) -> None:
        await one.commit(ground.new_event(ANN), None, make_text_outcome(answers={"story": CANARY}), NOW)
        filed = TurnResult(Session(at=NOW, receipt=make_receipt(1)), (), (make_file_case(),))
        await one.commit(ground.new_event(ANN), await one.load_session(ANN), filed, NOW)
        assert ground.execute_sql("SELECT 1 FROM sessions") == []
        async for _ in run_due_jobs(ground.paths, one, OFFICE, NOW + timedelta(minutes=1)):
            pass
        assert ANN not in ground.read_all_bytes()

    ground.run_scenario(scene)


def test_no_line_of_the_register_names_a_person_or_an_event(ground: StoredDesk) -> None:
    async def scene(one: Store) -> None:
        who = one.keyring.hash_id("line", "ann")
        event = ground.new_event(who)
        act = make_file_case()
        await one.commit(event, None, make_text_outcome(answers={"story": "x"}), NOW)
        filed = TurnResult(Session(at=NOW, receipt=act.receipt), (), (act,))
        await one.commit(ground.new_event(who), await one.load_session(who), filed, NOW)
        for table in ("cases", "history", "envelopes", "facts", "audit", "files"):
            for row in ground.execute_sql(f"SELECT * FROM {table}"):
                assert who not in row
                assert who.hex() not in row
        assert ground.execute_sql("SELECT 1 FROM sessions") == []

    ground.run_scenario(scene)


def test_a_receipt_that_was_never_issued_is_unknown(ground: StoredDesk) -> None:
    async def scene(one: Store) -> None:
        assert await one.answer_query(FindCase(make_receipt(99)), NOW) is None
        receipt = await ground.file_complaint(one, 5)
        found = await one.answer_query(FindCase(receipt), NOW)
        assert isinstance(found, ReporterCase)
        assert await one.answer_query(FindCase(make_receipt(6)), NOW) is None

    ground.run_scenario(scene)


def test_a_receipt_under_an_older_pepper_is_still_known(ground: StoredDesk) -> None:
    async def scene(one: Store) -> None:
        await ground.file_complaint(one, 1)

    async def later(one: Store) -> None:
        assert await one.answer_query(FindCase(make_receipt(1)), NOW) is not None
        await ground.file_complaint(one, 2)
        assert await one.answer_query(FindCase(make_receipt(2)), NOW) is not None

    ground.run_scenario(scene)
    for name in ("pepper", "seal", "audit", "envelope"):
        path = ground.paths.key_paths[name]
        with path.open("a") as file:
            file.write(f"2 {b64encode(generate_key()).decode()}\n")
    ground.run_scenario(later)
