"""A visitor makes a tracking code of their own with a slip; what an officer who kept a copy can do is seen."""

import asyncio
import re
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from handlers.complaints.lifecycle import CaseSource
from handlers.complaints.messages import Exclusion, ExclusionGround, FileCase, SetExclusion
from handlers.complaints.slips.messages import SLIP_REMEMBERED, SLIP_TTL
from handlers.dialog.codes.one_time_code import make_one_time_code
from handlers.dialog.events import Channel, Event
from handlers.dialog.receipt import make_receipt
from handlers.dialog.replies import Message
from handlers.staff.permissions import Role
from handlers.thai.dates import to_bangkok_date
from storage import tables
from storage.tables.rules import slips
from tests.end_to_end.desk_harness import DeskHarness
from tests.end_to_end.officer.test_permissions import run_desk_scenario
from tests.end_to_end.officers import Officer, add_officer

CODE = re.compile(r"[0-9]{3}(?:-[0-9]{3}){5}")
STORY = "ผู้รับเหมาจ่ายเงินสามหมื่นให้เจ้าหน้าที่พัสดุ"


@dataclass
class Visitor:
    """Somebody without an account of the staff, at a page of the web."""

    desk: DeskHarness
    name: str
    channel: Channel = Channel.WEB
    count: int = 0
    choices: dict[str, str] | None = None
    receipt: str = ""

    async def say(self, text: str) -> str:
        return await self._send(text=text)

    async def pick(self, label: str) -> str:
        assert self.choices is not None
        return await self._send(choice=self.choices[label])

    async def _send(self, **content: str) -> str:
        self.count += 1
        event = Event(f"{self.name}-{self.count}", self.desk.person_id(self.name), self.channel, **content)  # type: ignore[arg-type]
        told: tuple[Message, ...] = await self.desk.handle(event)
        self.choices = dict(next((m.choices for m in reversed(told) if m.choices), ()))
        self.receipt = next((m.receipt for m in told if m.receipt), self.receipt)
        return "\n".join(m.text for m in told)


async def enter_case(desk: DeskHarness, number: int = 1) -> None:
    """A case that an officer wrote down for a visitor."""
    today = to_bangkok_date(desk.now())
    await desk.commit_office_act(
        FileCase(
            make_receipt(number),
            "corruption",
            Channel.TERMINAL,
            today,
            today,
            "2570-1",
            answers={"story": STORY},
            source=CaseSource.WALK_IN,
        )
    )


async def print_slip(officer: Officer, number: int = 1) -> str:
    """Make a slip; returns the one-time code that the officer sees."""
    told = "\n".join(m.text for m in await officer.say(f"/ใบรหัส {number}"))
    if "6 หลัก" in told:
        told = "\n".join(m.text for m in await officer.say(officer.totp_code()))
    found = CODE.search(told)
    assert found is not None, told
    return found[0]


async def list_pushed(desk: DeskHarness) -> list[str]:
    """The wordings of what was pushed to the staff about codes that came of slips."""
    keys = [say.key for one in await desk.store.outbox.list_all(Channel.TELEGRAM) for say in one.payload.says]
    return [key for key in keys if key in {"staff.notice.code_voided", "staff.notice.withdrawn_with_slip"}]


def test_supervisors_hear_that_a_case_was_withdrawn_with_a_code_of_a_slip(tmp_path: Path) -> None:
    async def scene(desk: DeskHarness) -> None:
        await enter_case(desk)
        await add_officer(desk, "หัวหน้า", Role.SUPERVISOR, b"head")
        visitor = Visitor(desk, "ก")
        await visitor.say(await print_slip(await add_officer(desk, "สมหญิง")))
        await visitor.say("ข้าม")
        await visitor.say(visitor.receipt)
        await visitor.pick("ถอนเรื่อง")
        await visitor.pick("ยืนยันถอนเรื่อง")
        assert await list_pushed(desk) == ["staff.notice.withdrawn_with_slip"]

    run_desk_scenario(tmp_path / "var", scene)


def test_a_visitor_makes_a_code_reads_corrects_and_confirms(tmp_path: Path) -> None:
    async def scene(desk: DeskHarness) -> None:
        await enter_case(desk)
        officer = await add_officer(desk, "สมหญิง")
        code = await print_slip(officer)
        visitor = Visitor(desk, "ก")
        assert "รหัสติดตามของท่าน" in await visitor.say(f"รหัส {code} ค่ะ")
        assert "อ่านสิ่งที่เจ้าหน้าที่จดไว้" in await visitor.say(visitor.receipt[-6:].replace("-", ""))
        assert STORY in await visitor.pick("อ่านสิ่งที่จดไว้")
        await visitor.pick("ไม่ตรง ขอแก้หรือเพิ่ม")
        told = await visitor.say("จ่ายห้าหมื่น ไม่ใช่สามหมื่น")
        assert "เก็บคำของท่านต่อท้ายแล้ว" in told
        assert STORY in told  # the officer's record stays as it was
        assert "ยืนยันแล้ว" in await visitor.pick("ตรงแล้ว ยืนยัน")
        assert "อ่านสิ่งที่จดไว้" not in visitor.choices
        # From another door, with the code: no word of the report any more.
        other = Visitor(desk, "อีกเครื่อง", Channel.TERMINAL)
        assert STORY not in await other.say(visitor.receipt)
        assert "อ่านสิ่งที่จดไว้" not in (other.choices or {})
        history = "\n".join(m.text for m in await officer.say("/ประวัติ 1"))
        assert "แก้สิ่งที่เจ้าหน้าที่จดไว้: จ่ายห้าหมื่น ไม่ใช่สามหมื่น" in history
        assert "ยืนยันสิ่งที่เจ้าหน้าที่จดไว้" in history
        assert (await officer.say_for_replies("/ใบรหัส 1"))[0].key == "staff.slip.has_code"

    run_desk_scenario(tmp_path / "var", scene)


def test_an_officer_who_kept_a_copy_is_seen_and_shut_out(tmp_path: Path) -> None:
    async def scene(desk: DeskHarness) -> None:
        await enter_case(desk)
        officer = await add_officer(desk, "สมหญิง")
        code = await print_slip(officer)
        # As an officer it is refused; from a page without an account nobody can tell who it is.
        assert (await officer.say_for_replies(code))[0].key == "code.staff_one_time"
        copy = Visitor(desk, "สำเนา")
        await copy.say(code)
        reporter = Visitor(desk, "ก", Channel.TERMINAL)
        assert "ถูกใช้ทำรหัสติดตามแล้ว" in await reporter.say(code)
        assert "ทางหน้าเว็บ" in await reporter.say("อะไรนะ")
        assert "ยกเลิกรหัสติดตามนั้นแล้ว" in await reporter.pick("ยกเลิกรหัสติดตามนั้น")
        assert "ถูกยกเลิก" in await Visitor(desk, "สำเนา 2").say(copy.receipt)
        assert "ถูกยกเลิกแล้วเมื่อ" in await reporter.say(code)
        assert "ยกเลิกรหัสติดตาม" in "\n".join(m.text for m in await officer.say("/ประวัติ 1"))
        assert (await officer.say_for_replies("/ใบรหัส 1"))[0].key == "staff.slip.by_another"
        again = await print_slip(await add_officer(desk, "หัวหน้า", Role.SUPERVISOR))
        assert again != code
        assert "รหัสติดตามของท่าน" in await reporter.say(again)
        assert await desk.find_case_id(copy.receipt) is None
        assert await desk.find_case_id(reporter.receipt) is not None

    run_desk_scenario(tmp_path / "var", scene)


def test_a_copy_is_good_for_nothing_but_voiding_once_the_reporter_has_a_code(tmp_path: Path) -> None:
    async def scene(desk: DeskHarness) -> None:
        await enter_case(desk)
        code = await print_slip(await add_officer(desk, "สมหญิง"))
        reporter, copy = Visitor(desk, "ก"), Visitor(desk, "สำเนา")
        await reporter.say(code)
        assert "ถูกใช้ทำรหัสติดตามแล้ว" in await copy.say(code)
        await copy.pick("ยกเลิกรหัสติดตามนั้น")
        assert not copy.receipt
        told = await Visitor(desk, "ก อีกวัน").say(reporter.receipt)
        assert "มีผู้อื่นเก็บสำเนาใบของท่านไว้" in told

    run_desk_scenario(tmp_path / "var", scene)


def test_a_copy_never_takes_the_reporters_place_with_a_second_slip(tmp_path: Path) -> None:
    async def scene(desk: DeskHarness) -> None:
        await enter_case(desk)
        clerk, colleague = await add_officer(desk, "สมหญิง"), await add_officer(desk, "สมชาย")
        head = await add_officer(desk, "หัวหน้า", Role.SUPERVISOR, b"head")
        barred = await add_officer(desk, "หัวหน้าบี", Role.SUPERVISOR, b"barred")
        async with desk.store.open_read_context() as context:
            case = (await context.connection.execute(select(tables.cases.c.id))).scalar_one()
        why = Exclusion(barred.id, ExclusionGround.BARRED, head.id, "เป็นคู่กรณี")
        await desk.commit_office_act(SetExclusion(case, why, to_bangkok_date(desk.now())))
        code = await print_slip(clerk)
        reporter, copy = Visitor(desk, "ก"), Visitor(desk, "สำเนา")
        await reporter.say(code)
        await copy.say(code)
        await copy.pick("ยกเลิกรหัสติดตามนั้น")
        assert await list_pushed(desk) == ["staff.notice.code_voided"]  # one: not whom the case is kept from
        # Neither who may have the copy nor a colleague who can be asked for it makes the next one.
        await colleague.say("/facts 1")
        await colleague.say(colleague.totp_code())
        for one in (clerk, colleague):
            assert (await one.say_for_replies("/ใบรหัส 1"))[0].key == "staff.slip.by_another"
        # Whoever gets the next one may be who has the copy: nothing ends in the reporter's name with it.
        again = Visitor(desk, "ใบที่สอง")
        await again.say(await print_slip(head))
        await again.say("ข้าม")
        await again.pick("อ่านสิ่งที่จดไว้")
        assert "ตรงแล้ว ยืนยัน" not in (again.choices or {})
        assert "ไม่ตรง ขอแก้หรือเพิ่ม" in (again.choices or {})
        shown = await again.say(again.receipt)
        assert "ถอนเรื่องทางนี้ไม่ได้" in shown
        assert "ถอนเรื่อง" not in (again.choices or {})
        assert "อาจมีผู้เก็บสำเนาใบไว้" in "\n".join(m.text for m in await head.say("/เรื่อง 1"))

    run_desk_scenario(tmp_path / "var", scene)


@pytest.mark.parametrize("door", ["/report", "/track"])
def test_no_account_of_the_staff_makes_a_code_with_words_beside_it_either(tmp_path: Path, door: str) -> None:
    async def scene(desk: DeskHarness) -> None:
        await enter_case(desk)
        officer = await add_officer(desk, "สมหญิง")
        code = await print_slip(officer)
        await officer.say(door)
        told = await officer.say_for_replies(f"ฝากทำให้ลุงแดงที่มาเมื่อเช้าหน่อยครับ {code}")
        assert told[0].key == "code.staff_one_time"
        assert "slip.made" not in [reply.key for reply in told]
        assert (await officer.say_for_replies(code))[0].key == "code.staff_one_time"
        assert "รหัสติดตามของท่าน" in await Visitor(desk, "ลุงแดง").say(code)  # it was not used

    run_desk_scenario(tmp_path / "var", scene)


def test_one_use_for_many_at_once(tmp_path: Path) -> None:
    async def scene(desk: DeskHarness) -> None:
        await enter_case(desk)
        code = await print_slip(await add_officer(desk, "สมหญิง"))
        crowd = [Visitor(desk, f"คน {place}") for place in range(8)]
        await asyncio.gather(*(one.say(code) for one in crowd))
        assert len([one for one in crowd if one.receipt]) == 1

    run_desk_scenario(tmp_path / "var", scene)


def test_the_same_message_again_brings_the_same_code_and_another_finds_it_used(tmp_path: Path) -> None:
    """As when the program was killed before the answer arrived: platforms and browsers send the message again."""

    async def scene(desk: DeskHarness) -> None:
        await enter_case(desk)
        code = await print_slip(await add_officer(desk, "สมหญิง"))
        event = Event("once", desk.person_id("ก"), Channel.WEB, text=code)
        first = [message.receipt for message in await desk.handle(event)]
        desk.store.committer.sessions.evict_idle(
            desk.now() + timedelta(days=1)
        )  # what was in memory only is lost
        again = [message.receipt for message in await desk.handle(event)]
        assert again == first
        assert any(first)
        assert "ถูกใช้ทำรหัสติดตามแล้ว" in await Visitor(desk, "ข").say(code)

    run_desk_scenario(tmp_path / "var", scene)


def test_a_new_slip_ends_the_unused_one_and_wrong_ones_are_counted(tmp_path: Path) -> None:
    async def scene(desk: DeskHarness) -> None:
        await enter_case(desk)
        officer = await add_officer(desk, "สมหญิง")
        first, second = await print_slip(officer), await print_slip(officer)
        guest = Visitor(desk, "ก")
        assert "ไม่พบรหัสใช้ครั้งเดียวนี้" in await guest.say(first)
        for number in range(3):
            await guest.say(make_one_time_code(number).formatted)
        # Tracking codes and one-time codes are counted together.
        assert "ลองผิดหลายครั้งแล้ว" in await guest.say(make_receipt(77).formatted)
        assert "ลองใหม่ได้หลังเวลา" in await guest.say(second)
        assert "รหัสติดตามของท่าน" in await Visitor(desk, "ข").say(second)

    run_desk_scenario(tmp_path / "var", scene)


def test_an_unused_slip_ends_and_is_forgotten(tmp_path: Path) -> None:
    async def scene(desk: DeskHarness) -> None:
        await enter_case(desk)
        code = await print_slip(await add_officer(desk, "สมหญิง", Role.SUPERVISOR))
        desk.clock_offset += SLIP_TTL + timedelta(days=1)
        assert "หมดอายุ" in await Visitor(desk, "ก").say(code)
        assert await desk.store.retention.forget_slips(desk.now()) == 0
        desk.clock_offset += SLIP_REMEMBERED
        assert await desk.store.retention.forget_slips(desk.now()) == 1
        assert "ไม่พบรหัสใช้ครั้งเดียวนี้" in await Visitor(desk, "ข").say(code)

    run_desk_scenario(tmp_path / "var", scene)


def test_neither_the_code_nor_a_person_is_on_the_disk(tmp_path: Path) -> None:
    async def scene(desk: DeskHarness) -> None:
        await enter_case(desk)
        code = await print_slip(await add_officer(desk, "สมหญิง"))
        visitor = Visitor(desk, "ก")
        await visitor.say(code)
        await visitor.say("ข้าม")
        async with desk.store.open_read_context() as context:
            rows = (await context.connection.execute(select(slips))).mappings().all()
            sessions = (await context.connection.execute(select(tables.sessions.c.who))).scalars().all()
        assert [set(row) for row in rows] == [{"mark", "case_id", "until", "voided_mark", "sealed"}]
        assert desk.person_id("ก") not in {*sessions, *(row["mark"] for row in rows)}
        kept = b"".join(path.read_bytes() for path in (tmp_path / "var").rglob("*") if path.is_file())
        assert code.replace("-", "").encode() not in kept
        assert code.encode() not in kept

    run_desk_scenario(tmp_path / "var", scene)
