"""A pending request for an officer's input is kept across other commands."""

from pathlib import Path

from handlers.i18n import render_reply
from tests.end_to_end.desk_harness import DeskHarness
from tests.end_to_end.officer.test_permissions import run_desk_scenario
from tests.end_to_end.officers import add_officer, file_case


def test_a_reply_that_was_shown_can_be_confirmed_after_another_command(tmp_path: Path) -> None:
    async def scene(desk: DeskHarness) -> None:
        await file_case(desk, 1)
        officer = await add_officer(desk, "สมหญิง")
        shown = (await officer.say("/reply 1 ได้รับเรื่องแล้ว"))[0]
        assert "ส่ง" in dict(shown.choices)  # it asks for confirmation
        assert (await officer.say_for_replies("/note 1"))[0].key == "staff.note.ask"
        assert (await officer.say_for_replies("โทรแล้ว"))[0].key == "staff.note.done"
        assert (await officer.say_for_replies(dict(shown.choices)["ส่ง"]))[0].key == "staff.held.now"
        assert (await officer.say_for_replies(dict(shown.choices)["ส่ง"]))[0].key == "staff.confirm.stale"

    run_desk_scenario(tmp_path / "var", scene)


def test_words_wait_for_their_case_while_the_second_factor_is_asked_for(tmp_path: Path) -> None:
    async def scene(desk: DeskHarness) -> None:
        await file_case(desk, 1)
        officer = await add_officer(desk, "สมหญิง")
        assert (await officer.say_for_replies("ได้รับเรื่องแล้ว ขอบคุณครับ"))[0].key == "staff.unasked.ask"
        assert (await officer.say_for_replies("ส่งถึงผู้แจ้ง"))[0].key == "staff.which"
        assert (await officer.say_for_replies("/facts 1"))[0].key == "staff.factor.ask"
        assert (await officer.say_for_replies("/history 1"))[0].key == "staff.factor.ask"
        shown = await officer.say("/reply 1")  # the command that the case's button sends
        assert "ส่ง" in dict(shown[0].choices)  # it asks for confirmation
        assert "ได้รับเรื่องแล้ว ขอบคุณครับ" in shown[0].text
        assert (await officer.say_for_replies("/reply 1"))[0].key == "staff.reply.ask"

        assert (await officer.say_for_replies("ยกเลิก"))[0].key == "staff.dropped"
        assert (await officer.say_for_replies("ได้รับเรื่องแล้ว ขอบคุณครับ"))[0].key == "staff.unasked.ask"
        assert (await officer.say_for_replies("ยกเลิก"))[0].key == "staff.dropped"
        assert (await officer.say_for_replies("/reply 1"))[0].key == "staff.reply.ask"

    run_desk_scenario(tmp_path / "var", scene)


def test_a_number_is_no_place_in_the_menu_while_a_text_is_waited_for(tmp_path: Path) -> None:
    async def scene(desk: DeskHarness) -> None:
        await file_case(desk, 1)
        officer = await add_officer(desk, "สมหญิง")
        assert (await officer.say_for_replies("/link 1"))[0].key == "staff.link.ask"
        assert (await officer.say_for_replies("/facts 1"))[0].key == "staff.factor.ask"
        assert (await officer.say_for_replies("1"))[0].key == "staff.factor.wrong"
        assert (await officer.say_for_replies("ยกเลิก"))[0].key == "staff.dropped"
        assert (await officer.say_for_replies("/log"))[0].key == "staff.refused"
        assert (await officer.say_for_replies("/facts 1"))[0].key == "staff.factor.ask"
        assert (await officer.say_for_replies("1"))[0].key == "staff.factor.wrong"
        assert [one.key for one in await officer.say_for_replies("เมนู")] == ["staff.menu.here"]
        assert (await officer.say_for_replies("๑"))[0].key == "staff.inbox.some"

    run_desk_scenario(tmp_path / "var", scene)


def test_the_label_of_a_push_is_not_the_text_that_is_asked_for(tmp_path: Path) -> None:
    async def scene(desk: DeskHarness) -> None:
        await file_case(desk, 1)
        officer = await add_officer(desk, "สมหญิง")
        assert (await officer.say_for_replies("/reply 1"))[0].key == "staff.reply.ask"
        assert (await officer.say_for_replies("เปิดเรื่อง 1/2570"))[0].key == "staff.meant.sure"
        assert (await officer.say_for_replies("ใช่"))[0].key.startswith("staff.case.")

    run_desk_scenario(tmp_path / "var", scene)


def test_a_push_between_a_question_and_its_answer_changes_no_number(tmp_path: Path) -> None:
    async def scene(desk: DeskHarness) -> None:
        await file_case(desk, 1)
        officer = await add_officer(desk, "สมหญิง", reply_address=b"somewhere")
        assert (await officer.say_for_replies("/reply 1 ได้รับเรื่องแล้ว"))[0].key == "staff.confirm.ask"
        await file_case(desk, 2)
        pushed = [say for one in await desk.store.outbox.list_all("telegram") for say in one.payload.says]
        assert pushed[-1].choices
        assert render_reply(pushed[-1], "th").has_own_numbers  # no platform numbers its buttons
        assert (await officer.say_for_replies("1"))[0].key == "staff.held.now"
        assert (await officer.say_for_replies("เปิดเรื่อง 2"))[0].key == "staff.case.summary"

    run_desk_scenario(tmp_path / "var", scene)
