"""What somebody types who will be away: days in everyday words, names at either end, and what is missing is asked."""

from datetime import date, timedelta

import pytest

from handlers.i18n import render_label
from handlers.staff.absences.away import read_days, split_absence
from handlers.staff.absences.messages import Absence, EndAbsence, ListAbsences, SetAbsence
from handlers.staff.members import ListStaff
from handlers.staff.parse import ParsedCommand
from handlers.staff.permissions import CommandName
from handlers.staff.state import AwaitingText
from tests.handlers.staff.officer_commands import STAFF, SUPERVISOR, TODAY, give, make_member

NOBODY_AWAY = {ListAbsences: ()}
AWAY = Absence("s1", date(2026, 12, 5), date(2026, 12, 12), "s2")


@pytest.mark.parametrize(
    ("typed", "days"),
    [
        ("5-12 ธ.ค.", (date(2026, 12, 5), date(2026, 12, 12))),
        ("5-12 ธ.ค. 69 ครับ", (date(2026, 12, 5), date(2026, 12, 12))),
        ("๕-๑๒ ธันวาคม", (date(2026, 12, 5), date(2026, 12, 12))),
        ("1-5 ม.ค.", (date(2027, 1, 1), date(2027, 1, 5))),
        ("วันนี้", (TODAY, TODAY)),
        ("20-25 พ.ย. 69", (TODAY, date(2026, 11, 25))),
        ("1 พ.ย. 69", "past"),
        ("สักพัก", "no_days"),
        ("ปีหน้า", "no_days"),
        ("22 พ.ย. 69 ถึง 1 ม.ค. 72", "too_long"),
    ],
)
def test_days_are_those_to_come(typed: str, days: object) -> None:
    assert read_days(typed, TODAY) == days


@pytest.mark.parametrize(
    ("typed", "parts"),
    [
        ("5-12 ธ.ค. สมชาย ใจดี", (None, "5-12 ธ.ค.", "s2")),
        ("สมหญิง ใจกล้า 5-12 ธ.ค. สมชาย ใจดี", ("s1", "5-12 ธ.ค.", "s2")),
        ("s1 5-12 ธ.ค.", ("s1", "5-12 ธ.ค.", None)),
        ("เลิก", (None, "เลิก", None)),
        ("5-12 ธ.ค. สมศรี", (None, "5-12 ธ.ค. สมศรี", None)),
    ],
)
def test_a_name_stands_at_either_end(typed: str, parts: tuple[str | None, str, str | None]) -> None:
    told = split_absence(typed, STAFF)
    assert (told.person and told.person.id, told.days, told.stand_in and told.stand_in.id) == parts


def test_all_in_one_message() -> None:
    outcome = give("/ลา 5-12 ธ.ค. สมชาย ใจดี", answers=NOBODY_AWAY)
    assert outcome.acts == (SetAbsence(AWAY, "s1", TODAY),)
    assert outcome.keys == ("staff.away.done",)
    assert outcome.replies[0].choices[0].data == "/away off"


def test_what_is_missing_is_asked_for() -> None:
    asked = give("/ลา", answers=NOBODY_AWAY)
    assert asked.keys == ("staff.away.ask",)
    assert asked.kept.officer.complaints.pending == AwaitingText(ParsedCommand(CommandName.AWAY))
    offered = give("/ลา 5-12 ธ.ค.", answers=NOBODY_AWAY)
    assert (offered.keys, offered.acts) == (("staff.away.ask_stand_in",), ())
    assert [one.data for one in offered.replies[0].choices] == [
        "/away 2026-12-05/2026-12-12 s2",
        "/away 2026-12-05/2026-12-12 s3",
    ]
    assert give(offered.replies[0].choices[0].data, answers=NOBODY_AWAY).acts == (
        SetAbsence(AWAY, "s1", TODAY),
    )


def test_same_names_are_numbered_and_chosen_by_a_button() -> None:
    twins = (*STAFF, make_member("s4", name="สมชาย ใจดี"))
    outcome = give("/ลา 5-12 ธ.ค. สมชาย ใจดี", answers={**NOBODY_AWAY, ListStaff: twins})
    assert outcome.acts == ()
    names = [str(render_label(one, "th")) for one in outcome.replies[0].choices]
    assert {"สมชาย ใจดี (1)", "สมชาย ใจดี (2)"} <= set(names)


def test_only_supervisors_note_the_absence_of_others() -> None:
    words = "/ลา สมชาย ใจดี 5-12 ธ.ค. หัวหน้า"
    assert give(words, answers=NOBODY_AWAY).keys == ("staff.away.supervisors_only",)
    outcome = give(words, staff=SUPERVISOR, answers=NOBODY_AWAY)
    assert outcome.acts == (SetAbsence(Absence("s2", AWAY.first, AWAY.last, "s3"), "s3", TODAY),)
    assert outcome.replies[0].choices[0].data == "/away s2 off"


def test_who_is_away_does_not_stand_in() -> None:
    known = {ListAbsences: (Absence("s2", AWAY.last, AWAY.last + timedelta(3), "s3"),)}
    outcome = give("/ลา 5-12 ธ.ค. สมชาย ใจดี", answers=known)
    assert (outcome.keys, outcome.acts) == (("staff.away.stand_in_away",), ())


def test_who_stands_in_and_goes_away_is_told() -> None:
    known = {ListAbsences: (Absence("s2", AWAY.first, AWAY.last, "s1"),)}
    assert give("/ลา 5-12 ธ.ค. หัวหน้า", answers=known).keys == ("staff.away.done_stands_in",)


def test_ending_and_ending_what_is_not() -> None:
    assert give("/ลา เลิก", answers={ListAbsences: (AWAY,)}).acts == (EndAbsence("s1", "s1", TODAY),)
    assert give("/ลา เลิก", answers=NOBODY_AWAY).keys == ("staff.away.none",)
