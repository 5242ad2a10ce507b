"""A message that was unsent leaves its case: report, history, envelope or question; for 48 hours, from memory."""

from datetime import timedelta
from typing import Any

import pytest

from handlers.complaints.messages import ActorKind, FindMessageCase, UnsendMessage
from handlers.dialog.receipt import make_receipt
from handlers.questions.messages import FindThreadByCode, SubmitQuestion
from handlers.staff.complaints.messages import FindCaseByNumber, GetCaseHistory, GetCaseReport, SetCaseKind
from storage.chat_messages import CHAT_MESSAGE_TTL
from storage.store import Store
from tests.storage.conftest import CANARY, NOW, StoredDesk, load_reporter_case, make_entry, store_file

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


def test_what_was_understood_hides_no_text_that_is_taken_back(ground: StoredDesk) -> None:
    told = {"story": "เจ้าหน้าที่เรียกเงินผม\n5,000 บาท\nเมื่อวาน", "understood_amount": "5,000 บาท"}

    async def scene(one: Store) -> None:
        case = await file_with(ground, one, {"m1": "text:5,000 บาท"}, answers=told)
        await unsend(ground, one, case, "m1")
        report = await one.answer_query(GetCaseReport(case), NOW)
        assert report.answers == {"story": "เจ้าหน้าที่เรียกเงินผม\nเมื่อวาน"}

    ground.run_scenario(scene)


@pytest.mark.parametrize("kind_first", [True, False])
def test_a_kind_that_is_set_in_the_same_transaction_brings_nothing_back(
    ground: StoredDesk, *, kind_first: bool
) -> None:
    async def scene(one: Store) -> None:
        case = await file_with(ground, one, {"m1": f"text:{CANARY}", "m2": "text:ขอให้ตรวจสอบ"})
        acts = [UnsendMessage(case, "m1", NOW.date()), UnsendMessage(case, "m2", NOW.date())]
        place = 0 if kind_first else 2
        acts[place:place] = [SetCaseKind(case, "misconduct", "s", NOW.date(), NOW.date(), 2)]
        await ground.commit_acts(one, *acts)
        assert (await one.answer_query(GetCaseReport(case), NOW)).answers == {"story": "และอีกครั้ง"}
        found = await one.answer_query(FindCaseByNumber(1, 2570, "a"), NOW)
        assert found is not None
        assert found.category == "misconduct"

    ground.run_scenario(scene)


def test_what_several_messages_brought_leaves_a_line_in_one_transaction(ground: StoredDesk) -> None:
    async def scene(one: Store) -> None:
        case = await file_with(ground, one, {})
        file = await store_file(one, b"%PDF-1.4\n", "a.pdf")
        seen = await load_reporter_case(one, make_receipt(1))
        origins = {"m1": "text:มีหลักฐานเพิ่ม", "m2": f"file:{file.id}"}
        entry = make_entry(seen, "มีหลักฐานเพิ่ม", ActorKind.REPORTER, files=(file,), message_origins=origins)
        await ground.commit_acts(one, entry)
        await ground.commit_acts(one, *(UnsendMessage(case, message, NOW.date()) for message in origins))
        (_, line) = (await one.answer_query(GetCaseHistory(case), NOW)).rows
        assert (line.words, line.file_count) == ("", 0)

    ground.run_scenario(scene)


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


def test_where_it_went_stands_nowhere_on_the_disk(ground: StoredDesk) -> None:
    async def scene(one: Store) -> None:
        case = await file_with(ground, one, {"770077007": f"text:{CANARY}"})
        assert await one.answer_query(FindMessageCase("770077007"), NOW) == case
        assert ground.execute_sql("SELECT count(*) FROM errands") == [(0,)]

    async def after_a_restart(one: Store) -> None:
        assert await one.answer_query(FindMessageCase("770077007"), NOW) is None

    ground.run_scenario(scene)
    ground.run_scenario(after_a_restart)


def test_it_is_forgotten_after_48_hours_and_what_earlier_versions_kept_at_once(ground: StoredDesk) -> None:
    async def scene(one: Store) -> None:
        await file_with(ground, one, {"m1": f"text:{CANARY}"})
        ground.execute_sql(
            "INSERT INTO errands (id, kind, due, attempts, sealed) VALUES ('x', 'sent', 9999999999, 0, x'00')",
            "INSERT INTO errands (id, kind, due, attempts, sealed) VALUES ('y', 'line.old', 9999999999, 0, x'00')",
        )
        assert await one.retention.delete_legacy_tasks() == 2
        assert one.retention.forget_in_memory(NOW + CHAT_MESSAGE_TTL - timedelta(seconds=1)) == 0
        assert await one.answer_query(FindMessageCase("m1"), NOW) is not None
        assert one.retention.forget_in_memory(NOW + CHAT_MESSAGE_TTL) == 1
        assert await one.answer_query(FindMessageCase("m1"), NOW) is None

    ground.run_scenario(scene)
