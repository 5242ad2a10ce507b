"""Officers enter complaints that came in other ways with a form of their own; and an office with other rules."""

import asyncio
from datetime import timedelta
from pathlib import Path

from handlers.staff.permissions import Role
from handlers.thai.dates import to_bangkok_date
from ita_stats.calendar import get_fiscal_year
from ita_stats.cases.fact import FactField
from tests.end_to_end.desk_harness import DeskHarness
from tests.end_to_end.officer.test_permissions import run_desk_scenario
from tests.end_to_end.officers import add_officer, file_case
from tests.handlers.staff.officer_commands import REASON
from tests.in_memory_desk import ROOT

EXAMPLE = (ROOT / "office.example.toml").read_text("utf-8")


def test_a_letter_counts_by_its_stamp_and_the_next_report_is_ones_own(tmp_path: Path) -> None:
    async def scene(desk: DeskHarness) -> None:
        officer = await add_officer(desk, "สมหญิง")
        asked = await officer.say("/intake โทรเลข")
        assert [label for label, _ in asked[0].choices] == ["หนังสือ", "มาด้วยตนเอง", "โทรศัพท์", "หน่วยงานอื่นส่งมา"]
        stamp = to_bangkok_date(desk.now()) - timedelta(days=40)
        told = f"/ลงรับ หนังสือ\n{stamp:%d/%m}/{stamp.year + 543}\n-\nถูกเรียกเงินก่อนตรวจรับงาน\nทุจริตต่อหน้าที่"
        review = await officer.say(told)
        assert "ย้อนหลัง 40 วัน" in review[0].text
        number = f"1/{get_fiscal_year(stamp)}"
        assert f"เลขรับ {number}" in (await officer.pick(dict(review[0].choices)["ลงรับ"]))[0].text
        assert "ทางหนังสือ" in (await officer.say(f"/case {number}"))[0].text
        facts = {(one.field, one.value, one.effective, one.recorded) for one in await desk.store.load_facts()}
        today = to_bangkok_date(desk.now())
        assert (FactField.SOURCE, "letter", stamp, today) in facts
        assert (FactField.RECEIVED, "1", stamp, today) in facts
        # The releases of its month are looked at again, as after an import.
        assert await desk.store.register_importer.count_late_entries() == 1
        await officer.say("/ลงรับ มาเอง\nวันนี้\nถูกเรียกเงินก่อนตรวจรับงาน\nทุจริตต่อหน้าที่")
        await officer.say("ลงรับ")
        assert await desk.store.register_importer.count_late_entries() == 1
        # What comes next by a channel of the program has that channel as its source.
        await file_case(desk, 7)
        assert {one.value for one in await desk.store.load_facts() if one.field is FactField.SOURCE} == {
            "letter",
            "walk_in",
            "web",
        }

    run_desk_scenario(tmp_path / "var", scene)


def test_two_clerks_at_once_get_two_numbers(tmp_path: Path) -> None:
    async def scene(desk: DeskHarness) -> None:
        clerks = [await add_officer(desk, name) for name in ("สมหญิง", "มาลี", "ปรีชา")]
        told = "/ลงรับ มาเอง\nวันนี้\nถูกเรียกเงินก่อนตรวจรับงาน\nทุจริตต่อหน้าที่"
        reviews = [await clerk.say(told) for clerk in clerks]
        buttons = [dict(review[0].choices)["ลงรับ"] for review in reviews]
        filed = await asyncio.gather(
            *(clerk.pick(button) for clerk, button in zip(clerks, buttons, strict=True))
        )
        year = get_fiscal_year(to_bangkok_date(desk.now()))
        said = sorted(messages[0].text.split()[2] for messages in filed)
        assert said == [f"{number}/{year}" for number in (1, 2, 3)]
        # A second press enters nothing more.
        assert "ยังไม่ได้ทำอะไร" in (await clerks[0].pick(buttons[0]))[0].text

    run_desk_scenario(tmp_path / "var", scene)


def test_an_intake_that_was_left_is_not_the_source_of_ones_own_report(tmp_path: Path) -> None:
    async def scene(desk: DeskHarness) -> None:
        officer = await add_officer(desk, "สมหญิง")
        await officer.say("/intake walk_in")
        await officer.say("แจ้งเรื่อง")
        session = await desk.store.load_session(officer.who)
        assert session is not None
        assert session.officer.complaints.intake is None

    run_desk_scenario(tmp_path / "var", scene)


def test_an_office_without_ready_answers_in_which_one_may_open_a_name(tmp_path: Path) -> None:
    own = EXAMPLE.replace("identity = true", "identity = false")
    start = own.index("canned = [")
    end = own.index("\n]", start) + 2
    (tmp_path / "office.toml").write_text(own[:start] + own[end:], "utf-8")

    async def scene(desk: DeskHarness) -> None:
        await file_case(desk, 1)
        chief = await add_officer(desk, "มาลี", Role.SUPERVISOR)
        assert (await chief.say_for_replies("/canned 1"))[0].key == "staff.canned.none"
        await chief.say(f"/identity 1 {REASON}")
        assert (await chief.say_for_replies(chief.totp_code()))[0].key == "staff.identity.none"

    run_desk_scenario(tmp_path / "var", scene)


def test_why_it_is_asked_for_must_be_said(tmp_path: Path) -> None:
    async def scene(desk: DeskHarness) -> None:
        await file_case(desk, 1)
        chief = await add_officer(desk, "มาลี", Role.SUPERVISOR)
        await chief.say("/facts 1")
        await chief.say(chief.totp_code())
        assert (await chief.say_for_replies("/identity 1"))[0].key == "staff.approval.why"
        assert (await chief.say_for_replies("ขอดู"))[0].key == "staff.approval.why"
        assert (await chief.say_for_replies(REASON))[0].key == "staff.approval.asked"
        assert (await chief.say_for_replies("/identity"))[
            0
        ].key == "staff.approval.waits"  # the case shown last
        assert (await chief.say_for_replies("/approve 99"))[0].key == "staff.unknown"

    run_desk_scenario(tmp_path / "var", scene)
