"""The accused cannot read the case, however their name is spelt, and nobody decides on themselves."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handlers.complaints.conflict_of_interest import (
    can_change_exclusion,
    find_conflicts,
    find_subordinates,
    format_hidden_case,
    is_name_in_text,
    list_able_staff,
    list_staff_names,
)
from handlers.complaints.messages import AddHistoryEntry, Exclusion, ExclusionGround
from handlers.complaints.name_matching import NAME_TITLES, compute_text_keys, strip_titles
from handlers.i18n import render_text
from handlers.staff.members import StaffMember, StaffProfile
from handlers.staff.permissions import Role
from tests.in_memory_desk import OFFICE, InMemoryDesk

NAMES = ("สมชาย ใจดี", "ศักดิ์ชัย วงศ์ษา", "ณัฐพงษ์ พรหมศิริ", "จันทร์เพ็ญ ศรีสุวรรณ", "กิตติพัฒน์ เกษมสุข", "อรุณี แก้วมณี")
VARIANTS = {
    "ส": "ศษซ",
    "ศ": "สษ",
    "ษ": "สศ",
    "ณ": "น",
    "น": "ณ",
    "ท": "ธ",
    "ธ": "ท",
    "พ": "ภ",
    "ย": "ญ",
    "ี": "ิ",
    "ุ": "ู",
}


def make_staff(
    id_: str, name: str, role: Role = Role.OFFICER, chief: str = "", **more: tuple[str, ...]
) -> StaffMember:
    return StaffMember(id_, role, StaffProfile(name, chief=chief, **more), b"w", date(2026, 1, 1))


TEAM = (
    make_staff("head", "นายประเสริฐ มั่นคง", Role.SUPERVISOR),
    make_staff("deputy", "นางวิไล ทองคำ", Role.SUPERVISOR, chief="head"),
    make_staff(
        "clerk", "นางสาวสมศรี ดวงแก้ว", chief="deputy", aliases=("Somsri", "หมวย"), units=("กลุ่มอำนวยการ",)
    ),
    make_staff("free", "นายอนันต์ บุญมา"),
)


def find_excluded(**answers: str) -> dict[str, ExclusionGround]:
    return {one.staff: one.ground for one in find_conflicts(answers, TEAM)}


@given(st.sampled_from(NAMES), st.randoms(), st.sampled_from(("", *NAME_TITLES)), st.booleans())
def test_a_name_is_found_however_it_is_spelt(name: str, chance: object, title: str, tight: bool) -> None:
    import random

    assert isinstance(chance, random.Random)
    spelt = "".join(
        chance.choice(VARIANTS[c]) if c in VARIANTS and chance.random() < 0.4 else c
        for c in name
        if not ("\u0e48" <= c <= "\u0e4b" and chance.random() < 0.5)
        and not (c == "์" and chance.random() < 0.5)
    )
    text = f"เมื่อวาน {title}{spelt.replace(' ', '') if tight else spelt}เรียกเงินจากผู้รับเหมา"
    assert is_name_in_text(strip_titles(name), text)
    assert is_name_in_text(name.split()[0], text)


@pytest.mark.parametrize(
    ("name", "bare"),
    [
        ("ว่าที่ ร.ต. สมชาย ใจดี", "สมชาย ใจดี"),
        ("นางสาวสมศรี", "สมศรี"),
        ("ผศ.ดร.อนันต์", "อนันต์"),
        ("Mr. Somchai", "Somchai"),
        ("นาย", "นาย"),
        ("  คุณ วิไล ", "วิไล"),
    ],
)
def test_titles_are_dropped(name: str, bare: str) -> None:
    assert strip_titles(name) == bare


def test_whom_it_names_and_who_is_under_them() -> None:
    assert find_excluded(story="ผอ.ประเสริด เรียกเงิน") == {}  # a different name: ด is not ฐ
    assert find_excluded(story="ผอ.ประเสริฐเรียกเงิน") == {
        "head": ExclusionGround.NAMED,
        "deputy": ExclusionGround.COMMAND,
        "clerk": ExclusionGround.COMMAND,
    }
    assert find_excluded(story="เงินหาย", accused="คุณวิไล") == {
        "deputy": ExclusionGround.NAMED,
        "clerk": ExclusionGround.COMMAND,
    }
    assert find_excluded(story="SOMSRI took it") == {"clerk": ExclusionGround.NAMED}
    assert find_excluded(story="ไม่รู้ว่าใคร") == {}


def test_a_unit_is_meant_where_it_is_accused() -> None:
    assert find_excluded(accused="เจ้าหน้าที่กลุ่ม อำนวยการ") == {"clerk": ExclusionGround.UNIT}
    assert find_excluded(story="จ่ายที่กลุ่มอำนวยการ") == {}


def test_a_short_name_must_be_a_word() -> None:
    short = make_staff("s", "นายดี มา")
    assert is_name_in_text("ดี", "นาย ดี มาเอง")
    assert is_name_in_text("ดี", "นายดี")
    assert not is_name_in_text("ดี", "เขาทำดีมาก")
    assert list_staff_names(short) == ("ดี มา", "ดี", "มา")


def test_marked_by_the_reporter_only_the_alternate_reads() -> None:
    answers = {"story": "เงินหาย"}
    nobody = find_conflicts(answers, TEAM, marked=True)
    assert {one.staff for one in nobody} == {"head", "deputy", "clerk", "free"}
    assert list_able_staff(nobody, TEAM) == ()
    some = find_conflicts(answers, TEAM, marked=True, alternates=("อนันต์  บุญมา",))
    assert [p.id for p in list_able_staff(some, TEAM)] == ["free"]
    named = find_conflicts({"story": "อนันต์ บุญมา"}, TEAM, marked=True, alternates=("อนันต์ บุญมา",))
    assert list_able_staff(named, TEAM) == ()


def test_command_may_go_in_circles() -> None:
    ring = (make_staff("a", "ก", chief="b"), make_staff("b", "ข", chief="a"), make_staff("c", "ค", chief="c"))
    assert find_subordinates({"a"}, ring) == {"b"}
    assert find_subordinates({"c"}, ring) == set()


def test_who_may_lift_and_bar() -> None:
    head, deputy, clerk, _ = TEAM
    excluded = (Exclusion("head", ExclusionGround.NAMED), Exclusion("deputy", ExclusionGround.LIFTED))
    reason = "คนละคนกับที่ถูกร้อง ชื่อซ้ำกัน"
    assert not can_change_exclusion(head, excluded, reason)  # concerned
    assert can_change_exclusion(deputy, excluded, reason)  # no longer
    assert not can_change_exclusion(deputy, excluded, "  ไม่ใช่  ")
    assert not can_change_exclusion(clerk, (), reason)
    assert [p.id for p in list_able_staff(excluded, TEAM)] == ["deputy", "clerk", "free"]


@given(st.text(max_size=200), st.text(max_size=60))
def test_any_text_can_be_looked_through(text: str, name: str) -> None:
    is_name_in_text(name, text)
    strip_titles(name)
    assert compute_text_keys(text) == compute_text_keys(text.upper()) or not text.isascii()


def test_what_is_filed_says_who_must_not_read_it() -> None:
    stage = InMemoryDesk(staff=TEAM)
    stage.new_user().file_report()
    (case,) = stage.filed_cases
    assert OFFICE.alternate.officers == ()
    assert {one.staff: one.ground for one in case.exclusions} == {"clerk": ExclusionGround.UNIT}


def test_a_later_message_says_so_too() -> None:
    stage = InMemoryDesk(staff=TEAM)
    person = stage.new_user()
    person.file_report()
    person.send_event(text=person.receipt)
    person.pick("ส่งข้อความ")
    person.say("คนที่รับเงินคือคุณอนันต์")
    (entry,) = [act for act in stage.acts if isinstance(act, AddHistoryEntry)]
    assert [one.staff for one in entry.exclusions] == ["free"]


def test_what_is_shown_instead() -> None:
    say = format_hidden_case("12/2570", (Exclusion("head", ExclusionGround.NAMED),), TEAM, OFFICE, "th")
    assert say.key == "staff.concerned.hidden"
    everybody = tuple(Exclusion(p.id, ExclusionGround.NAMED) for p in TEAM)
    told = render_text(format_hidden_case("12/2570", everybody, TEAM, OFFICE, "th"), "th")
    assert "12/2570" in told
    assert "• สำนักงาน ป.ป.ช." in told
