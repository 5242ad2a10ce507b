"""A message that was unsent leaves its case: report, history, envelope or question; and the map expires."""

from datetime import timedelta
from typing import Any

import pytest

from handlers.complaints.messages import ActorKind, FindMessageCase, UnsendMessage
from handlers.dialog.receipt import make_receipt
from handlers.questions.messages import FindThreadByCode, SubmitQuestion
from handlers.staff.complaints.messages import GetCaseHistory, GetCaseReport
from storage.cases.unsend_map import (
    CASE_ID_ENTRY,
    MESSAGE_ORIGIN_TTL,
    find_message_origin,
    save_message_origins,
)
from storage.store import Store
from tests.storage.conftest import CANARY, NOW, StoredDesk, load_reporter_case, make_entry, store_file
from tests.storage.staffed_desk import write_batch

ANSWERS = {"story": f"{CANARY}\nและอีกครั้ง", "wish": "ขอให้ตรวจสอบ"}


async def unsend(ground: StoredDesk, one: Store, case: str, message: str) -> None:
    await ground.commit_acts(one, UnsendMessage(case, message, NOW.date()))


async def file_with(ground: StoredDesk, one: Store, origins: dict[str, str], **more: Any) -> str:
    receipt = await ground.file_complaint(one, message_origins=origins, **{"answers": ANSWERS, **more})
    return (await load_reporter_case(one, receipt)).id


def test_a_text_of_the_report_is_removed_and_the_rest_stays(ground: StoredDesk) -> None:
    async def scene(one: Store) -> None:
        case = await file_with(ground, one, {"m1": f"text:{CANARY}", "m2": "text:ขอให้ตรวจสอบ"})
        assert await one.answer_query(FindMessageCase("m1"), NOW) == case
        await unsend(ground, one, case, "m1")
        report = await one.answer_query(GetCaseReport(case), NOW)
        assert report.answers == {"story": "และอีกครั้ง", "wish": "ขอให้ตรวจสอบ"}
        assert await one.answer_query(FindMessageCase("m1"), NOW) is None
        await unsend(ground, one, case, "m1")  # again: nothing to do
        await unsend(ground, one, case, "m2")
        assert (await one.answer_query(GetCaseReport(case), NOW)).answers == {"story": "และอีกครั้ง"}
        assert await one.verify_audit() == []

    ground.run_scenario(scene)
    audit = ground.execute_sql("SELECT what FROM audit ORDER BY seq")
    assert audit == [("filed",), ("unsent",), ("unsent",)]


def test_a_later_message_becomes_an_empty_line(ground: StoredDesk) -> None:
    async def scene(one: Store) -> None:
        case = await file_with(ground, one, {})
        seen = await load_reporter_case(one, make_receipt(1))
        await ground.commit_acts(
            one, make_entry(seen, "มีหลักฐานเพิ่ม", ActorKind.REPORTER, message_origins={"m1": "text:มีหลักฐานเพิ่ม"})
        )
        await unsend(ground, one, case, "m1")
        lines = (await one.answer_query(GetCaseHistory(case), NOW)).rows
        assert [(line.entry.seq, line.words) for line in lines] == [(1, ""), (2, "")]
        assert (await one.answer_query(GetCaseReport(case), NOW)).answers == ANSWERS

    ground.run_scenario(scene)


def test_a_name_leaves_the_envelope_which_keeps_its_size(ground: StoredDesk) -> None:
    async def scene(one: Store) -> None:
        identity = {"name": "สมหญิง ใจกล้า", "contact": "081"}
        case = await file_with(ground, one, {"m1": "text:สมหญิง ใจกล้า"}, identity=identity)
        before = ground.execute_sql("SELECT length(sealed) FROM envelopes")
        await unsend(ground, one, case, "m1")
        assert await one.load_identity(case) == {"contact": "081"}
        assert ground.execute_sql("SELECT length(sealed) FROM envelopes") == before

    ground.run_scenario(scene)


def test_a_file_leaves_the_case_and_the_disk(ground: StoredDesk) -> None:
    async def scene(one: Store) -> None:
        file = await store_file(one, b"%PDF-1.4\n", "a.pdf")
        case = await file_with(ground, one, {"m1": f"file:{file.id}"}, files=(file,))
        await unsend(ground, one, case, "m1")
        assert (await one.answer_query(GetCaseReport(case), NOW)).files == ()
        assert [*one.evidence.folder.iterdir()] == []

    ground.run_scenario(scene)
    assert ground.execute_sql("SELECT count(*) FROM files") == [(0,)]


def test_a_question_becomes_an_empty_line(ground: StoredDesk) -> None:
    async def scene(one: Store) -> None:
        act = SubmitQuestion(
            make_receipt(9),
            CANARY,
            b"p" * 32,
            "th",
            NOW.date(),
            NOW.date(),
            message_origins={"m1": f"text:{CANARY}"},
        )
        await ground.commit_acts(one, act)
        question = await one.answer_query(FindMessageCase("m1"), NOW)
        await unsend(ground, one, question, "m1")
        assert (await one.answer_query(FindThreadByCode(make_receipt(9)), NOW)).question == ""

    ground.run_scenario(scene)


@pytest.mark.parametrize("text", ["text:ที่ไม่เคยเขียน", f"file:{'0' * 32}"])
def test_what_is_no_longer_there_changes_nothing(ground: StoredDesk, text: str) -> None:
    async def scene(one: Store) -> None:
        case = await file_with(ground, one, {"m1": text})
        await unsend(ground, one, case, "m1")
        assert (await one.answer_query(GetCaseReport(case), NOW)).answers == ANSWERS

    ground.run_scenario(scene)


def test_the_map_expires_at_the_hour_and_names_nothing(ground: StoredDesk) -> None:
    hour = NOW.replace(minute=0)

    async def scene(one: Store) -> None:
        async with write_batch(one, NOW + timedelta(minutes=40)) as batch:
            save_message_origins("c1", {"m1": "text:ก"}, batch)
            save_message_origins("c2", {}, batch)
        assert ground.execute_sql("SELECT due FROM errands") == [
            (int((hour + MESSAGE_ORIGIN_TTL).timestamp()),)
        ]
        async with one.committer.transaction() as connection:
            found = await find_message_origin("m1", connection, one.keyring)
            assert found is not None
            assert (found.case, found.entries) == ("c1", {CASE_ID_ENTRY: "c1", "m1": "text:ก"})
            assert await find_message_origin(CASE_ID_ENTRY, connection, one.keyring) is None
        almost = hour + MESSAGE_ORIGIN_TTL - timedelta(seconds=1)
        assert await one.retention.expire_message_origins(almost) == 0
        assert await one.retention.expire_message_origins(hour + MESSAGE_ORIGIN_TTL) == 1

    ground.run_scenario(scene)


def test_a_damaged_row_of_the_map_hides_no_other(ground: StoredDesk) -> None:
    async def scene(one: Store) -> None:
        async with write_batch(one) as batch:
            save_message_origins("c1", {"m1": "text:ก"}, batch)
            save_message_origins("c2", {"m2": "text:ข"}, batch)
        ((first,), _) = ground.execute_sql("SELECT id FROM errands")
        ground.execute_sql(f"UPDATE errands SET sealed = zeroblob(80) WHERE id = '{first}'")
        async with one.committer.transaction() as connection:
            found = [await find_message_origin(message, connection, one.keyring) for message in ("m1", "m2")]
        assert sum(origin is not None for origin in found) == 1

    ground.run_scenario(scene)
