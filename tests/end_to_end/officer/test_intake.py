"""Officers enter complaints received by other channels with the same form; and an office with other rules."""

from pathlib import Path

from handlers.staff.permissions import Role
from tests.end_to_end.desk_harness import DeskHarness
from tests.end_to_end.officer.test_permissions import REASON, run_desk_scenario
from tests.end_to_end.officers import Officer, add_officer, file_case
from tests.in_memory_desk import ROOT

EXAMPLE = (ROOT / "office.example.toml").read_text("utf-8")


async def fill_form(officer: Officer, *deeds: str) -> str:
    """Answer the form; returns the last answer. A label in brackets is a button."""
    said, choices = "", dict[str, str]()
    for deed in deeds:
        if deed.startswith("["):
            told = await officer.pick(choices[deed[1:-1]])
        else:
            told = await officer.say(deed)
        choices = dict(next((m.choices for m in reversed(told) if m.choices), ()))
        said = "\n".join(m.text for m in told)
    return said


NOTICE = "[รับทราบ เริ่มแจ้งเรื่อง]"


def test_a_case_that_came_by_letter_has_its_source_and_the_next_report_has_not(tmp_path: Path) -> None:
    async def scene(desk: DeskHarness) -> None:
        officer = await add_officer(desk, "สมหญิง")
        asked = await officer.say("/intake โทรเลข")
        assert [label for label, _ in asked[0].choices] == ["หนังสือ", "มาด้วยตนเอง", "โทรศัพท์", "หน่วยงานอื่นส่งมา"]
        form = (
            NOTICE,
            "[ทุจริตต่อหน้าที่]",
            "มีหนังสือถึงสำนักงานว่าเรียกรับเงินก่อนตรวจรับงาน",
            "[เสร็จแล้ว]",
            *["[ข้าม]"] * 3,
            "[ไม่มีหลักฐาน]",
            *["[ข้าม]"] * 3,
            "[ไม่ใช่]",
            "[ไม่บอกชื่อ]",
            "[ส่งเรื่อง]",
        )
        assert "รหัสติดตาม" in await fill_form(officer, "/intake letter", *form)
        await officer.say("ข้าม")
        await officer.say("/case 1")
        assert "ทางหนังสือ" in (await officer.say("/case 1"))[0].text
        # A partly filled form is not discarded for another.
        await fill_form(officer, "/intake call", NOTICE, "[ทุจริตต่อหน้าที่]")
        assert "กำลังกรอกเรื่องหนึ่งอยู่" in await fill_form(officer, "/intake letter")
        assert "1/" in await fill_form(officer, "/case 1")

    run_desk_scenario(tmp_path / "var", scene)


def test_an_intake_that_was_left_is_not_the_source_of_ones_own_report(tmp_path: Path) -> None:
    async def scene(desk: DeskHarness) -> None:
        officer = await add_officer(desk, "สมหญิง")
        await officer.say("/intake walk_in")
        await officer.say("ยกเลิก")
        await officer.say("แจ้งเรื่อง")
        session = await desk.store.load_session(officer.who)
        assert session is not None
        assert session.officer.complaints.intake_source is None

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
        assert (await chief.say_for_replies("/identity"))[0].key == "staff.which"
        assert (await chief.say_for_replies("/approve 99"))[0].key == "staff.unknown"

    run_desk_scenario(tmp_path / "var", scene)
