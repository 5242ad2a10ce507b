"""`/setting`: who changes which, what is shown before, and that only what was confirmed is set."""

from datetime import timedelta

import pytest

from handlers.office import Bilingual
from handlers.office_notices import list_office_notices, make_office_replies
from handlers.staff.members import AuditRefusal
from handlers.staff.permissions import Role
from handlers.staff.settings.messages import (
    SETTINGS,
    SetOfficeSetting,
    SettingName,
    get_setting,
    keep_office,
)
from handlers.staff.settings.texts import parse_setting
from tests.handlers.staff.officer_commands import SUPERVISOR, TODAY, give, list_commands, make_member
from tests.in_memory_desk import MORNING, OFFICE
from tests.run_decision import Outcome

ADMIN = make_member("s9", Role.ADMIN, "ผู้ดูแล")
NOTICE = Bilingual(th="ย้ายแล้ว")


def propose(words: str) -> Outcome:
    """What an admin is shown before a setting is changed."""
    return give(f"/setting {words}", staff=ADMIN)


def test_the_settings_are_listed_with_buttons_for_who_changes_them() -> None:
    for words, key in (("/setting", "list"), ("/setting ไม่มี", "which")):
        listed = give(words, staff=ADMIN)
        assert (listed.keys, listed.acts) == ((f"staff.setting.{key}",), ())
        assert list_commands(listed.replies[0].choices) == [f"/setting {name}" for name in SettingName]
        assert list_commands(give(words, staff=SUPERVISOR).replies[0].choices) == ["/setting answers"]


@pytest.mark.parametrize("word", ["notice", "ประกาศ", "NOTICE"])
def test_a_setting_is_asked_for_and_what_is_typed_next_completes_it(word: str) -> None:
    asked = propose(word)
    assert asked.keys == ("staff.setting.ask",)
    assert list_commands(asked.replies[0].choices) == ["/setting notice -", "/setting notice ="]


@pytest.mark.parametrize(
    ("words", "key", "act"),
    [
        ("notice ย้ายแล้ว", "shown", SetOfficeSetting(SettingName.NOTICE, NOTICE, "s9", TODAY)),
        ("answers ก\n\nข", "shown", SetOfficeSetting(
            SettingName.ANSWERS, (Bilingual(th="ก"), Bilingual(th="ข")), "s9", TODAY
        )),
        ("notice -", "shown_nothing", SetOfficeSetting(SettingName.NOTICE, None, "s9", TODAY)),
        ("answers =", "shown_file", SetOfficeSetting(SettingName.ANSWERS, None, "s9", TODAY, as_in_file=True)),
    ],
)  # fmt: skip
def test_it_is_shown_and_set_once_confirmed(words: str, key: str, act: SetOfficeSetting) -> None:
    shown = propose(words)
    assert (shown.keys, shown.acts) == ((f"staff.setting.{key}",), ())
    yes, no = list_commands(shown.replies[0].choices)
    done = give(yes, staff=ADMIN, session=shown.session)
    assert (done.keys, done.acts) == (("staff.setting.done",), (act,))
    again = give(yes, staff=ADMIN, session=done.session)
    assert (again.keys, again.acts) == (("staff.setting.stale",), ())
    dropped = give(no, staff=ADMIN, session=shown.session)
    assert (dropped.keys, dropped.acts) == (("staff.setting.dropped",), ())
    late = give(yes, staff=ADMIN, session=dropped.session)
    assert (late.keys, late.acts) == (("staff.setting.stale",), ())


def test_a_button_below_an_earlier_text_sets_nothing() -> None:
    first = propose("notice หนึ่ง")
    second = give("/setting notice สอง", staff=ADMIN, session=first.session)
    pressed = give(list_commands(first.replies[0].choices)[0], staff=ADMIN, session=second.session)
    assert (pressed.keys, pressed.acts) == (("staff.setting.stale",), ())


def test_a_supervisor_changes_ready_answers_alone_and_a_refusal_is_audited() -> None:
    for name in SettingName:
        given = give(f"/setting {name} 5 ธ.ค. 2580 20:00-22:00", staff=SUPERVISOR)
        is_refused = SUPERVISOR.role not in SETTINGS[name].roles
        assert given.keys == (("staff.refused",) if is_refused else ("staff.setting.shown",))
        assert given.acts == ((AuditRefusal("setting", "s3"),) if is_refused else ())
    shown = propose("notice ย้ายแล้ว")  # by who is no admin any more when it is confirmed
    pressed = give(list_commands(shown.replies[0].choices)[0], staff=SUPERVISOR, session=shown.session)
    assert (pressed.keys, pressed.acts) == (("staff.setting.stale",), ())


@pytest.mark.parametrize("words", ["notice EN: we moved", "maintenance 5 ธ.ค. 2580", "maintenance พรุ่งนี้"])
def test_a_mistyped_text_sets_nothing_and_is_given_back(words: str) -> None:
    mistyped = propose(words)
    assert (mistyped.keys, mistyped.acts) == (("staff.setting.mistyped",), ())


def test_personal_data_in_what_everybody_would_read_is_pointed_out() -> None:
    assert propose("notice ถามที่ 0812345678").replies[0].args["found"] != ""
    assert propose("notice ย้ายแล้ว").replies[0].args["found"] == ""


def test_everybody_reads_the_notice_and_maintenance_until_it_has_ended() -> None:
    assert list_office_notices(OFFICE, MORNING, "th") == ()
    planned = parse_setting(SettingName.MAINTENANCE, "22 พ.ย. 2569 20:00-22:00", MORNING)
    office = keep_office(OFFICE).model_copy(update={"announcement": NOTICE, "maintenance": planned})
    assert get_setting(office, SettingName.MAINTENANCE) == planned
    told = make_office_replies(office, MORNING, "en")
    assert [one.key for one in told] == ["office_notice.announcement", "office_notice.maintenance"]
    assert told[1].args == {"day": "22 November 2026 (B.E. 2569)", "start": "20:00", "end": "22:00"}
    during, after = MORNING + timedelta(hours=12), MORNING + timedelta(hours=13)
    assert len(list_office_notices(office, during, "th")) == 2
    assert [one.key for one in list_office_notices(office, after, "th")] == ["office_notice.announcement"]
    over_night = parse_setting(SettingName.MAINTENANCE, "22 พ.ย. 2569 20:00-2:00", MORNING)
    office = office.model_copy(update={"maintenance": over_night})
    assert list_office_notices(office, MORNING, "th")[1].key == "office_notice.maintenance_over_night"
