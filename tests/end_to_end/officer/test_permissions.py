"""Every role, command and status: allowed or refused as specified, and concurrent actions keep the history valid."""

import asyncio
import random
from datetime import timedelta
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, given
from hypothesis import strategies as st
from sqlalchemy import select

from handlers.complaints.lifecycle import (
    EARLY_OUTCOMES,
    ENDED_STATUSES,
    STATUS_RULES,
    CaseOutcome,
    CaseStatus,
    Transition,
)
from handlers.complaints.messages import ApplyTransition
from handlers.dialog.session import Session
from handlers.staff.complaints.commands import COMPLAINTS_COMMAND_TABLE
from handlers.staff.complaints.messages import RecordCaseAccess
from handlers.staff.members import AuditRefusal
from handlers.staff.parse import ParsedCommand
from handlers.staff.permissions import CommandName, Role
from handlers.staff.state import AwaitingSecondFactor, ComplaintsWork, OfficerState
from storage import tables
from tests.end_to_end.desk_harness import DeskHarness, open_desk
from tests.end_to_end.officers import Officer, add_officer, file_case
from tests.handlers.staff.officer_commands import REASON, TYPED_AFTER
from tests.properties import examples

MOVES = {
    CommandName.SCREEN: Transition.SCREEN,
    CommandName.INVESTIGATE: Transition.INVESTIGATE,
    CommandName.NOT_ACCEPT: Transition.NOT_ACCEPT,
    CommandName.CLOSE: Transition.CLOSE,
    CommandName.FORWARD: Transition.CLOSE,
    CommandName.REOPEN: Transition.REOPEN,
}
"""Written a second time, so that the test does not read what it tests."""

AT_ONCE = {CommandName.SCREEN, CommandName.INVESTIGATE}


def run_desk_scenario(home: Path, scene: Any) -> None:
    async def run_in_loop() -> None:
        async with asyncio.timeout(120), open_desk(home) as desk:
            await scene(desk)
            assert await desk.check_integrity() == []

    asyncio.run(run_in_loop())


def test_every_role_command_and_state(tmp_path: Path) -> None:
    async def scene(desk: DeskHarness) -> None:
        for number, status in enumerate(CaseStatus, 1):
            await file_case(desk, number, status)
        staff = {role: await add_officer(desk, f"คน{role}", role) for role in Role}
        tried = 0
        for role, officer in staff.items():
            for order in CommandName:
                for number, status in enumerate(CaseStatus, 1):
                    words = f"/{order} {number} {TYPED_AFTER.get(order, '')}".strip()
                    session = Session(at=desk.now(), officer=OfficerState(verified_at=desk.now()))
                    turn = await officer.dry_run(words, session)
                    assert_allowed_or_refused(role, order, status, turn)
                    tried += 1
        assert tried == len(Role) * len(CommandName) * len(CaseStatus)

    run_desk_scenario(tmp_path / "var", scene)


def assert_allowed_or_refused(role: Role, order: CommandName, status: CaseStatus, turn: Any) -> None:
    where, keys = f"{role} {order} {status}", {say.key for say in turn.replies}
    if not COMPLAINTS_COMMAND_TABLE.is_allowed(role, order):
        assert keys == {"staff.refused"}, where
        assert [type(act) for act in turn.acts] == [AuditRefusal], where
        return
    assert "staff.refused" not in keys, where
    if order in MOVES:
        following = STATUS_RULES[status].transitions.get(MOVES[order])
        if following is None:
            assert keys == {"staff.forbidden"}, where
            assert turn.acts == (), where
        elif order in AT_ONCE:
            assert [act.status for act in turn.acts if isinstance(act, ApplyTransition)] == [following], where
        else:
            assert keys == {"staff.confirm.ask"}, where
            assert turn.acts == (), where
    elif order in {CommandName.REPLY, CommandName.ASK}:
        assert keys == {"staff.confirm.ask"}, where
    elif order in {CommandName.FACTS, CommandName.HISTORY}:
        assert [type(act) for act in turn.acts] == [RecordCaseAccess], where


def test_content_asks_for_the_second_factor_again_after_half_an_hour(tmp_path: Path) -> None:
    async def scene(desk: DeskHarness) -> None:
        await file_case(desk, 1)
        officer = await add_officer(desk, "สมหญิง")
        assert "6 หลัก" in (await officer.say("/facts 1"))[0].text
        assert "ไม่ถูกต้อง" in (await officer.say("123456x"))[0].text
        code = officer.totp_code()
        assert "คานารี" in (await officer.say(code))[0].text
        assert "คานารี" in (await officer.say("/facts 1"))[0].text
        desk.clock_offset += timedelta(minutes=20)
        assert "ประวัติเรื่อง" in (await officer.say("/history 1"))[0].text
        desk.clock_offset += timedelta(minutes=15)
        assert "คานารี" not in (await officer.say("/facts 1"))[0].text
        assert "คานารี" in (await officer.say(officer.totp_code()))[0].text
        desk.clock_offset += timedelta(minutes=31)
        await officer.say("/facts 1")
        used = officer.totp_code()
        await officer.say(used)
        fresh = await add_officer(desk, "ใหม่")
        await fresh.say("/facts 1")
        for _ in range(5):
            await fresh.say("000000")
        assert "ลองใหม่ได้หลังเวลา" in (await fresh.say(fresh.totp_code()))[0].text

    run_desk_scenario(tmp_path / "var", scene)


def test_a_code_that_was_taken_is_refused(tmp_path: Path) -> None:
    async def scene(desk: DeskHarness) -> None:
        await file_case(desk, 1)
        officer = await add_officer(desk, "สมหญิง")
        await officer.say("/facts 1")
        code = officer.totp_code()
        await officer.say(code)
        before = await desk.store.load_session(officer.who)
        assert before is not None
        # Somebody who saw the code over the officer's shoulder, within the same half minute.
        asked = AwaitingSecondFactor(ParsedCommand(CommandName.FACTS, 1))
        waiting = OfficerState(complaints=ComplaintsWork(asked))
        turn = await officer.dry_run(code, before.replace(officer=waiting))
        assert [say.key for say in turn.replies] == ["staff.factor.used"]

    run_desk_scenario(tmp_path / "var", scene)


def test_two_who_take_one_case_at_once(tmp_path: Path) -> None:
    async def scene(desk: DeskHarness) -> None:
        await file_case(desk, 1)
        both = [await add_officer(desk, name) for name in ("สมหญิง", "วิชัย")]
        said = await asyncio.gather(*(one.say("/take 1") for one in both))
        texts = ["\n".join(m.text for m in messages) for messages in said]
        assert sum("ท่านรับเรื่อง" in text for text in texts) == 1
        assert sum("ขอให้หัวหน้ามอบเรื่องให้" in text for text in texts) == 1

    run_desk_scenario(tmp_path / "var", scene)


def test_words_without_a_number_wait_for_one(tmp_path: Path) -> None:
    async def scene(desk: DeskHarness) -> None:
        await file_case(desk, 1)
        await file_case(desk, 2)
        officer = await add_officer(desk, "สมหญิง")
        (asked,) = await officer.say("รบกวนส่งรูปเพิ่มด้วยครับ")
        assert "ยังไม่ได้ส่งถึงใคร" in asked.text
        (offered,) = await officer.say("ข้อ ๒ ครับ")
        assert "เรื่องไหน" in offered.text
        (shown,) = await officer.pick(offered.choices[1][1])
        assert "รบกวนส่งรูปเพิ่มด้วยครับ" in shown.text
        await officer.confirm((shown,))
        (gone,) = await officer.say("/undo 2")
        assert "เรียกคืนแล้ว" in gone.text
        (nothing,) = await officer.say("/undo 2")
        assert "ไม่มีอะไรรอส่ง" in nothing.text

    run_desk_scenario(tmp_path / "var", scene)


def test_what_is_out_of_the_ordinary(tmp_path: Path) -> None:
    async def scene(desk: DeskHarness) -> None:
        await file_case(desk, 1)
        await file_case(desk, 2)
        chief = await add_officer(desk, "มาลี", Role.SUPERVISOR)
        for words, answer in (
            ("/link 1 2", "เกี่ยวข้องกัน"),
            ("/case 2", "เกี่ยวข้องกับ: 1/"),
            ("/link 1 9", "โยงเรื่อง"),
            ("/hold 1 ศาลขอให้เก็บ", "จะไม่ถูกลบ"),
            ("/case 1", "ไม่ลบตามกำหนด"),
            ("/hold 1 off", "ลบตามกำหนดปกติ"),
            ("/due", "2/"),
            ("/overdue", "ไม่มีเรื่องที่เกินกำหนด"),
            ("/canned 1", "คำตอบสำเร็จรูป"),
            ("/canned 1 1", "ผู้แจ้งจะเห็น"),
            ("/stats", "รับ 2"),
            ("/log 1", "เก็บไว้ไม่ลบ"),
            ("/intake", "ทางใด"),
            ("/here", "ในกลุ่มที่ต้องการ"),
            ("/inbox 2", "ไม่มีเรื่องในหน้านี้"),
            ("/assign 1", "ให้ใคร"),
            ("/close 9/2560", "ไม่พบเรื่อง"),
            ("/ask 1", "พิมพ์คำถาม"),
            ("/note 1", "พิมพ์บันทึก"),
            ("ยกเลิก", "ไม่มีอะไรถูกส่ง"),
            ("/reply 1 " + "ก" * 3001, "ยาวเกินไป"),
            ("/canned 1 9", "คำตอบสำเร็จรูป"),
            ("/log", "พิมพ์เลขที่"),
            ("/link 1", "เลขที่เท่าใด"),
            ("2", "เกี่ยวข้องกัน"),
            ("/hold 1", "เพราะเหตุใด"),
            ("/here off", "ไม่ได้รับแจ้งอีก"),
            ("/join AAAAA-AAAAA", "เข้าร่วมแล้ว"),
            ("/screen 2", "เปลี่ยนขั้นแล้ว"),
            ("/notaccept 2", "เพราะเหตุใด"),
            ("/forward 2", "หน่วยงานใด"),
            ("/forward 2 nacc", "พิมพ์เหตุผล"),
            ("อยู่ในอำนาจของหน่วยงานนั้นโดยตรง", "ส่งต่อ สำนักงาน ป.ป.ช."),
            ("/close 2", "ด้วยผลใด"),
            ("/assign 2 ใครไม่รู้", "ไม่พบชื่อนี้"),
            ("/assign 2 มาลี", "ท่านรับเรื่อง"),
            ("/take 2", "อยู่กับท่านแล้ว"),
        ):
            said = "\n".join(m.text for m in await chief.say(words))
            assert answer in said, (words, said)
        await chief.say("/search คานารี")
        assert "รหัสไม่ถูกต้อง" in (await chief.say("ไม่มีรหัส"))[0].text
        found = "\n".join(m.text for m in await chief.say(chief.totp_code()))
        assert "2/" in found
        assert "อย่างน้อย" in (await chief.say("/search ก"))[0].text
        assert "ไม่พบคำนี้" in (await chief.say("ไม่มีคำนี้แน่นอน"))[0].text
        begun = await chief.say("/intake letter")
        assert "หนังสือ" in begun[0].text

    run_desk_scenario(tmp_path / "var", scene)


COMMANDS = (
    "/take 1", "/screen 1", "/investigate 1", "/note 1 จดไว้", "/reopen 1 " + REASON,
    "/close 1 มีมูล " + REASON, "/close 1 insufficient " + REASON, "/notaccept 1 policy " + REASON,
    "/forward 1 nacc " + REASON, "/reply 1 ขอบคุณ", "/undo 1", "clock",
)  # fmt: skip


@examples(12, suppress_health_check=list(HealthCheck))
@given(seed=st.integers(0, 2**32), picked=st.lists(st.sampled_from(COMMANDS), min_size=6, max_size=24))
def test_whatever_is_done_at_once_history_is_a_path_and_the_counts_agree(
    tmp_path_factory: Any, seed: int, picked: list[str]
) -> None:
    async def scene(desk: DeskHarness) -> None:
        await file_case(desk, 1)
        staff = [await add_officer(desk, f"คน{n}", Role.SUPERVISOR) for n in range(3)]
        chance = random.Random(seed)

        async def does(officer: Officer, words: str) -> None:
            if words == "clock":
                await desk.store.scheduled_replies.send_due(desk.now() + timedelta(seconds=61))
            else:
                await officer.confirm(await officer.say(words))

        left = list(picked)
        while left:
            together, left = left[:3], left[3:]
            await asyncio.gather(*(does(chance.choice(staff), words) for words in together))
        await assert_history_consistent(desk)

    run_desk_scenario(tmp_path_factory.mktemp("desk") / "var", scene)


async def assert_history_consistent(desk: DeskHarness) -> None:
    async with desk.store._reader.connect() as connection:
        case = (await connection.execute(select(tables.cases))).mappings().one()
        lines = tables.history
        rows = (await connection.execute(select(lines).order_by(lines.c.seq))).mappings().all()
    assert [row["seq"] for row in rows] == list(range(1, case["seq"] + 1))
    status, outcome = CaseStatus.RECEIVED, None
    for row in rows:
        if row["kind"] != "moved":
            continue
        following = CaseStatus(row["status"])
        assert following in STATUS_RULES[status].transitions.values()
        outcome = CaseOutcome(row["outcome"]) if row["outcome"] else None
        if following is CaseStatus.CLOSED and status is CaseStatus.SCREENING:
            assert outcome in EARLY_OUTCOMES
        assert (outcome is not None) == (following is CaseStatus.CLOSED)
        status = following
    assert (case["status"], case["outcome"]) == (status, outcome)
    facts = {fact.field.value: fact.value for fact in await desk.store.load_facts()}
    assert facts["status"] == status
    assert facts.get("outcome", "") == (outcome or "")
    assert bool(facts.get("reason")) == (status is CaseStatus.NOT_ACCEPTED)
    assert (status in ENDED_STATUSES) == (status in {CaseStatus.CLOSED, CaseStatus.NOT_ACCEPTED})
