"""Cases on one matter made one: decided once, told to each reporter alone, counted as before, and separated again."""

from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given
from hypothesis import strategies as st
from sqlalchemy import func, select

from handlers.complaints.lifecycle import (
    STATUS_RULES,
    CaseOutcome,
    CaseStatus,
    Transition,
    TransitionRequest,
)
from handlers.complaints.messages import (
    ActorKind,
    ApplyTransition,
    Exclusion,
    ExclusionGround,
    FindCase,
    ReporterCase,
    SetExclusion,
)
from handlers.dialog.receipt import Receipt
from handlers.staff.complaints.messages import FindCaseByNumber, OfficerCase
from handlers.staff.permissions import Role
from handlers.thai.dates import get_fiscal_year, to_bangkok_date
from storage import tables
from storage.matters.reports import MATTER_TABLE
from tests.end_to_end.desk_harness import DeskHarness
from tests.end_to_end.officer.test_commands import join_reply_keys, try_command
from tests.end_to_end.officer.test_permissions import run_desk_scenario
from tests.end_to_end.officer.test_scheduled_replies import load_audit_kinds, send_due_replies
from tests.end_to_end.officers import Officer, add_officer, file_case
from tests.properties import examples

REASON = "ตรวจสอบแล้วไม่พบข้อเท็จจริงตามที่แจ้ง"


async def find_case(desk: DeskHarness, number: int, staff: Officer) -> OfficerCase:
    year = get_fiscal_year(to_bangkok_date(desk.now()))
    found = await desk.store.answer_query(FindCaseByNumber(number, year, staff.id), desk.now())
    assert isinstance(found, OfficerCase)
    return found


async def see(desk: DeskHarness, receipt: Receipt) -> ReporterCase:
    view = await desk.store.answer_query(FindCase(receipt), desk.now())
    assert isinstance(view, ReporterCase)
    return view


async def load_facts(desk: DeskHarness) -> list[tuple[object, ...]]:
    async with desk.store._reader.connect() as connection:
        rows = await connection.execute(
            select(tables.facts).order_by(tables.facts.c.about, tables.facts.c.seq)
        )
        return [tuple(row) for row in rows]


async def assert_histories_whole(desk: DeskHarness) -> None:
    """Each case's lines are numbered without a gap, and each of its moves is one that the lifecycle allows."""
    async with desk.store._reader.connect() as connection:
        cases = (await connection.execute(select(tables.cases.c.id, tables.cases.c.seq))).all()
        rows = (
            (await connection.execute(select(tables.history).order_by(tables.history.c.seq))).mappings().all()
        )
    for case in cases:
        lines = [row for row in rows if row["case_id"] == case.id]
        assert [row["seq"] for row in lines] == list(range(1, case.seq + 1))
        states = [
            CaseStatus.RECEIVED,
            *(CaseStatus(row["status"]) for row in lines if row["kind"] == "moved"),
        ]
        assert all(after in STATUS_RULES[before].transitions.values() for before, after in pairwise(states))


async def count_matters(desk: DeskHarness) -> int:
    async with desk.store._reader.connect() as connection:
        return (await connection.execute(select(func.count()).select_from(MATTER_TABLE))).scalar_one()


def join_texts(messages: Sequence[object]) -> str:
    return "\n".join(one.text for one in messages)  # type: ignore[attr-defined]


def test_officers_decide_once_and_each_reporter_hears_alone(tmp_path: Path) -> None:
    async def scene(desk: DeskHarness) -> None:
        first, second = await file_case(desk, 1), await file_case(desk, 2, CaseStatus.SCREENING)
        officer = await add_officer(desk, "สมหญิง")
        before, facts = [await see(desk, one) for one in (first, second)], await load_facts(desk)
        asked = join_texts(await officer.say("/รวม 1 2"))
        assert "ยังไม่ได้รวม" in asked
        assert await count_matters(desk) == 0
        assert "รวม 1/" in join_texts(await officer.say("/รวม 1 2 !"))
        assert [await see(desk, one) for one in (first, second)] == before
        assert await load_facts(desk) == facts
        inbox = join_texts(await officer.say("/งาน"))
        assert "รวมอีก 1 เรื่อง" in inbox
        assert "• 2/" not in inbox
        assert "รวมเป็นเรื่องเดียวกับ 1/" in join_texts(await officer.say("/เรื่อง 2"))
        await officer.say("/รับ 2")
        assert {(await find_case(desk, number, officer)).officer for number in (1, 2)} == {officer.id}
        refused = await officer.say(f"/ปิด 1 มีมูล {REASON}")  # 2 is further on, and leads
        assert "ต้องเริ่มสืบสวนก่อน" in join_texts(refused)
        shown = await officer.say("1")
        assert "เรื่อง 2/" in join_texts(shown)
        assert [(await find_case(desk, number, officer)).status for number in (1, 2)] == [
            CaseStatus.INVESTIGATING,
            CaseStatus.INVESTIGATING,
        ]
        shown = await officer.say(f"/ปิด 2 มีมูล {REASON}")
        assert "ของ 1/" in join_texts(shown)
        assert "จะได้อ่านข้อความนี้เหมือนกัน" in join_texts(shown)
        await officer.confirm(shown)
        for number in (1, 2):  # the page of each says that it waits, and none offers to close it again
            page = await officer.say(f"/เรื่อง {number}")
            assert "มีข้อความรอส่ง" in join_texts(page)
            assert not [data for m in page for _, data in m.choices if data.startswith("/close")]
        assert await send_due_replies(desk) == 1
        for receipt in (first, second):
            view = await see(desk, receipt)
            assert (view.status, view.outcome) == (CaseStatus.CLOSED, CaseOutcome.SUBSTANTIATED)
            assert [line.text for line in view.entries if line.status is CaseStatus.CLOSED] == [REASON]
        await assert_histories_whole(desk)
        kinds = await load_audit_kinds(desk)
        assert kinds.count("merged") == 2
        assert kinds.count("close") == 2

    run_desk_scenario(tmp_path / "var", scene)


async def list_matters(desk: DeskHarness, chief: Officer) -> dict[int, list[int]]:
    """The numbers that each case is one with."""
    return {
        number: [one.number for one in (await find_case(desk, number, chief)).other_reports]
        for number in (1, 3, 4, 5, 6)
    }


@pytest.mark.parametrize(
    ("typed", "shown", "taken_out"),
    [
        ("/รวม 1 3", (1, 3, 4, 5), 1),  # 1 came to the matter of 3
        ("/รวม 3 1", (3, 4, 5, 1), 1),
        ("/รวม 1 6", (1, 6), 6),
    ],
)
def test_what_is_offered_after_merging_by_mistake_brings_back_what_was_before(
    tmp_path: Path, typed: str, shown: tuple[int, ...], taken_out: int
) -> None:
    async def scene(desk: DeskHarness) -> None:
        for number in range(1, 7):
            await file_case(desk, number)
        chief = await add_officer(desk, "มานะ", Role.SUPERVISOR)
        for number in (4, 5):
            await chief.say(f"/รวม 3 {number} !")
        before = await list_matters(desk, chief)
        assert before[3] == [4, 5]
        (asked,) = await chief.say(typed)
        lines = [line for line in asked.text.splitlines() if line.startswith("• ")]
        assert [int(line[2:].split("/")[0]) for line in lines] == [*shown]
        assert f"จะรวม {len(shown)} เรื่องนี้" in asked.text
        assert "ทั้งหมดจะ" in asked.text
        (done,) = await chief.say(asked.choices[0][1])
        assert sorted((await list_matters(desk, chief))[1]) == sorted({*shown} - {1})
        (undo,) = [given for _, given in done.choices if given.startswith("/separate ")]
        assert undo.startswith(f"/separate {taken_out}/")
        await chief.say(undo)
        assert await list_matters(desk, chief) == before

    run_desk_scenario(tmp_path / "var", scene)


def test_a_matter_that_grew_since_it_was_shown_is_shown_again(tmp_path: Path) -> None:
    async def scene(desk: DeskHarness) -> None:
        for number in range(1, 4):
            await file_case(desk, number)
        chief = await add_officer(desk, "มานะ", Role.SUPERVISOR)
        (asked,) = await chief.say("/รวม 1 2")
        await chief.say("/รวม 2 3 !")
        (again,) = await chief.say(asked.choices[0][1])
        assert "ยังไม่ได้รวม" in again.text
        assert "• 3/" in again.text

    run_desk_scenario(tmp_path / "var", scene)


def test_a_message_goes_to_the_reporter_of_the_number_alone(tmp_path: Path) -> None:
    async def scene(desk: DeskHarness) -> None:
        first, second = await file_case(desk, 1), await file_case(desk, 2)
        officer = await add_officer(desk, "สมหญิง")
        await officer.say("/รวม 1 2 !")
        before = await see(desk, first)
        shown = await officer.say("/ตอบ 2 ขอบคุณสำหรับภาพถ่ายครับ")
        assert "คนเดียว" in join_texts(shown)
        await officer.confirm(shown)
        assert await send_due_replies(desk) == 1
        assert await see(desk, first) == before
        assert (await see(desk, second)).entries[-1].text == "ขอบคุณสำหรับภาพถ่ายครับ"

    run_desk_scenario(tmp_path / "var", scene)


def test_who_may_not_read_one_may_read_none_until_it_is_separated(tmp_path: Path) -> None:
    async def scene(desk: DeskHarness) -> None:
        for number in (1, 2, 3):
            await file_case(desk, number)
        chief = await add_officer(desk, "มานะ", Role.SUPERVISOR)
        accused = await add_officer(desk, "ผู้ถูกร้อง")
        await accused.say("/รับ 1")
        two = await find_case(desk, 2, chief)
        exclusion = Exclusion(accused.id, ExclusionGround.BARRED, chief.id, REASON)
        await desk.commit_office_act(SetExclusion(two.id, exclusion, two.received_on))
        assert not (await find_case(desk, 1, accused)).hidden
        await chief.say("/รวม 1 2 !")
        one = await find_case(desk, 1, accused)
        assert (one.hidden, one.other_report_count, one.other_reports) == (True, 0, ())
        assert (await find_case(desk, 1, chief)).officer == ""  # taken from who may not read the whole
        assert join_reply_keys(await try_command(desk, accused, "separate", 1)) == "hidden"
        assert "อยู่กับผู้รับเรื่องที่กำหนด" in join_texts(await accused.say("/รวม 3 1 !"))
        await chief.say("/แยก 2")
        assert not (await find_case(desk, 1, accused)).hidden
        assert (await find_case(desk, 2, accused)).hidden
        assert await count_matters(desk) == 0

    run_desk_scenario(tmp_path / "var", scene)


def test_an_appointment_holds_for_the_whole_matter(tmp_path: Path) -> None:
    async def scene(desk: DeskHarness) -> None:
        for number in (1, 2, 3):
            await file_case(desk, number)
        chief = await add_officer(desk, "มานะ", Role.SUPERVISOR)
        one, other = await add_officer(desk, "สมหญิง"), await add_officer(desk, "วิชัย")
        await other.say("/รับ 2")
        await chief.say("/มอบเฉพาะ 1 สมหญิง")
        await chief.say("/รวม 2 1 !")
        assert [(await find_case(desk, number, other)).hidden for number in (1, 2)] == [True, True]
        assert [(await find_case(desk, number, one)).officer for number in (1, 2)] == [one.id, one.id]
        await chief.say("/มอบเฉพาะ 3 วิชัย")
        assert "คนละคน" in join_texts(await chief.say("/รวม 3 2 !"))
        await chief.say("/มอบเฉพาะ 2 เลิก")
        assert [(await find_case(desk, number, other)).hidden for number in (1, 2)] == [False, False]

    run_desk_scenario(tmp_path / "var", scene)


def test_what_was_separated_or_ended_meanwhile_is_left_alone(tmp_path: Path) -> None:
    async def scene(desk: DeskHarness) -> None:
        receipts = [await file_case(desk, number, CaseStatus.SCREENING) for number in (1, 2, 3)]
        officer = await add_officer(desk, "สมหญิง")
        await officer.say("/รวม 1 2 !")
        await officer.say("/รวม 2 3 !")
        assert "อยู่แล้ว" in join_texts(await officer.say("/รวม 3 1 !"))
        await officer.confirm(await officer.say(f"/ปิด 3 หลักฐานไม่พอ {REASON}"))
        await officer.say("/แยก 2")
        assert "ไม่ได้รวม" in join_texts(await officer.say("/แยก 2"))
        await withdraw(desk, receipts[2])
        assert await send_due_replies(desk) == 1
        assert [(await see(desk, one)).outcome for one in receipts] == [
            CaseOutcome.INSUFFICIENT,
            None,
            CaseOutcome.WITHDRAWN,
        ]
        assert await count_matters(desk) == 0

    run_desk_scenario(tmp_path / "var", scene)


async def withdraw(desk: DeskHarness, receipt: Receipt) -> None:
    view = await see(desk, receipt)
    step = TransitionRequest(Transition.WITHDRAW, CaseOutcome.WITHDRAWN)
    await desk.commit_office_act(
        ApplyTransition(
            view.id, view.seq + 1, to_bangkok_date(desk.now()), step, CaseStatus.CLOSED, ActorKind.REPORTER
        )
    )


def test_a_decision_on_the_whole_is_taken_back_by_either_number(tmp_path: Path) -> None:
    async def scene(desk: DeskHarness) -> None:
        receipts = [await file_case(desk, number, CaseStatus.SCREENING) for number in (1, 2)]
        officer = await add_officer(desk, "สมหญิง")
        await officer.say("/รวม 1 2 !")
        await officer.confirm(await officer.say(f"/ปิด 2 หลักฐานไม่พอ {REASON}"))
        assert "เรียกคืนแล้ว" in join_texts(await officer.say("/เรียกคืน 2"))
        assert await send_due_replies(desk) == 0
        assert [(await see(desk, one)).status for one in receipts] == [CaseStatus.SCREENING] * 2

    run_desk_scenario(tmp_path / "var", scene)


@pytest.mark.full("sequences of officers' acts")
@given(
    st.lists(
        st.sampled_from(
            [
                "/รวม 1 2 !",
                "/รวม 2 3 !",
                "/รวม 3 1 !",
                "/แยก 1",
                "/แยก 2",
                "/แยก 3",
                "/รับ 1",
                "/ตรวจรับ 2",
                "/สืบสวน 3",
            ]
        ),
        max_size=8,
    )
)
@examples(10, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_merging_and_separating_in_any_order_writes_no_fact(
    tmp_path_factory: pytest.TempPathFactory, said: list[str]
) -> None:
    async def scene(desk: DeskHarness) -> None:
        for number in (1, 2, 3):
            await file_case(desk, number)
        officer = await add_officer(desk, "สมหญิง")
        for words in said:
            facts = await load_facts(desk)
            await officer.say(words)
            if words.startswith(("/รวม", "/แยก", "/รับ")):
                assert await load_facts(desk) == facts
            cases = [await find_case(desk, number, officer) for number in (1, 2, 3)]
            for case in cases:
                together = {case.id, *(one.id for one in case.other_reports)}
                assert len({one.officer for one in cases if one.id in together}) == 1
                assert await count_matters(desk) != 1
        await assert_histories_whole(desk)

    run_desk_scenario(tmp_path_factory.mktemp("desk") / "var", scene)
