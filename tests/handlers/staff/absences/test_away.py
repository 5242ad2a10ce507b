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
        ("ตั้งแต่วันที่ 5 ถึง 12 ธันวาคม", (date(2026, 12, 5), date(2026, 12, 12))),
        ("30 ธ.ค. - 4 ม.ค.", (date(2026, 12, 30), date(2027, 1, 4))),
        ("พรุ่งนี้ถึงมะรืน", (date(2026, 11, 23), date(2026, 11, 24))),
        ("12-5 ธ.ค.", "reversed"),
        ("12 ธ.ค. - 5 ธ.ค.", "reversed"),
        ("31 ก.พ. 70", "no_days"),
        ("วันนี้ 3 วัน", (TODAY, date(2026, 11, 24))),
        ("พรุ่งนี้ ๒ วันค่ะ", (date(2026, 11, 23), date(2026, 11, 24))),
        ("3 วัน ตั้งแต่พรุ่งนี้", (date(2026, 11, 23), date(2026, 11, 25))),
        ("5 ธ.ค. สองสัปดาห์", (date(2026, 12, 5), date(2026, 12, 18))),
        ("5 Dec for 3 days", (date(2026, 12, 5), date(2026, 12, 7))),
        ("วันนี้ 0 วัน", "no_days"),
        ("5-12 ธ.ค. 3 วัน", "no_days"),
        ("วันนี้ 900 วัน", "too_long"),
        ("3 วัน", "no_days"),
        ("วันนี้ถึงวันศุกร์", "no_days"),
        ("5 ธ.ค. เป็นต้นไป", "no_days"),
        ("January 5-9", "no_days"),
        ("5 ธ.ค. สมศรี", "no_days"),
        ("วิภา 5 ธ.ค.", "who"),
        ("2026-12-05/2026-12-12", (date(2026, 12, 5), date(2026, 12, 12))),
        ("2569-12-05/2569-12-12", (date(2026, 12, 5), date(2026, 12, 12))),
        ("2027-01-10/2027-01-01", "reversed"),
        ("2020-01-01/2020-01-02", "past"),
        ("2026-12-05/2030-12-12", "too_long"),
    ],
)
def test_days_are_those_to_come(typed: str, days: object) -> None:
    assert read_days(split_absence(typed, ()).days, TODAY) == days


@pytest.mark.parametrize(
    ("typed", "parts"),
    [
        ("5-12 ธ.ค. สมชาย ใจดี", (None, "5-12 ธ.ค.", "s2")),
        ("สมหญิง ใจกล้า 5-12 ธ.ค. สมชาย ใจดี", ("s1", "5-12 ธ.ค.", "s2")),
        ("s1 5-12 ธ.ค.", ("s1", "5-12 ธ.ค.", None)),
        ("เลิก", (None, "เลิก", None)),
        ("5-12 ธ.ค. สมศรี", (None, "5-12 ธ.ค. สมศรี", None)),
        ("สมหญิง 5-12 ธ.ค. สมชาย", ("s1", "5-12 ธ.ค.", "s2")),
        ("5-12 ธ.ค. สมชายค่ะ", (None, "5-12 ธ.ค.", "s2")),
        ("5-12 ธ.ค. ครับ สมชาย ใจดี นะครับ", (None, "5-12 ธ.ค.", "s2")),
        ("วันนี้ 3 วัน สมชาย ใจดี ครับ", (None, "วันนี้ 3 วัน", "s2")),
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


@pytest.mark.parametrize(
    "typed",
    [
        "วิภา 5-12 ธ.ค. สมชาย ใจดี",
        "สมหญงิ ใจกล้า 5-12 ธ.ค. สมชาย ใจดี",
        "สมหญิง ใจกลา 5-12 ธ.ค. สมชาย ใจดี",
        "วิภา พรุ่งนี้ สมชาย",
        "วิภา เลิก",
        "เลิก สมหญิง",
    ],
)
def test_whose_absence_is_asked_where_the_name_is_nobodys(typed: str) -> None:
    known = {ListAbsences: (Absence("s3", AWAY.first, AWAY.last, "s2"),)}
    asked = give(f"/ลา {typed}", staff=SUPERVISOR, answers=known)
    assert (asked.keys, asked.acts) == (("staff.away.who",), ())
    officer = give(f"/ลา {typed}", answers=known)
    assert (officer.keys, officer.acts) == (("staff.away.supervisors_only",), ())


def test_whose_absence_of_two_of_the_same_name_is_chosen_by_a_button() -> None:
    twins = {ListStaff: (*STAFF, make_member("s4", name="สมหญิง ใจกล้า"))}
    for words, after in (("5-12 ธ.ค. สมชาย ใจดี", "2026-12-05/2026-12-12 s2"), ("เลิก", "off")):
        known = {ListAbsences: (Absence("s3", AWAY.first, AWAY.last, "s2"), AWAY), **twins}
        asked = give(f"/ลา สมหญิง ใจกล้า {words}", staff=SUPERVISOR, answers=known)
        assert (asked.keys, asked.acts) == (("staff.away.who",), ())
        assert [one.data for one in asked.replies[0].choices] == [f"/away s1 {after}", f"/away s4 {after}"]
        chosen = give(asked.replies[0].choices[0].data, staff=SUPERVISOR, answers=known)
        assert len(chosen.acts) == 1


def test_a_stand_in_who_is_not_known_is_asked_for_with_the_days_and_whose_they_are() -> None:
    asked = give("/ลา สมหญิง 5-12 ธ.ค. สมศรี", staff=SUPERVISOR, answers=NOBODY_AWAY)
    assert (asked.keys, asked.acts) == (("staff.away.ask_stand_in",), ())
    assert asked.replies[0].args == {"person": "สมหญิง ใจกล้า", "days": "5–12 ธันวาคม 2569"}
    assert asked.replies[0].choices[0].data == "/away s1 2026-12-05/2026-12-12 s2"


def test_days_that_are_read_in_part_are_asked_again() -> None:
    outcome = give("/ลา วันนี้ถึงวันศุกร์ สมชาย ใจดี", answers=NOBODY_AWAY)
    assert (outcome.keys, outcome.acts) == (("staff.away.no_days",), ())
    assert outcome.replies[0].args["person"] == "สมหญิง ใจกล้า"
