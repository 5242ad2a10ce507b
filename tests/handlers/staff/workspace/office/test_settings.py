"""The view of the settings: what they say now, and the commands that change them, for who may."""

from dataclasses import replace

from handlers.dialog.replies import Phrase, raw_text
from handlers.office import Bilingual
from handlers.staff.command import ComplaintsCommandContext, QueryGenerator
from handlers.staff.permissions import Role
from handlers.staff.settings.messages import SettingName
from handlers.staff.workspace.office.settings import ShownSetting, show_settings
from tests.handlers.staff.officer_commands import SUPERVISOR, make_member
from tests.handlers.staff.workspace.office.views import show

ADMIN = make_member("s4", Role.ADMIN, "ผู้ดูแล")


def test_an_admin_finds_every_setting_with_its_commands() -> None:
    notice, maintenance, answers = show(lambda cmd: show_settings(cmd, "complaints"), staff=ADMIN)[0]
    assert (notice.command, notice.take_away, notice.as_in_file) == (
        "/setting notice",
        "/setting notice -",
        "/setting notice =",
    )
    assert (notice.says, notice.typed) == (Phrase("staff.setting.nothing"), "")
    assert (maintenance.name, answers.name) == (SettingName.MAINTENANCE, SettingName.ANSWERS)
    assert answers.typed.startswith("ได้รับข้อมูลของท่านแล้ว")
    assert answers.says == raw_text(answers.typed)


def test_a_supervisor_reads_all_and_changes_ready_answers() -> None:
    shown, queries = show(lambda cmd: show_settings(cmd, "complaints"), staff=SUPERVISOR)
    assert [one.command for one in shown] == ["", "", "/setting answers"]
    assert [one.as_in_file for one in shown] == ["", "", "/setting answers ="]
    assert queries == ()


def test_the_service_desk_has_no_ready_answers_and_what_was_changed_is_shown() -> None:
    def build(cmd: ComplaintsCommandContext) -> QueryGenerator[tuple[ShownSetting, ...]]:
        office = cmd.ctx.office.model_copy(update={"announcement": Bilingual(th="ย้าย", en="moved")})
        return show_settings(replace(cmd, ctx=replace(cmd.ctx, office=office)), "service")

    notice, maintenance = show(build, staff=ADMIN)[0]
    assert notice.typed == "ย้าย\nEN: moved"
    assert maintenance.command == "/setting maintenance"
